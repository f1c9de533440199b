"""Single CSV files: which rows, on which physical lines, and what is quarantined."""

import gzip
import io
from dataclasses import replace

import pytest
from loader_house import House

from orchestration.loading.contracts import Dialect
from orchestration.loading.csv_records import CsvShape

H = b"id,name,email\n"
A = (2, "1", "Ann", "a@x")


def numbered(lines: bytes) -> bytes:
    """Enough good rows that DuckDB reads in several threads and the scan crosses chunks."""
    return lines + b"".join(b"%d,n,e\n" % n for n in range(100_000))


# name: (bytes, rows, quarantined (line, reason))
FILES = {
    "plain": (H + b"1,Ann,a@x\n", [A], []),
    "no_newline_at_the_end": (H + b"1,Ann,a@x", [A], []),
    "blank_is_null": (H + b'1,,""\n', [(2, "1", None, None)], []),
    "spaces_are_kept": (H + b"1, Ann ,  \n", [(2, "1", " Ann ", "  ")], []),
    "quotes_inside_a_plain_field": (
        H + b'1,5" pipe,a\n2,6" pipe,b\n3,x,c\n',
        [(2, "1", '5" pipe', "a"), (3, "2", '6" pipe', "b"), (4, "3", "x", "c")],
        [],
    ),
    # the line count happens to fit when quotes are merely counted
    "inch_marks_around_a_quoted_newline": (
        H + b'1,5" pipe,a\n2,"x\nm\ny",b\n3,6" pipe,c\n',
        [(2, "1", '5" pipe', "a"), (3, "2", "x\nm\ny", "b"), (6, "3", '6" pipe', "c")],
        [],
    ),
    "doubled_quotes": (
        H + b'1,"Ann ""A"" B",a@x\n2,"""",b@x\n',
        [(2, "1", 'Ann "A" B', "a@x"), (3, "2", '"', "b@x")],
        [],
    ),
    "quoted_delimiter": (H + b'1,"Doe, Ann",a@x\n', [(2, "1", "Doe, Ann", "a@x")], []),
    "quoted_newline": (
        H + b'1,"Ann\nLee",a@x\n2,Bob,b@x\n',
        [(2, "1", "Ann\nLee", "a@x"), (4, "2", "Bob", "b@x")],
        [],
    ),
    "quoted_newlines_in_two_fields_of_a_row": (
        H + b'1,"Ann\nLee","a\n@\nx"\n2,Bob,b@x\n',
        [(2, "1", "Ann\nLee", "a\n@\nx"), (6, "2", "Bob", "b@x")],
        [],
    ),
    "blank_lines": (
        H + b"\n1,Ann,a@x\n\n\n2,Bob,b@x\n\n",
        [(3, "1", "Ann", "a@x"), (6, "2", "Bob", "b@x")],
        [],
    ),
    "crlf": (
        b"id,name,email\r\n1,Ann,a@x\r\n2,Bob,b@x\r\n",
        [A, (3, "2", "Bob", "b@x")],
        [],
    ),
    "crlf_inside_quotes_of_an_lf_file": (
        H + b'1,"Ann\r\nLee",a@x\n2,Bob,b@x\n',
        [(2, "1", "Ann\r\nLee", "a@x"), (4, "2", "Bob", "b@x")],
        [],
    ),
    "stray_carriage_return": (
        H + b"1,An\rn,a@x\n2,Bob,b@x\n",
        [(2, "1", "An\rn", "a@x"), (3, "2", "Bob", "b@x")],
        [],
    ),
    "bom": (b"\xef\xbb\xbf" + H + b"1,Ann,a@x\n", [A], []),
    "bom_and_quoted_header": (b'\xef\xbb\xbf"id",name,email\n1,Ann,a@x\n', [A], []),
    "header_of_two_lines": (
        b'id,name,email,"a\nnote"\n1,Ann,a@x,\n2,Bob,b@x,y\n',
        [(3, "1", "Ann", "a@x"), (4, "2", "Bob", "b@x")],
        [],
    ),
    "not_ascii": (
        H + "1,Zoë 李,é@x\n".encode(),
        [(2, "1", "Zoë 李", "é@x")],
        [],
    ),
    "header_only": (H, [], []),
    "header_only_without_newline": (H.rstrip(), [], []),
}


@pytest.mark.parametrize("packed", [False, True], ids=["csv", "gz"])
@pytest.mark.parametrize("name", FILES)
def test_file_gives_these_rows_and_rejects(house: House, name: str, packed: bool) -> None:
    content, rows, rejects = FILES[name]
    house.put(gzip.compress(content) if packed else content, "x.csv.gz" if packed else "x.csv")
    (table,) = house.load().tables
    assert house.rows() == rows
    assert house.rejects() == rejects
    assert (table.extracted_count, table.loaded_count, table.quarantined_count) == (
        len(rows) + len(rejects),
        len(rows),
        len(rejects),
    )
    assert house.query(
        "select record_count, loaded_count, rejected_count, state from raw._files"
    ) == [(len(rows) + len(rejects), len(rows), len(rejects), "loaded")]


def test_wrong_encoding_names_the_byte(house: House) -> None:
    # the header is 14 bytes, the next line 10, then `2,Zo` is 4 more
    house.put(H + b"1,Ann,a@x\n2,Zo\xeb,z@x\n")
    house.load()
    ((detail,),) = house.query("select detail from raw._quarantine")
    assert detail == "byte 0xeb at offset 28 (line 3) is not utf-8"


def test_wrong_encoding_is_found_behind_the_first_chunk(house: House) -> None:
    # a character of two bytes on the border of the chunks is no fault
    filler = b"1," + b"x" * ((1 << 20) - len(H) - 3) + "é,e\n".encode()
    house.put(H + filler + b"2,\xff,e\n")
    house.load()
    ((detail,),) = house.query("select detail from raw._quarantine")
    assert detail == f"byte 0xff at offset {len(H) + len(filler) + 2} (line 3) is not utf-8"


def test_reject_keeps_the_beginning_of_its_text(house: House) -> None:
    house.put(H + b"1,Ann\n2," + b"x" * 9000 + b"\n")
    house.load()
    (first, second) = house.query(
        "select line_text, detail from raw._quarantine order by source_line"
    )
    assert first == ("1,Ann", "2 fields, the header has 3")
    assert second[0] == "2," + "x" * 4094


def test_physical_lines_of_a_large_file(house: House) -> None:
    """In each way of reading, row n of a file without further newlines is on line n + 2."""
    house.put(numbered(H), "plain.csv")
    house.put(numbered(H) + b'x,"q",e\n', "quoted.csv")
    house.put(numbered(H) + b"broken\n", "broken.csv")
    house.load()
    assert house.query(
        "select _source_file, count(*) from raw.crm__lead where id <> 'x' "
        "and _source_row = id::bigint + 2 group by all order by all"
    ) == [(f"crm/lead/{name}.csv", 100_000) for name in ("broken", "plain", "quoted")]
    assert house.rejects() == [(100_002, "too_few_fields")]


@pytest.mark.parametrize(
    "lines",
    [
        b'1,5" p,q\n6",a,q\n',  # neither quote opens a field
        b'1,"a\nb",5" x,"c\nd,"\n2,"x\n',  # the second line closes one and opens another
        b'1,2,"a\n',  # never closed
    ],
)
def test_scan_leaves_odd_quotes_to_the_sifting(lines: bytes) -> None:
    shape = CsvShape(Dialect(), 3, allow_padding=False)
    assert shape.record_lines(io.BytesIO(H + lines), 1) is None


DIALECTS = {
    "semicolon": (
        Dialect(delimiter=";"),
        b"id;name;email\n1;Ann,b;a@x\n",
        [(2, "1", "Ann,b", "a@x")],
    ),
    "tab": (Dialect(delimiter="\t"), b"id\tname\temail\n1\tAnn\ta@x\n", [A]),
    "single_quote": (
        Dialect(quote="'", escape="'"),
        b"id,name,email\n1,'O''Neil, A',\"\n",
        [(2, "1", "O'Neil, A", '"')],
    ),
    "backslash": (
        Dialect(escape="\\"),
        b'id,name,email\n1,"A \\"n\\" \\\\",a\n2,"B\nb",b\n3,C,c\n',
        [(2, "1", 'A "n" \\', "a"), (3, "2", "B\nb", "b"), (5, "3", "C", "c")],
    ),
    "no_quotes": (
        Dialect(quote="", escape=""),
        b'id,name,email\n1,"Ann,a\n2,"B",b\n',
        [(2, "1", '"Ann', "a"), (3, "2", '"B"', "b")],
    ),
    "latin_1": (
        Dialect(encoding="latin-1"),
        "id,name,email\n1,Zoë,z\n".encode("latin-1"),
        [(2, "1", "Zoë", "z")],
    ),
    "utf_16": (
        Dialect(encoding="utf-16"),
        "id,name,email\r\n1,Zoë 李,z\r\n".encode("utf-16"),
        [(2, "1", "Zoë 李", "z")],
    ),
    "cp1252": (
        Dialect(encoding="cp1252"),
        "id,name,email\n1,€,z\n".encode("cp1252"),
        [(2, "1", "€", "z")],
    ),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_dialect_of_the_contract(house: House, name: str) -> None:
    dialect, content, rows = DIALECTS[name]
    contract = house.contracts["crm", "lead"]
    house.contracts = {("crm", "lead"): replace(contract, dialect=dialect)}
    house.put(content)
    house.load()
    assert house.rows() == rows
    assert house.rejects() == []


@pytest.mark.parametrize("broken", [b"", b"4,Di,d@x,x\n"], ids=["read_by_duckdb", "sifted"])
def test_contract_may_allow_short_lines(house: House, broken: bytes) -> None:
    contract = house.contracts["crm", "lead"]
    house.contracts = {("crm", "lead"): replace(contract, allow_padding=True)}
    house.put(H + b'1\n2,"Bob\nB"\n3,Cy,c@x\n' + broken)
    house.load()
    assert house.rows() == [
        (2, "1", None, None),
        (3, "2", "Bob\nB", None),
        (5, "3", "Cy", "c@x"),
    ]
    assert house.rejects() == ([(6, "too_many_fields")] if broken else [])
