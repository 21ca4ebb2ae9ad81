"""The second step of signing in, passkeys as the only step, and the provider's door (OIDC)."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.queries.sign_in_pages import factors_of
from minhu.directory.queries.staff import account_of
from minhu.directory.services import oidc, passkeys, second_step
from minhu.directory.services.second_step import Outcome
from minhu.kernel.errors import MinhuError, NotFound
from minhu.portals.accounts.doors import enter, passkey_host, pending, proved, target
from minhu.portals.accounts.forms import CodeForm, SignInForm
from minhu.portals.accounts.views import sign_in_page
from minhu.portals.formats import cn_datetime

CHALLENGE = "minhu_challenge"
LONGEST_ANSWER = 20_000


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def second_page(request: HttpRequest) -> HttpResponse:
    """Ask for a code of the app, a recovery code or a passkey of the person whose first step was right."""
    waiting = pending(request)
    if waiting is None:
        return redirect("login")
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 401
        if form.is_valid():
            outcome = second_step.try_code(int(waiting["staff"]), form.cleaned_data["code"])
            if outcome.right:
                return _enter(request, waiting, outcome.right)
            status = _say(form, outcome)
    return _page(request, waiting, form, status)


def _enter(request: HttpRequest, waiting: dict[str, str], right: str) -> HttpResponse:
    return enter(request, int(waiting["staff"]), waiting["how"], waiting["next"], second=right)


def _say(form: CodeForm, outcome: Outcome) -> int:
    """Put what was wrong beside the field; the status to answer with."""
    if outcome.locked_until is not None:
        text = _("验证码输错次数过多，已锁定到 {when}。请稍后再试，或联系安全管理员重置。")
        form.add_error("code", text.format(when=cn_datetime(outcome.locked_until, "short")))
        return 429
    form.add_error("code", _("验证码不正确或已经用过，请输入手机上当前显示的 6 位数字。"))
    return 401


def _page(request: HttpRequest, waiting: dict[str, str], form: CodeForm, status: int) -> HttpResponse:
    context = {
        "form": form, "own": factors_of(int(waiting["staff"])), "who": account_of(int(waiting["staff"])).name,
        "passkeys": bool(passkey_host(request)),
    }  # fmt: skip
    return render(request, "account/second.html", context, status=status)


@never_cache
@require_POST
def passkey_begin(request: HttpRequest) -> HttpResponse:
    """What the browser asks its passkeys; the challenge counts once."""
    host = passkey_host(request)
    if not host:
        return JsonResponse({"detail": _("用 IP 地址访问时不能使用通行密钥，请改用域名访问。")}, status=409)
    waiting = pending(request)
    begun = passkeys.begin_proof(host, int(waiting["staff"]) if waiting else None)
    request.session[CHALLENGE] = {"state": begun.state, "staff": waiting["staff"] if waiting else None}
    return JsonResponse(begun.options)


@never_cache
@require_POST
def passkey_finish(request: HttpRequest) -> HttpResponse:
    """Judge the answer of a passkey: as the second step, or as the whole sign-in."""
    kept = request.session.pop(CHALLENGE, None)
    waiting = pending(request)
    if not isinstance(kept, dict) or kept["staff"] != (waiting["staff"] if waiting else None):
        return redirect("second_step" if waiting else "login")
    staff_id = passkeys.prove(passkey_host(request), kept["state"], posted_answer(request), kept["staff"])
    if waiting is not None:
        outcome = second_step.note_passkey(int(waiting["staff"]), staff_id is not None)
        if outcome.right:
            return _enter(request, waiting, outcome.right)
        form = CodeForm({"code": "-"})
        form.is_valid()
        status = _say(form, outcome) if outcome.locked_until else 401
        if status == 401:
            form.add_error("code", _("通行密钥验证没有通过，请重试或改用验证码。"))
        return _page(request, waiting, form, status)
    if staff_id is None:
        return _refused(request, _("通行密钥验证没有通过，请重试或用账号密码登录。"), 401)
    return proved(request, staff_id, "passkey", request.POST.get("next", ""), second="passkey")


def _refused(request: HttpRequest, words: str, status: int) -> HttpResponse:
    """The sign-in page again, with the reason on top."""
    form = SignInForm(request, data={"username": "", "password": ""})
    form.errors.clear()
    form.add_error(None, words)
    return sign_in_page(request, form, status)


def posted_answer(request: HttpRequest) -> dict[str, Any]:
    """The browser's answer out of the form; empty when it is none."""
    text = request.POST.get("answer", "")
    try:
        found = json.loads(text) if len(text) <= LONGEST_ANSWER else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@never_cache
@require_GET
def oidc_begin(request: HttpRequest) -> HttpResponse:
    """Off to the provider."""
    if not oidc.is_on():
        raise NotFound(_("没有启用统一身份认证。"))
    request.session["minhu_next"] = request.GET.get("next", "")[:500]
    return oidc.begin(request, request.build_absolute_uri(reverse("oidc_return")))


@never_cache
@require_GET
def oidc_return(request: HttpRequest) -> HttpResponse:
    """Back from the provider: in, on to the second step, or back to the form with the reason."""
    if not oidc.is_on():
        raise NotFound(_("没有启用统一身份认证。"))
    wanted = target(str(request.session.pop("minhu_next", "")), request, "")
    try:
        known = oidc.finish(request)
    except MinhuError as error:
        return _refused(request, error.message, error.status)
    return proved(request, known.staff_id, "oidc", wanted, second="oidc" if known.second else "")
