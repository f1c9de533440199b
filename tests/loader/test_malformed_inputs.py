"""Malformed inputs, each with its exact outcome: which rows, which lines set aside, what is said.

A line that cannot be read is quarantined alone; a file that cannot be read is quarantined whole; a
file without a required column is refused. What is merely odd is loaded as it is meant. Beside each
input lies a good file, which always loads.
"""

import gzip
import io
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from loader_house import House

from orchestration.loading.contracts import Dialect

H = b"id,name,email\n"
A = (2, "1", "Ann", "a@x")
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Case:
    """One file and what becomes of it: rows (line, id, name, email), rejects (line, reason).

    `fault` is the reason for which the whole file is set aside, `said` a piece of the notice.
    """

    content: bytes
    rows: tuple | list = ()
    rejects: tuple | list = ()
    name: str = "x.csv"
    fault: str | None = None
    said: str = ""
    dialect: Dialect = field(default_factory=Dialect)
    allow_padding: bool = False

    @property
    def state(self) -> str:
        if self.fault == "missing_required_column":
            return "refused"
        return "quarantined" if self.fault else "loaded"


def parquet(**columns: list) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def workbook() -> bytes:
    """An empty zip archive begins the way a workbook does."""
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return stream.getvalue()


def damaged(content: bytes, start: int, end: int) -> bytes:
    return content[:start] + b"\xff" * (end - start) + content[end:]


MANY = H + b"".join(b"%d,n,e\n" % n for n in range(100_000))
LACKS_ID = "required column id is missing; the file has "

LINES = {
    "too_few": Case(
        H + b"1,Ann,a@x\n2,Bob\n3,Cy,c@x\n",
        [A, (4, "3", "Cy", "c@x")],
        [(3, "too_few_fields")],
    ),
    "too_many": Case(
        H + b"1,Ann,a@x\n2,Bob,b@x,x\n3,Cy,c@x\n",
        [A, (4, "3", "Cy", "c@x")],
        [(3, "too_many_fields")],
    ),
    # one line, several faults: one row in the quarantine
    "far_too_many": Case(H + b"1,Ann,a@x\n2,Bob,b@x,x,y,z\n", [A], [(3, "too_many_fields")]),
    # DuckDB itself reads these two as good rows, with the values shifted
    "too_many_of_which_the_last_is_blank": Case(
        H + b"1,Ann,a@x\n2,Doe, Bob,\n",
        [A],
        [(3, "too_many_fields")],
    ),
    "too_many_of_which_the_last_is_quoted_blank": Case(
        H + b'"1","Ann","a@x"\n"2","Doe","Bob",""\n',
        [A],
        [(3, "too_many_fields")],
    ),
    # as many delimiters as two good lines, and DuckDB drops both the surplus and the blank line
    "surplus_that_a_blank_line_makes_up_for": Case(
        H + b"1,Ann,a@x,,\n\n",
        [],
        [(2, "too_many_fields")],
    ),
    "unterminated_quote_on_the_last_line": Case(
        H + b'1,Ann,a@x\n2,"Bob,b@x\n',
        [A],
        [(3, "unterminated_quote")],
    ),
    "unterminated_quote_without_other_quotes": Case(
        H + b'1,"Ann,a@x\n2,Bob,b@x\n3,Cy,c@x\n',
        [(3, "2", "Bob", "b@x"), (4, "3", "Cy", "c@x")],
        [(2, "unterminated_quote")],
    ),
    "unterminated_quote_before_a_quoted_row": Case(
        H + b'1,"Ann,a@x\n2,"Bob",b@x\n3,Cy,""\n',
        [(3, "2", "Bob", "b@x"), (4, "3", "Cy", None)],
        [(2, "unterminated_quote")],
    ),
    "two_unterminated_quotes": Case(
        H + b'1,"Ann,a@x\n2,"Bob,b@x\n3,Cy,c@x\n',
        [(4, "3", "Cy", "c@x")],
        [(2, "unterminated_quote"), (3, "unterminated_quote")],
    ),
    "text_after_a_quote": Case(
        H + b'1,Ann,a@x\n2,"Bob"by,b@x\n',
        [A],
        [(3, "text_after_quote")],
    ),
    "quoted_newline_before_a_broken_line": Case(
        H + b'1,"Ann\nLee",a@x\n2,Bob\n3,"Cy\n\nC",c@x\n4,Di\n5,Ed,e@x\n',
        [(2, "1", "Ann\nLee", "a@x"), (5, "3", "Cy\n\nC", "c@x"), (9, "5", "Ed", "e@x")],
        [(4, "too_few_fields"), (8, "too_few_fields")],
    ),
    "broken_record_of_two_lines": Case(
        H + b'1,"Ann\nLee"\n2,Bob,b@x\n',
        [(4, "2", "Bob", "b@x")],
        [(2, "too_few_fields")],
    ),
    "mixed_line_ends": Case(
        b"id,name,email\r\n1,Ann,a@x\n2,Bob,b@x\r\n3,Cy\n",
        [A, (3, "2", "Bob", "b@x")],
        [(4, "too_few_fields")],
    ),
    "carriage_returns_alone": Case(
        b"id,name,email\r1,Ann,a@x\r2,Bob\r", [A], [(3, "too_few_fields")]
    ),
    "bom_and_broken_line": Case(
        b"\xef\xbb\xbf" + H + b"1,Ann,a@x\n2\n",
        [A],
        [(3, "too_few_fields")],
    ),
    "line_over_16_mb": Case(
        H + b"1,Ann,a@x\n2," + b"x" * (17 << 20) + b",b@x\n3,Cy,c@x\n",
        [A, (4, "3", "Cy", "c@x")],
        [(3, "line_too_long")],
    ),
    "last_line_cut_off": Case(H + b"1,Ann,a@x\n2,Bo", [A], [(3, "too_few_fields")]),
    "total_line_at_the_end": Case(H + b"1,Ann,a@x\nTotal: 1\n", [A], [(3, "too_few_fields")]),
    "header_again_in_the_middle_is_a_row": Case(
        H + b"1,Ann,a@x\n" + H, [A, (3, "id", "name", "email")]
    ),
    "semicolons_in_one_line": Case(H + b"1,Ann,a@x\n2;Bob;b@x\n", [A], [(3, "too_few_fields")]),
    "only_delimiters_is_a_blank_row": Case(H + b",,\n", [(2, None, None, None)]),
    "line_of_spaces": Case(H + b"1,Ann,a@x\n   \n", [A], [(3, "too_few_fields")]),
    "quote_closed_and_opened_again": Case(
        H + b'1,"Ann" "Lee",a@x\n2,B,b\n', [(3, "2", "B", "b")], [(2, "text_after_quote")]
    ),
    "backslash_quotes_without_a_contract_for_them": Case(
        H + b'1,"Ann \\"A\\" B",a@x\n2,B,b\n', [(3, "2", "B", "b")], [(2, "text_after_quote")]
    ),
    "backslash_quotes_by_contract": Case(
        H + b'1,"Ann \\"A\\" B",a@x\n2,B\n',
        [(2, "1", 'Ann "A" B', "a@x")],
        [(3, "too_few_fields")],
        dialect=Dialect(escape="\\"),
    ),
    "whole_lines_in_quotes": Case(
        b'"id,name,email"\n"1,Ann,a@x"\n"2,""Bob, B"",b@x"\n"3,Cy"\n4,Di,d@x\n',
        [A, (3, "2", "Bob, B", "b@x"), (5, "4", "Di", "d@x")],
        [(4, "too_few_fields")],
    ),
    "one_line_in_quotes": Case(H + b'1,Ann,a@x\n"2,Bob,b@x"\n', [A, (3, "2", "Bob", "b@x")]),
    "one_quoted_field_that_is_no_line": Case(
        H + b'1,Ann,a@x\n"Bob, B"\n', [A], [(3, "too_few_fields")]
    ),
    "ragged_lines_by_contract": Case(
        H + b"1\n2,Bob\n3,Cy,c@x\n4,Di,d@x,x\n",
        [(2, "1", None, None), (3, "2", "Bob", None), (4, "3", "Cy", "c@x")],
        [(5, "too_many_fields")],
        allow_padding=True,
    ),
    "tab_file_with_a_short_line": Case(
        b"id\tname\temail\n1\tAnn\ta@x\n2\tBob\n",
        [A],
        [(3, "too_few_fields")],
        dialect=Dialect(delimiter="\t"),
    ),
    "semicolon_file_with_an_open_quote": Case(
        b'id;name;email\n1;Ann;a@x\n2;"Bob;b@x\n3;Cy;c@x\n',
        [A, (4, "3", "Cy", "c@x")],
        [(3, "unterminated_quote")],
        dialect=Dialect(delimiter=";"),
    ),
    "latin_1_with_a_broken_line": Case(
        "id,name,email\n1,Zoë,z\n2,Ö\n".encode("latin-1"),
        [(2, "1", "Zoë", "z")],
        [(3, "too_few_fields")],
        dialect=Dialect(encoding="latin-1"),
    ),
    "cp1252_with_a_broken_line": Case(
        "id,name,email\n1,€uro,z\n2,€\n".encode("cp1252"),
        [(2, "1", "€uro", "z")],
        [(3, "too_few_fields")],
        dialect=Dialect(encoding="cp1252"),
    ),
    "utf_16_with_a_broken_line": Case(
        "id,name,email\r\n1,李,z\r\n2\r\n".encode("utf-16"),
        [(2, "1", "李", "z")],
        [(3, "too_few_fields")],
        dialect=Dialect(encoding="utf-16"),
    ),
    "gz_with_a_broken_line": Case(
        gzip.compress(H + b"1,Ann,a@x\n2\n"), [A], [(3, "too_few_fields")], name="x.csv.gz"
    ),
    "two_gz_members": Case(
        gzip.compress(H + b"1,Ann,a@x\n") + gzip.compress(b"2,Bob,b@x\n"),
        [A, (3, "2", "Bob", "b@x")],
        name="x.csv.gz",
    ),
    "bom_in_the_middle_is_text": Case(
        H + b"1,Ann,a@x\n" + BOM + b"2,Bob,b@x\n", [A, (3, "\ufeff2", "Bob", "b@x")]
    ),
    "json_cut_off": Case(
        b'{"id": 1, "name": "Ann", "email": "a@x"}\n{"id": 2, "na',
        [(1, "1", "Ann", "a@x")],
        [(2, "invalid_json")],
        name="x.jsonl",
    ),
    "json_of_other_kinds": Case(
        b'{"id": 1}\n[2]\n"3"\n4\nnull\n{"id": 5}\n',
        [(1, "1", None, None), (6, "5", None, None)],
        [(line, "not_a_json_object") for line in (2, 3, 4, 5)],
        name="x.jsonl",
    ),
    "json_with_single_quotes": Case(
        b"{'id': 1}\n{\"id\": 2}\n",
        [(2, "2", None, None)],
        [(1, "invalid_json")],
        name="x.jsonl",
    ),
    "json_array_of_all_records": Case(
        b'[{"id": 1},\n{"id": 2}]\n',
        [],
        [(1, "invalid_json"), (2, "invalid_json")],
        name="x.jsonl",
    ),
}

FILES = {
    "empty": Case(b"", fault="empty_file", said="the file has no bytes"),
    "only_a_bom": Case(BOM, fault="empty_file", said="the file has no text"),
    "blank_header": Case(b"\n1,2,3\n", fault="no_header", said="the first line is blank"),
    "open_quote_in_the_header": Case(b'id,"name\n1,Ann\n', fault="no_header"),
    "latin_1_without_a_contract_for_it": Case(
        H + b"1,Ann,a@x\n2,Zo\xeb,z@x\n",
        fault="wrong_encoding",
        said="byte 0xeb at offset 28 (line 3) is not utf-8",
    ),
    "cut_in_a_character": Case(H + b"1,Zo\xc3", fault="wrong_encoding"),
    "utf_16_without_a_contract_for_it": Case(
        H.decode().encode("utf-16"), fault="wrong_encoding", said="byte 0xff at offset 0"
    ),
    "utf_8_where_the_contract_says_utf_16": Case(
        H + b"1,Ann,a@xx\n", fault="wrong_encoding", dialect=Dialect(encoding="utf-16")
    ),
    "undefined_byte_of_cp1252": Case(
        H + b"1,\x81,a\n", fault="wrong_encoding", dialect=Dialect(encoding="cp1252")
    ),
    "nul": Case(H + b"1,An\0n,a@x\n", fault="nul_bytes", said="NUL byte on line 2"),
    "workbook_named_csv": Case(
        workbook(), fault="not_a_csv_file", said="a zip archive (an Excel workbook?)"
    ),
    "old_workbook_named_csv": Case(
        b"\xd0\xcf\x11\xe0" + bytes(500), fault="not_a_csv_file", said="an old Excel workbook"
    ),
    "workbook_named_gz": Case(workbook(), name="x.csv.gz", fault="corrupt_gzip"),
    "pdf_named_csv": Case(b"%PDF-1.7\n", fault="not_a_csv_file", said="a PDF document"),
    "parquet_named_csv": Case(parquet(id=[1]), fault="not_a_csv_file", said="a Parquet file"),
    "gzip_named_csv": Case(gzip.compress(H), fault="not_a_csv_file", said="name it .gz"),
    "web_page": Case(
        b"<!DOCTYPE html><html>login</html>", fault="not_a_csv_file", said="a web page"
    ),
    "cut_gzip": Case(gzip.compress(MANY)[:-100_000], name="x.csv.gz", fault="truncated_gzip"),
    "gzip_without_its_crc": Case(
        gzip.compress(H + b"1,Ann,a@x\n")[:-8], name="x.csv.gz", fault="truncated_gzip"
    ),
    "gzip_with_a_wrong_crc": Case(
        gzip.compress(H + b"1,Ann,a@x\n")[:-8] + bytes(8), name="x.csv.gz", fault="corrupt_gzip"
    ),
    "csv_named_gz": Case(H, name="x.csv.gz", fault="corrupt_gzip"),
    "gz_of_nothing": Case(gzip.compress(b""), name="x.csv.gz", fault="empty_file"),
    "empty_json": Case(b"", name="x.jsonl", fault="empty_file"),
    "latin_1_json": Case(b'{"id": "\xe9"}', name="x.jsonl", fault="wrong_encoding"),
    "workbook_named_jsonl": Case(workbook(), name="x.jsonl", fault="not_a_jsonl_file"),
    "cut_json_gzip": Case(
        gzip.compress(b'{"id": 1}\n')[:-9], name="x.jsonl.gz", fault="truncated_gzip"
    ),
    "empty_parquet": Case(b"", name="x.parquet", fault="empty_file"),
    "csv_named_parquet": Case(H, name="x.parquet", fault="not_a_parquet_file"),
    "parquet_without_its_footer": Case(
        parquet(id=[1])[:-20], name="x.parquet", fault="not_a_parquet_file"
    ),
    "damaged_parquet_pages": Case(
        damaged(parquet(id=[str(n) * 20 for n in range(5_000)]), 20, 2_000),
        name="x.parquet",
        fault="line_count_mismatch",
    ),
    "cut_parquet_gzip": Case(
        gzip.compress(parquet(id=[1]))[:-9], name="x.parquet.gz", fault="truncated_gzip"
    ),
}

REFUSED = {
    "required_column_missing": Case(b"Number,name\n3,Cy\n", said=LACKS_ID + "Number, name"),
    "no_row_and_no_required_column": Case(b"name,email\n", said=LACKS_ID + "name, email"),
    "no_header_but_a_row": Case(b"1,Ann,a@x\n", said=LACKS_ID + "1, Ann, a@x"),
    "wrong_delimiter": Case(b"id;name\n1;Ann\n", said=LACKS_ID + "id;name"),
    "title_above_the_header": Case(b"Leads of May\n" + H, said=LACKS_ID + "Leads of May"),
    "header_in_another_script": Case("номер,name\n1,Ann\n".encode(), said=LACKS_ID + "номер, name"),
    "json_without_the_key": Case(b'{"name": "Ann"}\n', name="x.jsonl", said=LACKS_ID + "name"),
    "parquet_without_the_key": Case(
        parquet(name=["Ann"]), name="x.parquet", said=LACKS_ID + "name"
    ),
}

REFUSED = {name: replace(case, fault="missing_required_column") for name, case in REFUSED.items()}
CASES = LINES | FILES | REFUSED


def test_the_table_is_whole() -> None:
    assert len(CASES) == len(LINES) + len(FILES) + len(REFUSED) >= 60


@pytest.mark.parametrize("name", CASES)
def test_malformed_input(house: House, name: str) -> None:
    case = CASES[name]
    contract = house.contracts["crm", "lead"]
    house.contracts = {
        ("crm", "lead"): replace(contract, dialect=case.dialect, allow_padding=case.allow_padding)
    }
    house.put(case.content, case.name)
    house.put(parquet(id=["99"]), "good.parquet")
    report = house.load()
    assert house.rows("_source_file, id")[0] == ("crm/lead/good.parquet", "99")
    assert house.rows()[1:] == list(case.rows)
    assert house.rejects() == ([(None, case.fault)] if case.fault else list(case.rejects))
    counts = len(case.rows) + len(case.rejects), len(case.rows), len(case.rejects)
    path = f"crm/lead/{case.name}"
    assert house.query(
        "select record_count, loaded_count, rejected_count, state, reason from raw._files "
        f"where source_file = '{path}'"
    ) == [(*counts, case.state, case.fault)]
    (table,) = report.tables
    assert (table.extracted_count, table.loaded_count) == (counts[0] + 1, counts[1] + 1)
    if case.fault or case.rejects:
        (notice,) = report.notices
        assert notice.startswith(f"{path}: ")
        assert case.state == "loaded" or case.state in notice
        assert case.said in notice
    # what is skipped because it is the same is no less malformed
    assert house.load().notices == report.notices
