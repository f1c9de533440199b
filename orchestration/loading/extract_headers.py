"""Headers: from the names in a file to the columns of a raw table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.loading.contracts import SourceContract

LINEAGE_COLUMNS = {
    "_source_system": "varchar",
    "_source_file": "varchar",
    "_source_row": "bigint",
    "_extracted_at": "timestamp",
    "_file_sha256": "varchar",
    "_batch_id": "varchar",
    "_loaded_at": "timestamp",
}

_ACRONYM_END = re.compile(r"([A-Z]+)([A-Z][a-z])")
_WORD_END = re.compile(r"([a-z0-9])([A-Z])")


@dataclass(frozen=True)
class HeaderMatch:
    """Which fields of a file (positions in its header) feed which raw column.

    The first non-blank of a column's fields wins. `unknown` and `clashes` are raw columns that the
    contract does not have; `missing` are contracted columns that the file does not have.
    """

    fields: dict[str, tuple[int, ...]]
    unknown: tuple[str, ...]
    clashes: tuple[str, ...]
    missing: tuple[str, ...]


def to_snake_case(header: str) -> str:
    """Turn a header into a column name: `Pricebook2Id` -> `pricebook2_id`."""
    name = "_".join(re.findall(r"\w+", header))
    name = _ACRONYM_END.sub(r"\1_\2", name)
    return _WORD_END.sub(r"\1_\2", name).lower()


def match_headers(headers: Sequence[str], contract: SourceContract) -> HeaderMatch:
    """Give every field of a file a raw column.

    Of several fields for one contracted column, the name as it stands in the contract comes first,
    then other spellings of it, then its aliases in order. Each field after the first is also kept
    whole as `<name>__2`, `__3`, …
    """
    by_name: dict[str, list[int]] = {}
    for position, header in enumerate(headers):
        name = to_snake_case(header) or f"column_{position + 1}"
        by_name.setdefault(name, []).append(position)

    fields: dict[str, tuple[int, ...]] = {}
    missing: list[str] = []
    for column in contract.columns:
        own = sorted(by_name.pop(column.name, ()), key=lambda at: headers[at] != column.name)
        aliased = [at for alias in column.aliases for at in by_name.pop(to_snake_case(alias), ())]
        if own or aliased:
            fields[column.name] = (*own, *aliased)
        else:
            missing.append(column.name)

    # other fields of a name that is taken; the lineage columns are always taken
    surplus = {name: positions[1:] for name, positions in fields.items()}
    unknown: list[str] = []
    for name, positions in by_name.items():
        if name in LINEAGE_COLUMNS:
            surplus[name] = tuple(positions)
            continue
        fields[name] = (positions[0],)
        unknown.append(name)
        surplus[name] = tuple(positions[1:])

    taken = {*fields, *LINEAGE_COLUMNS, *missing}
    clashes: list[str] = []
    for name, positions in surplus.items():
        for position in positions:
            clash = _free_name(name, taken)
            taken.add(clash)
            fields[clash] = (position,)
            clashes.append(clash)
    return HeaderMatch(fields, tuple(unknown), tuple(clashes), tuple(missing))


def _free_name(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}__{number}" in taken:
        number += 1
    return f"{name}__{number}"
