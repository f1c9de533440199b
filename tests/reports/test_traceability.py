"""What can be traced in the demo company, counted again, and against what was planted."""

from decimal import Decimal

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def found(table) -> pd.DataFrame:
    return table("reports.rpt_traceability").set_index(["measure", "finding"])


def test_sources_of_leads(found, table):
    cycles = table("marts.fct_lead_lifecycle").sort_values("cycle_number")
    first = cycles.drop_duplicates("lead_id").set_index("lead_id")
    leads = table("marts.dim_leads").set_index("lead_id").join(first[["source_channel"]])
    touches = table("marts.fct_touches")
    seen = touches[touches["is_attributable"] & ~touches["is_inferred"]]["lead_id"].unique()
    expected = leads["source_channel"].fillna("(unattributed)")
    unknown = (expected == "(unknown)").sum()
    nothing = (expected == "(unattributed)").sum()
    counts = found.loc["source"]["item_count"]
    assert counts["unknown_channel"] == unknown
    assert counts["no_source"] == nothing
    assert counts["tracked"] + counts["stated_only"] == len(leads) - unknown - nothing
    # nobody is tracked of whom no touch was seen
    named = leads[~expected.isin(["(unknown)", "(unattributed)"])]
    assert counts["tracked"] <= named.index.isin(seen).sum()
    assert counts["stated_only"] >= (~named.index.isin(seen)).sum()


def test_outcomes_of_leads(found, table):
    cycles = table("marts.fct_lead_lifecycle").sort_values("cycle_number")
    newest = cycles.drop_duplicates("lead_id", keep="last")
    outcome = newest["outcome"].mask(
        newest["is_stalled"] & (newest["outcome"] == "open"), "open_stalled"
    )
    expected = outcome.value_counts()
    counts = found.loc["outcome"]["item_count"]
    assert counts.sum() == len(table("marts.dim_leads"))
    for name, count in expected.items():
        assert counts[name] == count


def test_planted_breaks_of_the_chain_are_recovered(found, answers):
    """The plan knows every win, its money, and which has no amount or no rate: exactly these."""
    planned = answers["all_systems"]["opportunities"]["won_new_business"]
    chain = found.loc["chain"]
    assert chain["item_count"].sum() == planned["count"]
    assert chain["item_count"]["no_amount"] == planned["without_amount"]
    assert chain["item_count"]["no_exchange_rate"] == planned["without_rate"]
    assert Decimal(str(round(chain["item_amount"].sum(), 2))) == Decimal(planned["total_usd"])
    assert chain["is_traced"].to_dict() == {name: name == "unbroken" for name in chain.index}


def test_exceptions_by_reason(found, table):
    expected = table("reports.rpt_exceptions")["reason"].value_counts()
    pd.testing.assert_series_equal(
        found.loc["exception"]["item_count"].sort_index(),
        expected.sort_index(),
        check_names=False,
        check_dtype=False,
    )
