"""A reader of the generated files that knows nothing of the generator."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

LEAD = "salesforce/lead/Lead.csv"
OPPORTUNITY = "salesforce/opportunity/Opportunity.csv"


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

    def read_sheet(self) -> dict:
        """The answer sheet."""
        return json.loads((self.landing / ".answer_sheet.json").read_text(encoding="utf-8"))
