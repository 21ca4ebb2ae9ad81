"""Crosswalks: another house's taxonomy is loaded, targets are proposed with reasons, people decide, a version is published.

Nothing is translated by a proposal alone, and what is unmapped is asked for, never put under 'other'.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import connection

from minhu.directory.models import Crosswalk, CrosswalkGap, CrosswalkLine
from minhu.directory.policy import Action
from minhu.directory.queries import categories
from minhu.directory.queries.crosswalks import fits_nothing, plain
from minhu.directory.services.changes import LOCK_CROSSWALKS, change, record
from minhu.directory.services.loading import BATCH, RowProblems, texts
from minhu.directory.services.versions import discard_draft, get_draft, new_draft, put_in_force
from minhu.directory.types import VersionState
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, NotFound
from minhu.language.categories import ModelError
from minhu.language.crosswalk import propose
from minhu.language.meaning import Meaning, default_meaning
from minhu.language.personal import find_personal
from minhu.language.types import Leaf

MOST_ROWS: Final = 2000
MOST_GAPS: Final = 100
"""Names of one door that are listed; whoever sends more of them sends no categories."""
NO_NAME: Final = "（不像分类名称的文字）"
_GAP = """
INSERT INTO directory_crosswalkgap (door, said, count, last_at)
SELECT %(door)s, %(said)s, %(count)s, %(at)s
WHERE (SELECT count(*) FROM directory_crosswalkgap WHERE door = %(door)s) < %(most)s
  OR EXISTS (SELECT 1 FROM directory_crosswalkgap WHERE door = %(door)s AND said = %(said)s)
ON CONFLICT (door, said) DO UPDATE SET last_at = excluded.last_at, count = CASE WHEN %(whole)s
  THEN greatest(directory_crosswalkgap.count, excluded.count) ELSE directory_crosswalkgap.count + excluded.count END
"""
_SENTENCE: Final = re.compile(r"[。！？!?；;，,：:\n我你您]|[0-9]{5}|[^/]{25}")
"""What no name of a category has, but what a citizen says: administrators read the list, and see no citizen's word."""


def draft_from(kind: str, rows: Iterable[Mapping[str, Any]], note: str = "") -> int:
    """A draft out of the rows of a file (path or level1 …; code, keywords, description); returns its id.

    What people decided in the version before is taken over where the path and our category are still there. Raises
    Invalid listing each wrong row.
    """
    name = " ".join(kind.split())
    with change(Action.MANAGE_RULES, lock=LOCK_CROSSWALKS):
        if not 2 <= len(name) <= 64:
            raise Invalid("请写明是谁的分类。", fields={"kind": "2 至 64 个字"})
        leaves = _checked(list(rows))
        before = _decided_before(name)
        made = new_draft(Crosswalk, note, kind=name)
        found = propose(leaves, categories.index(), _meaning())
        known = categories.current().by_code
        lines = []
        for leaf, proposed in zip(leaves, found, strict=True):
            target, who = before.get(plain("/".join(leaf.path)), (None, ""))
            kept = target is not None and (not target or target in known)
            lines.append(CrosswalkLine(
                version=made, source_code=leaf.code, source_path="/".join(leaf.path)[:255], decided=kept,
                proposed=[[one.target, round(one.confidence, 4), one.reason] for one in proposed],
                target_code=target or "" if kept else "", decided_by=who if kept else "",
            ))  # fmt: skip
        CrosswalkLine.objects.bulk_create(lines, batch_size=BATCH)
        record("version_drafted", ("crosswalk", f"{name} {made.number}"), lines=len(lines))
        return made.pk


def decide(draft_id: int, line_id: int, target_code: str) -> None:
    """What one category of theirs is here; an empty code: nothing fits. Raises Invalid for no leaf of ours."""
    with change(Action.MANAGE_RULES, lock=LOCK_CROSSWALKS):
        draft = get_draft(Crosswalk, draft_id)
        code = _leaf(target_code) if target_code else ""
        changed = CrosswalkLine.objects.filter(version=draft, pk=line_id).update(
            target_code=code, decided=True, decided_by=current_actor().id
        )
        if not changed:
            raise NotFound("没有这一行，请刷新页面。", code="no_such_line")
        record("crosswalk_decided", ("crosswalk", f"{draft.kind} {draft.number}"), line=line_id, target=code)


def undo(draft_id: int, line_id: int) -> None:
    """A decided line waits again."""
    with change(Action.MANAGE_RULES, lock=LOCK_CROSSWALKS):
        draft = get_draft(Crosswalk, draft_id)
        lines = CrosswalkLine.objects.filter(version=draft, pk=line_id)
        if not lines.update(decided=False, target_code="", decided_by=""):
            raise NotFound("没有这一行，请刷新页面。", code="no_such_line")
        record("crosswalk_undone", ("crosswalk", f"{draft.kind} {draft.number}"), line=line_id)


def accept_sure(draft_id: int, least: float) -> int:
    """Take the best proposal wherever its confidence is at least ``least`` (0 to 1); returns how many."""
    if not 0.0 < least <= 1.0:
        raise Invalid("把握应当在 0 与 1 之间。", fields={"least": "0 与 1 之间的数"})
    with change(Action.MANAGE_RULES, lock=LOCK_CROSSWALKS):
        draft = get_draft(Crosswalk, draft_id)
        known, count = categories.current().by_code, 0
        for row in CrosswalkLine.objects.filter(version=draft, decided=False):
            code, chance = (row.proposed[0][0], row.proposed[0][1]) if row.proposed else ("", 0.0)
            if chance >= least and code in known:
                row.target_code, row.decided, row.decided_by = code, True, current_actor().id
                row.save(update_fields=["target_code", "decided", "decided_by"])
                count += 1
        record("crosswalk_decided", ("crosswalk", f"{draft.kind} {draft.number}"), least=least, lines=count)
        return count


def publish(draft_id: int) -> None:
    """Put a draft in force; lines that nobody decided stay unmapped and are asked for when they come in."""
    with change(Action.MANAGE_RULES, lock=LOCK_CROSSWALKS):
        draft = get_draft(Crosswalk, draft_id)
        mapped = draft.lines.filter(decided=True)
        if not mapped.exists():
            raise Invalid("还没有确认任何一行，不能发布。", code="empty_version")
        gone = sorted(
            {code for code in mapped.values_list("target_code", flat=True) if code} - set(categories.current().by_code)
        )
        if gone:
            raise Invalid(f"现行分类里已没有 {'、'.join(gone[:5])}，请重新确认这些行。", code="target_gone")
        put_in_force(draft)
        _close_gaps(mapped.values_list("source_path", "source_code"))


def discard(draft_id: int) -> None:
    """Throw a draft away."""
    with change(Action.MANAGE_RULES, lock=LOCK_CROSSWALKS):
        discard_draft(get_draft(Crosswalk, draft_id))


def note_gap(door: str, said: str, count: int = 1, *, whole: bool = False) -> None:
    """A category came in that means nothing here (part of the caller's transaction); administrators see it listed.

    What is no name but somebody's words (a shifted column, a careless sender) is counted and not kept; what people
    said nothing here fits is not asked again. ``whole``: ``count`` is all of the door, however often it is told.
    """
    if fits_nothing(said, door):
        return
    name = NO_NAME if _SENTENCE.search(said) or find_personal(said) else said[:100]
    told: dict[str, Any] = {
        "door": door[:64],
        "said": name,
        "count": count,
        "at": now(),
        "most": MOST_GAPS,
        "whole": whole,
    }
    with connection.cursor() as cursor:
        cursor.execute(_GAP, told)


def _close_gaps(mapped: Iterable[tuple[str, str]]) -> None:
    """What came through a door in whatever writing is asked no more once it is mapped."""
    known = {plain(name)[:100] for pair in mapped for name in pair if name}
    rows = CrosswalkGap.objects.values_list("pk", "said")
    CrosswalkGap.objects.filter(pk__in=[pk for pk, said in rows if plain(said) in known]).delete()


def _decided_before(kind: str) -> dict[str, tuple[str | None, str]]:
    newest = Crosswalk.objects.filter(kind=kind).exclude(state=VersionState.DRAFT.value).order_by("-number").first()
    if newest is None:
        return {}
    rows = newest.lines.filter(decided=True).values_list("source_path", "target_code", "decided_by")
    return {plain(path): (target, who) for path, target, who in rows}


def _leaf(code: str) -> str:
    found = categories.category_by_code(code)
    if found is None or not found.is_leaf or not found.active:
        raise Invalid("没有这个末级分类，请从列表中选择。", fields={"target": "请从列表中选择"})
    return found.code


def _checked(rows: list[Mapping[str, Any]]) -> list[Leaf]:
    problems, found = RowProblems("对方分类"), {}
    if len(rows) > MOST_ROWS:
        problems.add(0, "", f"最多 {MOST_ROWS} 行，请拆分。")
    for number, row in enumerate(rows[:MOST_ROWS], 1):
        path, code = _path(row), str(row.get("code") or "").strip()
        key = "/".join(path)
        if not path or len(key) > 255:
            problems.add(number, key[:40], "分类路径必须填写，合计不超过 255 个字。")
        if len(code) > 64:
            problems.add(number, code[:40], "代码不超过 64 个字符。")
        if key in found:
            problems.add(number, key[:40], "与前面的行重复。")
        if path:
            words = tuple(texts(row.get("keywords")))[:50]
            found[key] = Leaf(code, path[-1], path, words, str(row.get("description") or "")[:500])
    if not found:
        problems.add(0, "", "没有任何分类。")
    problems.raise_if_any()
    return list(found.values())


def _path(row: Mapping[str, Any]) -> tuple[str, ...]:
    whole = plain(str(row.get("path") or ""))
    levels = [plain(str(row[name] or "")) for name in sorted(row) if str(name).startswith("level")]
    return tuple(part for part in (whole.split("/") if whole else levels) if part)


def _meaning() -> Meaning | None:
    try:
        return default_meaning()
    except ModelError:
        return None
