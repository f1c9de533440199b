from decimal import Decimal

import duckdb
import pytest
from rich.console import Console

from orchestration.publishing.releases import publish
from orchestration.summary import find_example, show_release

# Two wins: o1 of 90 with three touches by e-mail and search, o2 of 500 with one touch.
CREDITS = """
create or replace table marts.fct_attribution_credits as
select * from (values
    ('c1', 'revenue', 'o1', 't1', 'first_touch', 'Email', 90.00),
    ('c1', 'revenue', 'o1', 't1', 'linear', 'Email', 30.00),
    ('c1', 'revenue', 'o1', 't2', 'linear', 'Search', 30.00),
    ('c1', 'revenue', 'o1', 't3', 'linear', 'Email', 30.00),
    ('c2', 'revenue', 'o2', 't4', 'first_touch', 'Email', 500.00),
    ('c3', 'pipeline', 'o3', 't5', 'linear', 'Email', 1.00),
    ('c3', 'pipeline', 'o3', 't6', 'linear', 'Email', 1.00),
    ('c3', 'pipeline', 'o3', 't7', 'linear', 'Email', 1.00),
    ('c3', 'pipeline', 'o3', 't8', 'linear', 'Email', 1.00)
) as t (conversion_id, conversion_type, opportunity_id, touch_id, attribution_model, channel,
        credited_amount)
"""

OPPORTUNITIES = """
create or replace table marts.fct_opportunities as
select 'o1' as opportunity_id, 'salesforce' as source_system, '006A' as source_record_id
"""


@pytest.fixture
def release(settings, make_marts, in_marts, facts):
    make_marts(3)
    in_marts(CREDITS, OPPORTUNITIES)
    counts = {"passed": 7, "warned": 1, "failed": 0, "errored": 0}
    table = {
        "system": "generic",
        "object": "leads",
        "file_count": 1,
        "extracted_count": 1234,
        "loaded_count": 1233,
        "quarantined_count": 1,
    }
    absent = {**table, "object": "owners", "file_count": 0}
    return publish(
        settings,
        facts(
            0,
            as_of="2026-02-28T00:00:00",
            tables=(table, absent),
            notices=("a.csv: 1 of 1234 records quarantined",),
            checks={"counts": {"raw gate": counts}, "warnings": ["one [odd] thing"]},
        ),
    )


def test_the_example_is_the_win_with_the_most_touches(release):
    assert find_example(release.database) == {
        "opportunity_id": "o1",
        "name": "(salesforce 006A)",
        "touches": 3,
        "amounts": {
            "first_touch": {"Email": Decimal("90.00")},
            "linear": {"Email": Decimal("60.00"), "Search": Decimal("30.00")},
        },
    }


def test_a_win_without_touches_shows_what_is_unattributed(in_marts, make_marts, settings):
    make_marts(1)
    in_marts(
        CREDITS,
        OPPORTUNITIES,
        "update marts.fct_attribution_credits set touch_id = null, channel = '(un)'",
    )
    # opened as readers do: the file's own name would be that of a schema in it
    copy = settings.home / "copy.duckdb"
    copy.write_bytes(settings.marts.read_bytes())
    assert find_example(copy)["touches"] == 0


@pytest.mark.parametrize("statement", ["delete from {}", "drop table {}"])
def test_without_a_win_there_is_no_example(release, statement):
    with duckdb.connect(str(release.database)) as connection:
        connection.execute(statement.format("marts.fct_attribution_credits"))
    assert find_example(release.database) is None


def test_a_person_reads_rows_checks_release_and_place(settings, release, capsys):
    show_release(Console(width=100, file=None), settings, release)

    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "│ generic.leads │ 1 │ 1,234 │ 1,233 │ 1 │" in lines
    assert "Source tables for which nothing came: 1" in lines
    assert "│ raw gate │ 7 │ 1 │ 0 │ 0 │" in lines
    assert "warning: one [odd] thing" in lines
    assert "note: a.csv: 1 of 1234 records quarantined" in lines
    assert "Won opportunity o1 (salesforce 006A), 3 touches, under every model:" in lines
    assert "│ first_touch │ 90.00 │ - │ 90.00 │" in lines
    assert "│ linear │ 60.00 │ 30.00 │ 90.00 │" in lines
    assert "Published release 20260301T120000Z" in lines
    assert f"BI tools {settings.published / 'current.duckdb'} (read-only)" in lines


def test_a_narrow_terminal_sees_all_of_the_totals(settings, release, capsys):
    show_release(Console(width=40, file=None), settings, release)

    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "│ linear │ 90.00 │ 90.00 │" in lines
    assert "│ Model │ 2 others │ Total │" in [line.replace("┃", "│") for line in lines]
