"""What the keepers of documents should look at, and the sources that are watched."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, Q

from minhu.directory.queries.units import unit_name
from minhu.kernel.errors import NotFound
from minhu.knowledge.models import Notice, Source, SourceItem
from minhu.knowledge.queries.incoming import NoticeView, SourceItemView, SourceView
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.types import NoticeKind, SourceKind


def open_notices(most: int = 100) -> list[NoticeView]:
    """Notices that nobody has settled, the newest first; of documents that the current actor keeps."""
    with transaction.atomic(), reading():
        rows = Notice.objects.filter(done_at__isnull=True).select_related("version").defer("version__text")[:most]
        return [
            NoticeView(
                row.pk, NoticeKind(row.kind), row.text, row.at, row.document_id,
                row.version.number if row.version else None, row.tree_id,
            )
            for row in rows
        ]  # fmt: skip


def sources() -> list[SourceView]:
    """Watched sources by name; of units whose documents the current actor keeps."""
    with transaction.atomic(), reading():
        counted = Count("items", filter=Q(items__gone_at__isnull=True))
        held = Count("items", filter=~Q(items__held=""))
        return [_view(row, row.count, row.doubted) for row in Source.objects.annotate(count=counted, doubted=held)]


def source_items(source_id: int, most: int = 500) -> tuple[SourceView, list[SourceItemView]]:
    """A source with what came from it, what needs a look first; raises NotFound."""
    with transaction.atomic(), reading():
        row = Source.objects.filter(pk=source_id).first()
        if row is None:
            raise NotFound("没有找到这个来源，或者您无权查看。", code="no_such_source")
        items = [_item(item) for item in row.items.select_related("document")[:most]]
        items.sort(key=lambda item: (not item.held, not item.problem, item.gone_at is None))
        return _view(row, len(items), sum(bool(item.held) for item in items)), items


def held_items(most: int = 100) -> list[SourceItemView]:
    """What came from watched addresses and waits for a person; of units whose documents the current actor keeps."""
    with transaction.atomic(), reading():
        return [_item(item) for item in SourceItem.objects.exclude(held="").select_related("document")[:most]]


def _view(row: Source, files: int, held: int) -> SourceView:
    return SourceView(
        row.pk, row.label, SourceKind(row.kind), row.address, unit_name(row.owner_unit_id), row.minutes, row.active,
        row.looked_at, row.problem, files, row.next_at, held,
    )  # fmt: skip


def _item(item: SourceItem) -> SourceItemView:
    return SourceItemView(
        item.pk, item.place, item.document_id, item.document.title if item.document else item.title, item.seen_at,
        item.gone_at, item.problem, item.misses, item.held,
    )  # fmt: skip
