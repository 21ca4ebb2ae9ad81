"""One's own sessions, absences and emergency access."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.queries.limits import idle_limit
from minhu.directory.queries.sign_in_pages import absences_of, sessions_of
from minhu.directory.queries.staff import account_of
from minhu.directory.services import absences, break_glass, sign_ins
from minhu.kernel.clock import now
from minhu.portals.accounts.forms import REASON_WORDS, AbsenceForm, EmergencyForm
from minhu.portals.accounts.views_factors import me, own_account
from minhu.portals.manage.common import act, saved

HOW_WORDS = {
    "password": gettext_lazy("密码"), "ldap": gettext_lazy("单位目录密码"), "oidc": gettext_lazy("统一身份认证"),
    "passkey": gettext_lazy("通行密钥"), "demo": gettext_lazy("演示一键登录"), "totp": gettext_lazy("验证器"),
    "recovery": gettext_lazy("恢复码"), "other": gettext_lazy("其他"),
}  # fmt: skip


def place_words(address: str) -> str:
    """An address with what kind of network it is in."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address or _("未知")
    kind = _("本机") if found.is_loopback else _("内网") if found.is_private else _("外网")
    return f"{address}（{kind}）"


def session_rows(staff_id: int, here: int | None = None) -> list[dict[str, Any]]:
    """Open sessions in words; ``here`` marks the one that asks."""
    return [
        {
            "id": row.id, "device": row.device or _("未知设备"), "place": place_words(row.address),
            "how": " + ".join(str(HOW_WORDS.get(way, way)) for way in dict.fromkeys((row.how, row.second)) if way),
            "began_at": row.began_at, "seen_at": row.seen_at, "here": row.id == here,
        }
        for row in sessions_of(staff_id, idle_limit())
    ]  # fmt: skip


@own_account()
@require_GET
def sessions(request: HttpRequest) -> HttpResponse:
    """Where I am signed in."""
    rows = session_rows(me(request), sign_ins.mark_of(request).get("id"))
    return render(request, "account/sessions.html", {"rows": rows, "others": sum(not row["here"] for row in rows)})


@own_account()
@require_POST
def end_session(request: HttpRequest, session: int) -> HttpResponse:
    """Sign out one of my sessions."""
    mine = me(request)
    return act(request, lambda: sign_ins.end_own(mine, session), _("该设备已退出登录。"), "/account/sessions/")


@own_account()
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    mine, here = me(request), sign_ins.mark_of(request).get("id")
    return act(request, lambda: sign_ins.end_own(mine, but=here), _("其他设备均已退出登录。"), "/account/sessions/")


def absence_rows(staff_id: int) -> list[dict[str, Any]]:
    """Absences in words."""
    return [{"row": row, "why": REASON_WORDS.get(row.reason, row.reason)} for row in absences_of(staff_id)]


@own_account()
@require_http_methods(["GET", "POST"])
def away(request: HttpRequest) -> HttpResponse:
    """My absences; a POST enters one, and a colleague acts meanwhile."""
    mine = me(request)
    form = AbsenceForm(request.POST if request.method == "POST" else None, mine)
    status = 200
    if request.method == "POST":
        status = saved(form, lambda: enter_absence(mine, form))
        if status == 200:
            messages.success(request, _("离岗已登记，代理人到时自动获得您的岗位。"))
            return redirect("away")
    context = {"form": form, "rows": absence_rows(mine), "me": mine, "nobody": not absences.colleagues(mine)}
    return render(request, "account/away.html", context, status=status)


def enter_absence(staff_id: int, form: AbsenceForm) -> None:
    """Enter what a valid form says."""
    data = form.cleaned_data
    absences.enter_absence(staff_id, data["acting"], data["first_day"], data["last_day"], data["reason"])


@own_account()
@require_POST
def back_early(request: HttpRequest, absence: int) -> HttpResponse:
    """I am back, or do not go."""
    return act(request, lambda: absences.cancel_absence(absence), _("代理已结束。"), "/account/away/")


@own_account(fresh=True)
@require_http_methods(["GET", "POST"])
def emergency(request: HttpRequest) -> HttpResponse:
    """Open emergency access for myself, if I am named for it."""
    mine = me(request)
    staff = account_of(mine)
    form = EmergencyForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = saved(form, lambda: break_glass.open_emergency(mine, form.cleaned_data["reason"]))
        if status == 200:
            messages.warning(request, _("紧急访问已开启，全部管理员已收到告警。请只办理紧急事项，用完立即结束。"))
            return redirect("/orders/")
    until = staff.emergency_until if staff.emergency_until and staff.emergency_until > now() else None
    context = {"form": form, "named": staff.may_break_glass, "until": until, "minutes": break_glass.minutes()}
    return render(request, "account/emergency.html", context, status=status)


@own_account()
@require_POST
def end_emergency(request: HttpRequest) -> HttpResponse:
    """Done: end it before its time."""
    mine = me(request)
    return act(request, lambda: break_glass.end_emergency(mine), _("紧急访问已结束。"), "/account/")
