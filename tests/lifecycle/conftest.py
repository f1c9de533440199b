import pytest
from compiled_project import CompiledProject, Models
from ledger_tables import TABLES_READ
from raw_rows import TABLES


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    """The models from the raw tables to the marts of the ledger, compiled once."""
    folder = tmp_path_factory.mktemp("compiled")
    others = ["fct_touches", "bridge_lead_aliases", "int_quality__identity_exceptions"]
    return CompiledProject(folder, [*TABLES_READ, *others])


@pytest.fixture(scope="session")
def models(project: CompiledProject) -> Models:
    """An installation in memory for random companies."""
    return Models(project, TABLES, TABLES_READ)
