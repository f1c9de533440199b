"""Gate 1, what arrived: the suites of the raw tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from expectations.checks import (
    Check,
    TableSuite,
    has_columns,
    no_rows,
    not_empty_text,
    not_null,
    row_count_equals,
)

# Single rows with a blank key are quarantined in staging. More of them are a broken extract: over
# one row in this many and over this many rows, or over half of a small table.
ROWS_PER_BLANK_KEY = 100
SINGLE_BLANK_KEYS = 5
REJECTED_SHARE = 0.05
# Below this many records one bad line is already more than the share.
REJECTED_SHARE_MIN_RECORDS = 20
STALE_AFTER_DAYS = 8.0


@dataclass(frozen=True)
class RawTable:
    """A table of schema raw with its contract and what the loader says about it.

    `table` is `<system>__<object>`. `expected_row_count` is the number of records that the
    loader took from the files present now. `extracted_at` is the newest extract time of the
    table's files, null when no file came; `newest_extracted_at` the newest over all sources.
    """

    table: str
    key: tuple[str, ...]
    required: tuple[str, ...]
    pii_columns: frozenset[str]
    expected_row_count: int
    extracted_at: datetime | None
    newest_extracted_at: datetime | None


def raw_suites(
    tables: Sequence[RawTable], *, stale_after_days: float = STALE_AFTER_DAYS
) -> tuple[TableSuite, ...]:
    """One suite per table for which a file came, and one for the loader's book of files."""
    arrived = [table for table in tables if table.extracted_at is not None]
    checks = [
        check
        for table in arrived
        for check in (_has_no_refused_file(table), _is_fresh(table, stale_after_days))
    ]
    return (*(_table_suite(table) for table in arrived), _files_suite(checks))


def _table_suite(table: RawTable) -> TableSuite:
    required = {*table.key, *table.required, "_source_file"}
    mostly = _filled_key_share(table.expected_row_count)
    key_checks = [
        check(column, mostly=mostly) for column in table.key for check in (not_null, not_empty_text)
    ]
    return TableSuite(
        schema="raw",
        table=table.table,
        pii_columns=table.pii_columns,
        expectations=(
            has_columns(required),
            row_count_equals(table.expected_row_count),
            not_null("_source_file"),
            *key_checks,
        ),
    )


def _filled_key_share(rows: int) -> float:
    if rows == 0:
        return 1.0
    blank = min(max(rows // ROWS_PER_BLANK_KEY, SINGLE_BLANK_KEYS), rows // 2)
    return (rows - blank) / rows


def _files_suite(checks: Sequence[Check]) -> TableSuite:
    return TableSuite(
        schema="raw",
        table="_files",
        expectations=(
            no_rows(
                "records_are_conserved",
                column="record_count",
                expected="0 files with record_count <> loaded_count + rejected_count",
                # the records of a file that could not be read at all are not known
                query="""
                    select source_file, record_count, loaded_count, rejected_count
                    from {batch}
                    where record_count is distinct from loaded_count + rejected_count
                        and not (state = 'quarantined' and record_count is null)
                    order by source_file
                """,
            ),
            no_rows(
                "rejected_share",
                column="rejected_count",
                expected=f"0 sources with more than {REJECTED_SHARE:.0%} of at least "
                f"{REJECTED_SHARE_MIN_RECORDS} records rejected",
                query=f"""
                    select source_system, source_object, sum(rejected_count) as rejected_count,
                        sum(record_count) as record_count
                    from {{batch}}
                    where state = 'loaded'
                    group by source_system, source_object
                    having sum(record_count) >= {REJECTED_SHARE_MIN_RECORDS}
                        and sum(rejected_count) > {REJECTED_SHARE} * sum(record_count)
                    order by source_system, source_object
                """,
            ),
            no_rows(
                "no_file_quarantined",
                column="state",
                expected="0 files quarantined as a whole",
                query="""
                    select source_file, reason
                    from {batch}
                    where state = 'quarantined'
                    order by source_file
                """,
            ).warns(),
            *checks,
        ),
    )


def _has_no_refused_file(table: RawTable) -> Check:
    """A file without a required column brings nothing: its table is as old as its other files."""
    return no_rows(
        "no_file_refused",
        about=table.table,
        column="state",
        expected="0 files refused for a required column that is missing",
        query=f"""
            select files.source_file, columns.column_name as missing_column
            from {{batch}} as files
            inner join raw._columns as columns
                on files.source_file = columns.source_file
            where files.state = 'refused' and columns.status = 'missing_required'
                and split_part(files.source_system, '@', 1) || '__' || files.source_object
                    = {_literal(table.table)}
            order by files.source_file, columns.column_name
        """,
    ).warns()


def _is_fresh(table: RawTable, stale_after_days: float) -> Check:
    """Read from the book of files: a delta of today with no record in it is fresh, too."""
    newest = _as_naive_utc(table.newest_extracted_at or table.extracted_at)
    oldest_fresh = newest - timedelta(days=stale_after_days)
    return no_rows(
        "is_fresh",
        about=table.table,
        column="extracted_at",
        expected=f"0 sources extracted before {oldest_fresh:%Y-%m-%d %H:%M:%S} UTC, "
        f"{stale_after_days:g} days behind the newest extract of all sources",
        query=f"""
            select source_system, strftime(max(extracted_at), '%Y-%m-%dT%H:%M:%SZ') as extracted_at
            from {{batch}}
            where split_part(source_system, '@', 1) || '__' || source_object
                = {_literal(table.table)} and state <> 'refused'
            group by source_system
            having max(extracted_at) < timestamp '{oldest_fresh:%Y-%m-%d %H:%M:%S}'
            order by source_system
        """,
    ).warns()


def _as_naive_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def _literal(text: str) -> str:
    """A SQL text literal inside a query template, where braces are doubled."""
    return "'" + text.replace("'", "''").replace("{", "{{").replace("}", "}}") + "'"
