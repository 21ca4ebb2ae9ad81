"""Who may open a socket: an exchange with a token, a signed-in agent from our own pages. Default deny.

Everything here asks the database and runs in threads.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpResponseBase
from django.http.request import split_domain_port, validate_host

from minhu.directory.services.tokens import check_token
from minhu.kernel.errors import NotAllowed
from minhu.server.callers import caller

SCOPE = "telephone"
_KEPT = frozenset({b"cookie", b"host", b"user-agent", b"x-forwarded-for", b"x-forwarded-proto"})
"""Headers by which the pages know a browser: without those of our proxy it would come unencrypted, from the proxy itself."""
Ask = Callable[[Mapping[str, Any]], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Guest:
    """Who was let in: the exchange's name, or the account of an agent."""

    source: str = ""
    staff: str = ""
    listens: bool = False


def headers_of(scope: Mapping[str, Any]) -> dict[str, str]:
    """The headers of a handshake, names in lower case, the last of each."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def address_of(scope: Mapping[str, Any]) -> str:
    """Whose places and wrong tokens are counted: by the rule of `server.callers`, never a proxy of our own."""
    told = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"x-forwarded-for"]
    return caller(str((scope.get("client") or ("",))[0]), ",".join(told))


def exchange(scope: Mapping[str, Any]) -> Guest:
    """A telephone exchange by its token, as Bearer or as the password of Basic; raises NotAllowed 401 or 403."""
    kind, _, value = headers_of(scope).get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            value = base64.b64decode(value, validate=True).decode("utf-8").partition(":")[2]
        except (binascii.Error, UnicodeDecodeError) as error:
            raise _unknown() from error
    elif kind.lower() != "bearer":
        raise _unknown()
    return Guest(source=check_token(value.strip(), SCOPE).name)


def same_origin(scope: Mapping[str, Any]) -> None:
    """Raises NotAllowed unless a page of this very house opens the socket: another site's script may carry cookies too."""
    headers = headers_of(scope)
    origin, host = urlsplit(headers.get("origin", "")), headers.get("host", "")
    name = split_domain_port(host)[0]
    if not origin.netloc or origin.netloc.lower() != host.lower() or not validate_host(name, settings.ALLOWED_HOSTS):
        raise NotAllowed("只能从本系统的页面打开软电话。", code="bad_origin")


def agent(scope: Mapping[str, Any], call: UUID, ask: Ask, *, listens: bool = False) -> Guest:
    """An agent by the session of the browser: what the page of the softphone would answer decides.

    ``ask`` answers a request of HTTP through all that stands before pages: sessions, second factors, the policy.
    Raises NotAllowed.
    """
    same_origin(scope)
    path = f"/desk/phone/{call}/{'listen' if listens else 'join'}/"
    kept = [(name, value) for name, value in scope["headers"] if name.lower() in _KEPT]
    answer = ask({
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": kept,
        "root_path": scope.get("root_path", ""), "scheme": {"wss": "https"}.get(scope.get("scheme", ""), "http"),
        "client": scope.get("client"), "server": scope.get("server"), "http_version": "1.1",
    })  # fmt: skip
    if answer.status_code != 200:
        raise NotAllowed("这通电话不在您手上，或登录已结束；请在工作台接起后再打开软电话。", code="not_your_call")
    found = json.loads(getattr(answer, "content", b"{}"))
    return Guest(staff=str(found["account"]), listens=listens)


def _unknown() -> NotAllowed:
    return NotAllowed("需要话务平台的访问令牌。", code="bad_token", status=401)
