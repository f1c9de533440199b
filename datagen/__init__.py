"""A seeded generator of one B2B company's extracts, with an answer sheet of what was planted.

It imports nothing from the ledger: what it says about the truth comes from its own plan.
"""

from datagen.company import write_company

__all__ = ["write_company"]
