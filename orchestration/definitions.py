"""The Dagster code location of this installation: `dagster dev` reads `defs`."""

import os

from orchestration.code_location import build_definitions
from orchestration.settings import Settings

__all__ = ["build_definitions", "defs"]

defs = build_definitions(Settings.from_environment(os.environ))
