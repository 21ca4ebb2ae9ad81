"""接口令牌: issue (shown once), what each may do, until when, revoke."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries import staff_pages
from minhu.directory.services.tokens import LONGEST_DAYS, SCOPES, issue_token, revoke_token
from minhu.intake.queries.token_uses import last_used
from minhu.kernel.clock import now
from minhu.portals.manage.common import act, saved, show
from minhu.portals.orders.guards import for_staff

SOON: Final = timedelta(days=30)
"""Before a token ends the list says so, in time for a new one to be handed over."""


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=64,
        help_text=gettext_lazy("写明对方单位和用途，如“市监局投诉平台对接”。"),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("可以做什么"), widget=forms.CheckboxSelectMultiple, choices=lambda: [(code, f"{_(word)} ({code})") for code, word in SCOPES.items()],
        error_messages={"required": gettext_lazy("请至少选一项。")},
    )  # fmt: skip
    days = forms.IntegerField(
        label=gettext_lazy("有效天数"),
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=365,
        help_text=gettext_lazy("最长 1095 天，到期自动失效。"),
    )
    per_minute = forms.IntegerField(
        label=gettext_lazy("每分钟最多请求"), min_value=1, max_value=1_000_000, initial=6000
    )


def _rows() -> list[dict[str, Any]]:
    moment, used = now(), last_used()
    found = []
    for token in staff_pages.tokens():
        state = "valid"
        if token.revoked_at:
            state = "revoked"
        elif token.expires_at and token.expires_at <= moment:
            state = "expired"
        elif token.expires_at and token.expires_at <= moment + SOON:
            state = "soon"
        found.append(
            {
                "token": token,
                "state": state,
                "used": used.get(token.id),
                "scopes": [_(SCOPES.get(scope, scope)) for scope in token.scopes],
            }
        )
    return found


@for_staff(Action.MANAGE_TOKENS)
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """All tokens; a POST issues one and shows it this once."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    plain: list[str] = []
    status = 200
    if request.method == "POST":
        status = saved(form, lambda: plain.append(_issue(form)))
    name = form.cleaned_data["name"] if plain else ""
    context = {
        "form": TokenForm() if plain else form,
        "rows": _rows(),
        "plain": plain[0] if plain else "",
        "name": name,
    }
    answer = show(request, "tokens", "tokens", context, status)
    if plain:
        answer["Cache-Control"] = "no-store"
    return answer


def _issue(form: TokenForm) -> str:
    data = form.cleaned_data
    return issue_token(data["name"], data["scopes"], days=data["days"], per_minute=data["per_minute"])


@for_staff(Action.MANAGE_TOKENS)
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """Make a token worthless."""
    name = request.POST.get("name", "")[:64]
    done = _("令牌“{name}”已吊销，几秒内在各处失效。").format(name=name)
    return act(request, lambda: revoke_token(name), done, "/manage/tokens/")
