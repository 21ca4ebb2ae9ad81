"""A survey from the order to dial to the rating, through real sound; then the exchange of the rehearsal, called for real."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest

from factories import make_city, make_order
from minhu.directory.access import as_system
from minhu.engines.speech import choosing
from minhu.engines.speech.exchange.ari import AriExchange
from minhu.engines.speech.exchange.placing import Dial
from minhu.engines.speech.exchange.settings import ExchangeSettings
from minhu.evaluation.models import Rating
from minhu.intake.domain.links import LinkState
from minhu.intake.models import Call, CallBack, Recording, Request, SurveyCall, Talk
from minhu.intake.queries.exchange_links import links
from minhu.intake.services import survey_calls
from minhu.server.telephone.link import Link
from minhu.server.telephone.rehearsal.called import TEXTS
from minhu.server.telephone.rehearsal.ear import Ear, listening
from minhu.server.telephone.rehearsal.exchange import Asterisk
from minhu.server.telephone.rehearsal.voice import FlatVoice, hiss
from server.telephone.caller import Phone
from server.telephone.house import House

pytestmark = pytest.mark.django_db
ENDS = "2099-01-01T10:05:00.000+0800"
"""Told twice at the same moment."""
LATE = "我现在不想说了"


class Desk:
    """Takes the order to dial; the test is the person who answers."""

    name = "pbx"

    def __init__(self) -> None:
        self.dialled: list[Dial] = []

    def originate(self, dial: Dial) -> None:
        self.dialled.append(dial)


@pytest.fixture
def house(home: object, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(choosing, "synthesiser", FlatVoice)
    for name, value in (("quiet", lambda _moment: False), ("awake", lambda moment: moment)):  # whenever the test runs
        monkeypatch.setattr(survey_calls, name, value)
    for name, value in (
        ("URL", "ari://minhu@127.0.0.1:1"),
        ("KEY", "k"),
        ("DIAL", "PJSIP/{number}@trunk"),
        ("SURVEYS", "all"),
    ):
        monkeypatch.setenv(f"MINHU_EXCHANGE_{name}", value)
    with listening(Ear([*TEXTS, LATE])) as address:
        monkeypatch.setenv("MINHU_SPEECH_URL", address)
        monkeypatch.setenv("MINHU_SPEECH_MODEL", "rehearsal")
        yield House(make_city())


def owed(house: House, phone: str) -> None:
    order = make_order(house.city, upto="to_call_back", said={"requester_phone": phone})
    with as_system():
        survey_calls.owe(Request.objects.get(pk=order.request_id), f"survey-{order.number}")


def test_a_whole_survey_through_real_sound(house: House) -> None:
    owed(house, "19900001234")
    desk = Desk()
    assert survey_calls.tick(desk) == 1
    house.workers.run(_whole(house, desk.dialled[0]))
    with as_system():
        rating = Rating.objects.get()
        assert (rating.channel, rating.responded, rating.solved, rating.satisfaction) == (
            "voice",
            True,
            True,
            "satisfied",
        )
        assert rating.comment == "师傅很耐心"
        call = Call.objects.get()
        assert (call.outgoing, call.outcome, call.caller) == (True, "bot", "19900001234")
        assert Recording.objects.filter(call=call).exists()
        assert SurveyCall.objects.get().ended_as == "rated"


async def _whole(house: House, dial: Dial) -> None:
    phone = await house.line(dial.call, caller="12345")
    await listened(house, phone)
    first = phone.told_of("said")[0]
    assert "不是真人" in first["text"]
    assert "方便" in first["text"]
    assert phone.loudness() > 100, "the opening is heard"
    heard = []
    for words in ("方便，你说吧", "联系过了", "已经修好了", "挺满意的", "师傅很耐心", "没有了", "对，没错"):
        heard += await house.says(phone, words)
        await listened(house, phone)
    assert heard == [
        "survey_responded", "survey_solved", "survey_content", "survey_comment", "survey_more", "survey_read_back",
        "survey_call_done",
    ]  # fmt: skip
    await until(lambda: phone.told_of("hangup"))  # the house called, so the house hangs up, after its last word
    await until(lambda: house.board.running == 0)


async def listened(house: House, phone: Phone) -> None:
    """Listen until the house has said all."""
    for _ in range(80):
        before = len(phone.sound)
        await house.pass_by(phone, hiss(0.5))
        if len(phone.sound) == before or phone.task.done():
            return


def test_a_mailbox_is_hung_up_on_and_silence_too(house: House) -> None:
    owed(house, "19900001234")
    desk = Desk()
    survey_calls.tick(desk)
    house.workers.run(_mailbox(house, desk.dialled[0]))
    with as_system():
        row = SurveyCall.objects.get()
        assert (row.state, row.last) == ("waiting", "machine")
        SurveyCall.objects.update(next_at=row.made_at)
    assert survey_calls.tick(desk) == 1
    house.workers.run(_silent(house, desk.dialled[1]))
    with as_system():
        row.refresh_from_db()
        assert (row.state, row.last, row.tries) == ("waiting", "answered", 2)
        assert not Rating.objects.exists()
        assert not CallBack.objects.exists()


async def _mailbox(house: House, dial: Dial) -> None:
    phone = await house.line(dial.call)
    await house.says(phone, "您拨打的用户暂时无法接听，请在嘀声后留言")
    await listened(house, phone)
    await until(lambda: phone.told_of("hangup"))
    assert [one["code"] for one in phone.told_of("said") if one["speaker"] == "bot"] == ["survey_call_opening"]


async def _silent(house: House, dial: Dial) -> None:
    phone = await house.line(dial.call)
    for _ in range(100):
        await house.pass_by(phone, hiss(1.0))
        if phone.told_of("hangup"):
            break
    assert phone.told_of("hangup"), "nobody is kept on a silent line"


def test_the_exchange_of_the_rehearsal_is_called_and_tells_of_everything_once(house: House) -> None:
    """Order to dial by HTTP, events by WebSocket, a busy line, an answer, a break of the connection: all in the wire's own words."""
    owed(house, "19900001201")  # busy
    owed(house, "19900001235")  # answers
    house.workers.run(_rehearsed(house))
    with as_system():
        found = {one.request.requester_phone[-2:]: one for one in SurveyCall.objects.select_related("request", "call")}
        assert (found["01"].state, found["01"].last) == ("waiting", "busy")
        call = found["35"].call
        assert [one.kind for one in call.events.order_by("at", "id")] == ["ringing", "answered", "hung_up"]
        assert not Talk.objects.exists(), "no sound came: nobody spoke"
    (link,) = links()
    assert (link.name, link.state, link.breaks) == ("pbx", LinkState.CONNECTED, 1)
    assert link.events >= 4


async def _rehearsed(house: House) -> None:
    asterisk = Asterisk("ws://127.0.0.1:9", "mh_none", "s3cret", rings=0.05)  # no house at that address: no sound
    async with asterisk.open() as port:
        exchange = AriExchange(settings_for(port))
        link = Link(exchange, "pbx", "ari", house.workers, pauses=(0.05, 0.2, 0.2), says_every=0.05)
        running = asyncio.create_task(link.run())
        await until(lambda: link.state is LinkState.CONNECTED)
        asterisk.drop()
        await until(lambda: link.state is not LinkState.CONNECTED)
        await until(lambda: link.state is LinkState.CONNECTED)
        assert await house.workers.in_database(survey_calls.tick, _InThread(exchange)) == 2
        await until(lambda: len(asterisk.seen.calls) == 1 and len(asterisk.seen.unreached) == 1)
        await house.workers.in_database(lambda: None)
        asterisk.send(event("ChannelDestroyed", asterisk.seen.calls[0].call))
        asterisk.send(event("ChannelDestroyed", asterisk.seen.calls[0].call))
        await asyncio.sleep(0.5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


class _InThread:
    """The exchange as the loop sees it: its order is given from a thread while the event loop serves the other side."""

    name = "pbx"

    def __init__(self, exchange: AriExchange) -> None:
        self.originate = exchange.originate


def settings_for(port: int) -> ExchangeSettings:
    return ExchangeSettings("ari", "127.0.0.1", port, "minhu", "s3cret", dial="PJSIP/{number}@trunk")


def event(kind: str, call: str) -> str:
    channel = {"id": call, "state": "Up", "caller": {"number": ""}, "connected": {"number": ""}}
    return json.dumps({"type": kind, "timestamp": ENDS, "cause_txt": "Normal Clearing", "channel": channel})


async def until(true: object, seconds: float = 5.0) -> None:
    for _ in range(int(seconds / 0.01)):
        if true():  # type: ignore[operator]
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to that")
