"""Asterisk by its REST interface: events over its WebSocket, calls by POST /channels.

After the published documentation of ARI. A call that the house placed enters the application when it is answered; the
client sends it on into the dialplan, which connects it to `/telephone/line`.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import ssl
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import quote, urlencode

import structlog

from minhu.engines.speech.asterisk import read_ari
from minhu.engines.speech.calls import CallEvent, shortened
from minhu.engines.speech.exchange.placing import PREFIX, Dial, Unplaced
from minhu.engines.speech.exchange.settings import ExchangeSettings
from minhu.engines.speech.exchange.stream import SECONDS, Told, WrongKey
from minhu.engines.speech.exchange.websocket import Refused, Stream
from minhu.kernel.errors import Invalid

log = structlog.get_logger("minhu.telephone")
IDLE: Final = 30.0
_MOST_ANSWER: Final = 64 * 1024


class AriExchange:
    """Speaks with one Asterisk."""

    def __init__(self, settings: ExchangeSettings, idle: float = IDLE) -> None:
        self._settings, self._idle = settings, idle
        self._answering: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        """As its calls are known here."""
        return self._settings.name

    async def events(self) -> AsyncIterator[Told]:
        """See `stream.Source`."""
        chosen = self._settings
        path = f"{chosen.path}/events?{urlencode({'app': chosen.app, 'subscribeAll': 'false'})}"
        try:
            stream = await Stream.open(
                chosen.host,
                chosen.port,
                path,
                {"Authorization": self._password()},
                secure=chosen.secure,
                seconds=SECONDS,
            )
        except Refused as error:
            if error.answered in (401, 403):
                raise WrongKey("话务平台不接受用户名或密码。") from error
            raise
        try:
            yield Told()
            while (message := await stream.receive(self._idle)) is not None:
                yield self._read(message)
        finally:
            stream.close()

    def originate(self, dial: Dial) -> None:
        """See `placing.Exchange`."""
        chosen = self._settings
        values = {
            "endpoint": chosen.dial.replace("{number}", dial.number), "app": chosen.app, "appArgs": "minhu-out",
            "channelId": dial.call, "timeout": str(dial.seconds), "callerId": chosen.caller,
        }  # fmt: skip
        self._post(f"channels?{urlencode(values)}")

    def _read(self, message: str) -> Told:
        try:
            event = read_ari(message)
        except Invalid:
            return Told(unread=1)
        if event is not None and event.call.startswith(PREFIX) and _enters(message):
            task = asyncio.get_running_loop().create_task(self._go_on(event))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        return Told((event,) if event is not None else ())

    async def _go_on(self, event: CallEvent) -> None:
        context, extension = self._settings.enter
        values = urlencode({"context": context, "extension": extension, "priority": "1"})
        try:
            await asyncio.to_thread(self._post, f"channels/{quote(event.call, safe='')}/continue?{values}")
        except Unplaced as error:
            log.warning("answered_call_not_connected", why=error.code)

    def _post(self, path: str) -> None:
        chosen = self._settings
        connection: http.client.HTTPConnection
        if chosen.secure:
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(chosen.host, chosen.port, timeout=SECONDS, context=context)
        else:
            connection = http.client.HTTPConnection(chosen.host, chosen.port, timeout=SECONDS)
        try:
            connection.request("POST", f"{chosen.path}/{path}", headers={"Authorization": self._password()})
            answer = connection.getresponse()
            answer.read(_MOST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise Unplaced("连接不上话务平台，没有拨出。", code="exchange_away") from error
        finally:
            connection.close()
        if answer.status in (401, 403):
            raise Unplaced("话务平台不接受用户名或密码，没有拨出。", code="wrong_key")
        if not 200 <= answer.status < 300:
            raise Unplaced("话务平台没有接受这次拨号。", code="not_taken")

    def _password(self) -> str:
        return "Basic " + base64.b64encode(f"{self._settings.user}:{self._settings.key}".encode()).decode()


def _enters(message: str) -> bool:
    """Whether a message that was read already is an answered call's entering the application."""
    return shortened(json.loads(message).get("type")) == "StasisStart"
