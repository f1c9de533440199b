"""Extract of exchange rates for the generic source."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from datagen.exports.extract_files import Written, write_extract
from datagen.exports.text_columns import Dates, Numbers, label, repeat
from datagen.plan.exchange_rates import ExchangeRates
from datagen.vocabulary import CURRENCIES


def export_exchange_rates(landing: Path, rates: ExchangeRates) -> dict[str, Written]:
    """Write the published rates, one row per day and currency, and return what was written."""
    currency, column = np.nonzero(rates.published >= 0)
    path = landing / "generic" / "fx_rates" / "fx_rates.csv"
    written = write_extract(
        path,
        {
            "date": Dates(rates.days[column]),
            "from_currency": label(currency, pa.array(CURRENCIES)),
            "to_currency": repeat("USD", len(currency)),
            "rate": Numbers(rates.published[currency, column], 6),
        },
        is_quoted=False,
    )
    return {"fx_rates": written}
