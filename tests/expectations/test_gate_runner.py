"""The runner and its dialect: no lock, no output, no value of a row."""

import subprocess
import sys
import warnings

import duckdb
import pytest
import sqlalchemy

from expectations import duckdb_dialect
from expectations.checks import TableSuite, has_columns, in_range, no_rows, not_null
from expectations.runner import run_gate

PEOPLE = """create schema marts;
create table marts.people as select * from (values
    (1, 'jane@example.com', 'n/a'), (2, 'joe@example.com', '2026-01-01')
) as v (id, email, seen_at)"""


@pytest.fixture
def database(tmp_path):
    # a name that a URL, GX's variables and SQL would each read in their own way
    path = tmp_path / "Marts & $more #1?.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(PEOPLE)
    return path


def people(*checks, pii=()):
    return TableSuite("marts", "people", checks, frozenset(pii))


# holds, fails with rows, cannot be evaluated, and a table that is not there
EVERY_OUTCOME = (
    people(
        has_columns(["id", "email"]),
        in_range("id", low=2),
        not_null("gone"),
        no_rows("nobody", "select id, email from {batch} order by id", expected="0 people"),
        pii=["email"],
    ),
    TableSuite("marts", "nowhere", (not_null("id"),)),
)


def test_results_come_in_the_order_of_the_suites(database):
    result = run_gate(database, EVERY_OUTCOME, gate="marts")
    assert [(c.table, c.check, c.status) for c in result.checks] == [
        ("people", "has_columns", "passed"),
        ("people", "id_in_range", "failed"),
        ("people", "gone_not_null", "errored"),
        ("people", "nobody", "failed"),
        ("nowhere", "id_not_null", "errored"),
    ]
    assert (result.passed, result.failed, result.errored) == (1, 2, 2)


def test_a_writer_can_open_the_file_at_once(database):
    run_gate(database, EVERY_OUTCOME, gate="marts")
    with duckdb.connect(str(database)) as connection:
        connection.execute("insert into marts.people values (3, null, null)")
    run_gate(database, EVERY_OUTCOME, gate="marts")
    program = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('delete from marts.people')"
    subprocess.run([sys.executable, "-c", program, str(database)], check=True, timeout=60)


def test_an_open_connection_of_the_gate_only_reads(database):
    duckdb_dialect.register()
    engine = sqlalchemy.create_engine(duckdb_dialect.connection_url(database))
    assert isinstance(engine.pool, sqlalchemy.pool.NullPool)
    with (
        engine.connect() as connection,
        pytest.raises(sqlalchemy.exc.DBAPIError, match="read-only"),
    ):
        connection.execute(sqlalchemy.text("delete from marts.people"))


def test_rows_outlive_their_connection(database):
    duckdb_dialect.register()
    engine = sqlalchemy.create_engine(duckdb_dialect.connection_url(database))
    with engine.connect() as connection:
        result = connection.execute(sqlalchemy.text("select id from marts.people order by id"))
    assert result.fetchall() == [(1,), (2,)]


def test_rows_of_a_failed_query_leave_out_personal_columns(database):
    result = run_gate(database, EVERY_OUTCOME, gate="marts")
    nobody = next(c for c in result.checks if c.check == "nobody")
    assert nobody.message == (
        "nobody failed on marts.people: observed 2 (first: id=1; id=2); expected 0 people"
    )


def test_an_error_does_not_quote_the_value_that_caused_it(database, caplog, capfd):
    cast = no_rows(
        "dates",
        "select id from {batch} where cast(email as timestamp) > timestamp '2026-01-01'",
        expected="0 rows",
    )
    result = run_gate(database, [people(cast)], gate="marts")
    (check,) = result.checks
    assert check.status == "errored"
    assert "Conversion Error" in check.message
    captured = capfd.readouterr()
    for text in (check.message, caplog.text, captured.out, captured.err):
        assert "@example.com" not in text


def test_a_gate_writes_nothing_to_the_terminal(database):
    program = f"""
import sys
from pathlib import Path
from expectations.checks import TableSuite, in_range, no_rows
from expectations.runner import run_gate
assert "great_expectations" not in sys.modules
suite = TableSuite("marts", "people", (
    in_range("id", low=1),
    no_rows("nobody", "select id from {{batch}} where id < 0", expected="0"),
))
assert run_gate(Path({str(database)!r}), [suite], gate="marts").passed == 2
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=database.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [p.name for p in database.parent.iterdir()] == [database.name]


def test_a_gate_does_not_warn_of_its_own_arguments(database):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run_gate(database, [people(not_null("id"))], gate="marts")
    assert [str(w.message) for w in caught if "schema_name" in str(w.message)] == []


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gate raw: .*nothing\.duckdb"):
        run_gate(tmp_path / "nothing.duckdb", [], gate="raw")
