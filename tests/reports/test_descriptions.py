"""What every report owes its reader: grain, question, how to read it, an example that runs."""

import json

import duckdb
import pytest

from orchestration.marts_page import DescriptionError, describe_table, list_tables, write_page


@pytest.fixture(scope="module")
def manifest(demo) -> dict:
    """The parsed project of the demo's build."""
    return json.loads((demo.home / "dbt" / "manifest.json").read_text(encoding="utf-8"))


def test_every_report_says_what_it_is_for(manifest):
    reports = list_tables(manifest, "reports")
    assert len(reports) >= 20
    silent = [r.name for r in reports if not (r.question and r.reading and r.example)]
    assert silent == []


def test_every_example_runs_and_finds_something(manifest, release: duckdb.DuckDBPyConnection):
    described = [*list_tables(manifest, "reports"), *list_tables(manifest, "marts")]
    empty = {
        table.name: table.example
        for table in described
        if table.example and not release.sql(table.example).fetchall()
    }
    assert empty == {}


def test_no_table_is_empty(release):
    counts = {
        name: release.sql(f"select count(*) from {name}").fetchall()[0][0]
        for (name,) in release.sql(
            "select table_schema || '.' || table_name from information_schema.tables"
            " where table_schema in ('marts', 'reports')"
        ).fetchall()
    }
    assert [name for name, count in counts.items() if not count] == []


def test_every_report_has_a_reader(manifest):
    """One exposure reads it, and no other model."""
    readers: dict[str, list[str]] = {}
    for node in [*manifest["exposures"].values(), *manifest["nodes"].values()]:
        if node["resource_type"] in {"exposure", "model"}:
            for parent in node["depends_on"]["nodes"]:
                readers.setdefault(parent, []).append(node["resource_type"])
    reports = {
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["schema"] == "reports"
    }
    assert {report: readers.get(report) for report in reports} == {
        report: ["exposure"] for report in reports
    }


def test_the_page_of_tables_is_not_stale(manifest, demo):
    page = demo.checkout / "docs" / "marts.md"
    assert page.read_text(encoding="utf-8") == write_page(manifest), "run `make docs`"


IN_PARAGRAPHS = """Grain: one row per lead. Answers: who is it? And more.

How to read: as
it stands.

Example:

```sql
select 1
```
"""


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        (IN_PARAGRAPHS, ("lead", "who is it?", "as it stands.", "select 1")),
        (
            "Grain: one row per day; one. Answers: when. How to read it: a. b. Example: `select 2`",
            ("day; one", "when", "a. b.", "select 2"),
        ),
        ("Grain: one row per day. Used by another.", ("day", None, None, None)),
    ],
)
def test_a_description_is_taken_apart(description, expected):
    found = describe_table("t", description)
    assert (found.grain, found.question, found.reading, found.example) == expected


def test_a_description_without_a_grain_is_refused():
    with pytest.raises(DescriptionError, match="fct_x"):
        describe_table("fct_x", "One row per lead.")
