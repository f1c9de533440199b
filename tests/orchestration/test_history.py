"""What releases said is kept, whatever becomes of the runs between them.

    first       as of 1 February: leads a, b, c, d
    correction  the same as_of: a was created a day earlier, and d is gone
    backwards   as of 15 January: d is back

A release that is not of a later as_of than the one before it is stamped a microsecond later.
"""

import datetime
import shutil

import duckdb
import pytest
from tiny_project import write, write_tiny_project

from orchestration.publishing.history import last_stamp, open_history
from orchestration.publishing.releases import current_release, list_releases, rollback
from orchestration.refresh import refresh
from orchestration.settings import Settings

FIRST = datetime.datetime(2026, 2, 1)
CORRECTION = FIRST + datetime.timedelta(microseconds=1)
BACKWARDS = FIRST + datetime.timedelta(microseconds=2)
RELEASES = {
    "first": ("2026-02-01T00:00:00", {"a": 2, "b": 2, "c": 3, "d": 4}),
    "correction": ("2026-02-01T00:00:00", {"a": 1, "b": 2, "c": 3}),
    "backwards": ("2026-01-15T00:00:00", {"a": 1, "b": 2, "c": 3, "d": 4}),
}
# lead, day of creation, believed from, believed to
BELIEFS = [
    ("a", 1, CORRECTION, None),
    ("a", 2, FIRST, CORRECTION),
    ("b", 2, FIRST, None),
    ("c", 3, FIRST, None),
    ("d", 4, FIRST, CORRECTION),
    ("d", 4, BACKWARDS, None),
]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The three releases, and a copy of the history after each."""
    base = tmp_path_factory.mktemp("history")
    settings = Settings(base / "landing", base / "home", project_root=base / "project")
    write_tiny_project(settings)
    copies = {}
    for name, (as_of, created) in RELEASES.items():
        lines = ["lead_id,created_at,email"]
        lines += [
            f"{lead},2026-01-0{day}T00:00:00Z,{lead}@x.example" for lead, day in created.items()
        ]
        write(settings.landing / "generic" / "leads" / "leads.csv", "\n".join(lines) + "\n")
        refresh(settings, as_of=as_of)
        copies[name] = shutil.copyfile(settings.history, base / f"{name}.duckdb")
    return settings, copies


@pytest.fixture
def house(published):
    """Settings and copies; after a test the history and the current release are as before."""
    settings, copies = published
    yield settings, copies
    shutil.copyfile(copies["backwards"], settings.history)
    rollback(settings, list_releases(settings)[0].id)


def beliefs(database) -> list[tuple]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(
            "select lead_id, day(occurred_at), believed_from_at, believed_to_at"
            " from marts.lead_stage_events_history order by all"
        ).fetchall()


def test_every_release_is_stamped_with_its_as_of_or_just_after_the_last_one(house):
    settings, _ = house
    stamps = [release.manifest["believed_at"] for release in list_releases(settings)]
    assert stamps == [stamp.isoformat() for stamp in (BACKWARDS, CORRECTION, FIRST)]


def test_what_a_release_said_is_what_was_believed_at_its_stamp(house):
    settings, _ = house
    assert beliefs(settings.history) == BELIEFS
    said = [created.items() for _, created in RELEASES.values()]
    for stamp, leads in zip((FIRST, CORRECTION, BACKWARDS), said, strict=True):
        believed = [
            (lead, day)
            for lead, day, since, until in BELIEFS
            if since <= stamp and (until is None or until > stamp)
        ]
        assert believed == sorted(leads)


def test_every_release_carries_what_was_believed_until_then(house):
    settings, copies = house
    newest, correction, first = list_releases(settings)
    assert beliefs(newest.database) == BELIEFS
    assert beliefs(correction.database) == beliefs(copies["correction"])
    assert beliefs(first.database) == [
        (lead, day, FIRST, None) for lead, day in RELEASES["first"][1].items()
    ]
    parquet = newest.path / "parquet" / "marts" / "lead_stage_events_history.parquet"
    assert duckdb.sql(f"select count(*) from '{parquet}'").fetchall() == [(len(BELIEFS),)]


@pytest.mark.parametrize("accident", ["killed before it was kept", "lost"])
def test_a_history_that_is_behind_its_release_is_made_again(house, accident):
    settings, copies = house
    settings.history.unlink()
    if accident != "lost":
        shutil.copyfile(copies["correction"], settings.history)
    open_history(settings, current_release(settings).database)
    assert beliefs(settings.history) == BELIEFS
    assert beliefs(settings.history_draft) == BELIEFS


def test_a_draft_that_was_not_published_is_forgotten(house):
    settings, copies = house
    shutil.copyfile(copies["first"], settings.history_draft)
    open_history(settings, current_release(settings).database)
    assert beliefs(settings.history_draft) == BELIEFS


def test_a_rollback_takes_back_the_release_and_not_that_it_was_published(house):
    settings, copies = house
    shutil.copyfile(copies["correction"], settings.history)
    rollback(settings)
    current = current_release(settings)
    assert last_stamp(current.database) == CORRECTION
    open_history(settings, current.database)
    assert beliefs(settings.history_draft) == BELIEFS
