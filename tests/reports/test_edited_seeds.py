"""What a manager edits is checked row by row, and a mistake is named."""

import json

import duckdb
import pytest

from orchestration.dbt_runner import read_result
from orchestration.settings import Settings

CONTRIBUTION = (
    "quarter_starting date, metric varchar, target_share double, {} date, {} date".format(
        "approved_by_marketing_on", "approved_by_sales_on"
    )
)
TARGETS = (
    "target_name varchar, metric varchar, target_count bigint, target_amount decimal(18, 2),"
    " starts_on date, due_date date"
)
MIX = "return_horizon varchar, target_share double"
GOOD_CONTRIBUTION = "('2026-01-01', 'leads', .8, '2025-12-10', '2025-12-31')"
GOOD_TARGET = "('a', 'customers', 12, null, '2026-01-01', '2026-03-31')"
# seed, its columns, its rows, and what must be said of it
MISTAKES = [
    ("contribution_targets", CONTRIBUTION, [GOOD_CONTRIBUTION], []),
    (
        "contribution_targets",
        CONTRIBUTION,
        [GOOD_CONTRIBUTION, "('2026-04-01', 'revenue', .8, '2026-03-31', '2026-04-01')"],
        ["row 2026-04-01, revenue: sales must have signed before the quarter began"],
    ),
    (
        "contribution_targets",
        CONTRIBUTION,
        ["('2026-04-01', 'revenue', .8, null, '2026-03-01')"],
        ["row 2026-04-01, revenue: marketing must have signed before the quarter began"],
    ),
    (
        "contribution_targets",
        CONTRIBUTION,
        ["('2026-02-01', 'leeds', 80, '2025-12-10', '2025-12-31')"],
        [
            "row 2026-02-01, leeds: metric must be leads, pipeline or revenue",
            "row 2026-02-01, leeds: quarter_starting must be the first day of a quarter",
            "row 2026-02-01, leeds: target_share must be above 0 and at most 1",
        ],
    ),
    (
        "contribution_targets",
        CONTRIBUTION,
        [GOOD_CONTRIBUTION, GOOD_CONTRIBUTION],
        ["row 2026-01-01, leads: it stands 2 times"],
    ),
    ("targets", TARGETS, [GOOD_TARGET], []),
    (
        "targets",
        TARGETS,
        ["('b', 'revenue', 3, null, '2026-01-01', '2026-03-31')"],
        ["row b: revenue needs a target_amount above 0 and no target_count"],
    ),
    (
        "targets",
        TARGETS,
        [GOOD_TARGET, "('c', 'customers', 0, null, '2026-04-01', '2026-03-31')"],
        [
            "row c: customers need a target_count above 0 and no target_amount",
            "row c: starts_on must not be after due_date",
        ],
    ),
    ("targets", TARGETS, ["(null, 'leads', 1, 1, null, null)"], ["row (blank): metric must be"]),
    ("target_mix", MIX, ["('short', .6)", "('mid', .4)"], []),
    (
        "target_mix",
        MIX,
        ["('short', .6)", "('later', .3)"],
        ["row later: return_horizon must be short, mid or long", "the shares must sum to 1"],
    ),
]


@pytest.fixture(scope="module")
def seed_tests(demo) -> dict[str, dict]:
    """Results of the seeds' tests in the demo's build, with the query that dbt ran."""
    results = json.loads((demo.home / "dbt" / "run_results.json").read_text())["results"]
    return {
        name: result
        for result in results
        for name in ("contribution_targets", "targets", "target_mix")
        if result["unique_id"].startswith(f"test.lead_ledger.named_rows_{name}_")
    }


@pytest.mark.parametrize(("seed", "columns", "rows", "expected"), MISTAKES)
def test_a_mistake_is_named_with_its_row(tmp_path, demo, seed_tests, seed, columns, rows, expected):
    """The query of the demo's build on a seed with a mistake, read as a refresh reads it."""
    result = seed_tests[seed]
    assert result["status"] == "pass"
    settings = Settings.from_environment({}, home=tmp_path, landing=tmp_path)
    with duckdb.connect(str(settings.warehouse)) as warehouse:
        warehouse.execute(f"create schema seeds; create table seeds.{seed} ({columns})")
        warehouse.execute(f"insert into seeds.{seed} values {', '.join(rows)}")
        failures = len(warehouse.execute(result["compiled_code"]).fetchall())
    settings.dbt_target_dir.mkdir(parents=True)
    failed = {**result, "status": "fail" if failures else "pass", "failures": failures}
    (settings.dbt_target_dir / "run_results.json").write_text(json.dumps({"results": [failed]}))
    manifest = json.loads((demo.home / "dbt" / "manifest.json").read_text())
    (node,) = read_result(manifest, settings, 1).nodes
    assert node.is_good == (not expected)
    if expected:
        said = node.describe()
        assert f"failing row{'s' if failures > 1 else ''} ({seed}, row " in said
        for problem in expected:
            assert problem in said
