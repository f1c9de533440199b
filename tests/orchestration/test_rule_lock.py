"""The lock of the qualification rules, against hashes that are worked out here."""

import hashlib
from pathlib import Path

import pytest

from orchestration.rule_lock import LOCK_NAME, RULES_NAME, RuleLockError, lock_rules
from orchestration.settings import PROJECT_ROOT

HEADER = (
    "rule,version,effective_from,effective_to,min_score,min_interest_touches,evidence_needed,"
    "approved_by_marketing_on,approved_by_sales_on"
)
FIRST = "mql,1,2026-01-01,,40,1,none,2025-12-01,2025-12-02"
FIRST_ENDED = "mql,1,2026-01-01,2026-03-31,40,1,none,2025-12-01,2025-12-02"
SECOND = "mql,2,2026-04-01,,,2,either,2026-03-01,2026-03-02"
# what stands in the cells, the last day of the version left out
FIRST_HASHED = "mql|1|2026-01-01|40|1|none|2025-12-01|2025-12-02"
SECOND_HASHED = "mql|2|2026-04-01||2|either|2026-03-01|2026-03-02"


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.fixture
def write(tmp_path: Path):
    """A function: put these versions into the rules."""

    def write_rules(*versions: str) -> Path:
        (tmp_path / RULES_NAME).write_text("\n".join([HEADER, *versions]) + "\n")
        return tmp_path

    return write_rules


def test_new_versions_are_locked_once(write) -> None:
    seeds = write(FIRST)
    assert [str(version) for version in lock_rules(seeds)] == ["rule mql, version 1"]
    assert lock_rules(seeds) == []
    # the first version ends when the second comes
    write(FIRST_ENDED, SECOND)
    assert [str(version) for version in lock_rules(seeds)] == ["rule mql, version 2"]
    assert (seeds / LOCK_NAME).read_text().splitlines() == [
        "rule,version,hash",
        f"mql,1,{md5(FIRST_HASHED)}",
        f"mql,2,{md5(SECOND_HASHED)}",
    ]


@pytest.mark.parametrize(
    ("versions", "message"),
    [
        ((FIRST.replace(",40,", ",41,"), SECOND), "rule mql, version 1 was changed"),
        ((FIRST_ENDED, SECOND.replace("either", "both")), "rule mql, version 2 was changed"),
        ((FIRST.replace("2025-12-02", "2025-12-01"), SECOND), "rule mql, version 1 was changed"),
        ((SECOND,), "rule mql, version 1 was removed"),
    ],
)
def test_what_is_locked_cannot_be_changed(write, versions, message) -> None:
    seeds = write(FIRST, SECOND)
    lock_rules(seeds)
    before = (seeds / LOCK_NAME).read_text()
    write(*versions, SECOND.replace("mql,2", "mql,3"))
    with pytest.raises(RuleLockError, match=message):
        lock_rules(seeds)
    assert (seeds / LOCK_NAME).read_text() == before


def test_the_command_names_what_was_changed(run_command) -> None:
    done = run_command("lock-rules")
    assert (done.returncode, done.stdout) == (
        0,
        "every version is in qualification_rules.lock already\n",
    )


def test_dbt_reads_the_lock_itself() -> None:
    seeds = PROJECT_ROOT / "seeds"
    assert (seeds / "qualification_rules_lock.csv").resolve() == seeds / LOCK_NAME
