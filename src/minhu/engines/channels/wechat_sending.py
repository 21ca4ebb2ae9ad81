"""Words to a follower of a WeChat official account outside of an answer: the platform's customer messages (客服消息).

They may be sent within 48 hours of the follower's last message, by accounts that the platform has verified. The access
token is fetched by AppID and AppSecret, kept in memory until shortly before its end, and fetched anew once when the
platform no longer knows it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from typing import Any, Final, Protocol

from minhu.engines import outbound
from minhu.engines.outbound import Unsent
from minhu.kernel.errors import MinhuError

API: Final = "https://api.weixin.qq.com"
MOST_TEXT: Final = 2000
"""Bytes of one text; the platform takes 2048."""
SECONDS: Final = 8.0
EARLY: Final = 300.0
"""Seconds before its end at which a token is no longer used."""
_TOKEN_IS_OVER: Final = frozenset({40001, 40014, 42001})
_REFUSED: Final = {
    40003: "公众平台不认识这位接收者。",
    40013: "公众平台不认识这个 AppID。",
    40125: "公众平台不接受这个 AppSecret。",
    40164: "本机的出口地址不在公众平台的 IP 白名单中。",
    43004: "对方已取消关注公众号。",
    45015: "距对方上一条消息已超过 48 小时。",
    45047: "对方回话之前，客服消息的条数已用完。",
    48001: "公众号没有客服消息权限（需经认证）。",
}


class Refused(MinhuError):
    """The platform will not take the message, however often it is sent."""

    default_code = "refused_by_platform"
    default_status = 502
    title = "公众平台没有接收"


class CustomerMessages(Protocol):
    """A way to speak to a follower who is not waiting for an answer."""

    def send(self, appid: str, secret: str, sender: str, text: str) -> None:
        """Send one text of at most MOST_TEXT bytes; raises Unsent for what may be tried again, else Refused."""


class Platform:
    """The platform itself, at ``base``; one object for a process."""

    def __init__(self, base: str = API) -> None:
        self._base = base
        self._tokens: dict[str, tuple[str, float]] = {}
        self._guard = threading.Lock()

    def send(self, appid: str, secret: str, sender: str, text: str) -> None:
        """See CustomerMessages."""
        content = {"touser": sender, "msgtype": "text", "text": {"content": text}}
        for last in (False, True):
            token = self._token(appid, secret)
            said = self._post(f"/cgi-bin/message/custom/send?access_token={token}", content)
            code = said.get("errcode", 0)
            if code == 0:
                return
            if code in _TOKEN_IS_OVER and not last:
                with self._guard:
                    self._tokens.pop(appid, None)
                continue
            raise _problem(code)

    def _token(self, appid: str, secret: str) -> str:
        with self._guard:
            kept = self._tokens.get(appid)
            if kept is not None and kept[1] > time.monotonic():
                return kept[0]
            said = self._post(
                "/cgi-bin/stable_token", {"grant_type": "client_credential", "appid": appid, "secret": secret}
            )
            token, seconds = said.get("access_token"), said.get("expires_in")
            if not isinstance(token, str) or not token.isascii() or not isinstance(seconds, int):
                raise _problem(said.get("errcode"))
            self._tokens[appid] = (token, time.monotonic() + max(0.0, seconds - EARLY))
            return token

    def _post(self, path: str, content: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps(content, ensure_ascii=False).encode()
        answer = outbound.post(self._base + path, body, {}, seconds=SECONDS)
        try:
            said = json.loads(answer.body)
        except ValueError as error:
            raise Unsent("公众平台的答复无法识别。", code="bad_answer") from error
        if answer.status != 200 or not isinstance(said, dict):
            raise Unsent("公众平台的答复无法识别。", code="bad_answer")
        return said


def next_part(texts: Sequence[tuple[int, str]], told: int, part: int, most: int = MOST_TEXT) -> tuple[str, int, int]:
    """What to say next of numbered ``texts``, and how far that is: whole texts while they fit, else a piece of one.

    ``told`` is the number up to which all was said, ``part`` the characters said of the text behind it. Returns
    ('', told, part) when nothing is left. ``most``: bytes in UTF-8, at least 4.
    """
    said: list[str] = []
    room = most
    for number, text in texts:
        if number <= told:
            continue
        rest = text[part:]
        size = len(rest.encode()) + (2 if said else 0)
        if size > room:
            if said:
                break
            piece = rest.encode()[:room].decode(errors="ignore")
            return piece, told, part + len(piece)
        said.append(rest)
        room -= size
        told, part = number, 0
    return "\n\n".join(said), told, part


def _problem(code: object) -> MinhuError:
    if isinstance(code, int) and code in _REFUSED:
        return Refused(_REFUSED[code])
    return Unsent(f"公众平台没有接收消息（错误码 {code}）。", code="platform_error")
