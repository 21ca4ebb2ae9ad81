"""What every way in shares: where to go afterwards, the second step, the demo's one click for this machine only."""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from minhu.directory.access import acting_as
from minhu.directory.queries import actor_of_staff
from minhu.directory.queries.staff import account_of
from minhu.directory.services import sign_ins
from minhu.directory.services.passwords import days_left
from minhu.kernel.clock import is_recent, now
from minhu.ledger import services as ledger
from minhu.portals.navigation import home_of

PENDING: Final = "minhu_pending"
PENDING_FOR: Final = timedelta(minutes=5)
WARN_DAYS: Final = 7


def target(wanted: str, request: HttpRequest, fallback: str) -> str:
    """The address asked for when it is one of ours, else the fallback."""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    ours = safe and wanted.startswith("/") and not wanted.startswith(("/login", "/logout", "/demo/"))
    return wanted if ours and wanted != "/" else fallback


def on_this_machine(request: HttpRequest) -> bool:
    """Whether the browser runs here; behind a proxy every address looks like this machine, so that does not count."""
    if any(name in request.headers for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded")):
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return address.is_loopback


def demo_offered(request: HttpRequest) -> bool:
    """Whether one click is enough: in demo mode, from this machine."""
    return bool(settings.MINHU_DEMO) and on_this_machine(request)


def proved(request: HttpRequest, staff_id: int, how: str, wanted: str, *, second: str = "") -> HttpResponse:
    """The first step is done: on to the second one where there is a factor, else in.

    ``second`` is a factor already shown (a passkey, or the provider's own).
    """
    if second or not account_of(staff_id).has_factor:
        return enter(request, staff_id, how, wanted, second=second)
    request.session.flush()
    request.session[PENDING] = {"staff": staff_id, "how": how, "at": now().isoformat(), "next": wanted[:500]}
    return redirect("second_step")


def pending(request: HttpRequest) -> dict[str, str] | None:
    """Whose second step this browser waits for; None when nobody's, or for too long."""
    found = request.session.get(PENDING)
    if not isinstance(found, dict) or not is_recent(datetime.fromisoformat(found["at"]), PENDING_FOR):
        return None
    return found if account_of(int(found["staff"])).is_active else None


def enter(request: HttpRequest, staff_id: int, how: str, wanted: str = "", *, second: str = "") -> HttpResponse:
    """Open the session, write it down, and go to the page asked for or to this person's desk."""
    staff = sign_ins.begin(request, staff_id, how, second)
    actor = actor_of_staff(staff)
    with acting_as(actor):  # until now nobody was known here, and nobody is no citizen
        ledger.append("session.opened", ("staff", actor.id), {"how": how, "second": second})
    left = days_left(staff) if how == "password" else None
    if staff.must_change_password:
        messages.info(request, _("首次登录请先修改初始密码。"))
    elif left is not None and left <= 0:
        messages.info(request, _("密码已到期，请先修改密码。"))
    elif left is not None and left <= WARN_DAYS:
        messages.info(request, _("密码将在 {n} 天后到期，请尽快修改。").format(n=left))
    return redirect(target(wanted, request, home_of(actor.roles)))


def sign_in_again(request: HttpRequest) -> HttpResponse:
    """The sign-in is too long ago for changing how one signs in."""
    back = "/account/factors/" if request.path.startswith("/account/factors/") else request.path
    sign_ins.finish(request, "again")
    logout(request)
    messages.info(request, _("为保护账号安全，请重新登录后再进行这项操作。"))
    return redirect(f"/login/?{urlencode({'next': back})}")


def passkey_host(request: HttpRequest) -> str:
    """The domain that passkeys are bound to; '' where browsers offer none (an address in numbers)."""
    host = settings.ACCOUNTS.passkey_host or request.get_host().rsplit(":", 1)[0]
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return str(host)
    return ""
