"""What the CRMs say, as plain records: the one input of the oracle and of the models."""

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True)
class Person:
    """A record of a person: a Salesforce lead or contact, or a generic lead."""

    system: str
    object: str
    id: str
    created_at: datetime
    email: str | None = None
    name: str | None = None
    status: str | None = None
    is_deleted: bool = False
    merged_into: str | None = None
    converted_contact: str | None = None
    converted_opportunity: str | None = None
    # Salesforce knows the day, the generic source the second
    converted_on: date | None = None
    converted_at: datetime | None = None
    # fields of a Salesforce lead that a contract declares as stage dates
    mql_on: date | None = None
    sql_at: datetime | None = None


@dataclass(frozen=True)
class Change:
    """A row of a status or stage history; `old` is null where the history does not tell it."""

    system: str
    object: str
    id: str
    of: str
    at: datetime
    new: str | None
    old: str | None = None


@dataclass(frozen=True)
class Opportunity:
    """A deal as it stands."""

    system: str
    id: str
    created_at: datetime
    stage: str | None = None
    is_closed: bool | None = None
    is_won: bool | None = None
    # Salesforce knows the day, the generic source the second
    close_date: date | None = None
    closed_at: datetime | None = None
    amount: int | None = None
    is_deleted: bool = False


@dataclass(frozen=True)
class Member:
    """Someone of the buying group: a Salesforce contact role or a generic opportunity lead."""

    system: str
    id: str
    opportunity: str
    person: str
    is_deleted: bool = False


@dataclass
class Company:
    """All records of one installation."""

    people: list[Person] = field(default_factory=list)
    status_changes: list[Change] = field(default_factory=list)
    opportunities: list[Opportunity] = field(default_factory=list)
    stage_changes: list[Change] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
