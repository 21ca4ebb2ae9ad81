"""Watched sources of every kind: added, paused, looked at now; whose time has come; what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final

import structlog
from django.db import transaction

from minhu.directory.access import as_system
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.knowledge.domain.defaults import as_json
from minhu.knowledge.domain.keys import keeper_keys
from minhu.knowledge.models import Source, SourceItem
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.services import editing
from minhu.knowledge.services.common import changing
from minhu.knowledge.services.telling import tell
from minhu.knowledge.types import EntryData, NoticeKind, Rights, SourceKind
from minhu.ledger import services as ledger

log = structlog.get_logger("minhu.knowledge")
BATCH: Final = 50
SOON: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(days=1)
"""Between two looks at a source that could not be looked at."""


def check(label: str, owner_unit: int, rights: Rights, entry: EntryData, minutes: int, least: int = 5) -> None:
    """Raise Invalid for what a source may not be called, or looked at too often; NotAllowed for somebody else's unit."""
    editing.check_may_keep(owner_unit)
    editing.check_rights(rights)
    editing.check_entry(entry)
    wrong = {}
    if not label.strip() or len(label) > 64:
        wrong["label"] = "请填写不超过 64 字的名称。"
    if not least <= minutes <= 10_080:
        wrong["minutes"] = f"查看间隔为 {least} 至 10080 分钟。"
    if wrong:
        raise Invalid("请核对来源。", fields=wrong)


def create(
    kind: SourceKind, label: str, address: str, owner_unit: int, rights: Rights, entry: EntryData, minutes: int,
    follow: bool = False,
) -> int:  # fmt: skip
    """Add a source that was checked; it is looked at soon. Raises Conflict for a name that is taken."""
    with changing():
        if Source.objects.filter(label=label.strip()).exists():
            raise Conflict("已有同名的来源。", code="same_source", fields={"label": "已有同名的来源"})
        source = Source.objects.create(
            label=label.strip(), kind=kind.value, address=address, owner_unit_id=owner_unit, minutes=minutes, follow=follow,
            defaults=as_json(rights, entry), keys=sorted(keeper_keys(owner_unit)), next_at=now(), created_by=current_actor().id,
        )  # fmt: skip
        ledger.append(
            "knowledge.source_changed", ("source", source.pk), {"what": "added", "kind": kind.value, "minutes": minutes}
        )
        return int(source.pk)


def switch(source_id: int, *, active: bool) -> None:
    """Stop looking at a source, or look again from now on."""
    with changing():
        source = _source_for(source_id)
        source.active, source.next_at, source.problem, source.failures = active, now(), "", 0
        source.save(update_fields=["active", "next_at", "problem", "failures"])
        ledger.append("knowledge.source_changed", ("source", source.pk), {"what": "switched", "active": active})


def look_now(source_id: int) -> None:
    """Look at a source soon and not when its time has come; raises Conflict for one that is paused or was just looked at."""
    with changing():
        source = _source_for(source_id)
        if not source.active:
            raise Conflict("这个来源已停用，请先启用。", code="paused")
        if source.looked_at is not None and now() - source.looked_at < SOON:
            raise Conflict("一分钟内刚查看过，请稍后再试。", code="just_looked")
        source.next_at = now()
        source.save(update_fields=["next_at"])


def judge_held(item_id: int, *, same: bool) -> int:
    """Say of held content that it is the paper after all (proposed at the next look) or is not; returns its source."""
    with changing():
        item = SourceItem.objects.select_for_update().filter(pk=item_id).first()
        if item is None or not item.held:
            raise NotFound("没有找到这项存疑内容，可能已由他人处理。", code="no_such_item")
        source = _source_for(item.source_id)
        item.held, item.accepted = "", same
        if same:
            item.etag = item.modified = ""
            source.next_at = now()
            source.save(update_fields=["next_at"])
        item.save(update_fields=["held", "accepted", "etag", "modified"])
        ledger.append("knowledge.source_changed", ("source", source.pk), {"what": "held", "same": same})
        return int(source.pk)


def due(kinds: Iterable[SourceKind]) -> list[int]:
    """Sources whose time has come; their next time is set first, so that two processes do not look at once."""
    with transaction.atomic(), as_system(), reading():
        waiting = Source.objects.select_for_update(skip_locked=True).filter(active=True, next_at__lte=now())
        rows = list(waiting.filter(kind__in=[kind.value for kind in kinds])[:BATCH])
        for source in rows:
            source.next_at = now() + timedelta(minutes=source.minutes)
            source.save(update_fields=["next_at"])
        return [row.pk for row in rows]


def alone(look: Callable[[int], int], source_id: int) -> int:
    """Look at one source; what breaks there is told of it and keeps nobody from looking at the others. How much was done."""
    try:
        return look(source_id)
    except Exception:
        log.exception("source_broke", source=source_id)
        with transaction.atomic(), as_system(), reading():
            source = Source.objects.filter(pk=source_id).first()
        if source is not None:
            note_problem(source, "这个来源的内容无法处理，请系统管理员查看日志；其他来源不受影响。")
        return 1


def note_problem(source: Source, problem: str, tries: int = 1) -> None:
    """Keep what is wrong with a source (nothing: all is well); its keepers are told at the ``tries``-th time in a row (0: not here).

    A source that fails again and again is looked at less and less often, at least once a day.
    """
    with transaction.atomic(), as_system(), reading():
        failures = source.failures + 1 if problem else 0
        values = {"looked_at": now(), "problem": problem[:300], "failures": min(failures, 30_000)}
        if failures > 1:
            pause = timedelta(minutes=source.minutes) * 2 ** min(failures - 1, 6)
            values["next_at"] = now() + max(min(pause, LONGEST), timedelta(minutes=source.minutes))
        Source.objects.filter(pk=source.pk).update(**values)
        if problem and failures == tries:
            tell(NoticeKind.FAILED, f"来源“{source.label}”无法查看：{problem}", source=source)


def _source_for(source_id: int) -> Source:
    source = Source.objects.select_for_update().filter(pk=source_id).first()
    if source is None:
        raise NotFound("没有找到这个来源。", code="no_such_source")
    editing.check_may_keep(source.owner_unit_id)
    return source
