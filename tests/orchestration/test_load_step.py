import pytest

from orchestration.loading.contracts import ColumnContract, SourceContract
from orchestration.loading.loader import LoadError
from orchestration.progress import report_nothing
from orchestration.publishing.audit import RunRecord, list_runs
from orchestration.steps import load_extracts

LEADS = SourceContract(
    system="generic",
    object="leads",
    table="generic__leads",
    key=("lead_id",),
    version=None,
    extract="full",
    required=("lead_id",),
    columns=(ColumnContract("lead_id", "varchar"),),
)


def test_without_any_extract_the_run_fails_instead_of_publishing_an_empty_company(settings):
    settings.landing.mkdir()
    record = RunRecord(settings, "run-1")
    contracts = {("generic", "leads"): LEADS}

    with pytest.raises(LoadError, match="there are no extracts in"):
        load_extracts(settings, contracts, record, report_nothing, as_of=None, full_refresh=False)

    [run] = list_runs(settings)
    assert (run.state, run.message) == ("failed", f"there are no extracts in {settings.landing}")
    assert record.load is None
