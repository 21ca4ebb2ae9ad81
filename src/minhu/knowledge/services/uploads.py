"""Many files at once: looked at while they come, read in the background, each with its own outcome; retried by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import transaction

from minhu.directory.access import acting_as
from minhu.directory.queries.actors import actor_named
from minhu.kernel.actors import SYSTEM, Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotFound, Unavailable
from minhu.knowledge.domain.keys import keeper_keys
from minhu.knowledge.models import Upload, UploadItem, Version
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.services import editing, making
from minhu.knowledge.services.common import changing, record
from minhu.knowledge.types import Audience, EntryData, ItemState, Nature, Rights
from minhu.language.papers.types import PassageKind
from minhu.ledger import services as ledger

JOB: Final = "minhu.knowledge.read_upload"
MOST_FILES: Final = 100
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
        same = Version.objects.filter(file_digest=item.file_digest).order_by("-id").first()
        if same is not None:
            item.state, item.document_id = ItemState.SAME.value, same.document_id
            item.message = f"与《{same.title}》第 {same.number} 版的文件相同，没有重复登记。"[:300]
    item.save()


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
    """Read what waits of an upload, file after file, in the name of who brought it."""
    while (item_id := _claimed(upload_id)) is not None:
        _read(item_id)


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


def as_json(rights: Rights, entry: EntryData) -> dict[str, Any]:
    """Rights and entry as an upload or a source keeps them."""
    return {
        "audience": rights.audience.value, "units": list(rights.units), "levels": list(rights.levels),
        "areas": list(rights.areas), "nature": entry.nature.value, "category": entry.category_code,
        "keywords": list(entry.keywords),
    }  # fmt: skip


def from_json(kept: Mapping[str, Any]) -> tuple[Rights, EntryData]:
    """Rights and entry of what `as_json` wrote."""
    rights = Rights(Audience(kept["audience"]), tuple(kept["units"]), tuple(kept["levels"]), tuple(kept["areas"]))
    return rights, EntryData(Nature(kept["nature"]), kept["category"], tuple(kept["keywords"]))


def _defer(upload_id: int) -> None:
    from procrastinate.contrib.django import app  # noqa: PLC0415 - needs the settings

    app.configure_task(JOB).defer(upload_id=upload_id)
