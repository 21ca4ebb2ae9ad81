"""Bulletins of the demo city: a burst main with thirty callers, a closed road, a planned outage that waits for review."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from django.db import transaction

from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.actors import actor_named
from minhu.directory.queries.units import unit_by_code
from minhu.handling.services import incidents
from minhu.intake import services as intake
from minhu.intake.queries.bulletins import any_written
from minhu.intake.services import affected, bulletin_messages, bulletins, talking
from minhu.intake.services.bulletins import BulletinDraft
from minhu.intake.types import Channel, NewRequest, TalkChannel
from minhu.kernel import clock
from minhu.kernel.actors import Actor
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.errors import NotFound

STREET: Final = "990102002"
CALLERS: Final = 27
"""Whom agents counted in by telephone; three more said yes with the bot."""
_FIRST: Final = NewRequest(
    text="柳荫路和垂杨路交叉口的供水主管爆了，水漫到路面上，我们小区从凌晨起就停水了，请赶紧抢修。", channel=Channel.PHONE,
    place_text="柳荫街道柳荫路", requester_name="闻人清", requester_phone="19900007301", idempotency_key="demo-bulletin-1",
)  # fmt: skip
_BURST: Final = "柳荫街道因供水主管爆裂停水，供水集团正在抢修，预计{end}恢复；应急送水点在柳荫社区居委会门口。"
_TALKS: Final = (
    ("柳荫街道这边停水了怎么回事", "是的", "19900007311"),
    ("柳荫路停水了，几点能来水", "是", "好的"),
    ("停水了，家里老人要做饭", "对", "不用"),
    ("柳荫街道停水了", "不是，是我家水表后面的管子断了，柳荫路8号院2号楼", "转人工"),
)


def load_bulletins() -> int:
    """Write, publish and fill them through the services, once; returns how many."""
    people = [actor_named(name) for name in ("paidan", "duban", "zuoxi")]
    if any(one is None for one in people):
        raise NotFound("演示城市里没有派单、督办、坐席账号，请先装载演示城市的基础数据。")
    writer, second, agent = (one for one in people if one is not None)
    with transaction.atomic():
        return 0 if any_written() else _load(writer, second, agent)


def _load(writer: Actor, second: Actor, agent: Actor) -> int:
    moment = clock.now().replace(minute=0, second=0, microsecond=0)
    burst = _burst(writer, second, moment)
    with acting_as(agent):
        for place in range(CALLERS):
            with clock.at(moment - timedelta(minutes=170 - 6 * place)):
                affected.join_caller(burst, f"1990000{7400 + place}", news=place % 3 != 2)
    for said in _TALKS:
        uid = talking.begin(TalkChannel.CHAT, line="water").uid
        for words in said:
            talking.hear(uid, words)
    with acting_as(writer):
        message = bulletin_messages.make(burst, "柳荫街道爆裂的供水主管已经换好，正在冲洗管道，来水后请先放水几分钟。")
    with acting_as(second):
        bulletin_messages.send(message)
        bulletin_messages.make(burst, "柳荫街道已分片恢复供水，高层住户可能稍晚，全部恢复后再告知。")
    _others(writer, second, moment)
    return 3


def _burst(writer: Actor, second: Actor, moment: datetime) -> int:
    begins, end = moment - timedelta(hours=4), moment + timedelta(hours=8)
    restored = end - timedelta(hours=1)
    spoken = _BURST.format(end=f"{restored.astimezone(CHINA_TIME):%H:%M}")
    with as_system(), clock.at(begins):
        number = intake.receive(_FIRST).number
    with acting_as(writer), clock.at(begins + timedelta(minutes=20)):
        incident = incidents.open_incident(
            number, incidents.IncidentDraft("柳荫街道DN600主管爆裂停水", spoken, begins, end, (STREET,))
        )
        made = bulletins.write(
            _draft("water", "柳荫街道停水抢修", spoken, begins, end, (), incident, "GS", restored=restored)
        )
    with acting_as(second), clock.at(begins + timedelta(minutes=28)):
        bulletins.publish(made)
    return made


def _others(writer: Actor, second: Actor, moment: datetime) -> None:
    road = "清江大道（柳荫路至万和广场）因雨污管网施工全封闭，请绕行柳荫路、垂杨路，公交临时改线。"
    with acting_as(writer), clock.at(moment - timedelta(days=6)):
        made = bulletins.write(
            _draft(
                "road",
                "清江大道施工封闭",
                road,
                clock.now(),
                clock.now() + timedelta(days=25),
                ("清江大道",),
                None,
                "JJ",
            )
        )
    with acting_as(second), clock.at(moment - timedelta(days=6) + timedelta(hours=2)):
        bulletins.publish(made)
    tomorrow = datetime.combine(moment.astimezone(CHINA_TIME).date() + timedelta(days=1), time(8, 30), CHINA_TIME)
    power = "柳荫街道电力检修，明天8:30至16:30分时段停电，电梯和门禁会停用，请提前安排。"
    with acting_as(writer):
        bulletins.write(
            _draft("power", "柳荫街道计划停电", power, tomorrow, tomorrow + timedelta(hours=8), (), None, "GD")
        )


def _draft(
    matter: str, title: str, spoken: str, begins: datetime, ends: datetime, places: tuple[str, ...], incident: int | None,
    unit: str, *, restored: datetime | None = None,
) -> BulletinDraft:  # fmt: skip
    source = unit_by_code(unit)
    return BulletinDraft(
        matter,
        title,
        spoken,
        "",
        (STREET,),
        places,
        (),
        begins,
        ends,
        restored,
        source.id if source else None,
        incident,
    )
