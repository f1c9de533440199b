import json
from pathlib import Path

import pytest
from installation import Installation


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The demo company, refreshed once from an empty landing folder."""
    installation = Installation(tmp_path_factory.mktemp("demo"))
    installation.refresh()
    return installation


@pytest.fixture(scope="session")
def answers(demo: Installation) -> dict:
    """What the generator planted, written by it and not computed from the extracts."""
    return json.loads((demo.landing / ".answer_sheet.json").read_text())


@pytest.fixture(scope="session")
def release(demo: Installation):
    """A BI client's connection to the demo's release."""
    with demo.connect() as connection:
        yield connection


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """An empty installation."""
    return Installation(tmp_path)
