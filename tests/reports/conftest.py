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
