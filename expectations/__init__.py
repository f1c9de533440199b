"""What arrives and what leaves: the two gates, as Great Expectations suites on DuckDB."""
