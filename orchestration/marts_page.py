"""The page of all published tables, docs/marts.md, written from what the models say of themselves.

python -m orchestration.marts_page <manifest.json> <page.md>
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMAS = {"marts": "Facts and dimensions", "reports": "Reports"}
HEAD = """# Marts and reports: every table and the question it answers

Written by `make docs` from the YAML beside the models, where the columns are described, too; a test
fails while this page is stale.
"""
_GRAIN = re.compile(r"\s*Grain: one row per (?P<grain>.*?)\.(?:\s|$)(?P<rest>.*)", re.DOTALL)
_QUESTION = re.compile(r"(?:.*?\s)??Answers: (?P<question>.*?[.?])(?:\s|$)(?P<rest>.*)", re.DOTALL)
_EXAMPLE = re.compile(r"\bExample:\s*(?:```sql\s(?P<block>.*?)```|`(?P<inline>[^`]*)`)", re.DOTALL)
_READING = re.compile(r"How to read(?: it)?:(?P<reading>.*)", re.DOTALL)


class DescriptionError(ValueError):
    """A model does not say what its reader is owed; the message names both."""


@dataclass(frozen=True)
class TableDescription:
    """What a description says: its parts as plain text, None where it does not say it."""

    name: str
    grain: str
    question: str | None
    reading: str | None
    example: str | None


def describe_table(name: str, description: str) -> TableDescription:
    """Take a description apart; raises DescriptionError where it does not begin with the grain."""
    found = _GRAIN.match(description)
    if not found:
        raise DescriptionError(f"{name}: the description must begin with 'Grain: one row per …'")
    rest = found["rest"]
    question = _QUESTION.match(rest)
    example = _EXAMPLE.search(rest)
    reading = _READING.search(rest[: example.start()] if example else rest)
    return TableDescription(
        name=name,
        grain=_flow(found["grain"]),
        question=_flow(question["question"]).rstrip(".") if question else None,
        reading=_flow(reading["reading"]) if reading else None,
        example=(example["block"] or example["inline"]).strip() if example else None,
    )


def list_tables(manifest: Mapping[str, Any], schema: str) -> list[TableDescription]:
    """The described models and snapshots of a published schema, by name."""
    return [
        describe_table(node["name"], node["description"])
        for node in sorted(manifest["nodes"].values(), key=lambda node: node["name"])
        if node["resource_type"] in {"model", "snapshot"} and node["schema"] == schema
    ]


def write_page(manifest: Mapping[str, Any]) -> str:
    """The whole page as Markdown."""
    return "\n".join([HEAD, *_lines(manifest)])


def _lines(manifest: Mapping[str, Any]) -> Iterator[str]:
    readers = _exposures(manifest)
    for schema, title in SCHEMAS.items():
        tables = list_tables(manifest, schema)
        yield f"## {title}\n"
        yield "| table | one row per | answers |"
        yield "|---|---|---|"
        for table in tables:
            yield f"| `{schema}.{table.name}` | {_cell(table.grain)} | {_cell(table.question)} |"
        yield ""
        for table in tables:
            if not table.reading:
                continue
            yield f"### {table.name}\n"
            if table.name in readers:
                yield f"*{readers[table.name]}*\n"
            yield f"{table.reading[0].upper()}{table.reading[1:]}\n"
            if table.example:
                yield f"```sql\n{table.example}\n```\n"


def _exposures(manifest: Mapping[str, Any]) -> dict[str, str]:
    """By report, the exposure that reads it and who owns that."""
    return {
        unique_id.split(".")[-1]: f"{exposure['label']}, for {exposure['owner']['name']}"
        for exposure in manifest["exposures"].values()
        for unique_id in exposure["depends_on"]["nodes"]
    }


def _flow(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")


def main(arguments: list[str]) -> None:
    """Read the manifest and write the page."""
    manifest, page = map(Path, arguments)
    page.write_text(write_page(json.loads(manifest.read_text("utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
