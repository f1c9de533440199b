"""Paths of people through one tiny installation, each row derived by hand in a comment."""

from collections.abc import Sequence

import pytest
from compiled_project import CompiledProject, Models

WANTED = ["fct_lead_stage_events", "fct_lead_lifecycle", "fct_touches", "bridge_lead_aliases"]


def sf_lead(record: str, created: str, email: str, status: str, **more: object) -> dict:
    row = {"id": record, "created_date": created, "email": email, "status": status}
    return row | {"system_modstamp": "2026-06-30 00:00:00"} | more


def sf_contact(record: str, created: str, email: str) -> dict:
    return {"id": record, "created_date": created, "email": email}


def sf_change(number: str, lead: str, at: str, old: str, new: str) -> dict:
    return {
        "id": number,
        "lead_id": lead,
        "field": "Status",
        "created_date": at,
        "old_value": old,
        "new_value": new,
    }


def sf_deal(record: str, created: str, stage: str, *, won: bool, amount: int) -> dict:
    return {
        "id": record,
        "created_date": created,
        "stage_name": stage,
        "is_closed": won,
        "is_won": won,
        "amount": amount,
    }


def sf_stage(number: str, deal: str, at: str, stage: str) -> dict:
    return {"id": number, "opportunity_id": deal, "created_date": at, "stage_name": stage}


def sf_role(deal: str, contact: str) -> dict:
    return {"id": f"role {deal} {contact}", "opportunity_id": deal, "contact_id": contact}


def response(record: str, **person: str) -> dict:
    return {
        "id": record,
        "campaign_id": "701",
        "lead_id": None,
        "contact_id": None,
        "has_responded": True,
        "first_responded_date": "2026-01-06",
        "created_date": "2026-01-06 14:00:00",
        **person,
    }


def hs_contact(record: str, created: str, *, deleted: bool) -> dict:
    return {"id": record, "property_createdate": created, "_fivetran_deleted": deleted}


def hs_stage(contact: str, at: str, value: str) -> dict:
    return {"contact_id": contact, "name": "lifecyclestage", "timestamp": at, "value": value}


EXTRACTS = {
    "salesforce__lead": [
        # converted: becomes contact 003conv
        sf_lead(
            "00Qconv",
            "2026-01-05 09:00:00",
            "conv@x.example",
            "Closed - Converted",
            is_converted=True,
            converted_date="2026-01-20",
            converted_contact_id="003conv",
            converted_opportunity_id="006conv",
            master_record_id=None,
            is_deleted=False,
        ),
        # a chain of merges: 00Qm1 into 00Qm2 into 00Qm3, of which 00Qm2 is the oldest
        *(
            sf_lead(
                record,
                created,
                email,
                status,
                is_converted=False,
                converted_date=None,
                converted_contact_id=None,
                converted_opportunity_id=None,
                master_record_id=master,
                is_deleted=master is not None,
            )
            for record, created, email, status, master in [
                ("00Qm1", "2026-02-01 00:00:00", "m1@x.example", "Working", "00Qm2"),
                ("00Qm2", "2026-01-15 00:00:00", "m2@x.example", "New", "00Qm3"),
                ("00Qm3", "2026-03-01 00:00:00", "m3@x.example", "Qualified", None),
            ]
        ),
    ],
    "salesforce__contact": [
        sf_contact("003conv", "2026-01-20 15:30:00", "conv@elsewhere.example"),
        sf_contact("003back", "2026-01-01 00:00:00", "back@x.example"),
        sf_contact("003more", "2026-01-01 00:00:00", "more@x.example"),
    ],
    "salesforce__lead_history": [
        sf_change("017a", "00Qconv", "2026-01-10 10:00:00", "New", "Working"),
        sf_change("017b", "00Qconv", "2026-01-20 15:30:00", "Working", "Closed - Converted"),
    ],
    "salesforce__opportunity": [
        sf_deal("006conv", "2026-01-20 15:30:00", "Prospecting", won=False, amount=1),
        sf_deal("006back", "2026-01-02 00:00:00", "Closed Won", won=True, amount=500),
        sf_deal("006one", "2026-01-02 00:00:00", "Closed Won", won=True, amount=70),
        sf_deal("006two", "2026-05-01 00:00:00", "Prospecting", won=False, amount=30),
    ],
    "salesforce__opportunity_history": [
        sf_stage("008a", "006back", "2026-01-02 00:00:00", "Prospecting"),
        sf_stage("008b", "006back", "2026-02-01 00:00:00", "Closed Won"),
        sf_stage("008c", "006back", "2026-02-10 00:00:00", "Closed Lost"),
        sf_stage("008d", "006back", "2026-02-20 00:00:00", "Closed Won"),
        sf_stage("008e", "006one", "2026-02-01 00:00:00", "Closed Won"),
    ],
    "salesforce__opportunity_contact_role": [
        sf_role("006conv", "003conv"),
        sf_role("006back", "003back"),
        sf_role("006one", "003more"),
        sf_role("006two", "003more"),
    ],
    "salesforce__campaign": [{"id": "701", "name": "Spring fair", "type": "Event"}],
    "salesforce__campaign_member": [
        response("00vlead", lead_id="00Qconv"),
        response("00vcontact", contact_id="003conv"),
    ],
    "hubspot__contact": [
        hs_contact("101", "2026-01-02 08:00:00", deleted=True),
        hs_contact("102", "2026-01-20 08:00:00", deleted=False),
    ],
    "hubspot__contact_property_history": [
        hs_stage("101", "2026-01-02 08:00:00", "lead"),
        hs_stage("101", "2026-01-05 09:00:00", "marketingqualifiedlead"),
        hs_stage("102", "2026-01-20 08:00:00", "lead"),
        hs_stage("102", "2026-02-03 10:00:00", "salesqualifiedlead"),
    ],
    "hubspot__contact_merge_audit": [
        {"canonical_vid": "102", "vid_to_merge": "101", "timestamp": "2026-02-01 00:00:00"}
    ],
    "generic__leads": [
        {"lead_id": lead, "created_at": created, "status": status}
        for lead, created, status in [
            ("g-inquiry", "2026-02-01 00:00:00", "inquiry"),
            ("g-mql", "2026-02-01 00:00:00", "mql"),
            ("g-sal", "2026-02-01 00:00:00", "sal"),
            ("g-sql", "2026-02-01 00:00:00", "sql"),
            ("g-late", "2026-03-10 00:00:00", None),
        ]
    ],
    "generic__opportunities": [
        {
            "opportunity_id": "g-deal",
            "created_at": "2026-03-01 00:00:00",
            "stage": "Won",
            "is_closed": True,
            "is_won": True,
            "closed_at": "2026-04-01 12:00:00",
            "amount": 900,
        }
    ],
    "generic__opportunity_leads": [
        {"opportunity_id": "g-deal", "lead_id": f"g-{who}"}
        for who in ("inquiry", "mql", "sal", "sql", "late")
    ],
}


@pytest.fixture(scope="module")
def installation(project: CompiledProject) -> Models:
    models = Models(project, list(EXTRACTS), WANTED)
    models.run(EXTRACTS)
    return models


def ledger(installation: Models, record: str) -> list[str]:
    """The ledger of the person that a record is of: one line per event."""
    rows = installation.query(
        "select event.cycle_number, event.to_stage,"
        " strftime(event.occurred_at, '%m-%d %H:%M'), event.direction,"
        " case when event.is_inferred then 'inferred' else 'observed' end,"
        " event.source_record_id"
        " from lead_ledger.marts.fct_lead_stage_events as event"
        " join lead_ledger.marts.bridge_lead_aliases as alias using (lead_id)"
        f" where alias.source_record_id = '{record}'"
        " order by event.cycle_number, event.event_number"
    )
    return [" ".join(map(str, row)) for row in rows]


def cycles(installation: Models, record: str, columns: str) -> list[tuple]:
    return installation.query(
        f"select {columns} from lead_ledger.marts.fct_lead_lifecycle as cycle"
        " join lead_ledger.marts.bridge_lead_aliases as alias using (lead_id)"
        f" where alias.source_record_id = '{record}' order by cycle.cycle_number"
    )


def people_of(installation: Models, records: Sequence[str]) -> int:
    named = ", ".join(f"'{record}'" for record in records)
    [(count,)] = installation.query(
        "select count(distinct lead_id) from lead_ledger.marts.bridge_lead_aliases"
        f" where source_record_id in ({named})"
    )
    return count


def test_a_converted_lead_and_its_contact_are_one_person_with_one_response(
    installation: Models,
) -> None:
    assert people_of(installation, ["00Qconv", "003conv"]) == 1
    # R0: created. R13: the first old value, New, held then, too (a repeat). Working is sal, over
    # mql (R4). The conversion is sql; its opportunity has the same second and the higher rank (R2).
    # The creation of the contact is nothing of its own.
    assert ledger(installation, "003conv") == [
        "1 inquiry 01-05 09:00 start observed 00Qconv",
        "1 mql 01-10 10:00 forward inferred 017a",
        "1 sal 01-10 10:00 forward observed 017a",
        "1 sql 01-20 15:30 forward observed 017b",
        "1 opportunity 01-20 15:30 forward observed 006conv",
    ]
    # the membership stands on the lead and, copied by the conversion, on the contact: one touch, at
    # the start of its day
    assert installation.query(
        "select strftime(touch.occurred_at, '%Y-%m-%d %H:%M'), touch.touch_type"
        " from lead_ledger.marts.fct_touches as touch"
        " join lead_ledger.marts.bridge_lead_aliases as alias using (lead_id)"
        " where alias.source_record_id = '00Qconv' and not touch.is_inferred"
    ) == [("2026-01-06 00:00", "campaign_response")]


def test_a_chain_of_three_merged_leads(installation: Models) -> None:
    assert people_of(installation, ["00Qm1", "00Qm2", "00Qm3"]) == 1
    # No record has a history, so each gives its present status at its own creation (R13): 00Qm2,
    # the oldest, New (a repeat of the creation); 00Qm1 Working, over mql; 00Qm3 Qualified.
    assert ledger(installation, "00Qm3") == [
        "1 inquiry 01-15 00:00 start observed 00Qm2",
        "1 mql 02-01 00:00 forward inferred 00Qm1",
        "1 sal 02-01 00:00 forward inferred 00Qm1",
        "1 sql 03-01 00:00 forward inferred 00Qm3",
    ]
    # R11: what was merged away stays in the ledger, flagged; the survivor keeps the lead alive
    assert installation.query(
        "select distinct source_record_id, is_source_deleted"
        " from lead_ledger.marts.fct_lead_stage_events"
        " where source_record_id like '00Qm%' order by 1"
    ) == [("00Qm1", True), ("00Qm2", True), ("00Qm3", False)]
    assert cycles(installation, "00Qm1", "current_stage, is_open") == [("sql", True)]


def test_a_hubspot_contact_merged_after_its_history(installation: Models) -> None:
    assert people_of(installation, ["101", "102"]) == 1
    # 101 was created and was a lead in that second, then an mql. 102 came later as a lead: below
    # the mark that the person had reached, so that is history only. Its sql goes over sal (R4).
    assert ledger(installation, "102") == [
        "1 inquiry 01-02 08:00 start observed 101",
        "1 mql 01-05 09:00 forward observed 101:lifecyclestage:2026-01-05 09:00:00",
        "1 sal 02-03 10:00 forward inferred 102:lifecyclestage:2026-02-03 10:00:00",
        "1 sql 02-03 10:00 forward observed 102:lifecyclestage:2026-02-03 10:00:00",
    ]
    # three days and one hour in inquiry; mql has an inferred departure and is no velocity
    assert cycles(
        installation, "101", "round(days_in_inquiry * 24), days_in_mql, current_stage"
    ) == [(73, None, "sql")]


def test_an_opportunity_won_then_lost_then_won(installation: Models) -> None:
    # one cycle (R6, R9): lost ranks above customer, so the second win reads as backward (R5)
    assert ledger(installation, "003back") == [
        "1 inquiry 01-01 00:00 start observed 003back",
        "1 mql 01-02 00:00 forward inferred 008a",
        "1 sal 01-02 00:00 forward inferred 008a",
        "1 sql 01-02 00:00 forward inferred 008a",
        "1 opportunity 01-02 00:00 forward observed 008a",
        "1 customer 02-01 00:00 forward observed 008b",
        "1 lost 02-10 00:00 exit observed 008c",
        "1 customer 02-20 00:00 backward observed 008d",
    ]
    # first entered on 1 February, ended on the 20th; 2 January to 1 February are 30 days
    assert cycles(
        installation,
        "003back",
        "outcome, strftime(entered_customer_at, '%m-%d'), strftime(ended_at, '%m-%d'),"
        " days_in_opportunity, opportunity_count, won_amount",
    ) == [("won", "02-01", "02-20", 30, 1, 500)]


def test_the_second_opportunity_of_a_customer_is_expansion(installation: Models) -> None:
    # R13: no history row has the second of the creation, so that is an event. R6: a new opportunity
    # after the win opens cycle 2. R4: a cycle opened by an opportunity infers nothing.
    assert ledger(installation, "003more") == [
        "1 inquiry 01-01 00:00 start observed 003more",
        "1 mql 01-02 00:00 forward inferred 006one",
        "1 sal 01-02 00:00 forward inferred 006one",
        "1 sql 01-02 00:00 forward inferred 006one",
        "1 opportunity 01-02 00:00 forward observed 006one",
        "1 customer 02-01 00:00 forward observed 008e",
        "2 opportunity 05-01 00:00 reenter observed 006two",
    ]
    assert cycles(
        installation,
        "003more",
        "cycle_type, outcome, opportunity_count, won_amount, furthest_stage",
    ) == [("new", "won", 1, 70, "customer"), ("expansion", "open", 1, 0, "opportunity")]


@pytest.mark.parametrize(
    ("who", "at_creation", "skipped"),
    [
        ("inquiry", [], ["mql", "sal", "sql"]),
        ("mql", ["mql"], ["sal", "sql"]),
        ("sal", ["mql", "sal"], ["sql"]),
        ("sql", ["mql", "sal", "sql"], []),
    ],
)
def test_one_opportunity_with_people_in_different_stages(
    installation: Models, who: str, at_creation: list[str], skipped: list[str]
) -> None:
    # R13: the status stands since the creation, inferred, and so do the stages below it (R4). The
    # opportunity of 1 March takes everyone along from where they stand; closed_at is observed.
    person = f"g-{who}"
    assert ledger(installation, person) == [
        f"1 inquiry 02-01 00:00 start observed {person}",
        *(f"1 {stage} 02-01 00:00 forward inferred {person}" for stage in at_creation),
        *(f"1 {stage} 03-01 00:00 forward inferred g-deal" for stage in skipped),
        "1 opportunity 03-01 00:00 forward observed g-deal",
        "1 customer 04-01 12:00 forward observed g-deal",
    ]
    # 1 March to noon of 1 April: 31.5 days; each has the whole deal
    assert cycles(installation, person, "outcome, days_in_opportunity, won_amount") == [
        ("won", 31.5, 900)
    ]


def test_the_fifth_person_joins_the_open_opportunity(installation: Models) -> None:
    # R8: created after it, so they enter it at their own creation, inferred
    assert ledger(installation, "g-late") == [
        "1 inquiry 03-10 00:00 start observed g-late",
        *(f"1 {stage} 03-10 00:00 forward inferred g-deal" for stage in ("mql", "sal", "sql")),
        "1 opportunity 03-10 00:00 forward inferred g-deal",
        "1 customer 04-01 12:00 forward observed g-deal",
    ]
    # an inferred entry is no velocity
    assert cycles(installation, "g-late", "outcome, days_in_opportunity, won_amount") == [
        ("won", None, 900)
    ]
