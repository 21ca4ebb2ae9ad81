"""Behind nginx every socket comes from one address: limits count who really calls, and no header is believed on its own."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse

from minhu.kernel.errors import NotAllowed
from minhu.server.middleware import CallerMiddleware
from minhu.server.telephone import doors
from minhu.server.telephone.entrance import MOST_WRONG
from minhu.server.telephone.gateway import Gateway
from minhu.server.telephone.switchboard import Switchboard
from server.telephone.caller import Phone
from server.telephone.house import Here

NGINX = ("10.0.0.1", 40000)
GUESSER, EXCHANGE = "198.51.100.7", "203.0.113.9"


def forwarded(*lines: str) -> list[tuple[bytes, bytes]]:
    return [(b"x-forwarded-for", line.encode()) for line in lines]


async def knocks(gateway: Gateway, attempts: list[list[tuple[bytes, bytes]]]) -> list[int | None]:
    """How the door answers wrong tokens, one after the other."""
    found = []
    for headers in attempts:
        phone = Phone(gateway, "/telephone/line", (b"authorization", b"Bearer mh_wrong"), *headers, client=NGINX)
        await phone.task
        found.append(phone.closed)
    return found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "guesses", "shut"),
    [
        (1, [forwarded(GUESSER)] * MOST_WRONG, True),
        (1, [forwarded(f"192.0.2.{n}, {GUESSER}") for n in range(MOST_WRONG)], True),
        (1, [forwarded(f"192.0.2.{n}", GUESSER) for n in range(MOST_WRONG)], True),
        (2, [forwarded(f"192.0.2.{n}, {GUESSER}, 10.0.0.2") for n in range(MOST_WRONG)], True),
        (0, [forwarded(f"192.0.2.{n}") for n in range(MOST_WRONG)], True),
        (1, [[] for _ in range(MOST_WRONG)], True),
        (1, [forwarded(f"192.0.2.{n}") for n in range(MOST_WRONG)], False),
    ],
    ids=["a proxy", "forged before it", "forged as a line of its own", "two proxies", "forged without a proxy",
         "no header", "many callers"],
)  # fmt: skip
def test_wrong_tokens_are_counted_for_who_really_calls(
    proxies: int, guesses: list[list[tuple[bytes, bytes]]], shut: bool, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = proxies
    workers = Here()
    gateway = Gateway(lambda _scope: HttpResponse(), Switchboard(lambda: 0.0, workers))
    answers: dict[str, list[int | None]] = {}

    async def story() -> None:
        answers["guesses"] = await knocks(gateway, guesses)
        answers["again"] = await knocks(gateway, guesses[-1:])
        other = forwarded(", ".join([EXCHANGE, "10.0.0.2"][: max(proxies, 1)]))
        answers["other"] = await knocks(gateway, [other])

    workers.run(story())
    assert answers["guesses"] == [4401] * MOST_WRONG
    assert answers["again"] == [4429 if shut else 4401]
    assert answers["other"] == [4401 if proxies else 4429], (
        "an exchange is not shut out with a guesser behind our proxy"
    )


def test_the_pages_behind_the_softphone_see_the_browser_as_our_proxy_does(settings: Any) -> None:
    """Unencrypted they would send it to https, and the softphone would never open; its address counts as everywhere."""
    settings.TRUSTED_PROXIES, settings.SECURE_PROXY_SSL_HEADER = 1, ("HTTP_X_FORWARDED_PROTO", "https")
    seen: list[HttpRequest] = []

    def page(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse(status=403)

    def ask(scope: Any) -> Any:
        return CallerMiddleware(page)(ASGIRequest(scope, io.BytesIO()))

    headers = [(b"host", b"localhost"), (b"origin", b"https://localhost"), (b"x-forwarded-proto", b"https"),
               *forwarded(f"192.0.2.1, {GUESSER}"), (b"authorization", b"Bearer mh_x")]  # fmt: skip
    scope = {"type": "websocket", "scheme": "ws", "headers": headers, "client": NGINX, "server": ("localhost", 80)}
    with pytest.raises(NotAllowed):
        doors.agent(scope, uuid4(), ask)
    (request,) = seen
    assert request.is_secure()
    assert request.META["REMOTE_ADDR"] == GUESSER
    assert "HTTP_AUTHORIZATION" not in request.META
