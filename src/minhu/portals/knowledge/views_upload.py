"""Files come in: chosen, what they start with, then a page that follows the reading."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.engines.readers.kinds import ALLOWED, ENDINGS
from minhu.kernel.errors import MinhuError
from minhu.knowledge.queries import uploads as queries
from minhu.knowledge.queries.incoming import UploadView
from minhu.knowledge.services import uploads
from minhu.knowledge.types import Audience, ItemState, Nature
from minhu.portals.knowledge import words
from minhu.portals.knowledge.forms import EntryForm, UploadForm
from minhu.portals.manage.common import act, number_of, put_errors
from minhu.portals.orders.guards import actor_of, for_staff

ACCEPT = ",".join(ending for endings in ENDINGS.values() for ending in endings)
_ORDER = (ItemState.FAILED, ItemState.READING, ItemState.WAITING, ItemState.SAME, ItemState.DONE)
keepers = for_staff(Action.EDIT_KNOWLEDGE)


@keepers
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose files and say what they start with."""
    actor = actor_of(request)
    initial = _initial(request)
    form = UploadForm(actor, request.POST if request.method == "POST" else None, initial=initial)
    status, problems = 200, []
    if request.method == "POST":
        status = 422
        files = [(file.name or _("未命名文件"), file.read()) for file in request.FILES.getlist("files")]
        if form.is_valid():
            try:
                with transaction.atomic():
                    upload = uploads.start(files, int(form.cleaned_data["owner"]), form.rights(), form.entry())
                return redirect("knowledge_upload", upload=upload)
            except MinhuError as error:
                status = error.status
                problems = [text for name, text in (error.fields or {}).items() if name == "files"]
                if not problems:
                    put_errors(form, error)
    context = {
        "form": form, "accept": ACCEPT, "allowed": ALLOWED, "limit": uploads.MOST_FILES, "problems": problems,
        "latest": queries.latest(),
    }  # fmt: skip
    return render(request, "knowledge/upload_new.html", context, status=status)


def _initial(request: HttpRequest) -> dict[str, Any]:
    """What the form starts with; ``?like=7``: as that upload, whose files are brought once more."""
    like = number_of(request.GET.get("like"))
    if like is None:
        return {"audience": Audience.PUBLIC.value, "nature": Nature.GUIDE.value}
    owner, rights, entry = queries.started_with(like)
    return {**EntryForm.initial_of(rights, entry), "owner": str(owner)}


def _shown(view: UploadView) -> dict[str, object]:
    """When all is read, what could not be read comes first; rows do not move before."""
    items = sorted(view.items, key=lambda item: _ORDER.index(item.state)) if view.finished else view.items
    counts = [
        (words.sign(words.ITEMS, state), n) for state in _ORDER if (n := sum(item.state is state for item in items))
    ]
    return {"upload": view, "rows": [(item, words.sign(words.ITEMS, item.state)) for item in items], "counts": counts}


@keepers
@require_GET
def one(request: HttpRequest, upload: int) -> HttpResponse:
    """One upload: how far it is, and each file's outcome."""
    return render(request, "knowledge/upload.html", _shown(queries.upload_view(upload)))


@keepers
@require_GET
def items(request: HttpRequest, upload: int) -> HttpResponse:
    """The part of the page that changes while files are read."""
    return render(request, "knowledge/upload_items.html", _shown(queries.upload_view(upload)))


@keepers
@require_POST
def retry(request: HttpRequest, item: int) -> HttpResponse:
    """Read a file once more."""
    upload = uploads.retry(item)
    messages.success(request, _("已重新排队读取。"))
    return redirect("knowledge_upload", upload=upload)


@keepers
@require_POST
def retry_all(request: HttpRequest, upload: int) -> HttpResponse:
    """Read all that could not be read once more."""
    place = reverse("knowledge_upload", args=[upload])
    return act(request, lambda: uploads.retry_all(upload), _("已重新排队读取。"), place)
