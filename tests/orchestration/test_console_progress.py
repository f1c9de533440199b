import io

from rich.console import Console

from orchestration.console_progress import ConsoleProgress
from orchestration.progress import StepProgress

EVENTS = [
    StepProgress("load", 0, 2),
    StepProgress("load", 1, 2, "salesforce__lead [1]"),
    StepProgress("load", 2, 2, "12 rows of 2 files", True),
    StepProgress("dbt", 40, 80, "model dim_leads"),
]


def shown(is_terminal: bool) -> str:
    file = io.StringIO()
    console = Console(file=file, force_terminal=is_terminal, width=100, no_color=True)
    with ConsoleProgress(console) as progress:
        for event in EVENTS:
            progress(event)
    return file.getvalue()


def test_a_log_gets_one_line_per_finished_step():
    [line] = shown(is_terminal=False).splitlines()
    assert line.startswith("load       12 rows of 2 files (")


def test_a_terminal_sees_each_step_move():
    text = shown(is_terminal=True)
    assert "2/2" in text
    assert "12 rows of 2 files" in text
    assert "40/80" in text
    assert "model dim_leads" in text
