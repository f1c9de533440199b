"""The published tables of the ledger, as the real models make them of a company."""

import re
from collections.abc import Sequence
from datetime import datetime

from compiled_project import Models
from expected_facts import (
    CYCLE_COLUMNS,
    EVENT_COLUMNS,
    FINDING_COLUMNS,
    OPPORTUNITY_COLUMNS,
    Facts,
    expected,
)
from raw_rows import raw_rows
from source_records import Company

TABLES_READ = [
    "fct_lead_stage_events",
    "fct_lead_lifecycle",
    "fct_opportunity_stage_events",
    "int_quality__lifecycle_exceptions",
]


def built(models: Models, company: Company) -> Facts:
    """Run the models over a company and read what they made."""
    models.run(raw_rows(company))
    marts = "lead_ledger.marts"
    return Facts(
        models.query(f"select {EVENT_COLUMNS} from {marts}.fct_lead_stage_events"),
        models.query(f"select {CYCLE_COLUMNS} from {marts}.fct_lead_lifecycle"),
        models.query(f"select {OPPORTUNITY_COLUMNS} from {marts}.fct_opportunity_stage_events"),
        set(
            models.query(
                f"select {FINDING_COLUMNS} from"
                " warehouse.intermediate.int_quality__lifecycle_exceptions"
            )
        ),
    )


def as_of(models: Models) -> datetime:
    """Now, as the models see it: an input of the oracle."""
    [(now,)] = models.query("select as_of from warehouse.intermediate.int_clock")
    return now


def differences(models: Models, company: Company) -> list[str]:
    """Rows that only the models or only the oracle have, and what one of their households is."""
    found = built(models, company)
    wanted = expected(company, as_of(models))
    lines = []
    for table in ("events", "cycles", "opportunities", "findings"):
        ours, theirs = getattr(wanted, table), getattr(found, table)
        assert len(set(theirs)) == len(theirs), table
        for side, rows in (
            ("only the oracle", set(ours) - set(theirs)),
            ("only the models", set(theirs) - set(ours)),
        ):
            lines += [f"{table}, {side}: {' '.join(map(str, row))}" for row in rows]
    lines.sort()
    return lines and [*lines, *household_of(company, lines)]


def household_of(company: Company, lines: Sequence[str]) -> list[str]:
    """The records of the first household whose records the lines name."""
    named = sorted(set(re.findall(r"\b[0a][01]\w(\d{9})\d{6}\b|\bgen(\d{9})\d{6}\b", str(lines))))
    number = next(("".join(one) for one in named), None)
    records = (
        *company.people,
        *company.status_changes,
        *company.opportunities,
        *company.stage_changes,
        *company.members,
    )
    return [str(record) for record in records if number and record.id[3:12] == number]
