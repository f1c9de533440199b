"""The same facts in any split, order and repetition of files give the same staged rows."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from contract_project import TABLES, ContractProject, Warehouse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# few values, so that keys meet, versions tie and cells are unusable often
KEYS = st.sampled_from(["a", "a", "b", " a", ""])
DAYS = st.sampled_from(["2026-01-01", "2026-01-01T00:00:00Z", "2026-01-02", "", "soon"])
WORDS = st.sampled_from(["x", "y", "z", ""])
FLAGS = st.sampled_from(["true", "", "0"])
NUMBERS = st.sampled_from(["1", "2", "3", "many", ""])
ROWS = {
    "lead": st.tuples(KEYS, WORDS, DAYS, FLAGS),
    "account": st.tuples(KEYS, NUMBERS),
    "touch": st.tuples(KEYS, DAYS),
    "spend": st.tuples(KEYS, DAYS, NUMBERS),
    "quota": st.tuples(KEYS, DAYS, NUMBERS),
}
# what an extract says of a day takes the place of what older ones said, so it comes whole
RESTATED = {"spend", "quota"}
# where a row stood is what a split does change
PLACES = "* exclude (source_file, source_line)"


@st.composite
def deliveries(draw: st.DrawFn) -> dict:
    """Batches of a table, each of an organisation and a day, and two ways to deliver them.

    A way is a list of steps: (organisation, day, batch, part, rows of the batch in this file).
    A load follows a step where `loads` says so.
    """
    table = draw(st.sampled_from(sorted(ROWS)))
    batches = []
    for number in range(draw(st.integers(1, 3))):
        rows = draw(st.lists(ROWS[table], min_size=2, max_size=8))
        org = draw(st.sampled_from(["crm", "crm", "crm@emea"]))
        # two batches may be of one day, and of a full extract then of one extract
        batches.append((org, f"2026-02-0{draw(st.integers(1, 3))}", rows, number))

    def one_way() -> list[tuple]:
        steps = []
        for org, day, rows, number in batches:
            parts = 1 if table in RESTATED else draw(st.integers(1, 3))
            order = draw(st.permutations(rows)) if table not in RESTATED else rows
            for part in range(parts):
                steps.append((org, day, number, part, tuple(order[part::parts])))
            if draw(st.booleans()):
                steps.append((org, day, number, "again", tuple(order)))
        return list(draw(st.permutations(steps)))

    ways = one_way(), one_way()
    return {
        "table": table,
        "ways": ways,
        "loads": draw(st.lists(st.booleans(), min_size=12, max_size=12)),
    }


def deliver(
    root: Path, project: ContractProject, table: str, steps: Sequence[tuple], loads: Sequence[bool]
) -> Warehouse:
    warehouse = Warehouse(root, project)
    for step, is_loaded in zip(steps, loads, strict=False):
        org, day, number, part, rows = step
        header = ",".join(column["name"] for column in TABLES[table][1])
        lines = [header, *(",".join(row) for row in rows)]
        warehouse.put(f"{org}/{table}/{day}_{number}_{part}.csv", "\n".join(lines) + "\n")
        if is_loaded:
            warehouse.load()
    warehouse.load()
    return warehouse


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deliveries")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(delivery=deliveries())
def test_any_delivery_gives_the_same_rows(
    delivery: dict, folder: Path, project: ContractProject
) -> None:
    table = delivery["table"]
    one, other = (
        deliver(folder / name, project, table, steps, loads)
        for name, steps, loads in zip(
            ("one", "other"),
            delivery["ways"],
            (delivery["loads"], delivery["loads"][::-1]),
            strict=True,
        )
    )
    with duckdb.connect() as con:
        for name, warehouse in (("one", one), ("other", other)):
            con.execute(f"attach '{warehouse.settings.warehouse}' as warehouse (read_only)")
            con.execute(f"create table {name} as select {PLACES} from ({project.sql(table)})")
            con.execute("detach warehouse")
        differing = con.execute(
            "(from one except all from other) union all (from other except all from one)"
        ).fetchall()
    assert differing == []
    for warehouse in (one, other):
        check_accounting(warehouse, table)


def check_accounting(warehouse: Warehouse, table: str) -> None:
    """Raw rows = staged + superseded + rejected, by organisation, and each reject is listed."""
    with duckdb.connect(str(warehouse.settings.warehouse), read_only=True) as con:
        project = warehouse.project
        staged = dict(
            con.execute(
                f"select source_system, count(*) from ({project.sql(table)}) group by all"
            ).fetchall()
        )
        listed = dict(
            con.execute(
                "select source_system, count(distinct source_file || '#' || source_line) "
                f"from ({project.sql(f'{table}_rejects')}) where is_excluded group by all"
            ).fetchall()
        )
        for org, raw, rejected, superseded in con.execute(project.sql(f"{table}_fates")).fetchall():
            assert raw == staged.get(org, 0) + superseded + rejected
            assert rejected == listed.get(org, 0)
