"""How each kind of rules is laid out: which lists it has, what a row says in words, what a deadline means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from django.utils.translation import gettext as _

from minhu.directory.queries import categories
from minhu.directory.queries.rules import working_calendar
from minhu.directory.types import RuleKind
from minhu.kernel.calendar import Duration, explain
from minhu.kernel.clock import now
from minhu.kernel.errors import NotFound
from minhu.portals.manage import rule_forms, words
from minhu.portals.manage.words import word

LISTS: Final[Mapping[RuleKind, str]] = {
    RuleKind.DEADLINES: "lines", RuleKind.SUPERVISION: "rules", RuleKind.INTAKE: "rows",
    RuleKind.AUTOMATION: "dispatch_lines", RuleKind.PUBLISHING: "phrases", RuleKind.SOURCES: "hosts",
    RuleKind.LINES: "lines",
}  # fmt: skip
NUMBERS: Final = "numbers"
"""The second list of the lines of business."""
LATE_WORDS: Final = {"handle": "办结", "contact": "首次联系", "supplement": "补充", "review": "审核完毕"}
GROUP_WORDS: Final = {
    "refuse": "不予受理", "ask_return": "申请退回", "correct_unit": "不按建议派单", "refuse_return": "不同意退回", "ask_extension": "申请延期",
    "refuse_extension": "不同意延期", "suspend": "申请挂起", "not_solved": "未解决的原因", "ask_exclusion": "申请剔除",
    "exclusion": "剔除", "reopen": "重办", "reject_reply": "退回答复", "withdraw": "撤回", "recall": "收回改派",
    "close": "办结", "merge": "合并", "escalate": "提级",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """One list of a rule set; each row is its place and what it says under each column."""

    part: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """One line of the deadline table with its sentence."""

    place: int
    row: Mapping[str, Any]
    condition: str
    sentence: str


def list_of(kind: RuleKind, content: dict[str, Any], part: str) -> list[dict[str, Any]]:
    """The list that a part names, to be read or changed in place; raises NotFound."""
    if kind is RuleKind.REASONS:
        found = content.get("groups", {}).get(part)
    else:
        known = LISTS.get(kind) == part or (kind is RuleKind.LINES and part == NUMBERS)
        found = content.setdefault(part, []) if known else None
    if not isinstance(found, list):
        raise NotFound(_("这类规则没有这一部分，请返回查看。"), code="no_such_part")
    return found


def tables(kind: RuleKind, content: Mapping[str, Any]) -> list[Table]:
    """The lists of a rule set in words (the deadline table is shown by ``deadlines``)."""
    if kind is RuleKind.REASONS:
        return [
            _table(part, GROUP_WORDS.get(part, part), (_("理由"), _("代码"), _("证明材料")), rows, _reason)
            for part, rows in content.get("groups", {}).items()
        ]
    rows = content.get(LISTS.get(kind, ""), [])
    if kind is RuleKind.SUPERVISION:
        return [
            _table(
                "rules",
                _("督办规则"),
                (_("督办意见"), _("触发条件"), _("时钟"), _("阈值"), _("督办方式")),
                rows,
                _supervision,
            )
        ]
    if kind is RuleKind.INTAKE:
        return [
            _table(
                "rows", _("受理判断表"), (_("情形"), _("受理类别"), _("处理"), _("告知群众"), _("依据")), rows, _intake
            )
        ]
    if kind is RuleKind.AUTOMATION:
        return [_table("dispatch_lines", _("可以自动派单的分类"), (_("分类"), _("最低把握")), rows, _dispatch)]
    if kind is RuleKind.PUBLISHING:
        return [_table("phrases", _("要说明的用语"), (_("用语"), _("类别"), _("原因")), rows, _phrase)]
    if kind is RuleKind.SOURCES:
        return [_table("hosts", _("可以查看的网站"), (_("主机名"), _("说明")), rows, _host)]
    if kind is RuleKind.LINES:
        named = {str(row.get("code")): str(row.get("short") or row.get("name")) for row in rows}
        return [
            _table("lines", _("业务线"), (_("名称"), _("代码"), _("队列"), _("接待方式"), _("诉求分类")), rows, _line),
            _table(
                NUMBERS, _("原热线号码"), (_("号码"), _("业务线"), _("生效"), _("失效"), _("说明")),
                content.get(NUMBERS, []), lambda row: _old_number(row, named),
            ),
        ]  # fmt: skip
    return []


def _table(part: str, title: str, columns: tuple[str, ...], rows: list[dict[str, Any]], say: Any) -> Table:
    return Table(part, title, columns, tuple((place, say(row)) for place, row in enumerate(rows)))


def _reason(row: Mapping[str, Any]) -> tuple[str, ...]:
    return str(row.get("label", "")), str(row.get("code", "")), _("须附") if row.get("needs_evidence") else "—"


def _supervision(row: Mapping[str, Any]) -> tuple[str, ...]:
    clock = word(words.CLOCKS, row["clock"]) if row.get("clock") else "—"
    limit = f"{row['threshold']}%" if row.get("trigger") == "near_due" else str(row.get("threshold") or "—")
    trigger, level = str(row.get("trigger", "")), str(row.get("level", ""))
    return str(row.get("text", "")), word(rule_forms.TRIGGERS, trigger), clock, limit, word(words.SUPERVISIONS, level)


def _intake(row: Mapping[str, Any]) -> tuple[str, ...]:
    action = word(rule_forms.ACTIONS, str(row.get("action", "")))
    if row.get("hand_over"):
        action = f"{action}（{row['hand_over']}）"
    kind = word(rule_forms.CLASSES, str(row.get("class", "")))
    return str(row.get("title", "")), kind, action, str(row.get("wording", "")), str(row.get("basis", ""))


def _dispatch(row: Mapping[str, Any]) -> tuple[str, ...]:
    code = str(row.get("category", ""))
    found = categories.category_by_code(code)
    return (f"{found.full_name}（{code}）" if found else code), f"{row.get('confidence', 0):.0%}"


def _phrase(row: Mapping[str, Any]) -> tuple[str, ...]:
    kind = word(rule_forms.PHRASES, str(row.get("kind", "word")))
    return str(row.get("words", "")), kind, str(row.get("why") or "—")


def _host(row: Mapping[str, Any]) -> tuple[str, ...]:
    return str(row.get("host", "")), str(row.get("note") or "—")


def _line(row: Mapping[str, Any]) -> tuple[str, ...]:
    found = categories.category_by_code(str(row.get("category", "")))
    mode = word(rule_forms.MODES, str(row.get("mode", "machine_first")))
    queue, category = str(row.get("queue") or row.get("code")), str(row.get("category") or "—")
    return str(row.get("name", "")), str(row.get("code", "")), queue, mode, found.full_name if found else category


def _old_number(row: Mapping[str, Any], named: Mapping[str, str]) -> tuple[str, ...]:
    line = str(row.get("line", ""))
    days = (str(row.get(key) or "—") for key in ("from", "to", "note"))
    return str(row.get("number", "")), named.get(line, line), *days


def sentence(
    clock: str, subject: str, amount: object, unit: str, working_hours: bool, at: datetime | None = None
) -> str:
    """What a deadline means for something that begins now; or why it cannot be."""
    try:
        duration = Duration(int(str(amount)), cast(Any, unit), working_hours)
    except ValueError:
        return _("请填写大于 0 的整数，且不超过十年。")
    due = working_calendar().due(at or now(), duration)
    return explain(due, subject, LATE_WORDS.get(clock, word(words.CLOCKS, clock)))


def condition_of(row: Mapping[str, Any]) -> str:
    """For what a deadline line holds, in words."""
    parts = []
    if row.get("urgency"):
        parts.append(word(words.URGENCIES, row["urgency"]))
    if row.get("request_type"):
        parts.append(word(words.TYPES, row["request_type"]))
    if row.get("category"):
        found = categories.category_by_code(row["category"])
        parts.append(_("分类“{name}”").format(name=found.name if found else row["category"]))
    if row.get("level"):
        parts.append(word(rule_forms.ALL_LEVELS, row["level"]))
    if row.get("deadline_key"):
        parts.append(_("目录指定“{key}”").format(key=row["deadline_key"]))
    return "、".join(parts) or _("一般情况")


def deadlines(content: Mapping[str, Any]) -> list[tuple[str, list[DeadlineRow]]]:
    """The deadline table by clock, in the order of the clocks; places are those in the list."""
    moment = now()
    groups: dict[str, list[DeadlineRow]] = {name: [] for name in rule_forms.CLOCK_WORDS}
    for place, row in enumerate(content.get("lines", [])):
        clock = str(row.get("clock", ""))
        text = sentence(
            clock,
            row.get("subject", ""),
            row.get("amount"),
            row.get("unit", ""),
            bool(row.get("working_hours")),
            moment,
        )
        groups.setdefault(clock, []).append(DeadlineRow(place, row, condition_of(row), text))
    return [(word(words.CLOCKS, clock), rows) for clock, rows in groups.items() if rows]
