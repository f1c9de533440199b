"""Contracts as they come out of a dbt manifest."""

import pytest
from loader_house import contracts_of, source_node

from orchestration.loading.contracts import (
    ColumnContract,
    ContractError,
    Dialect,
    SourceContract,
    read_contracts,
)


def test_contract_is_read_from_both_places_of_meta() -> None:
    node = source_node("crm", "lead", {"id": {}, "mail": {"aliases": ["e_mail"], "pii": True}})
    node["config"]["meta"] = {"key": ["id"], "extract": "delta", "dialect": {"delimiter": ";"}}
    node["meta"] = {"required": ["id"], "version": "changed_at", "allow_padding": True}
    node["columns"]["changed_at"] = {
        "name": "changed_at",
        "data_type": "TIMESTAMP",
        "meta": {"clock": True},
    }
    assert contracts_of(node) == {
        ("crm", "lead"): SourceContract(
            system="crm",
            object="lead",
            table="crm__lead",
            key=("id",),
            version="changed_at",
            extract="delta",
            required=("id",),
            columns=(
                ColumnContract("id", "varchar"),
                ColumnContract("mail", "varchar", aliases=("e_mail",), is_pii=True),
                ColumnContract("changed_at", "timestamp", is_clock=True),
            ),
            dialect=Dialect(delimiter=";"),
            allow_padding=True,
        )
    }


def test_the_loaders_own_tables_are_no_contracts() -> None:
    own = {"source_name": "ledger", "name": "files", "identifier": "_files", "columns": {}}
    assert read_contracts({"sources": {"source.files": own}}) == {}


def node_with(**changes: object) -> dict:
    node = source_node("crm", "lead", {"id": {}, "name": {}}, key=["id"], required=["id"])
    node["config"]["meta"].update(changes)
    return node


def column_with(**changes: object) -> dict:
    node = node_with()
    node["columns"]["name"] |= changes
    return node


FAULTS = {
    "unknown_type": (column_with(data_type="text"), "crm.lead.name: data_type is 'text'"),
    "no_type": (column_with(data_type=None), "crm.lead.name: data_type is ''"),
    "key": (node_with(key=["nr"]), "crm.lead: key column 'nr' is not among the columns"),
    "no_key": (node_with(key=[]), "crm.lead: the contract has neither a key nor replaces"),
    "key_is_text": (node_with(key="id"), "crm.lead: key must be a list"),
    "required": (node_with(required=["x"]), "crm.lead: required column 'x' is not among"),
    "replaces": (node_with(replaces=["day"]), "crm.lead: replaces column 'day' is not among"),
    "version": (node_with(version="x"), "crm.lead: version column 'x' is not among"),
    "extract": (node_with(extract="daily"), "crm.lead: extract is 'daily'"),
    "encoding": (node_with(dialect={"encoding": "utf-9"}), "crm.lead: unknown encoding"),
    "delimiter": (node_with(dialect={"delimiter": "||"}), "crm.lead: the delimiter"),
    "dialect": (node_with(dialect={"sep": ","}), "crm.lead: the dialect has no sep"),
    "tombstone": (node_with(tombstone="x"), "crm.lead: tombstone column 'x' is not among"),
    "tombstone_type": (node_with(tombstone="id"), "crm.lead: tombstone column 'id' is not a bool"),
    "placeholders": (node_with(placeholders="N/A"), "crm.lead: placeholders must be a list"),
    "marker": (node_with(complete_when="../done"), "crm.lead: complete_when is the name"),
    "format_of_text": (
        column_with(config={"meta": {"format": "%d-%m-%y"}}),
        "crm.lead.name: format and open_end_values are for dates",
    ),
    "format": (
        column_with(data_type="date", config={"meta": {"format": ["%d.%m.%Y", "DD-MM-YY"]}}),
        "crm.lead.name: format 'DD-MM-YY' is not a strptime pattern",
    ),
    "format_with_a_zone": (
        column_with(data_type="timestamp", config={"meta": {"format": "%Y-%m-%d %H:%M %z"}}),
        "crm.lead.name: format '%Y-%m-%d %H:%M %z' is not a strptime pattern without a zone",
    ),
    "alias": (
        column_with(config={"meta": {"aliases": ["id"]}}),
        "crm.lead.name: alias 'id' is taken",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_contract_that_contradicts_itself_is_named(name: str) -> None:
    node, message = FAULTS[name]
    with pytest.raises(ContractError) as raised:
        contracts_of(node)
    assert str(raised.value).startswith(message)


def test_two_contracts_cannot_share_a_table() -> None:
    other = source_node("crm", "contact", {"id": {}}, key=["id"]) | {"identifier": "crm__lead"}
    with pytest.raises(ContractError, match="crm__lead"):
        contracts_of(node_with(), other)


def test_only_what_changes_the_rows_changes_the_reading() -> None:
    (plain,) = contracts_of(node_with()).values()
    (typed,) = contracts_of(column_with(data_type="date")).values()
    (aliased,) = contracts_of(column_with(config={"meta": {"aliases": ["n"]}})).values()
    (padded,) = contracts_of(node_with(allow_padding=True)).values()
    assert typed.reading_sha256 == plain.reading_sha256
    assert len({plain.reading_sha256, aliased.reading_sha256, padded.reading_sha256}) == 3
