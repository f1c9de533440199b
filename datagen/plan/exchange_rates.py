"""Daily exchange rates with planted gaps, and the planned conversion of amounts."""

from dataclasses import dataclass

import numpy as np

from datagen.sizes import FIRST_DAY, LAST_DAY, MISSING
from datagen.vocabulary import CHF, CURRENCIES, EUR, GBP, USD

MAX_RATE_AGE_DAYS = 7
_FIRST_RATE_DAY = FIRST_DAY - 10
_PLACES = 6
# days without a rate, counted from the first day of the period: a long weekend, and an outage
# that is longer than a rate may be old
_GAPS = {EUR: [(100, 103), (330, 334)], GBP: [(100, 103), (250, 272)]}


@dataclass(frozen=True)
class ExchangeRates:
    """Rates to USD in millionths by (currency, day from the first); MISSING where not published."""

    published: np.ndarray

    @property
    def days(self) -> np.ndarray:
        """The day of each column."""
        return _FIRST_RATE_DAY + np.arange(self.published.shape[1])

    def missing_dates(self, currency: int) -> list[str]:
        """The days without a rate in a currency that has rates."""
        gaps = self.days[self.published[currency] == MISSING]
        return [str(day) for day in gaps.astype("datetime64[D]")]

    def find_rates(self, currency: np.ndarray, day: np.ndarray) -> np.ndarray:
        """The latest rate at or before the day, at most 7 days old; MISSING when there is none."""
        column = day - _FIRST_RATE_DAY
        position = np.where(self.published >= 0, np.arange(self.published.shape[1]), MISSING)
        latest = np.maximum.accumulate(position, axis=1)[currency, column]
        is_fresh = (latest >= 0) & (column - latest <= MAX_RATE_AGE_DAYS)
        rate = np.where(is_fresh, self.published[currency, np.maximum(latest, 0)], MISSING)
        return np.where(currency == USD, 10**_PLACES, rate)

    def convert_cents(self, cents: np.ndarray, currency: np.ndarray, day: np.ndarray) -> np.ndarray:
        """US cents rounded half up, MISSING without amount or rate."""
        rate = self.find_rates(currency, day)
        converted = (cents * rate + 500_000) // 1_000_000
        return np.where((cents >= 0) & (rate >= 0), converted, MISSING)


def plan_exchange_rates(seed: int, *, is_published: bool = True) -> ExchangeRates:
    """A slow random walk per currency; CHF is never published, without an extract nothing is."""
    rng = np.random.default_rng([seed, 2])
    count = LAST_DAY - _FIRST_RATE_DAY + 1
    published = np.full((len(CURRENCIES), count), MISSING, dtype=np.int64)
    for currency, level in ((EUR, 1.08), (GBP, 1.27)):
        walk = level * np.exp(np.cumsum(rng.normal(0, 0.002, count)))
        published[currency] = np.round(walk * 10**_PLACES).astype(np.int64)
        for start, stop in _GAPS[currency]:
            published[currency, start + 10 : stop + 10] = MISSING
    published[CHF] = MISSING
    if not is_published:
        published[:] = MISSING
    return ExchangeRates(published)


def stale_days(currency: int) -> tuple[int, int]:
    """First and last day on which the newest rate of a currency is too old."""
    start, stop = _GAPS[currency][-1]
    return FIRST_DAY + start + MAX_RATE_AGE_DAYS, FIRST_DAY + stop - 1
