"""What incremental builds must know of the project: lists of keys, and variables.

A list is looked up by name, not by `ref`, so dbt knows of it only where a model says
`depends_on`. Without that an incremental build may read the list of the build before. A variable
that no hash knows may change without anything being built anew.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.settings import PROJECT_ROOT

PROJECT = PROJECT_ROOT / "dbt_project"
LISTS = "model.lead_ledger.int_changes__"
# entities whose keys are read off the state: what notes them stands before by `ref`
FROM_STATE = {"touch", "described_lead"}
# by the batches that wrote a table, and by what the table lacks
BY_OTHER_MEANS = {
    "int_quality__rejected_rows",
    "int_quality__raw_fates",
    "int_attribution__path_forms",
}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The parsed project."""
    folder = tmp_path_factory.mktemp("parsed")
    done = subprocess.run(
        [
            *(str(Path(sys.executable).parent / "dbt"), "parse", "--quiet"),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--target", "prod", "--target-path", str(folder), "--log-path", str(folder)),
        ],
        env={**os.environ, "LEAD_LEDGER_HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "manifest.json").read_text())


def list_ancestors(nodes: dict[str, dict], unique_id: str) -> set[str]:
    found: set[str] = set()
    waiting = [unique_id]
    while waiting:
        node = nodes.get(waiting.pop(), {})
        for parent in node.get("depends_on", {}).get("nodes", []):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found


def test_models_built_by_key_stand_behind_their_list(manifest) -> None:
    nodes = manifest["nodes"]
    needed = set()
    for unique_id, node in nodes.items():
        if node["config"].get("incremental_strategy") in ("append", "model_columns"):
            code = node["raw_code"].replace(
                "built_by_conversion_and_model()", "built_by_key('conversion', 'conversion_key')"
            )
            entities = set(re.findall(r"(?:is_changed|built_by_key)\('(\w+)'", code))
            lists = {f"int_changes__{entity}s" for entity in entities - FROM_STATE}
            lists |= set(re.findall(r"'(int_changes__\w+)'", code))
            is_known = lists or entities or "built_by_record(" in code
            assert is_known or node["name"] in BY_OTHER_MEANS, unique_id
            needed |= {(unique_id, name) for name in lists}
        elif "listed_scope('" in node.get("raw_code", ""):
            lists = set(re.findall(r"'(int_changes__\w+)'", node["raw_code"]))
            assert lists, unique_id
            needed |= {(unique_id, name) for name in lists}
    assert {name for _, name in needed} == {
        name.rpartition(".")[2] for name in nodes if name.startswith(LISTS)
    }
    astray = sorted(
        unique_id
        for unique_id, name in needed
        if f"model.lead_ledger.{name}" not in list_ancestors(nodes, unique_id)
    )
    assert astray == []


def test_lists_stand_behind_what_notes_the_names_that_they_look_up(manifest) -> None:
    nodes = manifest["nodes"]
    noters: dict[str, set[str]] = {}
    for unique_id, node in nodes.items():
        if node["config"].get("incremental_strategy") != "tracked":
            continue
        if node["config"]["unique_key"] == ["source_system", "source_record_id"]:
            noters.setdefault(node["sources"][0][1], set()).add(unique_id)
        for _, source_object, _ in node["config"]["meta"].get("names") or ():
            noters.setdefault(source_object.strip("'"), set()).add(unique_id)
    looked_up = {}
    for name in ("int_changes__records", "int_changes__touches"):
        unique_id = f"model.lead_ledger.{name}"
        code = nodes[unique_id]["raw_code"]
        objects = set(re.findall(r"changed_records\(\['(\w+)'\]\)", code))
        objects |= set(re.findall(r"\('(\w+)', '\w+_id'\)", code))
        # a contact's lead; contacts as such are no touches
        found = {
            noter
            for source_object in objects
            for noter in noters.get(source_object, {"model.lead_ledger.int_identity__lead_records"})
        }
        looked_up[name] = objects
        assert found <= list_ancestors(nodes, unique_id)
    assert looked_up == {
        "int_changes__records": {"email", "visitor", "contact", "form"},
        "int_changes__touches": {"any_campaign", "utm_campaign"},
    }


def test_every_variable_of_an_incremental_model_is_in_its_hash(manifest) -> None:
    nodes, macros = manifest["nodes"], manifest["macros"]
    incremental = {
        unique_id
        for unique_id, node in nodes.items()
        if node["config"].get("materialized") == "incremental"
    }
    waiting = set(incremental)
    for unique_id in incremental:
        waiting |= list_ancestors(nodes, unique_id) & nodes.keys()
    code, seen = [], set()
    while waiting:
        unique_id = waiting.pop()
        if unique_id in seen:
            continue
        seen.add(unique_id)
        node = nodes.get(unique_id) or macros[unique_id]
        if node["package_name"] == "lead_ledger":
            code.append(node.get("raw_code") or node.get("macro_sql") or "")
            waiting |= set(node["depends_on"].get("macros", ()))
    used = set(re.findall(r"var\('(\w+)'\)", "\n".join(code)))
    hashed = macros["macro.lead_ledger.declared_hashes"]["macro_sql"]
    known = set(re.findall(r"'(\w+)'", hashed.partition("for name in [")[2].partition("]")[0]))
    assert len(known) > 10
    # as_of reaches what is built by key through tracked models alone, the linter builds nothing,
    # and each attribution model has a hash of its own
    assert used - known <= {"as_of", "is_linted", "attribution_models"}
    assert known <= used
