"""Where things are: made once from the environment and passed in."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Absolute paths and limits of one installation.

    `landing` holds the extracts; everything that the project writes is under `home`.
    """

    landing: Path
    home: Path
    project_root: Path = PROJECT_ROOT
    kept_releases: int = 5
    kept_runs: int = 20
    settle_seconds: float = 0.0

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str],
        *,
        landing: Path | None = None,
        home: Path | None = None,
    ) -> "Settings":
        """Take arguments, else LEAD_LEDGER_LANDING and LEAD_LEDGER_HOME, else the project's own.

        LEAD_LEDGER_SETTLE_SECONDS is how long a file must have been left alone, else 0.
        """
        default_landing, default_home = PROJECT_ROOT / "landing", PROJECT_ROOT / "data"
        return cls(
            landing=_absolute(landing or environ.get("LEAD_LEDGER_LANDING") or default_landing),
            home=_absolute(home or environ.get("LEAD_LEDGER_HOME") or default_home),
            settle_seconds=float(environ.get("LEAD_LEDGER_SETTLE_SECONDS") or 0),
        )

    @property
    def dbt_project_dir(self) -> Path:
        """The dbt project, absolute: a relative path would be baked into dbt's artifacts."""
        return self.project_root / "dbt_project"

    @property
    def seeds_dir(self) -> Path:
        """Reviewed reference data that dbt loads."""
        return self.project_root / "seeds"

    @property
    def dbt_executable(self) -> Path:
        """The dbt of this environment, whatever PATH says."""
        return Path(sys.executable).parent / "dbt"

    @property
    def dbt_target_dir(self) -> Path:
        """Where dbt writes its manifest and run results."""
        return self.home / "dbt"

    @property
    def dbt_logs(self) -> Path:
        """Where dbt writes its own log."""
        return self.home / "logs"

    @property
    def prepared_manifest(self) -> Path:
        """The parsed dbt project that Dagster and the loader read; replaced whole, never half."""
        return self.home / "dbt" / "prepared" / "manifest.json"

    @property
    def dagster_home(self) -> Path:
        """Dagster's record of the runs that the command line started."""
        return self.home / "dagster"

    @property
    def lock(self) -> Path:
        """The file that the one writer holds locked."""
        return self.home / "refresh.lock"

    @property
    def warehouse(self) -> Path:
        """The private DuckDB file with raw, staging and intermediate schemas."""
        return self.home / "warehouse.duckdb"

    @property
    def dev_warehouse(self) -> Path:
        """The analyst's copy of the raw tables, for dbt's target dev."""
        return self.home / "dev" / "warehouse.duckdb"

    @property
    def marts(self) -> Path:
        """The DuckDB file that dbt fills with marts and reports; a release is a copy of it."""
        return self.home / "lead_ledger.duckdb"

    @property
    def history(self) -> Path:
        """The DuckDB file with what every release said: memory, which no build can make again."""
        return self.home / "history.duckdb"

    @property
    def history_draft(self) -> Path:
        """The copy of the history that a run writes; its release makes it the history."""
        return self.home / "history.draft.duckdb"

    @property
    def published(self) -> Path:
        """The folder that BI tools read."""
        return self.home / "published"

    @property
    def runs(self) -> Path:
        """One folder per run with the audit of its gates."""
        return self.home / "runs"


def _absolute(path: str | Path) -> Path:
    return Path(path).expanduser().resolve()
