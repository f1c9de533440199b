"""What a step tells whoever watches: a plain value, so that steps know no terminal."""

from collections.abc import Callable
from dataclasses import dataclass

STEPS = ("load", "raw gate", "dbt", "mart gate", "publish")


@dataclass(frozen=True)
class StepProgress:
    """`done` of `total` parts of a step; total is null while it is not known."""

    step: str
    done: int = 0
    total: int | None = None
    detail: str = ""
    is_finished: bool = False


Reporter = Callable[[StepProgress], None]


def report_nothing(_: StepProgress) -> None:
    """For runs that nobody watches."""
