"""A gateway for tests: its time runs with the sound that is sent, its work is done in the test's own transaction."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import UUID

import numpy as np
from django.test import RequestFactory

from factories import City
from minhu.directory.access import acting_as, as_system
from minhu.directory.services.tokens import issue_token
from minhu.intake.queries import calls
from minhu.intake.services import attending
from minhu.portals.phone.desk import join
from minhu.server.telephone.gateway import Gateway
from minhu.server.telephone.rehearsal.voice import hiss, voice_of
from minhu.server.telephone.switchboard import Switchboard
from minhu.server.telephone.workers import Workers
from server.telephone.caller import Phone


class Here(Workers):
    """Work in the test's own thread, whose transaction it is to see, while the event loop runs in another."""

    def __init__(self) -> None:
        super().__init__(1)
        self._work: queue.Queue[tuple[Callable[[], Any], Future[Any]] | None] = queue.Queue()

    async def in_database(self, work: Callable[..., Any], *given: Any, **named: Any) -> Any:
        done: Future[Any] = Future()
        self._work.put((lambda: work(*given, **named), done))
        return await asyncio.wrap_future(done)

    def run(self, story: Coroutine[Any, Any, None]) -> None:
        """Play a story to its end; what it asks of the database is done here."""
        with ThreadPoolExecutor(1) as pool:
            told = pool.submit(asyncio.run, story)
            told.add_done_callback(lambda _: self._work.put(None))
            while (item := self._work.get()) is not None:
                work, done = item
                if not done.set_running_or_notify_cancel():
                    continue
                try:
                    done.set_result(work())
                except Exception as error:  # noqa: BLE001 - the story is to see it
                    done.set_exception(error)
            told.result()


class House:
    """A gateway whose time runs with the sound that is sent."""

    def __init__(self, city: City) -> None:
        self.city, self.seconds = city, 0.0
        self.workers = Here()
        self.board = Switchboard(lambda: self.seconds, self.workers)
        self.gateway = Gateway(self.page, self.board)
        self.account = "agent"
        with as_system():
            self.token = issue_token("pbx", ["telephone"])
            self.other = issue_token("other", ["requests:read"])

    def page(self, scope: Any) -> Any:
        """Stands for the pages behind the gateway: who is signed in, and whether the call is his."""
        request = RequestFactory().get(scope["path"])
        request.user = self.city.staff[self.account]
        with acting_as(self.city.actor(self.account)) as request.actor:
            return join(request, UUID(scope["path"].split("/")[3]))

    def take(self) -> None:
        """The agent takes the only call that waits."""
        with acting_as(self.city.actor("agent")):
            (row,) = calls.running()
            assert row.waits
            attending.take(row.talk)

    async def line(self, call: str, token: str = "", **more: Any) -> Phone:
        phone = Phone(self.gateway, "/telephone/line", (b"authorization", f"Bearer {token or self.token}".encode()))
        phone.say(
            {"type": "hello", "call": call, "caller": "13800005678", "encoding": "alaw", "captions": True, **more}
        )
        await phone.ready()
        return phone

    async def pass_by(self, phone: Phone, sound: np.ndarray, also: Phone | None = None) -> None:
        """Send sound; time goes on with it, for everybody."""
        for at in range(0, len(sound), 800):
            self.seconds += 0.1
            phone.send_sound(sound[at : at + 800])
            if also is not None:
                also.send_sound(hiss(0.1))
            await self.settled(phone)

    async def settled(self, phone: Phone) -> None:
        """Until all that was sent is heard, understood and answered."""
        while phone.waits or self.board.busy:
            await asyncio.sleep(0.001)

    async def says(self, phone: Phone, words: str, also: Phone | None = None, rest: float = 1.6) -> list[str]:
        """Somebody speaks and listens; returns codes of what the bot said to it."""
        before = len(phone.told_of("said"))
        await self.pass_by(phone, np.concatenate([voice_of(words), hiss(rest)]), also)
        return [one["code"] for one in phone.told_of("said")[before:] if one["speaker"] == "bot"]
