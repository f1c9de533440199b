"""The portable macros against values that Python works out on its own."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import urlsplit

import duckdb
import pytest
from contract_project import ContractProject

LOW_63_BITS = (1 << 63) - 1


@pytest.fixture(scope="module")
def cast(project: ContractProject):
    """A function: the values of one macro for a list of texts."""
    sql = project.sql("golden_macros")

    def values(macro: str, texts: Iterable[str | None]) -> list[object]:
        with duckdb.connect() as con:
            con.execute("create table cells (position integer, cell varchar)")
            con.executemany("insert into cells values (?, ?)", list(enumerate(texts)))
            ordered = sql.replace("from cells", "from cells order by position")
            return [row[0] for row in con.execute(f"select {macro} from ({ordered})").fetchall()]

    return values


# written by people, worked out by datetime.fromisoformat after a repair of the spelling
OFFSET_TIMES = [
    "2026-03-29T01:30:00+05:30",
    "2026-03-29 01:30:00 +05:30",
    "2026-03-29T01:30:00 -0800",
    "2026-03-29T14:49:34.000+0000",
    "2026-03-29T14:49:34.250-0330",
    "2026-03-29T14:49:34+14",
    "2026-03-29T14:49:34Z",
    "2026-03-29 14:49:34.123456Z",
    "2026-03-29 14:49:34.5",
    "2026-03-29T14:49:34",
    " 2026-03-29 14:49:34 ",
    "2026-03-29",
    "2026-12-31T23:59:59-00:30",
    "2026-03-29 14:49:34.123",
    "2026-03-29T14:49:34.123Z",
    "2026-03-29T14:49:34.1234",
    "2026-03-29T14:49:34.123+0100",
    " 2026-03-29T14:49:34.123+0000",
    "1990-01-01T00:00:00Z",
    "2100-12-31 23:59:59.999",
    "2000-02-29T00:00:00+01:00",
]


def in_utc(text: str) -> datetime:
    head, _, tail = text.strip().partition("T" if "T" in text else " ")
    tail = tail.replace(" ", "")
    for sign in "+-":
        if sign in tail:
            clock, offset = tail.split(sign)
            offset = offset.replace(":", "").ljust(4, "0")
            tail = f"{clock}{sign}{offset[:2]}:{offset[2:]}"
    moment = datetime.fromisoformat(f"{head}T{tail}" if tail else head)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def test_times_with_and_without_an_offset(cast) -> None:
    assert cast("utc", OFFSET_TIMES) == [in_utc(text) for text in OFFSET_TIMES]


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "n/a", "12", "2026-13-01", "2026-02-30", "2026-03-29T25:00:00", "20260329"),
        *("1900-01-01", "1989-12-31T23:59:59Z", "2101-01-01", "9999-12-31", "0001-01-01"),
        *("29.03.2026", "03/29/26 08:55 PM", "2026-03-29T14:49:34+25x"),
        *("2026-02-29T10:00:00Z", "2026-03-29 14:60:00.000", "2101-01-01T00:00:00.000+0000"),
        None,
    ],
)
def test_what_is_no_time_is_null(cast, text: str | None) -> None:
    assert cast("utc", [text]) == [None]


def test_formats_of_a_contract(cast) -> None:
    texts = ["02/23/26 08:55 PM", "2/3/26 12:00 AM", "12/31/99 11:59 pm", "2026-02-23", "", None]
    assert cast("us_minutes", texts) == [
        datetime(2026, 2, 23, 20, 55),
        datetime(2026, 2, 3),
        datetime(1999, 12, 31, 23, 59),
        *[None] * 3,
    ]
    days = ["31-01-26", "01-02-26", " 9-8-07 ", "31-02-26", "2026-01-31", "01-02-80"]
    assert cast("european_day", days) == [
        *(date(2026, 1, 31), date(2026, 2, 1), date(2007, 8, 9)),
        *[None] * 3,  # the last is 1980: it parses, and lies
    ]


def test_days(cast) -> None:
    texts = ["2026-02-28", "2026-02-28T23:59:59Z", "2026-02-29", "1900-01-01", "9999-12-31", "x"]
    assert cast("day", texts) == [date(2026, 2, 28), date(2026, 2, 28), *[None] * 4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("7", 7), (" -7 ", -7), ("2.0", 2), ("1e3", 1000), ("0", 0), ("-0.0", 0)),
        *(("2.5", None), ("-0.1", None), ("", None), ("x", None), ("1,000", None), (None, None)),
        *(("2.", 2), ("-12.000", -12), ("+3", 3), ("007", 7), (".0", 0)),
        ("999999999999999999", 999999999999999999),
        ("-1000000000000000000", -1000000000000000000),
        ("9223372036854775807", 9223372036854775807),
        *(("9223372036854775808", None), ("1e19", None), ("nan", None), ("-", None)),
        # at the end of the widest decimal
        *(("9" * 32, None), ("-" + "9" * 32 + ".5", None), ("9" * 40, None)),
    ],
)
def test_integers(cast, text: str | None, expected: int | None) -> None:
    assert cast("whole", [text]) == [expected]


def test_money_is_rounded_half_away_from_zero(cast) -> None:
    texts = [
        *("1", "1.005", "1.004999", "-1.005", "0.125", "2.675", "1e2", ".5", "-0.004"),
        *("9999999999999999.99", "100.10", "  12.3 ", "-0.005000000000", "+2.5", "7.", "1.995"),
        *("0.124999999999", "-3.0050000000000"),
    ]
    cents = Decimal("0.01")
    assert cast("money", texts) == [
        Decimal(text.strip()).quantize(cents, ROUND_HALF_UP) for text in texts
    ]
    assert cast("money", ["", "x", "1,5", "$5", "1e30", "NaN", None]) == [None] * 7
    assert cast("rate", ["1.234567895"]) == [Decimal("1.23456790")]


def test_ratios(cast) -> None:
    assert cast("ratio", ["0.1", "-1e-3", " 2 "]) == [0.1, -0.001, 2.0]
    assert cast("ratio", ["inf", "nan", "-infinity", "", "10%", None]) == [None] * 6


def test_flags(cast) -> None:
    trues = ["1", "TRUE", "true", "t", "Yes", "y", "1.0", " True "]
    falses = ["0", "FALSE", "false", "f", "No", "n", "0.0"]
    assert cast("flag", trues + falses) == [True] * len(trues) + [False] * len(falses)
    assert cast("flag", ["", " ", "2", "maybe", None]) == [None] * 5


def test_domains(cast) -> None:
    urls = [
        "https://www.Example.com/a/b?c=d",
        "http://shop.example.com:8080/x",
        "https://example.com?utm_source=x/y",
        "android-app://com.example.app/",
    ]
    expected = [urlsplit(url).hostname.removeprefix("www.") for url in urls]
    assert cast("domain", urls) == expected
    assert cast("domain", ["WWW.example.com", "example.com/x", "", "  ", None]) == [
        "example.com",
        "example.com",
        *[None] * 3,
    ]


def test_stable_keys_are_md5(cast) -> None:
    """Low 63 bits of the digest's second half, read as DuckDB documents it: little endian."""
    texts = ["", "a", "00Q000000000001AAA", "Zoë 李", "a|b", "x" * 10_000]

    def key(text: str) -> int:
        digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
        return int.from_bytes(digest[8:], "little") & LOW_63_BITS

    assert cast("one_key", texts) == [key(text) for text in texts]
    assert cast("two_key", texts) == [key(f"{text}|b") for text in texts]
    assert cast("two_key", [None]) == [None]
    assert cast("public", texts) == [f"{key(text):016x}" for text in texts]
