"""What happens to documents by itself: they expire, and watched folders are looked at. Changes are proposed, never published."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.db import transaction

from minhu.directory.access import as_system
from minhu.engines.database import home_folder
from minhu.kernel.actors import SYSTEM, current_actor, use_actor
from minhu.kernel.clock import is_doubted, now
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotFound
from minhu.knowledge.domain.keys import keeper_keys
from minhu.knowledge.domain.states import WARN, Move, today
from minhu.knowledge.models import Document, Notice, Source, SourceItem, Version
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.services import editing, life
from minhu.knowledge.services.common import changing
from minhu.knowledge.services.uploads import as_json, from_json
from minhu.knowledge.types import LIVE, EntryData, NoticeKind, Rights, SourceKind, State
from minhu.ledger import services as ledger

BATCH: Final = 50
MOST_FILES: Final = 5_000
MOST_BYTES: Final = 50 * 1024 * 1024
_LIVE: Final = [state.value for state in LIVE]


def tick() -> int:
    """End what is over, warn of what will be, look at the sources that are due; returns how much was done."""
    if is_doubted():
        return 0
    return _expire() + sum(_look(source) for source in _due())


def _expire() -> int:
    """Each document by itself, so that one that cannot be changed holds up no other."""
    with transaction.atomic(), as_system(), reading():
        over = Version.objects.filter(state__in=_LIVE, repealed__lt=today()).values_list("pk", flat=True)[:BATCH]
        near = Version.objects.filter(state=State.PUBLISHED.value, repealed__lte=today() + WARN)
        ids = [(pk, True) for pk in over] + [(pk, False) for pk in near.exclude(repealed__lt=today()).values_list("pk", flat=True)[:BATCH]]  # fmt: skip
    for version_id, ended in ids:
        _expire_one(version_id, ended=ended)
    return len(ids)


def _expire_one(version_id: int, *, ended: bool) -> None:
    with transaction.atomic(), as_system(), reading():
        version = Version.objects.get(pk=version_id)
        Document.objects.select_for_update().get(pk=version.document_id)
        version.refresh_from_db()
        if State(version.state) not in LIVE:
            return
        if ended:
            life.end(version, Move.REPEAL, "有效期届满")
            _tell(
                NoticeKind.EXPIRED, f"《{version.title}》有效期已满（{version.repealed}），不再被检索和引用。", version
            )
        elif version.state == State.PUBLISHED.value:
            life.warn(version)
            _tell(
                NoticeKind.EXPIRING,
                f"《{version.title}》将于 {version.repealed} 到期，请确认延续、修订或废止。",
                version,
            )


def _tell(kind: NoticeKind, text: str, version: Version | None = None, source: Source | None = None) -> None:
    document = Document.objects.get(pk=version.document_id) if version else None
    owner = document.owner_unit_id if document else source.owner_unit_id if source else None
    Notice.objects.create(
        kind=kind.value, text=text[:300], at=now(), document=document, version=version, source=source, keys=sorted(keeper_keys(owner))
    )  # fmt: skip


def settle(notice_id: int) -> None:
    """Somebody has looked at a notice; raises NotFound, NotAllowed."""
    with changing():
        notice = Notice.objects.filter(pk=notice_id, done_at__isnull=True).select_related("document", "source").first()
        if notice is None:
            raise NotFound("没有找到这条提醒，可能已由他人处理。", code="no_such_notice")
        owner = (
            notice.document.owner_unit_id if notice.document else notice.source.owner_unit_id if notice.source else 0
        )
        editing.check_may_keep(owner or 0)
        notice.done_at, notice.done_by = now(), current_actor().id
        notice.save(update_fields=["done_at", "done_by"])


# -- folders


def folder_of(name: str) -> Path:
    """A watched folder below MINHU_HOME/watched; raises Invalid for a name that leads elsewhere or to nothing."""
    root = (home_folder() / "watched").resolve()
    place = (root / name).resolve()
    if not name.strip() or not place.is_relative_to(root) or not place.is_dir():
        raise Invalid(
            f"没有这个文件夹。请系统管理员在 {root} 下建立，再填写它的名称。", fields={"address": "没有这个文件夹"}
        )
    return place


def add_folder(label: str, name: str, owner_unit: int, rights: Rights, entry: EntryData, minutes: int = 60) -> int:
    """Watch a folder; what is in it is proposed at the next look. Raises Invalid, Conflict, NotAllowed."""
    editing.check_may_keep(owner_unit)
    editing.check_rights(rights)
    editing.check_entry(entry)
    if not label.strip() or len(label) > 64 or not 5 <= minutes <= 10_080:
        raise Invalid("请填写来源名称，查看间隔为 5 至 10080 分钟。", fields={"label": "请填写不超过 64 字的名称"})
    folder_of(name)
    with changing():
        if Source.objects.filter(label=label.strip()).exists():
            raise Conflict("已有同名的来源。", code="same_source")
        source = Source.objects.create(
            label=label.strip(), kind=SourceKind.FOLDER.value, address=name.strip(), owner_unit_id=owner_unit, minutes=minutes,
            defaults=as_json(rights, entry), keys=sorted(keeper_keys(owner_unit)), next_at=now(), created_by=current_actor().id,
        )  # fmt: skip
        ledger.append("knowledge.source_changed", ("source", source.pk), {"what": "added", "minutes": minutes})
        return int(source.pk)


def switch(source_id: int, *, active: bool) -> None:
    """Stop looking at a source, or look again from now on."""
    with changing():
        source = Source.objects.select_for_update().filter(pk=source_id).first()
        if source is None:
            raise NotFound("没有找到这个来源。", code="no_such_source")
        editing.check_may_keep(source.owner_unit_id)
        source.active, source.next_at, source.problem = active, now(), ""
        source.save(update_fields=["active", "next_at", "problem"])
        ledger.append("knowledge.source_changed", ("source", source.pk), {"what": "switched", "active": active})


def _due() -> list[int]:
    """Sources whose time has come; their next time is set first, so that two processes do not look at once."""
    with transaction.atomic(), as_system(), reading():
        waiting = Source.objects.select_for_update(skip_locked=True).filter(active=True, next_at__lte=now())
        rows = list(waiting[:BATCH])
        for source in rows:
            source.next_at = now() + timedelta(minutes=source.minutes)
            source.save(update_fields=["next_at"])
        return [row.pk for row in rows]


def _look(source_id: int) -> int:
    """Compare a folder with what it was: new files, changed ones, gone ones."""
    with transaction.atomic(), as_system(), reading():
        source = Source.objects.get(pk=source_id)
        known = {item.place: item for item in source.items.all()}
    try:
        files = dict(_files(folder_of(source.address)))
    except (Invalid, OSError) as error:
        _note_problem(source, getattr(error, "message", "") or "文件夹无法读取，请系统管理员检查权限。")
        return 1
    _note_problem(source, "")
    done = 0
    for place, path in files.items():
        done += _take(source, place, path, known.get(place))
    for place, item in known.items():
        if place not in files and item.gone_at is None:
            done += _miss(source, item)
    return done


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Ordinary files below a folder, hidden ones and links that lead out left aside."""
    for count, path in enumerate(sorted(folder.rglob("*"))):
        if count > MOST_FILES:
            return
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        if not hidden and path.is_file() and path.resolve().is_relative_to(folder):
            yield path.relative_to(folder).as_posix(), path


def _take(source: Source, place: str, path: Path, item: SourceItem | None) -> int:
    """Propose a file that is new or has changed; what cannot be read is told once."""
    if path.stat().st_size > MOST_BYTES:
        content, digest = b"", f"{path.stat().st_size}:{path.stat().st_mtime_ns}"[:64]
    else:
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
    if item is not None and item.digest == digest and item.gone_at is None:
        return 0
    rights, entry = from_json(source.defaults)
    document_id, problem = item.document_id if item else None, ""
    try:
        if not content:
            raise Invalid("文件是空的或超过 50 MB，没有读取。", code="file_size")
        with use_actor(SYSTEM):
            if document_id is None:
                document_id = editing.add(
                    content, path.name, source.owner_unit_id, rights, entry, origin=f"{source.label}：{place}"
                )
            else:
                editing.add_version(document_id, content, path.name, origin=f"{source.label}：{place}")
    except MinhuError as error:
        problem = error.message if error.code != "same_file" else ""
    with transaction.atomic(), as_system(), reading():
        values = {
            "digest": digest,
            "document_id": document_id,
            "seen_at": now(),
            "gone_at": None,
            "problem": problem[:300],
        }
        SourceItem.objects.update_or_create(source=source, place=place[:500], defaults=values)
        if problem:
            _tell(NoticeKind.FAILED, f"来源“{source.label}”的 {place} 未能读取：{problem}", source=source)
        elif document_id is not None:
            newest = Version.objects.filter(document_id=document_id).order_by("-number").first()
            _tell(
                NoticeKind.CHANGED,
                f"来源“{source.label}”的 {place} {'有变化' if item else '是新文件'}，已登记草稿，请核对。",
                newest,
                source,
            )
    return 1


def _miss(source: Source, item: SourceItem) -> int:
    """A file is there no more: its document lives on until a person decides."""
    with transaction.atomic(), as_system(), reading():
        SourceItem.objects.filter(pk=item.pk).update(gone_at=now())
        newest = (
            Version.objects.filter(document_id=item.document_id).order_by("-number").first()
            if item.document_id
            else None
        )
        _tell(
            NoticeKind.GONE, f"来源“{source.label}”的 {item.place} 已不存在，请确认文件是否仍然有效。", newest, source
        )
    return 1


def _note_problem(source: Source, problem: str) -> None:
    """Keep what is wrong with a source; tell its keepers when that is new."""
    with transaction.atomic(), as_system(), reading():
        Source.objects.filter(pk=source.pk).update(looked_at=now(), problem=problem[:300])
        if problem and problem[:300] != source.problem:
            _tell(NoticeKind.FAILED, f"来源“{source.label}”无法查看：{problem}", source=source)
