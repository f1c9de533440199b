"""Builds by keys over random batches leave what a full refresh leaves, row for row."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import pytest
from ledger_builds import BUILT_BY_KEY, NO_SEEDS
from ledger_story import Plot, Story, tell

LIFECYCLE = "dbt_project/models/intermediate/lifecycle"
REVENUE = "dbt_project/models/intermediate/revenue"


def stage_mapped(story: Story) -> None:
    """A stage that was unknown gets its line in the mapping."""
    line = "*,lead,status,New,inquiry\n"
    story.project.change("seeds/stage_mapping.csv", line, f"{line}*,lead,status,Mystery,sal\n")
    story.project.parse()


def model_of_attribution_added(story: Story) -> None:
    """Another half-life, other milestones, another model, one less: what is declared as before is
    not computed, also where one of the two tables was built before all others."""
    file = "dbt_project/dbt_project.yml"
    story.project.change(file, "half_life_days: 7", "half_life_days: 30")
    story.project.change(file, "milestones: {ft: 50, lc: 50}}", "milestones: {ft: 70, lc: 30}}")
    story.project.change(
        file,
        "- {name: j_shaped, family: position, first: 20, middle: 20, last: 60}",
        "- {name: early, family: position, first: 70, middle: 20, last: 10}\n"
        "    - {name: opener, family: single, position: first}",
    )
    story.project.parse()
    story.next_batch()
    weights = "intermediate.int_attribution__touch_weights"
    credits = "lead_ledger.marts.int_attribution__touch_credits"
    story.ledger.execute(f"update {weights} set linear__share = -1, time_decay__share = -1")
    story.ledger.execute(f"update {credits} set linear__weight = -1, time_decay__weight = -1")
    view = "int_attribution__milestones"
    story.build("--select", view, "int_attribution__touch_weights", *NO_SEEDS)
    story.build(*BUILT_BY_KEY)
    for table, column in ((weights, "share"), (credits, "weight")):
        # what stands is what was there, and what was declared anew was computed
        assert story.ledger.count(f"{table} where linear__{column} = -1") > 0
        assert story.ledger.count(f"{table} where time_decay__{column} = -1") == 0
        assert story.ledger.count(f"{table} where opener__{column} = 1") > 0
        columns = story.ledger.query(f"select column_name from (describe {table})")
        assert not [name for (name,) in columns if name.startswith("j_shaped__")]
    story.ledger.execute(f"update {weights} set linear__share = 1 where linear__share = -1")
    story.ledger.execute(
        f"update {credits} as credits set linear__weight ="
        " coalesce(1 / cast(weights.linear__total as double), 1)"
        f" from {credits} as stands left join {weights} as weights"
        " using (conversion_key, touch_key)"
        " where credits.conversion_key = stands.conversion_key"
        " and credits.touch_key is not distinct from stands.touch_key"
        " and credits.linear__weight = -1"
    )


def extract_declared_full(story: Story) -> None:
    """Buying groups come as full extracts from now on: who is absent has left."""
    contract = "key: [opportunity_id, lead_id]\n            extract: "
    file = "dbt_project/models/staging/generic/_generic__sources.yml"
    story.project.change(file, f"{contract}delta", f"{contract}full")
    story.project.parse()
    story.company.full_extracts.add(("generic", "opportunity_leads"))
    story.next_batch()


def model_broken_and_repaired(story: Story) -> None:
    """A model fails while a batch is built; it is repaired when the next batch is there."""
    file = f"{LIFECYCLE}/int_lifecycle__cycle_events.sql"
    story.project.change(
        file, "is_overruled,\n        -- it comes", "is_nonsense,\n        -- it comes"
    )
    story.project.parse()
    story.next_batch()
    story.fail(*BUILT_BY_KEY, *NO_SEEDS)
    story.project.change(
        file, "is_nonsense,\n        -- it comes", "is_overruled,\n        -- it comes"
    )
    story.project.parse()
    story.next_batch()


def full_refresh_broken(story: Story) -> None:
    """A full refresh ends half-way, so that some tables know the batch and others do not."""
    file = f"{REVENUE}/int_revenue__opportunity_dates.sql"
    story.project.change(file, "closing_events.time_precision as", "closing_events.nonsense as")
    story.project.parse()
    story.next_batch()
    story.fail(*BUILT_BY_KEY, *NO_SEEDS, "--full-refresh")
    story.project.change(file, "closing_events.nonsense as", "closing_events.time_precision as")
    story.project.parse()


def selection_built_under_new_declarations(story: Story) -> None:
    """Somebody changes a seed, and builds only a model far behind it before the next batch."""
    line = "visit,130,true,"
    story.project.change("seeds/touch_rules.csv", line, "visit,130,false,")
    story.project.parse()
    story.next_batch()
    story.build("--select", "int_attribution__journeys", "int_attribution__touch_weights")


def selection_built_in_full(story: Story) -> None:
    """Somebody builds the middle of the line in full, with a batch that the rest has not seen."""
    story.next_batch()
    story.build("--select", "+int_revenue__buying_groups", "--full-refresh", *NO_SEEDS)
    story.next_batch()


def half_built(story: Story) -> None:
    """A build ends after the identity of leads, and another batch comes before the next."""
    story.next_batch()
    story.build("--select", "+int_identity__leads", *NO_SEEDS)
    story.next_batch()


def parents_left_out(story: Story) -> None:
    """Somebody builds the models that are built by key alone, without the tables between them."""
    story.next_batch()
    story.build("--select", "config.materialized:incremental")


PLOTS = {
    "generic": Plot(
        systems=("generic", "web"),
        sources=("generic", "generic@emea", "web"),
        seed=20260105,
        batch_count=30,
        operations_per_batch=5,
        compared_every=6,
        events={
            4: stage_mapped,
            10: model_broken_and_repaired,
            13: Story.sell_to_customers,
            15: extract_declared_full,
            21: selection_built_under_new_declarations,
            26: Story.send_again,
        },
    ),
    "salesforce": Plot(
        systems=("salesforce", "generic", "web"),
        sources=("salesforce", "generic", "salesforce@emea", "web"),
        seed=20260106,
        batch_count=20,
        operations_per_batch=7,
        compared_every=5,
        events={
            4: full_refresh_broken,
            9: selection_built_in_full,
            12: parents_left_out,
            15: half_built,
            18: model_of_attribution_added,
        },
    ),
}


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[None]]]:
    """All of them at once, each in a process of its own: dbt keeps its state in the process."""
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(PLOTS), mp_context=spawning) as pool:
        yield {
            name: pool.submit(tell, Path(tmp_path_factory.mktemp(name)), plot)
            for name, plot in PLOTS.items()
        }


@pytest.mark.parametrize("name", PLOTS)
def test_random_batches_leave_what_a_full_refresh_leaves(stories, name: str):
    stories[name].result()
