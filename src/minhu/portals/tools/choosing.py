"""Which tools a question calls for, and their cards: what a page of asking shows beside the answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.utils.translation import gettext

from minhu.directory.queries import points
from minhu.directory.queries.freshness import local_day
from minhu.kernel.errors import MinhuError
from minhu.knowledge.queries import graph
from minhu.knowledge.queries.shown import Answered
from minhu.language.answers.tooling import Look, Wish, wishes
from minhu.language.papers.naming import named
from minhu.portals.tools.cards import Card
from minhu.portals.tools.filling import FORM, Form, Given, form, form_beside, missing
from minhu.portals.tools.registry import Caller, is_empty, run

MOST_CARDS: Final = 2
NOTHING: Final = Given()
_HERE: Final = 4
"""Offices on a card."""


def cards_for(got: Answered, caller: Caller, given: Given = NOTHING) -> list[tuple[str, Card | Form]]:
    """The cards for a question, each with its kind (name of the tool), behind each the form for what it still lacks.

    A tool that lacks what it cannot do without is a form alone; none where no tool has anything to tell or to ask.
    """
    found: list[tuple[str, Card | Form]] = []
    for wish in wishes(got.understood, local_day())[:MOST_CARDS]:
        call = _call(wish, got)
        if call is not None:
            found += _shown(call[0], {**call[1], **given.of(call[0])}, caller, filled=call[0] == given.tool)
    return found


def _shown(tool: str, arguments: dict[str, Any], caller: Caller, *, filled: bool) -> Iterator[tuple[str, Card | Form]]:
    if missing(tool, arguments):
        yield FORM, form(tool, arguments)
        return
    try:
        card = run(tool, arguments, caller)
    except MinhuError as error:
        if filled:
            yield FORM, form(tool, arguments, error.message, error.fields)
        return
    if not is_empty(card):
        yield tool, card
        if beside := form_beside(card, arguments):
            yield FORM, beside
    elif filled:
        yield FORM, form(tool, arguments, gettext("没有找到，请换一种写法。"))


def _call(wish: Wish, got: Answered) -> tuple[str, dict[str, Any]] | None:
    match wish.look:
        case Look.PROGRESS:
            return "order_progress", {"number": wish.number, "code": wish.code}
        case Look.DAYS:
            return "working_days", {"days": wish.days} if wish.days else {"until": wish.until}
        case Look.OFFICE:
            near, topic = _place_of(got.understood, wish.topic)
            given = {"service": topic, "near": near, "open_now": wish.open_now, "most": _HERE}
            return "nearest_office", given
        case Look.FACTS:
            matter = _matter(got)
            return ("matter_facts", {"matter": matter, "about": wish.about}) if matter or not wish.topic else None


def _place_of(words: str, topic: str) -> tuple[str, str]:
    """The words that name a place, and the topic without them."""
    names = [words[start:end] for start, end, _ in points.book().hits(words)]
    for name in names:
        topic = topic.replace(name, " ")
    return "".join(names)[:60], re.sub(r"\s+", " ", topic).strip()


def _matter(got: Answered) -> str:
    """The matter that the question names, of the papers that fit best; else that of the clause that answers."""
    cited = [one.version_id for one in got.clauses[:1]]
    matters = graph.matters_of([*cited, *(one.version_id for one in got.hits)])
    said = [
        matters[version] for version in _once([*cited, *(one.version_id for one in got.hits)]) if version in matters
    ]
    by_name = sorted(((key, name) for key, name in said if named(key, got.understood)), key=lambda one: -len(one[0]))
    if by_name:
        return by_name[0][1]
    return next((matters[version][1] for version in cited if version in matters), "")


def _once(versions: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(versions))
