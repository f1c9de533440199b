"""CPU and memory of the loader against a bare read_csv of the same file, in one run.

    python benchmarks/loading/measure.py [--rows 2000000] [--pairs 5] [--folder DIR] [--keep]

Every measurement is a process of its own; the two kinds take turns. `bare` is DuckDB's
`create table as from read_csv(file, all columns text)` with one thread, as the loader has. Results
go to results.json beside this file.
"""

import argparse
import json
import os
import platform
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
COLUMNS = {
    "id": "varchar",
    "created_date": "timestamp",
    "first_name": "varchar",
    "last_name": "varchar",
    "email": "varchar",
    "company": "varchar",
    "status": "varchar",
    "lead_source": "varchar",
    "amount": "decimal",
    "system_modstamp": "timestamp",
}
# name of the case: how its lines are written
CASES = {
    "plain": "no quotes",
    "some_quoted": "a quoted field with a delimiter in a third of the lines",
    "all_quoted": "every field quoted, as Salesforce exports",
    "quoted_newlines": "a quoted newline in one line of a hundred",
    "blank_ends": "some quotes, the last field blank in half of the lines",
}


def main() -> None:
    """Write the files, measure, write the results."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--cases", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        _run(*arguments.run)
        return
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="loading-benchmark-"))
    results = {}
    for case in arguments.cases:
        path = folder / case / "landing" / "crm" / "lead" / "2026-01-31.csv"
        _write(path, case, arguments.rows)
        runs = {"bare": [], "loader": []}
        for _ in range(arguments.pairs):
            for kind, measured in runs.items():
                measured.append(_measure(kind, folder / case))
        results[case] = {
            "what": CASES[case],
            "rows": arguments.rows,
            "bytes": path.stat().st_size,
            **_summary(runs),
            "runs": runs,
        }
        shown = {key: results[case][key] for key in ("cpu_ratio", "loader_peak_mb")}
        sys.stdout.write(f"{case}: {shown}\n")
        shutil.rmtree(folder / case)
    document = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds")}
    document |= {"machine": _machine(), "results": results}
    (HERE / "results.json").write_text(json.dumps(document, indent=1) + "\n")


def _write(path: Path, case: str, rows: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    chance = random.Random(5)
    with path.open("w", newline="") as out:
        out.write(_line(list(COLUMNS), case == "all_quoted"))
        for number in range(rows):
            second = chance.randrange(86_400)
            clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.000+0000"
            moment = f"2026-{1 + number % 12:02}-{1 + number % 28:02}T{clock}"
            company = f"Company {chance.randrange(50_000)}"
            if case == "some_quoted" and number % 3 == 0:
                company = f'"{company}, Inc."'
            if case == "quoted_newlines" and number % 100 == 0:
                company = f'"{company}\nHeadquarters"'
            if case == "blank_ends" and number % 7 == 0:
                company = f'"{company}, Inc."'
            cells = [
                *(f"00Q{number:012}AAA", moment, "Ann", "Ash", f"ann{number}@acme.example"),
                *(company, ("New", "Working", "Qualified", "")[number % 4]),
                *(("Web", "Partner", "")[number % 3], f"{number % 9973}.50"),
                "" if case == "blank_ends" and number % 2 else moment,
            ]
            out.write(_line(cells, case == "all_quoted"))


def _line(cells: list[str], is_quoted: bool) -> str:
    return (",".join(f'"{cell}"' for cell in cells) if is_quoted else ",".join(cells)) + "\n"


def _measure(kind: str, folder: Path) -> dict[str, float]:
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, __file__, "--run", kind, str(folder / "landing"), str(home)],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


def _run(kind: str, landing: str, home: str) -> None:
    """One measurement, in its own process: CPU of the work alone, peak memory of the process."""
    import duckdb
    import pandas  # noqa: F401 - DuckDB imports it on its first call, in a refresh the gates have

    sys.path.insert(0, str(HERE.parents[1]))
    from orchestration.loading.contracts import ColumnContract, SourceContract
    from orchestration.loading.loader import load
    from orchestration.settings import Settings

    settings = Settings(landing=Path(landing), home=Path(home))
    contract = SourceContract(
        system="crm",
        object="lead",
        table="crm__lead",
        key=("id",),
        version=None,
        extract="delta",
        required=("id",),
        columns=tuple(ColumnContract(name, kind) for name, kind in COLUMNS.items()),
    )
    before = _cpu()
    if kind == "loader":
        report = load(
            settings, {("crm", "lead"): contract}, batch_id="b", loaded_at=datetime.now(UTC)
        )
        rows = report.tables[0].loaded_count
    else:
        (path,) = settings.landing.rglob("*.csv")
        settings.home.mkdir()
        columns = ", ".join(f"'{name}': 'varchar'" for name in COLUMNS)
        with duckdb.connect(str(settings.warehouse)) as con:
            con.execute("set threads = 1")
            (rows,) = con.execute(
                f"create table lead as from read_csv('{path}', auto_detect = false, header = true,"
                f" delim = ',', quote = '\"', escape = '\"', columns = {{{columns}}})"
            ).fetchone()
    cpu = _cpu() - before
    # Linux counts in kB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        json.dumps({"cpu_seconds": round(cpu, 3), "peak_mb": round(peak), "rows": rows})
    )


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _summary(runs: dict[str, list[dict[str, float]]]) -> dict[str, float]:
    cpu = {kind: [run["cpu_seconds"] for run in measured] for kind, measured in runs.items()}
    ratios = [loader / bare for loader, bare in zip(cpu["loader"], cpu["bare"], strict=True)]
    return {
        "cpu_ratio": round(statistics.median(ratios), 2),
        "bare_cpu_seconds": round(statistics.median(cpu["bare"]), 2),
        "loader_cpu_seconds": round(statistics.median(cpu["loader"]), 2),
        "bare_peak_mb": max(run["peak_mb"] for run in runs["bare"]),
        "loader_peak_mb": max(run["peak_mb"] for run in runs["loader"]),
    }


def _machine() -> dict[str, object]:
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(pages / 1e9),
        "python": platform.python_version(),
        "duckdb": version("duckdb"),
    }


if __name__ == "__main__":
    main()
