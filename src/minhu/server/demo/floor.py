"""Today at the hotline of the demo city: seats, talks that were taken, some who wait, call-backs, an emergency that is over.

Everything goes through the services, at moments of today, so that the wall has a day to show.
"""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import datetime, timedelta
from datetime import time as clock_time
from typing import Final
from uuid import UUID

from django.db import transaction

from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.actors import actor_named
from minhu.directory.queries.freshness import CHECK_SECONDS, forget, local_day
from minhu.intake.queries.front_door import rules
from minhu.intake.queries.seats import SeatState, own_seat
from minhu.intake.services import attending, calling_back, emergencies, offering, seating, talking
from minhu.intake.services.calling_back import CallBackSource, TryOutcome, Wish
from minhu.intake.services.demonstrating import somebody_sat
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
_ASKED: Final = (
    "居住证怎么办理？", "我们小区楼道灯坏了半个月，一直没人修。", "公交老年卡在哪里办？", "楼下烧烤店油烟太大，晚上开不了窗。",
    "路口的红绿灯不亮了。", "水费怎么比上个月多了一倍？", "买的预付卡店关门了，怎么退钱？", "小区门口垃圾两天没清了。",
)  # fmt: skip
_CALLS: Final[tuple[tuple[int, tuple[tuple[str, str], ...]], ...]] = (
    (6, (
        ("agent", "您好，这里是12345热线，请讲。"),
        ("citizen", "我们单元的电梯困过两次人了，物业说在等配件，等了二十天。"),
        ("agent", "现在电梯里有人吗？是哪个小区、几号楼？"),
        ("citizen", "现在没人。垂杨新村7号楼2单元，老人上下楼很不方便。"),
    )),
    (4, (
        ("agent", "您好，这里是12345热线，请讲。"),
        ("citizen", "工地晚上十一点还在浇混凝土，孩子明天要上学。"),
        ("agent", "工地在哪条路、靠近哪里？"),
    )),
    (3, (
        ("agent", "您好，这里是12345热线，请讲。"),
        ("citizen", "我想问一下，父亲的高龄津贴上个月没有到账，该找谁查？"),
    )),
    (1, (
        ("agent", "您好，这里是12345热线，请讲。"),
        ("citizen", "滨河路那个下穿通道积水了，电动车过不去。"),
    )),
)  # fmt: skip
"""Calls in hand: minutes ago, and what was said."""
LINES: Final = ("", "", "", "env", "market", "health")
BROWSERS_STAY: Final = 28_800
"""Nobody sits at the browsers of the demo's agents: their seats stay as they are for a working day."""
_BACK: Final = (
    ("13900000021", CallBackSource.MISSED, "", 1), ("13900000022", CallBackSource.ABANDONED, "", 3),
    ("13900000023", CallBackSource.ASKED, "小区电梯又停了，老人下不了楼，想问什么时候能修好。", 1),
    ("13900000024", CallBackSource.ASKED, "想问孩子转学要带哪些材料。", 1),
)  # fmt: skip


def load_floor() -> int:
    """Play today once; how many talks. A second run changes nothing.

    The day is one transaction: the loops of a running house see it when it is whole, and offer nothing of it to anybody.
    """
    lead, people = _actor(LEAD), [_actor(name) for name in AGENTS]
    if somebody_sat([actor.staff_id for actor in people if actor.staff_id is not None]):
        return 0
    if rules().gone_seconds != BROWSERS_STAY:
        with transaction.atomic(), acting_as(lead):
            emergencies.set_rules(replace(rules(), gone_seconds=BROWSERS_STAY))
        time.sleep(CHECK_SECONDS + 0.5)  # until every process knows that these seats are not gone
        forget()
    with transaction.atomic():
        return _day(lead, people)


def _day(lead: Actor, people: list[Actor]) -> int:
    chance = random.Random(8)  # noqa: S311 - a demonstration that is the same every time
    present = clock.now()
    begin = max(datetime.combine(local_day(), datetime.min.time(), CHINA_TIME), present - timedelta(hours=9))
    step = (present - begin) / (TALKS + 2)
    _sit_down(people, begin)
    for number in range(TALKS):
        _talk(number, begin + step * (number + 1), present, people, chance)
    _emergency(lead, begin + step * 3, begin + step * 6)
    for line, words in _WAITING:
        with clock.at(present - timedelta(seconds=chance.randrange(20, 90))):
            talking.hear(talking.begin(TalkChannel.CHAT, line=line).uid, words)
    _call_backs(people[0], present)
    _now(people, present, step)
    return TALKS


def _sit_down(people: list[Actor], moment: datetime) -> None:
    with clock.at(moment):
        for actor in people:
            with acting_as(actor):
                seating.turn(SeatState.READY, lines=())


def _talk(number: int, moment: datetime, present: datetime, people: list[Actor], chance: random.Random) -> None:
    """One talk: with the bot alone, taken soon or late, or given up. None of it lies in the future."""
    with clock.at(moment):
        uid = talking.begin(
            TalkChannel.CHAT if chance.random() < 0.7 else TalkChannel.PHONE, line=chance.choice(LINES)
        ).uid
        talking.hear(uid, _ASKED[number % len(_ASKED)])
        kind = chance.random()
        if kind < 0.35:
            return
        attending.ask_for_person(uid)
        offering.tick()
    waited = timedelta(seconds=chance.randrange(3, 15) if kind < 0.9 else chance.randrange(25, 140))
    with clock.at(min(moment + waited, present)):
        if kind > 0.96:
            calling_back.ask(Wish("13900000025", CallBackSource.ASKED, f"demo {uid.hex}", talk=uid))
            return
        actor = _take(uid, people, people[number % len(people)])
    ends = min(moment + waited + timedelta(seconds=chance.randrange(90, 420)), present)
    with clock.at(ends), acting_as(actor):
        attending.end(uid)
    with clock.at(min(ends + timedelta(seconds=60), present)):
        seating.end_wrap_ups()


def _take(uid: UUID, people: list[Actor], otherwise: Actor) -> Actor:
    """Whoever was offered the talk takes it; who did."""
    for actor in people:
        with acting_as(actor):
            seat = own_seat()
            if seat is not None and seat.offer is not None and seat.offer.uid == uid:
                offering.accept(seat.offer.id)
                return actor
    with acting_as(otherwise):
        attending.take(uid)
    return otherwise


def _emergency(lead: Actor, begins: datetime, ends: datetime) -> None:
    with clock.at(begins), acting_as(lead):
        emergencies.begin("强降雨，来电比平时多出数倍", 4)
    with clock.at(ends), acting_as(lead):
        emergencies.end()


def _now(people: list[Actor], present: datetime, step: timedelta) -> None:
    """Who does what at this moment: on the telephone, at table, gone. Nobody is ready, for nobody sits at these browsers
    and what was offered to them would ring in vain. ``step``: nothing else happened for so long.
    """

    def ago(minutes: int) -> datetime:
        return present - min(timedelta(minutes=minutes), step)

    for number, (minutes, said) in enumerate(_CALLS):
        with clock.at(ago(minutes)), acting_as(people[number]):
            uid = attending.begin_call(f"1390000003{number}")
        for at, (who, words) in enumerate(said):
            moment = min(ago(minutes) + timedelta(seconds=4 + 12 * at), present)
            with clock.at(moment), acting_as(people[number]):
                (attending.note if who == "citizen" else attending.say)(uid, words, key=f"demo-{at}")
    for actor, state, reason, minutes in ((people[4], SeatState.PAUSE, "用餐", 18), (people[5], SeatState.OFF, "", 25)):
        with clock.at(ago(minutes)), acting_as(actor):
            seating.turn(state, reason=reason)


def _call_backs(caller: Actor, present: datetime) -> None:
    for number, (phone, source, words, times) in enumerate(_BACK):
        for again in range(times):
            with clock.at(present - timedelta(minutes=50 - 10 * number - again)):
                window = _morning(present) if number == len(_BACK) - 1 else None
                calling_back.ask(Wish(phone, source, f"demo {phone} {again}", words=words, window=window))
    with clock.at(present - timedelta(minutes=8)), as_system():
        first = calling_back.ask(Wish(_BACK[0][0], _BACK[0][1], f"demo {_BACK[0][0]} 0")).uid
    with clock.at(present - timedelta(minutes=7)), acting_as(caller):
        calling_back.take(first)
        calling_back.tried(first, TryOutcome.NO_ANSWER, note="响了六声没人接", key="demo")


def _morning(present: datetime) -> tuple[datetime, datetime]:
    """When somebody may wish to be called: tomorrow between nine and eleven in China."""
    nine = datetime.combine(local_day() + timedelta(days=1), clock_time(9), CHINA_TIME)
    return nine, nine + timedelta(hours=2)


def _actor(name: str) -> Actor:
    found = actor_named(name)
    if found is None:
        raise LookupError(name)
    return found
