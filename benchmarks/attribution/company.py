"""A company of any size as the models of attribution read it: Parquet files made with numpy.

Scale 1 is 100,000 leads, 1.5 million touches with a heavy tail, 25,000 opportunities of which
10,000 are won, and the leads' stages.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DAY = 86_400_000_000
START = np.datetime64("2025-01-01", "us")
SPAN = 540 * DAY
CHANNELS = {
    "direct": False,
    "organic_search": False,
    "paid_search": True,
    "paid_social": True,
    "display": True,
    "email": False,
    "event": False,
    "webinar": False,
    "content": False,
    "referral": False,
    "partner": False,
    "organic_social": False,
}
TYPES = {"visit": (130, False), "form": (80, True), "email_click": (110, True), "event": (70, True)}


def write_company(folder: Path, scale: float, seed: int = 11) -> None:
    """Write one Parquet file per table that the models read."""
    dice = np.random.default_rng(seed)
    leads = int(100_000 * scale)
    keys = dice.permutation(np.arange(1, leads + 1, dtype=np.int64)) * 7919
    created = dice.integers(0, SPAN, leads)
    folder.mkdir(parents=True, exist_ok=True)
    _write(
        folder,
        "int_identity__leads",
        lead_key=keys,
        account_key=dice.integers(1, leads // 3 + 2, leads),
        created_at=START + created,
        is_live=np.ones(leads, dtype=bool),
    )
    _write_touches(folder, dice, int(1_500_000 * scale), keys, created)
    _write_opportunities(folder, dice, int(25_000 * scale), keys, created)
    _write_stages(folder, dice, keys, created)
    _write(
        folder,
        "channels",
        channel=np.array(list(CHANNELS)),
        is_paid=np.array(list(CHANNELS.values())),
    )


def _write_touches(
    folder: Path, dice: np.random.Generator, count: int, keys: np.ndarray, created: np.ndarray
) -> None:
    appetite = dice.lognormal(0, 1.4, len(keys))
    owner = dice.choice(len(keys), count, p=appetite / appetite.sum())
    # from four months before the lead's creation on, in whole seconds
    at = created[owner] + (dice.exponential(120, count) * DAY).astype(np.int64) - 120 * DAY
    at = np.clip(at, 0, SPAN - 1) // 1_000_000 * 1_000_000
    kinds = list(TYPES.values())
    kind = dice.choice(len(kinds), count, p=[0.6, 0.15, 0.2, 0.05])
    names = np.array(list(CHANNELS))
    _write(
        folder,
        "int_touchpoints__touches",
        touch_key=dice.permutation(count).astype(np.int64) + 1,
        lead_key=keys[owner],
        account_key=pa.nulls(count, pa.int64()),
        opportunity_key=pa.nulls(count, pa.int64()),
        occurred_at=START + at,
        touch_priority=np.array([priority for priority, _ in kinds], dtype=np.int32)[kind],
        source_system=np.where(kind == 0, "web", "salesforce"),
        channel=names[dice.choice(len(names), count)],
        campaign_key=pa.nulls(count, pa.string()),
        can_be_middle=np.array([can for _, can in kinds])[kind],
        is_attributable=np.ones(count, dtype=bool),
    )


def _write_opportunities(
    folder: Path, dice: np.random.Generator, count: int, keys: np.ndarray, created: np.ndarray
) -> None:
    first = dice.choice(len(keys), count)
    opened = np.minimum(created[first] + dice.integers(0, 120 * DAY, count), SPAN - 1)
    is_won = dice.random(count) < 0.4
    closed = START + np.minimum(opened + dice.integers(DAY, 150 * DAY, count), SPAN)
    amount = np.round(dice.lognormal(9.5, 1, count), 2)
    number = np.arange(1, count + 1, dtype=np.int64)
    money = pa.array(amount).cast(pa.decimal128(18, 2), safe=False)
    _write(
        folder,
        "int_revenue__opportunities_valued",
        opportunity_key=number,
        account_key=dice.integers(1, len(keys) // 3 + 2, count),
        created_at=START + opened,
        closed_at=pa.array(closed, mask=~is_won),
        opportunity_type=np.full(count, "new"),
        is_sales_pipeline=np.ones(count, dtype=bool),
        is_source_deleted=np.zeros(count, dtype=bool),
        is_won=is_won,
        lead_count=np.ones(count, dtype=np.int64),
        primary_lead_count=np.ones(count, dtype=np.int64),
        opportunity_amount=money,
        first_amount=money,
    )
    size = dice.choice([1, 2, 3, 4], count, p=[0.4, 0.3, 0.2, 0.1])
    group = np.repeat(number, size)
    members = keys[dice.choice(len(keys), len(group))]
    starts = np.cumsum(size) - size
    members[starts] = keys[first]
    is_primary = np.zeros(len(group), dtype=bool)
    is_primary[starts] = True
    pairs = pa.table(
        {"opportunity_key": group, "lead_key": members, "is_primary": is_primary}
    ).group_by(["opportunity_key", "lead_key"])
    table = pairs.aggregate([("is_primary", "max")]).rename_columns(
        {"is_primary_max": "is_primary"}
    )
    pq.write_table(table, folder / "int_revenue__buying_groups.parquet", compression="zstd")


def _write_stages(
    folder: Path, dice: np.random.Generator, keys: np.ndarray, created: np.ndarray
) -> None:
    """Everybody's inquiry, half of them an MQL later, a fifth of them an SQL."""
    parts = []
    for event, (stage, share, days) in enumerate(
        [("inquiry", 1.0, 1), ("mql", 0.5, 60), ("sql", 0.2, 90)], start=1
    ):
        chosen = dice.random(len(keys)) < share
        at = created[chosen] + (event - 1) * DAY + dice.integers(0, days * DAY, chosen.sum())
        parts.append(
            pa.table(
                {
                    "lead_key": keys[chosen],
                    "cycle_number": np.ones(chosen.sum(), dtype=np.int64),
                    "event_number": np.full(chosen.sum(), event, dtype=np.int64),
                    "to_stage": np.full(chosen.sum(), stage),
                    "is_inferred": np.zeros(chosen.sum(), dtype=bool),
                    "has_time_anomaly": np.zeros(chosen.sum(), dtype=bool),
                    "occurred_at": START + at,
                }
            )
        )
    pq.write_table(
        pa.concat_tables(parts),
        folder / "int_lifecycle__stage_events.parquet",
        compression="zstd",
    )


def _write(folder: Path, name: str, **columns: object) -> None:
    pq.write_table(pa.table(columns), folder / f"{name}.parquet", compression="zstd")
