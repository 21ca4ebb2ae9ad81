"""Documents as pages show them: lists with filters, one document with everything about it, its file."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from minhu.directory.policy import Action, decide
from minhu.directory.queries.units import unit_name
from minhu.engines import files
from minhu.kernel.actors import SYSTEM, Actor, current_actor
from minhu.kernel.errors import NotFound
from minhu.knowledge.domain.differences import Difference, differences
from minhu.knowledge.models import Document, Finding, UploadItem, Version
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.types import (
    LIVE,
    Audience,
    DocumentCard,
    DocumentRow,
    Filters,
    FindingKind,
    FindingView,
    Nature,
    State,
    VersionView,
)

_AROUND: Final = 30
_LIVE: Final = [state.value for state in LIVE]


def listed(filters: Filters, start: int, size: int) -> tuple[list[DocumentRow], int]:
    """Documents that the current actor may see, those changed last first, from ``start`` on; and how many there are."""
    with transaction.atomic(), reading():
        rows = _filtered(filters)
        total = rows.count()
        found = list(rows.select_related("owner_unit").annotate(count=Count("versions"))[start : start + size])
        versions = _that_count([one.pk for one in found])
        return [_row(one, versions.get(one.pk), one.count) for one in found], total


def _filtered(filters: Filters) -> QuerySet[Document]:
    rows = Document.objects.all()
    if filters.text:
        words = filters.text.strip()
        rows = rows.filter(
            Q(title__icontains=words) | Q(keywords__contains=[words]) | Q(versions__document_number__icontains=words)
        ).distinct()
    if filters.state in {one.value for one in State}:
        rows = rows.filter(versions__state=filters.state).distinct()
    if filters.nature in {one.value for one in Nature}:
        rows = rows.filter(nature=filters.nature)
    if filters.audience in {one.value for one in Audience}:
        rows = rows.filter(audience=filters.audience)
    if filters.unit_id:
        rows = rows.filter(owner_unit_id=filters.unit_id)
    if filters.category_code:
        rows = rows.filter(category_code=filters.category_code)
    return rows


def _that_count(ids: list[int]) -> dict[int, Version]:
    """For each document the version that counts: the live one, else the newest."""
    found: dict[int, Version] = {}
    for version in Version.objects.filter(document_id__in=ids).defer("text", "found").order_by("document_id", "number"):
        kept = found.get(version.document_id)
        if kept is None or kept.state not in _LIVE:
            found[version.document_id] = version
    return found


def _row(document: Document, version: Version | None, count: int) -> DocumentRow:
    return DocumentRow(
        id=document.pk, title=document.title, nature=Nature(document.nature),
        state=State(version.state) if version else State.DRAFT, audience=Audience(document.audience),
        document_number=version.document_number if version else "", issuer=version.issuer if version else "",
        owner_unit=unit_name(document.owner_unit_id), issued=version.issued if version else None,
        repealed=version.repealed if version else None, versions=count, changed_at=document.changed_at,
    )  # fmt: skip


def card(document_id: int, number: int | None = None, actor: Actor | None = None) -> DocumentCard:
    """One document with the version asked for (default: for keepers the newest, for readers the live one).

    Raises NotFound for what does not exist or may not be seen.
    """
    who = actor or current_actor()
    with transaction.atomic(), reading(who):
        document = Document.objects.filter(pk=document_id).first()
        versions = list(document.versions.defer("text").order_by("-number")) if document else []
        shown = next((one for one in versions if one.number == number), None) if number else next(iter(versions), None)
        if document is None or shown is None:
            raise NotFound("没有找到这份文件，或者您无权查看。", code="no_such_document")
        facts = document.facts()
        return DocumentCard(
            id=document.pk, title=document.title, entry=document.entry, rights=document.rights,
            owner_unit_id=document.owner_unit_id, owner_unit=unit_name(document.owner_unit_id), version=_version(shown),
            versions=tuple(map(_version, versions)), passages=tuple(row.passage for row in shown.passages.all()),
            findings=_findings(shown), may_edit=bool(decide(who, Action.EDIT_KNOWLEDGE, facts)),
            may_review=bool(decide(who, Action.REVIEW_KNOWLEDGE, facts)), cited=document.cited, reports=document.reports,
        )  # fmt: skip


def compared(document_id: int, old: int, new: int) -> list[Difference]:
    """What version ``new`` of a document changes against version ``old``; raises NotFound for what may not be seen."""
    with transaction.atomic(), reading():
        sides = []
        for number in (old, new):
            version = Version.objects.filter(document_id=document_id, number=number).only("id").first()
            if version is None:
                raise NotFound("没有找到这个版本，或者您无权查看。", code="no_such_version")
            sides.append([row.passage for row in version.passages.all()])
    return differences(*sides)


def _version(row: Version) -> VersionView:
    return VersionView(
        id=row.pk, number=row.number, state=State(row.state), validity=row.validity, file_name=row.file_name,
        media_type=row.media_type, size=row.size, pages=row.pages, scanned=row.scanned, facts=row.values,
        found=row.found, confirmed_by=row.confirmed_by, confirmed_at=row.confirmed_at, created_by=row.created_by,
        created_at=row.created_at, submitted_by=row.submitted_by, reviewed_by=row.reviewed_by, reviewed_at=row.reviewed_at,
        review_note=row.review_note, published_at=row.published_at, ended_at=row.ended_at, end_reason=row.end_reason,
        origin=row.origin,
    )  # fmt: skip


def _findings(version: Version) -> tuple[FindingView, ...]:
    rows = list(version.findings.all())
    text = version.text if rows else ""
    return tuple(
        FindingView(
            one.pk, FindingKind(one.kind), text[one.start : one.end],
            text[max(0, one.start - _AROUND) : one.end + _AROUND].replace("\n", " "), one.passage, one.answer,
            one.answered_by, one.answered_at,
        )
        for one in rows
    )  # fmt: skip


def original(version_id: int) -> tuple[bytes, str, str]:
    """A version's file as it came: content, name, media type; raises NotFound for what may not be seen."""
    with transaction.atomic(), reading():
        row = Version.objects.filter(pk=version_id).only("file_digest", "file_name", "media_type").first()
    if row is None:
        raise NotFound("没有找到这个文件，或者您无权查看。", code="no_such_document")
    return files.read(row.file_digest), row.file_name, row.media_type


def place_of(version_id: int) -> tuple[int, int]:
    """A version's document and number; raises NotFound for what may not be seen."""
    with transaction.atomic(), reading():
        found = Version.objects.filter(pk=version_id).values_list("document_id", "number").first()
    if found is None:
        raise NotFound("没有找到这个版本，或者您无权查看。", code="no_such_version")
    return found


def place_of_finding(finding_id: int) -> tuple[int, int]:
    """The document and version number that a finding is about; raises NotFound for what may not be seen."""
    with transaction.atomic(), reading():
        version = Finding.objects.filter(pk=finding_id).values_list("version_id", flat=True).first()
    if version is None:
        raise NotFound("没有找到这处检查结果。", code="no_such_finding")
    return place_of(version)


def is_kept(digest: str) -> bool:
    """Whether some version or upload needs a kept file, whoever asks; for those who tidy the store."""
    return bool(named_files([digest]))


def named_files(digests: list[str]) -> set[str]:
    """Which of these addresses a version or a file of an upload names, whoever asks."""
    with transaction.atomic(), reading(SYSTEM):
        versions = Version.objects.filter(file_digest__in=digests).values_list("file_digest", flat=True)
        uploaded = UploadItem.objects.filter(file_digest__in=digests).values_list("file_digest", flat=True)
        return {*versions, *uploaded}
