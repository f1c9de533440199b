"""From the ordered events of a lead to its ledger and its cycles: rules R3 to R7 and R9."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from event_oracle import CLOSING, RANKS, Event, OpportunityKey

PROGRESS = sorted((stage for stage, rank in RANKS.items() if rank <= 60), key=RANKS.get)
EXITS = [stage for stage, rank in RANKS.items() if rank > 60]
GRACE = timedelta(hours=24)
OUTCOMES = {"customer": "won"} | {stage: stage for stage in EXITS}


@dataclass(frozen=True)
class Row:
    """One row of the ledger: a change of stage in a cycle, and the event that made it."""

    cycle: int
    number: int
    from_stage: str | None
    to_stage: str
    direction: str
    is_inferred: bool
    event: Event
    # when the lead learned of it: its place in the whole line
    index: int

    @property
    def is_measurable(self) -> bool:
        return not self.is_inferred and not self.event.has_time_anomaly


@dataclass
class Cycle:
    """A run from an opening event to an exit or a win."""

    number: int
    rows: list[Row] = field(default_factory=list)
    closed_at: datetime | None = None
    # what came after the close, opened nothing and moved nobody
    set_aside: list[Event] = field(default_factory=list)
    deals: dict[OpportunityKey, str] = field(default_factory=dict)

    @property
    def stage(self) -> str:
        return self.rows[-1].to_stage

    @property
    def is_closed(self) -> bool:
        return self.stage in CLOSING

    @property
    def outcome(self) -> str:
        return OUTCOMES.get(self.stage, "open")

    def enter(self, event: Event, index: int, stood: str | None) -> bool:
        """R3, R4, R5: one row per change of stage, the skipped stages before it inferred."""
        if event.stage in CLOSING:
            self.closed_at = event.occurred_at
        if not self.rows:
            self.add(event, index, stood, event.stage, "reenter" if stood else "start")
            return True
        if event.stage == self.stage:
            return False
        for stage in skipped(self.stage, event.stage):
            self.add(event, index, self.stage, stage, "forward", is_inferred=True)
        self.add(event, index, self.stage, event.stage, direction_of(self.stage, event.stage))
        return True

    def add(
        self,
        event: Event,
        index: int,
        from_stage: str | None,
        to_stage: str,
        direction: str,
        *,
        is_inferred: bool = False,
    ) -> None:
        self.rows.append(
            Row(
                self.number,
                len(self.rows) + 1,
                from_stage,
                to_stage,
                direction,
                is_inferred or event.is_inferred,
                event,
                index,
            )
        )


def skipped(from_stage: str, to_stage: str) -> list[str]:
    """R4: the stages of progress between two others; an exit skips nothing."""
    if to_stage in EXITS or from_stage in EXITS:
        return []
    return [s for s in PROGRESS if RANKS[from_stage] < RANKS[s] < RANKS[to_stage]]


def direction_of(from_stage: str, to_stage: str) -> str:
    if to_stage in EXITS:
        return "exit"
    return "forward" if RANKS[to_stage] > RANKS[from_stage] else "backward"


def cycles_of(line: Sequence[Event]) -> list[Cycle]:
    """R6, R7, R12: each event in its cycle, where it moves the lead."""
    cycles = [Cycle(1)]
    stood = None
    home = {
        event.opportunity: cycles[0]
        for event in line
        if event.opportunity and event.is_before_creation
    }
    for index, event in enumerate(line):
        cycle = cycles[-1]
        if event.is_before_creation:
            cycle = cycles[0]
        elif event.opportunity in home:
            cycle = home[event.opportunity]
        elif cycle.rows and cycle.is_closed:
            if opens(event, cycle):
                cycle = Cycle(cycle.number + 1)
                cycles.append(cycle)
            elif not event.opportunity:
                cycle.set_aside.append(event)
                continue
        if event.opportunity:
            home[event.opportunity] = cycle
            cycle.deals[event.opportunity] = event.stage
            if not counts(event, cycle):
                continue
        if cycle.enter(event, index, stood):
            stood = event.stage
    return cycles


def opens(event: Event, closed: Cycle) -> bool:
    """R6: whether an event that comes after the close opens the next cycle."""
    if closed.stage != "customer":
        return event.stage != closed.stage
    if event.opportunity:
        return True
    is_late = event.occurred_at - closed.closed_at > GRACE
    return RANKS[event.stage] < RANKS["opportunity"] and is_late


def counts(event: Event, cycle: Cycle) -> bool:
    """R7: lost only when all are lost; won while one of them is won."""
    states = set(cycle.deals.values())
    if event.stage == "lost":
        return states == {"lost"}
    return event.stage == "customer" or "customer" not in states


@dataclass(frozen=True)
class CycleState:
    """What the lifecycle fact says of a cycle."""

    number: int
    cycle_type: str
    entered_at: dict[str, datetime]
    is_entry_inferred: dict[str, bool]
    days_in: dict[str, float]
    started_at: datetime
    ended_at: datetime | None
    current_stage: str
    current_since: datetime
    furthest_stage: str | None
    outcome: str
    has_time_anomaly: bool
    deals: tuple[OpportunityKey, ...]


def states_of(cycles: Sequence[Cycle]) -> Iterable[CycleState]:
    for number, cycle in enumerate(cycles):
        last, first_rows = cycle.rows[-1], {}
        for row in cycle.rows:
            first_rows.setdefault(row.to_stage, row)
        reached = [stage for stage in PROGRESS if stage in first_rows]
        yield CycleState(
            number=cycle.number,
            cycle_type="expansion" if follows_a_win(cycle, cycles[:number]) else "new",
            entered_at={stage: row.event.occurred_at for stage, row in first_rows.items()},
            is_entry_inferred={stage: row.is_inferred for stage, row in first_rows.items()},
            days_in=days_in(cycle.rows),
            started_at=cycle.rows[0].event.occurred_at,
            ended_at=last.event.occurred_at if cycle.is_closed else None,
            current_stage=cycle.stage,
            current_since=last.event.occurred_at,
            furthest_stage=reached[-1] if reached else None,
            outcome=cycle.outcome,
            has_time_anomaly=any(row.event.has_time_anomaly for row in cycle.rows),
            deals=tuple(cycle.deals),
        )


def follows_a_win(cycle: Cycle, earlier: Sequence[Cycle]) -> bool:
    """R6: a win before it that still stands."""
    return any(
        other.outcome == "won" and other.rows[-1].index < cycle.rows[0].index for other in earlier
    )


def days_in(rows: Sequence[Row]) -> dict[str, float]:
    """Days per stage over completed visits whose two ends are observed and possible."""
    days: dict[str, float] = defaultdict(float)
    for stage, spent in visits(rows):
        days[stage] += spent
    return dict(days)


def visits(rows: Sequence[Row]) -> Iterable[tuple[str, float]]:
    """The stage and days of each visit that is velocity."""
    for entry, departure in pairwise(rows):
        if entry.is_measurable and departure.is_measurable:
            spent = departure.event.occurred_at - entry.event.occurred_at
            yield entry.to_stage, spent / timedelta(days=1)


def limits_of(cycles: Iterable[Cycle]) -> dict[str, float]:
    """The 90th percentile, interpolated, of the days that won cycles spent per visit to a stage."""
    days: dict[str, list[float]] = defaultdict(list)
    for cycle in cycles:
        if cycle.outcome == "won":
            for stage, spent in visits(cycle.rows):
                days[stage].append(spent)
    return {stage: interpolated(sorted(values), 0.9) for stage, values in days.items()}


def interpolated(values: Sequence[float], share: float) -> float:
    """A percentile of sorted values."""
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)
