import duckdb
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def as_of(answers: dict) -> pd.Timestamp:
    """Now, as the plan of the company has it: the last second of its period."""
    return pd.Timestamp(answers["period"]["end"]).tz_localize(None)


@pytest.fixture(scope="session")
def table(release: duckdb.DuckDBPyConnection):
    """A published table as a frame; decimals as floats, which hold the demo's cents exactly."""

    def read(name: str) -> pd.DataFrame:
        relation = release.sql(f"from {name}")
        columns = [
            f'cast("{column}" as double) as "{column}"'
            if str(kind).startswith("DECIMAL")
            else f'"{column}"'
            for column, kind in zip(relation.columns, relation.types, strict=True)
        ]
        return release.sql(f"select {', '.join(columns)} from {name}").df()

    return read


@pytest.fixture(scope="session")
def ledger(release: duckdb.DuckDBPyConnection):
    """A published table as a frame; money as whole cents, so that sums of it are exact."""

    def read(name: str) -> pd.DataFrame:
        relation = release.sql(f"from {name}")
        money = [
            column
            for column, kind in zip(relation.columns, relation.types, strict=True)
            if str(kind) == "DECIMAL(18,2)"
        ]
        in_cents = ", ".join(f'cast("{column}" * 100 as double) as "{column}"' for column in money)
        replaced = f"replace ({in_cents})" if money else ""
        frame = release.sql(f"select * {replaced} from {name}").df()
        return frame.astype(dict.fromkeys(money, "Int64"))

    return read
