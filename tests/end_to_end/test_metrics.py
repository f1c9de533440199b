"""The metrics of the semantic layer, asked as a notebook asks, against the marts of the release.

The expected figures are derived from the release's tables in pandas. The semantic models are parsed
with a zone of the organisation that is not UTC, so that the month of a metric is seen to be the
organisation's month.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from installation import Installation, copy_checkout

ORG_UTC_OFFSET_HOURS = -8
MODEL_OF_METRICS = "linear"

# an amount or a count is equal to the cent, a ratio to what a double holds
EXACT = [
    "names",
    "leads",
    "mqls",
    "sqls",
    "pipeline_amount",
    "won_amount",
    "closed_amount",
    "won_opportunities",
    "won_opportunities_without_amount",
    "closed_opportunities",
    "attributed_revenue",
    "spend",
    "costs_without_rate",
    "ignored_handoffs",
    "settled_handoffs",
    "customers",
    "lifetime_amount",
]
RATIOS = [
    "attributed_customers",
    "win_rate",
    "win_rate_by_value",
    "roas",
    "cac",
    "speed_to_lead",
    "ignored_lead_rate",
    "ltv",
]


@dataclass(frozen=True)
class SemanticLayer:
    """A checkout of its own, parsed for the release of an installation."""

    project: Path
    home: Path

    def run(self, tool: str, *arguments: str) -> str:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("DBT_")},
            "LEAD_LEDGER_HOME": str(self.home),
            "DBT_TARGET": "published",
        }
        command = [Path(sys.executable).with_name(tool), *arguments]
        done = subprocess.run(
            command, cwd=self.project, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def query(self, metrics: list[str], *group_by: str, where: str | None = None) -> pd.DataFrame:
        """The answer of `mf query`, as a notebook reads it."""
        answer = self.project / "answer.csv"
        self.run("mf", *asked(metrics, group_by, where), "--csv", str(answer))
        return pd.read_csv(answer)

    def sql(self, metrics: list[str], *group_by: str) -> str:
        """The SQL of a query, for a BI tool to run by itself."""
        return self.run("mf", *asked(metrics, group_by), "--explain")

    def manifest(self) -> dict:
        return json.loads((self.project / "target" / "semantic_manifest.json").read_text())


def asked(metrics: list[str], group_by: tuple[str, ...], where: str | None = None) -> list[str]:
    arguments = ["query", "--quiet", "--metrics", ",".join(metrics)]
    if group_by:
        arguments += ["--group-by", ",".join(group_by)]
    if where:
        arguments += ["--where", where]
    return arguments


@pytest.fixture(scope="module")
def layer(demo: Installation, tmp_path_factory: pytest.TempPathFactory) -> SemanticLayer:
    checkout = copy_checkout(tmp_path_factory.mktemp("metrics") / "checkout")
    layer = SemanticLayer(checkout / "dbt_project", demo.home)
    layer.run("dbt", "parse", "--vars", json.dumps({"org_utc_offset_hours": ORG_UTC_OFFSET_HOURS}))
    return layer


def figures(
    release: duckdb.DuckDBPyConnection, group_of: Callable[[pd.Series], pd.Series]
) -> pd.DataFrame:
    """Every metric from the marts, one row per group; `group_of` maps days to groups."""

    def mart(name: str) -> pd.DataFrame:
        return release.sql(f"from marts.{name}").df()

    def local(times: pd.Series) -> pd.Series:
        return group_of(times + pd.Timedelta(hours=ORG_UTC_OFFSET_HOURS))

    def total(frame: pd.DataFrame, when: str, column: str) -> pd.Series:
        return frame.groupby(local(frame[when]))[column].sum(min_count=1)

    def count(frame: pd.DataFrame, when: str) -> pd.Series:
        return frame.groupby(local(frame[when])).size()

    people = mart("dim_leads")
    cycles = mart("fct_lead_lifecycle").query("cycle_type == 'new'")
    mqls = cycles[cycles.entered_mql_at.notna() & ~cycles.is_mql_inferred]
    sqls = cycles[cycles.entered_sql_at.notna() & ~cycles.is_sql_inferred]
    deals = mart("fct_opportunities").query("is_sales_pipeline")
    closed = deals[deals.is_closed]
    won = closed[closed.is_won]
    credits = mart("fct_attribution_credits").query(
        f"conversion_type == 'revenue' and attribution_model == '{MODEL_OF_METRICS}'"
    )
    costs = mart("fct_spend_daily")
    cost_group = group_of(costs.date_day)

    handoffs = mart("fct_lead_handoffs").query("not has_time_anomaly")
    handoff_group = local(handoffs.handed_off_at)
    settled = handoffs[handoffs.is_worked | handoffs.is_ignored]
    # a customer by the first of all wins, with all wins of the account
    bought = won[won.account_id.notna()].groupby("account_id")
    customers = pd.DataFrame(
        {"first_won_at": bought.closed_at.min(), "amount": bought.opportunity_amount.sum()}
    )

    found = pd.DataFrame(
        {
            "names": count(people[people.record_class == "name"], "created_at"),
            "leads": count(people[people.record_class == "lead"], "created_at"),
            "mqls": count(mqls, "entered_mql_at"),
            "sqls": count(sqls, "entered_sql_at"),
            "pipeline_amount": total(deals, "created_at", "first_amount"),
            "won_amount": total(won, "closed_at", "opportunity_amount"),
            "closed_amount": total(closed, "closed_at", "opportunity_amount"),
            "won_opportunities": count(won, "closed_at"),
            "won_opportunities_without_amount": count(
                won[won.opportunity_amount.isna()], "closed_at"
            ),
            "closed_opportunities": count(closed, "closed_at"),
            "attributed_revenue": total(credits, "converted_at", "credited_amount"),
            "attributed_customers": total(credits, "converted_at", "credited_conversions"),
            "spend": costs.groupby(cost_group).spend_amount.sum(min_count=1),
            "costs_without_rate": costs.spend_amount.isna().groupby(cost_group).sum(),
            "ignored_handoffs": handoffs.is_ignored.groupby(handoff_group).sum(),
            "settled_handoffs": count(settled, "handed_off_at").reindex(
                handoff_group.unique(), fill_value=0
            ),
            "customers": count(customers, "first_won_at"),
            "lifetime_amount": total(customers, "first_won_at", "amount"),
            "speed_to_lead": handoffs.groupby(handoff_group).speed_to_lead_hours.median(),
        }
    )
    # where something closed, nothing won is a zero
    wins = ["won_amount", "won_opportunities", "won_opportunities_without_amount"]
    found.loc[found.closed_opportunities.notna(), wins] = found[wins].fillna(0)
    found["ignored_lead_rate"] = found.ignored_handoffs / found.settled_handoffs
    found["ltv"] = found.lifetime_amount / found.customers
    found["win_rate"] = found.won_opportunities / found.closed_opportunities
    found["win_rate_by_value"] = found.won_amount / found.closed_amount
    known = found.spend.where((found.spend != 0) & (found.costs_without_rate == 0))
    found["roas"] = found.attributed_revenue.fillna(0) / known
    found["cac"] = known / found.attributed_customers
    return found


def assert_equal(answered: pd.DataFrame, expected: pd.DataFrame, metrics: list[str]) -> None:
    assert list(answered.index) == list(expected.index)
    for name in metrics:
        digits = 2 if name in EXACT else 9
        pd.testing.assert_series_equal(
            answered[name].astype(float).round(digits),
            expected[name].astype(float).round(digits),
            check_freq=False,
            check_index_type=False,
            check_names=False,
            obj=name,
        )


def test_every_metric_is_tested_and_says_what_it_is(layer):
    metrics = layer.manifest()["metrics"]
    assert sorted(metric["name"] for metric in metrics) == sorted(EXACT + RATIOS)
    assert [metric["name"] for metric in metrics if not metric["description"]] == []
    assert [metric["name"] for metric in metrics if not metric["label"]] == []


def test_names_and_leads_are_never_summed(layer):
    inputs = {}
    for metric in layer.manifest()["metrics"]:
        given = metric["type_params"]
        used = [*(given["metrics"] or []), given["numerator"], given["denominator"]]
        inputs[metric["name"]] = {part["name"] for part in used if part}
    assert inputs["win_rate"] == {"won_opportunities", "closed_opportunities"}
    assert [name for name, used in inputs.items() if used & {"names", "leads"}] == []


def test_metrics_in_total(layer, release):
    answered = layer.query(EXACT + RATIOS)
    expected = figures(release, lambda days: days.map(lambda _: 0))
    assert_equal(answered, expected, EXACT + RATIOS)


def test_metrics_by_month_of_the_organisation_in_a_bi_client(layer, release):
    month = "metric_time__month"
    answered = release.sql(layer.sql(EXACT + RATIOS, month)).df().set_index(month).sort_index()
    expected = figures(release, lambda days: days.dt.to_period("M").dt.to_timestamp()).sort_index()
    assert_equal(answered, expected, EXACT + RATIOS)
    # spend that brought nothing is a zero, no spend is none
    assert (expected.roas == 0).any()
    assert expected.roas.isna().any()


def test_metrics_by_channel_are_the_reports(layer, release):
    returns = ["attributed_revenue", "attributed_customers", "spend", "roas", "cac"]
    handoffs = ["speed_to_lead", "ignored_handoffs", "ignored_lead_rate"]
    answered = layer.query(returns + handoffs, "channel", "channel__team")
    answered = answered.set_index("channel").sort_index()

    attribution = (
        release.sql(
            "select channel, sum(attributed_amount) as attributed_revenue,"
            " sum(attributed_conversions) as attributed_customers, sum(spend_amount) as spend"
            " from reports.rpt_attribution_by_channel"
            f" where conversion_type = 'revenue' and attribution_model = '{MODEL_OF_METRICS}'"
            " group by channel"
        )
        .df()
        .set_index("channel")
    )
    attribution["roas"] = attribution.attributed_revenue / attribution.spend
    # a channel without credit has a row of zero in the report, and none to add up here
    without_credit = attribution.attributed_customers == 0
    assert without_credit.any()
    attribution.loc[without_credit, ["attributed_revenue", "attributed_customers"]] = None
    attribution["cac"] = attribution.spend / attribution.attributed_customers
    sla = (
        release.sql(
            "select breakdown_value as channel, median_speed_to_lead_hours as speed_to_lead,"
            " ignored_count as ignored_handoffs, ignored_rate as ignored_lead_rate"
            " from reports.rpt_handoff_sla where breakdown = 'source_channel'"
        )
        .df()
        .set_index("channel")
    )
    reports = attribution.join(sla, how="outer").sort_index()
    assert_equal(answered, reports, returns + handoffs)
    teams = dict(release.sql("select channel, team from marts.dim_channels").fetchall())
    assert answered.channel__team.dropna().to_dict() == {
        name: teams[name] for name in reports.index if name in teams
    }


def test_new_business_by_fiscal_quarter_is_what_is_credited(layer, release):
    metrics = ["pipeline_amount", "won_amount"]
    quarter = "metric_time__fiscal_quarter"
    new_business = "{{ Dimension('opportunity__opportunity_type') }} = 'new'"
    answered = layer.query(metrics, quarter, where=new_business).set_index(quarter)
    for name, conversion_type in zip(metrics, ["pipeline", "revenue"], strict=True):
        credited = release.execute(
            "select attribution_model, fiscal_quarter, sum(credited_amount) as amount"
            " from marts.fct_attribution_credits join marts.dim_dates on date_day"
            f" = cast(converted_at + interval '{ORG_UTC_OFFSET_HOURS}' hour as date)"
            " where conversion_type = ? group by all having amount is not null",
            [conversion_type],
        ).df()
        by_model = credited.pivot(
            index="fiscal_quarter", columns="attribution_model", values="amount"
        )
        assert {"first_touch", "linear"} < set(by_model.columns)
        found = answered[name].dropna().round(2)
        # a quarter that closed deals and won none is a zero here and no row there
        found = found[found != 0].to_dict()
        for model in by_model.columns:
            assert by_model[model].round(2).to_dict() == found, model


def test_every_dimension_is_in_the_release(layer):
    layer.run("mf", "validate-configs")
