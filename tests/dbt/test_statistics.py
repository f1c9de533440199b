"""The macros of statistics against their definitions."""

from math import sqrt

import duckdb
import pytest
from contract_project import ContractProject

Z = 1.959964


def test_wilson_bounds_are_the_roots_of_the_score_and_exact_at_the_ends(project: ContractProject):
    with duckdb.connect() as con:
        con.execute(
            "create table outcomes as select hits, trials from range(0, 400) as t(trials),"
            " range(0, 400) as h(hits) where hits <= trials"
        )
        rows = con.execute(project.sql("golden_wilson_bounds")).fetchall()
    assert len(rows) == 400 * 401 // 2
    for hits, trials, low, high in rows:
        if trials == 0:
            assert (low, high) == (None, None)
            continue
        for bound in (low, high):
            # `hits` lies z standard errors from what a share of `bound` leads one to expect
            error = sqrt(bound * (1 - bound) / trials)
            assert abs(hits / trials - bound) == pytest.approx(Z * error, abs=1e-9)
        assert low <= hits / trials <= high
        assert (low == 0) == (hits == 0)
        assert (high == 1) == (hits == trials)
