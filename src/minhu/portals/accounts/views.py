"""Sign-in with lock-out, the demo's one-click sign-in (loopback only), change of one's password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.queries.limits import idle_limit
from minhu.directory.queries.sign_in_pages import factors_of, sessions_of
from minhu.directory.queries.staff import demo_account, demo_posts, posts_of
from minhu.directory.services import oidc, sign_ins
from minhu.directory.services.accounts import change_own_password
from minhu.directory.services.passwords import days_left
from minhu.directory.types import Role
from minhu.kernel.errors import Invalid
from minhu.ledger import services as ledger
from minhu.portals.accounts import guessing
from minhu.portals.accounts.doors import demo_offered, enter, passkey_host, proved
from minhu.portals.accounts.forms import PasswordForm, SignInForm, plain_username
from minhu.portals.navigation import role_word

ROLE_ICONS: dict[str, str] = {Role.DISPATCHER: "send", Role.LEADER: "gauge", Role.SUPERVISOR: "flag"}


def _demo_staff() -> list[dict[str, str]]:
    """Demo accounts, one line each, in the order of the chain; only asked for in the demo."""
    return [
        {
            "username": post.username,
            "name": post.name,
            "role": role_word(post.role),
            "unit": post.unit,
            "icon": ROLE_ICONS.get(post.role, "user-circle"),
        }
        for post in demo_posts()
    ]


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login_page(request: HttpRequest) -> HttpResponse:
    """Show the form; sign in; five wrong passwords lock the pair of account and address for a while."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if request.method == "POST" and guessing.is_shut(plain_username(request.POST.get("username", ""))):
        return locked_out(request)
    form = SignInForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        staff = form.get_user()
        how = "ldap" if staff.backend.endswith("LdapBackend") else "password"
        return proved(request, staff.pk, how, wanted)
    return sign_in_page(request, form, 401 if form.is_bound else 200)


def sign_in_page(request: HttpRequest, form: SignInForm | None = None, status: int = 200) -> HttpResponse:
    """The page with every way in that is open here."""
    context = {
        "form": form or SignInForm(request),
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "demo_staff": _demo_staff() if demo_offered(request) else [],
        "oidc": oidc.label() if oidc.is_on() else "",
        "passkeys": bool(passkey_host(request)),
    }
    return render(request, "portals/login.html", context, status=status)


def locked_out(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """The page after too many wrong passwords (named in the settings)."""
    problem = {
        "title": _("操作过于频繁"),
        "detail": _("连续输错密码，账号已临时锁定 15 分钟。请稍后再试，或联系安全管理员重置密码。"),
        "status": 429,
        "code": "locked_out",
    }
    return render(request, "errors/problem.html", {"problem": problem}, status=429)


@require_http_methods(["GET", "POST"])
def demo_login(request: HttpRequest, username: str) -> HttpResponse:
    """Enter as a demo account: only in demo mode, only from this machine, only marked accounts.

    The address opened in a browser signs nobody in; it shows the buttons.
    """
    staff = demo_account(username)
    if not demo_offered(request) or staff is None:
        raise Http404
    if request.method == "GET":
        return redirect("login")
    return enter(request, staff.pk, "demo")


@require_POST
def logout_page(request: HttpRequest) -> HttpResponse:
    """Close the session."""
    if request.user.is_authenticated:
        sign_ins.finish(request, "own")
        ledger.append("session.closed", ("staff", request.user.get_username()), {})
    logout(request)
    return redirect("login")


@never_cache
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Who I am here: posts, what they allow, password, factors, sessions."""
    staff = request.user
    if not staff.is_authenticated:
        return redirect(f"/login/?next={request.path}")
    rows = [{"role": role_word(p.role), "unit": p.unit, "until": p.until} for p in posts_of(staff.pk)]
    context = {
        "posts": rows, "staff": staff, "password_days": days_left(staff), "own": factors_of(staff.pk),
        "sessions": len(sessions_of(staff.pk, idle_limit())), "has_password": staff.has_usable_password(),
    }  # fmt: skip
    return render(request, "portals/account.html", context)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; the session stays open here and ends everywhere else."""
    if not request.user.is_authenticated:
        return redirect(f"/login/?next={request.path}")
    if not request.user.has_usable_password():
        messages.info(request, _("您通过统一身份认证或单位目录登录，密码请在那里修改。"))
        return redirect("account")
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and guessing.is_shut(request.user.get_username()):
        return locked_out(request)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            mark = sign_ins.mark_of(request).get("id")
            staff = change_own_password(request.user.pk, data["old"], data["new"], session=mark)
        except Invalid as error:
            if error.code == "wrong_password":
                guessing.note_wrong(request, request.user.get_username())
            for name, text in (error.fields or {"old": error.message}).items():
                form.add_error({"password": "new"}.get(name, name), text)
        else:
            update_session_auth_hash(request, staff)
            messages.success(request, _("密码已修改，其他设备上的登录已退出。"))
            return redirect("account")
    return render(request, "portals/change_password.html", {"form": form}, status=422 if form.is_bound else 200)
