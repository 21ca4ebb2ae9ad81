"""A real load on the running services of intake: talks, agents and call-backs in threads, and a count that nobody is lost.

Every fifth citizen rings instead and hangs up before anybody answers: events of a call, some twice, in any order, no
sound; who rang in vain must stand in the queue of call-backs. Whatever was acknowledged to a citizen is written into a journal beside the database; at the end the database is asked
for each line of it. A third of the messages is sent twice, as channels do.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

from django.db import DatabaseError, close_old_connections, connection, transaction

from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.actors import actor_named
from minhu.engines.speech.calls import CallEvent, CallEventKind
from minhu.intake.queries.rehearsals import calls_unaccounted, unaccounted, waiting_alone
from minhu.intake.queries.seats import SeatState, own_seat
from minhu.intake.services import attending, calling, calling_back, offering, seating, talking
from minhu.intake.services.calling_back import CallBackSource, Wish
from minhu.intake.types import TalkChannel
from minhu.kernel.actors import Actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, MinhuError

T = TypeVar("T")
LINE: Final = "rehearsal"
AGENTS: Final = ("zuoxi", "zhujianshan", "maoyunfan", "cheyantian")
"""Half of the demo city's eight agents; the others have not come."""
WORDS: Final = (
    "我们小区从昨晚开始停水，什么时候能来水？", "门口的路灯坏了一个星期，晚上很黑，希望尽快修好。", "老人优待证怎么办理？",
    "楼下烧烤店半夜还在吵，睡不着觉。", "下大雨地下车库进水了，没人管。", "公交站牌倒了，挡在人行道上。",
)  # fmt: skip
ATTEMPTS: Final = 4
"""A channel tries again so often before it tells the citizen that it failed; what failed was not acknowledged."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it. Latencies are milliseconds of one turn; ``late``: seconds that the last arrivals were behind."""

    seconds: float
    talks: int
    turns: int
    twice: int
    wanted: int
    taken: int
    call_backs: int
    refused: int
    calls: int
    """Rang in vain; each has its call-back, counted on both sides."""
    waiting: int
    """Talks that wanted a person and still wait for one, without a call-back; with ``taken`` and those who have one
    they are all who wanted one."""
    p50: float
    p95: float
    late: float
    lost: int


@dataclass(slots=True)
class _Journal:
    """What was acknowledged, by the citizens' side."""

    talks: dict[UUID, list[str]] = field(default_factory=dict)
    asks: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    late: float = 0.0


def check_empty() -> None:
    """Raises Invalid in a house with citizens' talks or requests: a rehearsal is not for their queues."""
    with transaction.atomic(), as_system(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM intake_request) OR EXISTS (SELECT FROM intake_talk WHERE line <> %s)", [LINE]
        )
        if cursor.fetchone()[0]:
            raise Invalid(
                "这里有真实的会话或诉求，不能做负载演练；请另设一个 MINHU_HOME，先 minhu migrate，再 minhu rehearse --load。"
            )


def run(*, seconds: float, rate: float, threads: int = 8, seed: int = 1) -> Load:
    """Talks begin at ``rate`` a second for so long; agents take what they are offered; returns when all turns are done."""
    chance, journal, stop = random.Random(seed), _Journal(), threading.Event()  # noqa: S311 - a rehearsal
    helpers = [threading.Thread(target=_agent, args=(name, stop, journal), daemon=True) for name in AGENTS]
    helpers.append(threading.Thread(target=_offers, args=(stop,), daemon=True))
    for one in helpers:
        one.start()
    began = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        at, number = 0.0, 0
        while (at := at + chance.expovariate(rate)) < seconds:
            time.sleep(max(0.0, began + at - time.monotonic()))
            pool.submit(_caller if number % 5 == 4 else _citizen, number, seed, began + at, journal)
            number += 1
    stop.set()
    for one in helpers:
        one.join(30)
    spent = sorted(journal.spent) or [0.0]
    with transaction.atomic(), as_system():
        lost = unaccounted(journal.talks, journal.asks) + calls_unaccounted(LINE, journal.calls)
        waiting = waiting_alone(journal.talks)
    counts = journal.counts
    return Load(
        round(time.monotonic() - began, 1), len(journal.talks), counts["turns"], counts["twice"], counts["wanted"],
        counts["taken"], len(journal.asks), counts["refused"], len(journal.calls), waiting,
        round(spent[len(spent) // 2] * 1000, 1), round(spent[int(len(spent) * 0.95)] * 1000, 1), round(journal.late, 1), lost,
    )  # fmt: skip


def _citizen(number: int, seed: int, due: float, journal: _Journal) -> None:
    """One talk: begins, tells a matter, perhaps wants a person, perhaps rather a call-back."""
    chance = random.Random(seed * 1_000_003 + number)  # noqa: S311 - a rehearsal
    try:
        begun = _acknowledged(partial(talking.begin, TalkChannel.CHAT, line=LINE), journal)
        if begun is None:
            return
        journal.talks[begun.uid] = []
        sayings = [chance.choice(WORDS)] + (["转人工"] if chance.random() < 0.6 else [])
        for turn, words in enumerate(sayings):
            key = f"r{number}-{turn}"
            for _again in range(2 if chance.random() < 0.33 else 1):
                heard = _acknowledged(partial(talking.hear, begun.uid, words, key=key), journal)
                journal.counts["twice"] += _again
            if heard is not None:
                journal.talks[begun.uid].append(key)
                journal.counts["turns"] += 1
        if len(sayings) > 1:
            journal.counts["wanted"] += 1
            if number % 2:
                ask = f"rehearsal {seed} {number}"
                wish = Wish(f"139{number:08}", CallBackSource.ASKED, ask, LINE, talk=begun.uid)
                if _acknowledged(partial(calling_back.ask, wish), journal) is not None:
                    journal.asks.append(ask)
    finally:
        journal.late = max(journal.late, time.monotonic() - due)
        connection.close()


def _caller(number: int, seed: int, due: float, journal: _Journal) -> None:
    """One call in vain, as an exchange tells of it: rings, waits, hangs up."""
    chance, key = random.Random(seed * 1_000_003 + number), f"rehearsal {seed} {number}"  # noqa: S311 - a rehearsal
    kinds = (CallEventKind.RINGING, CallEventKind.QUEUED, CallEventKind.ABANDONED)
    details, moment = (f"137{number:08}", LINE, ""), now()
    told = [
        CallEvent(key, moment + timedelta(seconds=5 * at), kind, details[at])
        for at, kind in enumerate(kinds) for _ in range(2 if chance.random() < 0.33 else 1)
    ]  # fmt: skip
    chance.shuffle(told)
    try:
        done = [_acknowledged(partial(calling.take_event, LINE, one, line=LINE), journal) for one in told]
        journal.counts["twice"] += len(told) - len(kinds)
        if None not in done:
            journal.calls.append(key)
    finally:
        journal.late = max(journal.late, time.monotonic() - due)
        connection.close()


def _acknowledged(work: Callable[[], T], journal: _Journal) -> T | None:
    """What a channel does: ask again when the house refuses or breaks, up to ``ATTEMPTS`` times."""
    for attempt in range(ATTEMPTS):
        close_old_connections()
        began = time.monotonic()
        try:
            done = work()
        except (MinhuError, DatabaseError):
            journal.counts["refused"] += 1
            time.sleep(0.1 * (attempt + 1))
        else:
            journal.spent.append(time.monotonic() - began)
            return done
    return None


def _agent(name: str, stop: threading.Event, journal: _Journal) -> None:
    """Sits down, takes what is offered, says a word, ends, is ready again."""
    actor = actor_named(name)
    if actor is None:
        return
    try:
        while not stop.wait(0.3):
            with suppress(MinhuError, DatabaseError):
                journal.counts["taken"] += _served(actor)
    finally:
        connection.close()


def _served(actor: Actor) -> int:
    with transaction.atomic(), acting_as(actor):
        seating.seen()
        seat = own_seat(actor)
        if seat is not None and seat.state in (SeatState.OFF, SeatState.PAUSE, SeatState.WRAP_UP):
            seating.turn(SeatState.READY)
        if seat is None or seat.offer is None:
            return 0
        uid = offering.accept(seat.offer.id)
    with transaction.atomic(), acting_as(actor):
        attending.say(uid, "您好，您反映的情况已经记下，马上为您登记。")
        attending.end(uid)
    return 1


def _offers(stop: threading.Event) -> None:
    """The house's own loop."""
    try:
        while not stop.wait(0.5):
            with suppress(DatabaseError):
                offering.tick()
    finally:
        connection.close()
