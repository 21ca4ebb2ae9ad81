"""Asking the papers from a desk: the answer with its clause on top, the passages that fit below, the paper beside."""

from __future__ import annotations

from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from minhu.directory.policy import Action
from minhu.knowledge.queries.narrowing import codes_below
from minhu.knowledge.queries.passages import around
from minhu.knowledge.queries.shown import Answered, Clause, Narrow
from minhu.knowledge.services.answering import Asked, ask
from minhu.knowledge.types import Door, Nature, Outcome, Tone
from minhu.language.answers.question import LONGEST_QUESTION
from minhu.portals.knowledge import words
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.orders.pickers import CategoryField
from minhu.portals.quality.rating import choices
from minhu.portals.tools.choosing import cards_for
from minhu.portals.tools.filling import given_in
from minhu.portals.tools.registry import Caller
from minhu.portals.words import words_of

readers = for_staff(Action.VIEW_KNOWLEDGE)
LEAST_LIVE: Final = 2
"""Characters from which on answers are looked for while somebody types."""


class AskForm(forms.Form):
    """The question and the filters; names are those of the address."""

    def __init__(self, query: QueryDict) -> None:
        super().__init__(
            {key: query.get(key, "") for key in ("question", "nature", "category", "tone")}, auto_id="ask_%s"
        )
        self.fields["question"] = forms.CharField(label=_("群众问什么"), required=False, max_length=LONGEST_QUESTION)
        self.fields["nature"] = forms.ChoiceField(
            label=_("性质"), choices=[("", _("全部")), *words_of(Nature).items()], required=False
        )
        self.fields["category"] = CategoryField(label=_("分类"), required=False)
        self.fields["tone"] = forms.ChoiceField(choices=words_of(Tone).items(), required=False)

    def asked(self) -> Asked:
        """What was asked; a filter that is wrong narrows nothing."""
        self.is_valid()
        data = self.cleaned_data
        tone = Tone(data["tone"]) if data.get("tone") else Tone.SHORT
        return Asked(
            str(self.data["question"]).strip(),
            Door.DESK,
            tone,
            narrow=Narrow(data.get("nature", ""), codes_below(data.get("category"))),
        )


@readers
@require_http_methods(["GET", "POST"])
def ask_page(request: HttpRequest) -> HttpResponse:
    """The page, or for htmx its results alone. What is only being typed (``live``) is not recorded.

    A tool's form is posted: what it holds (an order's number and code) belongs into no address.
    """
    given = given_in(request.POST)
    form = AskForm(request.POST if request.method == "POST" else request.GET)
    asked = form.asked()
    live = "live" in request.GET
    got = ask(asked, record=not live and not given.tool) if len(asked.words) >= (LEAST_LIVE if live else 1) else None
    caller = Caller(actor_of(request), Door.DESK, actor_of(request).id)
    context = {
        "form": form, "asked": asked, "got": got, "live": live, **_shown(got, asked.tone), **choices(),
        "cards": cards_for(got, caller, given) if got is not None and not live else (),
    }  # fmt: skip
    page = "knowledge/ask_results.html" if request.headers.get("HX-Request") else "knowledge/ask.html"
    return render(request, page, context)


def _shown(got: Answered | None, tone: Tone) -> dict[str, object]:
    if got is None:
        return {}
    clause = got.clauses[0] if got.clauses else None
    return {
        "answered": got.outcome is Outcome.ANSWERED,
        "clauses": [(one, words.sign(words.VALIDITY, one.validity)) for one in got.clauses],
        "hits": [(one, words.sign(words.VALIDITY, one.validity)) for one in got.hits],
        "tones": [(one, said, with_source(said, clause), one is tone) for one, said in got.tones] if clause else [],
        "beside": around(clause.version_id, clause.passage) if clause else None,
        "marked": clause,
    }  # fmt: skip


def with_source(said: str, clause: Clause) -> str:
    """An answer as it is pasted elsewhere: with the paper, its number and the clause."""
    number = f"（{clause.document_number}）" if clause.document_number else ""
    return f"{said}\n—— 《{clause.title}》{number}{clause.label}"


@readers
@require_GET
def passage(request: HttpRequest, version: int, number: int) -> HttpResponse:
    """A passage within its neighbours, for the column beside the results."""
    return render(request, "knowledge/ask_beside.html", {"beside": around(version, number), "marked": None})
