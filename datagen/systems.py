"""The systems whose extracts can be written."""

from collections.abc import Iterable

FIRST_ORG = "salesforce"
SECOND_ORG = "salesforce@emea"
ADDED_SYSTEMS = ("hubspot", "linkedin_ads", "meta_ads", SECOND_ORG)
ALL_SYSTEMS = (FIRST_ORG, "google_ads", "web", "generic", *ADDED_SYSTEMS)


def choose_systems(names: Iterable[str]) -> tuple[str, ...]:
    """The wanted systems in the order of ALL_SYSTEMS; ValueError for one that is not known."""
    wanted = set(names)
    unknown = sorted(wanted - set(ALL_SYSTEMS))
    if unknown or not wanted:
        raise ValueError(f"systems are some of {', '.join(ALL_SYSTEMS)}, not {unknown}")
    return tuple(name for name in ALL_SYSTEMS if name in wanted)
