"""LinkedIn and Meta extracts in the connectors' shapes."""

from dataclasses import replace
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
import pyarrow as pa

from datagen.exports.extract_files import Written, stamp_name, write_extract
from datagen.exports.text_columns import Column, Dates, Numbers, Texts, Times, label, repeat
from datagen.plan.social_ads import Extract, SocialAds
from datagen.sizes import DAY, EXTRACTED_AT, FIRST_SPEND_DAY, START
from datagen.vocabulary import CURRENCIES, EUR

LINKEDIN_ACCOUNTS = [507_515_057, 507_515_911]
META_ACCOUNTS = [1_700_252_260_223_815, 1_700_252_260_991_204]
_ACCOUNT_NAMES = ["Leadworks EMEA", "Leadworks Americas"]
_ZONELESS = b""
# US cents per euro cent that LinkedIn itself reckons with, in thousandths; not the dated rate
_LINKEDIN_EURO = 1_090
_VERSIONS = 3


def linkedin_campaign_ids(count: int) -> np.ndarray:
    """Campaign ids as LinkedIn numbers them."""
    return 148_633_001 + np.arange(count) * 37


def meta_campaign_ids(count: int) -> np.ndarray:
    """Campaign ids as Meta numbers them."""
    return 6_215_293_440_071 + np.arange(count) * 100_000


def export_linkedin_ads(landing: Path, ads: SocialAds) -> dict[str, Written]:
    """Write the extracts and return what was written per object."""
    folder = landing / "linkedin_ads"
    campaigns = linkedin_campaign_ids(len(ads.account))
    is_euro = (ads.currency == EUR)[ads.unit_campaign]

    def columns(unit: np.ndarray, day: np.ndarray, figures: dict) -> dict[str, Column]:
        cost = figures["cost"]
        usd = np.where(is_euro[unit], cost * _LINKEDIN_EURO // 1_000, cost)
        return {
            "campaign_id": Numbers(campaigns[ads.unit_campaign[unit]]),
            "day": Times(day * DAY, _ZONELESS, b" "),
            "clicks": Numbers(figures["clicks"]),
            "impressions": Numbers(figures["impressions"]),
            "cost_in_local_currency": Numbers(cost, 6),
            "cost_in_usd": Numbers(usd, 6),
            "external_website_conversions": Numbers(figures["clicks"] // 9),
            "one_click_leads": repeat("0", len(unit)),
            "conversion_value_in_local_currency": repeat("0", len(unit)),
        }

    return {
        "ad_analytics_by_campaign": _export_report(
            folder, "ad_analytics_by_campaign", ads, columns
        ),
        "campaign_history": _export_linkedin_campaigns(folder, ads, campaigns),
        "campaign_group_history": _export_linkedin_groups(folder),
        "account_history": _export_linkedin_accounts(folder),
    }


def _export_report(folder: Path, name: str, ads: SocialAds, columns) -> Written:
    parts = []
    for extract in ads.extracts:
        unit, column = ads.rows_of(extract)
        parts.append(
            write_extract(
                folder / name / stamp_name(name, extract.cut_at),
                columns(unit, FIRST_SPEND_DAY + column, _figures(ads, extract, unit, column)),
                is_quoted=False,
                extracted_at=extract.arrived_at,
            )
        )
    return replace(reduce(add, parts), superseded=ads.superseded_rows)


def _figures(
    ads: SocialAds, extract: Extract, unit: np.ndarray, column: np.ndarray
) -> dict[str, np.ndarray]:
    if extract.is_restated:
        held = {"impressions": ads.impressions, "clicks": ads.clicks, "cost": ads.cost_micros}
    else:
        held = {
            "impressions": ads.impressions_before,
            "clicks": ads.clicks_before,
            "cost": ads.cost_micros_before,
        }
    return {name: values[unit, column] for name, values in held.items()}


def _versions(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(number, version, time of change) of every version of some things."""
    number, version = (axis.ravel() for axis in np.indices((count, _VERSIONS)))
    return number, version, START - 15 * DAY + version * 190 * DAY + number * 67 % DAY


def _version_names(names: list[str], number: np.ndarray, version: np.ndarray) -> Texts:
    endings = (" (draft)", " v1", "")
    return Texts(
        pa.array([f"{names[n]}{endings[v]}" for n, v in zip(number, version, strict=True)])
    )


def _export_linkedin_campaigns(folder: Path, ads: SocialAds, ids: np.ndarray) -> Written:
    number, version, changed_at = _versions(len(ids))
    account = ads.account[number]
    return write_extract(
        folder / "campaign_history" / "campaign_history.csv",
        {
            "id": Numbers(ids[number]),
            "last_modified_time": Times(changed_at, _ZONELESS, b" "),
            "account_id": Numbers(np.array(LINKEDIN_ACCOUNTS)[account]),
            "campaign_group_id": Numbers(600_268_686 + account),
            "created_time": Times(np.full(len(number), START - 20 * DAY), _ZONELESS, b" "),
            "name": _version_names(ads.names, number, version),
            "version_tag": Numbers(version + 1),
        },
        is_quoted=False,
    )


def _export_linkedin_groups(folder: Path) -> Written:
    number, version, changed_at = _versions(len(LINKEDIN_ACCOUNTS))
    return write_extract(
        folder / "campaign_group_history" / "campaign_group_history.csv",
        {
            "id": Numbers(600_268_686 + number),
            "last_modified_time": Times(changed_at, _ZONELESS, b" "),
            "account_id": Numbers(np.array(LINKEDIN_ACCOUNTS)[number]),
            "created_time": Times(np.full(len(number), START - 20 * DAY), _ZONELESS, b" "),
            "name": _version_names(
                [f"{name} always on" for name in _ACCOUNT_NAMES], number, version
            ),
        },
        is_quoted=False,
    )


def _export_linkedin_accounts(folder: Path) -> Written:
    number, version, changed_at = _versions(len(LINKEDIN_ACCOUNTS))
    return write_extract(
        folder / "account_history" / "account_history.csv",
        {
            "id": Numbers(np.array(LINKEDIN_ACCOUNTS)[number]),
            "last_modified_time": Times(changed_at, _ZONELESS, b" "),
            "created_time": Times(np.full(len(number), START - 400 * DAY), _ZONELESS, b" "),
            "name": _version_names(_ACCOUNT_NAMES, number, version),
            "currency": label(np.array([1, 0])[number], CURRENCIES),
            "version_tag": Numbers(version + 55),
        },
        is_quoted=False,
    )


def export_meta_ads(landing: Path, ads: SocialAds) -> dict[str, Written]:
    """Write the extracts and return what was written per object."""
    folder = landing / "meta_ads"
    accounts = np.array(META_ACCOUNTS)[ads.account][ads.unit_campaign]
    ad_ids = _meta_ad_ids(ads)

    def columns(unit: np.ndarray, day: np.ndarray, figures: dict) -> dict[str, Column]:
        return {
            "ad_id": Numbers(ad_ids[unit]),
            "date": Dates(day),
            "account_id": Numbers(accounts[unit]),
            "impressions": Numbers(figures["impressions"]),
            "inline_link_clicks": Numbers(figures["clicks"]),
            "spend": Numbers(figures["cost"] // 10_000, 2),
            "reach": Numbers(figures["impressions"] * 2 // 3),
        }

    return {
        "basic_ad": _export_report(folder, "basic_ad", ads, columns),
        "ad_history": _export_meta_ads(folder, ads, ad_ids, accounts),
        "ad_set_history": _export_meta_sets(folder, ads),
        "campaign_history": _export_meta_campaigns(folder, ads),
        "account_history": _export_meta_accounts(folder),
    }


def _meta_ad_ids(ads: SocialAds) -> np.ndarray:
    return 6_215_293_456_071 + np.arange(len(ads.unit_campaign)) * 1_000


def _meta_set_ids(ads: SocialAds) -> np.ndarray:
    return meta_campaign_ids(len(ads.account)) + 4_000


def _synced(changed_at: np.ndarray) -> Times:
    return Times(changed_at + 6 * 3600, b".041", b"T")


def _export_meta_ads(
    folder: Path, ads: SocialAds, ad_ids: np.ndarray, accounts: np.ndarray
) -> Written:
    number, version, changed_at = _versions(len(ad_ids))
    campaign = ads.unit_campaign[number]
    return write_extract(
        folder / "ad_history" / "ad_history.csv",
        {
            "id": Numbers(ad_ids[number]),
            "account_id": Numbers(accounts[number]),
            "ad_set_id": Numbers(_meta_set_ids(ads)[campaign]),
            "campaign_id": Numbers(meta_campaign_ids(len(ads.account))[campaign]),
            "creative_id": Numbers(ad_ids[number] + 3),
            "name": Texts(pa.array([f"Ad v{v}" for v in version])),
            "_fivetran_synced": _synced(changed_at),
            "updated_time": Times(changed_at, _ZONELESS, b"T"),
        },
        is_quoted=False,
    )


def _export_meta_sets(folder: Path, ads: SocialAds) -> Written:
    number, version, changed_at = _versions(len(ads.account))
    return write_extract(
        folder / "ad_set_history" / "ad_set_history.csv",
        {
            "id": Numbers(_meta_set_ids(ads)[number]),
            "account_id": Numbers(np.array(META_ACCOUNTS)[ads.account[number]]),
            "campaign_id": Numbers(meta_campaign_ids(len(ads.account))[number]),
            "name": _version_names([f"{name} set" for name in ads.names], number, version),
            "_fivetran_synced": _synced(changed_at),
            "updated_time": Times(changed_at, _ZONELESS, b"T"),
        },
        is_quoted=False,
    )


def _export_meta_campaigns(folder: Path, ads: SocialAds) -> Written:
    number, version, changed_at = _versions(len(ads.account))
    return write_extract(
        folder / "campaign_history" / "campaign_history.csv",
        {
            "id": Numbers(meta_campaign_ids(len(ads.account))[number]),
            "account_id": Numbers(np.array(META_ACCOUNTS)[ads.account[number]]),
            "name": _version_names(ads.names, number, version),
            "_fivetran_synced": _synced(changed_at),
            "updated_time": Times(changed_at, _ZONELESS, b"T"),
        },
        is_quoted=False,
    )


def _export_meta_accounts(folder: Path) -> Written:
    number, version, _ = _versions(len(META_ACCOUNTS))
    # the account's table has no time of change: one copy per sync
    synced_at = EXTRACTED_AT - (_VERSIONS - version) * 40 * DAY
    return write_extract(
        folder / "account_history" / "account_history.csv",
        {
            "id": Numbers(np.array(META_ACCOUNTS)[number]),
            "name": _version_names(_ACCOUNT_NAMES, number, version),
            "currency": label(np.array([1, 0])[number], CURRENCIES),
            "_fivetran_synced": Times(synced_at, b".042", b" "),
        },
        is_quoted=False,
    )
