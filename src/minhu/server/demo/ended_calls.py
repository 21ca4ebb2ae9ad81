"""Calls of the demo city that are over: with the bot alone, with an agent, rung in vain. Their words only: no sound was kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from minhu.directory.access import acting_as
from minhu.engines.speech.calls import CallEvent, CallEventKind
from minhu.intake.queries.calls import talk_of
from minhu.intake.services import attending, calling
from minhu.kernel import clock
from minhu.kernel.actors import Actor

K: Final = CallEventKind
SOURCE: Final = "demo"
_WITH_BOT: Final = ("你好，我想问一下公交老年卡在哪里办？", "好的，谢谢，没有别的了。")
_WITH_AGENT: Final[tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]] = (
    ("13800004101", "", (
        ("agent", "您好，这里是12345热线，请讲。"),
        ("citizen", "你好，我们小区门口的路灯坏了四五天了，晚上黑得很，昨天有个老人绊了一跤。"),
        ("agent", "老人家受伤了吗？是哪个小区、哪个门？"),
        ("citizen", "擦破点皮，没大事。柳岸春晓东门，一共三盏都不亮。"),
        ("agent", "记下了：柳岸春晓东门三盏路灯不亮，希望尽快修。稍后会把编号发短信给您。"),
        ("citizen", "行，麻烦你们了。"),
    )),
    ("13800004102", "market", (
        ("agent", "您好，这里是市场监管热线，请讲。"),
        ("citizen", "我在健身房办的年卡，才用两个月店就关门了，电话也打不通。"),
        ("agent", "您手里有合同或付款记录吗？办卡花了多少钱？"),
        ("citizen", "有转账记录，两千八。店叫力行健身，在人民路。"),
        ("agent", "好的，转账记录请留好，后面会请您提供。我这就给您登记。"),
    )),
)  # fmt: skip
_IN_VAIN: Final = "13800004103"
_TURN: Final = timedelta(seconds=14)


def load_ended_calls(agent: Actor, account: str, end: datetime) -> None:
    """Load them; the last one is over some minutes before ``end``. ``account``: the agent's name for the exchange."""
    _with_bot(end - timedelta(minutes=95))
    for number, (phone, line, said) in enumerate(_WITH_AGENT):
        begin = end - timedelta(minutes=70 - 25 * number)
        _with_agent(f"call-{number}", phone, line, said, begin, agent, account)
    begin = end - timedelta(minutes=12)
    steps = ((0, K.RINGING, _IN_VAIN), (4, K.QUEUED, ""), (75, K.HUNG_UP, "caller"))
    for seconds, kind, detail in steps:
        _told("call-in-vain", begin + timedelta(seconds=seconds), kind, detail)


def _with_bot(begin: datetime) -> None:
    _told("call-bot", begin, K.RINGING, "13800004100")
    with clock.at(begin + timedelta(seconds=2)):
        uid = calling.take_event(SOURCE, CallEvent("call-bot", clock.now(), K.ANSWERED))
        calling.answer_by_bot(uid)
    for number, words in enumerate(_WITH_BOT, 1):
        with clock.at(begin + number * 2 * _TURN):
            calling.heard(uid, words, key=f"0-{number}")
    _told("call-bot", begin + 6 * _TURN, K.HUNG_UP, "caller")


def _with_agent(
    key: str, phone: str, line: str, said: tuple[tuple[str, str], ...], begin: datetime, agent: Actor, account: str
) -> None:
    _told(key, begin, K.RINGING, phone, line)
    _told(key, begin + timedelta(seconds=3), K.QUEUED)
    _told(key, begin + timedelta(seconds=9), K.CONNECTED, account)
    for number, (who, words) in enumerate(said, 1):
        with clock.at(begin + timedelta(seconds=9) + number * _TURN):
            uid = calling.take_event(SOURCE, CallEvent(key, begin, K.RINGING, phone))
            if who == "agent":
                calling.agent_said(uid, words, key=f"1-{number}", staff=account)
            else:
                calling.heard(uid, words, key=f"0-{number}")
    over = begin + timedelta(seconds=15) + (len(said) + 1) * _TURN
    _told(key, over, K.HUNG_UP, "caller")
    with clock.at(over + timedelta(seconds=40)), transaction.atomic(), acting_as(agent):
        if (talk := talk_of(uid)) is not None:
            attending.end(talk)


def _told(key: str, moment: datetime, kind: CallEventKind, detail: str = "", line: str = "") -> None:
    with clock.at(moment):
        calling.take_event(SOURCE, CallEvent(key, moment, kind, detail), line=line)
