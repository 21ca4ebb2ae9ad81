"""One document: its passages beside what was read of it, facts to confirm, findings to answer, its life."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.engines.readers.kinds import PICTURES
from minhu.kernel.errors import MinhuError
from minhu.knowledge.queries import documents
from minhu.knowledge.services import editing, life
from minhu.knowledge.types import LIVE, DocumentCard, State
from minhu.portals.knowledge import words
from minhu.portals.knowledge.forms import EntryForm, FactsForm
from minhu.portals.manage.common import act, number_of, saved
from minhu.portals.orders.guards import for_staff
from minhu.portals.quality.gate import gate_of

readers = for_staff(Action.VIEW_KNOWLEDGE)
keepers = for_staff(Action.EDIT_KNOWLEDGE)
INLINE: Final = frozenset(PICTURES)
MOVES: Final[dict[str, tuple[Callable[..., None], bool, Any]]] = {
    "submit": (life.submit, False, gettext_lazy("已提交审核。")),
    "publish": (life.publish, False, gettext_lazy("已发布，可以检索到了。")),
    "send-back": (life.send_back, True, gettext_lazy("已退回修改。")),
    "withdraw": (life.withdraw, True, gettext_lazy("已撤下。")),
    "repeal": (life.repeal, True, gettext_lazy("已标记失效。")),
}
DOUBTED: Final = ("title", "document_number", "issuer", "issued", "in_force", "repealed")


def _page(
    request: HttpRequest, card: DocumentCard, facts_form: FactsForm | None = None, status: int = 200
) -> HttpResponse:
    draft = card.version.state is State.DRAFT and card.may_edit
    doubts = [
        f"{FactsForm.base_fields[name].label}：{one['doubt']}"
        for name in DOUBTED
        if isinstance(one := card.version.found.get(name), dict) and one["doubt"]
    ]
    form = facts_form or FactsForm(initial=FactsForm.initial_of(card.version.facts)) if draft else None
    context = {
        "card": card, "version": card.version, "form": form, "doubts": doubts,
        "sign": words.sign(words.STATES, card.version.state), "validity": words.sign(words.VALIDITY, card.version.validity),
        "versions": [(one, words.sign(words.STATES, one.state)) for one in card.versions],
        "findings": [(one, words.sign(words.FINDINGS, one.kind)) for one in card.findings],
        "open_findings": sum(one.answered_at is None for one in card.findings),
        "draft": draft, "reviewing": card.version.state is State.REVIEW and card.may_review,
        "in_use": next((one.number for one in card.versions if one.state in LIVE), None),
        "live": card.version.state in LIVE, **gate_of(card),
    }  # fmt: skip
    return render(request, "knowledge/document.html", context, status=status)


@readers
@require_GET
def one(request: HttpRequest, document: int) -> HttpResponse:
    """A document with the version that the address names."""
    return _page(request, documents.card(document, number_of(request.GET.get("version"))))


@keepers
@require_GET
def changes(request: HttpRequest, document: int) -> HttpResponse:
    """What a version changes against the one before it, or another that the address names."""
    card = documents.card(document)
    numbers = [version.number for version in card.versions]
    new = number_of(request.GET.get("new")) or numbers[0]
    old = number_of(request.GET.get("old")) or next((number for number in numbers if number < new), numbers[-1])
    found = documents.compared(document, old, new)
    counts = {kind: sum(one.kind == kind for one in found) for kind in ("changed", "added", "removed")}
    context = {"card": card, "old": old, "new": new, "numbers": numbers, "found": found, "counts": counts}
    return render(request, "knowledge/changes.html", context)


@keepers
@require_POST
def facts(request: HttpRequest, version: int) -> HttpResponse:
    """A person confirms the facts."""
    document, number = documents.place_of(version)
    form = FactsForm(request.POST)
    status = saved(form, lambda: editing.confirm(version, form.values()))
    if status != 200:
        return _page(request, documents.card(document, number), form, status)
    messages.success(request, _("要素已核对。"))
    return redirect(f"{reverse('knowledge_document', args=[document])}?version={number}")


@keepers
@require_POST
def answer(request: HttpRequest, finding: int) -> HttpResponse:
    """A person answers for a finding."""
    document, number = documents.place_of_finding(finding)
    back = f"{reverse('knowledge_document', args=[document])}?version={number}#findings"
    return act(request, lambda: editing.answer(finding, request.POST.get("answer", "")), _("已记录说明。"), back)


@keepers
@require_POST
def move(request: HttpRequest, version: int, move: str) -> HttpResponse:
    """One step in the life of a version."""
    if move not in MOVES:
        raise Http404
    work, reasoned, done = MOVES[move]
    document, number = documents.place_of(version)
    said = request.POST.get("reason", "")
    given = (said,) if reasoned or (said and move == "publish") else ()
    back = f"{reverse('knowledge_document', args=[document])}?version={number}"
    return act(request, lambda: work(version, *given), str(done), back)


@keepers
@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, document: int) -> HttpResponse:
    """Whom a document is for, and what people say of it."""
    card = documents.card(document)
    form = EntryForm(
        request.POST if request.method == "POST" else None, initial=EntryForm.initial_of(card.rights, card.entry)
    )
    status = 200
    if request.method == "POST":

        def work() -> None:
            editing.set_entry(document, form.entry())
            editing.set_rights(document, form.rights())

        status = saved(form, work)
        if status == 200:
            messages.success(request, _("已保存，阅读权限立即生效。"))
            return redirect("knowledge_document", document=document)
    return render(request, "knowledge/entry.html", {"card": card, "form": form}, status=status)


@keepers
@require_POST
def new_version(request: HttpRequest, document: int) -> HttpResponse:
    """A new file for a document; what it changes is seen on its page."""
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, _("请先选择文件。"))
        return redirect("knowledge_document", document=document)
    try:
        editing.add_version(document, file.read(), file.name or _("未命名文件"))
        messages.success(request, _("已登记为新版本草稿，请核对要素。"))
    except MinhuError as error:
        messages.error(request, error.message)
    return redirect("knowledge_document", document=document)


@readers
@require_GET
def original(request: HttpRequest, version: int) -> HttpResponse:
    """The file as it came: pictures are shown, everything else is saved, as attachments are."""
    content, name, media_type = documents.original(version)
    inline = media_type in INLINE and "download" not in request.GET
    response = HttpResponse(content, content_type=media_type if media_type in INLINE else "application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(not inline, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
