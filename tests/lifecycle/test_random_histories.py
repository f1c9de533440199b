"""Random histories through the real models, against a state machine written from the design."""

from random import Random

from compiled_project import Models
from expected_facts import expected
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ledger_tables import as_of, built, differences
from random_company import company_of
from source_records import Company

TAPE = 60


def with_seeds(tapes: list[bytes], seeds: list[int]) -> Company:
    """Households of bytes that Hypothesis likes, and many more of bytes that chance likes."""
    return company_of(tapes + [Random(seed).randbytes(TAPE) for seed in seeds])


COMPANIES = st.builds(
    with_seeds,
    st.lists(st.binary(min_size=TAPE // 2, max_size=TAPE), max_size=40),
    st.lists(st.integers(0, 2**40), min_size=300, max_size=500),
)


@settings(
    max_examples=5,
    deadline=None,
    # the message names the rows that differ and one household: there is nothing to shrink
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
)
@given(company=COMPANIES)
def test_the_ledger_is_what_the_rules_make_of_the_records(models: Models, company: Company) -> None:
    """About 600 leads an example, row for row in both facts, opportunities and exceptions."""
    assert differences(models, company) == []


def test_random_companies_have_everything_that_the_rules_are_about(models: Models) -> None:
    """What no example contains, no example tests."""
    company = with_seeds([], list(range(400)))
    built(models, company)
    facts = expected(company, as_of(models))
    column = {name: [row[place] for row in facts.events] for name, place in PLACES.items()}
    assert set(column["direction"]) == {"start", "forward", "backward", "exit", "reenter"}
    assert set(column["to_stage"]) == STAGES
    for flag in ("is_inferred", "has_time_anomaly", "is_source_deleted"):
        assert set(column[flag]) == {True, False}
    assert set(column["time_precision"]) == {"day", "second"}
    assert max(column["cycle_number"]) >= 3
    cycles = list(zip(*facts.cycles, strict=True))
    assert set(cycles[2]) == {"new", "expansion"}
    assert {finding[0] for finding in facts.findings} == {
        "unmapped_stage",
        "status_disagrees_with_history",
        "not_the_authority",
        "event_after_close",
        "impossible_time",
    }
    pairs = set(zip(column["lead_id"], column["source_system"], strict=True))
    assert len(pairs) > len(set(column["lead_id"]))
    chains = models.query(
        "select distinct chain_position"
        " from warehouse.intermediate.int_lifecycle__status_histories_ordered"
    )
    assert {(0,), (1,), (2,)} <= set(chains)


PLACES = {
    "lead_id": 0,
    "cycle_number": 1,
    "to_stage": 4,
    "direction": 5,
    "is_inferred": 6,
    "has_time_anomaly": 7,
    "time_precision": 9,
    "source_system": 11,
    "is_source_deleted": 14,
}
STAGES = {
    *("inquiry", "mql", "sal", "sql", "opportunity", "customer"),
    *("recycled", "disqualified", "lost"),
}
