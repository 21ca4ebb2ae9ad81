"""What a visitor needs to know of a web page beside its article: its title, whether it asks to sign in, linked documents.

Blocks: the title as a heading, a password's field as a footnote, and one table of two columns, address and words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from minhu.engines.readers import kinds, webpage
from minhu.language.papers.types import Block, BlockKind

LINKED: Final = (".pdf", ".docx", ".xlsx", ".xls", ".doc", ".csv")
MOST_LINKS: Final = 50
LONGEST: Final = 500


def blocks(content: bytes, base: str) -> Iterator[Block]:
    """Title, sign of a sign-in, and the documents linked in the page's article; addresses made whole by ``base``."""
    text = kinds.decoded(content)
    webpage.check_depth(text)
    page = LexborHTMLParser(text)
    title = page.css_first("title")
    named = re.sub(r"\s+", " ", title.text()).strip()[:200] if title is not None else ""
    yield Block(BlockKind.HEADING, named or "—", 1)
    if page.css_first("input[type=password]") is not None:
        yield Block(BlockKind.FOOTNOTE, "password")
    told = page.css_first("base[href]")
    base = urljoin(base, (told.attributes.get("href") or "") if told is not None else "")
    found: dict[str, str] = {}
    body = webpage.article(page) or page.body
    for link in body.css("a[href]") if body is not None else ():
        address = _whole(base, link.attributes.get("href") or "")
        if address and len(found) < MOST_LINKS:
            found.setdefault(address, re.sub(r"\s+", " ", link.text()).strip()[:200])
    if found:
        yield Block(BlockKind.TABLE, rows=tuple(found.items()))


def _whole(base: str, link: str) -> str:
    """The whole address of a linked document; empty for anything else."""
    try:
        address = urljoin(base, link.strip()).partition("#")[0]
        parts = urlsplit(address)
    except ValueError:
        return ""
    fits = parts.scheme in {"http", "https"} and parts.path.lower().endswith(LINKED)
    return address if fits and len(address) <= LONGEST else ""
