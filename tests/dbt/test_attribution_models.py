"""Declarations, worked examples and the size of the chain, through the real models."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from attribution_oracle import removal_effects
from attribution_project import DBT_PROJECT, AttributionProject
from test_attribution_oracle import world_of

START = datetime(2026, 1, 1)
LINEAR = {"name": "linear", "family": "linear"}
SHAPLEY = {"name": "shapley", "family": "shapley"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> AttributionProject:
    """Two models and no other: what is not declared has no rows."""
    return AttributionProject(
        tmp_path_factory.mktemp("two_models") / "project", {"attribution_models": [LINEAR, SHAPLEY]}
    )


def world_of_paths(paths: Iterable[tuple[bool, Iterable[str]]]) -> dict[str, list[dict]]:
    """One lead per path; those that convert win an opportunity of 10.00 a minute after."""
    world = world_of([])
    for number, (has_converted, path) in enumerate(paths, start=1):
        lead = number * 1000
        steps = list(path)
        end = START + timedelta(minutes=len(steps))
        world["int_identity__leads"].append(
            {"lead_key": lead, "account_key": None, "created_at": START, "is_live": True}
        )
        world["int_touchpoints__touches"] += [
            {
                "touch_key": lead + step + 1,
                "lead_key": lead,
                "account_key": None,
                "opportunity_key": None,
                "occurred_at": START + timedelta(minutes=step),
                "touch_priority": 100,
                "source_system": "web",
                "channel": channel,
                "can_be_middle": True,
                "is_attributable": True,
            }
            for step, channel in enumerate(steps)
        ]
        if has_converted:
            world["int_revenue__opportunities_unioned"].append(
                {
                    "opportunity_key": lead,
                    "source_account_key": None,
                    "created_at": end,
                    "opportunity_type": "new",
                    "is_sales_pipeline": True,
                    "is_source_deleted": False,
                    "is_won": True,
                    "currency_code": "USD",
                    "opportunity_amount_original": Decimal(10),
                }
            )
            world["int_revenue__opportunity_dates"].append(
                {"opportunity_key": lead, "closed_at": end, "first_amount_original": Decimal(10)}
            )
            world["int_revenue__buying_groups"].append(
                {"opportunity_key": lead, "lead_key": lead, "is_primary": True}
            )
    return world


def won(counts: dict[str, int]) -> list[tuple[bool, str]]:
    """A path per letter: {"AB": 6} is six conversions of A > B."""
    return [(True, path) for path, count in counts.items() for _ in range(count)]


def test_example_g_and_nothing_but_what_is_declared(project):
    paths = won({"A": 4, "B": 2, "C": 1, "AB": 6, "AC": 3, "BC": 2, "ABC": 9})
    with project.run(world_of_paths(paths)) as con:
        rows = con.execute(
            "select attribution_model, channel, sum(weight), sum(credited_amount)"
            f" from {project.relation('fct_attribution_credits')}"
            " where conversion_type = 'revenue' group by all"
        ).fetchall()
    # A: 4 + 6/2 + 3/2 + 9/3, B: 2 + 6/2 + 2/2 + 9/3, C: 1 + 3/2 + 2/2 + 9/3
    expected = {"A": 11.5, "B": 9.0, "C": 6.5}
    assert {model for model, *_ in rows} == {"linear", "shapley"}
    weights = {channel: weight for model, channel, weight, _ in rows if model == "shapley"}
    assert weights == pytest.approx(expected)
    for name in ("linear", "shapley"):
        assert sum(amount for model, *_, amount in rows if model == name) == Decimal(270)


def test_examples_e_and_f_from_journeys(project):
    cases = [
        (
            [(True, ["google"])] * 2
            + [(True, ["mailing"]), (True, ["google", "mailing"]), (False, ["google"])],
            {"google": (0.75, 2.4), "mailing": (0.5, 1.6)},
        ),
        (
            [(True, ["C1", "C2", "C3"]), (False, ["C1"]), (False, ["C2", "C3"])],
            {"C1": (0.5, 0.2), "C2": (1.0, 0.4), "C3": (1.0, 0.4)},
        ),
    ]
    for paths, expected in cases:
        found = chain_of(project, paths)
        assert found.keys() == expected.keys()
        for channel, (effect, conversions) in expected.items():
            assert found[channel] == pytest.approx((effect, conversions), abs=1e-9)


def test_a_chain_of_a_hundred_channels_is_exact(project):
    dice = Random(7)
    channels = [f"channel {number:03}" for number in range(100)]
    paths = [
        (dice.random() < 0.3, [dice.choice(channels) for _ in range(dice.randint(1, 9))])
        for _ in range(1500)
    ]
    effects = removal_effects(paths)
    found = chain_of(project, paths)
    assert len(found) == 100
    assert {channel: effect for channel, (effect, _) in found.items()} == pytest.approx(
        effects, abs=1e-9
    )


def test_more_than_a_hundred_channels_fail_the_build(project):
    test = DBT_PROJECT / "tests" / "assert_markov_has_at_most_100_channels.sql"
    transitions = project.relation("int_attribution__transitions")
    sql = test.read_text().replace("{{ ref('int_attribution__transitions') }}", transitions)
    for count, failing in [(100, []), (101, [("all", 101), ("2026-Q1", 101)])]:
        paths = [(False, [f"channel {number}"]) for number in range(count)]
        with project.run(world_of_paths(paths)) as con:
            rows = con.execute(sql).fetchall()
        assert {row[1:] for row in rows} == set(failing)


def chain_of(
    project: AttributionProject, paths: Iterable[tuple[bool, Iterable[str]]]
) -> dict[str, tuple[float, float]]:
    """Removal effect and credited conversions by channel, of revenue over all time."""
    with project.run(world_of_paths(paths)) as con:
        rows = con.execute(
            "select channel, removal_effect, credited_conversions"
            f" from {project.relation('fct_channel_attribution')}"
            " where conversion_type = 'revenue' and period = 'all'"
        ).fetchall()
    return {channel: (effect, conversions) for channel, effect, conversions in rows}


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"name": "mine", "family": "magic"}, "has an unknown family: magic"),
        ({"name": "mine", "family": "linear", "first": 1}, "has an unknown option: first"),
        (
            {"name": "mine", "family": "milestone", "milestones": {"oc": 1, "ft": 1}},
            "must have milestones out of ft, lc, oc, cw, in order",
        ),
    ],
)
def test_a_declaration_that_does_not_hold_is_named(tmp_path: Path, declared: dict, said: str):
    with pytest.raises(AssertionError, match=f"attribution model 'mine' {said}"):
        AttributionProject(tmp_path / "project", {"attribution_models": [LINEAR, declared]})


def test_the_model_of_the_metrics_has_to_be_declared(tmp_path: Path):
    said = (
        "variable metrics_attribution_model names 'linear', which attribution_models does not"
        " declare; declared are: shapley"
    )
    with pytest.raises(AssertionError, match=said):
        AttributionProject(tmp_path / "project", {"attribution_models": [SHAPLEY]})


def test_no_stage_needs_to_be_a_conversion(tmp_path: Path):
    declared = {"attribution_models": [LINEAR], "lead_conversion_stages": {}}
    project = AttributionProject(tmp_path / "project", declared)
    connection = project.run(world_of_paths([(True, ["email"])]))
    credits = project.relation("fct_attribution_credits")
    types = connection.execute(f"select distinct conversion_type from {credits} order by 1")
    assert types.fetchall() == [("pipeline",), ("revenue",)]
