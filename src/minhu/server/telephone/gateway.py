"""The sockets: `/telephone/line` for exchanges, `/telephone/agent` and `/telephone/listen` for pages of our own.

A socket is opened by who proves who he is before it is accepted; everything else is refused. Protocol and limits:
docs/operate/telephone.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID

import structlog
from django.conf import settings
from django.http import HttpResponseBase

from minhu.kernel.errors import Invalid, MinhuError, NotFound, TooMany
from minhu.server.telephone import doors
from minhu.server.telephone.conversation import CITIZEN, HOUSE, Conversation, Leg
from minhu.server.telephone.entrance import Ears, Entrance, Place
from minhu.server.telephone.protocol import MOST_SOUND, Hello, Legs, Message, Said, hello_of, read, written
from minhu.server.telephone.switchboard import Switchboard

log = structlog.get_logger("minhu.telephone")
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
HELLO_SECONDS: Final = 10.0
IDLE_SECONDS: Final = 120.0
"""A socket over which nothing comes for so long is dead."""
SESSION_SECONDS: Final = 60.0
"""So often an agent's session is looked at again while it is open."""
LISTENING_SECONDS: Final = 10.0
"""So often a listener's, sound or none: whoever is heard sees him as long as he listens, and no longer."""
MOST_WAITING: Final = 500
"""Messages that wait for a client which does not read; then it is cut off."""
MESSAGES_A_SECOND: Final = 20
_CODES: Final = {401: 4401, 403: 4403, 404: 4404, 409: 4409, 429: 4429}


class Gateway:
    """Answers every socket of the application. ``ask``: answers a request of HTTP as the pages would."""

    def __init__(self, ask: Callable[[Mapping[str, Any]], HttpResponseBase], board: Switchboard | None = None) -> None:
        self._ask, self._given = ask, board
        self._board: Switchboard | None = board
        self._entrance = Entrance(settings.CONFIG.calls, time.monotonic)
        self._ears = Ears()

    @property
    def board(self) -> Switchboard:
        """The calls of this process."""
        if self._board is None:
            self._board = Switchboard()
        return self._board

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One socket from its handshake to its end."""
        await receive()
        place, address = None, doors.address_of(scope)
        try:
            place = self._entrance.come(address)
            socket = await self._admitted(scope, receive, send, place)
        except MinhuError as error:
            if error.code == "bad_token":
                self._entrance.wrong_token(address)
            await self._shut(send, place, _code(error), error.code)
            return
        except Exception:  # the edge: whatever is wrong with a door, it stays shut
            log.exception("telephone_door_failed", path=scope["path"])
            await self._shut(send, place, 1011, "error")
            return
        try:
            await socket.serve()
        finally:
            place.leave()

    async def close(self) -> None:
        """The process ends."""
        if self._board is not None:
            await self._board.close()

    async def _shut(self, send: Send, place: Place | None, code: int, reason: str) -> None:
        if place is not None:
            place.leave()
        await send({"type": "websocket.close", "code": code, "reason": reason})

    async def _admitted(self, scope: Scope, receive: Receive, send: Send, place: Place) -> Socket:
        workers, path = self.board.workers, scope["path"]
        values = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1"))[:20])
        if path == "/telephone/line":
            guest = await workers.in_database(doors.exchange, scope)
            hello = hello_of(values)
            media = "media" in scope.get("subprotocols", [])  # Asterisk's chan_websocket
            await send({"type": "websocket.accept", "subprotocol": "media" if media else None})
            return LineSocket(self.board, receive, send, guest.source, replace(hello, asterisk=media), place)
        listens = path == "/telephone/listen"
        if not listens and path != "/telephone/agent":
            raise NotFound("没有这个地址。", code="not_found")
        call = _uid(values.get("call", ""))

        async def again() -> doors.Guest:
            return await workers.in_database(doors.agent, dict(scope), call, self._ask, listens=listens)

        guest = await again()
        self.board.call(call)
        hello = hello_of({name: values[name] for name in ("encoding", "rate") if name in values}, Hello(call=str(call)))
        await send({"type": "websocket.accept"})
        place.leave()
        return AgentSocket(self.board, receive, send, guest, hello, call, again, self._ears)


class Socket:
    """What all sockets have in common: limits, an outbox that keeps nobody waiting, one way out."""

    def __init__(self, board: Switchboard, receive: Receive, send: Send, hello: Hello) -> None:
        self.board, self.hello = board, hello
        self._receive, self._send = receive, send
        self._outbox: asyncio.Queue[bytes | str] = asyncio.Queue(MOST_WAITING)
        self._began, self._texts = time.monotonic(), 0
        self.idle: float | None = IDLE_SECONDS
        self._stuck, self.sent = False, 0  # whether the client does not read; messages of sound that left

    async def serve(self) -> None:
        """Until either side ends it; whatever goes wrong ends this socket alone."""
        writer = asyncio.create_task(self._write())
        code, reason = 1000, ""
        try:
            await self._read()
        except MinhuError as error:
            code, reason = _code(error), error.code
            self.push(written("refused", self.hello.asterisk, code=error.code, message=error.message))
        except TimeoutError:
            code, reason = 1001, "idle"
        except Exception:  # the edge
            log.exception("telephone_socket_failed")
            code, reason = 1011, "error"
        finally:
            self.gone()
            await self._empty(writer)
            for last in filter(None, self.bye()):
                with contextlib.suppress(Exception):
                    await self._send({"type": "websocket.send", "text": last})
            with contextlib.suppress(Exception):  # it may be closed already
                await self._send({"type": "websocket.close", "code": code, "reason": reason[:100]})

    def push(self, message: bytes | str) -> None:
        """Put a message into the outbox; a client that does not read loses its socket, not the call."""
        if message == "flush":
            self._without_sound()
            message = written("flush", self.hello.asterisk)
        if not message:
            return
        try:
            self._outbox.put_nowait(message)
        except asyncio.QueueFull:
            self._stuck = True

    async def started(self) -> None:
        """Once, before anything is read."""

    async def alive(self) -> None:
        """Before each message; raises where the socket may not stay open."""

    async def text(self, text: str) -> bool:
        """One text message; False when it ends the socket."""
        raise NotImplementedError

    def sound(self, data: bytes) -> None:
        """One message of sound."""
        raise NotImplementedError

    def gone(self) -> None:
        """The socket is gone; the call is not."""

    def bye(self) -> tuple[str, ...]:
        """The very last words, '' for none."""
        return ()

    async def _read(self) -> None:
        await self.started()
        async with asyncio.timeout(self.idle) as idle:  # put on now and then: a timer for each message costs a task
            await self._messages(idle)

    async def _messages(self, idle: asyncio.Timeout) -> None:
        seconds, put_on = asyncio.get_running_loop().time, 0.0
        while not self._stuck and not self.over():
            message = await self.next()
            if self.idle and (moment := seconds()) - put_on > self.idle / 24:
                put_on = moment
                idle.reschedule(moment + self.idle)
            if message["type"] != "websocket.receive":
                return
            await self.alive()
            if data := message.get("bytes"):
                if len(data) > MOST_SOUND:
                    raise Invalid("一条声音消息过长，请按 20 毫秒一帧发送。", code="piece_too_long")
                self.sound(data)
            elif not await self._one_text(message.get("text") or ""):
                return

    async def next(self) -> dict[str, Any]:
        """The next message."""
        return await self._receive()

    def over(self) -> bool:
        """Whether the call is over."""
        return False

    async def _one_text(self, text: str) -> bool:
        self._texts += 1
        if self._texts > MESSAGES_A_SECOND * (2 + time.monotonic() - self._began):
            raise TooMany("文字消息过多，连接已关闭。", code="too_many_messages")
        return await self.text(text)

    async def _write(self) -> None:
        while True:
            message = await self._outbox.get()
            kind = "bytes" if isinstance(message, bytes) else "text"
            await self._send({"type": "websocket.send", kind: message})
            self.sent += kind == "bytes"

    async def _empty(self, writer: asyncio.Task[None]) -> None:
        """Let what was said last go out, for a moment."""
        end = time.monotonic() + 0.5
        while not self._outbox.empty() and not writer.done() and time.monotonic() < end:
            await asyncio.sleep(0.01)
        writer.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await writer

    def _without_sound(self) -> None:
        """Sound that has not left yet is not to be heard any more."""
        kept = []
        while not self._outbox.empty():
            message = self._outbox.get_nowait()
            kept += [message] if isinstance(message, str) else []
        for message in kept:
            self._outbox.put_nowait(message)


class LineSocket(Socket):
    """A citizen's leg, or both, from an exchange."""

    def __init__(
        self, board: Switchboard, receive: Receive, send: Send, source: str, hello: Hello, place: Place
    ) -> None:
        super().__init__(board, receive, send, hello)
        self._source, self._place = source, place
        self._call: Conversation | None = None
        self._leg: Leg | None = None
        self._pair: tuple[Leg, Leg] | None = None

    async def started(self) -> None:
        """The first message greets, unless the address named the call."""
        async with asyncio.timeout(HELLO_SECONDS):
            greeted = self.hello.complete and not self.hello.asterisk
            while not greeted:
                message = await self._receive()
                if message["type"] != "websocket.receive":
                    raise Invalid("连接在开场消息之前断开。", code="no_hello")
                found = read(message.get("text") or "", self.hello)
                self.hello = found.hello or self.hello
                greeted = found.hello is not None and found.hello.complete
        await self._arrive()

    async def text(self, text: str) -> bool:
        """A key, a hang-up, or the greeting of `chan_websocket`, which names the form of the sound."""
        found: Message = read(text, self.hello)
        if found.said is Said.HELLO and found.hello is not None and found.hello != self.hello:
            if self._call is not None and found.hello.call != self.hello.call:
                raise Invalid("一条连接只接一通电话，另一通请另开连接。", code="other_call")
            self.hello = found.hello
            await self._arrive()
        elif found.said is Said.DIGIT and self._call is not None:
            await self.board.digit(self._call, found.digit)
        elif found.said is Said.HANG_UP and self._call is not None:
            self._call.hang_up()
            return False
        return True

    def sound(self, data: bytes) -> None:
        """The citizen's voice, or both."""
        if self._call is None or self._leg is None or self._leg is not self._call.citizen:
            return  # not greeted yet, or another socket has taken over
        if self._pair is not None:
            self._call.both(data, self._pair)
        else:
            self._call.heard(self._leg, data)

    def gone(self) -> None:
        """Wait for the citizen to come back, unless he has."""
        if self._call is not None and self._leg is self._call.citizen and not self._call.over:
            self._call.part(CITIZEN)

    def bye(self) -> tuple[str, ...]:
        """That the house hangs up (no line broke); how many frames came, were bridged by silence, and left."""
        leg, call = self._leg, self._call
        if leg is None or call is None:
            return ()
        hangs_up = written("hangup", self.hello.asterisk) if call.over and leg is call.citizen else ""
        counts = written("bye", self.hello.asterisk, heard=leg.frames, bridged=leg.bridged, sent=self.sent)
        return hangs_up, counts

    def over(self) -> bool:
        """Whether the call is over, or on another socket."""
        return self._call is not None and (self._call.over or self._leg is not self._call.citizen)

    async def _arrive(self) -> None:
        self._place.leave()
        self._call = await self.board.arrive(self._source, self.hello, self.push)
        self._leg = self._call.citizen
        if self.hello.legs is Legs.BOTH and self._leg is not None:
            self._pair = (self._leg, self._call.join(HOUSE, self.hello, lambda _message: None))


class AgentSocket(Socket):
    """An agent's leg from the softphone, or the ear of a supervisor."""

    def __init__(
        self, board: Switchboard, receive: Receive, send: Send, guest: doors.Guest, hello: Hello, uid: UUID,
        again: Callable[[], Awaitable[doors.Guest]], ears: Ears,
    ) -> None:  # fmt: skip
        super().__init__(board, receive, send, hello)
        self._ears, self.idle = ears, None if guest.listens else IDLE_SECONDS
        self._guest, self._uid, self._again = guest, uid, again
        self._call: Conversation | None = None
        self._leg: Leg | None = None
        self._looked = time.monotonic()

    async def started(self) -> None:
        """Join the call."""
        if self._guest.listens:
            self._call = self.board.call(self._uid)
            self._ears.lend(self._guest.staff)
            self._leg = Leg(self.hello, self.push, self._call.now())
            self._call.listeners.append(self._leg)
            ready = {"call": str(self._uid), "talk": str(self._call.talk), "at": self._leg.at}
            self.push(written("ready", self.hello.asterisk, **ready))
            return
        self._call = await self.board.join(self._uid, self._guest.staff, self.hello, self.push)
        self._leg = self._call.agent

    async def alive(self) -> None:
        """Look again now and then whether the session lives and the call is still the agent's; raises NotAllowed."""
        if time.monotonic() - self._looked >= (LISTENING_SECONDS if self._guest.listens else SESSION_SECONDS):
            self._looked = time.monotonic()
            await self._again()

    async def next(self) -> dict[str, Any]:
        """A listener need not send any, but is looked at."""
        while self._guest.listens:
            try:
                return await asyncio.wait_for(self._receive(), LISTENING_SECONDS)
            except TimeoutError:
                await self.alive()
        return await super().next()

    async def text(self, text: str) -> bool:
        """Ends the call where the agent hangs up."""
        if read(text, self.hello).said is Said.HANG_UP and not self._guest.listens and self._call is not None:
            self._call.hang_up()
            return False
        return True

    def sound(self, data: bytes) -> None:
        """The agent's voice; a listener's goes nowhere."""
        if self._call is not None and self._leg is not None and self._leg is self._call.agent:
            self._call.heard(self._leg, data)

    def gone(self) -> None:
        """Wait for the agent to come back, unless he has."""
        if self._call is None or self._leg is None:
            return
        if self._guest.listens:
            self._call.listeners.remove(self._leg)
            self._ears.back(self._guest.staff)
        elif self._leg is self._call.agent and not self._call.over:
            self._call.part(HOUSE)

    def over(self) -> bool:
        """Whether the call is over, or the agent on another socket."""
        other = self._call is not None and not self._guest.listens and self._leg is not self._call.agent
        return self._call is not None and (self._call.over or other)


def _code(error: MinhuError) -> int:
    return _CODES.get(error.status, 4400 if error.status < 500 else 1013)


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("没有找到这通电话。", code="not_found") from error
