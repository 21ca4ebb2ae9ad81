"""留言板: boards of other platforms, for the security administrator; keys are shown once, posts never."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.exchange.services import boards as services
from minhu.portals.manage.common import act, saved, show
from minhu.portals.manage.line_forms import line_choices
from minhu.portals.orders.guards import for_staff

_SECTION: Final = "boards"


class BoardForm(forms.Form):
    """A board."""

    label = forms.CharField(
        label=gettext_lazy("名称"), max_length=64, help_text=gettext_lazy("例如 市长信箱、领导留言板。")
    )
    site = forms.CharField(label=gettext_lazy("网址"), max_length=200, required=False)
    line = forms.ChoiceField(
        label=gettext_lazy("业务线"), required=False, choices=line_choices,
        help_text=gettext_lazy("留言按哪条业务线受理；不选为总线。"),
    )  # fmt: skip
    answer_days = forms.IntegerField(
        label=gettext_lazy("答复期限（天）"), min_value=0, max_value=services.MOST_DAYS, initial=0,
        help_text=gettext_lazy("留言自己没有写明期限时，从留言之日起算；0 为不限。"),
    )  # fmt: skip

    def data_of(self) -> services.BoardData:
        """What the service takes."""
        return services.BoardData(**self.cleaned_data)


@for_staff(Action.MANAGE_TOKENS)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All boards."""
    return show(request, _SECTION, "boards", {"rows": services.listed()})


@for_staff(Action.MANAGE_TOKENS)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new board; its key is shown this once."""
    form, status = BoardForm(request.POST if request.method == "POST" else None), 200
    made: list[tuple[int, str]] = []
    if request.method == "POST":
        status = saved(form, lambda: made.append(services.add(form.data_of())))
    if made:
        return _with_key(request, *made[0])
    return show(request, _SECTION, "board", {"form": form}, status)


@for_staff(Action.MANAGE_TOKENS)
@require_http_methods(["GET", "POST"])
def board(request: HttpRequest, board: int) -> HttpResponse:
    """One board; a POST changes it."""
    found = services.card(board)
    initial = {name: getattr(found, name) for name in BoardForm.base_fields}
    form, status = BoardForm(request.POST if request.method == "POST" else None, initial=initial), 200
    if request.method == "POST":
        status = saved(form, lambda: services.edit(board, form.data_of()))
        if status == 200:
            return redirect("manage_board", board)
    return show(request, _SECTION, "board", {"form": form, **_known(request, found)}, status)


@for_staff(Action.MANAGE_TOKENS)
@require_POST
def switch(request: HttpRequest, board: int) -> HttpResponse:
    """Switch it off or on."""
    active = request.POST.get("active") == "1"
    done = _("已启用。") if active else _("已停用，不再接收留言，也不再提供答复。")
    return act(request, lambda: services.switch(board, active=active), done, reverse("manage_board", args=[board]))


@for_staff(Action.MANAGE_TOKENS)
@require_POST
def new_secret(request: HttpRequest, board: int) -> HttpResponse:
    """A new key, shown this once; the old one ends now."""
    return _with_key(request, board, services.new_secret(board))


def _with_key(request: HttpRequest, board: int, secret: str) -> HttpResponse:
    found = services.card(board)
    initial = {name: getattr(found, name) for name in BoardForm.base_fields}
    response = show(
        request, _SECTION, "board", {"form": BoardForm(initial=initial), "secret": secret, **_known(request, found)}
    )
    response["Cache-Control"] = "no-store"
    return response


def _known(request: HttpRequest, found: services.BoardView) -> dict[str, Any]:
    return {"board": found, "address": request.build_absolute_uri(reverse("board_hook", args=[found.uid]))}
