"""HubSpot record ids: plain numbers, one range per object."""

import numpy as np

_FIRST = {
    "contact": (40_000_001, 7),
    "company": (2_100_000_003, 3),
    "deal": (3_900_000_011, 11),
    "engagement": (19_700_000_013, 13),
    "owner": (44_023_296, 5),
    "email_campaign": (75_310_262, 31),
    "conversion": (880_000_001, 1),
}


def number_ids(object_name: str, rows: np.ndarray) -> np.ndarray:
    """The ids of records 0, 1, 2 … of an object; a missing record stays missing."""
    first, step = _FIRST[object_name]
    return np.where(rows < 0, -1, first + rows.astype(np.int64) * step)


def list_numbers(object_name: str, rows: np.ndarray) -> list[str]:
    """The same ids as Python strings."""
    return [str(value) for value in number_ids(object_name, rows).tolist()]
