"""A model that is built by key must stand behind the list of keys that it is limited to.

The list is looked up by name, not by `ref`, so dbt knows of it only where a model says
`depends_on`. Without that an incremental build may read the list of the build before.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from orchestration.settings import PROJECT_ROOT

PROJECT = PROJECT_ROOT / "dbt_project"


def read_nodes(folder: Path) -> dict[str, dict]:
    """Nodes of the parsed project by unique id."""
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
    return json.loads((folder / "manifest.json").read_text())["nodes"]


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


def test_models_built_by_key_stand_behind_their_list(tmp_path: Path) -> None:
    nodes = read_nodes(tmp_path)
    built_by_key = {
        (unique_id, entity)
        for unique_id, node in nodes.items()
        if node["resource_type"] == "model"
        for entity in re.findall(
            r"(?:is_changed|built_by_key)\('(lead|conversion)'", node["raw_code"]
        )
    }
    assert len(built_by_key) >= 15
    astray = sorted(
        unique_id
        for unique_id, entity in built_by_key
        if f"model.lead_ledger.int_changes__{entity}s" not in list_ancestors(nodes, unique_id)
    )
    assert astray == []
