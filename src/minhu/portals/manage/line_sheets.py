"""Lines of business and their old numbers as tables: out for a template, in as a draft; one wrong row and nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from minhu.directory.queries.categories import category_by_code
from minhu.directory.queries.lines import Line, Lines
from minhu.directory.queries.units import unit_by_code
from minhu.kernel.errors import Invalid
from minhu.language.dialogue.types import Mode
from minhu.portals.manage.uploaded import bad_file

LINES: Final = {
    "code": "代码", "name": "名称", "short": "简称", "queue": "队列", "hours": "服务时间代码", "closed": "时间外说的话",
    "outside": "时间外接待", "mode": "接待方式", "greeting": "开头语", "category": "诉求分类代码", "hints": "最常见的分类代码",
    "unit": "承办单位代码", "languages": "语种", "strength": "情绪强度", "angry_turns": "生气几次", "questions": "最多追问",
    "danger_sure": "危险把握", "quiet_hours": "静默小时", "offered": "供群众选择",
}  # fmt: skip
NUMBERS: Final = {
    "number": "号码", "line": "业务线代码", "queue": "队列", "category": "诉求分类代码", "from": "生效日期",
    "to": "失效日期", "note": "说明",
}  # fmt: skip
LINE_NAME: Final = "业务线名称"
"""A further column of the numbers: a line that is not there yet is made by its name."""
MODE_WORDS: Final = {
    Mode.MACHINE_FIRST.value: "先机后人", Mode.PERSON_FIRST.value: "人工优先", Mode.MACHINE_ONLY.value: "仅智能助手",
}  # fmt: skip
_MODES: Final = {word: value for value, word in MODE_WORDS.items()}
_WHOLE: Final = ("angry_turns", "questions", "quiet_hours")
_PARTS: Final = ("strength", "danger_sure")
MOST_SHOWN: Final = 20


def line_row(line: Line) -> tuple[object, ...]:
    """A line as a row of its table."""
    policy = line.policy
    values: dict[str, object] = {
        "code": line.code, "name": line.name, "short": line.short, "queue": line.queue, "hours": line.hours,
        "closed": line.closed, "outside": MODE_WORDS[line.outside.value], "mode": MODE_WORDS[policy.mode.value],
        "greeting": policy.welcome, "category": line.category, "hints": ",".join(line.hints), "unit": line.unit,
        "languages": ",".join(line.languages), "strength": policy.strength, "angry_turns": policy.angry_turns,
        "questions": policy.questions, "danger_sure": policy.danger_sure, "quiet_hours": line.quiet_hours,
        "offered": "是" if line.offered else "否",
    }  # fmt: skip
    return tuple(values[key] for key in LINES)


def number_rows(lines: Lines) -> list[tuple[object, ...]]:
    """All old numbers as rows of their table, with the name of their line behind."""
    return [
        (one.number, one.line, one.queue, one.category, one.first or "", one.last or "", one.note, lines.line(one.line).name)
        for several in lines.numbers.values()
        for one in several
    ]  # fmt: skip


def laid_over(content: Mapping[str, Any], table: list[dict[str, str]]) -> dict[str, Any]:
    """The content with a table's rows in it: lines by their code, numbers by number and first day; raises Invalid."""
    if NUMBERS["number"] in table[0]:
        return _with_numbers(content, table)
    if LINES["code"] in table[0] and LINES["name"] in table[0]:
        rows = _each(table, _line_of)
        return {**content, "lines": _laid(content["lines"], rows, "code")}
    raise bad_file(_("缺少列：号码表要有“号码”，业务线表要有“代码”和“名称”。请用导出的表格作模板。"))


def _with_numbers(content: Mapping[str, Any], table: list[dict[str, str]]) -> dict[str, Any]:
    known = {str(row["code"]): row for row in content["lines"]}
    named = {str(row["name"]): code for code, row in known.items()}

    def read(cells: Mapping[str, str]) -> dict[str, Any]:
        one = {key: _cell(cells, label) for key, label in NUMBERS.items() if _cell(cells, label)}
        one = {**one, **{key: one[key][:10] for key in ("from", "to") if key in one}}
        name = _cell(cells, LINE_NAME)
        code = one.get("line") or named.get(name) or one.get("number", "")
        if code not in known:
            if not name:
                raise Invalid(_("没有代码为“{code}”的业务线；新的业务线请填写“业务线名称”。").format(code=code))
            known[code] = {
                "code": code,
                "name": name,
                "category": one.get("category", ""),
                "queue": one.get("queue", ""),
            }
            known[code] = {key: value for key, value in known[code].items() if value}
            named[name] = code
        _check_category(one.get("category", ""))
        return {**one, "line": code}

    rows = _each(table, read)
    return {**content, "lines": list(known.values()), "numbers": _laid(content["numbers"], rows, "number", "from")}


def _line_of(cells: Mapping[str, str]) -> dict[str, Any]:
    one: dict[str, Any] = {key: _cell(cells, label) for key, label in LINES.items() if _cell(cells, label)}
    for key in ("mode", "outside"):
        if key in one:
            one[key] = _MODES.get(one[key], one[key])
    try:
        one |= {key: int(float(one[key])) for key in _WHOLE if key in one}
        one |= {key: float(one[key]) for key in _PARTS if key in one}
    except ValueError as error:
        raise Invalid(_("情绪强度、生气几次、最多追问、危险把握、静默小时应为数字。")) from error
    if "offered" in one:
        one["offered"] = one["offered"] != "否"
    _check_category(one.get("category", ""))
    if one.get("unit") and unit_by_code(one["unit"]) is None:
        raise Invalid(_("没有代码为“{code}”的单位。").format(code=one["unit"]))
    return one


def _check_category(code: str) -> None:
    if code and category_by_code(code) is None:
        raise Invalid(_("现行分类中没有代码“{code}”。").format(code=code))


def _each(table: list[dict[str, str]], read: Callable[[Mapping[str, str]], dict[str, Any]]) -> list[dict[str, Any]]:
    found, wrong = [], {}
    for number, cells in enumerate(table, 2):
        if not any(str(cell).strip() for cell in cells.values()):
            continue
        try:
            found.append(read(cells))
        except Invalid as error:
            wrong[_("第 {n} 行").format(n=number)] = error.message
    if wrong or not found:
        message = _("表中有 {n} 行不能用，没有导入。").format(n=len(wrong))
        raise Invalid(message, fields=dict(list(wrong.items())[:MOST_SHOWN]) or None)
    return found


def _laid(there: list[dict[str, Any]], rows: list[dict[str, Any]], *keys: str) -> list[dict[str, Any]]:
    def name(row: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(str(row.get(key, "")) for key in keys)

    return list(({name(row): row for row in there} | {name(row): row for row in rows}).values())


def _cell(cells: Mapping[str, str], label: str) -> str:
    return str(cells.get(label, "") or "").strip()
