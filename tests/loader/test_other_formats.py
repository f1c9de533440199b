"""JSON lines and Parquet give the rows that the same records would give as CSV."""

import gzip
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from loader_house import House

JSON_FILES = {
    "snake_case_keys": (b'{"Id": 1, "Name": "Ann", "EMail": "a"}\n', [(1, "1", "Ann", "a")], []),
    "keys_of_later_lines": (
        b'{"id": "1"}\n{"id": "2", "name": "Bob"}',
        [(1, "1", None, None), (2, "2", "Bob", None)],
        [],
    ),
    "blank_and_null": (b'{"id": "1", "name": "", "email": null}\n', [(1, "1", None, None)], []),
    "nested": (
        b'{"id": true, "name": {"a": [1, "x"]}, "email": ["b"]}\n',
        [(1, "true", '{"a":[1,"x"]}', '["b"]')],
        [],
    ),
    "escapes": (
        rb'{"id": "1", "name": "A\nB \u00e9 \"q\""}',
        [(1, "1", 'A\nB é "q"', None)],
        [],
    ),
    "broken_lines": (
        b'{"id": 1}\n{"id": 2\n[3]\n\n"4"\n{"id": 5}\n6\n',
        [(1, "1", None, None), (6, "5", None, None)],
        [
            (2, "invalid_json"),
            (3, "not_a_json_object"),
            (5, "not_a_json_object"),
            (7, "not_a_json_object"),
        ],
    ),
    "object_over_two_lines": (
        b'{"id":\n1}\n{"id": 2}\n',
        [(3, "2", None, None)],
        [(1, "invalid_json"), (2, "invalid_json")],
    ),
    "bom_and_crlf": (
        b'\xef\xbb\xbf{"id": 1}\r\n\r\n{"id": 2}\r\n',
        [(1, "1", None, None), (3, "2", None, None)],
        [],
    ),
    "no_object_at_all": (b"1\n2\n", [], [(1, "not_a_json_object"), (2, "not_a_json_object")]),
}


@pytest.mark.parametrize("packed", [False, True], ids=["jsonl", "gz"])
@pytest.mark.parametrize("name", JSON_FILES)
def test_json_lines(house: House, name: str, packed: bool) -> None:
    content, rows, rejects = JSON_FILES[name]
    house.put(gzip.compress(content) if packed else content, "x.jsonl.gz" if packed else "x.jsonl")
    house.load()
    assert house.rows() == rows
    assert house.rejects() == rejects


def test_odd_json_keys(house: House) -> None:
    house.put(
        b'{"id": 1, "a/b": "slash", "c~d": "tilde", "it\'s": "quote", "": "blank"}\n', "x.jsonl"
    )
    house.load()
    assert house.rows("a_b, c_d, it_s, column_1") == [("slash", "tilde", "quote", "blank")]


def test_large_json_keeps_its_lines(house: House) -> None:
    lines = [b'{"id": %d, "name": "%s"}' % (n, b"x" * (n % 50)) for n in range(60_000)]
    lines[41_000] = b"{"
    house.put(b"\n".join(lines), "x.jsonl")
    house.load()
    assert house.query(
        "select count(*), count(*) filter (where _source_row = id::bigint + 1) from raw.crm__lead"
    ) == [(59_999, 59_999)]
    assert house.rejects() == [(41_001, "invalid_json")]


def parquet(**columns: object) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


@pytest.mark.parametrize("packed", [False, True], ids=["parquet", "gz"])
def test_parquet_values_become_text(house: House, packed: bool) -> None:
    content = parquet(
        Id=[7, 8],
        name=["", "Ann"],
        amount=pa.array([Decimal("1.50"), None]),
        day=[date(2026, 1, 31), None],
        seen_at=pa.array(
            [datetime(2026, 1, 31, 12, tzinfo=UTC), None], pa.timestamp("us", "Asia/Tokyo")
        ),
        flag=[True, None],
        tags=[["a", "b"], None],
        place=[{"city": "Ulm"}, None],
    )
    house.put(
        gzip.compress(content) if packed else content, "x.parquet.gz" if packed else "x.parquet"
    )
    house.load()
    columns = "_source_row, id, name, amount, day, seen_at, flag, tags, place"
    assert house.rows(columns) == [
        (
            *(1, "7", None, "1.50", "2026-01-31", "2026-01-31 12:00:00+00", "true"),
            *('["a","b"]', '{"city":"Ulm"}'),
        ),
        (2, "8", "Ann", *[None] * 6),
    ]


def test_the_formats_agree(house: House) -> None:
    house.put(b"id,name,email\n1,Ann,\n2,Bob,b\n", "a.csv")
    house.put(b'{"id":1,"name":"Ann","email":""}\n{"id":2,"name":"Bob","email":"b"}\n', "b.jsonl")
    house.put(parquet(Id=[1, 2], Name=["Ann", "Bob"], Email=["", "b"]), "c.parquet")
    house.load()
    assert house.rows("id, name, email") == [("1", "Ann", None), ("2", "Bob", "b")] * 3
