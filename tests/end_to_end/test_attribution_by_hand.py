"""Credits of the demo company against weights worked out here from the planned journeys."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest

HALF_LIFE_SECONDS = 7 * 86400


def shares(model: str, seconds_before_last: list[int]) -> list[Fraction]:
    """Weights of a journey by the definitions of the models, in exact fractions."""
    count = len(seconds_before_last)
    if model == "first_touch":
        parts = [1] + [0] * (count - 1)
    elif model == "last_touch":
        parts = [0] * (count - 1) + [1]
    elif model == "linear":
        parts = [1] * count
    elif model == "position_based":
        inner = [Fraction(2, 10 * (count - 2))] * (count - 2) if count > 2 else []
        ends = [Fraction(4, 10)] * min(count, 2)
        parts = [*ends[:1], *inner, *ends[1:]]
    elif model == "time_decay":
        parts = [round(1e9 * 2 ** (-(s / HALF_LIFE_SECONDS))) for s in seconds_before_last]
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
    "model", ["first_touch", "last_touch", "linear", "position_based", "time_decay"]
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
        weights = shares(model, [int((moments[-1] - m).total_seconds()) for m in moments])
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
