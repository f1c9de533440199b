"""Local times in UTC against the zones as Python knows them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from contract_project import ContractProject

# north and south, both sides of the date line, half and quarter hours, without changes
ZONES = [
    "America/Los_Angeles",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/London",
    "Pacific/Auckland",
    "UTC",
]


@pytest.fixture(scope="module")
def utc_of(project: ContractProject):
    """A function: the UTC moments of local ones."""
    sql = project.sql("golden_local_times")

    def values(moments: list[tuple[datetime, str]]) -> dict[tuple[datetime, str], datetime]:
        with duckdb.connect() as con:
            con.execute("create table local_moments (local_moment timestamp, time_zone varchar)")
            con.executemany("insert into local_moments values (?, ?)", moments)
            (kind,) = con.execute(f"select distinct typeof(utc_moment) from ({sql})").fetchone()
            assert kind == "TIMESTAMP"
            return {(row[0], row[1]): row[2] for row in con.execute(sql).fetchall()}

    return values


def is_plain(moment: datetime, zone: ZoneInfo) -> bool:
    """True where the clock shows this time exactly once."""
    ways = {moment.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
    return len(ways) == 1


def test_every_hour_of_the_days_on_which_clocks_change(utc_of) -> None:
    moments = [
        (datetime(2026, month, 1) + timedelta(hours=hours), name)
        for month in (3, 4, 10, 11)
        for hours in range(0, 31 * 24, 3)
        for name in ZONES
    ]
    plain = [(moment, name) for moment, name in moments if is_plain(moment, ZoneInfo(name))]
    assert len(plain) > 0.99 * len(moments)
    found = utc_of(plain)
    assert found == {
        (moment, name): moment.replace(tzinfo=ZoneInfo(name)).astimezone(UTC).replace(tzinfo=None)
        for moment, name in plain
    }


def test_times_that_a_clock_skips_or_shows_twice(utc_of) -> None:
    skipped, twice = datetime(2026, 3, 8, 2, 30), datetime(2026, 11, 1, 1, 30)
    zone = "America/New_York"
    assert utc_of([(skipped, zone), (twice, zone)]) == {
        # 2:30 by the clock of winter, five hours behind
        (skipped, zone): datetime(2026, 3, 8, 7, 30),
        # the second 1:30, by the clock of winter again
        (twice, zone): datetime(2026, 11, 1, 6, 30),
    }


def test_zones_are_those_of_the_iana_list(project: ContractProject) -> None:
    with duckdb.connect() as con:
        known = {name for (name,) in con.execute(project.sql("golden_time_zones")).fetchall()}
    assert known >= set(ZONES)
    assert not known & {"Europe/Atlantis", "America/Nowhere", ""}
