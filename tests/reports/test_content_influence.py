"""Which content stood on the way, counted again from credits and touches."""

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def found(table) -> pd.DataFrame:
    frame = table("reports.rpt_content_influence")
    return frame.set_index(["conversion_type", "content"]).sort_index()


@pytest.fixture(scope="module")
def touched(table) -> pd.DataFrame:
    content = table("marts.fct_touches").set_index("touch_id")["content"]
    credits = table("marts.fct_attribution_credits").query("attribution_model == 'linear'").copy()
    credits["content"] = credits["touch_id"].map(content).fillna("(none)")
    credits.loc[credits["touch_id"].isna(), "content"] = "(unattributed)"
    credits["days"] = (credits["converted_at"] - credits["touched_at"]) / pd.Timedelta(days=1)
    return credits


def test_contents(found, touched):
    keys = ["conversion_type", "content"]
    amounts = touched.groupby("conversion_id")["credited_amount"].sum(min_count=1)
    expected = touched.groupby(keys).agg(
        touch_count=("touch_id", "count"),
        conversion_count=("conversion_id", "nunique"),
        credited_conversions=("weight", "sum"),
    )
    # a conversion weighs once with a content, however often it was touched
    first = touched.sort_values("days", ascending=False).drop_duplicates([*keys, "conversion_id"])
    first["amount"] = first["conversion_id"].map(amounts)
    by_content = first.groupby(keys)
    expected["influenced_amount"] = by_content["amount"].sum(min_count=1)
    expected["median_days_before"] = by_content["days"].median()
    credited = touched.groupby(keys)["credited_amount"].sum(min_count=1)
    expected["credited_amount"] = credited
    everything = touched.groupby("conversion_type")["conversion_id"].nunique()
    expected["all_conversion_count"] = everything.reindex(
        expected.index.get_level_values("conversion_type")
    ).to_numpy()
    pd.testing.assert_frame_equal(
        found[expected.columns], expected.sort_index(), check_dtype=False, rtol=1e-7
    )
    assert {"lead", "mql", "pipeline", "revenue"} <= set(found.index.levels[0])


def test_planned_pages_are_alike(found):
    """The plan draws the page of every visit alike: no page may stand out among ten."""
    pages = found.loc["lead"]
    pages = pages[pages.index.str.startswith("https://www.leadworks.example/")]
    visited = pages[pages["touch_count"] > 200]["touch_count"]
    assert len(visited) >= 8
    assert visited.max() < 1.3 * visited.min()
