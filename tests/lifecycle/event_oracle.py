"""From records to the events of each lead in their order: rules R0, R1, R2, R8, R9, R12, R13."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from identity_oracle import Lead, RecordKey, is_live, key_of, seed
from source_records import Change, Company, Opportunity, Person

RANKS = {row["stage"]: int(row["stage_rank"]) for row in seed("lifecycle_stages")}
CLOSING = {row["stage"] for row in seed("lifecycle_stages") if row["closes_cycle"] == "true"}
# in the order of the variable `systems`; HubSpot, between them, has nothing here
SYSTEMS = ["salesforce", "generic"]
AUTHORITIES = {row["stage"]: row["source_system"] for row in seed("stage_authority")}
STAGES = {
    (row["source_system"], row["source_object"], row["source_value"].lower()): row["stage"]
    for row in seed("stage_mapping")
}
# folders of the landing zone, which name where an event is from
PEOPLE = {"salesforce": None, "generic": "leads"}
OPPORTUNITIES = {"salesforce": "opportunity", "generic": "opportunities"}
# rows of one second that are further apart in their chain than this are not chained
LONGEST_CHAIN = 5

OpportunityKey = tuple[str, str]


@dataclass(frozen=True)
class Event:
    """One event of a lead or of an opportunity."""

    stage: str
    occurred_at: datetime
    system: str
    object: str
    record_id: str
    # the record or the opportunity whose event it is
    of: RecordKey | OpportunityKey
    opportunity: OpportunityKey | None = None
    is_inferred: bool = False
    is_day_only: bool = False
    is_deleted: bool = False
    has_time_anomaly: bool = False
    # among the events of one second of the same record
    place: int = 0
    # where it stands: an event that cannot be comes after the creation of its record
    order_at: datetime = datetime.min
    is_before_creation: bool = False
    sort_at: tuple[datetime, datetime] | None = None

    @property
    def sorted_at(self) -> tuple[datetime, datetime]:
        """Where it stands, and among those that stand there when it happened."""
        return self.sort_at or (self.order_at, self.occurred_at)


def stage_of(system: str, object_name: str, value: str | None) -> str | None:
    """R1: a blank value is none, an unmapped one neither (it is reported)."""
    word = (value or "").strip().lower()
    return STAGES.get((system, object_name, word)) or STAGES.get(("*", object_name, word))


def text(value: str | None) -> str | None:
    """A blank value is nothing."""
    return (value or "").strip() or None


def end_of_day(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59))


# --- R2: the order of a history --------------------------------------------------------------


def in_order(changes: Iterable[Change]) -> list[tuple[Change, int]]:
    """Rows of one second chain old value to new value; each with its place in the chain."""
    by_second: dict[datetime, list[Change]] = defaultdict(list)
    for change in changes:
        by_second[change.at].append(change)
    ordered, value_before = [], None
    for _, group in sorted(by_second.items()):
        places = chain(group, value_before)
        ordered += sorted(
            ((change, places[change.id]) for change in group),
            key=lambda item: (item[1], item[0].id),
        )
        value_before = value_after(group, value_before)
    return ordered


def chain(group: Sequence[Change], value_before: str | None) -> dict[str, int]:
    """Place per row: how many rows of its second lead up to it; 0 where that cannot be told."""
    starts = [change for change in group if not predecessors(change, group)]
    if not starts:
        # a loop begins with the value that stood before
        starts = [change for change in group if text(change.old) == value_before]
    places = {change.id: 0 for change in starts}
    for place in range(1, LONGEST_CHAIN + 1):
        reached = {id_ for id_, reached_place in places.items() if reached_place == place - 1}
        for change in group:
            if change.id not in places and reached & predecessors(change, group):
                places[change.id] = place
    return {change.id: places.get(change.id, 0) for change in group}


def predecessors(change: Change, group: Sequence[Change]) -> set[str]:
    """The other rows of the second that set a row's old value."""
    return {
        other.id
        for other in group
        if other.id != change.id and text(change.old) and text(other.new) == text(change.old)
    }


def value_after(group: Sequence[Change], value_before: str | None) -> str | None:
    """What holds after a second: the one value that no other row of it replaces."""
    if all(predecessors(change, group) for change in group):
        return value_before  # a loop changes nothing
    ends = {
        text(change.new)
        for change in group
        if not any(change.id in predecessors(other, group) for other in group)
    }
    return ends.pop() if len(ends) == 1 else None


# --- the lead's own records ------------------------------------------------------------------


def own_events(company: Company, lead: Lead) -> list[Event]:
    """R0, R1, R13: all that the records of a lead say, whoever's word counts."""
    histories: dict[RecordKey, list[Change]] = defaultdict(list)
    for change in company.status_changes:
        histories[change.system, "lead", change.of].append(change)
    created_of = {(deal.system, deal.id): deal.created_at for deal in company.opportunities}
    events = [person_event(lead.oldest, "inquiry", lead.created_at)]
    for record in lead.records:
        changes = histories.get(key_of(record), [])
        events += recorded(record, changes) if changes else present(record, created_of)
    return events


def person_event(person: Person, stage: str, at: datetime, **more: object) -> Event:
    folder = PEOPLE[person.system] or person.object
    origin = {"object": folder, "record_id": person.id, "is_deleted": not is_live(person)}
    return Event(stage, at, system=person.system, of=key_of(person), order_at=at, **(origin | more))


def recorded(person: Person, changes: Sequence[Change]) -> Iterable[Event]:
    """R13: history gives events, and its first old value an inferred one at the creation."""
    ordered = in_order(changes)
    first, _ = ordered[0]
    before = stage_of(person.system, "lead", first.old)
    if before and first.at >= person.created_at:
        origin = {"object": first.object, "record_id": first.id, "place": -1}
        yield person_event(person, before, person.created_at, is_inferred=True, **origin)
    for change, place in ordered:
        stage = stage_of(person.system, "lead", change.new)
        if stage:
            origin = {"object": change.object, "record_id": change.id, "place": place}
            yield person_event(person, stage, change.at, **origin)


def present(person: Person, created_of: dict[OpportunityKey, datetime]) -> Iterable[Event]:
    """R13: without history the status is one inferred event: at a stage date or the conversion."""
    stage = stage_of(person.system, "lead", person.status)
    if not stage:
        return
    at, is_day_only = person.created_at, False
    stated = {"mql": person.mql_on, "sql": person.sql_at}.get(stage)
    deal_created_at = created_of.get((person.system, person.converted_opportunity or ""))
    if isinstance(stated, datetime):
        at = stated
    elif stated:
        at, is_day_only = end_of_day(stated), True
    elif person.converted_at:
        at = person.converted_at
    elif person.converted_on and deal_created_at and deal_created_at.date() == person.converted_on:
        # a second-precise source for the same event wins
        at = deal_created_at
    elif person.converted_on:
        at, is_day_only = end_of_day(person.converted_on), True
    yield person_event(person, stage, at, is_inferred=True, is_day_only=is_day_only)


def is_authoritative(event: Event, lead: Lead) -> bool:
    """Only the authority's events move a lead that the authority knows."""
    authority = AUTHORITIES.get(event.stage)
    knows = any(record.system == authority for record in lead.records)
    return not knows or event.system == authority


# --- opportunities ---------------------------------------------------------------------------


def state_of(deal: Opportunity) -> str:
    """Won and lost by the flags, by the stage's name only where they are missing."""
    named = stage_of(deal.system, "opportunity", deal.stage)
    is_won = named == "customer" if deal.is_won is None else deal.is_won
    is_closed = named in {"customer", "lost"} if deal.is_closed is None else deal.is_closed
    if is_won:
        return "customer"
    return "lost" if is_closed else "opportunity"


def state_by(deal: Opportunity, stage: str | None) -> str:
    """The state of a row of history; the flags of the present hold for the present stage."""
    if text(stage) and text(deal.stage) and text(stage).lower() == text(deal.stage).lower():
        return state_of(deal)
    return stage_of(deal.system, "opportunity", stage) or "opportunity"


def opportunity_states(company: Company) -> dict[OpportunityKey, list[Event]]:
    """The changes of state of every opportunity, in order (R2, R9, R12, R13)."""
    histories: dict[OpportunityKey, list[Change]] = defaultdict(list)
    for change in company.stage_changes:
        histories[change.system, change.of].append(change)
    return {
        (deal.system, deal.id): changes_of_state(deal, histories.get((deal.system, deal.id), []))
        for deal in company.opportunities
    }


def changes_of_state(deal: Opportunity, history: Sequence[Change]) -> list[Event]:
    """One event per change; of those of one second, each with its place."""
    kept: list[Event] = []
    for event in events_of_deal(deal, history):
        if not kept or event.stage != kept[-1].stage:
            kept.append(event)
    return [
        replace(
            event, place=sum(before.occurred_at == event.occurred_at for before in kept[:number])
        )
        for number, event in enumerate(kept)
    ]


def events_of_deal(deal: Opportunity, history: Sequence[Change]) -> list[Event]:
    """The creation, what is said to have happened before it, what happened after it."""
    ordered = in_order(history)
    events = [
        deal_event(deal, state_by(deal, change.new), change.at, change=change, place=place)
        for change, place in ordered
        if text(change.new)
    ]
    seconds = {event.occurred_at for event in events}
    if ordered:
        first, _ = ordered[0]
        if text(first.old) and first.at >= deal.created_at:
            before = state_by(deal, first.old)
            events.append(
                deal_event(deal, before, deal.created_at, change=first, place=-1, is_inferred=True)
            )
    if deal.created_at not in seconds:
        events.append(deal_event(deal, "opportunity", deal.created_at, place=-2))
    events = in_line(events)
    state = state_of(deal)
    recorded_last = [event for event in events if event.place > -1][-1:]
    if state != "opportunity" and (not recorded_last or recorded_last[0].stage != state):
        events = in_line([*events, close_of(deal, state, recorded_last)])
    return events


def close_of(deal: Opportunity, state: str, recorded_last: Sequence[Event]) -> Event:
    """R13: closed_at is an observed time; a close date is not, nor is the creation.

    It came after all that history knows, and then its time is inferred, too.
    """
    at, is_inferred, is_day_only = deal.created_at, True, False
    if deal.closed_at:
        at, is_inferred = deal.closed_at, False
    elif deal.close_date:
        at, is_day_only = end_of_day(deal.close_date), True
    if recorded_last and recorded_last[0].occurred_at > at:
        at, is_inferred, is_day_only = recorded_last[0].occurred_at, True, False
    return deal_event(deal, state, at, is_inferred=is_inferred, is_day_only=is_day_only, place=1000)


def deal_event(
    deal: Opportunity, stage: str, at: datetime, *, change: Change | None = None, **more: object
) -> Event:
    key = (deal.system, deal.id)
    return Event(
        stage,
        at,
        deal.system,
        change.object if change else OPPORTUNITIES[deal.system],
        change.id if change else deal.id,
        of=key,
        opportunity=key,
        is_deleted=deal.is_deleted,
        has_time_anomaly=at < deal.created_at,
        order_at=max(at, deal.created_at),
        **more,
    )


# --- the line of a lead ----------------------------------------------------------------------


def buying_groups(company: Company, leads: Sequence[Lead]) -> dict[OpportunityKey, set[int]]:
    """R8: contact roles, opportunity leads, and who was converted into it; leads by position."""
    place = {key_of(record): number for number, lead in enumerate(leads) for record in lead.records}
    kind = {"salesforce": "contact", "generic": "lead"}
    groups: dict[OpportunityKey, set[int]] = defaultdict(set)
    for member in company.members:
        key = (member.system, kind[member.system], member.person)
        if not member.is_deleted and key in place:
            groups[member.system, member.opportunity].add(place[key])
    for person in company.people:
        if person.converted_opportunity:
            groups[person.system, person.converted_opportunity].add(place[key_of(person)])
    return groups


def line_of(lead: Lead, own: Sequence[Event], deals: Iterable[Sequence[Event]]) -> list[Event]:
    """All events of a lead: its creation, what is said to be older, the rest (R2, R8, R12)."""
    creation, *rest = own
    events = [
        replace(event, has_time_anomaly=True, is_before_creation=True)
        if event.occurred_at < lead.created_at
        else event
        for event in rest
        if is_authoritative(event, lead)
    ]
    for states in deals:
        events += as_seen_by(lead, states)
    return [creation, *in_line(events)]


def as_seen_by(lead: Lead, states: Sequence[Event]) -> Iterable[Event]:
    """R8: who comes to an opportunity enters it at their creation; R12: a win or loss stays."""
    for event, after in zip(states, [*states[1:], None], strict=True):
        if event.order_at >= lead.created_at:
            yield event
        elif event.stage != "opportunity":
            yield replace(event, has_time_anomaly=True, is_before_creation=True)
        else:
            is_open = after is None or after.order_at >= lead.created_at
            yield replace(
                event,
                occurred_at=lead.created_at,
                is_inferred=True,
                has_time_anomaly=False,
                # the last opening holds at the creation; an earlier one stands before its close
                is_before_creation=not is_open,
                sort_at=(lead.created_at, lead.created_at) if is_open else event.sorted_at,
                place=-1 if is_open else event.place,
            )


def in_line(events: Sequence[Event]) -> list[Event]:
    """R2: by time; within a second by chain, stage rank, source priority and record."""
    ranks: dict[tuple, list[Event]] = defaultdict(list)
    for event in events:
        ranks[event.of, event.sorted_at].append(event)

    def tie_rank(event: Event) -> int:
        peers = ranks[event.of, event.sorted_at]
        led_up = [RANKS[peer.stage] for peer in peers if peer.place < event.place]
        return max([RANKS[event.stage], *led_up])

    def order(event: Event) -> tuple:
        order_at, happened_at = event.sorted_at
        return (
            order_at,
            order_at > happened_at,
            happened_at,
            tie_rank(event),
            event.place,
            RANKS[event.stage],
            event.is_inferred,
            SYSTEMS.index(event.system),
            event.object,
            event.record_id,
            event.opportunity or ("", ""),
        )

    return sorted(events, key=order)
