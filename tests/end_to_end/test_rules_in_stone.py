"""A past version of a rule is edited: the build fails and says which."""

import os
import subprocess
import sys
from pathlib import Path

from installation import copy_checkout


def build_rules(checkout: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """`dbt build` of the rules and their lock, as an analyst runs it."""
    (home / "dev").mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        [
            *(str(Path(sys.executable).parent / "dbt"), "--no-use-colors", "build"),
            *("--select", "qualification_rules", "qualification_rules_lock"),
        ],
        cwd=checkout / "dbt_project",
        env={**os.environ, "LEAD_LEDGER_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_editing_a_past_version_fails_the_build(tmp_path):
    checkout = copy_checkout(tmp_path / "checkout")
    done = build_rules(checkout, tmp_path / "home")
    assert done.returncode == 0, done.stdout

    rules = checkout / "seeds" / "qualification_rules.csv"
    text = rules.read_text()
    first = text.splitlines()[1]
    assert first.startswith("mql,1,2024-01-01,2025-06-30,40,")
    rules.write_text(text.replace(first, first.replace(",40,", ",35,")))
    done = build_rules(checkout, tmp_path / "home")
    assert done.returncode == 1
    assert "rule mql, version 1 was changed after it was locked" in done.stdout
    assert "version 2" not in done.stdout

    # a version that nobody locked is not in force unseen
    rules.write_text(text + text.splitlines()[-1].replace("mql,3", "mql,4") + "\n")
    done = build_rules(checkout, tmp_path / "home")
    assert done.returncode == 1
    assert "rule mql, version 4 is not locked" in done.stdout
