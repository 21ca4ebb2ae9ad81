"""Compile src/minhu/locale/*/LC_MESSAGES/*.po to .mo with Babel, so that no GNU gettext is needed."""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

LOCALE = Path(__file__).resolve().parent.parent / "src" / "minhu" / "locale"


def compile_all() -> int:
    """Write each .mo; returns the number of catalogues. Exits with a sentence when a .po cannot be read."""
    count = 0
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        try:
            with source.open("rb") as handle:
                catalogue = read_po(handle, abort_invalid=True)
        except (PoFileError, ValueError) as error:
            raise SystemExit(f"{source.relative_to(LOCALE)}: {error}") from error
        with source.with_suffix(".mo").open("wb") as out:
            write_mo(out, catalogue)
        count += 1
    return count


if __name__ == "__main__":
    print(f"{compile_all()} catalogues compiled")
    sys.exit(0)
