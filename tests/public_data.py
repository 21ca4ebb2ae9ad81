"""Where public data sets lie that may not be part of the project; tests skip with a clear word where they are absent."""

from __future__ import annotations

import os
from pathlib import Path

_BESIDE = Path(__file__).parents[2] / "shared" / "data"


def divisions_file() -> Path:
    """The table of provinces, cities, counties and streets: below MINHU_DATA, else beside the project."""
    return Path(os.environ.get("MINHU_DATA") or _BESIDE) / "divisions" / "pcas-code.json"
