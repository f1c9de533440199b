from pathlib import Path

import pytest
from installation import Installation


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """An empty installation."""
    return Installation(tmp_path)
