"""Rules written in stone: the hash of every version of the qualification rules, kept beside them.

dbt recomputes the hashes on every build (test `unchanged_since_locked`); here the lock is written.
"""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

RULES_NAME = "qualification_rules.csv"
LOCK_NAME = "qualification_rules.lock"
# effective_to is set when the next version comes, and follows from that version's effective_from
HASHED_COLUMNS = (
    "rule",
    "version",
    "effective_from",
    "min_score",
    "min_interest_touches",
    "evidence_needed",
    "approved_by_marketing_on",
    "approved_by_sales_on",
)


class RuleLockError(Exception):
    """Locked versions are not what they were; the message names each rule and version."""


@dataclass(frozen=True, order=True)
class RuleVersion:
    """One version of a rule."""

    rule: str
    version: int

    def __str__(self) -> str:
        """As messages name it."""
        return f"rule {self.rule}, version {self.version}"


def lock_rules(seeds_dir: Path) -> list[RuleVersion]:
    """Add the versions that are not locked yet to the lock file and return them.

    RuleLockError when a locked version was changed or removed: nothing is written then.
    """
    rules = _hash_rules(seeds_dir / RULES_NAME)
    lock = seeds_dir / LOCK_NAME
    locked = _read_lock(lock) if lock.exists() else {}
    broken = [
        f"{version} was {'changed' if version in rules else 'removed'} after it was locked"
        for version in sorted(locked)
        if rules.get(version) != locked[version]
    ]
    if broken:
        raise RuleLockError(f"{RULES_NAME}: {'; '.join(broken)}. Write a new version instead.")
    added = sorted(set(rules) - set(locked))
    if added:
        lines = [f"{key.rule},{key.version},{digest}" for key, digest in sorted(rules.items())]
        lock.write_text("\n".join(["rule,version,hash", *lines]) + "\n", encoding="utf-8")
    return added


def _hash_rules(path: Path) -> dict[RuleVersion, str]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        RuleVersion(row["rule"].strip(), int(row["version"])): hashlib.md5(
            "|".join(row[column].strip() for column in HASHED_COLUMNS).encode(),
            usedforsecurity=False,
        ).hexdigest()
        for row in rows
    }


def _read_lock(path: Path) -> dict[RuleVersion, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {
            RuleVersion(row["rule"], int(row["version"])): row["hash"]
            for row in csv.DictReader(file)
        }
