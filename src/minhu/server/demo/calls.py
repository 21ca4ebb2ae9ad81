"""The agents' desk of the demo city: a call in hand with its form half filled, a talk that waits, a week of entry times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Final

from django.db import transaction

from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.actors import actor_named
from minhu.intake.services import attending, drafting, talking
from minhu.intake.services.demonstrating import PastForm, put_past_forms
from minhu.intake.types import TalkChannel
from minhu.kernel.clock import now
from minhu.language.filling.types import Field
from minhu.server.demo.coaching import month_of_forms
from minhu.server.demo.ended_calls import load_ended_calls

AGENT: Final = "zuoxi"
FORMS: Final = 60
"""Registered forms of the past week, for the page of figures."""
_CALL: Final = (
    ("agent", "您好，这里是12345热线，请讲。"),
    ("citizen", "喂你好，我们这儿停水了，呃，柳岸春晓3号楼，哦不对，是5号楼。"),
    ("agent", "从什么时候开始停的？"),
    ("citizen", "昨天晚上八点多吧，到现在都没来水，整栋楼差不多六十户。"),
    ("agent", "请问您怎么称呼？"),
    ("citizen", "免贵姓李。请问停水超过一天，物业要不要送水？"),
)
_WAITING: Final = (
    "我都打了三次电话了，小区垃圾站的臭味根本没人管！",
    "别再让机器人糊弄我，转人工！",
)
_LOOKED_AT: Final = {Field.PHONE: 0.9, Field.NAME: 0.85, Field.PLACE: 0.7, Field.CATEGORY: 0.6, Field.TITLE: 0.5}
_CORRECTED: Final = {Field.CATEGORY: 0.2, Field.TITLE: 0.18, Field.PLACE: 0.12, Field.PARTY: 0.15, Field.URGENCY: 0.08}


def load_calls() -> None:
    """Load what the desk shows, once."""
    with transaction.atomic(), as_system():
        actor = actor_named(AGENT)
    if actor is None or actor.staff_id is None or not put_past_forms(actor.staff_id, [*_week(), *month_of_forms()]):
        return
    load_ended_calls(actor, AGENT, now())
    with transaction.atomic(), acting_as(actor):
        uid = attending.begin_call("13800002233")
        for at, (who, words) in enumerate(_CALL):
            (attending.note if who == "citizen" else attending.say)(uid, words, key=f"demo-{at}")
        drafting.listen(uid)
    waiting = talking.begin(TalkChannel.CHAT).uid
    for words in _WAITING:
        talking.hear(waiting, words)


def _week() -> Iterator[PastForm]:
    """Forms of the past week; four of five came by telephone."""
    rng, moment = Random(12345), now()  # noqa: S311 - a city is made up, not a secret
    for _ in range(FORMS):
        begun = moment - timedelta(hours=rng.uniform(2, 160))
        spent = round(rng.lognormvariate(5.25, 0.45))
        channel = TalkChannel.PHONE if rng.random() < 0.8 else TalkChannel.CHAT
        yield PastForm(
            channel, begun, begun + timedelta(seconds=spent), round(spent * rng.uniform(0.2, 0.45)), _outcomes(rng)
        )


def _outcomes(rng: Random) -> dict[str, str]:
    found = {}
    for field in Field:
        if field in (Field.PARTY, Field.PEOPLE, Field.SPECIAL, Field.CONFIDENTIAL) and rng.random() < 0.6:
            continue
        drawn = rng.random()
        looked = _LOOKED_AT.get(field, 0.3)
        found[field.value] = (
            "corrected" if drawn < _CORRECTED.get(field, 0.04) else "accepted" if rng.random() < looked else "left"
        )
    return found
