"""`lead-ledger explain` on the demo's release: everything it says stands in the extracts.

The stories are compared with the answer sheet, the places with the files themselves, and the rows
behind a figure with the figure.
"""

import csv
import json
import random
import re
from datetime import datetime
from decimal import Decimal

import pytest
import yaml
from installation import CHECKOUT
from recomputed_figures import RECOMPUTED, Explained

from orchestration.explaining.figures import explain_figures
from orchestration.explaining.release_reader import open_release
from orchestration.publishing.releases import find_release
from orchestration.settings import Settings

SAMPLE = 40
# Returns of months that the demo's months of spend have not had yet.
TOO_LONG_FOR_THE_DEMO = {
    *("credited_18m_amount", "credited_24m_amount"),
    *("return_18m", "return_24m"),
}
# The demo's scores are no probabilities.
NOT_IN_THE_DEMO = {*TOO_LONG_FOR_THE_DEMO, "brier_score"}
# Numbers that say which row it is, or what it is of.
NO_FIGURES = {
    *("cycle_number", "decile", "horizon_days", "path_rank", "rule_version", "source_line"),
}
# Behind these there are no rows, and `explain` says why.
WITHOUT_ROWS = {
    ("rpt_channel_portfolio", "horizon_target_share"),
    ("rpt_contribution_vs_target", "target_share"),
    ("rpt_handoff_sla", "claimed_ignored_rate"),
    ("rpt_reverse_funnel", "target_amount"),
    ("rpt_reverse_funnel", "target_count"),
    ("rpt_top_paths", "journey_count"),
}
# Sums of a day, and credits of channels: no record alone stands behind them.
UNPLACED = {
    *(
        "marts.fct_spend_daily",
        "marts.fct_channel_attribution",
        "the channel's credit under each model",
    ),
}


def report_keys() -> dict[str, list[str]]:
    """The key of every report that says which rows are behind it, as its YAML declares it."""
    keys = {}
    for file in sorted((CHECKOUT / "dbt_project" / "models" / "reports").glob("rpt_*.yml")):
        [model] = yaml.safe_load(file.read_text())["models"]
        if model.get("config", {}).get("meta", {}).get("explained_by"):
            unique = [
                column for column in model["columns"] if "unique" in column.get("data_tests", [])
            ]
            combined = [
                test["unique_combination"]["arguments"]["columns"]
                for test in model.get("data_tests", [])
                if "unique_combination" in test
            ]
            keys[model["name"]] = combined[0] if combined else [unique[0]["name"]]
    return keys


REPORT_KEYS = report_keys()


@pytest.fixture(scope="module")
def explain(demo):
    """Run the command; returns its document."""

    def run(*arguments: str) -> dict:
        kind, *rest = arguments
        done = demo.run("explain", kind, *rest, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="module")
def converted(demo) -> dict[str, str]:
    """A row of Lead.csv that became a contact, and so is two records of one person."""
    with (demo.landing / "salesforce" / "lead" / "Lead.csv").open(newline="") as lines:
        return next(row for row in csv.DictReader(lines) if row["ConvertedContactId"])


def seconds(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z"))


def test_a_lead_is_found_by_all_its_names(demo, explain, converted, release):
    story = explain("lead", f"salesforce:{converted['Id']}")
    aliases = release.execute(
        "select alias_id from marts.bridge_lead_aliases where source_system = 'salesforce'"
        " and source_record_id in (?, ?)",
        [converted["Id"], converted["ConvertedContactId"]],
    ).fetchall()
    assert len(aliases) == 2
    names = [
        f"salesforce:{converted['Id'][:15]}",
        f"salesforce:{converted['ConvertedContactId']}",
        f"  {converted['Email'].upper()} ",
        *(alias for (alias,) in aliases),
    ]
    assert [explain("lead", name) == story for name in names] == [True] * len(names)
    records = {record["source_record_id"] for record in story["records"]}
    assert {converted["Id"], converted["ConvertedContactId"]} <= records
    assert converted["Email"].lower() not in json.dumps(story).lower()


def test_a_name_of_nobody_and_a_name_of_many_are_wrong_use(demo, answers, release):
    nobody = demo.run("explain", "lead", "nobody@nowhere.example")
    assert (nobody.returncode, nobody.stdout) == (2, "")
    assert "there is no lead 'nobody@nowhere.example'" in nobody.stderr

    # people who share a mailbox are several leads of one address, and so are two orgs' equal ids
    shared = answers["defects"]["shared_mailbox"]["ids"]
    with (demo.landing / "salesforce" / "lead" / "Lead.csv").open(newline="") as lines:
        email = next(row["Email"] for row in csv.DictReader(lines) if row["Id"] == shared[0])
    for name, condition in {
        email: "email_key = (select email_key from marts.bridge_lead_aliases"
        " where source_system = 'salesforce' and source_record_id = $record)",
        shared[0]: "source_record_id = $record",
    }.items():
        count, example = release.execute(
            "select count(distinct lead_id), min(lead_id) from marts.bridge_lead_aliases"
            f" where {condition}",
            {"record": shared[0]},
        ).fetchone()
        many = demo.run("explain", "lead", name)
        assert count > 1
        assert (many.returncode, many.stdout) == (2, "")
        assert f"{name!r} names {count} of them" in many.stderr
        assert example in many.stderr


def test_the_story_of_a_lead_has_the_planned_stages(answers, explain):
    planned = max(answers["stages"]["leads"], key=lambda lead: len(lead["entries"]))
    story = explain("lead", f"salesforce:{planned['lead_id']}")
    told = [entry for entry in story["entries"] if entry["kind"] == "stage"]
    assert [
        (entry["facts"]["to_stage"], entry["at"], entry["facts"]["cycle_number"]) for entry in told
    ] == [(stage, at.removesuffix("Z"), cycle) for stage, at, cycle, _ in planned["entries"]]
    cycles = [
        entry["facts"]["cycle_number"] for entry in story["entries"] if entry["kind"] == "cycle"
    ]
    assert cycles == sorted({cycle for *_, cycle, _ in planned["entries"]})
    times = [entry["at"] for entry in story["entries"]]
    assert times == sorted(times)


def test_the_story_of_a_lead_has_what_the_extracts_have(demo, explain, converted):
    """Finished tasks with the lead or the contact that it became, counted in the file."""
    people = {converted["Id"], converted["ConvertedContactId"]}
    with (demo.landing / "salesforce" / "task" / "Task.csv").open(newline="") as lines:
        tasks = {
            row["Id"]
            for row in csv.DictReader(lines)
            if row["WhoId"] in people and row["IsClosed"] == "true" and row["IsDeleted"] != "true"
        }
    story = explain("lead", f"salesforce:{converted['Id']}")
    told = {
        entry["source_record_id"]
        for entry in story["entries"]
        if entry["kind"] == "activity" and entry["source_object"] == "task"
    }
    assert tasks
    assert told == tasks


def test_every_record_has_its_place_and_stands_there(demo, release):
    """All records that facts name have a file and a line, and the line has their id."""
    facts = ["bridge_lead_aliases", "fct_lead_stage_events", "fct_opportunity_stage_events"]
    facts += ["fct_touches", "fct_activities"]
    named = " union ".join(
        f"select source_system, source_object, source_record_id from marts.{fact}" for fact in facts
    )
    missing = release.execute(
        f"select * from ({named}) anti join marts.bridge_source_records"
        " using (source_system, source_object, source_record_id)"
    ).fetchall()
    assert missing == []
    places = release.execute(
        f"select source_object, source_record_id, source_file, source_line from ({named})"
        " inner join marts.bridge_source_records"
        " using (source_system, source_object, source_record_id) order by all"
    ).fetchall()
    by_object: dict[str, list] = {}
    for place in places:
        by_object.setdefault(place[0], []).append(place)
    shuffle = random.Random(5)
    lines: dict[str, list[str]] = {}
    for rows in by_object.values():
        for _, record_id, file, line in shuffle.sample(rows, min(SAMPLE, len(rows))):
            if file not in lines:
                lines[file] = (demo.landing / file).read_text().splitlines()
            # an id of several parts has each of them in its line
            parts = record_id.split(":")[:2]
            assert all(part in lines[file][line - 1] for part in parts), (record_id, file, line)
    assert len(by_object) >= 10


def test_the_story_of_an_opportunity_has_the_planned_journey(answers, explain):
    planned = max(answers["journeys"]["journeys"], key=lambda journey: len(journey["touches"]))
    story = explain("opportunity", f"salesforce:{planned['opportunity_id'][:15]}")
    [revenue] = [
        conversion
        for conversion in story["conversions"]
        if conversion["conversion_type"] == "revenue"
    ]
    assert revenue["converted_at"] == planned["converted_at"].removesuffix("Z")
    told = [(touch["touched_at"], touch["channel"]) for touch in revenue["touches"]]
    wanted = [
        (touch["touched_at"].removesuffix("Z"), touch["channel"]) for touch in planned["touches"]
    ]
    assert sorted(told) == sorted(wanted)
    assert all(touch["source_line"] for touch in revenue["touches"])
    assert len(story["people"]) == planned["people"]


def test_the_credits_of_an_opportunity_add_up_under_every_model(explain, release):
    """The deal of the README: its amount in the extract, to the cent, whatever the model."""
    story = explain("opportunity", "salesforce:006Ec0000B0004ZIQQ")
    models = {
        model
        for (model,) in release.execute(
            "select distinct attribution_model from marts.fct_attribution_credits"
            " where conversion_type = 'revenue'"
        ).fetchall()
    }
    [revenue] = [item for item in story["conversions"] if item["conversion_type"] == "revenue"]
    totals = {name: Decimal(total["credited_amount"]) for name, total in revenue["totals"].items()}
    assert totals == dict.fromkeys(models, Decimal("84085.37"))
    for model in models:
        credits = [touch["credits"].get(model) for touch in revenue["touches"]]
        amounts = [Decimal(credit["credited_amount"]) for credit in credits if credit]
        assert sum(amounts) == totals[model]


def declared_reports(demo) -> dict[str, list[dict]]:
    """What each report of the release says of its figures."""
    return json.loads((demo.current.parent / "current" / "manifest.json").read_text())["reports"]


def declarations(demo) -> list[tuple[str, dict]]:
    """The declarations of rows."""
    return [
        (report, declaration)
        for report, declared in declared_reports(demo).items()
        for declaration in declared
        if "table" in declaration
    ]


def said(demo, kind: str) -> list[tuple[str, str, str]]:
    """Report, figure and what is said of it: `calculated` or `no_rows`."""
    return [
        (report, name, text)
        for report, declared in declared_reports(demo).items()
        for declaration in declared
        for name, text in declaration.get(kind, {}).items()
    ]


def figures_of(declaration: dict) -> list[str]:
    return [*declaration.get("figures", {}), *declaration.get("also_for", ())]


@pytest.fixture(scope="module")
def reader(demo):
    """The demo's release as `explain` reads it."""
    settings = Settings.from_environment({}, home=demo.home)
    with open_release(find_release(settings)) as reader:
        yield reader


def test_every_figure_has_rows_or_a_formula_or_says_why_not(demo, reader):
    figures = {
        (row["table_name"], row["column_name"])
        for row in reader.rows(
            "select table_name, column_name from information_schema.columns"
            " where table_catalog = 'release' and table_schema = 'reports'"
            " and (data_type in ('BIGINT', 'DOUBLE') or data_type like 'DECIMAL%')"
        )
        if row["column_name"] not in NO_FIGURES
    }
    with_rows = {(report, name) for report, item in declarations(demo) for name in figures_of(item)}
    calculated = {(report, name) for report, name, _ in said(demo, "calculated")}
    without = {(report, name) for report, name, _ in said(demo, "no_rows")}
    assert with_rows | calculated | without == figures
    assert [with_rows & calculated, with_rows & without, calculated & without] == [set()] * 3
    assert without == WITHOUT_ROWS


def test_every_calculated_figure_is_its_formula(demo, reader):
    """In each row of the report; what the report withholds may be known."""
    for report, name, formula in said(demo, "calculated"):
        rows = reader.rows(
            f"select {name} as figure, found from"
            f" (select *, {formula} as found from reports.{report})"
            f" where {name} is not null"
        )
        assert rows or name in NOT_IN_THE_DEMO, (report, name)
        for row in rows:
            assert row["found"] is not None, (report, name)
            assert float(row["found"]) == pytest.approx(float(row["figure"]), abs=1e-9, rel=1e-6), (
                report,
                name,
            )


def test_the_declared_rows_add_up_to_every_figure(demo, reader):
    """Every report that says which rows are behind it is right in each of its rows."""
    assert {report for report, _ in declarations(demo)} == set(REPORT_KEYS)
    for report, declaration in declarations(demo):
        matches = [
            f"report.{column} is not distinct from ({expression})"
            for column, expression in declaration["keys"].items()
        ]
        when = f"({declaration.get('when', 'true')})"
        matches += [when, f"({declaration.get('condition', 'true')})"]
        declared = declaration.get("figures", {})
        figures = ", ".join(f"{text} as found_{name}" for name, text in declared.items())
        for name in declared:
            wrong = reader.rows(
                f"with report as (select row_number() over () as report_row, *"
                f" from reports.{report}),"
                f" found as (select report.report_row, {figures} from report"
                f" inner join {declaration['table']} as base on {' and '.join(matches)}"
                " group by report.report_row)"
                f" select report.* from report left join found using (report_row)"
                f" where {when} and {name} is not null"
                f" and abs({name} - coalesce(found_{name}, 0)) > 1e-6"
            )
            assert wrong == [], (report, name)
            if name not in NOT_IN_THE_DEMO:
                [counted] = reader.rows(
                    f"select count(*) as rows from reports.{report} as report"
                    f" where {when} and {name} != 0"
                )
                assert counted["rows"] > 0, (report, name)


def sampled_filters(reader, report: str, declared: list[dict]) -> list[tuple[str, ...]]:
    """Filters of single rows: the first, middle and last one, one with a null key, and of every
    figure that is declared or recomputed the greatest."""
    keys = REPORT_KEYS[report]
    order = ", ".join(f"report.{key}" for key in keys)
    texts = ", ".join(f"cast(report.{key} as varchar) as {key}" for key in keys)
    chosen = f"select {texts} from reports.{report} as report"
    rows = reader.rows(f"{chosen} order by {order}")
    sample = [rows[0], rows[len(rows) // 2], rows[-1]]
    sample += [row for row in rows if None in row.values()][:1]
    greatest = [
        (name, declaration.get("when", "true"))
        for declaration in declared
        for name in figures_of(declaration)
    ]
    greatest += [(name, "true") for name in RECOMPUTED.get(report, {})]
    for name, when in greatest:
        sample += reader.rows(
            f"{chosen} where {when} order by report.{name} desc nulls last, {order} limit 1"
        )
    return list(dict.fromkeys(tuple(f"{key}={row[key] or ''}" for key in keys) for row in sample))


@pytest.mark.parametrize("report", REPORT_KEYS)
def test_explained_figures_are_those_of_the_report(demo, reader, report):
    """What `explain` adds up is what the report says, and the report was made without it.

    Medians, rates and what takes several steps are worked out from its rows in pandas.
    """
    declared = [declaration for name, declaration in declarations(demo) if name == report]
    recomputed = RECOMPUTED.get(report, {})
    compared = set()
    for filters in sampled_filters(reader, report, declared):
        explanation = explain_figures(reader, report, filters)
        [row] = explanation["rows"]
        for behind in explanation["behind"]:
            assert len(behind["rows"]) == behind["row_count"]
            for name, found in behind["figures"].items():
                # a report may withhold a figure, such as one of a young cohort
                if row[name] is not None:
                    margin = 1e-6 if isinstance(row[name], float) else 0
                    assert abs(row[name] - (found or 0)) <= margin, (filters, name)
                    assert behind["row_count"] > 0 or row[name] == 0, (filters, name)
                    compared.add((behind["table"], name))
            if behind["rows"]:
                assert set(behind["shown"]) <= set(behind["rows"][0]), (filters, behind["table"])
                is_placed = "source_line" in behind["rows"][0]
                assert is_placed == (behind["table"] not in UNPLACED), filters
        for name, recompute in recomputed.items():
            if row[name] is not None:
                # money is rounded to cents
                margin = 0.01 if isinstance(row[name], Decimal) else 1e-6
                found = recompute(Explained(explanation))
                assert found == pytest.approx(float(row[name]), abs=margin, rel=1e-6), (
                    filters,
                    name,
                )
                compared.add(name)
    everything = {
        (item.get("title", item["table"]), name)
        for item in declared
        for name in item.get("figures", {})
    }
    everything |= {name for item in declared for name in item.get("also_for", ())}
    missed = {item if isinstance(item, str) else item[1] for item in everything - compared}
    assert missed <= NOT_IN_THE_DEMO


def test_the_rows_behind_a_figure(explain, release):
    month, channel, amount = release.execute(
        "select cast(conversion_month as varchar), channel, attributed_amount"
        " from reports.rpt_attribution_by_channel where conversion_type = 'revenue'"
        " and attribution_model = 'linear' and spend_amount > 0"
        " order by attributed_amount desc limit 1"
    ).fetchone()
    explanation = explain(
        "metric",
        "rpt_attribution_by_channel",
        f"conversion_month={month[:7]}",
        f"channel={channel}",
        "conversion_type=revenue",
        "attribution_model=linear",
    )
    [row] = explanation["rows"]
    credits, spend, *trailing_year = explanation["behind"]
    assert Decimal(row["attributed_amount"]) == amount
    # a conversion without an exchange rate has credits without money
    amounts = [credit["credited_amount"] for credit in credits["rows"]]
    assert sum(Decimal(money) for money in amounts if money is not None) == amount
    assert {credit["channel"] for credit in credits["rows"]} == {channel}
    assert all(credit["source_line"] for credit in credits["rows"])
    assert sum(Decimal(cost["spend_amount"]) for cost in spend["rows"]) == Decimal(
        row["spend_amount"]
    )
    assert [item["row_count"] for item in trailing_year] >= [len(credits["rows"]), 1]
    assert explanation["calculated"]["roas"] == "attributed_amount / nullif(spend_amount, 0)"

    # a report of single records is its own rows
    explanation = explain("metric", "rpt_exceptions", "reason=too_few_fields")
    assert explanation["behind"] == []
    assert {row["reason"] for row in explanation["rows"]} == {"too_few_fields"}
    assert all(row["source_line"] for row in explanation["rows"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["metric", "rpt_nothing"], "there is no report 'rpt_nothing'; there are: rpt_"),
        (["metric", "rpt_exceptions", "colour=red"], "'colour=red' is no filter of rpt_exceptions"),
        (["metric", "rpt_exceptions", "reason"], "column=value"),
        (["opportunity", "006"], "there is no opportunity '006'"),
        (["lead", "x", "--release", "yesterday"], "no release 'yesterday'"),
    ],
)
def test_wrong_use_says_what_there_is(demo, arguments, message):
    done = demo.run("explain", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_people_read_times_places_and_totals(demo, converted):
    told = demo.run("explain", "lead", f"salesforce:{converted['Id']}").stdout
    assert re.search(r"^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d  stage +inquiry", told, re.MULTILINE)
    assert re.search(r"salesforce lead \w{18}, salesforce/lead/Lead\.csv:\d+$", told, re.MULTILINE)
    told = demo.run("explain", "opportunity", "salesforce:006Ec0000B0004ZIQQ").stdout
    assert re.search(r"^│ Total +│ 84,085\.37 +│ 84,085\.37 ", told, re.MULTILINE)
    told = demo.run("explain", "metric", "rpt_exceptions", "reason=too_few_fields").stdout
    assert "each of its rows is what it shows" in told
    told = demo.run("explain", "metric", "rpt_handoff_sla", "breakdown=all").stdout
    # a wide report stands with its columns below each other
    assert re.search(r"^│ median_speed_to_lead_business_hours +│ \d", told, re.MULTILINE)
    assert "met_rate is calculated: met_count / nullif(due_count, 0)\n" in told
    assert "No rows are behind claimed_ignored_rate: it is a constant, a claim of 2010" in told
    # eighteen declared models and the Markov chain
    webinars = ("channel=webinar", "conversion_type=revenue")
    told = demo.run("explain", "metric", "rpt_model_disagreement", *webinars).stdout
    assert "\n19 rows of the channel's credit under each model: model_count 19, " in told
