"""What the demo city's agents need training in: forms of a month behind real orders, questions to the papers, phrases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Final

from django.db import transaction

from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.actors import actor_named
from minhu.directory.queries.categories import category_info
from minhu.handling.queries.topics import topics_of_requests
from minhu.intake.queries.phrases import shelf
from minhu.intake.services import phrases
from minhu.intake.services.demonstrating import PastForm, recent_requests
from minhu.intake.types import TalkChannel
from minhu.kernel import clock
from minhu.kernel.actors import Actor
from minhu.knowledge.services.answering import Asked, ask
from minhu.knowledge.types import Door
from minhu.language.filling.types import Field
from minhu.server.demo.floor import AGENTS, LEAD

ORDERS: Final = 420
"""The city's latest requests behind which a form is put."""
_OFTEN: Final = 0.5
"""Share of a class that comes to the agent who is weak in it, so that there is enough to judge."""
_FIELDS: Final = (
    Field.TITLE,
    Field.MATTER,
    Field.REQUEST_TYPE,
    Field.CATEGORY,
    Field.PLACE,
    Field.PHONE,
    Field.URGENCY,
)
_WEAK: Final[dict[str, tuple[str, str]]] = {
    "zhujianshan": ("08", "corrected"), "maoyunfan": ("03", "slow"), "cheyantian": ("05", "missing"),
    "zhuoheming": ("13", "corrected"), "xianyantian": ("14", "missing"),
}  # fmt: skip
"""Agent → class of the tree in which he is weak, and in what; one has no weakness."""
_ASKED: Final = (
    ("zhujianshan", "夜间施工证明在哪里查"), ("zhujianshan", "广场舞音量超过多少分贝可以处罚"), ("maoyunfan", "共享单车骑行意外怎么理赔"),
    ("cheyantian", "灵活就业断缴两年还能补缴生育保险吗"), ("xianyantian", "物业更换期间公共收益归谁管"), ("zhuoheming", "二次供水水箱多久清洗一次"),
)  # fmt: skip
_PHRASES: Final = (
    ("opening", "开场问候", "您好，这里是12345政务服务便民热线，请问有什么可以帮您？"),
    ("opening", "未听清", "不好意思，刚才这句没有听清，麻烦您再说一遍。"),
    ("calming", "先安抚", "您别着急，我理解您的心情，您慢慢说，我都给您记下来。"),
    ("calming", "反复来电", "让您多次来电，很抱歉。我先看上一次的办理情况，再跟您确认。"),
    ("asking", "问地点", "请问事情发生在哪个区、哪条路或哪个小区，附近有什么门牌或标志？"),
    ("asking", "问时间", "请问大概是什么时候开始的，一般在哪个时间段？"),
    ("asking", "问诉求", "您希望怎样解决，我给您如实记录。"),
    ("checking", "复述核对", "我跟您核对一下刚才记的内容，有不对的地方请随时打断我。"),
    ("explaining", "说明时限", "工单会转给负责的单位，处理时限和进展可以凭编号和查询码随时查。"),
    ("refusing", "法定途径", "这件事按规定要走法定途径，我把受理的部门和办法告诉您，请您记一下。"),
    ("handing", "转接提示", "我现在为您转接，请不要挂机；如果没有接通，我们会给您回电。"),
    ("closing", "结束致谢", "已经为您登记，感谢您的来电，再见。"),
)
_USES: Final = (41, 6, 23, 9, 38, 27, 15, 33, 29, 4, 8, 44)
"""How often each was used within the month."""


def month_of_forms() -> Iterator[PastForm]:
    """Forms of the past month, each behind an order of the city; the agents differ as people do."""
    rng = Random(81)  # noqa: S311 - a demonstration that is the same every time
    with transaction.atomic(), as_system():
        arrived = recent_requests(ORDERS)
        topics = topics_of_requests([pk for pk, _at in arrived])
        people = [actor for name in AGENTS if (actor := actor_named(name)) is not None]
    for at, (request_id, done) in enumerate(arrived if people else ()):
        info = category_info(topics.get(request_id, ("", None))[1])
        drawn = [one for one in people if info and info.code.startswith(_WEAK.get(one.id, ("-", ""))[0])]
        actor = drawn[0] if drawn and rng.random() < _OFTEN else people[at % len(people)]
        area, weakness = _WEAK.get(actor.id, ("", ""))
        weak = weakness if info and info.code.startswith(area) and area else ""
        spent = round(rng.lognormvariate(5.2, 0.35) * (1.6 if weak == "slow" else 1.0))
        yield PastForm(
            TalkChannel.PHONE, done - timedelta(seconds=spent), done, round(spent * rng.uniform(0.2, 0.4)),
            _outcomes(rng, weak), actor.staff_id, request_id,
        )  # fmt: skip


def _outcomes(rng: Random, weak: str) -> dict[str, str]:
    found = {one.value: "accepted" if rng.random() < 0.7 else "left" for one in _FIELDS}
    if rng.random() < (0.75 if weak == "corrected" else 0.16):
        found[Field.CATEGORY.value] = "corrected"
    if rng.random() < (0.7 if weak == "missing" else 0.08):
        found[f"warned:{rng.choice(('no_time', 'no_place'))}"] = "left"
    return found


def load_coaching() -> None:
    """Phrases with a month of uses, and what agents asked the papers; once."""
    with transaction.atomic(), as_system():
        lead, agents = actor_named(LEAD), [one for name in AGENTS if (one := actor_named(name)) is not None]
    if lead is None or not agents:
        return
    with clock.at(clock.now() - timedelta(days=29)), transaction.atomic(), acting_as(lead):
        if shelf():
            return
        made = [phrases.write(*one) for one in _PHRASES]
    rng = Random(82)  # noqa: S311 - a demonstration that is the same every time
    for phrase, uses in zip(made, _USES, strict=True):
        for _ in range(uses):
            with clock.at(clock.now() - timedelta(hours=rng.uniform(1, 28 * 24))):
                _use(rng.choice(agents), phrase)
    by_name = {one.id: one for one in agents}
    for name, question in _ASKED:
        with transaction.atomic(), acting_as(by_name[name]):
            ask(Asked(question, Door.DESK))


def _use(actor: Actor, phrase: int) -> None:
    with transaction.atomic(), acting_as(actor):
        phrases.used(phrase)
