"""The demo company, for whoever has no extracts yet."""

import shutil

from orchestration.fingerprint import has_extracts
from orchestration.settings import Settings

COMPLETE = ".complete"


def write_demo_if_empty(settings: Settings) -> bool:
    """Write the demo company into an empty or absent landing folder; say whether it was written.

    It is made in a hidden folder and moved when it is whole: a crash half-way leaves no half
    company that the next refresh would take for the customer's own.
    """
    draft = settings.landing / ".demo.tmp"
    is_whole = (draft / COMPLETE).exists()
    if has_extracts(settings) and not is_whole:
        return False
    if not is_whole:
        # numpy and pyarrow: only who writes a company pays for them
        from datagen import write_company

        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        write_company(draft)
        (draft / COMPLETE).touch()
    for entry in sorted(draft.iterdir()):
        if entry.name != COMPLETE:
            entry.replace(settings.landing / entry.name)
    shutil.rmtree(draft)
    return True
