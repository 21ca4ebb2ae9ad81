"""A file becomes a version: read, cut into passages, its facts found, what must not be published marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import PurePath
from typing import Any, Final

from minhu.directory.queries.rules import publishing_rules
from minhu.engines import files
from minhu.engines.readers import kinds
from minhu.engines.readers.reading import Read, read_as
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid
from minhu.knowledge.domain.keys import row_keys
from minhu.knowledge.models import Document, Finding, PassageRow, Version
from minhu.knowledge.types import EntryData, Rights, State
from minhu.language.papers.checks import Marked, marks_of
from minhu.language.papers.cutting import cut
from minhu.language.papers.facts import facts_of
from minhu.language.papers.types import Facts, Found, Paper, Passage

MAX_TITLE: Final = 128


@dataclass(frozen=True, slots=True)
class Made:
    """A file as read, before anything of it is stored."""

    name: str
    stored: files.StoredFile
    read: Read
    paper: Paper
    facts: Facts
    marks: tuple[Marked, ...]


def keep(content: bytes, name: str) -> files.StoredFile:
    """Look at a file and keep it, sealed; raises Invalid for what no reader takes (`kinds.inspect`)."""
    return files.save(content, inspect=lambda _file: kinds.inspect(content, name))


def kept(digest: str, name: str) -> files.StoredFile:
    """A file that was kept before."""
    content = files.read(digest)
    return files.StoredFile(digest, len(content), kinds.inspect(content, name))


def make(stored: files.StoredFile, name: str) -> Made:
    """Read a kept file; takes seconds, scans more: call it outside of a transaction. Raises as `reading.read`."""
    return of_read(stored, name, read_as(stored.media_type, files.read(stored.sha256)))


def of_read(stored: files.StoredFile, name: str, read: Read) -> Made:
    """What a kept file that was read says; raises Invalid where it says nothing."""
    paper = cut(read.blocks, PurePath(name).stem[:MAX_TITLE])
    if not paper.passages:
        raise Invalid("没有从文件里读到文字，请检查文件内容后重新上传。", code="file_no_text")
    return Made(name[-200:], stored, read, paper, facts_of(paper), checked(paper.text))


def checked(text: str) -> tuple[Marked, ...]:
    """What must not be published unseen in a text, by the phrases in force."""
    rules = publishing_rules()
    return tuple(marks_of(text, rules.words, rules.secrets))


def add_document(made: Made, owner_unit: int, rights: Rights, entry: EntryData, origin: str = "") -> Version:
    """Store a new document with its first version, a draft. The caller has checked the policy."""
    moment = now()
    document = Document.objects.create(
        title=title_of(made), nature=entry.nature.value, category_code=entry.category_code, keywords=list(entry.keywords),
        address=entry.address, owner_unit_id=owner_unit, audience=rights.audience.value, audience_units=list(rights.units),
        audience_levels=list(rights.levels), audience_areas=list(rights.areas), created_at=moment, changed_at=moment,
        keys=row_keys(rights, owner_unit, [State.DRAFT]),
    )  # fmt: skip
    return add_version(document, made, origin)


def add_version(document: Document, made: Made, origin: str = "") -> Version:
    """Store a further version of a document, a draft."""
    keys = row_keys(document.rights, document.owner_unit_id, [State.DRAFT])
    newest = document.versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = Version.objects.create(
        document=document, number=newest + 1, keys=keys, origin=origin[:200], file_digest=made.stored.sha256,
        file_name=made.name, media_type=made.stored.media_type, size=made.stored.size, pages=made.read.pages,
        scanned=made.read.scanned, checked=publishing_rules().version, text=made.paper.text, found=_as_json(made.facts), created_by=current_actor().id,
        created_at=now(), **_columns(made.facts, title_of(made)),
    )  # fmt: skip
    _store_passages(version, made.paper.passages)
    store_marks(version, made.marks, made.paper.passages)
    Document.objects.filter(pk=document.pk).update(changed_at=now())
    return version


def title_of(made: Made) -> str:
    """The title of a paper in the length that entries have."""
    return (made.facts.title.value if made.facts.title else made.paper.title)[:MAX_TITLE] or made.name[:MAX_TITLE]


def _columns(facts: Facts, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "document_number": _value(facts.document_number, 60),
        "issuer": _value(facts.issuer, 100),
        "issued": _day(facts.issued),
        "in_force": _day(facts.in_force),
        "repealed": _day(facts.repealed),
        "repeals": [one.value[:200] for one in facts.repeals],
        "applies_areas": [one.value[:100] for one in facts.applies_areas],
        "applies_groups": [one.value[:200] for one in facts.applies_groups],
    }


def _value(found: Found | None, most: int) -> str:
    return found.value[:most] if found else ""


def _day(found: Found | None) -> date | None:
    try:
        return found.day if found else None
    except ValueError:
        return None


def _as_json(facts: Facts) -> Mapping[str, Any]:
    return {name: value for name, value in asdict(facts).items() if value}


def _store_passages(version: Version, passages: Iterable[Passage]) -> None:
    PassageRow.objects.bulk_create(
        [
            PassageRow(
                version=version, number=one.number, kind=one.kind.value, label=one.label[:120], path=list(one.path),
                text=one.text, context=one.context, page=one.page, start=one.start, end=one.end,
                cells=[list(pair) for pair in one.cells], keys=version.keys,
            )
            for one in passages
        ],
        batch_size=500,
    )  # fmt: skip


def store_marks(version: Version, marks: Iterable[Marked], passages: Sequence[Passage]) -> None:
    """Keep what the publishing check found in a version, each with the passage in which it stands."""

    def passage(mark: Marked) -> int:
        return next((one.number for one in passages if one.start <= mark.start < one.end), 0)

    Finding.objects.bulk_create(
        Finding(version=version, kind=mark.kind.value, start=mark.start, end=mark.end, passage=passage(mark))
        for mark in marks
    )
