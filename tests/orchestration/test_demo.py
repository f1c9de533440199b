import duckdb
import pytest
from tiny_project import write, write_leads

from orchestration.demo import write_demo_if_empty


def extracts(settings) -> list[str]:
    files = (p for p in settings.landing.rglob("*") if p.is_file())
    names = (p.relative_to(settings.landing).as_posix() for p in files)
    return sorted(name for name in names if not name.startswith("."))


@pytest.mark.parametrize("is_there", [True, False])
def test_an_empty_or_absent_landing_folder_gets_the_demo_company(settings, is_there):
    if is_there:
        write(settings.landing / ".gitkeep", "")

    assert write_demo_if_empty(settings)

    assert any(name.startswith("salesforce/lead/") for name in extracts(settings))
    assert not (settings.landing / ".demo.tmp").exists()
    assert not write_demo_if_empty(settings), "what is there now is a company like any other"


def test_extracts_of_their_own_are_left_alone(settings):
    write_leads(settings, ["a"])
    assert not write_demo_if_empty(settings)
    assert extracts(settings) == ["generic/leads/leads.csv"]


def test_a_half_written_company_is_written_again(settings):
    write(settings.landing / ".demo.tmp" / "salesforce" / "lead" / "lead.csv", "Id\nhal")
    assert write_demo_if_empty(settings)
    assert not any(p.read_text()[-3:] == "hal" for p in settings.landing.rglob("lead.csv"))


def test_a_company_that_was_moved_by_half_is_moved_on(settings):
    """The crash came after the first folder; the rest waits, and nothing is invented again."""
    write(settings.landing / "salesforce" / "lead" / "lead.csv", "Id\n1\n")
    write(settings.landing / ".demo.tmp" / "web" / "sessions" / "sessions.csv", "id\n1\n")
    write(settings.landing / ".demo.tmp" / ".complete", "")

    assert write_demo_if_empty(settings)

    assert extracts(settings) == ["salesforce/lead/lead.csv", "web/sessions/sessions.csv"]


def test_no_company_is_invented_where_extracts_were_loaded_before(settings):
    settings.home.mkdir()
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create schema raw")
        connection.execute("create table raw._files as select 'a.csv' as source_file")
    assert not write_demo_if_empty(settings)
    assert not settings.landing.exists()
