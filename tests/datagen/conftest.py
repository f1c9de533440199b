"""One generated company per test session."""

import pytest
from company_extracts import Extracts

from datagen import write_company


@pytest.fixture(scope="session")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Extracts:
    landing = tmp_path_factory.mktemp("company")
    write_company(landing, scale=0.02, seed=7)
    return Extracts(landing)


@pytest.fixture(scope="session")
def sheet(extracts: Extracts) -> dict:
    return extracts.read_sheet()
