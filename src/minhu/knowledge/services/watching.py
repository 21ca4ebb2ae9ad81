"""What happens to documents by itself: they expire, and watched folders are looked at. Changes are proposed, never published."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.db import transaction

from minhu.directory.access import as_system
from minhu.engines.database import home_folder
from minhu.kernel.actors import SYSTEM, current_actor, use_actor
from minhu.kernel.clock import is_doubted, now
from minhu.kernel.errors import Invalid, MinhuError, NotFound
from minhu.knowledge.domain.defaults import from_json
from minhu.knowledge.domain.states import WARN, Move, today
from minhu.knowledge.models import Document, Notice, Source, SourceItem, Version
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.services import checking, editing, life, sources
from minhu.knowledge.services.common import changing
from minhu.knowledge.services.telling import tell
from minhu.knowledge.types import LIVE, EntryData, NoticeKind, Rights, SourceKind, State

BATCH: Final = 50
MOST_FILES: Final = 5_000
MOST_BYTES: Final = 50 * 1024 * 1024
_LIVE: Final = [state.value for state in LIVE]


def tick() -> int:
    """End what is over, warn of what will be, check anew by other phrases, look at the folders that are due; returns how much was done."""
    if is_doubted():
        return 0
    return (
        _expire() + checking.tick() + sum(sources.alone(_look, source) for source in sources.due([SourceKind.FOLDER]))
    )


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
            tell(
                NoticeKind.EXPIRED, f"《{version.title}》有效期已满（{version.repealed}），不再被检索和引用。", version
            )
        elif version.state == State.PUBLISHED.value:
            life.warn(version)
            tell(
                NoticeKind.EXPIRING,
                f"《{version.title}》将于 {version.repealed} 到期，请确认延续、修订或废止。",
                version,
            )


def settle(notice_id: int) -> None:
    """Somebody has looked at a notice; raises NotFound, NotAllowed."""
    with changing():
        notice = (
            Notice.objects.filter(pk=notice_id, done_at__isnull=True)
            .select_related("document", "source", "tree")
            .first()
        )
        if notice is None:
            raise NotFound("没有找到这条提醒，可能已由他人处理。", code="no_such_notice")
        about = notice.document or notice.source or notice.tree
        editing.check_may_keep((about.owner_unit_id if about else 0) or 0)
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
    sources.check(label, owner_unit, rights, entry, minutes)
    folder_of(name)
    return sources.create(SourceKind.FOLDER, label, name.strip(), owner_unit, rights, entry, minutes)


def _look(source_id: int) -> int:
    """Compare a folder with what it was: new files, changed ones, gone ones."""
    with transaction.atomic(), as_system(), reading():
        source = Source.objects.get(pk=source_id)
        known = {item.place: item for item in source.items.all()}
    try:
        files = dict(_files(folder_of(source.address)))
    except (Invalid, OSError) as error:
        sources.note_problem(source, getattr(error, "message", "") or "文件夹无法读取，请系统管理员检查权限。")
        return 1
    sources.note_problem(source, "")
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
    content, digest = _content(path)
    if item is not None and item.digest == digest and item.gone_at is None:
        return 0
    rights, entry = from_json(source.defaults)
    document_id, problem = item.document_id if item else None, ""
    try:
        if not content:
            raise Invalid("文件是空的、超过 50 MB，或者没有读取权限，没有读取。", code="file_size")
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
            tell(NoticeKind.FAILED, f"来源“{source.label}”的 {place} 未能读取：{problem}", source=source)
        elif document_id is not None:
            newest = Version.objects.filter(document_id=document_id).order_by("-number").first()
            tell(
                NoticeKind.CHANGED,
                f"来源“{source.label}”的 {place} {'有变化' if item else '是新文件'}，已登记草稿，请核对。",
                newest,
                source,
            )
    return 1


def _content(path: Path) -> tuple[bytes, str]:
    """A file's bytes with their digest; no bytes of one that is too large or may not be read."""
    try:
        told = path.stat()
        if told.st_size <= MOST_BYTES:
            content = path.read_bytes()
            return content, hashlib.sha256(content).hexdigest()
    except OSError as error:
        return b"", f"unreadable {error.errno}"
    return b"", f"{told.st_size}:{told.st_mtime_ns}"[:64]


def _miss(source: Source, item: SourceItem) -> int:
    """A file is there no more: its document lives on until a person decides."""
    with transaction.atomic(), as_system(), reading():
        SourceItem.objects.filter(pk=item.pk).update(gone_at=now())
        newest = (
            Version.objects.filter(document_id=item.document_id).order_by("-number").first()
            if item.document_id
            else None
        )
        tell(NoticeKind.GONE, f"来源“{source.label}”的 {item.place} 已不存在，请确认文件是否仍然有效。", newest, source)
    return 1
