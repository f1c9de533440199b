"""A company's year, batch by batch: each is loaded and built by keys, and now and then the tables
are compared with those of a full refresh. Rows that go stale stay stale, so nothing hides between.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from growing_company import Batch, Company
from ledger_builds import (
    BUILT_BY_KEY,
    NO_SEEDS,
    Build,
    Home,
    Project,
    Relation,
    find_differences,
    full_refresh_of,
    full_reload_of,
)


@dataclass(frozen=True)
class Plot:
    """What a story is about. `events` happen before the batch of their number."""

    systems: tuple[str, ...]
    sources: tuple[str, ...]
    seed: int
    batch_count: int
    operations_per_batch: int
    compared_every: int
    events: dict[int, "Callable[[Story], None]"]
    lead_count: int = 80


class Story:
    """The company, its ledger, and what happened since both were last seen to agree."""

    def __init__(self, folder: Path, plot: Plot) -> None:
        self.plot = plot
        self.project = Project(folder, plot.systems)
        landing = folder / "landing"
        self.company = Company(landing, plot.sources, plot.seed, plot.lead_count)
        self.ledger = Home(self.project, "ledger", landing)
        self._number = 0
        self._since: list[str] = []
        self._load(Batch(0, ["the first extracts"]))
        self.build(*BUILT_BY_KEY)

    def tell(self) -> None:
        """All of it; raises AssertionError where the tables differ from those of a full refresh."""
        for number in range(1, self.plot.batch_count + 1):
            if number in self.plot.events:
                event = self.plot.events[number]
                self._since.append(f"event: {event.__doc__}")
                event(self)
                self._compare(*BUILT_BY_KEY)
            self.next_batch()
            if number % self.plot.compared_every == 0:
                self._compare()
            else:
                self.build(*BUILT_BY_KEY, *NO_SEEDS)
            self._check_extent()
        self._end()

    def next_batch(self) -> None:
        """Whatever people did, loaded and not yet built."""
        self._number += 1
        self._load(self.company.next_batch(self._number, self.plot.operations_per_batch))

    def build(self, *options: str) -> Build:
        """Build, which must succeed."""
        build = self.ledger.build(*options)
        assert not build.failures, self._told(build.failures[:3])
        return build

    def fail(self, *options: str) -> None:
        """Build, which must not succeed."""
        build = self.ledger.build(*options)
        assert any(": error:" in failure for failure in build.failures), self._told(["no failure"])
        self._since.append(f"a build failed: {build.failures[0].splitlines()[0]}")

    def sell_to_customers(self) -> None:
        """Conversions that are none any more: their people have open journeys instead."""
        self.company.now += timedelta(hours=1)
        self._load(self.company.sell_to_customers())

    def send_again(self) -> None:
        """Nothing new: no lead, conversion or journey has anything to be built again."""
        self.company.now += timedelta(hours=1)
        self._load(self.company.send_again())
        self.build(*BUILT_BY_KEY, *NO_SEEDS)
        for entities in ("leads", "conversions", "journeys"):
            count = self.ledger.count(f"intermediate.int_changes__{entities}")
            assert count == 0, self._told([f"{count} changed {entities}"])

    def _end(self) -> None:
        """Every table of the project, against all extracts loaded and built in one go."""
        build = self.build()
        fresh = full_reload_of(self.ledger, self.project)
        # these tell in which batch a file or a row came
        told = ("stg_ledger__", "int_quality__rejected_rows")
        models = [each for each in build.relations if not any(name in each.name for name in told)]
        assert sum(each.name.startswith(("marts.", "reports.")) for each in models) >= 16
        self._check_equal(models, fresh)

    def _load(self, batch: Batch) -> None:
        self._since.append(str(batch))
        # a loader that runs a while after the extract was taken
        self.ledger.load(f"batch {len(self._since)} {batch.number}", self.company.now)

    def _check_extent(self) -> None:
        """A batch concerns some people, not nobody and not all: else keys are not what is used."""
        changed = self.ledger.count("intermediate.int_changes__leads")
        leads = self.ledger.count("intermediate.int_identity__leads")
        assert 0 < changed < leads, self._told([f"{changed} of {leads} leads changed"])

    def _compare(self, *selection: str) -> None:
        """Build, and compare what was built or kept with a full refresh."""
        build = self.build(*selection)
        self._check_equal(build.relations, full_refresh_of(self.ledger, self.project, *selection))

    def _check_equal(self, relations: Sequence[Relation], fresh: Home) -> None:
        differences = find_differences(self.ledger, fresh, relations)
        assert not differences, self._told([str(each) for each in differences])
        self._since = []

    def _told(self, found: Sequence[str]) -> str:
        """The failure, with all that happened since the tables were last seen to agree."""
        since = "\n  ".join(self._since) or "nothing"
        parts = "\n  ".join(found)
        return f"seed {self.plot.seed}, found:\n  {parts}\nsince the last comparison:\n  {since}"


def tell(folder: Path, plot: Plot) -> None:
    """Tell a story in a process of its own."""
    Story(folder, plot).tell()
