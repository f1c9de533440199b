"""Who is who, from the design: a lead is a connected component of records (identity 1 to 3)."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from source_records import Company, Person

from orchestration.settings import PROJECT_ROOT

MOST_NAMES_PER_EMAIL = 3
MOST_RECORDS = 50

RecordKey = tuple[str, str, str]


@dataclass(frozen=True)
class Lead:
    """A person with all their records, the oldest first."""

    records: tuple[Person, ...]

    @property
    def oldest(self) -> Person:
        return self.records[0]

    @property
    def created_at(self) -> datetime:
        return self.oldest.created_at

    @property
    def is_live(self) -> bool:
        return any(is_live(record) for record in self.records)


def seed(name: str) -> list[dict[str, str]]:
    """Read a table that users edit."""
    with (PROJECT_ROOT / "seeds" / f"{name}.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


def key_of(person: Person) -> RecordKey:
    return (person.system, person.object, person.id)


def is_live(person: Person) -> bool:
    return not person.is_deleted and person.merged_into is None


def leads_of(company: Company) -> list[Lead]:
    """Join the records of a company into leads."""
    joined = components([key_of(person) for person in company.people], edges_of(company))
    people = {key_of(person): person for person in company.people}
    leads = []
    for keys in joined:
        groups = [keys] if len(keys) <= MOST_RECORDS else [[key] for key in keys]
        leads += [Lead(tuple(sorted((people[key] for key in group), key=age))) for group in groups]
    return leads


def age(person: Person) -> tuple:
    return (person.created_at, *key_of(person))


def edges_of(company: Company) -> Iterable[tuple[RecordKey, RecordKey]]:
    """Same email, conversion, merge."""
    for group in by_email(company.people).values():
        yield from ((key_of(group[0]), key_of(other)) for other in group[1:])
    for person in company.people:
        if person.converted_contact:
            yield key_of(person), (person.system, "contact", person.converted_contact)
        if person.merged_into:
            yield key_of(person), (person.system, person.object, person.merged_into)


def by_email(people: Iterable[Person]) -> dict[str, list[Person]]:
    """Records by normalised email, without the emails that join nobody."""
    mailboxes = {row["local_part"] for row in seed("shared_mailboxes")}
    groups: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        if person.email and person.email.strip():
            groups[person.email.strip().lower()].append(person)
    return {
        email: group
        for email, group in groups.items()
        if email.split("@")[0] not in mailboxes
        and len({person.name.strip().lower() for person in group if person.name})
        <= MOST_NAMES_PER_EMAIL
    }


def components(
    keys: Iterable[RecordKey], edges: Iterable[tuple[RecordKey, RecordKey]]
) -> list[list[RecordKey]]:
    """Union-find; an edge to a record that is not there joins nothing."""
    parent = {key: key for key in keys}

    def root(key: RecordKey) -> RecordKey:
        while parent[key] != key:
            key = parent[key]
        return key

    for one, other in edges:
        if other in parent:
            parent[root(one)] = root(other)
    groups: dict[RecordKey, list[RecordKey]] = defaultdict(list)
    for key in parent:
        groups[root(key)].append(key)
    return list(groups.values())
