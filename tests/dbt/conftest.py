from pathlib import Path

import pytest
from contract_project import ContractProject, Warehouse
from macro_calls import MACRO_MODELS


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> ContractProject:
    return ContractProject(tmp_path_factory.mktemp("contract_project"), MACRO_MODELS)


@pytest.fixture
def warehouse(tmp_path: Path, project: ContractProject) -> Warehouse:
    return Warehouse(tmp_path / "installation", project)
