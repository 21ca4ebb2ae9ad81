"""Wraps each request in one transaction and tells PostgreSQL who acts."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from minhu.directory.access import apply_scope
from minhu.directory.models import Staff
from minhu.directory.policy import scope_of
from minhu.directory.queries import actor_of_session
from minhu.directory.services import sign_ins
from minhu.directory.services.passwords import days_left
from minhu.directory.services.second_step import is_wanted
from minhu.kernel.actors import Actor, use_actor

GetResponse = Callable[[HttpRequest], HttpResponseBase]
# programs come with a token, not a session; their paths open their own transaction as the token's owner
PROGRAM_PATHS = (
    "/api/v1/requests", "/api/v1/orders", "/api/v1/categories", "/api/v1/areas", "/api/v1/webhooks", "/api/v1/transfers", "/api/v1/calls", "/api/v1/talks",
    "/open311/", "/hooks/",
)  # fmt: skip
ALWAYS = ("/login/", "/logout/", "/i18n/", "/display/")
# somebody else knows the first password, or it is too old: until it is changed only this page answers
PASSWORD_PATHS = (*ALWAYS, "/account/password/")
# the role asks for two factors: until one is there only these pages answer
FACTOR_PATHS = (*ALWAYS, "/account/factors/")
OPEN_PATHS = ("/static/", "/healthz", "/readyz", "/events/", *PROGRAM_PATHS)


class AccessMiddleware:
    """One request, one transaction, one actor; a failing response leaves nothing behind."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Run the request as its actor; roll back on a server error."""
        if request.path.startswith(OPEN_PATHS):
            return self.get_response(request)
        with transaction.atomic():
            _end_what_ran_out(request)
            actor = actor_of_session(request)
            request.actor = actor  # type: ignore[attr-defined]
            apply_scope(scope_of(actor))
            with use_actor(actor):
                response = _duty_first(request, actor) or self.get_response(request)
            if response.status_code >= 500 or getattr(request, "must_roll_back", False):
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """A view that raised must not leave half its work behind, whatever page answers."""
        request.must_roll_back = True  # type: ignore[attr-defined]


ENDED = {
    "idle": _("长时间没有操作，已自动退出，请重新登录。"),
    "longest": _("本次登录已满最长时间，请重新登录。"),
    "ended": _("此登录已在别处退出，请重新登录。"),
}


def _end_what_ran_out(request: HttpRequest) -> None:
    """Sign out a session that was idle or open for too long, or was ended elsewhere."""
    if not isinstance(request.user, Staff):
        return
    if why := sign_ins.keep(request, request.user):
        logout(request)
        messages.info(request, ENDED[why])


def _duty_first(request: HttpRequest, actor: Actor) -> HttpResponseBase | None:
    """Where a person must go before anything else: a new password, then a second factor."""
    staff = request.user
    if not isinstance(staff, Staff):
        return None
    mark = sign_ins.mark_of(request)
    if not request.path.startswith(PASSWORD_PATHS):
        left = days_left(staff) if mark.get("how") == "password" else None
        if staff.must_change_password or (left is not None and left <= 0):
            return redirect("change_password")
    if request.path.startswith(FACTOR_PATHS) or mark.get("second") or mark.get("how") == "demo":
        return None
    if staff.has_factor:
        logout(request)
        return redirect("login")
    if is_wanted(actor.roles) and not request.path.startswith(PASSWORD_PATHS):
        return redirect("factors")
    return None
