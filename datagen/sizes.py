"""How much of everything a scale factor means, and the fixed period of all data."""

from dataclasses import dataclass

import numpy as np

DAY = 86_400
HOUR = 3_600
FIRST_DAY = int(np.datetime64("2025-01-01", "D").astype(int))
LAST_DAY = int(np.datetime64("2026-06-30", "D").astype(int))
START = FIRST_DAY * DAY
END = (LAST_DAY + 1) * DAY - 1
SPEND_DAYS = 540
FIRST_SPEND_DAY = LAST_DAY - SPEND_DAYS + 1
# the time of every file
EXTRACTED_AT = END + 1 + 4 * HOUR
# a missing value in any integer array of this package
MISSING = -1


@dataclass(frozen=True)
class Sizes:
    """Target counts; `planted` scales the count of a defect and keeps at least a few."""

    scale: float
    leads: int
    companies: int
    opportunities: int
    won: int
    expansions: int
    sessions: int
    members: int
    ad_campaigns: int
    crm_campaigns: int
    sales_reps: int

    @classmethod
    def at(cls, scale: float) -> "Sizes":
        """Sizes of a scale factor; raises ValueError below 0.005, where the defects do not fit."""
        if not 0.005 <= scale <= 1000:
            raise ValueError(f"scale must be between 0.005 and 1000, not {scale}")
        opportunities = round(25_000 * scale)
        return cls(
            scale=scale,
            leads=round(100_000 * scale),
            companies=round(35_000 * scale),
            opportunities=opportunities,
            won=round(10_000 * scale),
            expansions=round(0.14 * opportunities),
            sessions=round(1_200_000 * scale),
            members=round(300_000 * scale),
            ad_campaigns=max(10, round(500 * scale)),
            crm_campaigns=max(21, round(300 * scale)),
            sales_reps=max(6, round(60 * min(scale, 4.0))),
        )

    def planted(self, per_scale_one: int, at_least: int) -> int:
        """The count of a defect: proportional to the scale, never below `at_least`."""
        return max(at_least, round(per_scale_one * self.scale))
