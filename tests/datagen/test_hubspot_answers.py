"""HubSpot's part of the sheet against its files, read by the rules of the sheet."""

from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from company_extracts import LEAD, Extracts, convert, to_time
from hubspot_extracts import Portal

STAGE_OF = {
    "subscriber": "inquiry",
    "lead": "inquiry",
    "marketingqualifiedlead": "mql",
    "salesqualifiedlead": "sql",
}
LADDER = ["inquiry", "mql", "sal", "sql", "opportunity"]


@pytest.fixture(scope="module")
def portal(extracts: Extracts) -> Portal:
    return Portal(extracts)


@pytest.fixture(scope="module")
def answers(sheet: dict) -> dict:
    return sheet["added"]["hubspot"]


@pytest.fixture(scope="module")
def lifecycle(portal: Portal) -> dict[str, list[tuple[str, str]]]:
    """(time, stage) per contact, in order of time."""
    history = defaultdict(list)
    for row in portal.read("contact_property_history"):
        if row["name"] == "lifecyclestage":
            history[row["contact_id"]].append((row["timestamp"], row["value"]))
    return {contact: sorted(rows) for contact, rows in history.items()}


def test_contacts_and_people(portal: Portal, answers: dict) -> None:
    live = [row for row in portal.contacts.values() if row["_fivetran_deleted"] == "FALSE"]
    known = {row["salesforce_lead"] for row in live if row["salesforce_lead"]}
    own = {row["id"] for row in live if not row["salesforce_lead"]}
    assert answers["people"] == {
        "contacts": len(portal.contacts),
        "contacts_live": len(live),
        "people": len(known) + len(own),
        "people_known_to_salesforce": len(known),
        "people_known_only_here": len(own),
        "with_stored_salesforce_id": sum(
            bool(row["property_salesforceleadid"] or row["property_salesforcecontactid"])
            for row in portal.contacts.values()
        ),
    }
    assert len(known) > 4 * len(own) > 400


def test_contacts_are_younger_than_their_lead(extracts: Extracts, portal: Portal) -> None:
    created = {row["Id"]: row["CreatedDate"] for row in extracts.read(LEAD)}
    for contact in portal.contacts.values():
        if contact["salesforce_lead"]:
            lead_at = to_time(created[contact["salesforce_lead"]])
            assert to_time(contact["property_createdate"]) > lead_at


def test_deals_and_money(extracts: Extracts, portal: Portal, answers: dict) -> None:
    entered = {
        (row["deal_id"], row["value"]): to_time(row["date_entered"])
        for row in portal.read("deal_stage")
    }
    rates = extracts.read_rates()
    deals = [row for row in portal.read("deal") if row["is_deleted"] == "FALSE"]
    expected = answers["opportunities"]
    assert len(deals) == expected["not_deleted"]
    stages = Counter(row["deal_pipeline_stage_id"] for row in deals)
    assert stages["closedlost"] == expected["closed_lost"]

    def total(rows: list[dict[str, str]], stage: str) -> str:
        amounts = [
            convert(
                Decimal(row["property_amount"]),
                row["property_deal_currency_code"],
                entered[row["deal_id"], stage].date(),
                rates,
            )
            for row in rows
            if row["property_amount"]
        ]
        return str(sum(amounts))

    won = [row for row in deals if row["deal_pipeline_stage_id"] == "closedwon"]
    new_won = [row for row in won if row["property_dealtype"] != "existingbusiness"]
    for rows, part in ((won, expected["won"]), (new_won, expected["won_new_business"])):
        assert (len(rows), total(rows, "closedwon")) == (part["count"], part["total_usd"])
    assert len(won) > len(new_won)
    new = [
        row
        for row in deals
        if row["property_dealtype"] != "existingbusiness" and row["deal_pipeline_id"] == "default"
    ]
    part = expected["pipeline_new_business"]
    assert (len(new), total(new, "appointmentscheduled")) == (part["count"], part["total_usd"])
    outside = {row["deal_id"] for row in deals if row["deal_pipeline_id"] != "default"}
    assert outside == set(expected["outside_sales_pipelines"]["ids"])


def test_deals_are_of_people_whom_salesforce_does_not_know(portal: Portal) -> None:
    deals = Counter()
    for row in portal.read("deal_contact"):
        assert not portal.contacts[row["contact_id"]]["salesforce_lead"]
        deals[row["deal_id"]] += 1
    assert set(deals) == {row["deal_id"] for row in portal.read("deal")}
    assert max(deals.values()) > 1


def test_deal_stages_follow_each_other(portal: Portal) -> None:
    visits = defaultdict(list)
    for row in portal.read("deal_stage"):
        visits[row["deal_id"]].append(row)
    for deal in portal.read("deal"):
        rows = sorted(visits[deal["deal_id"]], key=lambda row: row["_fivetran_start"])
        assert rows[0]["date_entered"] == deal["property_createdate"]
        assert rows[-1]["value"] == deal["deal_pipeline_stage_id"]
        assert [row["_fivetran_active"] for row in rows] == ["FALSE"] * (len(rows) - 1) + ["TRUE"]
        for row, following in pairwise(rows):
            assert row["_fivetran_end"] == following["_fivetran_start"] > row["_fivetran_start"]


def test_touches_by_type(extracts: Extracts, portal: Portal, sheet: dict, answers: dict) -> None:
    kinds = Counter(row["type"] for row in portal.email_events.values())
    touches = answers["touches"]
    assert kinds == {
        "SENT": touches["emails_sent"],
        "DELIVERED": touches["emails_delivered"],
        "OPEN": touches["emails_opened"],
        "CLICK": touches["emails_clicked"],
    }
    submissions = portal.read("contact_form_submission")
    forms = [touch for _, touch in portal.list_touches() if touch[1] == "form"]
    twins = touches["submissions_that_the_web_tracker_has_too"]
    assert touches["form_submissions"] == len(submissions) == len(forms) + twins
    assert twins > 0
    web = extracts.read("web/sessions/sessions.csv")
    by_type = sheet["all_systems"]["touches_by_type"]
    assert by_type["visit"] == len(web)
    assert by_type["form"] == sum(bool(row["form_name"]) for row in web) + len(forms)
    assert by_type["email_open"] == kinds["OPEN"]
    assert by_type["meeting"] == answers["engagements"]["meetings_held"]


def test_every_email_event_has_its_detail(portal: Portal) -> None:
    by_type = defaultdict(set)
    for identity, row in portal.email_events.items():
        by_type[row["type"]].add(identity)
        if row["sent_by_id"]:
            sent = portal.email_events[row["sent_by_id"]]
            assert sent["type"] == "SENT"
            assert sent["recipient"] == row["recipient"]
            assert sent["created"] == row["sent_by_created"] < row["created"]
    for kind, name in (
        ("SENT", "sent"),
        ("DELIVERED", "delivered"),
        ("OPEN", "open"),
        ("CLICK", "click"),
    ):
        assert {row["id"] for row in portal.read(f"email_event_{name}")} == by_type[kind]


def test_stages(portal: Portal, answers: dict, lifecycle: dict) -> None:
    deals = {row["deal_id"]: row for row in portal.read("deal")}
    closed = {
        (row["deal_id"], row["value"]): row["date_entered"] for row in portal.read("deal_stage")
    }
    deal_of = {row["contact_id"]: row["deal_id"] for row in portal.read("deal_contact")}
    seen = set()
    for lead in answers["stages"]["leads"]:
        contact = portal.contacts[lead["lead_id"]]
        assert not contact["salesforce_lead"]
        observed = [("inquiry", to_time(contact["property_createdate"]))]
        for at, value in lifecycle[lead["lead_id"]]:
            stage = STAGE_OF.get(value)
            # a high-water mark: only what is above everything before
            if stage and all(LADDER.index(stage) > LADDER.index(s) for s, _ in observed):
                observed.append((stage, to_time(at)))
        deal = deal_of.get(lead["lead_id"])
        if deal:
            observed.append(("opportunity", to_time(deals[deal]["property_createdate"])))
            for value, stage in (("closedwon", "customer"), ("closedlost", "lost")):
                if (deal, value) in closed:
                    observed.append((stage, to_time(closed[deal, value])))
        entries = [(s, to_time(at)) for s, at, _, inferred in lead["entries"] if not inferred]
        assert entries == observed, lead["lead_id"]
        assert {cycle for _, _, cycle, _ in lead["entries"]} == {1}
        names = [entry[0] for entry in lead["entries"]]
        # every stage below the highest one is there, observed or filled in, in its order
        climbed = [name for name in names if name in LADDER]
        assert climbed == LADDER[: len(climbed)]
        seen.update(names)
        # HubSpot moves the contact in the second of the deal
        moved = [at for at, value in lifecycle[lead["lead_id"]] if value == "opportunity"]
        assert moved == ([deals[deal]["property_createdate"]] if deal else [])
    assert {"mql", "sql", "opportunity", "customer", "lost"} <= seen


def test_journeys(portal: Portal, answers: dict) -> None:
    touches = defaultdict(set)
    for contact, touch in portal.list_touches():
        touches[contact["survivor"]].add(touch)
    groups = defaultdict(set)
    for row in portal.read("deal_contact"):
        groups[row["deal_id"]].add(row["contact_id"])
    journeys = answers["journeys"]["journeys"]
    assert len(journeys) == answers["journeys"]["count"] >= 5
    for journey in journeys:
        end = to_time(journey["converted_at"])
        found = sorted(
            touch[:3]
            for contact in groups[journey["opportunity_id"]]
            for touch in touches[contact]
            if end - timedelta(days=365) <= touch[0] <= end
        )
        assert found == sorted(
            (to_time(touch["touched_at"]), touch["kind"], touch["channel"])
            for touch in journey["touches"]
        )
    assert any(len(journey["touches"]) > 1 for journey in journeys)


def test_engagements(portal: Portal, answers: dict) -> None:
    expected = answers["engagements"]
    calls, emails = portal.read("engagement_call"), portal.read("engagement_email")
    assert (len(calls), len(emails)) == (expected["calls"], expected["emails"])
    inbound = Counter(row["property_hs_call_direction"] for row in calls)["INBOUND"]
    inbound += Counter(row["property_hs_email_direction"] for row in emails)["INCOMING_EMAIL"]
    assert inbound == expected["inbound"] > 0
    tasks = Counter(row["property_hs_task_status"] for row in portal.read("engagement_task"))
    assert tasks["COMPLETED"] == expected["tasks_completed"]
    assert tasks["NOT_STARTED"] == expected["tasks_open"] > 0
    meetings = portal.read("engagement_meeting")
    ahead = [row for row in meetings if row["start_time"] > "2026-07"]
    assert {row["meeting_outcome"] for row in ahead} == {"SCHEDULED"}
    assert len(ahead) == expected["meetings_ahead"] == 2
    assert len(meetings) - len(ahead) == expected["meetings_held"]
    ids = {row["id"] for row in portal.read("engagement")}
    assert ids == {row["engagement_id"] for row in portal.read("engagement_contact")}


def test_lifecycles_that_agree_with_salesforce_and_those_that_do_not(
    extracts: Extracts, portal: Portal, answers: dict, lifecycle: dict
) -> None:
    qualified = defaultdict(list)
    for row in extracts.read("salesforce/lead_history/LeadHistory.csv"):
        if row["Field"] == "Status" and row["NewValue"] in {"MQL", "Qualified"}:
            qualified[row["LeadId"]].append(to_time(row["CreatedDate"]))
    wrong = {
        *answers["defects"]["lifecycle_disagrees_with_salesforce"]["ids"],
        *answers["defects"]["lifecycle_set_back"]["ids"],
    }
    agreeing = 0
    for contact in portal.contacts.values():
        lead = contact["salesforce_lead"]
        moves = [
            to_time(at)
            for at, value in lifecycle[contact["id"]]
            if value in {"marketingqualifiedlead", "salesqualifiedlead"}
        ]
        if lead and moves:
            is_echo = all(at - timedelta(seconds=90) in qualified[lead] for at in moves)
            assert is_echo == (contact["id"] not in wrong)
            agreeing += is_echo
    assert agreeing > 200


def test_contacts_joined_by_their_stored_id_alone(
    extracts: Extracts, portal: Portal, answers: dict
) -> None:
    defect = answers["defects"]["joined_by_stored_id_only"]
    emails = {row["Email"].strip().lower() for row in extracts.read(LEAD)}
    lengths = Counter()
    for identity, lead in zip(defect["ids"], defect["salesforce_leads"], strict=True):
        contact = portal.contacts[identity]
        assert contact["property_email"] not in emails
        assert contact["salesforce_lead"] == lead
        stored = contact["property_salesforceleadid"] or contact["property_salesforcecontactid"]
        lengths[len(stored)] += 1
    assert set(lengths) == {15, 18}
    others = {
        row["id"]
        for row in portal.contacts.values()
        if row["salesforce_lead"]
        and row["property_email"] not in emails
        and row["survivor"] == row["id"]
    }
    assert others == set(defect["ids"])


def test_merged_and_deleted_contacts(portal: Portal, answers: dict, lifecycle: dict) -> None:
    merged, deleted = (answers["defects"][name] for name in ("merged_contacts", "deleted_contacts"))
    gone = {row["id"] for row in portal.contacts.values() if row["_fivetran_deleted"] == "TRUE"}
    assert gone == {*merged["ids"], *deleted["ids"]}
    audit = {row["vid_to_merge"]: row for row in portal.read("contact_merge_audit")}
    assert set(audit) == set(merged["ids"])
    for identity, survivor in zip(merged["ids"], merged["survivors"], strict=True):
        assert audit[identity]["canonical_vid"] == survivor
        assert portal.contacts[survivor]["property_hs_merged_object_ids"] == identity
        # it had a life of its own before
        assert lifecycle[identity][0][0] < audit[identity]["timestamp"]


def test_lifecycle_defects(portal: Portal, answers: dict, lifecycle: dict) -> None:
    defects = answers["defects"]
    order = [*STAGE_OF, "opportunity", "customer"]
    value = defects["unmapped_lifecycle_stage"]["value"]
    assert {i for i, rows in lifecycle.items() if value in {v for _, v in rows}} == set(
        defects["unmapped_lifecycle_stage"]["ids"]
    )
    set_back = {
        identity
        for identity, rows in lifecycle.items()
        if value not in {v for _, v in rows}
        and any(
            order.index(after) < order.index(before) for (_, before), (_, after) in pairwise(rows)
        )
    }
    assert set_back == set(defects["lifecycle_set_back"]["ids"])
    owners = {bool(portal.contacts[identity]["salesforce_lead"]) for identity in set_back}
    assert owners == {True, False}


def test_dates_that_lie_and_placeholders(portal: Portal, answers: dict) -> None:
    defects = answers["defects"]
    contacts = portal.contacts.values()
    assert {r["id"] for r in contacts if r["property_lastmodifieddate"] > "2026-07"} == set(
        defects["modified_in_9999"]["ids"]
    )
    companies = portal.read("company")
    assert {r["id"] for r in companies if r["property_createdate"] < "1901"} == set(
        defects["companies_created_in_1900"]["ids"]
    )
    assert {r["id"] for r in companies if r["is_deleted"] == "true"} == set(
        defects["deleted_companies"]["ids"]
    )
    deals = portal.read("deal")
    assert {r["deal_id"] for r in deals if r["property_closedate"] > "9999"} == set(
        defects["open_deals_closing_in_9999"]["ids"]
    )
    assert {r["deal_id"] for r in deals if r["is_deleted"] == "TRUE"} == set(
        defects["deleted_deals"]["ids"]
    )
    assert {r["deal_id"] for r in deals if not r["property_amount"]} == set(
        defects["deals_without_amount"]["ids"]
    )
    titles = Counter(row["property_jobtitle"] for row in contacts)
    assert titles["Select"] + titles["N/A"] == defects["placeholder_job_titles"]["count"] > 0


def test_files_that_overlap_and_files_that_come_late(
    extracts: Extracts, sheet: dict, answers: dict
) -> None:
    defects = answers["defects"]
    older, newer = extracts.read_parts("hubspot/contact")
    assert {row["id"] for row in older} == set(defects["older_state_arrives_last"]["ids"])
    newest = {row["id"]: row for row in newer}
    for row in older:
        assert row["property_lastmodifieddate"] <= newest[row["id"]]["property_lastmodifieddate"]
        assert row["property_jobtitle"] != newest[row["id"]]["property_jobtitle"]
    late, first, second = extracts.read_parts("hubspot/email_event")
    ids = [{row["id"] for row in part} for part in (late, first, second)]
    assert len(ids[1] & ids[2]) == defects["email_events_in_two_files"]["count"] > 0
    assert len(ids[0]) == defects["email_events_arriving_last"]["count"] > 0
    assert not ids[0] & (ids[1] | ids[2])
    assert sheet["objects"]["hubspot.email_event"]["staged"] == len(ids[0] | ids[1] | ids[2])
    # the file of the oldest events was the last to arrive
    paths = sorted((extracts.landing / "hubspot/email_event").iterdir())
    assert paths[0].stat().st_mtime == max(path.stat().st_mtime for path in paths)


def test_the_storm_of_opens(portal: Portal, answers: dict) -> None:
    storm = answers["defects"]["opens_by_privacy_proxies"]
    proxied = {r["id"] for r in portal.read("email_event_open") if "Proxy" in r["user_agent"]}
    assert len(proxied) == storm["count"]
    events = [portal.email_events[identity] for identity in proxied]
    assert {row["email_campaign_id"] for row in events} == set(storm["email_campaigns"])
    per_person = Counter(row["recipient"] for row in events)
    assert set(per_person.values()) == {12}
