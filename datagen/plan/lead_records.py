"""Extra and damaged lead records: duplicates, merges, re-exports, broken lines, invalid cells.

Defects that change a person's path or an opportunity's course are chosen where those are planned
(`population.kind`, `deals.opportunities.kind`); this module adds what exists only as records.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.plan.population import BAD_CREATED, DELETED, DUPLICATED, MERGE_SURVIVOR, Population
from datagen.sizes import DAY, END, MISSING, Sizes

INVALID_TIME = "not a date"
INVALID_AMOUNT = "abc"
INVALID_PROBABILITY = "1000"


@dataclass(frozen=True)
class LeadRecords:
    """All lead records: row i < number of persons is person i's own, the rest are extra records."""

    person: np.ndarray
    email: pa.Array
    created_at: np.ndarray
    modified_at: np.ndarray
    is_deleted: np.ndarray
    merged_into: np.ndarray
    duplicates: np.ndarray
    merged: np.ndarray
    invalid_created: np.ndarray
    reexported_copies: np.ndarray
    reexported_newer: np.ndarray


def plan_lead_records(
    sizes: Sizes, population: Population, deals_modified_at: np.ndarray, seed: int
) -> LeadRecords:
    """Add duplicate and merged-away records to the base records and choose the re-exported ones.

    `deals_modified_at` is the time of the last change per base record.
    """
    rng = np.random.default_rng([seed, 7])
    count = len(population)
    twins = population.of_kind(DUPLICATED)
    twin_at = population.created_at[twins] + (rng.uniform(1, 100, len(twins)) * DAY).astype(
        np.int64
    )
    twin_email = _disguise(population.email.take(pa.array(twins)))

    survivors = population.of_kind(MERGE_SURVIVOR)
    # chains of one, two and three records before the survivor
    lengths = 1 + np.arange(len(survivors)) % 3
    chain = np.repeat(np.arange(len(survivors)), lengths)
    first_row = count + len(twins)
    merged = first_row + np.arange(len(chain))
    is_last = np.r_[chain[1:] != chain[:-1], True] if len(chain) else np.zeros(0, dtype=bool)
    merged_into = np.where(is_last, survivors[chain], merged + 1)
    merged_at = population.created_at[survivors[chain]] + (
        rng.uniform(1, 60, len(chain)) * DAY
    ).astype(np.int64)
    # an address of their own: only MasterRecordId ties them to the survivor
    old_email = pc.binary_join_element_wise(
        "old",
        pa.array(merged).cast(pa.string()),
        population.email.take(pa.array(survivors[chain])),
        ".",
    )
    extra_at = np.r_[twin_at, merged_at]
    base_modified_at = np.minimum(deals_modified_at + 5, END)
    modified_at = np.r_[base_modified_at, np.minimum(extra_at + 20 * DAY, END)]
    calm = np.flatnonzero((population.kind == 0) & (base_modified_at < END - 2 * DAY))
    shown_again = rng.permutation(calm)[: 2 * sizes.planted(150, 3)]
    return LeadRecords(
        person=np.r_[np.arange(count), twins, survivors[chain]],
        email=pa.concat_arrays([_flatten(a) for a in (population.email, twin_email, old_email)]),
        created_at=np.r_[population.created_at, extra_at],
        modified_at=modified_at,
        is_deleted=np.r_[
            population.kind == DELETED, np.zeros(len(twins), bool), np.ones(len(chain), bool)
        ],
        merged_into=np.r_[np.full(first_row, MISSING), merged_into],
        duplicates=count + np.arange(len(twins)),
        merged=merged,
        invalid_created=population.of_kind(BAD_CREATED),
        reexported_copies=np.sort(shown_again[::2]),
        reexported_newer=np.sort(shown_again[1::2]),
    )


def _disguise(emails: pa.Array) -> pa.Array:
    """The same address in upper case, in title case, with spaces around it."""
    variant = np.arange(len(emails)) % 3
    padded = pc.binary_join_element_wise(" ", emails, " ", "")
    return pc.if_else(
        pa.array(variant == 0),
        pc.utf8_upper(emails),
        pc.if_else(pa.array(variant == 1), padded, pc.utf8_capitalize(emails)),
    )


def _flatten(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
