"""Credits of the demo company against weights worked out here from the planned journeys."""

import csv
from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from installation import CHECKOUT

DAY = 86400
PAID = {
    row["channel"]
    for row in csv.DictReader((CHECKOUT / "seeds" / "channels.csv").open(encoding="utf-8"))
    if row["is_paid"] == "true"
}


def ends(count: int, first: int, middle: int, last: int) -> list[Fraction]:
    """Hundredths for the first and the last touch and over those between."""
    inner = [Fraction(middle, 100 * (count - 2))] * (count - 2) if count > 2 else []
    outer = [Fraction(first, 100), Fraction(last, 100)][: min(count, 2)]
    return [*outer[:1], *inner, *outer[1:]]


def one_of(count: int, found: list[int], otherwise: int, which: int) -> list[int]:
    """All to the first or last (`which` 0 or -1) of the places found, else to `otherwise`."""
    place = found[which] if found else otherwise
    return [int(number == place) for number in range(count)]


def shares(model: str, seconds_before_last: list[int], channels: list[str]) -> list[Fraction]:
    """Weights of a journey by the definitions of the models, in exact fractions."""
    count = len(channels)
    everywhere = list(range(count))
    indirect = [number for number in everywhere if channels[number] != "direct"]
    paid = [number for number in everywhere if channels[number] in PAID]
    half_lives = {"time_decay": 7, "time_decay_30d": 30}
    positions = {
        "position_based": (40, 20, 40),
        "j_shaped": (20, 20, 60),
        "inverse_j_shaped": (60, 20, 20),
    }
    singles = {
        "first_touch": (everywhere, 0),
        "last_touch": (everywhere, -1),
        "first_non_direct": (indirect, 0),
        "last_non_direct": (indirect, -1),
        "first_paid": (paid, 0),
        "last_paid": (paid, -1),
    }
    if model in singles:
        found, which = singles[model]
        parts = one_of(count, found, everywhere[which], which)
    elif model in positions:
        parts = ends(count, *positions[model])
    elif model in half_lives:
        half_life = half_lives[model] * DAY
        parts = [round(1e9 * 2 ** (-(seconds / half_life))) for seconds in seconds_before_last]
    elif model == "shapley":
        parts = [Fraction(1, channels.count(channel)) for channel in channels]
    elif model == "linear":
        parts = [1] * count
    else:
        raise ValueError(model)
    total = sum(map(Fraction, parts))
    return [Fraction(part) / total for part in parts]


def cents_of(weights: list[Fraction], cents: int) -> list[int]:
    """The telescoping ceiling of law 2."""
    reached, so_far, credited = Fraction(0), 0, []
    for weight in weights:
        reached += weight
        credited.append(ceil(cents * reached) - so_far)
        so_far = ceil(cents * reached)
    return credited


@pytest.mark.parametrize(
    "model",
    [
        "first_touch",
        "last_touch",
        "first_non_direct",
        "last_non_direct",
        "first_paid",
        "last_paid",
        "linear",
        "position_based",
        "j_shaped",
        "inverse_j_shaped",
        "time_decay",
        "time_decay_30d",
        "shapley",
    ],
)
def test_planned_journeys(answers, release, model):
    amounts = {
        row["id"]: row["amount_usd"]
        for row in answers["opportunities"]["won_new_business"]["opportunities"]
    }
    checked = 0
    for journey in answers["journeys"]["journeys"]:
        # touches of one second stand in no planned order, which only the ends of the models feel
        touches = sorted(journey["touches"], key=lambda touch: touch["touched_at"])
        moments = [datetime.fromisoformat(touch["touched_at"]) for touch in touches]
        amount = amounts[journey["opportunity_id"]]
        if len(set(moments)) != len(moments) or amount is None:
            continue
        checked += 1
        weights = shares(
            model,
            [int((moments[-1] - moment).total_seconds()) for moment in moments],
            [touch["channel"] for touch in touches],
        )
        credited = cents_of(weights, int(Decimal(amount) * 100))
        expected = [
            (touch["channel"], float(weight), Decimal(cents) / 100)
            for touch, weight, cents in zip(touches, weights, credited, strict=True)
            if weight > 0
        ]
        found = release.execute(
            "select credit.channel, credit.weight, credit.credited_amount"
            " from marts.fct_attribution_credits as credit"
            " join marts.fct_opportunities as opportunity using (opportunity_id)"
            " where opportunity.source_system = 'salesforce'"
            "   and opportunity.source_record_id = ? and credit.attribution_model = ?"
            "   and credit.conversion_type = 'revenue' order by credit.touch_position",
            [journey["opportunity_id"], model],
        ).fetchall()
        assert [channel for channel, _, _ in found] == [channel for channel, _, _ in expected]
        assert [weight for _, weight, _ in found] == pytest.approx(
            [weight for _, weight, _ in expected], abs=1e-9
        )
        assert [money for _, _, money in found] == [money for _, _, money in expected]
    assert checked >= 20


def test_channel_report_is_a_sum_of_the_credits(release):
    credits = release.execute(
        "select strftime(converted_at, '%Y-%m-01'), conversion_type, channel, attribution_model,"
        " credited_amount from marts.fct_attribution_credits where credited_amount is not null"
    ).fetchall()
    expected: dict[tuple, Decimal] = defaultdict(Decimal)
    for *key, amount in credits:
        expected[tuple(key)] += amount
    found = {
        tuple(key): amount
        for *key, amount in release.execute(
            "select strftime(conversion_month, '%Y-%m-%d'), conversion_type, channel,"
            " attribution_model, attributed_amount from reports.rpt_attribution_by_channel"
        ).fetchall()
        if amount
    }
    assert found == {key: amount for key, amount in expected.items() if amount}


def test_spend_without_conversions_stays_with_roas_zero(release):
    (rows, wrong) = release.execute(
        "select count(*), count(*) filter (roas is distinct from 0)"
        " from reports.rpt_attribution_by_channel"
        " where spend_amount > 0 and attributed_amount = 0"
    ).fetchone()
    assert rows > 0
    assert wrong == 0
