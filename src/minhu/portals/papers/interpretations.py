"""The interpretation of a document as a page and as a Word file, labelled until a person has signed it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from minhu.directory.policy import Action
from minhu.directory.queries.staff import staff_names
from minhu.knowledge.queries.made import Interpretation
from minhu.knowledge.services import interpreting
from minhu.language.papers.interpreting import Part, Said
from minhu.portals.orders.guards import for_staff

WORDS: Final = {
    Part.WHO: gettext_lazy("适用谁"), Part.CHANGES: gettext_lazy("有什么变化"), Part.HOW: gettext_lazy("怎么办"), Part.WHEN: gettext_lazy("什么时候"),
    Part.FIGURES: gettext_lazy("数字一览"), Part.QUESTIONS: gettext_lazy("可能会问"),
}  # fmt: skip
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
readers = for_staff(Action.VIEW_KNOWLEDGE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A part with its heading and its sentences."""

    key: str
    word: Any
    said: tuple[tuple[Said, str], ...]


def _parts(view: Interpretation) -> list[Shown]:
    parts = [Shown(part.value, WORDS[part], tuple(one for one in view.said if one[0].part is part)) for part in Part]
    return [part for part in parts if part.said]


def _signed(view: Interpretation) -> Interpretation:
    """With the name of whoever signed, for the account's is nothing to print."""
    return replace(view, signed_by=staff_names([view.signed_by]).get(view.signed_by, view.signed_by))


@readers
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, version: int) -> HttpResponse:
    """The interpretation; a keeper signs it with a POST."""
    if request.method == "POST":
        interpreting.sign(version)
        messages.success(request, _("已签发。"))
        return redirect("interpretation", version=version)
    view = _signed(interpreting.interpretation(version))
    return render(request, "papers/interpretation.html", {"view": view, "parts": _parts(view)})


@readers
@require_GET
def file(request: HttpRequest, version: int) -> HttpResponse:
    """The same as a Word file; its properties say who made it."""
    view = _signed(interpreting.interpretation(version))
    kept = io.BytesIO()
    _document(view).save(kept)
    response = HttpResponse(kept.getvalue(), content_type=DOCX)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{_('政策解读')}-{view.title}.docx")  # fmt: skip
    return response


def _document(view: Interpretation) -> Any:
    """Headings and sentences, each with its clause; changes and figures as tables."""
    import docx

    paper = docx.Document()
    paper.core_properties.title = view.title
    paper.core_properties.author = view.signed_by or "Minhu"
    paper.core_properties.category = "" if view.signed_by else "AI-generated"
    paper.add_heading(f"{_('政策解读')}：{view.title}", 0)
    signed = _("已由 %(who)s 签发。") % {"who": view.signed_by} if view.signed_by else _("由机器从文件原文摘编生成，尚未经人签发，请以原文为准。")  # fmt: skip
    paper.add_paragraph(signed)
    for part in _parts(view):
        paper.add_heading(str(part.word), 1)
        if part.key == Part.CHANGES.value:
            rows = [(label or "—", one.old or _("（没有）"), one.text or _("（不再规定）")) for one, label in part.said]
            _table(paper, (_("条款"), _("原来"), _("现在")), rows)
        elif part.key == Part.FIGURES.value:
            _table(paper, (_("数字"), _("说的是什么"), _("条款")), [(one.lead, one.text, label) for one, label in part.said])  # fmt: skip
        else:
            for one, label in part.said:
                lead = f"{one.lead}\n" if one.lead else ""
                paper.add_paragraph(f"{lead}{one.text}（{label}）", style="List Bullet")
    return paper


def _table(paper: Any, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    table = paper.add_table(rows=1, cols=len(heads), style="Table Grid")
    for row in (heads, *rows):
        cells = table.rows[0].cells if row is heads else table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = text
