"""Attribution worked out in plain Python and numpy from the definitions, not from the models.

A world is what the models read: lists of mappings by the name of the model (attribution_project).
Weights are exact fractions, money is in whole cents.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

import numpy as np

COUNTED = ("first_touch", "last_touch", "last_non_direct", "linear")
MILESTONES = ("ft", "lc", "oc", "cw")
GRACE = timedelta(hours=24)
UNATTRIBUTED = "(unattributed)"


@dataclass(frozen=True)
class Conversion:
    """One event that deserves credit, with the touches that led to it, in their order."""

    kind: str
    subject: int
    cycle: int
    at: datetime
    cents: int | None
    created_at: datetime | None
    won_at: datetime | None
    first_lead: Mapping | None
    leads: tuple[int, ...]
    touches: tuple[Mapping, ...]

    @property
    def is_of_lead(self) -> bool:
        return self.kind not in ("revenue", "pipeline")


class Oracle:
    """What a world's credits have to be under declared models."""

    def __init__(self, world: Mapping[str, Sequence[Mapping]], variables: Mapping) -> None:
        """Find the conversions and their journeys."""
        self.lookback = timedelta(days=variables["lookback_days"])
        self.systems = variables["systems"]
        self.stages = variables["lead_conversion_stages"]
        self.scope = variables["touch_scope"]
        self.world = world
        self.leads = {lead["lead_key"]: lead for lead in world["int_identity__leads"]}
        self.paid = {row["channel"] for row in world["channels"] if row["is_paid"]}
        self.touches = sorted(
            (touch for touch in world["int_touchpoints__touches"] if touch["is_attributable"]),
            key=lambda touch: (
                touch["occurred_at"],
                touch["touch_priority"],
                self.systems.index(touch["source_system"].split("@")[0]),
                touch["touch_key"],
            ),
        )
        self.conversions = [*self._of_opportunities(), *self._of_leads()]

    def credits(self, models: Sequence[Mapping]) -> dict[tuple, tuple[Fraction, int | None]]:
        """(kind, subject, cycle, touch or None, model) to weight and cents; only weights > 0."""
        found = {}
        for conversion in self.conversions:
            for model in models:
                if conversion.is_of_lead and not model.get("credits_lead_cycles"):
                    continue
                key = (conversion.kind, conversion.subject, conversion.cycle)
                if not conversion.touches:
                    found[(*key, None, model["name"])] = (Fraction(1), conversion.cents)
                    continue
                weights = self.weights(model, conversion)
                amounts = split_cents(conversion.cents, weights)
                for touch, weight, cents in zip(conversion.touches, weights, amounts, strict=True):
                    if weight:
                        found[(*key, touch["touch_key"], model["name"])] = (weight, cents)
        return found

    def weights(self, model: Mapping, conversion: Conversion) -> list[Fraction]:
        """The shares of a journey's touches; they sum to one."""
        touches = conversion.touches
        count = len(touches)
        family = model["family"]
        if family == "single":
            return normalised(self._single(model, touches))
        if family == "linear":
            return normalised([1] * count)
        if family == "position":
            first, middle, last = (exact(model[name]) for name in ("first", "middle", "last"))
            if count == 1:
                return [Fraction(1)]
            inner = [middle / (count - 2)] * (count - 2) if count > 2 else []
            return normalised([first, *inner, last])
        if family == "decay":
            half_life = model["half_life_days"] * 86400
            ages = [
                (touches[-1]["occurred_at"] - t["occurred_at"]).total_seconds() for t in touches
            ]
            # a half is rounded up, as SQL does
            return normalised([floor(1e9 * 2 ** (-(age / half_life)) + 0.5) for age in ages])
        if family == "shapley":
            channels = [touch["channel"] for touch in touches]
            return normalised([Fraction(1, channels.count(channel)) for channel in channels])
        if family == "milestone":
            return normalised(self._milestone(model, conversion))
        raise ValueError(family)

    def _single(self, model: Mapping, touches: Sequence[Mapping]) -> list[int]:
        kinds = {
            "any": lambda touch: True,
            "non_direct": lambda touch: touch["channel"] != "direct",
            "paid": lambda touch: touch["channel"] in self.paid,
        }
        is_wanted = kinds[model.get("among", "any")]
        wanted = [place for place, touch in enumerate(touches) if is_wanted(touch)]
        places = wanted or list(range(len(touches)))
        chosen = places[0] if model["position"] == "first" else places[-1]
        return [int(place == chosen) for place in range(len(touches))]

    def _milestone(self, model: Mapping, conversion: Conversion) -> list[Fraction]:
        touches, declared = conversion.touches, model["milestones"]
        own = self._milestone_touches(conversion)
        names = list(declared)
        placed = {}
        for position, name in enumerate(names):
            if name not in own:
                continue
            order = [name]
            if model.get("on_missing", "shift_forward") == "shift_forward":
                order += names[position + 1 :] + names[:position][::-1]
            place = next((own[other] for other in order if own.get(other) is not None), None)
            if place is not None:
                placed[name] = place
        parts = [Fraction(0)] * len(touches)
        for name, place in placed.items():
            parts[place] += exact(declared[name])
        if not any(parts):
            return [Fraction(int(place == 0)) for place in range(len(touches))]
        on_milestone = set(placed.values())
        if model.get("middle_touches") == "all":
            middles = [place for place in range(len(touches)) if place not in on_milestone]
        else:
            ends = list(placed.values())
            middles = [
                place
                for place in range(ends[0] + 1, ends[-1])
                if place not in on_milestone and touches[place]["can_be_middle"]
            ]
        for place in middles:
            parts[place] += exact(model.get("middle", 0)) / len(middles)
        return parts

    def _milestone_touches(self, conversion: Conversion) -> dict[str, int | None]:
        """Place of each milestone's touch, None where it has none; without what came after."""
        touches = conversion.touches

        def latest(moment: datetime) -> int | None:
            found = [n for n, touch in enumerate(touches) if touch["occurred_at"] <= moment]
            return found[-1] if found else None

        own: dict[str, int | None] = {"ft": 0}
        lead = conversion.first_lead
        created = lead["created_at"] if lead else None
        if created is None:
            own["lc"] = None
        elif created <= conversion.at:
            theirs = [n for n, t in enumerate(touches) if t["lead_key"] == lead["lead_key"]]
            before = [n for n in theirs if touches[n]["occurred_at"] <= created]
            within = [n for n in theirs if created < touches[n]["occurred_at"] <= created + GRACE]
            own["lc"] = before[-1] if before else next(iter(within), None)
        if conversion.created_at <= conversion.at:
            own["oc"] = latest(conversion.created_at)
        if conversion.won_at is not None and conversion.won_at <= conversion.at:
            own["cw"] = latest(conversion.won_at)
        return own

    def _of_opportunities(self) -> Iterable[Conversion]:
        dates = {
            row["opportunity_key"]: row for row in self.world["int_revenue__opportunity_dates"]
        }
        accounts = {
            row["known_key"]: row["account_key"]
            for row in self.world["int_identity__account_survivors"]
        }
        groups = defaultdict(list)
        for row in self.world["int_revenue__buying_groups"]:
            groups[row["opportunity_key"]].append(row)
        for row in self.world["int_revenue__opportunities_unioned"]:
            is_new = row["opportunity_type"] == "new" and row["is_sales_pipeline"]
            if not is_new or row["is_source_deleted"]:
                continue
            dated = dates[row["opportunity_key"]]
            account = accounts.get(row["source_account_key"])
            members = [
                member["lead_key"]
                for member in groups[row["opportunity_key"]]
                if self.scope == "buying_group" or member["is_primary"]
            ]
            if self.scope == "account" or not members:
                touches = self._of_account(account)
                members = [
                    lead["lead_key"]
                    for lead in self.leads.values()
                    if account is not None and lead["account_key"] == account
                ]
            else:
                touches = []
            touches += [
                touch
                for touch in self.touches
                if (touch["lead_key"] in members and touch["opportunity_key"] is None)
                or touch["opportunity_key"] == row["opportunity_key"]
            ]
            won_at = dated["closed_at"] if row["is_won"] else None
            kinds = [("pipeline", row["created_at"], dated["first_amount_original"])]
            if row["is_won"]:
                kinds.append(("revenue", won_at, row["opportunity_amount_original"]))
            for kind, at, amount in kinds:
                yield Conversion(
                    kind=kind,
                    subject=row["opportunity_key"],
                    cycle=1,
                    at=at,
                    cents=self._cents(amount, row["currency_code"], at),
                    created_at=row["created_at"],
                    won_at=won_at,
                    first_lead=self._first_created(members),
                    leads=tuple(members),
                    touches=self._inside(touches, at),
                )

    def _of_leads(self) -> Iterable[Conversion]:
        entries: dict[tuple, Mapping] = {}
        for event in self.world["int_lifecycle__stage_events"]:
            for kind, stage in self.stages.items():
                is_live = self.leads[event["lead_key"]]["is_live"]
                if event["to_stage"] != stage or event["is_inferred"] or not is_live:
                    continue
                key = (kind, event["lead_key"], event["cycle_number"])
                known = entries.get(key)
                if known is None or event["event_number"] < known["event_number"]:
                    entries[key] = event
        for (kind, lead, cycle), event in entries.items():
            touches = [
                touch
                for touch in self.touches
                if touch["lead_key"] == lead and touch["opportunity_key"] is None
            ]
            yield Conversion(
                kind=kind,
                subject=lead,
                cycle=cycle,
                at=event["occurred_at"],
                cents=None,
                created_at=None,
                won_at=None,
                first_lead=None,
                leads=(lead,),
                touches=self._inside(touches, event["occurred_at"]),
            )

    def _of_account(self, account: int | None) -> list[Mapping]:
        """Touches that name the account and nobody in it."""
        return [
            touch
            for touch in self.touches
            if account is not None
            and touch["account_key"] == account
            and touch["lead_key"] is None
            and touch["opportunity_key"] is None
        ]

    def _inside(self, touches: Sequence[Mapping], at: datetime) -> tuple[Mapping, ...]:
        keys = {t["touch_key"] for t in touches if at - self.lookback <= t["occurred_at"] <= at}
        return tuple(touch for touch in self.touches if touch["touch_key"] in keys)

    def _first_created(self, members: Sequence[int]) -> Mapping | None:
        found = [self.leads[member] for member in members]
        return min(
            found,
            key=lambda lead: (lead["created_at"] or datetime.max, lead["lead_key"]),
            default=None,
        )

    def _cents(self, amount: Decimal | None, currency: str, at: datetime) -> int | None:
        for row in self.world["int_revenue__fx_rates"]:
            if (
                row["currency_code"] == currency
                and row["valid_from"] <= at.date() <= row["valid_to"]
                and amount is not None
            ):
                value = (amount * row["rate"]).quantize(Decimal("0.01"), ROUND_HALF_UP)
                return int(value * 100)
        return None

    def journeys(self, kind: str) -> Iterable[tuple[str, bool, list[str]]]:
        """Quarter, whether it converted, and channels of all journeys of a type."""
        lasts: dict[int, datetime] = {}
        for conversion in self.conversions:
            if conversion.kind == kind:
                if conversion.touches:
                    yield (
                        quarter(conversion.at),
                        True,
                        [touch["channel"] for touch in conversion.touches],
                    )
                for lead in conversion.leads:
                    lasts[lead] = max(lasts.get(lead, conversion.at), conversion.at)
        for key, lead in self.leads.items():
            theirs = [
                touch
                for touch in self.touches
                if touch["lead_key"] == key
                and touch["opportunity_key"] is None
                and (key not in lasts or touch["occurred_at"] > lasts[key])
            ]
            if theirs and lead["is_live"]:
                end = theirs[-1]["occurred_at"]
                seen = [t["channel"] for t in theirs if t["occurred_at"] >= end - self.lookback]
                yield quarter(end), False, seen

    def markov(self) -> dict[tuple, tuple[float | None, float, int | None]]:
        """(kind, period, channel) to removal effect, conversions and cents."""
        found = {}
        for kind in ("revenue", "pipeline"):
            journeys = list(self.journeys(kind))
            mine = [conversion for conversion in self.conversions if conversion.kind == kind]
            periods = {"all", *(period for period, _, _ in journeys)}
            periods |= {quarter(conversion.at) for conversion in mine}
            for period in periods:
                inside = [c for c in mine if period in ("all", quarter(c.at))]
                chain = [(won, path) for q, won, path in journeys if period in ("all", q)]
                touched = [c for c in inside if c.touches]
                untouched = [c for c in inside if not c.touches]
                effects = removal_effects(chain)
                cents = total_cents(touched) if touched else 0
                whole = sum(effects.values())
                units = {
                    channel: round(1e9 * effect / whole) if whole else 0
                    for channel, effect in sorted(effects.items())
                }
                if units:
                    weights = [Fraction(u, sum(units.values()) or 1) for u in units.values()]
                    amounts = split_cents(cents, weights)
                    for channel, weight, amount in zip(units, weights, amounts, strict=True):
                        found[kind, period, channel] = (
                            effects[channel],
                            float(weight * len(touched)),
                            amount,
                        )
                if untouched:
                    found[kind, period, UNATTRIBUTED] = (
                        None,
                        float(len(untouched)),
                        total_cents(untouched),
                    )
        return found


def removal_effects(chain: Sequence[tuple[bool, Sequence[str]]]) -> dict[str, float]:
    """The share of the chain's chance to convert that goes with a channel, by taking it out."""
    if not chain:
        return {}
    channels = sorted({channel for _, path in chain for channel in path})
    number = {channel: place for place, channel in enumerate(channels)}
    counts = np.zeros((len(channels) + 1, len(channels) + 2))
    for has_converted, path in chain:
        states = [-1, *(number[channel] for channel in path)]
        for one, other in pairwise(states):
            counts[one, other] += 1
        counts[states[-1], len(channels) + (0 if has_converted else 1)] += 1
    chances = counts / counts.sum(axis=1, keepdims=True)

    def chance(left_out: int | None) -> float:
        moves = chances[:, : len(channels)].copy()
        # the start is the last row: nothing moves to it
        moves = np.hstack([moves, np.zeros((len(channels) + 1, 1))])
        wins = chances[:, len(channels)].copy()
        if left_out is not None:
            moves[:, left_out] = 0
            moves[left_out] = 0
            wins[left_out] = 0
        return float(np.linalg.solve(np.eye(len(wins)) - moves, wins)[-1])

    whole = chance(None)
    return {
        channel: 1 - chance(number[channel]) / whole if whole > 0 else 0.0 for channel in channels
    }


def split_cents(cents: int | None, weights: Sequence[Fraction]) -> list[int | None]:
    """The telescoping ceiling of law 2, then the sign."""
    if cents is None:
        return [None] * len(weights)
    reached, so_far, parts = Fraction(0), 0, []
    for weight in weights:
        reached += weight
        parts.append(ceil(abs(cents) * reached) - so_far)
        so_far = ceil(abs(cents) * reached)
    return [part if cents >= 0 else -part for part in parts]


def total_cents(conversions: Sequence[Conversion]) -> int | None:
    known = [conversion.cents for conversion in conversions if conversion.cents is not None]
    return sum(known) if known else None


def normalised(parts: Sequence[int | Fraction]) -> list[Fraction]:
    total = sum(map(Fraction, parts))
    return [Fraction(part) / total for part in parts]


def exact(number: float | int) -> Fraction:
    """A declared number as it is written: 22.5, not its nearest double."""
    return Fraction(str(number))


def quarter(moment: datetime) -> str:
    return f"{moment.year}-Q{(moment.month + 2) // 3}"
