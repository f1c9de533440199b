"""What the published tables must hold, as the oracle expects it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from event_oracle import (
    Event,
    OpportunityKey,
    buying_groups,
    line_of,
    opportunity_states,
    own_events,
    state_of,
)
from findings_oracle import Finding, lead_findings, stage_findings, status_findings
from identity_oracle import key_of, leads_of
from ledger_oracle import Cycle, CycleState, Row, cycles_of, limits_of, states_of
from source_records import Company, Opportunity

STAGES = ("inquiry", "mql", "sal", "sql", "opportunity", "customer")

EVENT_COLUMNS = """lead_id, cycle_number, event_number, from_stage, to_stage, direction,
    is_inferred, has_time_anomaly, occurred_at, time_precision, opportunity_id, source_system,
    source_object, source_record_id, is_source_deleted"""

CYCLE_COLUMNS = ", ".join(
    [
        "lead_id",
        "cycle_number",
        "cycle_type",
        *(f"entered_{stage}_at" for stage in STAGES),
        *(f"is_{stage}_inferred" for stage in STAGES[1:]),
        *(f"round(days_in_{stage}, 6)" for stage in STAGES[:-1]),
        "started_at",
        "ended_at",
        "current_stage",
        "furthest_stage",
        "outcome",
        "is_open",
        "has_time_anomaly",
        "opportunity_count",
        "won_amount",
        "round(age_days, 6)",
        "round(days_in_current_stage, 6)",
        "is_stalled",
    ]
)

OPPORTUNITY_COLUMNS = """opportunity_id, from_stage, to_stage, occurred_at, time_precision,
    is_inferred, has_time_anomaly, is_source_deleted, source_object, source_record_id"""

FINDING_COLUMNS = "reason, source_system, source_object, source_record_id"


@dataclass
class Facts:
    """Rows of both lead facts and of the opportunities' stage events, and what is reported."""

    events: list[tuple] = field(default_factory=list)
    cycles: list[tuple] = field(default_factory=list)
    opportunities: list[tuple] = field(default_factory=list)
    findings: set[Finding] = field(default_factory=set)


def expected(company: Company, as_of: datetime) -> Facts:
    """Walk every lead of a company through the rules."""
    facts = Facts()
    leads = leads_of(company)
    deals = {(deal.system, deal.id): deal for deal in company.opportunities}
    states = opportunity_states(company)
    memberships: list[list[OpportunityKey]] = [[] for _ in leads]
    for key, members in sorted(buying_groups(company, leads).items()):
        for member in members if key in deals else ():
            memberships[member].append(key)
    walked: list[list[Cycle]] = []
    for lead, keys in zip(leads, memberships, strict=True):
        own = own_events(company, lead)
        walked.append(cycles_of(line_of(lead, own, [states[key] for key in keys])))
        facts.findings |= set(lead_findings(lead, own, walked[-1]))
    limits = limits_of(cycle for cycles in walked for cycle in cycles)
    for lead, cycles in zip(leads, walked, strict=True):
        lead_id = public_id(*key_of(lead.oldest))
        facts.events += [event_row(lead_id, row) for cycle in cycles for row in cycle.rows]
        if lead.is_live:
            facts.cycles += [
                cycle_row(lead_id, state, deals) + ages(state, as_of, limits)
                for state in states_of(cycles)
            ]
    for changes in states.values():
        facts.opportunities += opportunity_rows(changes)
    facts.findings |= {*status_findings(company), *stage_findings(company)}
    return facts


def public_id(*parts: str) -> str:
    """Sixteen hex digits of the low 63 bits of an md5, as the macros are documented."""
    digest = hashlib.md5("|".join(parts).encode(), usedforsecurity=False).digest()
    return f"{int.from_bytes(digest[8:], 'little') & ((1 << 63) - 1):016x}"


def opportunity_id(key: OpportunityKey) -> str:
    return public_id(key[0], "opportunity", key[1])


def precision(event: Event) -> str:
    return "day" if event.is_day_only else "second"


def event_row(lead_id: str, row: Row) -> tuple:
    event = row.event
    return (
        lead_id,
        row.cycle,
        row.number,
        row.from_stage,
        row.to_stage,
        row.direction,
        row.is_inferred,
        event.has_time_anomaly,
        event.occurred_at,
        precision(event),
        opportunity_id(event.opportunity) if event.opportunity else None,
        event.system,
        event.object,
        event.record_id,
        event.is_deleted,
    )


def cycle_row(lead_id: str, state: CycleState, deals: dict[OpportunityKey, Opportunity]) -> tuple:
    standing = [deals[key] for key in state.deals if not deals[key].is_deleted]
    return (
        lead_id,
        state.number,
        state.cycle_type,
        *(state.entered_at.get(stage) for stage in STAGES),
        *(state.is_entry_inferred.get(stage, False) for stage in STAGES[1:]),
        *(rounded(state.days_in.get(stage)) for stage in STAGES[:-1]),
        state.started_at,
        state.ended_at,
        state.current_stage,
        state.furthest_stage,
        state.outcome,
        state.outcome == "open",
        state.has_time_anomaly,
        len(standing),
        won_amount(standing),
    )


def ages(state: CycleState, as_of: datetime, limits: dict[str, float]) -> tuple:
    """Age, days in the stage and whether they are too many; of open cycles only."""
    if state.outcome != "open":
        return (None, None, False)
    age, in_stage = (
        (as_of - since) / timedelta(days=1) for since in (state.started_at, state.current_since)
    )
    limit = limits.get(state.current_stage)
    return (
        rounded(max(age, 0)),
        rounded(max(in_stage, 0)),
        limit is not None and in_stage > limit,
    )


def opportunity_rows(changes: Sequence[Event]) -> Iterable[tuple]:
    before = None
    for event in changes:
        yield (
            opportunity_id(event.opportunity),
            before,
            event.stage,
            event.occurred_at,
            precision(event),
            event.is_inferred,
            event.has_time_anomaly,
            event.is_deleted,
            event.object,
            event.record_id,
        )
        before = event.stage


def rounded(days: float | None) -> float | None:
    return None if days is None else round(float(days), 6)


def won_amount(deals: Sequence[Opportunity]) -> Decimal | None:
    """0 without a win, null where a win has no amount."""
    won = [deal.amount for deal in deals if state_of(deal) == "customer"]
    return None if None in won else Decimal(sum(won))
