"""Wins and pipeline as the generator planned them, of all CRMs."""

import pandas as pd

CRMS = ["salesforce", "salesforce@emea", "hubspot"]


def read_planned(answers: dict, part: str) -> pd.DataFrame:
    """The opportunities of one part of the sheet: system, id, at, amount_usd (NaN when unknown)."""
    frames = []
    for system in CRMS:
        sheet = answers if system == "salesforce" else answers["added"][system]
        rows = pd.DataFrame(sheet["opportunities"][part]["opportunities"])
        frames.append(rows.assign(system=system))
    planned = pd.concat(frames, ignore_index=True)
    planned["at"] = pd.to_datetime(planned["at"]).dt.tz_localize(None)
    planned["amount_usd"] = planned["amount_usd"].astype(float)
    return planned
