"""The demo city's policies, guides and questions: read from ``knowledge/``, with dates that move with the calendar.

A paper is a file: lines ``名称: 值``, an empty line, the body in Markdown. Tokens in either part keep it fresh:
``{年-1}`` is a year as digits, ``{日+24}`` a day counted from today (ISO in the head, 2026年12月17日 in the body),
``{日年-40}`` that day's year. So 'expires next month' stays true whenever the city is loaded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

from minhu.kernel.errors import MinhuError
from minhu.language.papers.types import Block

FOLDER: Final = files("minhu.server.demo").joinpath("knowledge")
NATURES: Final = ("政策法规", "通知公告", "办事指南", "日常咨询", "热点问题", "业务指导", "审批事项")
FORMS: Final = ("md", "docx", "pdf", "xlsx", "html", "png")
NOT_ANSWERABLE: Final = ("other_city", "no_such_matter", "chat", "instruction", "personal")
KINDS: Final = ("who", "amount", "time", "place", "condition", "material", "step", "yes_no", "table_cell")
_FIELDS: Final = (
    "标题", "文号", "发文机关", "性质", "成文日期", "施行日期", "有效期至", "废止日期", "废止",
    "适用地区", "适用人群", "分类", "关键词", "权限", "形式",
)  # fmt: skip
_NEEDED: Final = ("标题", "发文机关", "性质", "成文日期", "施行日期", "适用地区", "分类", "关键词", "权限")
_TOKEN: Final = re.compile(r"\{(日年|年|日)([+-]\d+)?\}")


class PaperHeadWrong(MinhuError):
    """A paper of the demo city whose head cannot be read; the message names the file and the line to mend."""


@dataclass(frozen=True, slots=True)
class DemoPaper:
    """One paper of the city on the day it was read for.

    ``expires``: the last day on which it is valid; ``repealed``: the first day on which it is not (a newer paper took
    its place); None where nothing is said. ``repeals``: the 文号 of the papers that it ends. ``right``: 公开, 工作人员 or
    单位:CODE. ``form``: as what kind of file the city hands it out (``md``: as it lies here).
    """

    stem: str
    title: str
    number: str
    unit: str
    nature: str
    issued: date
    in_force: date
    expires: date | None
    repealed: date | None
    repeals: tuple[str, ...]
    area: str
    groups: tuple[str, ...]
    category: str
    keywords: tuple[str, ...]
    right: str
    form: str
    body: str

    def valid(self, day: date) -> bool:
        """Whether the paper holds on ``day``."""
        begun = self.in_force <= day
        return begun and not (self.expires and day > self.expires) and not (self.repealed and day >= self.repealed)


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    """A question as a citizen asks it; ``document`` (a stem) is empty where no paper answers, ``kind`` says why."""

    question: str
    document: str
    clause: str
    answer: str
    kind: str
    earlier: str
    """What was asked before, for a follow-up that is not understood alone."""


def fresh(text: str, today: date, *, head: bool = False) -> str:
    """``text`` with its tokens told for ``today``; days are ISO in a head, Chinese in a body."""

    def told(found: re.Match[str]) -> str:
        shift = int(found[2] or 0)
        if found[1] == "年":
            return str(today.year + shift)
        day = today + timedelta(days=shift)
        if found[1] == "日年":
            return str(day.year)
        return day.isoformat() if head else f"{day.year}年{day.month}月{day.day}日"

    return _TOKEN.sub(told, text)


@cache
def source(stem: str) -> str:
    """The file of one paper as it lies in the folder; raises FileNotFoundError for an unknown stem."""
    return FOLDER.joinpath(f"{stem}.md").read_text(encoding="utf-8")


@cache
def stems() -> tuple[str, ...]:
    """The names of all papers without their suffix, in order."""
    return tuple(sorted(x.name[:-3] for x in FOLDER.iterdir() if x.name.endswith(".md")))


def paper(stem: str, today: date) -> DemoPaper:
    """One paper told for ``today``; raises ``PaperHeadWrong`` where its head is not as agreed."""
    head, _, body = source(stem).partition("\n\n")
    row = _head(stem, fresh(head, today, head=True))
    return DemoPaper(
        stem=stem,
        title=row["标题"],
        number=row.get("文号", ""),
        unit=row["发文机关"],
        nature=row["性质"],
        issued=_day(stem, row["成文日期"]),
        in_force=_day(stem, row["施行日期"]),
        expires=_day(stem, row["有效期至"]) if "有效期至" in row else None,
        repealed=_day(stem, row["废止日期"]) if "废止日期" in row else None,
        repeals=_several(row.get("废止", "")),
        area=row["适用地区"],
        groups=_several(row.get("适用人群", "")),
        category=row["分类"],
        keywords=_several(row["关键词"]),
        right=row["权限"],
        form=row.get("形式", "md"),
        body=fresh(body, today),
    )


def papers(today: date) -> tuple[DemoPaper, ...]:
    """All papers told for ``today``, in the order of their stems."""
    return tuple(paper(stem, today) for stem in stems())


def blocks(one: DemoPaper) -> tuple[Block, ...]:
    """A paper as its reader gives it: title and body."""
    from minhu.engines.readers import kinds, plain

    return tuple(plain.blocks(f"# {one.title}\n\n{one.body}".encode(), kinds.MARKDOWN))


def questions(today: date) -> tuple[DemoQuestion, ...]:
    """The questions of ``questions.jsonl`` told for ``today``, in the order of the file."""
    lines = FOLDER.joinpath("questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(fresh(line, today)) for line in lines]
    return tuple(DemoQuestion(**{"clause": "", "answer": "", "earlier": "", **row}) for row in rows)


def contradictions(today: date) -> tuple[Mapping[str, Any], ...]:
    """The contradictions that were planted: what about, of which sort, and the two spans with their papers."""
    text = FOLDER.joinpath("contradictions.json").read_text(encoding="utf-8")
    return tuple(json.loads(fresh(text, today))["contradictions"])


def _head(stem: str, head: str) -> dict[str, str]:
    row: dict[str, str] = {}
    for line in head.splitlines():
        name, colon, value = line.partition(": ")
        if not colon or name not in _FIELDS or not value.strip() or name in row:
            raise PaperHeadWrong(f"演示文件 {stem}.md 的文头有误：“{line}”，请写成“名称: 值”，每个名称只写一次。")
        row[name] = value.strip()
    missing = [name for name in _NEEDED if name not in row]
    if missing:
        raise PaperHeadWrong(f"演示文件 {stem}.md 的文头缺少：{'、'.join(missing)}，请补上。")
    if row["性质"] not in NATURES or row.get("形式", "md") not in FORMS:
        raise PaperHeadWrong(f"演示文件 {stem}.md 的性质或形式不在规定的名单里，请改正。")
    return row


def _day(stem: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise PaperHeadWrong(f"演示文件 {stem}.md 的日期“{text}”不对，请写成 2025-03-01 的样子。") from error


def _several(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("、") if part)
