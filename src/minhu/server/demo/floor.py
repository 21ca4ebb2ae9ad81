"""Today at the hotline of the demo city: seats, talks that were taken, some who wait, call-backs, an emergency that is over.

Everything goes through the services, at moments of today, so that the wall has a day to show.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.actors import actor_named
from minhu.directory.queries.freshness import local_day
from minhu.intake.queries.front_door import DoorRules, rules
from minhu.intake.queries.seats import SeatState
from minhu.intake.services import attending, calling_back, emergencies, seating, talking
from minhu.intake.services.calling_back import CallBackSource, TryOutcome, Wish
from minhu.intake.types import TalkChannel
from minhu.kernel import clock
from minhu.kernel.actors import Actor
from minhu.kernel.calendar import CHINA_TIME

AGENTS: Final = ("zhujianshan", "maoyunfan", "cheyantian", "zhuochengxin", "zhuoheming", "xianyantian")
LEAD: Final = "duban"
TALKS: Final = 26
_WAITING: Final = (
    ("city", "楼下装修从早上六点就开始砸墙，能不能管管？转人工"),
    ("traffic", "公交卡充了钱刷不了，我要找人工。"),
)
LINES: Final = ("", "", "", "env", "market", "health")
BROWSERS_STAY: Final = 28_800
"""Nobody sits at the browsers of the demo's agents: their seats stay as they are for a working day."""
_BACK: Final = (
    ("13900000021", CallBackSource.MISSED, "", 1), ("13900000022", CallBackSource.ABANDONED, "", 3),
    ("13900000023", CallBackSource.ASKED, "小区电梯又停了，老人下不了楼，想问什么时候能修好。", 1),
    ("13900000024", CallBackSource.ASKED, "想问孩子转学要带哪些材料。", 1),
)  # fmt: skip


def load_floor() -> int:
    """Play today once; how many talks. A second run on the same day changes nothing."""
    lead = _actor(LEAD)
    with transaction.atomic(), acting_as(lead):
        if (
            rules().gone_seconds == BROWSERS_STAY
        ):  # seats are taken by whoever opens a page; this is set by the demo only
            return 0
        emergencies.set_rules(DoorRules(gone_seconds=BROWSERS_STAY))
    chance = random.Random(8)  # noqa: S311 - a demonstration that is the same every time
    present, people = clock.now(), [_actor(name) for name in AGENTS]
    begin = max(datetime.combine(local_day(), datetime.min.time(), CHINA_TIME), present - timedelta(hours=9))
    step = (present - begin) / (TALKS + 2)
    _sit_down(people, begin)
    for number in range(TALKS):
        _talk(begin + step * (number + 1), people[number % len(people)], chance)
    _emergency(lead, begin + step * 3, begin + step * 6)
    for line, words in _WAITING:
        with clock.at(present - timedelta(seconds=chance.randrange(20, 90))):
            talking.hear(talking.begin(TalkChannel.CHAT, line=line).uid, words)
    _now(people, present)
    _call_backs(people[0], present)
    return TALKS


def _sit_down(people: list[Actor], moment: datetime) -> None:
    with clock.at(moment):
        for actor in people:
            with transaction.atomic(), acting_as(actor):
                seating.turn(SeatState.READY, lines=("12345",))  # those who wait are for whoever looks at the demo


def _talk(moment: datetime, actor: Actor, chance: random.Random) -> None:
    """One talk: with the bot alone, taken soon or late, or given up."""
    with clock.at(moment):
        uid = talking.begin(
            TalkChannel.CHAT if chance.random() < 0.7 else TalkChannel.PHONE, line=chance.choice(LINES)
        ).uid
        kind = chance.random()
        if kind < 0.35:
            return
        attending.ask_for_person(uid)
    waited = timedelta(seconds=chance.randrange(3, 15) if kind < 0.9 else chance.randrange(25, 140))
    if kind > 0.96:
        with clock.at(moment + waited):
            calling_back.ask(Wish("13900000025", CallBackSource.ASKED, f"demo {uid.hex}", talk=uid))
        return
    with clock.at(moment + waited):
        _as(actor, attending.take, uid)
    ends = moment + waited + timedelta(seconds=chance.randrange(90, 420))
    with clock.at(ends):
        _as(actor, attending.end, uid)
    with clock.at(ends + timedelta(seconds=60)):
        seating.end_wrap_ups()


def _emergency(lead: Actor, begins: datetime, ends: datetime) -> None:
    with clock.at(begins), transaction.atomic(), acting_as(lead):
        emergencies.begin("强降雨，来电比平时多出数倍", 4)
    with clock.at(ends), transaction.atomic(), acting_as(lead):
        emergencies.end()


def _now(people: list[Actor], present: datetime) -> None:
    """Who does what at this moment."""
    for actor, minutes in ((people[0], 4), (people[3], 2)):
        with clock.at(present - timedelta(minutes=minutes)):
            uid = talking.begin(TalkChannel.CHAT).uid
            attending.ask_for_person(uid)
            _as(actor, attending.take, uid)
            with transaction.atomic(), acting_as(actor):
                attending.say(uid, "您好，我是工作人员，您刚才说的我都看到了，请稍等，我查一下。")
    with clock.at(present):
        states = (
            (1, SeatState.READY, ""),
            (2, SeatState.READY, ""),
            (4, SeatState.PAUSE, "用餐"),
            (5, SeatState.OFF, ""),
        )
        for number, state, reason in states:
            actor = people[number]
            with transaction.atomic(), acting_as(actor):
                seating.turn(state, reason=reason)


def _call_backs(caller: Actor, present: datetime) -> None:
    for number, (phone, source, words, times) in enumerate(_BACK):
        for again in range(times):
            with clock.at(present - timedelta(minutes=50 - 10 * number - again)):
                window = (
                    (present + timedelta(hours=3), present + timedelta(hours=6)) if number == len(_BACK) - 1 else None
                )
                calling_back.ask(Wish(phone, source, f"demo {phone} {again}", words=words, window=window))
    with clock.at(present - timedelta(minutes=8)), transaction.atomic(), as_system():
        first = calling_back.ask(Wish(_BACK[0][0], _BACK[0][1], f"demo {_BACK[0][0]} 0")).uid
    with clock.at(present - timedelta(minutes=7)), transaction.atomic(), acting_as(caller):
        calling_back.take(first)
        calling_back.tried(first, TryOutcome.NO_ANSWER, note="响了六声没人接", key="demo")


def _as(actor: Actor, work: Callable[[UUID], None], uid: UUID) -> None:
    with transaction.atomic(), acting_as(actor):
        work(uid)


def _actor(name: str) -> Actor:
    found = actor_named(name)
    if found is None:
        raise LookupError(name)
    return found
