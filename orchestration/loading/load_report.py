"""What a load tells: totals of every contracted table, and what people should know."""

from collections.abc import Collection
from dataclasses import dataclass

import duckdb

from orchestration.loading.contracts import SourceContract
from orchestration.loading.raw_schema import qualified


@dataclass(frozen=True)
class TableLoad:
    """Totals over all files whose records are in a raw table, so the same when nothing new came.

    extracted_count = loaded_count + quarantined_count, in records. `skipped_file_count` alone is of
    this load.
    """

    system: str
    object: str
    table: str
    file_count: int
    skipped_file_count: int
    extracted_count: int
    loaded_count: int
    quarantined_count: int
    unknown_columns: tuple[str, ...]
    missing_columns: tuple[str, ...]
    refused_file_count: int = 0


@dataclass(frozen=True)
class LoadReport:
    """The result of one load."""

    batch_id: str
    tables: tuple[TableLoad, ...]
    notices: tuple[str, ...]


def total_table(
    con: duckdb.DuckDBPyConnection, contract: SourceContract, *, skipped_file_count: int
) -> TableLoad:
    """Add up the files of one contracted table, those of further orgs included."""
    source = [contract.system, contract.object]
    file_count, refused, extracted, loaded, rejected = con.execute(
        f"""
        select
            count(*),
            count(*) filter (state = 'refused'),
            coalesce(sum(record_count), 0)::bigint,
            coalesce(sum(loaded_count), 0)::bigint,
            coalesce(sum(rejected_count), 0)::bigint
        from {qualified("_files")}
        where split_part(source_system, '@', 1) = ? and source_object = ?
        """,
        source,
    ).fetchone()
    columns = con.execute(
        f"""
        select distinct status, column_name
        from {qualified("_columns")}
        where split_part(source_system, '@', 1) = ? and source_object = ?
        order by column_name
        """,
        source,
    ).fetchall()
    return TableLoad(
        system=contract.system,
        object=contract.object,
        table=contract.table,
        file_count=file_count,
        skipped_file_count=skipped_file_count,
        extracted_count=extracted,
        loaded_count=loaded,
        quarantined_count=rejected,
        unknown_columns=tuple(name for status, name in columns if status == "unknown"),
        missing_columns=tuple(name for status, name in columns if status == "missing_optional"),
        refused_file_count=refused,
    )


def file_notices(con: duckdb.DuckDBPyConnection, present: Collection[str]) -> list[str]:
    """Name the files that are refused, quarantined, have broken records, or are no longer there."""
    refusals, notices = [], []
    files = con.execute(
        f"""
        select
            files.source_file,
            files.state,
            files.reason,
            files.record_count,
            files.loaded_count,
            files.rejected_count,
            quarantine.detail
        from {qualified("_files")} as files
        left join {qualified("_quarantine")} as quarantine
            on files.source_file = quarantine.source_file
            and quarantine.source_line is null
        order by files.source_file
        """
    ).fetchall()
    for path, state, reason, record_count, loaded_count, rejected_count, detail in files:
        if state == "refused":
            refusals.append(f"{path}: refused, {detail}")
        elif state == "quarantined":
            notices.append(f"{path}: quarantined, {reason}: {detail}")
        elif rejected_count:
            notices.append(f"{path}: {rejected_count} of {record_count} records quarantined")
        if path not in present:
            notices.append(f"{path}: no longer in the landing folder, its {loaded_count} rows stay")
    return refusals + notices
