"""Two dangers that the demo city handed over: one taken by 119 and 120, one that all declined and that stayed here."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.actors import actor_named
from minhu.exchange.queries import emergency as queries
from minhu.exchange.queries.emergency import News, Way
from minhu.exchange.services import emergency, emergency_sheet, emergency_watch
from minhu.exchange.services.emergency import Told
from minhu.intake import services as intake
from minhu.intake.types import Channel, NewRequest
from minhu.kernel import clock
from minhu.kernel.errors import NotFound

AGENT: Final = "zuoxi"
_FIRE: Final = NewRequest(
    text="我家楼下一楼的电动车棚着火了，浓烟往楼道里灌，三楼有个老人腿脚不好出不来，还有人呛得一直咳。",
    channel=Channel.PHONE, place_text="柳湾小区3号楼一单元", requester_name="祁望", requester_phone="19900007101",
    idempotency_key="demo-emergency-1",
)  # fmt: skip
_TREE: Final = NewRequest(
    text="河边那棵大柳树被风刮得要倒了，正压在电线上冒火星，下面就是公交站，好多人在等车，太危险了。",
    channel=Channel.PHONE, place_text="滨河路公交站旁", requester_name="路遥声", requester_phone="19900007102",
    idempotency_key="demo-emergency-2",
)  # fmt: skip


def load_emergencies() -> int:
    """Hand both over through the services, at moments of this morning; once. Returns how many."""
    agent = actor_named(AGENT)
    if agent is None:
        raise NotFound(f"演示城市里没有账号 {AGENT}，请先装载演示城市的基础数据。")
    with acting_as(agent):
        if queries.running() or queries.running(ended=True):
            return 0
        _taken()
        _declined()
    return 2


def _taken() -> None:
    begin = clock.now() - timedelta(hours=3)
    with clock.at(begin):
        number = intake.receive(_FIRE).number
        uid = _begin(number, ("119", "120"), Way.THREE_PARTY)
        emergency.join(uid, "citizen", "祁望", key="p1")
        emergency.join(uid, "agent", "桑晴溪", key="p2")
    with clock.at(begin + timedelta(seconds=18)):
        emergency.join(uid, "service", "119 接警员 0317", key="p3")
        emergency.report(uid, "119", News.ACCEPT, Told("接警员 0317", "XF-0926"), key="a1")
    with clock.at(begin + timedelta(seconds=41)):
        emergency.report(uid, "120", News.ACCEPT, Told("调度员 12 号", "JJ-1187"), key="a2")
    with clock.at(begin + timedelta(seconds=75)):
        emergency.hang_up(uid, key="h1")
    with clock.at(begin + timedelta(minutes=52)):
        emergency.report(uid, "119", News.DONE, Told(text="火已扑灭，三楼老人已背出，电动车棚断电封闭。"), key="d1")
        emergency.report(uid, "120", News.DONE, Told(text="一人轻度吸入性不适，已送市一院观察。"), key="d2")


def _declined() -> None:
    begin = clock.now() - timedelta(minutes=20)
    with clock.at(begin):
        number = intake.receive(_TREE).number
        uid = _begin(number, ("119",), Way.VOICE)
    with clock.at(begin + timedelta(seconds=65)), as_system():
        emergency_watch.watch()  # nobody answered within a minute
    with clock.at(begin + timedelta(seconds=80)):
        emergency.report(
            uid, "119", News.DECLINE, Told("接警员 0322", text="没有人被困，带电作业由供电公司先处理。"), key="d1"
        )
        emergency.offer(uid, "110", Way.VOICE, key="o2")
    with clock.at(begin + timedelta(minutes=4)):
        emergency.report(uid, "110", News.DECLINE, Told("接警员 5108", text="可派人疏散，不承担抢修。"), key="d2")
        emergency.consult(uid, "与 119、110 三方通话：供电、园林抢修不属其职责，没有一致意见。", key="c1")
        emergency.keep_here(uid, "会商没有一致意见，由首先接到的本热线受理，已电话通知供电抢修和园林值班。", key="k1")


def _begin(number: str, codes: tuple[str, ...], way: Way) -> UUID:
    draft = emergency_sheet.of_order(number)
    offers = [(code, way) for code in codes]
    return emergency.begin(number, offers, draft.sheet, proposed=draft.services, key="begin")
