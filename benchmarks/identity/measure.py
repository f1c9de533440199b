"""CPU and memory of joining a million records into leads, by the compiled models themselves.

    python benchmarks/identity/measure.py [--records 1000000] [--runs 3] [--cases chains …]

dbt compiles the models of identity once. Every run is a process of its own over a warehouse with
one table of records: it makes the refused emails, the edges, the connected components and each
record's lead, one model after the other as dbt would, and checks that every person is one lead.
Results go to results.json beside this file.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1] / "dbt_project"
MODELS = [
    "int_identity__refused_emails",
    "int_identity__edges",
    "int_identity__components",
    "int_identity__lead_records",
]
CHAIN = 13  # records: a dozen merges
# name of the case: what its people are, and the SQL of master and email of record `place` (from 0)
# of `size` records of person `person`
CASES = {
    "chains": (
        "every person is a chain of a dozen merges",
        CHAIN,
        "case when place < size - 1 then place + 1 end",
        "'p' || person || '.' || place || '@x.example'",
    ),
    "emails": (
        "every person is thirteen records of one email",
        CHAIN,
        "null",
        "'p' || person || '@x.example'",
    ),
    "company": (
        "one person in fifty is such a chain, others are one record or two of one email",
        None,
        "case when size > 2 and place < size - 1 then place + 1 end",
        "'p' || person || case when size > 2 then '.' || place else '' end || '@x.example'",
    ),
}


def main() -> None:
    """Compile, write the records, measure, write the results."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cases", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--run", nargs=1, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        _run(Path(arguments.run[0]))
        return
    folder = Path(tempfile.mkdtemp(prefix="identity-benchmark-"))
    compiled = _compile(folder)
    results = {}
    for case in arguments.cases:
        runs = []
        for _ in range(arguments.runs):
            home = folder / case
            people = _write(home, case, arguments.records, compiled)
            runs.append(_measure(home))
            assert runs[-1]["leads"] == people, (runs[-1], people)
            shutil.rmtree(home)
        results[case] = {
            "what": CASES[case][0],
            "records": runs[0]["records"],
            "leads": runs[0]["leads"],
            "cpu_seconds": round(statistics.median(run["cpu_seconds"] for run in runs), 2),
            "components_cpu_seconds": round(
                statistics.median(run["models"]["int_identity__components"] for run in runs), 2
            ),
            "peak_mb": max(run["peak_mb"] for run in runs),
            "runs": runs,
        }
        shown = {key: results[case][key] for key in ("cpu_seconds", "peak_mb", "leads")}
        sys.stdout.write(f"{case}: {shown}\n")
    shutil.rmtree(folder)
    document = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds")}
    document |= {"machine": _machine(), "results": results}
    (HERE / "results.json").write_text(json.dumps(document, indent=1) + "\n")


def _compile(folder: Path) -> dict[str, str]:
    """SQL of each model by its table, as dbt compiles it for a full refresh."""
    subprocess.run(
        [
            *(str(Path(sys.executable).parent / "dbt"), "--quiet", "compile"),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--target", "prod", "--no-introspect", "--full-refresh"),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
            *("--vars", '{"systems": ["salesforce"]}', "--select", *MODELS),
        ],
        env={"LEAD_LEDGER_HOME": str(folder), "PATH": os.environ["PATH"]},
        check=True,
    )
    nodes = json.loads((folder / "target" / "manifest.json").read_text())["nodes"]
    return {name: nodes[f"model.lead_ledger.{name}"]["compiled_code"] for name in MODELS}


def _write(home: Path, case: str, records: int, compiled: Mapping[str, str]) -> int:
    """A warehouse with the records of a case; returns how many people they are."""
    import duckdb

    home.mkdir(parents=True)
    (home / "models.json").write_text(json.dumps(compiled))
    _, size, master, email = CASES[case]
    sizes = f"{size}" if size else f"case when person % 50 = 0 then {CHAIN} else 1 + person % 2 end"
    average = CHAIN if size else (CHAIN + 49 * 1.5) / 50
    people = round(records / average)
    with duckdb.connect(str(home / "warehouse.duckdb")) as con:
        con.execute("create schema intermediate; create schema seeds")
        con.execute("create table seeds.shared_mailboxes as select 'info' as local_part")
        # keys as the ledger has them: hashes, so that a chain is in no order
        con.execute(
            f"""
            create table intermediate.int_identity__person_records_unioned as
            with records as (
                select person, size, unnest(range(size)) as place
                from (select person, {sizes} as size from range({people}) as people (person))
            ),
            linked as (
                select *, {master} as master, {email} as email_normalized from records
            )
            select
                cast(md5_number_lower(person || '.' || place)
                    & cast(9223372036854775807 as ubigint) as bigint) as record_key,
                cast(md5_number_lower(person || '.' || master)
                    & cast(9223372036854775807 as ubigint) as bigint) as merged_into_key,
                cast(null as bigint) as converted_contact_key,
                'salesforce' as source_system,
                'lead' as source_object,
                person || '.' || place as source_record_id,
                email_normalized,
                'name ' || person as name_normalized,
                timestamp '2026-01-01' + to_seconds(person + place) as created_at
            from linked
            """
        )
    return people


def _measure(home: Path) -> dict:
    """Run this script on a warehouse in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--run", str(home)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def _run(home: Path) -> None:
    """Make the models one after the other and print what they cost."""
    import duckdb

    compiled = json.loads((home / "models.json").read_text())
    with duckdb.connect(str(home / "warehouse.duckdb")) as con:
        con.execute("set TimeZone = 'UTC'")
        before = started = _cpu_seconds()
        costs = {}
        for name, sql in compiled.items():
            con.execute(f"create table intermediate.{name} as {sql}")
            costs[name] = round(_cpu_seconds() - before, 3)
            before = _cpu_seconds()
        cpu_seconds = before - started
        [(records, leads)] = con.execute(
            "select count(*), count(distinct lead_key) from intermediate.int_identity__lead_records"
        ).fetchall()
    document = {
        "cpu_seconds": round(cpu_seconds, 3),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "records": records,
        "leads": leads,
        "models": costs,
    }
    sys.stdout.write(json.dumps(document))


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _machine() -> dict:
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "python": platform.python_version(),
        "duckdb": version("duckdb"),
    }


if __name__ == "__main__":
    main()
