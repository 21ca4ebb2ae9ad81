"""What the keepers of documents should look at, and the sources that are watched."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, Q

from minhu.directory.queries.units import unit_name
from minhu.knowledge.models import Notice, Source
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.types import NoticeKind, NoticeView, SourceKind, SourceView


def open_notices(most: int = 100) -> list[NoticeView]:
    """Notices that nobody has settled, the newest first; of documents that the current actor keeps."""
    with transaction.atomic(), reading():
        rows = Notice.objects.filter(done_at__isnull=True).select_related("version").defer("version__text")[:most]
        return [
            NoticeView(
                row.pk, NoticeKind(row.kind), row.text, row.at, row.document_id,
                row.version.number if row.version else None,
            )
            for row in rows
        ]  # fmt: skip


def sources() -> list[SourceView]:
    """Watched sources by name; of units whose documents the current actor keeps."""
    with transaction.atomic(), reading():
        counted = Count("items", filter=Q(items__gone_at__isnull=True))
        return [
            SourceView(
                row.pk, row.label, SourceKind(row.kind), row.address, unit_name(row.owner_unit_id), row.minutes,
                row.active, row.looked_at, row.problem, row.count,
            )
            for row in Source.objects.annotate(count=counted)
        ]  # fmt: skip
