"""What an honest document may take: pages, characters, memory, time. Beyond it a reader says how to go on."""

from __future__ import annotations

from typing import Final

MAX_PAGES: Final = 800
MAX_SCANNED: Final = 100
"""Pages that have to be recognised as pictures."""
MAX_CHARACTERS: Final = 5_000_000
MAX_BLOCKS: Final = 200_000
MAX_CELLS: Final = 1_000_000
MAX_COLUMNS: Final = 300
MAX_DEPTH: Final = 200
"""Elements of a web page one inside the other."""
MEMORY: Final = 1024 * 1024 * 1024
"""Addresses of the process that reads; some 300 MiB of them are libraries."""
SECONDS: Final = 120
"""Of the processor."""
SCAN_MEMORY: Final = 6 * 1024 * 1024 * 1024
"""Recognising maps its model several times; what it really holds is some 600 MB."""
SCAN_SECONDS: Final = 1200


class TooMuchError(Exception):
    """The document goes beyond a bound; the message says which and what to do, in Chinese."""


def check_pages(pages: int) -> None:
    """Raise TooMuchError for a document with more pages than are read."""
    if pages > MAX_PAGES:
        raise TooMuchError(f"文件有 {pages} 页，最多 {MAX_PAGES} 页。请按章节拆分后分别上传。")
