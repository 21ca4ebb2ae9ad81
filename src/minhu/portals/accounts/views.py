"""Sign-in with lock-out, the demo's one-click sign-in (loopback only), change of one's password."""

from __future__ import annotations

import ipaddress
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.queries import actor_of_staff
from minhu.directory.queries.staff import account_of, demo_account, demo_posts, posts_of
from minhu.directory.services.accounts import change_own_password
from minhu.directory.types import Role
from minhu.kernel.errors import Invalid
from minhu.ledger import services as ledger
from minhu.portals.navigation import home_of, role_word

ROLE_ICONS: dict[str, str] = {Role.DISPATCHER: "send", Role.LEADER: "gauge", Role.SUPERVISOR: "flag"}


class SignInForm(AuthenticationForm):
    """Name and password, with messages that do not tell which of the two was wrong."""

    error_messages = {  # noqa: RUF012 - the shape Django gives it
        "invalid_login": gettext_lazy("账号或密码不正确，请核对后重试。连续输错 5 次将锁定 15 分钟。"),
        "inactive": gettext_lazy("此账号已停用，请联系本单位的安全管理员。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("账号")
        self.fields["password"].label = _("密码")


class PasswordForm(forms.Form):
    """The old password once, the new one twice."""

    old = forms.CharField(
        label=gettext_lazy("原密码"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=gettext_lazy("新密码"),
        help_text=gettext_lazy("至少 10 位，不要与姓名、账号相近，不能全是数字。"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("再输一遍新密码"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """The two new ones must be the same."""
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", _("两次输入的新密码不一样，请重新输入。"))
        return data


def _target(request: HttpRequest, fallback: str) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if safe and wanted != "/" else fallback


def _on_this_machine(request: HttpRequest) -> bool:
    """Whether the browser runs here; behind a proxy every address looks like this machine, so that does not count."""
    if any(name in request.headers for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded")):
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return address.is_loopback


def _demo_offered(request: HttpRequest) -> bool:
    return bool(settings.MINHU_DEMO) and _on_this_machine(request)


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


def _enter(request: HttpRequest, staff_id: int, how: str) -> str:
    """Open the session, write it down, and say where this person's desk is."""
    staff = account_of(staff_id)
    login(request, staff, backend="django.contrib.auth.backends.ModelBackend")
    actor = actor_of_staff(staff)
    ledger.append("session.opened", ("staff", actor.id), {"how": how})
    return home_of(actor.roles)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login_page(request: HttpRequest) -> HttpResponse:
    """Show the form; sign in; five wrong passwords lock the pair of account and address for a while."""
    form = SignInForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        staff = form.get_user()
        home = _enter(request, staff.pk, "password")
        if account_of(staff.pk).must_change_password:
            messages.info(request, _("首次登录请先修改初始密码。"))
            return redirect("change_password")
        return redirect(_target(request, home))
    context = {
        "form": form,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "demo_staff": _demo_staff() if _demo_offered(request) else [],
    }
    return render(request, "portals/login.html", context, status=401 if form.is_bound else 200)


def locked_out(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """The page after too many wrong passwords (named in the settings)."""
    problem = {
        "title": _("操作过于频繁"),
        "detail": _("连续输错密码，账号已临时锁定 15 分钟。请稍后再试，或联系安全管理员重置密码。"),
        "status": 429,
        "code": "locked_out",
    }
    return render(request, "errors/problem.html", {"problem": problem}, status=429)


@require_POST
def demo_login(request: HttpRequest, username: str) -> HttpResponse:
    """Enter as a demo account: only in demo mode, only from this machine, only marked accounts."""
    staff = demo_account(username)
    if not _demo_offered(request) or staff is None:
        raise Http404
    return redirect(_enter(request, staff.pk, "demo"))


@require_POST
def logout_page(request: HttpRequest) -> HttpResponse:
    """Close the session."""
    if request.user.is_authenticated:
        ledger.append("session.closed", ("staff", request.user.get_username()), {})
    logout(request)
    return redirect("login")


@never_cache
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Who I am here: posts, what they allow, password."""
    if not request.user.is_authenticated:
        return redirect(f"/login/?next={request.path}")
    rows = [{"role": role_word(p.role), "unit": p.unit, "until": p.until} for p in posts_of(request.user.pk)]
    return render(request, "portals/account.html", {"posts": rows, "staff": request.user})


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; the session stays open here and ends everywhere else."""
    if not request.user.is_authenticated:
        return redirect(f"/login/?next={request.path}")
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            staff = change_own_password(request.user.pk, data["old"], data["new"])
        except Invalid as error:
            for name, text in (error.fields or {"old": error.message}).items():
                form.add_error(name if name in form.fields else None, text)
        else:
            update_session_auth_hash(request, staff)
            messages.success(request, _("密码已修改，其他设备上的登录已退出。"))
            return redirect("account")
    return render(request, "portals/change_password.html", {"form": form}, status=422 if form.is_bound else 200)
