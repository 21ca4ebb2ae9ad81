"""What a citizen's words say, made ready for a page: the words with marks, the elements, questions, several matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minhu.handling.types import OrderView, State
from minhu.intake import queries as intake
from minhu.intake.queries.parts import part_unit
from minhu.intake.types import RequestCard
from minhu.kernel.clock import now
from minhu.kernel.patterns import regex
from minhu.language.element_types import Element, ElementKind, Elements
from minhu.language.time_spans import is_span

K = ElementKind
LABELS: Final = {
    K.WHO: gettext_lazy("诉求人身份"), K.WHERE: gettext_lazy("事发地点"), K.WHEN: gettext_lazy("发生时间"), K.PARTY: gettext_lazy("被反映对象"),
    K.PEOPLE: gettext_lazy("涉及人数"), K.DEMAND: gettext_lazy("诉求"), K.EVIDENCE: gettext_lazy("手中证据"), K.EARLIER: gettext_lazy("此前办理"),
    K.SECRECY: gettext_lazy("保密意愿"),
}  # fmt: skip
_EARLIER: Final = {
    "hotline": gettext_lazy("已打过热线"), "asked": gettext_lazy("已找过对方或单位"), "answered": gettext_lazy("对方已有答复"),
    "police": gettext_lazy("公安已介入"), "number": gettext_lazy("旧工单号"),
}  # fmt: skip
_SPANS: Final = {
    "D": gettext_lazy("已持续 %(n)s 天"), "W": gettext_lazy("已持续 %(n)s 周"), "M": gettext_lazy("已持续 %(n)s 个月"), "Y": gettext_lazy("已持续 %(n)s 年"),
    "H": gettext_lazy("已持续 %(n)s 小时"),
}  # fmt: skip
_DATED: Final = regex(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d))?$")
MOST_ADVISED: Final = 12
"""Matters of one text that are told their unit."""
SURE: Final = 0.6
"""From this confidence on a place is put into an empty field of the agent's form."""
_EARLY: Final = frozenset({State.RECEIVED, State.INCOMPLETE, State.TO_DISPATCH, State.RETURN_REVIEW})


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the words; ``label`` is empty where nothing was read."""

    text: str
    label: str = ""
    kind: str = ""
    anchor: str = ""


def label_of(one: Element) -> str:
    """An element's value in words: dates and lengths as people write them, the rest as said."""
    if one.kind is K.WHEN:
        shown = _when(one.value)
        return f"{shown}（{one.text}）" if is_span(one.text) and shown != one.text else shown
    if one.kind is K.EARLIER:
        return f"{_EARLIER[one.value]}：{one.text}"
    return _("要求保密") if one.kind is K.SECRECY else one.value


def _when(value: str) -> str:
    if value.startswith("~"):
        return str(_SPANS[value[-1]]) % {"n": value[1:-1]}
    if value.startswith("@"):
        rhythm = _("每天") if value.startswith("@daily") else _("每周")
        return " ".join((rhythm, *value.split(" T")[1:]))
    if not (found := _DATED.match(value)):
        return value.replace("T", " ")
    date = {"year": int(found[1]), "month": int(found[2]), "day": int(found[3]), "time": found[4]}
    if found[4]:
        return _("%(year)s年%(month)s月%(day)s日 %(time)s") % date
    return _("%(year)s年%(month)s月%(day)s日") % date


def pieces(text: str, elements: tuple[Element, ...]) -> list[Piece]:
    """The words cut at the marked runs; where two marks overlap, the shorter one is shown."""
    wanted = sorted(((one.spans[0], one, at) for at, one in enumerate(elements)), key=lambda row: row[0][1] - row[0][0])
    taken: list[tuple[int, int, Element, int]] = []
    for (start, end), one, at in wanted:
        if all(end <= begin or start >= stop for begin, stop, _one, _at in taken):
            taken.append((start, end, one, at))
    result, here = [], 0
    for start, end, one, at in sorted(taken, key=lambda row: row[0]):
        if start > here:
            result.append(Piece(text[here:start]))
        result.append(Piece(text[start:end], str(LABELS[one.kind]), one.kind.value, f"said-{at}"))
        here = end
    if here < len(text):
        result.append(Piece(text[here:]))
    return result


def rows(elements: tuple[Element, ...], shown: list[Piece]) -> list[dict[str, Any]]:
    """One row for each kind with its values; a value leads to its words where they are marked."""
    anchors = {piece.anchor for piece in shown}
    table: dict[ElementKind, list[dict[str, Any]]] = {}
    for at, one in enumerate(elements):
        anchor = f"said-{at}"
        value = {
            "value": label_of(one),
            "confidence": one.confidence,
            "words": one.text,
            "anchor": anchor if anchor in anchors else "",
        }
        table.setdefault(one.kind, []).append(value)
    return [{"label": LABELS[kind], "kind": kind.value, "values": table[kind]} for kind in K if kind in table]


def of_order(view: OrderView, card: RequestCard, *, may_ask: bool, may_split: bool) -> dict[str, Any]:
    """The elements card of an order's page; questions and the offer to split are for those who can act on them."""
    read = intake.elements_of(card, area_settled=view.area_code is not None)
    shown = pieces(card.text, read.elements)
    early = view.state in _EARLY
    return {
        "pieces": shown,
        "rows": rows(read.elements, shown),
        "summary": read.summary,
        "kept": _kept(view, card, may_ask=may_ask),
        "to_keep": _to_keep(view, read) if may_ask else [],
        "questions": read.questions if may_ask and early else (),
        "matters": _matters(view, card.text, read) if may_split else [],
    }


def typed(text: str, *, placed: bool, wants_callback: bool) -> dict[str, Any]:
    """The same for words that an agent is still typing: rows, questions, and what may be filled into the form."""
    read = intake.elements_of_words(text, now(), area_settled=placed, wants_callback=wants_callback)
    where, secret = read.of(K.WHERE), read.of(K.SECRECY)
    fills = []
    if where and where[0].confidence >= SURE:
        fills.append({"field": "place_text", "label": LABELS[K.WHERE], "value": where[0].value})
    if secret:
        fills.append({"field": "confidential", "label": LABELS[K.SECRECY], "value": "1"})
    return {
        "rows": rows(read.elements, []), "questions": read.questions, "fills": fills, "summary": read.summary,
        "matters": [one.title for one in read.matters] if len(read.matters) > 1 else [],
    }  # fmt: skip


def _kept(view: OrderView, card: RequestCard, *, may_ask: bool) -> list[dict[str, Any]]:
    """What people confirmed; of a confidential requester only for those who take in requests."""
    if card.requester_hidden or (view.confidential and not may_ask):
        return []
    return [{"label": LABELS[one.kind], "row": one} for one in intake.kept_of(view.request_id)]


def _to_keep(view: OrderView, read: Elements) -> list[dict[str, Any]]:
    """What was read and nobody has confirmed: label, value and words of each."""
    done = {(one.kind, one.words) for one in intake.kept_of(view.request_id)}
    return [
        {"label": LABELS[one.kind], "kind": one.kind.value, "value": label_of(one), "words": one.text}
        for one in read.elements
        if (one.kind, one.text) not in done
    ]


def _matters(view: OrderView, text: str, read: Elements) -> list[dict[str, Any]]:
    """Each of several matters with the unit and category that its own words lead to, at the order's place; of a long
    list only the first have a unit: each costs as much as understanding a request."""
    if len(read.matters) < 2:
        return []
    found = []
    for at, one in enumerate(read.matters):
        words = one.words(text)
        unit = part_unit(words, view.area_code or "", view.request_type) if at < MOST_ADVISED else None
        found.append({
            "title": one.title, "words": words, "url": f"{reverse('desk_new')}?split={view.number}&part={at}",
            "unit": unit.unit_name if unit else "", "category": unit.category_name if unit else "", "basis": unit.basis if unit else "",
        })  # fmt: skip
    return found
