"""What the auditors' pages share: the tabs, the words of an entry, the filter of periods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from minhu.handling.queries.matters import numbers_of
from minhu.kernel.calendar.types import midnight
from minhu.ledger import queries as ledger
from minhu.ledger.types import EntryView
from minhu.portals.navigation import role_word


@dataclass(frozen=True, slots=True)
class Tab:
    """One part of the audit."""

    key: str
    label: str | Promise
    path: str
    icon: str


TABS: Final = (
    Tab("overview", _("概况与核对"), "/audit/", "shield-check"),
    Tab("books", _("五本账"), "/audit/books/", "book"),
    Tab("compare", _("比对检查点"), "/audit/compare/", "arrows-left-right"),
    Tab("touched", _("查找改动"), "/audit/touched/", "search"),
    Tab("orders", _("工单存证"), "/audit/orders/", "rubber-stamp"),
    Tab("contracts", _("合约"), "/audit/contracts/", "git-branch"),
    Tab("access", _("查阅记录"), "/audit/access/", "eye"),
)
BOOK_WORDS: Final[dict[str, tuple[str | Promise, str | Promise, str]]] = {
    "identity": (
        _("身份权属"),
        _("谁是谁、归哪个单位、有什么权限：账号、岗位、单位、区划、目录和规则的每次变化"),
        "id",
    ),
    "requests": (_("诉求信息"), _("群众说了什么、怎样受理：诉求的登记、补充、导入和受理意见"), "message"),
    "matters": (_("诉求事项"), _("一件事成为工单，派给谁、并到哪里、怎样了结"), "file-text"),
    "handling": (_("办理过程"), _("单位怎样办：签收、联系、退单、延期、挂起、吹哨、答复和审核"), "route"),
    "oversight": (_("评价监督"), _("办得怎样、谁在监督：评价、剔除、督办、预警、存证、查询、导出和核对"), "scale"),
}


def show(request: HttpRequest, tab: str, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Render a page of the audit with its tabs."""
    return render(request, f"audit/{template}.html", {**context, "tabs": TABS, "tab": tab}, status=status)


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry in words."""

    entry: EntryView
    label: str
    book: str
    who: str
    about: str


def lines_of(entries: Iterable[EntryView]) -> list[EntryLine]:
    """Entries in words; requests by the number under which they are known."""
    found = list(entries)
    ids = {int(one.subject_id) for one in found if one.subject_type == "request" and one.subject_id.isdigit()}
    numbers = numbers_of(ids) if ids else {}
    return [
        EntryLine(one, ledger.label_of(one.kind), _book(one.kind), _who(one), _about(one, numbers)) for one in found
    ]


def _book(kind: str) -> str:
    found = ledger.KINDS.get(kind)
    return str(BOOK_WORDS[found.book.value][0]) if found else ""


def _who(entry: EntryView) -> str:
    fixed = {"citizen": _t("群众"), "system": _t("系统")}
    roles = "、".join(role_word(role) for role in entry.roles)
    named = fixed.get(entry.actor_kind) or entry.actor_id
    return f"{named}（{roles}）" if roles and entry.actor_kind == "staff" else named


SUBJECTS: Final[dict[str, str | Promise]] = {
    "order": _("工单"), "request": _("诉求"), "staff": _("账号"), "unit": _("单位"), "ledger": _("账本"),
    "import": _("导入批次"), "contract": _("合约"), "token": _("接口令牌"), "area": _("区划"), "board": _("驾驶舱"),
}  # fmt: skip


def _about(entry: EntryView, numbers: Mapping[int, str]) -> str:
    word = str(SUBJECTS.get(entry.subject_type, entry.subject_type))
    key = entry.subject_id
    if entry.subject_type == "request" and key.isdigit():
        key = numbers.get(int(key), key)
    return f"{word} {key}"


def period(since: date | None, until: date | None) -> tuple[datetime | None, datetime | None]:
    """Days of the city as moments; the end is excluded."""
    return midnight(since) if since else None, midnight(until) + timedelta(days=1) if until else None
