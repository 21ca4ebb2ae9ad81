"""Watched pages and feeds: what is new or changed is proposed, what is gone is told, what has turned into something
else is held until a person looks. Nothing is published, no paper is taken away.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from django.db import transaction

from minhu.directory.access import as_system
from minhu.directory.queries.rules import source_rules
from minhu.engines import outbound
from minhu.engines.readers import kinds
from minhu.engines.readers.reading import Outline, Read, outline_of, read_as
from minhu.engines.visits import feeds, fetching
from minhu.engines.visits.fetching import Fetched, NotVisited, Visitor
from minhu.kernel.actors import SYSTEM, use_actor
from minhu.kernel.clock import is_doubted, now
from minhu.kernel.errors import Invalid, MinhuError
from minhu.knowledge.domain.defaults import from_json
from minhu.knowledge.domain.turns import Seen, turned
from minhu.knowledge.models import Source, SourceItem, Version
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.services import editing, making, sources
from minhu.knowledge.services.telling import tell
from minhu.knowledge.types import EntryData, NoticeKind, Rights, SourceKind
from minhu.language.papers.cutting import cut

TRIES: Final = 3
"""So many failures in a row before a page counts as gone, or its host as away."""
MOST_VISITS: Final = 60
"""Addresses in one look at a source; the others wait for the next."""
LEAST_MINUTES: Final = 30
_AT_ONCE: Final = frozenset({"refused", "robots", "large", "turned"})
"""Reasons that no second try changes."""
_WEB: Final = (SourceKind.PAGE, SourceKind.FEED)


def add_site(
    kind: SourceKind, label: str, address: str, owner_unit: int, rights: Rights, entry: EntryData, minutes: int = 1440,
    follow: bool = True,
) -> int:  # fmt: skip
    """Watch a page or a feed; ``follow``: documents linked in its pages come along. Raises Invalid, Conflict, NotAllowed."""
    sources.check(label, owner_unit, rights, entry, minutes, LEAST_MINUTES)
    place = fetching.tidy(address)
    target = outbound.parse(place)
    if not source_rules().allows(target.host, target.port):
        message = f"{target.header} 不在网站白名单内，请系统管理员在“系统管理—规则—网站白名单”中添加后再试。"
        raise Invalid(message, code="host_not_allowed", fields={"address": message})
    return sources.create(kind, label, place, owner_unit, rights, entry, minutes, follow)


def tick() -> int:
    """Look at the pages and feeds that are due; returns how much was proposed, held or told."""
    if is_doubted():
        return 0
    return sum(sources.alone(_look, source) for source in sources.due(_WEB))


@lru_cache(maxsize=1)
def _visitor() -> Visitor:
    return Visitor(lambda host, port: source_rules().allows(host, port))


@dataclass(slots=True)
class _Round:
    """One look at a source: what is known of it, and the addresses still to visit."""

    source: Source
    known: dict[str, SourceItem]
    left: deque[str] = field(default_factory=deque)
    seen: set[str] = field(default_factory=set)

    def add(self, address: str) -> None:
        """Visit an address too, once."""
        if address not in self.seen and len(address) <= outbound.LONGEST_URL:
            self.seen.add(address)
            self.left.append(address)


def _look(source_id: int) -> int:
    with transaction.atomic(), as_system(), reading():
        source = Source.objects.get(pk=source_id)
        one = _Round(source, {item.place: item for item in source.items.all()})
    try:
        starts = _entries(source) if source.kind == SourceKind.FEED.value else [source.address]
    except (NotVisited, Invalid) as error:
        sources.note_problem(source, error.message, 1 if error.code in _AT_ONCE else TRIES)
        return 1
    there = sorted(
        (item for item in one.known.values() if item.gone_at is None), key=lambda item: (item.misses, item.seen_at)
    )
    for address in (*starts, *(item.place for item in there)):
        one.add(address)
    done = visits = 0
    while one.left and visits < MOST_VISITS:
        done, visits = done + _visited(one, one.left.popleft()), visits + 1
    if source.kind == SourceKind.FEED.value:
        sources.note_problem(source, "")
    return done


def _entries(source: Source) -> list[str]:
    """The addresses of a feed's entries."""
    fetched = _visitor().fetch(source.address, most=fetching.MOST_PAGE)
    found = []
    for entry in feeds.entries(fetched.body or b"", fetched.address):
        try:
            found.append(fetching.tidy(entry.address))
        except Invalid:
            continue
    return found


def _visited(one: _Round, address: str) -> int:
    """Visit an address and see to what came of it; of a watched page itself, what is wrong is the source's problem."""
    item, own = one.known.get(address), address == one.source.address
    with use_actor(SYSTEM):
        try:
            marks = (item.etag, item.modified) if item is not None and item.gone_at is None else ("", "")
            fetched = _visitor().fetch(address, etag=marks[0], modified=marks[1])
            done = _same(item) if fetched.body is None else _take(one, address, item, fetched, fetched.body)
        except MinhuError as error:
            if own:
                sources.note_problem(one.source, error.message, tries=0)
            return _missed(one.source, address, item, error)
    if own:
        sources.note_problem(one.source, "")
    return done


def _same(item: SourceItem | None) -> int:
    """Nothing changed since the last visit."""
    if item is not None:
        with transaction.atomic(), as_system(), reading():
            SourceItem.objects.filter(pk=item.pk).update(seen_at=now(), misses=0, problem="")
    return 0


def _take(one: _Round, address: str, item: SourceItem | None, fetched: Fetched, body: bytes) -> int:
    """Compare what came with what was there: propose it, hold it, or go on."""
    name = name_of(fetched, body)
    kind = kinds.inspect(body, name)
    values: dict[str, object] = {
        "etag": fetched.etag,
        "modified": fetched.modified,
        "seen_at": now(),
        "gone_at": None,
        "misses": 0,
        "problem": "",
    }
    digest = hashlib.sha256(body).hexdigest()
    if kind != kinds.HTML and _is_known(item, digest):
        return _noted(one.source, address, {**values, "held": ""}, 0)
    read = read_as(kind, body)
    paper = cut(read.blocks, PurePosixPath(name).stem)
    outline = outline_of(body, fetched.address) if kind == kinds.HTML else None
    if outline is not None:
        digest = hashlib.sha256(paper.text.encode()).hexdigest()
        for link in _linked(one, outline):
            one.add(link)
        if _is_known(item, digest):
            return _noted(one.source, address, {**values, "held": ""}, 0)
    after = Seen(kind, paper.title, paper.text, outline.signs_in if outline else False)
    if reason := turned(_before(item), after):
        judged = item is not None and item.held_digest == digest
        if item is None or not judged or not item.accepted:
            return _held(one.source, address, item, values, (digest, reason), judged)
    _proposed(
        one.source,
        address,
        item,
        _Paper(name, kind, body, read),
        {**values, "digest": digest, "title": paper.title[:200]},
    )
    return 1


def _is_known(item: SourceItem | None, digest: str) -> bool:
    """Whether this is what was proposed last from an address; of a page its words count, not its adornments."""
    return item is not None and item.digest == digest and item.document_id is not None


def _linked(one: _Round, outline: Outline) -> Iterator[str]:
    """The documents that a page links, where they come along."""
    for link, _words in outline.links if one.source.follow else ():
        with suppress(Invalid):
            yield fetching.tidy(link)


def _before(item: SourceItem | None) -> Seen | None:
    """What the newest version from an address said."""
    if item is None or item.document_id is None:
        return None
    with transaction.atomic(), as_system(), reading():
        newest = Version.objects.filter(document_id=item.document_id).order_by("-number").first()
        return Seen(item.media_type or newest.media_type, item.title, newest.text) if newest else None


def _held(
    source: Source,
    address: str,
    item: SourceItem | None,
    values: dict[str, object],
    found: tuple[str, str],
    judged: bool,
) -> int:
    """Keep what came from the paper: told once, proposed only when a person says that it is the same paper."""
    digest, reason = found
    if judged:
        return _noted(source, address, values, 0)
    _noted(source, address, {**values, "held": reason[:300], "held_digest": digest, "accepted": False}, 0)
    with transaction.atomic(), as_system(), reading():
        newest = _newest(item.document_id if item else None)
        tell(
            NoticeKind.HELD,
            f"来源“{source.label}”的 {_short(address)} 存疑，没有登记：{reason}。原有文件不受影响，请到自动来源核对。",
            newest,
            source,
        )
    return 1


@dataclass(frozen=True, slots=True)
class _Paper:
    name: str
    kind: str
    body: bytes
    read: Read


def _proposed(source: Source, address: str, item: SourceItem | None, came: _Paper, values: dict[str, object]) -> None:
    """Register a draft: a new document, or a further version of the one that came from this address before."""
    rights, entry = from_json(source.defaults)
    made = making.of_read(making.keep(came.body, came.name), came.name, came.read)
    origin = f"{source.label}：{address}"
    document_id = item.document_id if item else None
    try:
        if document_id is None:
            entry = EntryData(entry.nature, entry.category_code, entry.keywords, address)
            document_id = editing.add_made(made, source.owner_unit_id, rights, entry, origin)
        else:
            editing.add_version_made(document_id, made, origin)
    except MinhuError as error:
        if error.code != "same_file":
            raise
    held = {"held": "", "held_digest": "", "accepted": False}
    _noted(source, address, {**values, **held, "document_id": document_id, "media_type": came.kind}, 1)
    with transaction.atomic(), as_system(), reading():
        what = "有变化" if item and item.document_id else "是新文件"
        tell(
            NoticeKind.CHANGED,
            f"来源“{source.label}”的 {_short(address)} {what}，已登记草稿，请核对。",
            _newest(document_id),
            source,
        )


def _missed(source: Source, address: str, item: SourceItem | None, error: MinhuError) -> int:
    """An address gave nothing: counted, told at the third time in a row; its paper lives on until a person decides.

    Of documents that a page links on hosts outside the list nobody is told; the page of sources says so.
    """
    misses = (item.misses if item else 0) + 1
    first = error.code in _AT_ONCE or not isinstance(error, NotVisited)
    telling = (item is None or item.problem != error.message[:300]) if first else misses == TRIES
    telling = telling and (error.code != "refused" or address == source.address)
    gone = error.code == "gone" and misses >= TRIES
    values: dict[str, object] = {"misses": min(misses, 30_000), "problem": error.message[:300]}
    if gone and (item is None or item.gone_at is None):
        values["gone_at"] = now()
    _noted(source, address, values, 0)
    if not telling:
        return 0
    with transaction.atomic(), as_system(), reading():
        newest = _newest(item.document_id if item else None)
        if gone:
            tell(
                NoticeKind.GONE,
                f"来源“{source.label}”的 {_short(address)} 连续 {TRIES} 次取不到，可能已撤下。原有文件保留，请确认是否仍然有效。",
                newest,
                source,
            )
        else:
            tell(
                NoticeKind.FAILED, f"来源“{source.label}”的 {_short(address)} 未能读取：{error.message}", newest, source
            )
    return 1


def _noted(source: Source, address: str, values: dict[str, object], done: int) -> int:
    with transaction.atomic(), as_system(), reading():
        started = {"digest": "", "seen_at": now()}
        SourceItem.objects.update_or_create(
            source=source, place=address, defaults=values, create_defaults={**started, **values}
        )
    return done


def _newest(document_id: int | None) -> Version | None:
    return Version.objects.filter(document_id=document_id).order_by("-number").first() if document_id else None


def _short(address: str) -> str:
    """An address in a sentence: its host and the end of its path, as people read it."""
    parts = urlsplit(address)
    path = unquote(parts.path, errors="replace")
    return f"{parts.netloc}{path if len(path) <= 60 else f'/…{path[-50:]}'}"


def name_of(fetched: Fetched, body: bytes) -> str:
    """A file name for what was fetched; its ending says what the content is, the rest is the site's."""
    told = fetched.name or unquote(PurePosixPath(urlsplit(fetched.address).path).name, errors="replace")
    path = PurePosixPath(told or "index")
    ending = path.suffix.lower()
    if body.startswith(b"%PDF-"):
        ending = ".pdf"
    elif not body.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) and (
        fetched.media_type in {"text/html", "application/xhtml+xml"} or b"<html" in body[:2000].lower()
    ):
        ending = ".html"
    return f"{path.stem[:100] or 'index'}{ending}"
