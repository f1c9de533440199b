from datetime import date

import numpy as np
import pytest

from datagen.plan.exchange_rates import ExchangeRates, plan_exchange_rates
from datagen.vocabulary import CHF, EUR, GBP, USD

GAP_STARTS = date(2025, 9, 8)  # 250 days after 2025-01-01; the last rate is of the day before


def count_days(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def find_rate(rates: ExchangeRates, currency: int, day: int) -> int:
    return int(rates.find_rates(np.array([currency]), np.array([day]))[0])


@pytest.fixture(scope="module")
def rates() -> ExchangeRates:
    return plan_exchange_rates(7)


@pytest.mark.parametrize(("days_after_last_rate", "has_rate"), [(0, True), (7, True), (8, False)])
def test_a_rate_serves_for_seven_days(
    rates: ExchangeRates, days_after_last_rate: int, has_rate: bool
) -> None:
    last = count_days(GAP_STARTS) - 1
    rate = find_rate(rates, GBP, last + days_after_last_rate)
    assert rate == (find_rate(rates, GBP, last) if has_rate else -1)
    assert find_rate(rates, GBP, last) > 1_000_000


def test_the_gap_is_where_it_is_said_to_be(rates: ExchangeRates) -> None:
    missing = rates.missing_dates(GBP)
    assert GAP_STARTS.isoformat() in missing
    assert "2025-09-07" not in missing


def test_dollars_need_no_rate_and_francs_have_none(rates: ExchangeRates) -> None:
    day = count_days(date(2026, 1, 15))
    assert find_rate(rates, USD, day) == 1_000_000
    assert find_rate(rates, CHF, day) == -1


def test_conversion_rounds_half_up_to_cents() -> None:
    # one rate, 1.005000, on every day: 1.00 is 1.005, rounded up to 1.01; 3.00 is 3.015, up to 3.02
    published = np.full((4, 20), -1, dtype=np.int64)
    published[EUR] = 1_005_000
    rates = ExchangeRates(published)
    cents = rates.convert_cents(
        np.array([100, 300, -1]), np.array([EUR] * 3), np.full(3, rates.days[5])
    )
    assert cents.tolist() == [101, 302, -1]
