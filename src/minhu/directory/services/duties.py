"""Versions of the duty graph (权责清单): a file becomes a draft, is looked at beside the catalogue, and is published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from minhu.directory.domain.catalogue import RULE
from minhu.directory.models import Area, Duty, DutyVersion, Unit
from minhu.directory.policy import Action
from minhu.directory.queries import categories, duties
from minhu.directory.services.changes import LOCK_DUTIES, change, record
from minhu.directory.services.loading import BATCH, RowProblems, texts
from minhu.directory.services.versions import discard_draft, get_draft, new_draft, put_in_force
from minhu.directory.types import LoadReport, VersionState

MOST_ROWS: Final = 20_000
Line = tuple[str, str, str, str, str, tuple[str, ...]]


def load_duties(rows: Iterable[Mapping[str, Any]], note: str = "") -> LoadReport:
    """Publish a list given as rows with unit, category, area, duty, basis, words; the same again makes no new version.

    ``unit`` is a unit's code or a rule as in the catalogue. Raises Invalid listing each wrong row.
    """
    with change(Action.MANAGE_RULES, lock=LOCK_DUTIES):
        lines = _checked(list(rows))
        current = DutyVersion.objects.filter(state=VersionState.PUBLISHED.value).first()
        before = set(map(_values, duties.lines_of(current.pk))) if current else set()
        same = len(before & set(lines))
        if current and before == set(lines):
            return LoadReport(len(lines), unchanged=same)
        made = _new(lines, note)
        put_in_force(made)
        return LoadReport(len(lines), created=len(lines) - same, unchanged=same, version=made.number)


def draft_from(rows: Iterable[Mapping[str, Any]], note: str = "") -> DutyVersion:
    """A draft with the rows of a file (as in ``load_duties``); with one wrong row nothing is stored (Invalid)."""
    with change(Action.MANAGE_RULES, lock=LOCK_DUTIES):
        made = _new(_checked(list(rows)), note)
        record("version_drafted", ("dutyversion", made.number))
        return made


def publish(draft_id: int) -> DutyVersion:
    """Put a draft in force, after checking every line against today's tree, areas and units."""
    with change(Action.MANAGE_RULES, lock=LOCK_DUTIES):
        found = get_draft(DutyVersion, draft_id)
        _checked([as_row(line) for line in duties.lines_of(found.pk)])
        return put_in_force(found)


def discard(draft_id: int) -> None:
    """Throw a draft away."""
    with change(Action.MANAGE_RULES, lock=LOCK_DUTIES):
        discard_draft(get_draft(DutyVersion, draft_id))


def as_row(line: duties.DutyLine) -> dict[str, Any]:
    """A line in the shape that the loads take (for export)."""
    return {
        "unit": line.owner, "category": line.category_code, "area": line.area_code, "duty": line.duty,
        "basis": line.basis, "words": list(line.words),
    }  # fmt: skip


def _values(line: duties.DutyLine) -> Line:
    return line.owner, line.category_code, line.area_code, line.duty, line.basis, line.words


def _new(lines: Iterable[Line], note: str) -> DutyVersion:
    made = new_draft(DutyVersion, note)
    Duty.objects.bulk_create(
        [
            Duty(
                version=made, owner=owner, category_code=code, area_code=area, duty=duty, basis=basis, words=list(words)
            )
            for owner, code, area, duty, basis, words in lines
        ],
        batch_size=BATCH,
    )
    return made


def _checked(rows: list[Mapping[str, Any]]) -> list[Line]:
    problems = RowProblems("权责清单")
    nodes, areas = categories.current().by_code, set(Area.objects.values_list("code", flat=True))
    units = dict(Unit.objects.values_list("code", "active"))
    lines: dict[Line, None] = {}
    if len(rows) > MOST_ROWS:
        problems.add(0, "", f"最多 {MOST_ROWS} 行，请拆分。")
    for number, row in enumerate(rows[:MOST_ROWS], 1):
        line = _line(row)
        owner, category, area, duty, basis, words = line
        checks = {
            f"分类代码 {category or '（空）'} 不在现行分类中。": category not in nodes,
            f"区划 {area} 不存在。": bool(area) and area not in areas,
            "职责必须填写，不超过 120 个字。": not duty or len(duty) > 120,
            "依据必须填写（法律法规及条款），不超过 255 个字。": not basis or len(basis) > 255,
            "关键词最多 50 个，每个不超过 32 个字。": len(words) > 50 or any(len(word) > 32 for word in words),
            "与前面的行完全相同。": line in lines,
            f"单位“{owner}”不存在、已停用或写法不对：应为单位代码、branch:代码、street、community 或 grid。": not _known(
                owner, units
            ),
        }
        for text, wrong in checks.items():
            if wrong:
                problems.add(number, category, text)
        lines[line] = None
    if not lines:
        problems.add(0, "", "没有任何条目。")
    problems.raise_if_any()
    return list(lines)


def _line(row: Mapping[str, Any]) -> Line:
    def text(key: str) -> str:
        return str(row.get(key) or "").strip()

    owner = text("unit")
    local = owner in ("street", "community", "grid")
    rule = owner if not owner or local or ":" in owner else f"unit:{owner}"
    return rule, text("category"), text("area"), text("duty"), text("basis"), tuple(texts(row.get("words")))


def _known(owner: str, units: Mapping[str, bool]) -> bool:
    """Whether a rule can be used: its form is right and the unit it names works."""
    code = owner.partition(":")[2]
    return bool(RULE.fullmatch(owner)) and (not code or units.get(code, False))
