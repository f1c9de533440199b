"""Google Ads extracts in the connector's shape."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from datagen.exports.extract_files import Written, write_extract
from datagen.exports.text_columns import Dates, Numbers, Texts, Times, label, repeat
from datagen.plan.google_ads import ACCOUNTS, DEVICES, TYPES, AdCampaigns
from datagen.sizes import DAY, END, FIRST_SPEND_DAY, START
from datagen.vocabulary import CURRENCIES

_NETWORKS = ["SEARCH", "CONTENT", "MIXED", "YOUTUBE"]
_VERSIONS = 3


def export_google_ads(landing: Path, ads: AdCampaigns) -> dict[str, Written]:
    """Write the three extracts and return what was written per object."""
    folder = landing / "google_ads"
    customers = np.array([account[0] for account in ACCOUNTS])
    campaign, day, device = (axis.ravel() for axis in np.indices(ads.clicks.shape, dtype=np.int32))
    stats = write_extract(
        folder / "campaign_stats" / "campaign_stats.csv",
        {
            "customer_id": Numbers(customers[ads.account][campaign]),
            "date": Dates(FIRST_SPEND_DAY + day),
            "id": Numbers(ads.ids[campaign]),
            "ad_network_type": label(ads.type[campaign], _NETWORKS),
            "device": label(device, DEVICES),
            "clicks": Numbers(ads.clicks.ravel()),
            "impressions": Numbers(ads.impressions.ravel()),
            "cost_micros": Numbers(ads.cost_micros.ravel()),
        },
        is_quoted=False,
    )
    return {
        "campaign_stats": stats,
        "campaign_history": _export_campaign_history(folder, ads, customers),
        "account_history": _export_account_history(folder, customers),
    }


def _export_campaign_history(folder: Path, ads: AdCampaigns, customers: np.ndarray) -> Written:
    count = len(ads.account)
    campaign, version = (axis.ravel() for axis in np.indices((count, _VERSIONS)))
    updated_at = START - 10 * DAY + version * 200 * DAY + campaign * 61 % DAY
    names = ads.names
    versions = [
        f"{names[c]}{(' (draft)', ' v1', '')[v]}" for c, v in zip(campaign, version, strict=True)
    ]
    is_paused = (version == _VERSIONS - 1) & (campaign % 9 == 4)
    return write_extract(
        folder / "campaign_history" / "campaign_history.csv",
        {
            "id": Numbers(ads.ids[campaign]),
            "updated_at": Times(np.minimum(updated_at, END), b"Z"),
            "name": Texts(pa.array(versions)),
            "customer_id": Numbers(customers[ads.account][campaign]),
            "advertising_channel_type": label(ads.type[campaign], TYPES),
            "status": label(is_paused.astype(np.int8), ["ENABLED", "PAUSED"]),
            "start_date": Dates(np.full(len(campaign), FIRST_SPEND_DAY)),
            "end_date": repeat("2037-12-30", len(campaign)),
        },
        is_quoted=False,
    )


def _export_account_history(folder: Path, customers: np.ndarray) -> Written:
    account, version = (axis.ravel() for axis in np.indices((len(ACCOUNTS), 2)))

    def pick(position: int, ending: Callable[[int], str]) -> Texts:
        return Texts(
            pa.array(
                [
                    f"{ACCOUNTS[a][position]}{ending(v)}"
                    for a, v in zip(account, version, strict=True)
                ]
            )
        )

    return write_extract(
        folder / "account_history" / "account_history.csv",
        {
            "id": Numbers(customers[account]),
            "updated_at": Times(START - 20 * DAY + version * 300 * DAY, b"Z"),
            "descriptive_name": pick(1, lambda v: "" if v else " (old name)"),
            "currency_code": label(np.array([entry[2] for entry in ACCOUNTS])[account], CURRENCIES),
            "time_zone": pick(3, lambda v: ""),
        },
        is_quoted=False,
    )
