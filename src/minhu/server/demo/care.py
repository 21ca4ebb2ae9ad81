"""A talk of the demo city with somebody who cannot hear: his needs, a relay to the water works, and one who waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from minhu.directory.access import acting_as
from minhu.directory.queries.actors import actor_named
from minhu.intake.services import attending, caring, relaying, talking
from minhu.intake.services.demonstrating import care_is_shown
from minhu.intake.types import TalkChannel
from minhu.kernel import clock
from minhu.kernel.actors import ANONYMOUS
from minhu.kernel.errors import NotFound

AGENT: Final = "zuoxi"
_DEAF, _OLD = "demo-care-deaf", "demo-care-old"


def load_care() -> int:
    """Two talks through the services, once; returns how many."""
    agent = actor_named(AGENT)
    if agent is None:
        raise NotFound(f"演示城市里没有账号 {AGENT}，请先装载演示城市的基础数据。")
    if care_is_shown():
        return 0
    begin = clock.now() - timedelta(minutes=25)
    with clock.at(begin), acting_as(ANONYMOUS):
        uid = talking.begin(TalkChannel.CHAT, sender=_DEAF).uid
        talking.hear(uid, "我是聋哑人，只能打字。家里从早上起没有水，想问问什么时候能来。")
        caring.tell_own(uid, ["hearing", "speech", "sign"], keep=True)
        attending.ask_for_person(uid)
    with clock.at(begin + timedelta(minutes=1)), acting_as(agent):
        attending.take(uid)
        relaying.begin(uid, "市自来水公司抢修值班 96116", key="1")
        relaying.hear(uid, "您好，请问是哪个小区，几号楼？", key="2")
    with clock.at(begin + timedelta(minutes=2)), acting_as(ANONYMOUS):
        talking.hear(uid, "柳湾小区3号楼，全楼都没有水。")
    with clock.at(begin + timedelta(minutes=3)), acting_as(agent):
        relaying.hear(uid, "是楼前的阀门坏了，两个小时内修好，修好会发短信通知您。", key="3")
        relaying.end(uid)
    with clock.at(begin + timedelta(minutes=20)), acting_as(ANONYMOUS):
        old = talking.begin(TalkChannel.CHAT, sender=_OLD).uid
        talking.hear(old, "我今年八十一岁了，手机不太会用，想问高龄津贴怎么领，能找个人跟我说吗？转人工")
    return 2
