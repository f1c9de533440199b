"""The demo company, for whoever has no extracts yet."""

import shutil

import duckdb

from orchestration.fingerprint import has_extracts
from orchestration.settings import Settings

COMPLETE = ".complete"


def write_demo_if_empty(settings: Settings) -> bool:
    """Write the demo company into an empty or absent landing folder; say whether it was written.

    Not where extracts were loaded before: their folder is empty because somebody moved them or a
    disk is not mounted, and invented leads would end up among real ones.

    It is made in a hidden folder and moved when it is whole: a crash half-way leaves no half
    company that the next refresh would take for the customer's own.
    """
    draft = settings.landing / ".demo.tmp"
    is_whole = (draft / COMPLETE).exists()
    if not is_whole and (has_extracts(settings) or _has_loaded(settings)):
        return False
    if not is_whole:
        # numpy and pyarrow: only who writes a company pays for them
        from datagen import write_company

        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        write_company(draft)
        (draft / COMPLETE).touch()
    for entry in sorted(draft.iterdir()):
        if entry.name != COMPLETE:
            entry.replace(settings.landing / entry.name)
    shutil.rmtree(draft)
    return True


def _has_loaded(settings: Settings) -> bool:
    if not settings.warehouse.is_file():
        return False
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        book = connection.execute(
            "select count(*) from duckdb_tables()"
            " where schema_name = 'raw' and table_name = '_files'"
        ).fetchall()
        if not book[0][0]:
            return False
        return connection.execute("select count(*) from raw._files").fetchall()[0][0] > 0
