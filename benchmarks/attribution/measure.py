"""CPU and memory of attribution against scans of the same touches, and against other packages.

    uv run --group benchmarks python benchmarks/attribution/measure.py [--scales 1 10] [--pairs 5]
    … --report        rewrite the tables of README.md from results.json, without measuring

Every measurement is a process of its own, and the kinds take turns. The SQL is what dbt compiles of
the project's models, run on DuckDB over Parquet files made by company.py. Results: results.json.
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
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
# the compiled models, as the tests have them
sys.path[:0] = [str(HERE), str(CHECKOUT / "tests" / "dbt"), str(CHECKOUT)]

FOUR_RULES = ["first_touch", "last_touch", "linear", "position_based"]
JOURNEYS = ["lead_stage_entries", "conversions", "conversion_leads", "journeys"]
WEIGHTS = ["journey_channels", "journey_multiples", "journey_facts", "milestones", "touch_weights"]
VIEWS = ["milestones"]
CREDITS = ["touch_credits"]
OPEN = ["lead_touches", "open_journeys"]
PATHS = ["journey_paths"]
CHAIN = [*OPEN, "journey_moves", "transitions", "channel_removals"]
GROUPS = {"journeys": JOURNEYS, "weights": WEIGHTS, "credits": CREDITS, "chain": CHAIN}
SCANS = {
    "L1": "select lead_key, count(*), min(occurred_at), max(touch_priority), max(channel)"
    " from read_parquet('{touches}') group by lead_key",
    "L2": "select lead_key, touch_key, channel, row_number() over"
    " (partition by lead_key order by occurred_at) as place from read_parquet('{touches}')",
}
# kind: the declared models that it needs, and the conversions of leads
PROJECTS = {
    "all": {},
    "rules": {"models": FOUR_RULES, "stages": {}},
    "shapley": {"models": ["shapley"], "stages": {}},
}


def main() -> None:
    """Make the companies, measure, write the results."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scales", type=float, nargs="+", default=[1, 10])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        kind, company, work = arguments.run
        _run(kind, Path(company), Path(work))
        return
    if not arguments.report:
        folder = arguments.folder or Path(tempfile.mkdtemp(prefix="attribution-benchmark-"))
        _measure_all(folder, arguments.scales, arguments.pairs)
    _report(json.loads((HERE / "results.json").read_text()))


def _measure_all(folder: Path, scales: Iterable[float], pairs: int) -> None:
    from batches import Ledger
    from company import write_company

    for name, declared in PROJECTS.items():
        _compile(folder / "projects" / name, declared)
    results = {}
    for scale in scales:
        company = folder / f"scale_{scale:g}"
        write_company(company, scale)
        kinds = ["L1", "L2", "all", "rules", "polars"]
        if scale <= 1:
            kinds += ["shapley", "shapley package", "markov", "markov package"]
        runs: dict[str, list] = {kind: [] for kind in kinds}
        for _ in range(pairs):
            for kind, measured in runs.items():
                measured.append(_measure(kind, company, folder))
        result = {"runs": runs, "differences": _differences(runs), "batches": []}
        results[f"{scale:g}"] = result
        _write(results, pairs)
        ledger = Ledger(folder / "ledger", company, [m for group in GROUPS.values() for m in group])
        result["batches"] = [ledger.measure() for _ in range(pairs if scale <= 1 else 1)]
        _write(results, pairs)
        shutil.rmtree(company)


def _write(results: dict, pairs: int) -> None:
    document = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds")}
    document |= {"machine": _machine(), "pairs": pairs, "scales": results}
    (HERE / "results.json").write_text(json.dumps(document, indent=1) + "\n")


def _compile(folder: Path, declared: dict) -> None:
    from attribution_project import AttributionProject, project_variables

    variables = project_variables()
    chosen = declared.get("models")
    models = [m for m in variables["attribution_models"] if not chosen or m["name"] in chosen]
    stages = declared.get("stages", variables["lead_conversion_stages"])
    shutil.rmtree(folder, ignore_errors=True)
    project = AttributionProject(
        folder,
        {
            "attribution_models": models,
            "metrics_attribution_model": models[0]["name"],
            "lead_conversion_stages": stages,
        },
    )
    (folder / "statements.json").write_text(json.dumps(project.statements()))


def _measure(kind: str, company: Path, folder: Path) -> dict:
    work = folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, __file__, "--run", kind, str(company), str(work)],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    measured = json.loads(done.stdout.splitlines()[-1])
    sys.stderr.write(f"{company.name} {kind}: {measured['cpu_seconds']}\n")
    return measured


def _run(kind: str, company: Path, work: Path) -> None:
    """One measurement in its own process: CPU of the work alone, peak memory of the process."""
    measured: dict[str, object]
    if kind in SCANS:
        import duckdb

        sql = SCANS[kind].format(touches=company / "int_touchpoints__touches.parquet")
        con = duckdb.connect(config={"threads": 2})
        measured = {"cpu_seconds": _timed(lambda: con.execute(f"create table t as {sql}"))}
    elif kind in ("all", "rules"):
        measured = _run_models(kind, company, work)
    elif kind == "polars":
        measured = _run_polars(company)
    else:
        measured = _run_package(kind, company, work)
    # Linux counts in kB
    measured["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    sys.stdout.write("\n" + json.dumps(measured) + "\n")


class Models:
    """The compiled models of a project on a file of its own, over the company's Parquet files."""

    def __init__(self, name: str, company: Path, work: Path) -> None:
        """Attach the inputs; nothing is built."""
        import duckdb

        folder = work.parent / "projects" / name
        self._statements = json.loads((folder / "statements.json").read_text())
        self.con = duckdb.connect(config={"threads": 2, "memory_limit": "5GB"})
        self.con.execute(f"attach '{work / 'warehouse.duckdb'}' as warehouse")
        for catalog, schema in {tuple(r.split(".")[:2]) for r, _ in self._statements.values()}:
            self.con.execute(f"create schema if not exists {catalog}.{schema}")
        for name, (relation, sql) in self._statements.items():
            path = company / f"{name}.parquet"
            if path.exists():
                self.con.execute(f"create view {relation} as from read_parquet('{path}')")
            elif sql is None:
                self.con.execute(f"create table {relation} (conversion_key bigint)")

    def build(self, steps: Iterable[str]) -> dict[str, float]:
        """Build some steps; CPU seconds of each."""
        spent = {}
        for step in steps:
            relation, sql = self._statements[f"int_attribution__{step}"]
            kind = "view" if step in VIEWS else "table"
            statement = f"create or replace {kind} {relation} as {sql}"
            spent[step] = _timed(lambda sql=statement: self.con.execute(sql))
        return spent

    def relation(self, step: str) -> str:
        """Where a step stands."""
        return self._statements[f"int_attribution__{step}"][0]


def _run_models(kind: str, company: Path, work: Path) -> dict:
    models = Models(kind, company, work)
    groups = GROUPS if kind == "all" else {k: v for k, v in GROUPS.items() if k != "chain"}
    spent = {group: models.build(steps) for group, steps in groups.items()}
    cpu = {group: sum(steps.values()) for group, steps in spent.items()}
    measured: dict = {"cpu_seconds": round(sum(cpu.values()), 3), "steps": spent}
    if kind == "all":
        measured["credits_in_doubles"] = _timed(lambda: _credits_in_doubles(models))
    else:
        credits = models.relation("touch_credits")
        measured["results"] = {
            name: dict(
                models.con.execute(
                    f"select channel, cast(sum({name}__amount) as double) from {credits}"
                    " where touch_key is not null group by channel"
                ).fetchall()
            )
            for name in FOUR_RULES
        }
    return measured


def _credits_in_doubles(models: Models) -> None:
    """The same step and the same columns, the money as a product of doubles."""
    names = [
        column[: -len("__share")]
        for (column,) in models.con.execute(
            f"select column_name from (describe {models.relation('touch_weights')})"
            " where column_name like '%__share'"
        ).fetchall()
    ]
    columns = ", ".join(
        f"nullif({name}__share / nullif(cast({name}__total as double), 0), 0) as {name}__weight,"
        f" case when {name}__share > 0 then cast(conversion_amount as double) * {name}__share"
        f" / nullif({name}__total, 0) end as {name}__amount"
        for name in names
    )
    models.con.execute(
        "create or replace table warehouse.main.credits_in_doubles as select conversion_key,"
        " conversion_type, opportunity_key, cycle_number, lead_key, touch_key, touch_position,"
        " channel, campaign_key, touched_at, converted_at, touch_scope_used, has_time_anomaly,"
        f" conversion_amount is null as is_unconverted, {columns}"
        f" from {models.relation('touch_weights')}"
        f" inner join {models.relation('conversions')} using (conversion_key)"
    )


def _run_polars(company: Path) -> dict:
    """The four rules on conversions of opportunities, money in doubles."""
    import polars as pl

    def scan(name: str) -> pl.LazyFrame:
        return pl.scan_parquet(company / f"{name}.parquet")

    results = {}

    def work() -> None:
        deals = scan("int_revenue__opportunities_valued")
        columns = ["opportunity_key", "kind", "at", "amount"]
        conversions = pl.concat(
            [
                deals.filter("is_won").select(
                    "opportunity_key",
                    pl.lit("revenue").alias("kind"),
                    pl.col("closed_at").alias("at"),
                    pl.col("opportunity_amount").cast(pl.Float64).alias("amount"),
                ),
                deals.select(
                    "opportunity_key",
                    pl.lit("pipeline").alias("kind"),
                    pl.col("created_at").alias("at"),
                    pl.col("first_amount").cast(pl.Float64).alias("amount"),
                ),
            ]
        )
        touches = scan("int_touchpoints__touches").select(
            "lead_key", "touch_key", "occurred_at", "touch_priority", "source_system", "channel"
        )
        journeys = (
            conversions.select(columns)
            .join(scan("int_revenue__buying_groups"), on="opportunity_key")
            .join(touches, on="lead_key")
            .filter(
                pl.col("occurred_at").is_between(pl.col("at") - pl.duration(days=365), pl.col("at"))
            )
            .sort(
                "opportunity_key",
                "kind",
                "occurred_at",
                "touch_priority",
                "source_system",
                "touch_key",
            )
            .with_columns(
                pl.int_range(1, pl.len() + 1).over("opportunity_key", "kind").alias("place"),
                pl.len().over("opportunity_key", "kind").alias("count"),
            )
        )
        place, count = pl.col("place"), pl.col("count")
        weights = {
            "first_touch": pl.when(place == 1).then(1.0).otherwise(0.0),
            "last_touch": pl.when(place == count).then(1.0).otherwise(0.0),
            "linear": 1.0 / count,
            "position_based": pl.when(count == 1)
            .then(1.0)
            .when(count == 2)
            .then(0.5)
            .when((place == 1) | (place == count))
            .then(0.4)
            .otherwise(0.2 / (count - 2)),
        }
        frame = journeys.with_columns(
            *(weight.alias(f"{name}_weight") for name, weight in weights.items()),
            *((weight * pl.col("amount")).alias(name) for name, weight in weights.items()),
        ).collect()
        totals = frame.group_by("channel").agg(pl.col(name).sum() for name in weights)
        for name in weights:
            results[name] = dict(zip(totals["channel"], totals[name], strict=True))

    return {"cpu_seconds": _timed(work), "results": results}


def _run_package(kind: str, company: Path, work: Path) -> dict:
    """What a package makes of journeys that lie ready for it, or the models of the same ones."""
    method = kind.split()[0]
    models = Models("shapley" if method == "shapley" else "all", company, work)
    models.build(JOURNEYS)
    if kind == "shapley":
        cpu = sum(models.build([*WEIGHTS, *CREDITS]).values())
        rows = models.con.execute(
            f"select channel, sum(shapley__weight) from {models.relation('touch_credits')}"
            " where touch_key is not null group by channel"
        ).fetchall()
        return {"cpu_seconds": round(cpu, 3), "results": dict(rows)}
    if kind == "shapley package":
        paths = models.con.execute(
            "select list(channel order by touch_position)"
            f" from {models.relation('journeys')} group by conversion_key"
        ).fetchall()
        return _shapley_package([path for (path,) in paths])
    models.build([*OPEN, *PATHS])
    if kind == "markov":
        cpu = sum(models.build(CHAIN[len(OPEN) :]).values())
        rows = models.con.execute(
            f"select channel, share / 1e9 from {models.relation('channel_removals')}"
            " where conversion_type = 'revenue' and period = 'all'"
        ).fetchall()
        return {"cpu_seconds": round(cpu, 3), "results": dict(rows)}
    paths = models.con.execute(
        "select array_to_string(path, '>') as path, sum(is_converted::int) as won,"
        " sum((not is_converted)::int) as lost"
        f" from {models.relation('journey_paths')}"
        " where conversion_type = 'revenue' and path is not null group by path"
    ).df()
    return _markov_package(paths)


def _shapley_package(paths: list[list[str]]) -> dict:
    from shapley_attribution import SimplifiedShapleyAttribution

    numbers = {name: number for number, name in enumerate(sorted({c for p in paths for c in p}))}
    journeys = [[numbers[channel] for channel in path] for path in paths]
    model = SimplifiedShapleyAttribution(normalize=False)
    cpu = _timed(lambda: model.fit(journeys))
    names = {number: name for name, number in numbers.items()}
    found = {names[int(number)]: float(value) for number, value in model.attribution_.items()}
    return {"cpu_seconds": cpu, "results": found}


def _markov_package(paths: object) -> dict:
    from ChannelAttribution import markov_model

    found = {}

    def work() -> None:
        frame = markov_model(
            paths, "path", "won", var_null="lost", sep=">", verbose=False, flg_pro=False
        )
        result = frame[0] if isinstance(frame, (list, tuple)) else frame
        total = result["total_conversions"].sum()
        for name, value in zip(result["channel_name"], result["total_conversions"], strict=True):
            found[name] = float(value / total)

    return {"cpu_seconds": _timed(work), "results": found}


def _differences(runs: dict[str, list]) -> dict[str, float]:
    """The largest difference of a channel's result from the models' own, relative to it."""
    found = {}
    for ours, theirs in [
        ("rules", "polars"),
        ("shapley", "shapley package"),
        ("markov", "markov package"),
    ]:
        if theirs in runs:
            one, other = (_flat(runs[kind][0]["results"]) for kind in (ours, theirs))
            if one.keys() != other.keys():
                raise SystemExit(f"{theirs}: other channels than ours: {one} {other}")
            found[theirs] = max(abs(other[k] - one[k]) / max(abs(one[k]), 1e-12) for k in one)
    return found


def _flat(results: dict) -> dict[str, float]:
    if all(isinstance(value, dict) for value in results.values()):
        return {f"{n}.{c}": v for n, by in results.items() for c, v in by.items()}
    return results


def _timed(work: Callable[[], object]) -> float:
    before = resource.getrusage(resource.RUSAGE_SELF)
    work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return round(spent, 3)


def _machine() -> dict[str, object]:
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    packages = ("duckdb", "polars", "shapley-attribution", "channelattribution")
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(pages / 1e9),
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
    }


def _median(runs: list[dict], value: Callable[[dict], float]) -> float:
    return statistics.median(value(run) for run in runs)


def _report(document: dict) -> None:
    """Write the tables between the markers of README.md."""
    lines = ["| scale | what | CPU s | to L1 | to L2 | peak, MB |", "|--:|---|--:|--:|--:|--:|"]
    for scale, result in document["scales"].items():
        runs = result["runs"]
        scans = {k: [run["cpu_seconds"] for run in runs[k]] for k in SCANS}
        rows: list[tuple[str, list[float], int | None]] = [
            (kind, scans[kind], max(run["peak_mb"] for run in runs[kind])) for kind in SCANS
        ]
        peak = max(run["peak_mb"] for run in runs["all"])
        rows.append(("all models, whole", [r["cpu_seconds"] for r in runs["all"]], peak))
        for group in GROUPS:
            spent = [sum(run["steps"][group].values()) for run in runs["all"]]
            rows.append((f"of it {group}", spent, None))
        for name, spent, memory in rows:
            ratios = [
                statistics.median(s / base for s, base in zip(spent, scans[k], strict=True))
                for k in SCANS
            ]
            lines.append(
                f"| {scale} | {name} | {statistics.median(spent):.2f} | {ratios[0]:.1f}"
                f" | {ratios[1]:.1f} | {memory or ''} |"
            )
    lines += [
        "",
        "| scale | what | ours, CPU s | other, CPU s | ratio | largest difference of a channel |",
        "|--:|---|--:|--:|--:|--:|",
    ]
    for scale, result in document["scales"].items():
        runs, differences = result["runs"], result["differences"]
        pairs = [
            (
                "exact cents / doubles",
                [sum(run["steps"]["credits"].values()) for run in runs["all"]],
                [run["credits_in_doubles"] for run in runs["all"]],
                None,
            )
        ]
        for ours, theirs, name in [
            ("rules", "polars", "four rules / polars"),
            ("shapley", "shapley package", "Shapley / shapley-attribution"),
            ("markov", "markov package", "Markov / channelattribution"),
        ]:
            if theirs in runs:
                pairs.append(
                    (
                        name,
                        [run["cpu_seconds"] for run in runs[ours]],
                        [run["cpu_seconds"] for run in runs[theirs]],
                        differences[theirs],
                    )
                )
        for name, ours, theirs, difference in pairs:
            ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
            shown = "" if difference is None else f"{difference:.1e}"
            lines.append(
                f"| {scale} | {name} | {statistics.median(ours):.2f} |"
                f" {statistics.median(theirs):.2f} | {ratio:.2f} | {shown} |"
            )
    lines += [
        "",
        "| scale | build | CPU s | of a full refresh | differing rows |",
        "|--:|---|--:|--:|--:|",
    ]
    for scale, result in document["scales"].items():
        batches = result["batches"]
        for build in batches[0]["cpu_seconds"] if batches else ():
            spent = [each["cpu_seconds"][build] for each in batches]
            shares = [each["cpu_seconds"][build] / each["cpu_seconds"]["full"] for each in batches]
            differing = max(each["differing_rows"] for each in batches)
            lines.append(
                f"| {scale} | {build} | {statistics.median(spent):.1f} |"
                f" {statistics.median(shares):.2f} | {differing} |"
            )
    path = HERE / "README.md"
    head, rest = path.read_text().split("<!-- measured -->\n")
    tail = rest.split("<!-- /measured -->\n")[1]
    machine = document["machine"]
    told = (
        f"Last run, {document['pairs']} pairs, on a shared machine ({machine['system']}"
        f" {machine['architecture']}, {machine['cores']} cores, {machine['memory_gb']} GB,"
        f" Python {machine['python']}, DuckDB {machine['duckdb']}, polars {machine['polars']}):"
    )
    text = "\n".join([told, "", *lines])
    path.write_text(f"{head}<!-- measured -->\n{text}\n<!-- /measured -->\n{tail}")


if __name__ == "__main__":
    main()
