"""One installation in a folder of its own, used as people use it: through the command line."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

CHECKOUT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Installation:
    """A landing folder and a home; `checkout` is the code that runs, by default this one."""

    folder: Path
    checkout: Path = CHECKOUT

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def current(self) -> Path:
        """What a BI tool opens."""
        return self.home / "published" / "current.duckdb"

    def run(self, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.arguments(command, *options), **self.surroundings())

    def start(self, command: str, *options: str) -> subprocess.Popen[str]:
        surroundings = self.surroundings()
        surroundings.pop("capture_output")
        return subprocess.Popen(self.arguments(command, *options), **surroundings)

    def arguments(self, command: str, *options: str) -> list[str]:
        places = ["--home", str(self.home)]
        if command in {"refresh", "load"}:
            places += ["--landing", str(self.landing)]
        return [sys.executable, "-m", "orchestration.cli", command, *options, *places]

    def surroundings(self) -> dict[str, object]:
        # the working directory comes first on the module path: a copied checkout runs its own code
        return {"cwd": self.checkout, "capture_output": True, "text": True}

    def refresh(self, *options: str) -> str:
        """Refresh, which must publish; returns what was printed."""
        done = self.run("refresh", *options)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open the current release as a BI tool does."""
        return duckdb.connect(self.current, read_only=True)

    def place(self, system: str, object_name: str, name: str, content: bytes) -> Path:
        """Put one extract into the landing folder."""
        folder = self.landing / system / object_name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        return folder / name


def copy_checkout(folder: Path) -> Path:
    """The code, the models and the seeds without what was built, for a test to use or break."""
    folder.mkdir(parents=True)
    ignore = shutil.ignore_patterns("__pycache__", "target", "logs", ".user.yml")
    for name in ("datagen", "dbt_project", "expectations", "orchestration", "seeds"):
        shutil.copytree(CHECKOUT / name, folder / name, ignore=ignore)
    return folder


def published_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Names of all tables and views of a release with their schema."""
    rows = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables()"
        " union all select schema_name || '.' || view_name from duckdb_views() where not internal"
        " order by 1"
    ).fetchall()
    return [name for (name,) in rows]


def count_differences(
    one: Installation, other: Installation, *, without: tuple[str, ...] = ()
) -> dict[str, int]:
    """Rows of each published table or view that only one of two releases has; `without` columns."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one.current}' as one (read_only)")
        connection.execute(f"attach '{other.current}' as other (read_only)")
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
            " where database_name in ('one', 'other')"
            " union select schema_name || '.' || view_name from duckdb_views()"
            " where database_name in ('one', 'other') and not internal order by 1"
        ).fetchall()
        differences = {}
        for (name,) in names:
            held = connection.execute(f"describe one.{name}").fetchall()
            columns = ", ".join(f'"{row[0]}"' for row in held if row[0] not in without)
            (count,) = connection.execute(
                f"select count(*) from ("
                f"(select {columns} from one.{name} except all select {columns} from other.{name})"
                f" union all "
                f"(select {columns} from other.{name} except all select {columns} from one.{name})"
                f")"
            ).fetchone()
            differences[name] = count
        return differences
