"""Uploads and what came of each file."""

from __future__ import annotations

from django.db import transaction

from minhu.kernel.errors import NotFound
from minhu.knowledge.domain.defaults import from_json
from minhu.knowledge.models import Upload
from minhu.knowledge.queries.incoming import ItemView, UploadView
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.types import EntryData, ItemState, Rights


def upload_view(upload_id: int) -> UploadView:
    """One upload of a unit whose documents the current actor keeps; raises NotFound."""
    with transaction.atomic(), reading():
        row = Upload.objects.filter(pk=upload_id).first()
        if row is None:
            raise NotFound("没有找到这次上传，或者您无权查看。", code="no_such_upload")
        return _view(row)


def started_with(upload_id: int) -> tuple[int, Rights, EntryData]:
    """The unit, readers and entry that an upload gave its files; raises NotFound."""
    with transaction.atomic(), reading():
        row = Upload.objects.filter(pk=upload_id).first()
        if row is None:
            raise NotFound("没有找到这次上传，或者您无权查看。", code="no_such_upload")
        return (row.owner_unit_id, *from_json(row.defaults))


def latest(most: int = 10) -> list[UploadView]:
    """The newest uploads."""
    with transaction.atomic(), reading():
        return [_view(row) for row in Upload.objects.all()[:most]]


def _view(row: Upload) -> UploadView:
    items = tuple(
        ItemView(one.pk, one.name, one.size, ItemState(one.state), one.message, one.document_id, one.attempts)
        for one in row.items.all()
    )
    return UploadView(row.pk, row.started_at, row.started_by, row.owner_unit_id, items)
