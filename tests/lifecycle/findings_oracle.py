"""What the rules report beside the ledger: (reason, system, object, record id)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from event_oracle import (
    OPPORTUNITIES,
    PEOPLE,
    Event,
    events_of_deal,
    in_order,
    is_authoritative,
    stage_of,
    state_of,
    text,
)
from identity_oracle import Lead, key_of
from ledger_oracle import Cycle
from source_records import Change, Company, Opportunity, Person

Finding = tuple[str, str, str, str]


def status_findings(company: Company) -> Iterable[Finding]:
    """R1 and R13 of people: words that nobody mapped, a present word that history denies."""
    histories: dict[tuple, list[Change]] = defaultdict(list)
    for change in company.status_changes:
        histories[change.system, "lead", change.of].append(change)
    for person in company.people:
        origin = (person.system, PEOPLE[person.system] or person.object, person.id)
        changes = in_order(histories.get(key_of(person), []))
        if not changes:
            if text(person.status) and not stage_of(person.system, "lead", person.status):
                yield "unmapped_stage", *origin
            continue
        yield from unmapped(person, [change for change, _ in changes])
        last, _ = changes[-1]
        said, stands = text(last.new), text(person.status)
        if said and stands and said.lower() != stands.lower():
            yield "status_disagrees_with_history", *origin


def unmapped(person: Person, changes: Sequence[Change]) -> Iterable[Finding]:
    """R1: each row whose new value, or the first one whose old value, has no stage."""
    for number, change in enumerate(changes):
        said = [change.new]
        if number == 0 and change.at >= person.created_at:
            said.append(change.old)
        if any(text(value) and not stage_of(person.system, "lead", value) for value in said):
            yield "unmapped_stage", change.system, change.object, change.id


def stage_findings(company: Company) -> Iterable[Finding]:
    """R1 and R13 of opportunities."""
    histories: dict[tuple, list[Change]] = defaultdict(list)
    for change in company.stage_changes:
        histories[change.system, change.of].append(change)
    for deal in company.opportunities:
        changes = [change for change, _ in in_order(histories.get((deal.system, deal.id), []))]
        for number, change in enumerate(changes):
            said = [change.new]
            if number == 0 and change.at >= deal.created_at:
                said.append(change.old)
            if any(
                text(value) and not stage_of(deal.system, "opportunity", value) for value in said
            ):
                yield "unmapped_stage", change.system, change.object, change.id
        if denied_by_history(deal, changes):
            yield (
                "status_disagrees_with_history",
                deal.system,
                OPPORTUNITIES[deal.system],
                deal.id,
            )


def denied_by_history(deal: Opportunity, changes: Sequence[Change]) -> bool:
    """Whether the recorded events of an opportunity end in another state than it has."""
    ids = {change.id for change in changes if text(change.new)}
    ends = [event for event in events_of_deal(deal, changes) if event.record_id in ids]
    recorded = [event for event in ends if event.place >= 0]
    return bool(recorded) and recorded[-1].stage != state_of(deal)


def lead_findings(lead: Lead, own: Sequence[Event], cycles: Sequence[Cycle]) -> Iterable[Finding]:
    """R6, R12 and the authority: what does not move the lead, and what cannot be."""
    for event in own[1:]:
        if not is_authoritative(event, lead):
            yield "not_the_authority", event.system, event.object, event.record_id
    for cycle in cycles:
        for event in cycle.set_aside:
            yield "event_after_close", event.system, event.object, event.record_id
        for row in cycle.rows:
            if row.event.has_time_anomaly:
                event = row.event
                yield "impossible_time", event.system, event.object, event.record_id
