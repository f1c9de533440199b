"""Where one Salesforce org's extracts go, and how that org's export spells yes and no."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from datagen.exports.extract_files import Written, write_extract
from datagen.exports.text_columns import Column, Flags
from datagen.sizes import EXTRACTED_AT


@dataclass(frozen=True)
class OrgFiles:
    """The folder of one org, `salesforce` or `salesforce@<org>`."""

    folder: Path
    spelling: tuple[str, str] = ("true", "false")

    def write(
        self,
        object_name: str,
        file_name: str,
        columns: Mapping[str, Column],
        *,
        rows: np.ndarray | None = None,
        broken_lines: Mapping[int, str] | None = None,
        extracted_at: int = EXTRACTED_AT,
    ) -> Written:
        """Write one extract of an object and return what was written."""
        spelled = {
            name: replace(column, spelling=self.spelling) if isinstance(column, Flags) else column
            for name, column in columns.items()
        }
        return write_extract(
            self.folder / object_name / file_name,
            spelled,
            rows=rows,
            broken_lines=broken_lines,
            extracted_at=extracted_at,
        )
