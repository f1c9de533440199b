import dataclasses
import os
import time

import pytest
from tiny_project import write, write_leads

from orchestration.fingerprint import fingerprint, has_extracts


@pytest.fixture
def installation(tiny_project):
    write_leads(tiny_project, ["a", "b"])
    write(tiny_project.seeds_dir / "channels.csv", "channel\nEmail\n")
    write(tiny_project.project_root / "expectations" / "suite.py", "LIMIT = 1\n")
    write(tiny_project.project_root / "orchestration" / "loader.py", "VERSION = 1\n")
    return tiny_project


def changed(settings, before) -> set[str]:
    """Names of the parts that differ, those of the configuration by their own names."""
    before, after = flat(before), flat(fingerprint(settings))
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def flat(digests) -> dict[str, str]:
    return {"extracts": digests["extracts"], "as_of": digests["as_of"], **digests["configuration"]}


def test_it_is_the_same_when_nothing_changed(installation):
    assert fingerprint(installation) == fingerprint(installation)


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("project/seeds/channels.csv", "seeds/channels.csv"),
        ("project/dbt_project/models/marts/dim_leads.sql", "dbt_project/models"),
        ("project/dbt_project/macros/new.sql", "dbt_project/macros"),
        ("project/expectations/suite.py", "expectations"),
        ("project/orchestration/loader.py", "orchestration"),
        ("landing/generic/leads/leads.csv", "extracts"),
        ("landing/generic/leads/more.csv", "extracts"),
    ],
)
def test_it_names_the_part_that_changed(installation, tmp_path, path, part):
    before = fingerprint(installation)
    write(tmp_path / path, "something else\n")
    assert changed(installation, before) == {part}


def test_an_extract_that_is_gone_or_touched_is_a_change(installation):
    extract = installation.landing / "generic" / "leads" / "leads.csv"
    before = fingerprint(installation)
    os.utime(extract, ns=(0, extract.stat().st_mtime_ns + 1))
    assert changed(installation, before) == {"extracts"}
    before = fingerprint(installation)
    extract.unlink()
    assert changed(installation, before) == {"extracts"}


def test_a_checkout_with_other_times_is_no_change(installation):
    before = fingerprint(installation)
    os.utime(installation.dbt_project_dir / "models" / "marts" / "dim_leads.sql", (0, 0))
    assert changed(installation, before) == set()


@pytest.mark.parametrize(
    "path",
    [
        "landing/generic/leads/half.csv.part",
        "landing/generic/leads/.hidden.csv",
        "landing/.answer_sheet.json",
        "project/dbt_project/target/manifest.json",
        "project/dbt_project/logs/dbt.log",
        "project/orchestration/__pycache__/loader.cpython-311.pyc",
    ],
)
def test_what_nobody_reads_is_no_change(installation, tmp_path, path):
    before = fingerprint(installation)
    write(tmp_path / path, "noise")
    assert changed(installation, before) == set()


def test_the_time_asked_for_is_part_of_it(installation):
    assert fingerprint(installation, "2026-01-01T00:00:00") != fingerprint(installation)


def test_a_file_that_has_not_settled_is_new_to_the_next_refresh(installation):
    settings = dataclasses.replace(installation, settle_seconds=60)
    extract = settings.landing / "generic" / "leads" / "leads.csv"
    unsettled = fingerprint(settings)
    os.utime(extract, (time.time() - 61, time.time() - 61))
    assert changed(settings, unsettled) == {"extracts"}


def test_a_landing_folder_is_empty_when_only_hidden_files_are_in_it(settings):
    assert not has_extracts(settings)
    write(settings.landing / ".gitkeep", "")
    assert not has_extracts(settings)
    write_leads(settings, ["a"])
    assert has_extracts(settings)
