"""An analytics engineer's day: load once, then dbt by itself, with no variable set by hand."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
from installation import copy_checkout


def test_dbt_build_works_after_load(tmp_path: Path):
    checkout = copy_checkout(tmp_path / "checkout")
    ours = ("LEAD_LEDGER_", "DBT_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    surroundings = {"env": environment, "capture_output": True, "text": True}

    load = [sys.executable, "-m", "orchestration.cli", "load"]
    loaded = subprocess.run(load, cwd=checkout, **surroundings)
    assert loaded.returncode == 0, loaded.stdout + loaded.stderr

    dbt = [Path(sys.executable).with_name("dbt"), "build"]
    built = subprocess.run(dbt, cwd=checkout / "dbt_project", **surroundings)
    assert built.returncode == 0, built.stdout[-5000:]
    assert " unit tests" in built.stdout
    assert "ERROR=0" in built.stdout

    # a copy of its own, under schema names of its own
    with duckdb.connect(checkout / "data" / "dev" / "lead_ledger.duckdb", read_only=True) as marts:
        schemas = marts.execute("select distinct schema_name from duckdb_tables()").fetchall()
    user = environment.get("USER", "dev")
    assert sorted(schemas) == [(f"{user}_marts",), (f"{user}_reports",)]
    assert not (checkout / "data" / "published").exists()
