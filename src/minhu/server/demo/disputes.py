"""Five consumer disputes of the demo city: waiting, offered, settled, out of time, and one whose citizen is still asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.actors import actor_named
from minhu.exchange.queries import disputes as queries
from minhu.exchange.queries.disputes import News
from minhu.exchange.queries.enterprises import about
from minhu.exchange.services import dispute_door, dispute_watch, disputes
from minhu.exchange.services.disputes import Consent
from minhu.intake import services as intake
from minhu.intake.types import Channel, NewRequest
from minhu.kernel import clock
from minhu.kernel.errors import NotFound
from minhu.server.demo.emergencies import AGENT

_DAYS_AGO: Final = (1, 2, 6, 12, 0)
_WORDS: Final = (
    ("在优购到家上买的电饭煲用了两次就不加热，客服让我自己去找厂家，要求换一台新的。", "程念安", "19900007301"),
    ("跃动健身的年卡还剩八个月，门店搬到城东去了，太远去不了，要求把剩下的钱退给我。", "鲁见微", "19900007302"),
    ("在轻行出行打车，上个月多扣了我两次车费，一共四十六块钱，申诉了没人理，要求退款。", "邵知夏", "19900007303"),
    ("在河畔百货买的羽绒服洗一次就钻绒，拿小票去换，柜台说过了七天不给换货。", "柏若川", "19900007304"),
    ("优购商城预售的自行车说好十天发货，已经二十多天还没发货，也不给退款。", "闻雨棠", "19900007305"),
)


def load_disputes() -> int:
    """Play them through the services, once; returns how many."""
    agent = actor_named(AGENT)
    if agent is None:
        raise NotFound(f"演示城市里没有账号 {AGENT}，请先装载演示城市的基础数据。")
    with acting_as(agent):
        if queries.listed() or queries.listed(ended=True):
            return 0
    moment = clock.now()
    for number, (words, name, phone) in enumerate(_WORDS):
        begin = moment - timedelta(days=_DAYS_AGO[number], hours=2)
        with clock.at(begin), acting_as(agent):
            new = NewRequest(
                text=words, channel=Channel.PHONE, requester_name=name, requester_phone=phone, request_type="complaint",
                idempotency_key=f"demo-dispute-{number}",
            )  # fmt: skip
            order, meant = intake.receive(new).number, about(words)
            if meant is None or queries.obstacle(disputes.matter_of(order)):
                continue  # the city's own rules dispatched it already, or read it otherwise: an order like any other
            agreed = None if number == 4 else Consent(True, contact=number in (1, 2))
            uid = disputes.ask(order, meant.enterprise.id, consent=agreed, key="demo")
        who = dispute_door.of_enterprise(meant.enterprise.id)
        if number == 1:
            with clock.at(begin + timedelta(hours=26)):
                text = "可以退，按剩余月份折算退 1,120 元，七个工作日内退回原支付账户。"
                dispute_door.answer(who, uid, News.OFFER, text, key="o")
        elif number == 2:
            with clock.at(begin + timedelta(hours=5)):
                dispute_door.answer(who, uid, News.ASK, "请告诉我们两次扣费的日期，或者订单尾号。", key="k")
            with clock.at(begin + timedelta(hours=8)), acting_as(agent):
                disputes.choose(uid, News.TELL, "都是上月 18 号晚上，尾号 2207 和 2219。", key="t")
            with clock.at(begin + timedelta(hours=22)):
                dispute_door.answer(
                    who, uid, News.OFFER, "核实为重复扣费，46 元已原路退回，另送 20 元乘车券。", key="o"
                )
            with clock.at(begin + timedelta(hours=30)), acting_as(agent):
                disputes.choose(uid, News.ACCEPT, satisfaction=5, key="a")
        elif number == 3:
            with clock.at(moment - timedelta(days=2)), as_system():
                dispute_watch.watch()
    return len(_WORDS)
