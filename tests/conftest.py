import json
from pathlib import Path

import pytest
from installation import Installation

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what reads third-party extracts where there are none beside the checkout."""
    if SHARED_DATA.is_dir():
        return
    absent = [item for item in items if item.get_closest_marker("shared_data")]
    if absent:
        config.hook.pytest_deselected(items=absent)
        items[:] = [item for item in items if item not in absent]


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
