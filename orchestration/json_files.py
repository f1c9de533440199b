"""JSON documents that are replaced whole: a reader, or the run after a crash, never meets half."""

import json
import os
from pathlib import Path
from typing import Any


def write_json(path: Path, document: Any) -> None:
    """Write beside the target and rename; the folder is made when missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(document, indent=2, default=str) + "\n", encoding="utf-8")
    draft.replace(path)


def read_json(path: Path) -> Any | None:
    """Read a document, or None when it does not exist."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
