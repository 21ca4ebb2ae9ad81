"""Feeds: RSS 2.0, RSS 1.0 and Atom (RFC 4287), read by their elements' names; entities and other traps are refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from minhu.kernel.errors import Invalid

MOST_ENTRIES: Final = 50
_ENTRIES: Final = frozenset({"item", "entry"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: the address of its page, its title, and when it was last changed, in the feed's own words."""

    address: str
    title: str
    changed: str = ""


def entries(content: bytes, address: str) -> list[Entry]:
    """The first entries of a feed that stood at ``address``, each address once; raises Invalid for what is no feed."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise _no_feed() from error
    if _name(root) not in {"rss", "rdf", "feed"}:
        raise _no_feed()
    found: dict[str, Entry] = {}
    for element in root.iter():
        if _name(element) in _ENTRIES and len(found) < MOST_ENTRIES:
            one = _entry(element, address)
            if one is not None:
                found.setdefault(one.address, one)
    return list(found.values())


def _entry(element: Any, base: str) -> Entry | None:
    place = _link(element) or next(
        (_text(one) for one in element if _name(one) == "guid" and _text(one).startswith("http")), ""
    )
    if not place:
        return None
    changed = next(
        (_text(one) for name in ("updated", "pubdate", "date", "published") for one in _named(element, name)), ""
    )
    title = next((_text(one) for one in _named(element, "title")), "")
    return Entry(urljoin(base, place), title[:200], changed[:60])


def _link(element: Any) -> str:
    """The page of an entry: the text of RSS's link, or Atom's link that is no other relation."""
    for one in _named(element, "link"):
        if one.get("href") and one.get("rel", "alternate") == "alternate":
            return str(one.get("href")).strip()
        if _text(one):
            return _text(one)
    return ""


def _named(element: Any, name: str) -> Iterator[Any]:
    return (one for one in element if _name(one) == name)


def _name(element: Any) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2].lower()


def _text(element: Any) -> str:
    return (element.text or "").strip()


def _no_feed() -> Invalid:
    return Invalid("这个地址给出的不是订阅源（RSS 或 Atom）。", code="no_feed", fields={"address": "不是订阅源"})
