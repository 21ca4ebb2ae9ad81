"""The search in documents: results while typing, by document, with the words marked; the address is the state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from minhu.directory.policy import Action
from minhu.knowledge.queries.narrowing import codes_below
from minhu.knowledge.queries.shown import Found, FoundPaper, Narrow
from minhu.knowledge.services.finding import find
from minhu.knowledge.types import Nature, Validity
from minhu.language.answers.marking import marked
from minhu.language.answers.question import LONGEST_QUESTION
from minhu.language.papers.types import Passage
from minhu.portals.knowledge import words
from minhu.portals.manage.common import Counted, chosen_page, page_number
from minhu.portals.orders.guards import for_staff
from minhu.portals.orders.pickers import AreaField, CategoryField, UnitField
from minhu.portals.quality.rating import choices
from minhu.portals.words import Sign, words_of

SIZES: Final = (10, 20, 50)
TYPING: Final = "find_q"
"""The field that asks for results while somebody types."""
LEAST_LIVE: Final = 2
"""Characters from which on results are looked for while somebody types."""
_NAMES: Final = ("q", "nature", "category", "unit", "area", "validity", "size")
Pieces = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """A passage in pieces, each with whether it is what was looked for."""

    passage: Passage
    pieces: Pieces
    cells: tuple[tuple[str, Pieces], ...]


@dataclass(frozen=True, slots=True)
class ShownPaper:
    """A document of the results."""

    paper: FoundPaper
    sign: Sign
    passages: tuple[ShownPassage, ...]


class SearchForm(forms.Form):
    """What is looked for and the filters; names are those of the address."""

    def __init__(self, query: QueryDict) -> None:
        super().__init__({key: query.get(key, "") for key in _NAMES}, auto_id="find_%s")
        anything = [("", _("全部"))]
        self.fields["q"] = forms.CharField(label=_("想找什么"), required=False, max_length=LONGEST_QUESTION)
        self.fields["nature"] = forms.ChoiceField(label=_("性质"), choices=anything + list(words_of(Nature).items()), required=False)  # fmt: skip
        self.fields["category"] = CategoryField(label=_("分类"), required=False)
        self.fields["unit"] = UnitField(label=_("归口单位"), required=False)
        self.fields["area"] = AreaField(label=_("适用地区"), required=False)
        holding = {one.value: one.label for one in (Validity.VALID, Validity.PENDING)}
        self.fields["validity"] = forms.ChoiceField(label=_("时效"), choices=anything + list(holding.items()), required=False)  # fmt: skip
        sizes = [(str(size), _("%(n)s 份") % {"n": size}) for size in SIZES]
        self.fields["size"] = forms.ChoiceField(label=_("每页"), choices=sizes, required=False)
        self.is_valid()

    @property
    def typed(self) -> str:
        """What is looked for."""
        return str(self.data["q"]).strip()

    @property
    def size(self) -> int:
        """Documents of one page."""
        return int(self.cleaned_data.get("size") or SIZES[0])

    @property
    def narrow(self) -> Narrow:
        """The filters; one that is wrong narrows nothing (the field says so)."""
        data = self.cleaned_data
        return Narrow(data.get("nature", ""), codes_below(data.get("category")), data.get("unit"), data.get("area", ""))

    @property
    def validity(self) -> Validity | None:
        """Only valid ones, or only those not yet in force."""
        chosen = self.cleaned_data.get("validity")
        return Validity(chosen) if chosen else None


@for_staff(Action.VIEW_KNOWLEDGE)
@require_GET
def search_page(request: HttpRequest) -> HttpResponse:
    """The page, or for htmx its results alone. Nothing of a search is recorded."""
    form = SearchForm(request.GET)
    live = request.headers.get("HX-Trigger") == TYPING
    context: dict[str, object] = {"form": form, "typed": form.typed, "live": live, **choices()}
    if len(form.typed) >= (LEAST_LIVE if live else 1):
        context |= _results(request, form)
    page = "knowledge/search_results.html" if request.headers.get("HX-Request") else "knowledge/search.html"
    return render(request, page, context)


def _results(request: HttpRequest, form: SearchForm) -> dict[str, object]:
    start = (page_number(request) - 1) * form.size
    found = find(form.typed, form.narrow, form.validity, start, form.size)
    narrowed = bool(form.narrow or form.validity)
    shown = [_shown(paper, found) for paper in found.papers]
    return {
        "found": found,
        "page": chosen_page(request, Counted(shown, found.total, found.start), form.size),
        "narrowed": narrowed,
        "elsewhere": find(form.typed, size=1).total if narrowed and not found.total else 0,
    }


def _shown(paper: FoundPaper, found: Found) -> ShownPaper:
    passages = tuple(
        ShownPassage(one, marked(one.text, found.terms), tuple((name, marked(value, found.terms)) for name, value in one.cells))
        for one in paper.passages
    )  # fmt: skip
    return ShownPaper(paper, words.sign(words.VALIDITY, paper.validity), passages)
