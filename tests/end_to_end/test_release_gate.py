"""What stands between the marts and their readers: a bad mart, a bad extract, a reader at work."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from installation import Installation, copy_checkout

LEADS = (
    "Id,FirstName,LastName,Email,Status,LeadSource,CreatedDate,SystemModstamp\n"
    "00Q000000000001AAA,Ann,Ash,ann@acme.example,New,Web,"
    "2026-01-05T10:00:00.000+0000,2026-01-05T10:00:00.000+0000\n"
    "00Q000000000002AAA,Bob,Bay,bob@acme.example,Qualified,Partner,"
    "2026-01-06T10:00:00.000+0000,2026-01-06T10:00:00.000+0000\n"
)


@pytest.fixture(scope="module")
def first_release(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A release of two leads, made once; each test works on a copy."""
    installation = Installation(tmp_path_factory.mktemp("two_leads") / "house")
    installation.place("salesforce", "lead", "Lead.csv", LEADS.encode())
    installation.refresh()
    return installation


@pytest.fixture
def two_leads(first_release: Installation, tmp_path: Path) -> Installation:
    """An installation with a release of two leads."""
    return Installation(shutil.copytree(first_release.folder, tmp_path / "house", symlinks=True))


def test_a_doubled_credit_row_blocks_the_release(two_leads: Installation, tmp_path: Path):
    """A model that doubles a credit row: the gate names check, table and figure."""
    two_leads.place(
        "salesforce",
        "opportunity",
        "Opportunity.csv",
        b"Id,Name,StageName,Amount,CloseDate,IsClosed,IsWon,CreatedDate,SystemModstamp\n"
        b"006000000000001AAA,One,Closed Won,100.00,2026-02-01,true,true,"
        b"2026-01-10T10:00:00.000+0000,2026-02-01T10:00:00.000+0000\n",
    )
    before = two_leads.current.resolve()
    checkout = copy_checkout(tmp_path / "checkout")
    model = checkout / "dbt_project" / "models" / "marts" / "fct_attribution_credits.sql"
    model.write_text(
        model.read_text()
        + "\nunion all\nselect * from final where attribution_model = 'linear'\n"
        + "and conversion_type = 'revenue'\n"
    )
    broken = Installation(two_leads.folder, checkout)
    done = broken.run("refresh")
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert two_leads.current.resolve() == before
    assert "fct_attribution_credits" in said
    assert "sums_to_one_per_group" in said or "unique_combination" in said
    assert "1 failing row" in said
    # the same extracts with the sound model go out
    two_leads.refresh()
    with two_leads.connect() as release:
        rows = release.execute(
            "select attribution_model, credited_amount from marts.fct_attribution_credits"
            " where conversion_type = 'revenue'"
        ).fetchall()
    assert len(rows) == 18
    assert {str(amount) for _, amount in rows} == {"100.00"}


def test_dirty_extracts_reach_the_exceptions(two_leads: Installation):
    """Each kind of dirt next to good files: what the user gets in the release."""
    header = LEADS.splitlines()[0]
    times = "2026-01-07T10:00:00Z,2026-01-07T10:00:00Z"
    good = f"00Q000000000003AAA,Cy,Cole,cy@acme.example,New,Web,{times}"
    broken = f"{header}\n{good}\n00Q000000000004AAA,Di\n"
    two_leads.place("salesforce", "lead", "broken_line.csv", broken.encode())
    two_leads.place("salesforce", "lead", "empty.csv", b"")
    two_leads.place("salesforce", "contact", "header_only.csv", b"Id,CreatedDate,Email\n")
    latin = f"{header}\n00Q000000000005AAA,José,Ash,j@acme.example,New,Web,2026-01-08T10:00:00Z,\n"
    two_leads.place("salesforce", "lead", "latin.csv", latin.encode("latin-1"))
    two_leads.refresh()
    with two_leads.connect() as release:
        exceptions = release.execute(
            "select source_file, source_line, reason, is_excluded from reports.rpt_exceptions"
            " where severity = 'error' order by 1"
        ).fetchall()
        (leads,) = release.execute("select count(*) from marts.dim_leads").fetchone()
    assert exceptions == [
        ("salesforce/lead/broken_line.csv", 3, "too_few_fields", True),
        ("salesforce/lead/empty.csv", None, "empty_file", True),
        ("salesforce/lead/latin.csv", None, "wrong_encoding", True),
    ]
    assert leads == 3


def test_a_missing_required_column_stops_its_table_alone(two_leads: Installation):
    """The table keeps what it had, the others go on, and the release says what is stale."""
    header = LEADS.splitlines()[0]
    # good at first, then replaced under its name by one without a required column
    row = "00Q000000000008AAA,Gus,Gray,gus@acme.example,New,Web,2026-01-07T10:00:00Z,"
    two_leads.place("salesforce", "lead", "later.csv", f"{header}\n{row}\n".encode())
    two_leads.refresh()
    two_leads.place("salesforce", "lead", "later.csv", b"Id,Email\n00Q000000000009AAA,x@y.z\n")
    two_leads.place("salesforce", "account", "Account.csv", b"Id,Name\n001000000000001AAA,Acme\n")
    said = " ".join(two_leads.refresh().split())
    reason = "required column created_date is missing; the file has Id, Email"
    assert f"stale: salesforce.lead: salesforce/lead/later.csv: {reason}" in said
    assert "no_file_refused failed on raw.salesforce__lead.state" in said
    assert "missing_column=created_date" in said
    with two_leads.connect() as release:
        assert release.execute("select count(*) from marts.dim_leads").fetchone() == (3,)
        assert release.execute("select count(*) from marts.dim_accounts").fetchone() == (1,)
        assert release.execute(
            "select source_object, source_file, source_line, reason, severity, detail"
            " from reports.rpt_exceptions where severity = 'error'"
        ).fetchall() == [
            ("lead", "salesforce/lead/later.csv", None, "missing_required_column", "error", reason)
        ]
    manifest = json.loads((two_leads.current.resolve().parent / "manifest.json").read_text())
    stale = {"object": "lead", "source_file": "salesforce/lead/later.csv", "reason": reason}
    assert manifest["sources"]["salesforce"]["stale"] == [stale]
    # an extract in order again ends it
    two_leads.place("salesforce", "lead", "later.csv", f"{header}\n".encode())
    assert "stale" not in two_leads.refresh()
    with two_leads.connect() as release:
        assert release.execute("select count(*) from marts.dim_leads").fetchone() == (2,)


def test_a_refresh_of_which_nothing_can_be_loaded_fails(installation: Installation):
    installation.place("salesforce", "lead", "no_created.csv", b"Id,Email\n00Q1,x@y.z\n")
    done = installation.run("refresh")
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 1
    assert "salesforce/lead/no_created.csv: required column created_date is missing" in said
    assert "Traceback" not in said
    assert not installation.current.exists()


READER = """
import sys, duckdb
path = sys.argv[1]
held = duckdb.connect(path, read_only=True)
count = "select count(*) from marts.dim_leads"
print("ready", flush=True)
seen = set()
while not sys.stdin.closed:
    seen.add(held.execute(count).fetchone()[0])
    if sys.stdin in __import__("select").select([sys.stdin], [], [], 0.01)[0]:
        break
held.close()
print(sorted(seen), duckdb.connect(path, read_only=True).execute(count).fetchone()[0], flush=True)
"""


def test_a_reader_keeps_its_release_until_it_reconnects(two_leads: Installation):
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(two_leads.current)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout.readline() == "ready\n"
    more = LEADS.splitlines()[0] + "\n" + LEADS.splitlines()[1].replace("001AAA,Ann", "009AAA,Eve")
    two_leads.place("salesforce", "lead", "more.csv", more.replace("ann@", "eve@").encode())
    two_leads.refresh()
    said, errors = reader.communicate("stop\n", timeout=60)
    assert (said, errors) == ("[2] 3\n", "")


def test_rollback_returns_to_the_release_before(two_leads: Installation):
    first = two_leads.current.resolve()
    two_leads.place("salesforce", "lead", "more.csv", LEADS.replace("ann@", "al@").encode())
    two_leads.refresh()
    assert two_leads.current.resolve() != first
    assert two_leads.run("rollback").returncode == 0
    assert two_leads.current.resolve() == first
    assert first.parent.name in two_leads.run("status").stdout


def test_a_full_refresh_without_extracts_keeps_what_was_loaded(two_leads: Installation):
    before = two_leads.current.resolve()
    (two_leads.landing / "salesforce" / "lead" / "Lead.csv").unlink()
    done = two_leads.run("refresh", "--full-refresh")
    assert done.returncode == 1
    assert "would empty the warehouse" in done.stderr
    assert two_leads.current.resolve() == before
    with two_leads.connect() as release:
        assert release.execute("select count(*) from marts.dim_leads").fetchone() == (2,)
