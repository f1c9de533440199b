"""A reader of the generated files that knows nothing of the generator."""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

LEAD = "salesforce/lead/Lead.csv"
OPPORTUNITY = "salesforce/opportunity/Opportunity.csv"
FIRST_SYSTEMS = ("salesforce", "google_ads", "web", "generic")
_CENT = Decimal("0.01")


def to_time(text: str) -> datetime:
    """A time in any of the spellings of the extracts, as naive UTC."""
    return datetime.fromisoformat(text.replace(".000+0000", "").replace("Z", ""))


@dataclass(frozen=True)
class Extracts:
    """The generated files, read with the standard library."""

    landing: Path

    def read_file(self, path: str) -> tuple[list[dict[str, str]], list[list[str]]]:
        """Good records as dictionaries, and the broken lines."""
        with (self.landing / path).open(encoding="utf-8", newline="") as file:
            header, *lines = list(csv.reader(file))
        good = [dict(zip(header, line, strict=True)) for line in lines if len(line) == len(header)]
        return good, [line for line in lines if len(line) != len(header)]

    def read(self, path: str) -> list[dict[str, str]]:
        """Good records only."""
        return self.read_file(path)[0]

    def read_parts(self, folder: str) -> list[list[dict[str, str]]]:
        """The good records of each file of an object, by the time in the file names."""
        paths = sorted((self.landing / folder).glob("*.csv"))
        return [self.read(path.relative_to(self.landing).as_posix()) for path in paths]

    def read_newest(self, folder: str, key: str) -> dict[str, dict[str, str]]:
        """The record of each key in the newest file that has it."""
        return {row[key]: row for part in self.read_parts(folder) for row in part}

    def read_sheet(self) -> dict:
        """The answer sheet."""
        return json.loads((self.landing / ".answer_sheet.json").read_text(encoding="utf-8"))

    def read_rates(self) -> dict[tuple[str, date], Decimal]:
        """The published rates to the dollar."""
        return {
            (row["from_currency"], date.fromisoformat(row["date"])): Decimal(row["rate"])
            for row in self.read("generic/fx_rates/fx_rates.csv")
        }


def convert(amount: Decimal, currency: str, day: date, rates: dict) -> Decimal | None:
    """Dollars at the newest rate of the last seven days, None without one."""
    if currency == "USD":
        return amount
    for age in range(8):
        rate = rates.get((currency, day - timedelta(days=age)))
        if rate:
            return (amount * rate).quantize(_CENT, ROUND_HALF_UP)
    return None


class Groups:
    """Things that are known to be one: joined pair by pair."""

    def __init__(self, members: Iterable[object]) -> None:
        self.parent = {member: member for member in members}

    def find(self, member: object) -> object:
        """The member that stands for the whole group."""
        while self.parent[member] != member:
            member = self.parent[member]
        return member

    def join(self, one: object, other: object) -> None:
        """Say that two are one."""
        self.parent[self.find(one)] = self.find(other)
