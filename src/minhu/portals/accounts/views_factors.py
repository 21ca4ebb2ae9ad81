"""One's own second factors: telephone app, passkeys, recovery codes. Only shortly after signing in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.queries.sign_in_pages import factors_of
from minhu.directory.services import factors, passkeys, second_step, sign_ins
from minhu.kernel.errors import MinhuError
from minhu.portals.accounts.doors import passkey_host, sign_in_again
from minhu.portals.accounts.forms import CodeForm
from minhu.portals.accounts.views_second import CHALLENGE, posted_answer
from minhu.portals.orders.guards import actor_of

View = Callable[..., HttpResponse]


def own_account(*, fresh: bool = False) -> Callable[[View], View]:
    """Decorator: people who have signed in; with ``fresh`` not longer ago than a quarter of an hour."""

    def decorate(view: View) -> View:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect(f"/login/?next={request.path}")
            if fresh and not sign_ins.is_fresh(request):
                return sign_in_again(request)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def me(request: HttpRequest) -> int:
    """The account that asks; only behind ``own_account``."""
    return int(request.user.pk or 0)


@own_account()
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What there is, and what the role asks for."""
    own = factors_of(me(request))
    context = {
        "own": own, "wanted": second_step.is_wanted(actor_of(request).roles), "passkeys": bool(passkey_host(request)),
        "missing": not own.factors,
    }  # fmt: skip
    return render(request, "account/factors.html", context)


@own_account(fresh=True)
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def app(request: HttpRequest) -> HttpResponse:
    """Enrol a telephone app: picture and seed, then the first code proves that the telephone has it."""
    if request.method == "GET":
        return redirect("factors")
    typed = "code" in request.POST
    form = CodeForm(request.POST if typed else None)
    try:
        if typed and form.is_valid():
            codes = factors.confirm_app(me(request), form.cleaned_data["code"])
            return _done(request, "totp", codes, _("验证器已绑定，下次登录时使用。"))
    except MinhuError as error:
        form.add_error("code", error.message)
    try:
        seed = factors.begin_app(me(request), anew=not typed)
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect("factors")
    picture = segno.make(seed.address, error="m", micro=False).svg_data_uri(
        scale=5, border=4, dark="#000", light="#fff"
    )
    groups = [seed.secret[at : at + 4] for at in range(0, len(seed.secret), 4)]
    context = {"form": form, "picture": picture, "secret": " ".join(groups)}
    return render(request, "account/app.html", context, status=422 if typed else 200)


def _done(request: HttpRequest, second: str, codes: list[str], words: str) -> HttpResponse:
    """A factor is there: this session has shown it; new recovery codes are shown this once."""
    sign_ins.note_second(request, second)
    messages.success(request, words)
    return _codes_page(request, codes) if codes else redirect("factors")


def _codes_page(request: HttpRequest, codes: list[str]) -> HttpResponse:
    answer = render(request, "account/codes.html", {"codes": codes, "username": request.user.get_username()})
    answer["Cache-Control"] = "no-store"
    return answer


@own_account(fresh=True)
@require_POST
def new_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes; the old ones are worthless."""
    try:
        return _codes_page(request, factors.new_codes(me(request)))
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect("factors")


@own_account(fresh=True)
@require_POST
def remove(request: HttpRequest, factor: int) -> HttpResponse:
    """Remove one factor."""
    try:
        factors.remove(me(request), factor)
    except MinhuError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("验证方式已删除。"))
    return redirect("factors")


@own_account(fresh=True)
@require_POST
def passkey_begin(request: HttpRequest) -> HttpResponse:
    """What the browser is asked for a new passkey."""
    host = passkey_host(request)
    if not host:
        return JsonResponse({"detail": _("用 IP 地址访问时不能使用通行密钥，请改用域名访问。")}, status=409)
    try:
        begun = passkeys.begin_enrolment(me(request), host)
    except MinhuError as error:
        return JsonResponse({"detail": error.message}, status=error.status)
    request.session[CHALLENGE] = {"state": begun.state, "staff": me(request)}
    return JsonResponse(begun.options)


@own_account(fresh=True)
@require_POST
def passkey_finish(request: HttpRequest) -> HttpResponse:
    """Keep the new passkey."""
    kept = request.session.pop(CHALLENGE, None)
    try:
        if not isinstance(kept, dict) or kept.get("staff") != me(request):
            raise MinhuError(_("绑定已过期，请重试。"), code="no_challenge")
        codes = passkeys.finish_enrolment(
            me(request), passkey_host(request), kept["state"], posted_answer(request), request.POST.get("name", "")
        )
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect("factors")
    return _done(request, "passkey", codes, _("通行密钥已绑定，下次登录可以直接使用。"))
