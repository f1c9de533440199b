"""Dagster code location and command line: load, gate, dbt, gate, publish."""
