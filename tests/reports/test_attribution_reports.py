"""Credit beside spend, by channel and by campaign, added up again from credits and costs."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from planned_wins import read_planned

MONEY = ["pipeline", "revenue"]
# models that credit the stages of leads, too: docs/attribution.md
OF_LEADS = {"first_touch", "last_touch", "last_non_direct", "linear"}
COUNTS = {
    "attributed_leads": "lead",
    "attributed_mqls": "mql",
    "attributed_sqls": "sql",
    "attributed_opportunities": "pipeline",
    "attributed_customers": "revenue",
}
COSTS = {
    "cost_per_lead_amount": "attributed_leads",
    "cost_per_mql_amount": "attributed_mqls",
    "cost_per_sql_amount": "attributed_sqls",
    "cost_per_opportunity_amount": "attributed_opportunities",
    "media_cac_amount": "attributed_customers",
}


def month_of(moments: pd.Series) -> pd.Series:
    return pd.to_datetime(moments).dt.to_period("M")


def by_keys(report: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    report["conversion_month"] = month_of(report["conversion_month"])
    report = report.set_index(keys).sort_index()
    assert report.index.is_unique
    return report


@pytest.fixture(scope="module")
def credits(ledger) -> pd.DataFrame:
    frame = ledger("marts.fct_attribution_credits")
    frame["conversion_month"] = month_of(frame["converted_at"])
    frame.loc[frame["touch_id"].isna(), "campaign_key"] = "(unattributed)"
    frame["campaign_key"] = frame["campaign_key"].fillna("(none)")
    return frame


@pytest.fixture(scope="module")
def costs(ledger) -> pd.DataFrame:
    frame = ledger("marts.fct_spend_daily")
    frame["conversion_month"] = month_of(frame["date_day"])
    frame["is_unknown"] = frame["spend_amount"].isna()
    return frame


@pytest.fixture(scope="module")
def models(credits) -> list[str]:
    """Every model credits opportunities, some the stages of leads."""
    of_type = credits.groupby("conversion_type")["attribution_model"].agg(set)
    assert of_type["revenue"] == of_type["pipeline"] > OF_LEADS
    assert of_type["lead"] == of_type["mql"] == of_type["sql"] == OF_LEADS
    return sorted(of_type["revenue"])


@pytest.fixture(scope="module")
def by_channel(ledger) -> pd.DataFrame:
    frame = ledger("reports.rpt_attribution_by_channel")
    return by_keys(frame, ["conversion_month", "conversion_type", "channel", "attribution_model"])


@pytest.fixture(scope="module")
def by_campaign(ledger) -> pd.DataFrame:
    frame = ledger("reports.rpt_attribution_by_campaign")
    return by_keys(frame, ["conversion_month", "campaign_key", "attribution_model"])


def sum_year(figures: pd.Series, keys: pd.MultiIndex) -> pd.Series:
    """The twelve months up to each key: a month's figure counts in it and in the eleven after."""
    months = [
        figures.rename(index=lambda month, age=age: month + age, level="conversion_month")
        for age in range(12)
    ]
    return pd.concat(months).groupby(level=keys.names).sum(min_count=1).reindex(keys)


def spread(of_month: pd.Series, keys: pd.MultiIndex) -> pd.Series:
    """What a channel or campaign cost in a month, on each of its keys."""
    rows = keys.droplevel([name for name in keys.names if name not in of_month.index.names])
    return of_month.reindex(rows).set_axis(keys)


def assert_cents(found: pd.Series, expected: pd.Series) -> None:
    pd.testing.assert_series_equal(found, expected.astype("Int64"), check_names=False)


def assert_doubles(found: pd.Series, expected: pd.Series) -> None:
    expected = expected.astype(float)
    assert found.isna().equals(expected.isna()), found.name
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9, err_msg=found.name)


def assert_ratio(found: pd.Series, amount: pd.Series, spend: pd.Series, is_partial) -> None:
    """0 where spend brought nothing, null without spend."""
    known = spend.where(~is_partial & (spend != 0).fillna(False)).astype("Float64")
    assert_doubles(found, amount.astype("Float64") / known)


def assert_cost(found: pd.Series, spend: pd.Series, count: pd.Series, is_partial) -> None:
    """Half a cent off at most: a quotient that lies between two cents may be rounded to either."""
    # a sum of weights is known to nine places
    counted = count.astype("Float64").round(9)
    # the cost of less than a hundredth of a conversion says nothing
    counted = counted.where((counted >= 0.01).fillna(False) & ~is_partial)
    exact = (spend.astype("Float64") / counted).astype(float)
    assert found.isna().equals(exact.isna()), found.name
    assert (found.astype(float) - exact).abs().max() <= 0.5 + 1e-6, found.name
    assert found.notna().any(), found.name


def test_by_channel(by_channel, credits, costs, models):
    cost = costs.groupby(["conversion_month", "channel"])
    spend, is_partial = cost["spend_amount"].sum(min_count=1), cost["is_unknown"].any()
    brought = credits.groupby(by_channel.index.names)
    pairs = [
        (kind, model)
        for model in models
        for kind in (*MONEY, *(("lead", "mql", "sql") if model in OF_LEADS else ()))
    ]
    keys = {
        (month, kind, channel, model) for month, channel in spend.index for kind, model in pairs
    }
    keys |= set(brought.groups)
    assert set(by_channel.index) == keys
    keys = by_channel.index

    is_money = keys.get_level_values("conversion_type").isin(MONEY)
    amount = brought["credited_amount"].sum().reindex(keys, fill_value=0).where(is_money)
    count = brought["weight"].sum().reindex(keys, fill_value=0)
    spend, is_partial = spread(spend, keys), spread(is_partial, keys).eq(True)
    assert_cents(by_channel["attributed_amount"], amount)
    assert_doubles(by_channel["attributed_conversions"], count)
    assert_cents(by_channel["spend_amount"], spend)
    assert_ratio(by_channel["roas"], amount, spend, is_partial)
    assert_cost(by_channel["cost_per_conversion_amount"], spend, count, is_partial)
    assert (by_channel["has_unconverted_spend"] == is_partial).all()

    amount, count, spend = (sum_year(figures, keys) for figures in (amount, count, spend))
    is_partial = sum_year(is_partial.astype(int), keys) > 0
    assert_cents(by_channel["trailing_12m_attributed_amount"], amount)
    assert_doubles(by_channel["trailing_12m_attributed_conversions"], count)
    assert_cents(by_channel["trailing_12m_spend_amount"], spend)
    assert_ratio(by_channel["trailing_12m_roas"], amount, spend, is_partial)
    found = by_channel["trailing_12m_cost_per_conversion_amount"]
    assert_cost(found, spend, count, is_partial)
    assert set(by_channel["currency_code"]) == {"USD"}


def test_by_campaign(by_campaign, credits, costs, models):
    cost = costs.groupby(["conversion_month", "campaign_key"])
    spend, is_partial = cost["spend_amount"].sum(min_count=1), cost["is_unknown"].any()
    keys = {(month, key, model) for month, key in spend.index for model in models}
    keys |= set(credits.groupby(by_campaign.index.names).groups)
    assert set(by_campaign.index) == keys
    keys = by_campaign.index

    of_type = {kind: rows.groupby(keys.names) for kind, rows in credits.groupby("conversion_type")}
    credits_leads = keys.get_level_values("attribution_model").isin(OF_LEADS)
    counts = {}
    for column, kind in COUNTS.items():
        counts[column] = of_type[kind]["weight"].sum().reindex(keys, fill_value=0)
        if kind not in MONEY:
            counts[column] = counts[column].where(credits_leads)
        assert_doubles(by_campaign[column], counts[column])
    amounts = {
        kind: of_type[kind]["credited_amount"].sum().reindex(keys, fill_value=0) for kind in MONEY
    }
    spend, is_partial = spread(spend, keys), spread(is_partial, keys).eq(True)
    assert_cents(by_campaign["pipeline_amount"], amounts["pipeline"])
    assert_cents(by_campaign["revenue_amount"], amounts["revenue"])
    assert_cents(by_campaign["spend_amount"], spend)
    assert_ratio(by_campaign["roas"], amounts["revenue"], spend, is_partial)
    assert (by_campaign["has_unconverted_spend"] == is_partial).all()

    revenue, spend = sum_year(amounts["revenue"], keys), sum_year(spend, keys)
    is_partial = sum_year(is_partial.astype(int), keys) > 0
    assert_cents(by_campaign["trailing_12m_revenue_amount"], revenue)
    assert_cents(by_campaign["trailing_12m_spend_amount"], spend)
    assert_ratio(by_campaign["trailing_12m_roas"], revenue, spend, is_partial)
    for column, counted in COSTS.items():
        assert_cost(by_campaign[column], spend, sum_year(counts[counted], keys), is_partial)
    assert set(by_campaign["currency_code"]) == {"USD"}


@pytest.mark.parametrize(
    ("kind", "part", "amount", "count"),
    [
        ("revenue", "won_new_business", "revenue_amount", "attributed_customers"),
        ("pipeline", "pipeline_new_business", "pipeline_amount", "attributed_opportunities"),
    ],
)
def test_planned_money_is_recovered(
    by_channel, by_campaign, models, answers, kind, part, amount, count
):
    """Under every model the money and the number of each month, as planned, to the cent."""
    planned = read_planned(answers, part)
    planned["cents"] = (planned["amount_usd"] * 100).round()
    planned = planned.groupby(month_of(planned["at"]))["cents"].agg(["size", "sum"])
    reports = [
        (
            by_channel.xs(kind, level="conversion_type"),
            "attributed_amount",
            "attributed_conversions",
        ),
        (by_campaign, amount, count),
    ]
    for report, amount_column, count_column in reports:
        for model in models:
            rows = report.xs(model, level="attribution_model").groupby("conversion_month")
            money = rows[amount_column].sum()
            number = rows[count_column].sum()
            months = money.index.union(planned.index)
            expected = planned.reindex(months, fill_value=0)
            assert money.reindex(months, fill_value=0).tolist() == expected["sum"].tolist()
            # sums of weights, each rounded to nine places
            assert number.reindex(months, fill_value=0).tolist() == pytest.approx(
                expected["size"].tolist(), abs=1e-6
            )


def to_cents(amount: str) -> int:
    return int(Decimal(amount) * 100)


def test_planned_spend_is_recovered(by_channel, by_campaign, models, answers):
    """What each ad platform and the CRM's campaigns cost, to the cent, once per model and type."""
    planned = {
        "google_ads": to_cents(answers["spend"]["total_usd"]),
        "salesforce": to_cents(answers["spend"]["crm_campaign_actual_cost_usd"]),
        "linkedin_ads": to_cents(answers["added"]["linkedin_ads"]["spend"]["total_usd"]),
        "meta_ads": to_cents(answers["added"]["meta_ads"]["spend"]["total_usd"]),
    }
    totals = by_channel.groupby(["conversion_type", "attribution_model"])["spend_amount"].sum()
    assert len(totals) == 2 * len(models) + 3 * len(OF_LEADS)
    assert set(totals) == {sum(planned.values())}
    # the two networks are all that is paid social
    social = by_channel.xs("paid_social", level="channel")["spend_amount"]
    assert set(social.groupby(["conversion_type", "attribution_model"]).sum()) == {
        planned["linkedin_ads"] + planned["meta_ads"]
    }
    # a campaign's key begins with its system
    spent = by_campaign[by_campaign["spend_amount"].notna()].reset_index()
    spent["system"] = spent["campaign_key"].str.split(":").str[0]
    for model in models:
        rows = spent[spent["attribution_model"] == model]
        assert rows.groupby("system")["spend_amount"].sum().to_dict() == planned
        campaigns = rows.loc[rows["system"] == "salesforce", "campaign_key"].nunique()
        assert campaigns == answers["spend"]["crm_campaigns_with_cost"]
