"""Many files at once: looked at while they come, read in the background, each with its own outcome; retried by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog
from django.db import transaction

from minhu.directory.access import acting_as
from minhu.directory.queries.actors import actor_named
from minhu.kernel.actors import SYSTEM, Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotFound, Unavailable
from minhu.knowledge.domain.defaults import as_json, from_json
from minhu.knowledge.domain.keys import keeper_keys
from minhu.knowledge.models import Upload, UploadItem, Version
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.services import editing, making
from minhu.knowledge.services.common import changing, record
from minhu.knowledge.types import EntryData, ItemState, Rights
from minhu.language.papers.types import PassageKind
from minhu.ledger import services as ledger

log = structlog.get_logger(__name__)
JOB: Final = "minhu.knowledge.read_upload"
MOST_FILES: Final = 500
AT_ONCE: Final = 20
"""Files of one turn of the background job; other jobs have theirs before the next."""
_BROKEN: Final = "读取时出了错，其他文件不受影响。请重新读取；仍不行请联系系统管理员。"
STALE: Final = timedelta(hours=2)
"""A file that is being read for longer was left behind by a process that ended."""


def start(files: Sequence[tuple[str, bytes]], owner_unit: int, rights: Rights, entry: EntryData) -> int:
    """Keep the files that may come in, note why others may not, and queue the reading; returns the upload's id.

    Raises Invalid for no files, too many, or wrong rights; NotAllowed for somebody else's unit.
    """
    if not files:
        raise Invalid("请先选择文件。", fields={"files": "请先选择文件"})
    if len(files) > MOST_FILES:
        raise Invalid(f"一次最多上传 {MOST_FILES} 个文件。", fields={"files": f"最多 {MOST_FILES} 个文件"})
    editing.check_may_keep(owner_unit)
    editing.check_rights(rights)
    editing.check_entry(entry)
    with changing():
        upload = Upload.objects.create(
            owner_unit_id=owner_unit, defaults=as_json(rights, entry), keys=sorted(keeper_keys(owner_unit)),
            started_at=now(), started_by=current_actor().id,
        )  # fmt: skip
        for name, content in files:
            _take(upload, name, content)
        ledger.append("knowledge.uploaded", ("upload", upload.pk), {"files": len(files)})
        if upload.items.filter(state=ItemState.WAITING.value).exists():
            _defer(upload.pk)
        return int(upload.pk)


def _take(upload: Upload, name: str, content: bytes) -> None:
    item = UploadItem(upload=upload, name=name[-200:], size=len(content))
    try:
        item.file_digest = making.keep(content, name).sha256
    except Unavailable:
        raise
    except MinhuError as error:
        item.state, item.message = ItemState.FAILED.value, error.message[:300]
    else:
        if same := _same(item.file_digest):
            item.state, item.message, item.document_id = ItemState.SAME.value, *same
    item.save()


def _same(digest: str) -> tuple[str, int] | None:
    """What to say of a file that is there already, and its document; None for a new one."""
    same = Version.objects.filter(file_digest=digest).order_by("-id").first()
    if same is None:
        return None
    return f"与《{same.title}》第 {same.number} 版的文件相同，没有重复登记。"[:300], same.document_id


def retry_all(upload_id: int) -> int:
    """Read all files of an upload once more that were kept and could not be read; returns how many."""
    with changing():
        upload = Upload.objects.filter(pk=upload_id).first()
        if upload is None:
            raise NotFound("没有找到这次上传，或者您无权查看。", code="no_such_upload")
        editing.check_may_keep(upload.owner_unit_id)
        failed = upload.items.filter(state=ItemState.FAILED.value).exclude(file_digest="")
        count = failed.update(state=ItemState.WAITING.value, message="")
        if not count:
            raise Conflict("没有可以重新读取的文件，请按说明处理后重新上传。", code="nothing_kept")
        _defer(upload.pk)
        return int(count)


def retry(item_id: int) -> int:
    """Read a file once more that could not be read; returns its upload. Raises Conflict where nothing was kept."""
    with changing():
        item = UploadItem.objects.select_for_update().filter(pk=item_id).select_related("upload").first()
        if item is None:
            raise NotFound("没有找到这个文件。", code="no_such_item")
        editing.check_may_keep(item.upload.owner_unit_id)
        if item.state != ItemState.FAILED.value or not item.file_digest:
            raise Conflict("这个文件没有保存，请处理后重新上传。", code="nothing_kept")
        item.state, item.message = ItemState.WAITING.value, ""
        item.save(update_fields=["state", "message"])
        _defer(item.upload_id)
        return int(item.upload_id)


def run_in_background(upload_id: int) -> None:
    """Read what waits of an upload, file after file, in the name of who brought it; after `AT_ONCE` queue the rest."""
    for _turn in range(AT_ONCE):
        item_id = _claimed(upload_id)
        if item_id is None:
            return
        _read(item_id)
    with transaction.atomic():
        _defer(upload_id)


def _claimed(upload_id: int) -> int | None:
    """The next file to read, taken so that no other process reads it too."""
    with transaction.atomic(), reading(SYSTEM):
        left = UploadItem.objects.filter(upload_id=upload_id, state=ItemState.READING.value, begun_at__lt=now() - STALE)
        left.update(state=ItemState.WAITING.value)
        waiting = UploadItem.objects.select_for_update(skip_locked=True).order_by("id")
        item = waiting.filter(upload_id=upload_id, state=ItemState.WAITING.value).first()
        if item is None:
            return None
        item.state, item.begun_at, item.attempts = ItemState.READING.value, now(), item.attempts + 1
        item.save(update_fields=["state", "begun_at", "attempts"])
        return int(item.pk)


def _read(item_id: int) -> None:
    """One file: what is wrong with it is its outcome, not the end of the others."""
    with transaction.atomic(), reading(SYSTEM):
        item = UploadItem.objects.select_related("upload").get(pk=item_id)
        if same := _same(item.file_digest):  # twice in one upload
            _settled(item, ItemState.SAME, *same)
            return
    rights, entry = from_json(item.upload.defaults)
    try:
        made = making.make(making.kept(item.file_digest, item.name), item.name)
        with transaction.atomic(), acting_as(_bringer(item.upload)), changing():
            editing.check_may_keep(item.upload.owner_unit_id)
            version = making.add_document(made, item.upload.owner_unit_id, rights, entry)
            record("added", version.document_id, version=1, passages=len(made.paper.passages), findings=len(made.marks))
            _settled(item, ItemState.DONE, _report(made), version.document_id)
    except MinhuError as error:
        with transaction.atomic(), reading(SYSTEM):
            _settled(item, ItemState.FAILED, error.message, None)
    except Exception as error:  # noqa: BLE001 - the edge: one file never holds up the others
        log.warning("upload_not_read", item=item_id, error=type(error).__name__)
        with transaction.atomic(), reading(SYSTEM):
            _settled(item, ItemState.FAILED, _BROKEN, None)


def _bringer(upload: Upload) -> Actor:
    """Who brought the files, with the posts of now; raises Conflict when they have gone."""
    actor = actor_named(upload.started_by)
    if actor is None:
        raise Conflict("上传人的账号已停用，请由其他人重新上传。", code="nobody")
    return actor


def _settled(item: UploadItem, state: ItemState, message: str, document_id: int | None) -> None:
    UploadItem.objects.filter(pk=item.pk).update(state=state.value, message=message[:300], document_id=document_id)


def _report(made: making.Made) -> str:
    """What came of a file, in one line."""
    rows = sum(1 for one in made.paper.passages if one.kind is PassageKind.ROW)
    parts = [f"{len(made.paper.passages)} 段"]
    parts += [f"其中表格 {rows} 行"] if rows else []
    parts += [f"扫描识别 {made.read.pages} 页，请核对文字"] if made.read.scanned else []
    parts += [f"发布检查 {len(made.marks)} 处"] if made.marks else []
    return "，".join(parts)


def _defer(upload_id: int) -> None:
    from procrastinate.contrib.django import app  # noqa: PLC0415 - needs the settings

    app.configure_task(JOB).defer(upload_id=upload_id)
