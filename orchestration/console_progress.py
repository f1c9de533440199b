"""Progress on a terminal: a line per step that moves while it works, or plain lines in a log."""

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from orchestration.progress import StepProgress


class ConsoleProgress:
    """A reporter and a context manager around the run that reports."""

    def __init__(self, console: Console) -> None:
        """Take a console whose file is fixed: standard output is redirected while a run works."""
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description:<10}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[detail]}", markup=False),
            console=console,
            disable=not console.is_terminal,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._tasks = {}
        self._started: dict[str, float] = {}

    def __enter__(self) -> "ConsoleProgress":
        """Start drawing."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop drawing; the lines stay."""
        self._progress.stop()

    def __call__(self, event: StepProgress) -> None:
        """Show one event."""
        if self._console.is_terminal:
            self._draw(event)
        else:
            self._print(event)

    def _draw(self, event: StepProgress) -> None:
        if event.step not in self._tasks:
            self._tasks[event.step] = self._progress.add_task(event.step, detail="", total=None)
        task = self._tasks[event.step]
        self._progress.update(
            task, completed=event.done, total=event.total, detail=event.detail or ""
        )
        if event.is_finished:
            self._progress.stop_task(task)

    def _print(self, event: StepProgress) -> None:
        started = self._started.setdefault(event.step, time.monotonic())
        if event.is_finished:
            seconds = time.monotonic() - started
            line = f"{event.step:<10} {event.detail} ({seconds:.1f} s)"
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)
