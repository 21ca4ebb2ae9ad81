"""What stands beside a talk: danger, the next question or the script, warnings, the same matter, running incidents."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from minhu.directory.queries.categories import category_by_code
from minhu.evaluation import queries as evaluation
from minhu.handling.queries.board import rows_by_number
from minhu.handling.queries.running import Running, running_near
from minhu.intake import queries as intake
from minhu.intake.queries import desk as reading
from minhu.intake.queries.callers import requests_of_phone
from minhu.intake.queries.drafts import DraftView
from minhu.intake.queries.noises import noises_of_words
from minhu.intake.queries.talks import TalkView
from minhu.intake.types import NewRequest, Said, Speaker
from minhu.kernel import masks
from minhu.kernel.clock import now
from minhu.language.dialogue.hearing import hear
from minhu.language.dialogue.types import Phase, Wish
from minhu.language.filling.entries import Entries
from minhu.language.filling.guiding import marks_of, questions_left, value_of, warnings_of
from minhu.language.filling.types import Field, Spoken
from minhu.portals.orders import noticed, warned

SHOWN: Final = 5
_LOOKS_BACK: Final = 6
"""Utterances of the citizen among which the latest question is looked for."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """What a caller brought within a year, for this talk only."""

    phone: str
    total: int
    repeats: int
    noise: str
    kinds: list[tuple[str, int]]
    latest: list[dict[str, Any]]
    satisfied: int
    rated: int


def beside(view: TalkView, draft: DraftView | None, *, earlier: bool = True) -> dict[str, Any]:
    """All of it for the page; reads earlier requests only to say which numbers are the same matter.

    ``earlier``: whether the reader decides on intake and may know of earlier requests at all.
    """
    entries: Entries = draft.entries if draft else {}
    spoken = [Spoken(one.number, one.speaker is Speaker.CITIZEN, one.text) for one in view.said]
    matter = value_of(entries, Field.MATTER)
    elements = intake.elements_of_words(matter, now(), area_settled=_is_settled(entries)) if matter else None
    found = _preview(entries, matter) if matter and earlier else None
    seen = noticed.shown(intake.impression_of_words(matter)) if matter else None
    danger = found.danger if found else bool(seen and seen["services"])
    questions = elements.questions if elements else ()
    done = draft is not None and draft.registered_at is not None
    left = questions_left(questions, entries, spoken, danger=danger) if matter and not done else ()
    noisy = noises_of_words(matter, elements.elements, marks_of(entries, warned.TYPES)) if elements and not done else ()
    return {
        "found": found, "danger": danger, "noticed": seen,
        "next": left[0] if left else None, "later": left[1:4], "script": _script(view, entries, draft, left=bool(left)),
        "warnings": [warned.of_form(one) for one in warnings_of(entries, noisy)] if matter and not done else [],
        "repeats": [one for one in found.repeats if not draft or one.number != draft.number] if found else [], "incidents": _incidents(entries) if earlier else (), "question": question_of(view.said),
        "unit": found.advice["unit"] if found and "unit" in found.advice else None,
    }  # fmt: skip


def _preview(entries: Entries, matter: str) -> reading.Preview | None:
    place, phone = value_of(entries, Field.PLACE), value_of(entries, Field.PHONE)
    return reading.preview(NewRequest(text=matter, place_text=place, requester_phone=phone))


def question_of(said: tuple[Said, ...]) -> Said | None:
    """The latest question of the citizen, of his last few utterances."""
    own = [one for one in said if one.speaker is Speaker.CITIZEN][-_LOOKS_BACK:]
    return next((one for one in reversed(own) if hear(one.text, Phase.OPEN, False).wants(Wish.QUESTION)), None)


def portrait(phone: str) -> Portrait | None:
    """What the telephone brought within a year; None without one. The look is logged by ``drafting.look_at_caller``."""
    if not phone:
        return None
    history = intake.caller_history_of_phone(phone)
    earlier = requests_of_phone(phone)
    orders = {row.number: row for row in rows_by_number([number for _pk, number, _at in earlier])}
    kinds = Counter(row.category_name for row in orders.values() if row.category_name)
    satisfied, rated = evaluation.satisfaction_of([pk for pk, _number, _at in earlier[:20]])
    return Portrait(
        masks.phone(phone), history.requests, sum(row.state.value == "merged" for row in orders.values()),
        history.words if history.noise else "", kinds.most_common(3),
        [{"at": at, "row": orders[number]} for _pk, number, at in earlier if number in orders][:SHOWN],
        satisfied, rated,
    )  # fmt: skip


def _incidents(entries: Entries) -> tuple[Running, ...]:
    category = category_by_code(value_of(entries, Field.CATEGORY))
    return running_near(category.id if category else None, value_of(entries, Field.AREA))


def _is_settled(entries: Entries) -> bool:
    entry = entries.get(Field.AREA)
    return entry is not None and entry.mark != "suggested"


def _script(view: TalkView, entries: Entries, draft: DraftView | None, *, left: bool) -> str:
    """What to say where nothing is to be asked: the greeting, the reading back, the goodbye."""
    if draft is not None and draft.registered_at is not None:
        return _("已为您登记，请记下编号和查询码。请问还有别的需要反映吗？")
    if not any(one.speaker is Speaker.CITIZEN for one in view.said):
        return _("您好，这里是12345政务服务便民热线，请问有什么可以帮您？")
    if left or not value_of(entries, Field.MATTER):
        return ""
    place, phone = value_of(entries, Field.PLACE), value_of(entries, Field.PHONE)
    parts = [_("我跟您核对一下：您反映的是%(title)s。") % {"title": value_of(entries, Field.TITLE)}]
    parts += [_("地点在%(place)s。") % {"place": place}] if place else []
    parts += (
        [_("您的电话是%(phone)s。") % {"phone": " ".join((phone[:3], phone[3:7], phone[7:])).strip()}] if phone else []
    )
    return "".join([*parts, _("请问对吗？")])
