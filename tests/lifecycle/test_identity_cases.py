"""Who is joined, who is refused, and that the order of arrival has no say in it."""

from random import Random

import pytest
from compiled_project import CompiledProject, Models
from ledger_tables import TABLES_READ
from random_company import company_of
from raw_rows import TABLES, raw_rows

IDENTITY = ["bridge_lead_aliases", "int_quality__identity_exceptions"]


@pytest.fixture(scope="module")
def installation(project: CompiledProject) -> Models:
    return Models(project, TABLES, [*TABLES_READ, *IDENTITY])


def people(count: int, **cells: object) -> list[dict]:
    """Generic leads of one name, a day apart; the last is the oldest."""
    return [
        {
            "lead_id": f"p{number:02d}",
            "created_at": f"2026-03-{1 + (count - number) % 28:02d} 00:00:{number:02d}",
            "first_name": "Ann",
            **cells,
        }
        for number in range(count)
    ]


def leads_and_refusals(installation: Models, rows: list[dict]) -> tuple[int, list[tuple]]:
    installation.run({"generic__leads": rows})
    [(leads,)] = installation.query(
        "select count(distinct lead_id) from lead_ledger.marts.bridge_lead_aliases"
    )
    refused = installation.query(
        "select source_record_id, detail"
        " from warehouse.intermediate.int_quality__identity_exceptions"
        " where reason = 'over_merge_refused' order by 1"
    )
    return leads, refused


def test_fifty_records_may_be_one_person(installation: Models) -> None:
    rows = people(50, email="ann@x.example", merged_into_lead_id=None)
    assert leads_and_refusals(installation, rows) == (1, [])


def test_an_over_merge_is_refused_with_its_evidence(installation: Models) -> None:
    """Fifty of one email, 49 edges, and two records merged into one of them: 52, two by merge."""
    rows = people(52, merged_into_lead_id=None)
    for row in rows[:50]:
        row["email"] = "ann@x.example"
    for row in rows[50:]:
        row |= {"email": None, "merged_into_lead_id": "p00"}
    # created on 1 March at 00:00:24, as (52 - 24) % 28 is 0: no other is older
    evidence = (
        "one of 52 connected records, more than 50: 49 by email, 0 by conversion, 2 by merge,"
        " 0 by stored salesforce id, the oldest generic leads p24"
    )
    assert leads_and_refusals(installation, rows) == (
        52,
        [(f"p{number:02d}", evidence) for number in range(52)],
    )


def test_the_order_of_arrival_has_no_say(installation: Models) -> None:
    company = company_of([Random(seed).randbytes(60) for seed in range(150)])
    rows = raw_rows(company)
    tables = ("bridge_lead_aliases", "fct_lead_stage_events", "fct_lead_lifecycle")

    def published() -> list[list[tuple]]:
        return [
            installation.query(f"select * from lead_ledger.marts.{table} order by all")
            for table in tables
        ]

    installation.run(rows)
    one = published()
    for content in rows.values():
        Random(7).shuffle(content)
    installation.run(rows)
    assert published() == one
    assert all(one)
