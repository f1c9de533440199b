"""Two public packages' own data, brought to the generic source: rates and paths to conversion.

ra_attribution states pounds per dollar under the headers of dollars per pound, so the checkout
that reads it declares `invert: true`. snowplow_fractribution publishes its expected tables.
"""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from installation import CHECKOUT, Installation, copy_checkout

DATA = CHECKOUT.parent / "shared" / "data"
MAX_AGE = timedelta(days=7)
CHANNELS = {
    "Direct": "direct",
    "Organic_Search": "organic_search",
    "Paid_Search_Other": "paid_search",
    "Referral": "referral",
    "Unmatched_Channel": "partner",
    "Video": "paid_video",
}

pytestmark = pytest.mark.shared_data


def read_rows(folder: str, name: str) -> list[dict[str, str]]:
    with (DATA / folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def as_csv(header: str, rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return text.getvalue().encode()


def place_orders(installation: Installation) -> None:
    """ra_attribution: each order line is a won opportunity, each event a touch."""
    orders = read_rows("ra_attribution", "orders")
    events = read_rows("ra_attribution", "events")
    rates = read_rows("ra_attribution", "currency_rates")
    put = installation.place
    created = {row["USER_ID"]: row["USER_CREATED_DATE"] for row in orders}
    for row in events:
        created.setdefault(row["USER_ID"], row["EVENT_TIME"])
    put("generic", "leads", "users.csv", as_csv("lead_id,created_at", created.items()))
    lines = [(f"{row['ORDER_ID']}-{row['ORDER_LINE_ID']}", row) for row in orders]
    put(
        "generic",
        "opportunities",
        "orders.csv",
        as_csv(
            "opportunity_id,created_at,closed_at,is_closed,is_won,stage,amount,currency_code",
            (
                (
                    line,
                    row["ORDER_DATE"],
                    row["ORDER_DATE"],
                    "true",
                    "true",
                    "Won",
                    row["REVENUE_LOCAL_CURRENCY"],
                    row["LOCAL_CURRENCY"],
                )
                for line, row in lines
            ),
        ),
    )
    buyers = ((line, row["USER_ID"]) for line, row in lines)
    put("generic", "opportunity_leads", "orders.csv", as_csv("opportunity_id,lead_id", buyers))
    put(
        "generic",
        "touches",
        "events.csv",
        as_csv(
            "touch_id,occurred_at,lead_id,source",
            (
                (row["EVENT_ID"], row["EVENT_TIME"], row["USER_ID"], row["REFERER_URL_HOST"])
                for row in events
            ),
        ),
    )
    put(
        "generic",
        "fx_rates",
        "rates.csv",
        as_csv(
            "date,from_currency,to_currency,rate",
            (
                (
                    row["CURRENCY_RATE_DATE"],
                    row["BASE_CURRENCY_CODE"],
                    row["QUOTE_CURRENCY_CODE"],
                    row["CURRENCY_RATE"],
                )
                for row in rates
            ),
        ),
    )


def place_sessions(installation: Installation) -> None:
    """snowplow_fractribution: each session is a touch, each transaction a won opportunity.

    A session's channel is what the package's table of channels says of its source and medium.
    """
    events = read_rows("snowplow_fractribution", "snowplow_fractribution_events")
    channels = {
        (row["source"], row["medium"]): CHANNELS[row["channel"]]
        for row in read_rows(
            "snowplow_fractribution", "snowplow_fractribution_channel_counts_expected"
        )
    }
    first_seen: dict[str, str] = {}
    sessions: dict[str, tuple] = {}
    for row in sorted(events, key=lambda row: row["derived_tstamp"]):
        visitor, moment = "f" + row["domain_userid"], row["derived_tstamp"]
        first_seen.setdefault(visitor, moment)
        # a checkout without a page is a conversion, not a session
        if row["event_name"] == "page_view":
            channel = channels[row["mkt_source"], row["mkt_medium"]]
            sessions.setdefault(row["domain_sessionid"], (moment, visitor, channel))
    sales = [row for row in events if row["tr_total"]]
    put = installation.place
    put("generic", "leads", "visitors.csv", as_csv("lead_id,created_at", first_seen.items()))
    touches = ((session, *values) for session, values in sessions.items())
    header = "touch_id,occurred_at,lead_id,channel"
    put("generic", "touches", "sessions.csv", as_csv(header, touches))
    put(
        "generic",
        "opportunities",
        "transactions.csv",
        as_csv(
            "opportunity_id,created_at,closed_at,is_closed,is_won,stage,amount",
            (
                (
                    row["event_id"],
                    row["derived_tstamp"],
                    row["derived_tstamp"],
                    "1",
                    "1",
                    "Won",
                    row["tr_total"],
                )
                for row in sales
            ),
        ),
    )
    buyers = ((row["event_id"], "f" + row["domain_userid"]) for row in sales)
    put("generic", "opportunity_leads", "sales.csv", as_csv("opportunity_id,lead_id", buyers))
    spend = read_rows("snowplow_fractribution", "snowplow_fractribution_channel_spend_expected")
    put(
        "generic",
        "spend",
        "spend.csv",
        as_csv(
            "date,campaign_id,channel,cost_amount",
            (
                ("2022-07-01", row["channel"], CHANNELS[row["channel"]], row["spend"])
                for row in spend
            ),
        ),
    )


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory):
    """Both packages in one landing folder, read by a checkout that turns the rates round."""
    checkout = copy_checkout(tmp_path_factory.mktemp("inverted") / "checkout")
    contract = checkout.joinpath(
        "dbt_project", "models", "staging", "generic", "_generic__sources.yml"
    )
    text = contract.read_text()
    assert text.count("invert: false") == 1
    contract.write_text(text.replace("invert: false", "invert: true"))
    installation = Installation(tmp_path_factory.mktemp("journeys"), Path(checkout))
    place_orders(installation)
    place_sessions(installation)
    installation.refresh()
    with installation.connect() as connection:
        yield connection


def in_dollars(amount: str, day: date, rates: dict[date, Decimal]) -> Decimal | None:
    """Pounds divided by pounds per dollar, by the latest rate of the last seven days."""
    known = [known for known in rates if day - MAX_AGE <= known <= day]
    if not known:
        return None
    return (Decimal(amount) / rates[max(known)]).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_order_lines_in_dollars(release):
    rates = {
        date.fromisoformat(row["CURRENCY_RATE_DATE"]): Decimal(row["CURRENCY_RATE"])
        for row in read_rows("ra_attribution", "currency_rates")
    }
    expected = {
        f"{row['ORDER_ID']}-{row['ORDER_LINE_ID']}": in_dollars(
            row["REVENUE_LOCAL_CURRENCY"], date.fromisoformat(row["ORDER_DATE"][:10]), rates
        )
        for row in read_rows("ra_attribution", "orders")
    }
    found = release.execute(
        "select source_record_id, opportunity_amount from marts.fct_opportunities"
        " where currency_code = 'GBP'"
    ).fetchall()
    assert dict(found) == expected
    # by hand: 105.13 pounds on eight lines since the first rate, line by line
    assert sum(amount for amount in expected.values() if amount is not None) == Decimal("134.78")


def test_orders_before_the_first_rate_are_told_not_guessed(release):
    (originals,) = release.execute(
        "select sum(opportunity_amount_original) from marts.fct_opportunities"
        " where currency_code = 'GBP'"
    ).fetchone()
    assert originals == Decimal("250.92")
    told = release.execute(
        "select count(*), min(detail) from reports.rpt_exceptions where reason = 'missing_fx_rate'"
    ).fetchone()
    assert told == (15, "GBP on 2021-01-01")
    unconverted = release.execute(
        "select count(distinct opportunity_id), count(credited_amount),"
        " sum(weight) filter (attribution_model = 'linear')"
        " from marts.fct_attribution_credits where is_unconverted"
        " and conversion_type = 'revenue'"
    ).fetchone()
    assert unconverted == (15, 0, pytest.approx(15))


def test_paths_to_conversion_are_those_of_the_package(release):
    """Its column `path` has every session up to the conversion, as our journeys do."""
    name = "snowplow_fractribution_paths_to_conversion_expected"
    expected = {
        (row["customer_id"], datetime.fromisoformat(row["conversion_tstamp"])): [
            CHANNELS[step] for step in row["path"].split(" > ")
        ]
        for row in read_rows("snowplow_fractribution", name)
    }
    rows = release.execute(
        "select alias.source_record_id, credit.converted_at, credit.channel"
        " from marts.fct_attribution_credits as credit"
        " join marts.bridge_lead_aliases as alias using (lead_id)"
        " where credit.attribution_model = 'linear' and credit.conversion_type = 'revenue'"
        " and alias.source_record_id like 'ff%' order by credit.touch_position"
    ).fetchall()
    found: dict[tuple, list[str]] = {}
    for customer, moment, channel in rows:
        found.setdefault((customer, moment), []).append(channel)
    assert found == expected
    assert len(expected) == 6


def test_spend_and_last_touch_are_those_of_the_package(release):
    """Revenue by the channel of the last touch, beside the spend, as its report table has them."""
    report = read_rows("snowplow_fractribution", "snowplow_fractribution_report_table_expected")
    expected = {
        CHANNELS[row["CHANNEL"]]: (
            Decimal(row["SPEND"]),
            Decimal(row["REVENUE"]).quantize(Decimal("0.01")),
        )
        for row in report
        if row["ATTRIBUTION_TYPE"] == "last_touch"
    }
    found = release.execute(
        "select channel, sum(spend_amount), sum(attributed_amount)"
        " from reports.rpt_attribution_by_channel"
        " where attribution_model = 'last_touch' and conversion_type = 'revenue'"
        " and conversion_month >= date '2022-06-01' group by 1"
    ).fetchall()
    assert {channel: (spend, revenue) for channel, spend, revenue in found} == expected
