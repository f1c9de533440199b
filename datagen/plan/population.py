"""The people: who they are, when each became a lead, and which way each lead went.

A lead's path is a row of statuses and times, drawn from templates. Everything later (opportunities,
touches, files, the answer sheet) is derived from these arrays.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.sizes import DAY, END, FIRST_DAY, HOUR, LAST_DAY, MISSING, Sizes
from datagen.vocabulary import (
    COMPANY_FIRST,
    COMPANY_SECOND,
    COMPANY_SUFFIXES,
    COMPANY_THIRD,
    COUNTRIES,
    DISQUALIFIED,
    FIRST_NAMES,
    FREE_MAIL_DOMAINS,
    LAST_NAMES,
    LEAD_SOURCES,
    MQL,
    NEW,
    PARKED,
    RECYCLED,
    SAL,
    SQL,
)

# what is special about a lead; each lead has at most one, so that defects cannot meet
(
    PLAIN,
    SHARED_MAILBOX,
    DELETED,
    BAD_CREATED,
    UNMAPPED,
    EARLY_HISTORY,
    NO_HISTORY,
    DUPLICATED,
    MERGE_SURVIVOR,
    CROWDED_EMAIL,
) = range(10)
_PEOPLE_PER_ADDRESS = {SHARED_MAILBOX: 3, CROWDED_EMAIL: 4}
_SHARED_LOCAL_PARTS = {SHARED_MAILBOX: "info", CROWDED_EMAIL: "front.desk"}

_CONVERTED_PATHS = [
    (60, (NEW, MQL, SAL, SQL)),
    (8, (NEW, MQL, SQL)),
    (6, (NEW, SQL)),
    (4, (NEW, SAL, SQL)),
    (4, (NEW, MQL, SAL, MQL, SAL, SQL)),
    (6, (NEW, MQL, RECYCLED, MQL, SAL, SQL)),
    (5, (NEW, MQL, SAL, RECYCLED, NEW, MQL, SAL, SQL)),
]
_OTHER_PATHS = [
    (26, (NEW,)),
    (14, (NEW, MQL)),
    (14, (NEW, MQL, DISQUALIFIED)),
    (10, (NEW, MQL, RECYCLED)),
    (6, (NEW, DISQUALIFIED)),
    (9, (NEW, MQL, SAL)),
    (6, (NEW, MQL, SAL, RECYCLED)),
    (6, (NEW, MQL, SAL, DISQUALIFIED)),
    (1, (NEW, SAL)),
    (1, (NEW, MQL, SAL, MQL)),
    (1, (NEW, MQL, SAL, MQL, SAL, DISQUALIFIED)),
    (2, (NEW, MQL, RECYCLED, MQL, SAL)),
    (1.5, (NEW, MQL, RECYCLED, NEW, MQL, DISQUALIFIED)),
]
_PATH_WIDTH = 8
# median hours from the step before, by status entered
_MEDIAN_HOURS = {MQL: 20, SAL: 40, SQL: 130, RECYCLED: 220, DISQUALIFIED: 150, NEW: 1000}
_REENTRY_HOURS = 900
_SOURCE_SHARES = [0.34, 0.2, 0.14, 0.08, 0.07, 0.1, 0.07]
_SOURCE_QUALITY = np.array([1.0, 1.1, 0.8, 2.0, 1.5, 0.5, 1.0])


@dataclass(frozen=True)
class Population:
    """Companies and lead persons; person i of this table is base lead record i, oldest first."""

    company_names: pa.Array
    company_domains: pa.Array
    company: np.ndarray
    first_name: np.ndarray
    last_name: np.ndarray
    email: pa.Array
    has_email: np.ndarray
    country: np.ndarray
    source: np.ndarray
    owner: np.ndarray
    created_at: np.ndarray
    path: np.ndarray
    path_at: np.ndarray
    kind: np.ndarray
    is_converted: np.ndarray

    def __len__(self) -> int:
        """Number of lead persons."""
        return len(self.company)

    @property
    def step_count(self) -> np.ndarray:
        """Statuses entered per lead, creation included."""
        return (self.path >= 0).sum(axis=1)

    @property
    def status(self) -> np.ndarray:
        """The last status per lead."""
        return self.path[np.arange(len(self)), self.step_count - 1]

    @property
    def last_step_at(self) -> np.ndarray:
        """The latest planned time per lead."""
        return np.maximum(self.path_at.max(axis=1), self.created_at)

    @property
    def is_quiet(self) -> np.ndarray:
        """Leads without any touch or activity: their defect must not reach another record."""
        return np.isin(self.kind, (SHARED_MAILBOX, CROWDED_EMAIL, DELETED, BAD_CREATED))

    def of_kind(self, kind: int) -> np.ndarray:
        """The leads that carry one defect."""
        return np.flatnonzero(self.kind == kind)


def plan_population(sizes: Sizes, seed: int, *, org: str = "") -> Population:
    """Draw the companies, the people and their paths.

    No address of one `org` is an address of another: its name is in every one of them.
    """
    rng = np.random.default_rng([seed, 1])
    count = sizes.leads
    ending = f".{org}" if org else ""
    names, domains = _name_companies(sizes.companies, f"{ending}.example", rng)
    created_at = _draw_arrivals(count, rng)
    source = rng.choice(len(LEAD_SOURCES), count, p=_SOURCE_SHARES).astype(np.int64)
    # a few companies send many people: squaring the uniform draw crowds the low numbers
    company = (rng.random(count) ** 1.6 * sizes.companies).astype(np.int64)
    first = rng.integers(0, len(FIRST_NAMES), count)
    last = rng.integers(0, len(LAST_NAMES), count)
    is_converted = _choose_converted(sizes, created_at, source, rng)
    path, path_at = _draw_paths(created_at, is_converted, rng)
    kind = _assign_kinds(sizes, created_at, is_converted, rng)
    _bend_paths(kind, path, path_at, created_at, rng)
    _share_addresses(kind, company, first)
    email, has_email = _write_emails(company, domains, first, last, kind, ending, rng)
    return Population(
        company_names=names,
        company_domains=domains,
        company=company,
        first_name=first,
        last_name=last,
        email=email,
        has_email=has_email,
        country=rng.integers(0, len(COUNTRIES), count),
        source=source,
        owner=rng.integers(0, sizes.sales_reps, count),
        created_at=created_at,
        path=path,
        path_at=path_at,
        kind=kind,
        is_converted=is_converted,
    )


def _name_companies(
    count: int, domain_ending: str, rng: np.random.Generator
) -> tuple[pa.Array, pa.Array]:
    first, second, third = (pa.array(w) for w in (COMPANY_FIRST, COMPANY_SECOND, COMPANY_THIRD))
    combinations = len(first) * len(second) * len(third)
    # a stride coprime to the number of combinations visits each once
    index = (np.arange(count, dtype=np.int64) * 104_729 + 7) % combinations
    index, a = np.divmod(index, len(first))
    c, b = np.divmod(index, len(second))
    words = [w.take(pa.array(i)) for w, i in ((first, a), (second, b), (third, c))]
    round_number = np.arange(count) // combinations
    again = pa.array(np.where(round_number > 0, round_number, -1)).cast(pa.string())
    again = pc.if_else(pa.array(round_number > 0), again, "")
    suffix = pa.array(COMPANY_SUFFIXES).take(
        pa.array(
            rng.choice(len(COMPANY_SUFFIXES), count, p=[0.5, 0.1, 0.12, 0.1, 0.08, 0.02, 0.08])
        )
    )
    stem = pc.binary_join_element_wise(words[0], words[1], again, "")
    names = pc.binary_join_element_wise(
        pc.binary_join_element_wise(stem, words[2], " "), suffix, ""
    )
    domains = pc.binary_join_element_wise(
        pc.utf8_lower(pc.binary_join_element_wise(stem, words[2], "-")), domain_ending, ""
    )
    return names, domains


def _draw_arrivals(count: int, rng: np.random.Generator) -> np.ndarray:
    days = np.arange(FIRST_DAY, LAST_DAY + 1)
    # day 0 was a Thursday
    weight = np.where((days + 3) % 7 >= 5, 0.3, 1.0) * np.linspace(1.0, 1.6, len(days))
    day = rng.choice(days, count, p=weight / weight.sum())
    second = np.clip(rng.normal(13.5 * HOUR, 4 * HOUR, count), HOUR, DAY - 2 * HOUR)
    return np.sort(day * DAY + second.astype(np.int64))


def _choose_converted(
    sizes: Sizes, created_at: np.ndarray, source: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    # nine of ten conversions open an opportunity
    wanted = round((sizes.opportunities - sizes.expansions) / 0.9)
    eligible = np.flatnonzero(created_at <= END - 35 * DAY)
    weight = _SOURCE_QUALITY[source[eligible]]
    chosen = rng.choice(eligible, wanted, replace=False, p=weight / weight.sum())
    is_converted = np.zeros(len(created_at), dtype=bool)
    is_converted[chosen] = True
    return is_converted


def _draw_paths(
    created_at: np.ndarray, is_converted: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    path = np.full((len(created_at), _PATH_WIDTH), MISSING, dtype=np.int64)
    for rows, templates in (
        (np.flatnonzero(is_converted), _CONVERTED_PATHS),
        (np.flatnonzero(~is_converted), _OTHER_PATHS),
    ):
        weight = np.array([share for share, _ in templates], dtype=float)
        table = np.full((len(templates), _PATH_WIDTH), MISSING, dtype=np.int64)
        for number, (_, steps) in enumerate(templates):
            table[number, : len(steps)] = steps
        path[rows] = table[rng.choice(len(templates), len(rows), p=weight / weight.sum())]
    median = np.array([_MEDIAN_HOURS.get(status, 1) for status in range(PARKED + 1)])
    hours = median[path] * np.exp(rng.normal(0, 1.1, path.shape))
    follows_recycled = np.zeros(path.shape, dtype=bool)
    follows_recycled[:, 1:] = path[:, :-1] == RECYCLED
    hours = np.where(follows_recycled, _REENTRY_HOURS * np.exp(0.3 * np.log(hours / 20)), hours)
    hours[:, 0] = 0
    hours[path == MISSING] = 0
    total = hours.sum(axis=1)
    # a conversion happens inside the period: squeeze the path into the room that is left
    room = (END - created_at - 4 * DAY) / HOUR * rng.uniform(0.3, 0.95, len(created_at))
    squeeze = np.where(is_converted & (total > room), room / np.maximum(total, 1e-9), 1.0)
    gaps = np.maximum((hours * squeeze[:, None] * HOUR).astype(np.int64), 60)
    gaps[:, 0] = 0
    path_at = created_at[:, None] + np.cumsum(gaps, axis=1)
    # what would come after the period has not happened
    path[path_at > END] = MISSING
    path_at[path == MISSING] = MISSING
    return path, path_at


def _assign_kinds(
    sizes: Sizes, created_at: np.ndarray, is_converted: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    kind = np.zeros(len(created_at), dtype=np.int64)
    # room after creation for the duplicate, the merge, or the status change
    pool = rng.permutation(np.flatnonzero(~is_converted & (created_at <= END - 130 * DAY)))
    wanted = {
        SHARED_MAILBOX: _PEOPLE_PER_ADDRESS[SHARED_MAILBOX] * sizes.planted(50, 1),
        CROWDED_EMAIL: _PEOPLE_PER_ADDRESS[CROWDED_EMAIL] * sizes.planted(20, 1),
        DELETED: sizes.planted(300, 3),
        BAD_CREATED: sizes.planted(20, 2),
        UNMAPPED: sizes.planted(300, 3),
        EARLY_HISTORY: sizes.planted(200, 3),
        NO_HISTORY: sizes.planted(500, 3),
        DUPLICATED: sizes.planted(1000, 4),
        MERGE_SURVIVOR: sizes.planted(300, 3),
    }
    taken = 0
    for name, number in wanted.items():
        kind[pool[taken : taken + number]] = name
        taken += number
    return kind


def _share_addresses(kind: np.ndarray, company: np.ndarray, first_name: np.ndarray) -> None:
    """Put the people of one address into one company, under different names, in place."""
    for name, size in _PEOPLE_PER_ADDRESS.items():
        people = np.flatnonzero(kind == name).reshape(-1, size)
        company[people] = company[people[:, :1]]
        first_name[people] = (first_name[people[:, :1]] + 7 * np.arange(size)) % len(FIRST_NAMES)


def _bend_paths(
    kind: np.ndarray,
    path: np.ndarray,
    path_at: np.ndarray,
    created_at: np.ndarray,
    rng: np.random.Generator,
) -> None:
    """Give the leads with a defect the path that the defect needs, in place."""
    special = np.isin(kind, (*_PEOPLE_PER_ADDRESS, DELETED, BAD_CREATED, UNMAPPED, EARLY_HISTORY))
    path[special, 1:] = MISSING
    path_at[special, 1:] = MISSING
    for name, status in ((UNMAPPED, PARKED), (EARLY_HISTORY, MQL)):
        rows = np.flatnonzero(kind == name)
        days = rng.integers(2, 30, len(rows)) * (1 if name == UNMAPPED else -1)
        path[rows, 1] = status
        path_at[rows, 1] = created_at[rows] + days * DAY


def _write_emails(
    company: np.ndarray,
    domains: pa.Array,
    first: np.ndarray,
    last: np.ndarray,
    kind: np.ndarray,
    free_mail_ending: str,
    rng: np.random.Generator,
) -> tuple[pa.Array, np.ndarray]:
    count = len(company)
    draw = rng.random(count)
    is_free_mail = (draw < 0.05) & (kind == PLAIN)
    has_email = ~((draw > 0.98) & (kind == PLAIN))
    host = domains.take(pa.array(company))
    free = pa.array(FREE_MAIL_DOMAINS).take(pa.array(rng.integers(0, 3, count)))
    local = join_local_part(first, last, _number_namesakes(company, first, last, is_free_mail))
    local = pc.if_else(
        pa.array(is_free_mail), pc.binary_join_element_wise(local, free_mail_ending, ""), local
    )
    for name, shared in _SHARED_LOCAL_PARTS.items():
        local = pc.if_else(pa.array(kind == name), shared, local)
    email = pc.binary_join_element_wise(
        local,
        pc.if_else(pa.array(is_free_mail), free, host),
        "@",
    )
    return pc.if_else(pa.array(has_email), email, pa.scalar(None, pa.string())), has_email


def _number_namesakes(
    company: np.ndarray, first: np.ndarray, last: np.ndarray, is_free_mail: np.ndarray
) -> np.ndarray:
    """0 for the first bearer of a name in a company; free mail gets a number of its own."""
    key = (company * len(FIRST_NAMES) + first) * len(LAST_NAMES) + last
    order = np.argsort(key, kind="stable")
    starts = np.r_[True, key[order][1:] != key[order][:-1]]
    position = np.arange(len(key))
    rank = np.empty(len(key), dtype=np.int64)
    rank[order] = position - np.maximum.accumulate(np.where(starts, position, 0))
    return np.where(is_free_mail, position + 1_000, rank)


def join_local_part(first: np.ndarray, last: np.ndarray, number: np.ndarray) -> pa.Array:
    """`first.last` in plain lower-case letters, with a number where it is not 0."""
    plain = [
        pa.array([_plain_letters(name) for name in names]) for names in (FIRST_NAMES, LAST_NAMES)
    ]
    digits = pc.if_else(pa.array(number > 0), pa.array(number).cast(pa.string()), "")
    stem = pc.binary_join_element_wise(
        plain[0].take(pa.array(first)), plain[1].take(pa.array(last)), "."
    )
    return pc.binary_join_element_wise(stem, digits, "")


def _plain_letters(name: str) -> str:
    plain = name.lower().translate(str.maketrans("éãüáíëö", "eauaieo"))
    return "".join(letter for letter in plain if letter.isascii() and letter.isalpha())
