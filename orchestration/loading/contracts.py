"""Source contracts: what each extract must look like, read from the parsed dbt manifest.

A contract is written once, in the dbt source YAML (`config.meta` of the table and its columns);
loader, gates and documentation all read it from here.
"""

import codecs
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DATA_TYPES = frozenset({"varchar", "timestamp", "date", "decimal", "integer", "double", "boolean"})
EXTRACT_KINDS = frozenset({"full", "delta"})

_NAME = re.compile(r"[a-z0-9_]+")


class ContractError(ValueError):
    """A source contract contradicts itself; the message names the source table."""


@dataclass(frozen=True)
class Dialect:
    """How the CSV files of one object are written; `encoding` also holds for JSON lines."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    encoding: str = "utf-8"


@dataclass(frozen=True)
class ColumnContract:
    """One column: raw keeps it as text, `data_type` is what staging makes of it."""

    name: str
    data_type: str
    aliases: tuple[str, ...] = ()
    is_clock: bool = False
    is_pii: bool = False


@dataclass(frozen=True)
class SourceContract:
    """One source table: extracts under landing/<system>/<object>/, loaded into raw.<table>."""

    system: str
    object: str
    table: str
    key: tuple[str, ...]
    version: str | None
    extract: str
    required: tuple[str, ...]
    columns: tuple[ColumnContract, ...]
    dialect: Dialect = Dialect()
    allow_padding: bool = False
    replaces: tuple[str, ...] = ()
    tombstone: tuple[str, ...] = ()
    complete_when: str | None = None

    @property
    def mandatory(self) -> tuple[str, ...]:
        """Columns without which a file cannot be used: the required ones and the key."""
        return tuple(dict.fromkeys((*self.required, *self.key)))

    @property
    def reading_sha256(self) -> str:
        """Changes exactly when the same file would be read into other rows than before."""
        parts = [
            self.table,
            [(column.name, column.aliases) for column in self.columns],
            sorted(self.mandatory),
            [self.dialect.delimiter, self.dialect.quote, self.dialect.escape],
            [codecs.lookup(self.dialect.encoding).name, self.allow_padding],
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def read_contracts(manifest: Mapping[str, Any]) -> dict[tuple[str, str], SourceContract]:
    """Return the contracts of all sources of a dbt manifest by (system, object).

    Raises ContractError when one cannot be used; the message names the table and the column.
    """
    contracts: dict[tuple[str, str], SourceContract] = {}
    owners: dict[str, str] = {}
    for node in manifest.get("sources", {}).values():
        if (node.get("identifier") or "").startswith("_"):
            continue  # the loader's own bookkeeping, which dbt reads as a source too
        contract = _read_contract(node)
        label = f"{contract.system}.{contract.object}"
        if contract.table in owners:
            raise ContractError(
                f"{label}: raw.{contract.table} is that of {owners[contract.table]}"
            )
        owners[contract.table] = label
        contracts[contract.system, contract.object] = contract
    return dict(sorted(contracts.items()))


def _read_contract(node: Mapping[str, Any]) -> SourceContract:
    system, name = node["source_name"], node["name"]
    label = f"{system}.{name}"
    meta = _meta(node)
    for part in (system, name):
        if not _NAME.fullmatch(part):
            raise ContractError(f"{label}: a system or object name is made of a-z, 0-9 and _")
    contract = SourceContract(
        system=system,
        object=name,
        table=node.get("identifier") or f"{system}__{name}",
        key=_names(meta, "key", label),
        version=meta.get("version"),
        extract=meta.get("extract", "delta"),
        required=_names(meta, "required", label),
        columns=tuple(_read_column(column, label) for column in node["columns"].values()),
        dialect=_read_dialect(meta.get("dialect") or {}, label),
        allow_padding=bool(meta.get("allow_padding", False)),
        replaces=_names(meta, "replaces", label),
        tombstone=_tombstone(meta, label),
        complete_when=meta.get("complete_when"),
    )
    _check(contract, label)
    _check_cells(node, meta, label)
    return contract


def _read_column(column: Mapping[str, Any], label: str) -> ColumnContract:
    name, meta = column["name"], _meta(column)
    data_type = (column.get("data_type") or "").lower()
    if data_type not in DATA_TYPES:
        raise ContractError(
            f"{label}.{name}: data_type is {data_type!r}, must be one of "
            f"{', '.join(sorted(DATA_TYPES))}"
        )
    if name != name.lower() or not re.fullmatch(r"\w+", name):
        raise ContractError(f"{label}.{name}: a column name is in snake_case")
    return ColumnContract(
        name=name,
        data_type=data_type,
        aliases=_names(meta, "aliases", f"{label}.{name}"),
        is_clock=bool(meta.get("clock", False)),
        is_pii=bool(meta.get("pii", False)),
    )


def _read_dialect(meta: Mapping[str, str], label: str) -> Dialect:
    unknown = set(meta) - {"delimiter", "quote", "escape", "encoding"}
    if unknown:
        raise ContractError(f"{label}: the dialect has no {', '.join(sorted(unknown))}")
    dialect = Dialect(**meta)
    if len(dialect.delimiter) != 1 or not dialect.delimiter.isascii():
        raise ContractError(f"{label}: the delimiter is one ASCII character")
    for mark in (dialect.quote, dialect.escape):
        if len(mark) > 1 or not mark.isascii() or bool(mark) != bool(dialect.quote):
            raise ContractError(
                f"{label}: quote and escape are one ASCII character each, or both ''"
            )
    try:
        codecs.lookup(dialect.encoding)
    except LookupError as error:
        raise ContractError(f"{label}: {error}") from error
    return dialect


def _check(contract: SourceContract, label: str) -> None:
    names = [column.name for column in contract.columns]
    if not contract.key and not contract.replaces:
        raise ContractError(f"{label}: the contract has neither a key nor replaces")
    if contract.extract not in EXTRACT_KINDS:
        raise ContractError(f"{label}: extract is {contract.extract!r}, must be full or delta")
    versions = () if contract.version is None else (contract.version,)
    for role, used in (
        ("key", contract.key),
        ("required", contract.required),
        ("replaces", contract.replaces),
        ("version", versions),
        ("tombstone", contract.tombstone),
    ):
        for name in used:
            if name not in names:
                raise ContractError(f"{label}: {role} column {name!r} is not among the columns")
    if contract.complete_when and "/" in contract.complete_when:
        raise ContractError(f"{label}: complete_when is the name of a file in the extract's folder")
    taken = set(names)
    for column in contract.columns:
        for alias in column.aliases:
            if alias in taken:
                raise ContractError(
                    f"{label}.{column.name}: alias {alias!r} is taken by another column"
                )
            taken.add(alias)


def _check_cells(node: Mapping[str, Any], meta: Mapping[str, Any], label: str) -> None:
    """Check what the loader itself does not read: how staging takes the text of a cell."""
    types = {column["name"]: column["data_type"].lower() for column in node["columns"].values()}
    for name in _tombstone(meta, label):
        if types[name] != "boolean":
            raise ContractError(f"{label}: tombstone column {name!r} is not a boolean")
    for owner, settings in (
        (label, meta),
        *((f"{label}.{c['name']}", _meta(c)) for c in node["columns"].values()),
    ):
        for field in ("placeholders", "open_end_values"):
            if not isinstance(settings.get(field, []), list):
                raise ContractError(f"{owner}: {field} must be a list of values")
    for column in node["columns"].values():
        owner, settings = f"{label}.{column['name']}", _meta(column)
        is_moment = types[column["name"]] in ("date", "timestamp")
        if not is_moment and ("format" in settings or "open_end_values" in settings):
            raise ContractError(f"{owner}: format and open_end_values are for dates and timestamps")
        formats = settings.get("format") or []
        for each in [formats] if isinstance(formats, str) else formats:
            if "%" not in each or "%z" in each.lower():
                raise ContractError(
                    f"{owner}: format {each!r} is not a strptime pattern without a zone"
                )


def _tombstone(meta: Mapping[str, Any], label: str) -> tuple[str, ...]:
    named = meta.get("tombstone") or ()
    return (named,) if isinstance(named, str) else _names(meta, "tombstone", label)


def _names(meta: Mapping[str, Any], field: str, label: str) -> tuple[str, ...]:
    value = meta.get(field) or ()
    if isinstance(value, str) or not all(isinstance(name, str) for name in value):
        raise ContractError(f"{label}: {field} must be a list of names")
    return tuple(value)


def _meta(node: Mapping[str, Any]) -> dict[str, Any]:
    # dbt keeps meta in two places, which depends on its version and on how the YAML is written
    config = node.get("config") or {}
    return {**(node.get("meta") or {}), **(config.get("meta") or {})}
