"""A cookie that shows at the gate, before anything costs time, that a session is one of the staff's.

Anybody can send a cookie called like a session. This one is an HMAC over the session's key and the moment, checked
without the database; it opens no page, only the room that the gate keeps for the staff. It is set where a signed-in
person is answered, and deleted where the session is nobody's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponseBase, parse_cookie
from django.utils.crypto import constant_time_compare, salted_hmac

from minhu.kernel.clock import now

COOKIE: Final = "minhu_staff"
_SALT: Final = "minhu.server.staff_proof"
GetResponse = Callable[[HttpRequest], HttpResponseBase]


def proof_of(session_key: str, moment: int) -> str:
    """The cookie's value for a session: seconds since 1970 and the HMAC."""
    return f"{moment}.{salted_hmac(_SALT, f'{moment}:{session_key}', algorithm='sha256').hexdigest()}"


def holds(cookies: str) -> bool:
    """Whether a Cookie header carries a session with its proof, not older than a session may be."""
    if COOKIE not in cookies:
        return False
    found = parse_cookie(cookies)
    return _is_of(found.get(COOKIE, ""), found.get(settings.SESSION_COOKIE_NAME, ""))


def _is_of(proof: str, session_key: str) -> bool:
    told = proof.partition(".")[0]
    if not session_key or not (told.isascii() and told.isdigit()) or len(told) > 12:
        return False
    if now().timestamp() - int(told) > settings.SESSION_COOKIE_AGE:
        return False
    return constant_time_compare(proof, proof_of(session_key, int(told)))


class StaffProofMiddleware:
    """Sets and deletes the cookie; stands inside the session's middleware."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then let the cookie follow the session; what never looked at the session changes nothing."""
        response = self.get_response(request)
        session = getattr(request, "session", None)
        if session is None or not session.accessed:
            return response
        proof, key = request.COOKIES.get(COOKIE, ""), session.session_key or ""
        if key and SESSION_KEY in session:
            if not _is_of(proof, key):
                response.set_cookie(
                    COOKIE, proof_of(key, int(now().timestamp())), max_age=settings.SESSION_COOKIE_AGE, httponly=True,
                    secure=settings.SESSION_COOKIE_SECURE, samesite="Lax",
                )  # fmt: skip
        elif proof:
            response.delete_cookie(COOKIE, samesite="Lax")
        return response
