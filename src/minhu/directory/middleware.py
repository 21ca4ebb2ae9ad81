"""Wraps each request in one transaction and tells PostgreSQL who acts."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from minhu.directory.access import apply_scope
from minhu.directory.policy import scope_of
from minhu.directory.queries import actor_of_session
from minhu.kernel.actors import use_actor

GetResponse = Callable[[HttpRequest], HttpResponseBase]
# programs come with a token, not a session; their paths open their own transaction as the token's owner
PROGRAM_PATHS = ("/api/v1/requests", "/api/v1/categories", "/api/v1/areas")
# somebody else knows the first password: until it is changed only these pages answer
FIRST_PATHS = ("/account/", "/login/", "/logout/", "/i18n/", "/display/")
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
            actor = actor_of_session(request)
            request.actor = actor  # type: ignore[attr-defined]
            apply_scope(scope_of(actor))
            with use_actor(actor):
                response = _new_password_first(request) or self.get_response(request)
            if response.status_code >= 500 or getattr(request, "must_roll_back", False):
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """A view that raised must not leave half its work behind, whatever page answers."""
        request.must_roll_back = True  # type: ignore[attr-defined]


def _new_password_first(request: HttpRequest) -> HttpResponseBase | None:
    """Where a person must go before anything else, after the password was set by somebody else."""
    if not getattr(request.user, "must_change_password", False) or request.path.startswith(FIRST_PATHS):
        return None
    return redirect("change_password")
