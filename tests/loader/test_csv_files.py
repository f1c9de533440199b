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
    "too_few": (
        H + b"1,Ann,a@x\n2,Bob\n3,Cy,c@x\n",
        [A, (4, "3", "Cy", "c@x")],
        [(3, "too_few_fields")],
    ),
    "too_many": (
        H + b"1,Ann,a@x\n2,Bob,b@x,x\n3,Cy,c@x\n",
        [A, (4, "3", "Cy", "c@x")],
        [(3, "too_many_fields")],
    ),
    # one line, several faults: one row in the quarantine
    "far_too_many": (H + b"1,Ann,a@x\n2,Bob,b@x,x,y,z\n", [A], [(3, "too_many_fields")]),
    # DuckDB itself reads these two as good rows, with the values shifted
    "too_many_of_which_the_last_is_blank": (
        H + b"1,Ann,a@x\n2,Doe, Bob,\n",
        [A],
        [(3, "too_many_fields")],
    ),
    "too_many_of_which_the_last_is_quoted_blank": (
        H + b'"1","Ann","a@x"\n"2","Doe","Bob",""\n',
        [A],
        [(3, "too_many_fields")],
    ),
    # as many delimiters as two good lines, and DuckDB drops both the surplus and the blank line
    "surplus_that_a_blank_line_makes_up_for": (
        H + b"1,Ann,a@x,,\n\n",
        [],
        [(2, "too_many_fields")],
    ),
    "unterminated_quote_on_the_last_line": (
        H + b'1,Ann,a@x\n2,"Bob,b@x\n',
        [A],
        [(3, "unterminated_quote")],
    ),
    "unterminated_quote_without_other_quotes": (
        H + b'1,"Ann,a@x\n2,Bob,b@x\n3,Cy,c@x\n',
        [(3, "2", "Bob", "b@x"), (4, "3", "Cy", "c@x")],
        [(2, "unterminated_quote")],
    ),
    "unterminated_quote_before_a_quoted_row": (
        H + b'1,"Ann,a@x\n2,"Bob",b@x\n3,Cy,""\n',
        [(3, "2", "Bob", "b@x"), (4, "3", "Cy", None)],
        [(2, "unterminated_quote")],
    ),
    "two_unterminated_quotes": (
        H + b'1,"Ann,a@x\n2,"Bob,b@x\n3,Cy,c@x\n',
        [(4, "3", "Cy", "c@x")],
        [(2, "unterminated_quote"), (3, "unterminated_quote")],
    ),
    "text_after_a_quote": (
        H + b'1,Ann,a@x\n2,"Bob"by,b@x\n',
        [A],
        [(3, "text_after_quote")],
    ),
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
    "quoted_newline_before_a_broken_line": (
        H + b'1,"Ann\nLee",a@x\n2,Bob\n3,"Cy\n\nC",c@x\n4,Di\n5,Ed,e@x\n',
        [(2, "1", "Ann\nLee", "a@x"), (5, "3", "Cy\n\nC", "c@x"), (9, "5", "Ed", "e@x")],
        [(4, "too_few_fields"), (8, "too_few_fields")],
    ),
    "broken_record_of_two_lines": (
        H + b'1,"Ann\nLee"\n2,Bob,b@x\n',
        [(4, "2", "Bob", "b@x")],
        [(2, "too_few_fields")],
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
    "mixed_line_ends": (
        b"id,name,email\r\n1,Ann,a@x\n2,Bob,b@x\r\n3,Cy\n",
        [A, (3, "2", "Bob", "b@x")],
        [(4, "too_few_fields")],
    ),
    "stray_carriage_return": (
        H + b"1,An\rn,a@x\n2,Bob,b@x\n",
        [(2, "1", "An\rn", "a@x"), (3, "2", "Bob", "b@x")],
        [],
    ),
    "carriage_returns_alone": (b"id,name,email\r1,Ann,a@x\r2,Bob\r", [A], [(3, "too_few_fields")]),
    "bom": (b"\xef\xbb\xbf" + H + b"1,Ann,a@x\n", [A], []),
    "bom_and_quoted_header": (b'\xef\xbb\xbf"id",name,email\n1,Ann,a@x\n', [A], []),
    "bom_and_broken_line": (
        b"\xef\xbb\xbf" + H + b"1,Ann,a@x\n2\n",
        [A],
        [(3, "too_few_fields")],
    ),
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
    "line_over_16_mb": (
        H + b"1,Ann,a@x\n2," + b"x" * (17 << 20) + b",b@x\n3,Cy,c@x\n",
        [A, (4, "3", "Cy", "c@x")],
        [(3, "line_too_long")],
    ),
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


UNUSABLE = {
    "empty": (b"", "x.csv", "empty_file"),
    "only_a_bom": (b"\xef\xbb\xbf", "x.csv", "empty_file"),
    "blank_header": (b"\n1,2,3\n", "x.csv", "no_header"),
    "latin_1": (H + b"1,Ann,a@x\n2,Zo\xeb,z@x\n", "x.csv", "wrong_encoding"),
    "cut_in_a_character": (H + b"1,Zo\xc3", "x.csv", "wrong_encoding"),
    "utf_16": (H.decode().encode("utf-16"), "x.csv", "wrong_encoding"),
    "nul": (H + b"1,An\0n,a@x\n", "x.csv", "nul_bytes"),
    "workbook": (b"PK\x03\x04" + bytes(50), "x.csv", "not_a_csv_file"),
    "gzip_named_csv": (gzip.compress(H), "x.csv", "not_a_csv_file"),
    "web_page": (b"<!DOCTYPE html><html>login</html>", "x.csv", "not_a_csv_file"),
    "cut_gzip": (gzip.compress(numbered(H))[:-100_000], "x.csv.gz", "truncated_gzip"),
    "gzip_without_its_crc": (gzip.compress(H + b"1,Ann,a@x\n")[:-8], "x.csv.gz", "truncated_gzip"),
    "gzip_with_a_wrong_crc": (
        gzip.compress(H + b"1,Ann,a@x\n")[:-8] + bytes(8),
        "x.csv.gz",
        "corrupt_gzip",
    ),
    "not_gzip": (H, "x.csv.gz", "corrupt_gzip"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_unusable_file_is_quarantined_whole_and_the_others_load(house: House, name: str) -> None:
    content, file_name, reason = UNUSABLE[name]
    house.put(content, file_name)
    house.put(H + b"1,Ann,a@x\n", "z.csv")
    report = house.load()
    assert house.rows() == [A]
    assert house.rejects() == [(None, reason)]
    files = house.query(
        "select source_file, state, reason, loaded_count from raw._files order by 1"
    )
    assert files == [
        (f"crm/lead/{file_name}", "quarantined", reason, 0),
        ("crm/lead/z.csv", "loaded", None, 1),
    ]
    assert len(report.notices) == 1
    assert f"crm/lead/{file_name}: quarantined, {reason}" in report.notices[0]
    # a file that is skipped because it is the same is no less unusable
    assert house.load().notices == report.notices


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
