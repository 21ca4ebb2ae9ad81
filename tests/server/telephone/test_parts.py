"""Messages of both dialects, both legs side by side in a recording, the clock of calls and who listens."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from minhu.engines.speech.activity import LoudnessDetector, SparingDetector
from minhu.engines.speech.calls import CallEventKind
from minhu.engines.speech.codecs import Encoding, Samples, decode
from minhu.intake.services import calling, live_calls
from minhu.intake.services.listening import HEARD_OF
from minhu.kernel.errors import Invalid, NotAllowed
from minhu.server.telephone import gateway
from minhu.server.telephone.conversation import CITIZEN, UNHURRIED, USUAL, Conversation
from minhu.server.telephone.doors import Guest
from minhu.server.telephone.entrance import Ears
from minhu.server.telephone.gateway import AgentSocket
from minhu.server.telephone.life import Life
from minhu.server.telephone.protocol import Hello, Legs, Message, Said, hello_of, read, written
from minhu.server.telephone.recorder import PIECE_MS, Recorder
from minhu.server.telephone.rehearsal.ear import Ear
from minhu.server.telephone.rehearsal.voice import hiss, voice_of
from minhu.server.telephone.switchboard import TICK, Switchboard
from minhu.server.telephone.workers import Workers

GREETED = Hello(call="c")


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ('{"type": "hello", "call": "a-1", "legs": "both", "encoding": "ulaw"}',
         Message(Said.HELLO, Hello("a-1", legs=Legs.BOTH, encoding=Encoding.ULAW))),
        ('{"type": "dtmf", "digit": "#"}', Message(Said.DIGIT, digit="#")),
        ('{"type": "dtmf", "digit": "12"}', Message(Said.NOTHING)),
        ('{"type": "hangup"}', Message(Said.HANG_UP)),
        ('{"type": ["hangup"]}', Message(Said.NOTHING)),
        ("MEDIA_START connection_id:7 channel:WebSocket/x format:ulaw optimal_frame_size:160",
         Message(Said.HELLO, Hello("c", encoding=Encoding.ULAW, asterisk=True))),
        ('{"event": "MEDIA_START", "channel_id": "x", "format": "slin16"}',
         Message(Said.HELLO, Hello("c", encoding=Encoding.PCM16, rate=16000, asterisk=True))),
        ("DTMF_END digit:0", Message(Said.DIGIT, digit="0")),
        ("MEDIA_BUFFERING_COMPLETED", Message(Said.NOTHING)),
        ("", Message(Said.NOTHING)),
    ],
)  # fmt: skip
def test_messages_as_they_are_understood(text: str, understood: Message) -> None:
    assert read(text, GREETED) == understood


@pytest.mark.parametrize(
    "text",
    [
        "{", "{" * 3000, '{"type": "hello", "call": 7}', '{"type": "hello", "caller": "1380000\'; --"}', "x" * 5000,
        '{"type": "hello", "rate": 11025}', '{"type": "hello", "people": "nobody"}', "MEDIA_START format:opus",
    ],
)  # fmt: skip
def test_messages_that_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read(text, GREETED)


def test_what_a_dialect_cannot_say_is_not_said() -> None:
    assert written("flush", asterisk=True) == "FLUSH_MEDIA"
    assert written("said", asterisk=True, text="x") == ""
    assert written("ready", asterisk=False, at=1) == '{"type": "ready", "at": 1}'
    assert hello_of({"captions": "1"}).captions


def test_legs_stay_side_by_side_whatever_is_missing() -> None:
    recorder, frame = Recorder(1000), (1000 * np.ones(160)).astype(np.int16)
    for at in range(1020, 1400, 20):
        recorder.take(0, frame, 8000, at)
    recorder.take(1, frame, 8000, 1320)
    recorder.take(0, frame, 8000, 1000 + PIECE_MS + 40)
    recorder.cut(0)
    first, second = recorder.done
    assert len(first.citizen) == len(first.house)
    house = decode(first.house, Encoding.ALAW)
    assert (np.abs(house[: 300 * 8]).max(), house[310 * 8] > 900) == (8, True)
    assert (second.began, len(second.citizen)) == (1000 + PIECE_MS + 20, 160)


class Counting:
    """A model that counts how often it is asked."""

    def __init__(self, says: float) -> None:
        self.asked, self.says = 0, says

    def speech(self, frame: Samples) -> float:
        self.asked += 1
        return self.says


@pytest.mark.parametrize(("says", "least", "most"), [(0.95, 10, 40), (0.1, 70, 140)])
def test_the_model_is_asked_while_the_line_is_loud_and_seldom_once_it_is_sure(
    says: float, least: int, most: int
) -> None:
    model = Counting(says)
    detector = SparingDetector(model)
    sound = np.concatenate([hiss(10), voice_of("路灯坏了一个星期了"), hiss(10)])
    found = [detector.speech(sound[at : at + 160]) for at in range(0, len(sound), 160)]
    assert least <= model.asked <= most, "of more than a thousand frames"
    assert (max(found) > 0.7) is (says > 0.7)


def test_loudness_follows_the_noise_of_the_line() -> None:
    detector = LoudnessDetector()
    sound = hiss(6, level=300)
    found = [detector.speech(sound[at : at + 160]) for at in range(0, len(sound), 160)]
    assert max(found[150:]) < 0.5


def test_the_ear_of_rehearsals_tells_texts_apart() -> None:
    texts = ["路灯坏了", "不清楚", "对", "转人工", "柳湾社区门口的路灯坏了一个星期，晚上很黑", "没有了，谢谢"]
    ear = Ear(texts)
    for text in texts:
        assert ear.text_of(np.concatenate([hiss(0.3), voice_of(text)[400:], hiss(0.5)]), 8000) == text
    assert ear.text_of(hiss(1.0), 8000) == ""


def test_the_clock_of_calls_waits_for_no_database() -> None:
    ticks: list[int] = []
    one = SimpleNamespace(tick=lambda: ticks.append(1), over=False, spoken=0, left_at={}, now=lambda: 0)

    async def story() -> None:
        stuck = SimpleNamespace(in_database=lambda *_given: asyncio.Event().wait())
        board = Switchboard(workers=stuck)  # type: ignore[arg-type]
        board._lives[uuid4()] = SimpleNamespace(one=one)  # type: ignore[assignment]
        beats = asyncio.create_task(board._beats())
        await asyncio.sleep(5.5 * TICK)
        beats.cancel()

    asyncio.run(story())
    assert len(ticks) >= 3


def test_a_listener_who_sends_nothing_is_looked_at_while_he_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert HEARD_OF.total_seconds() > gateway.LISTENING_SECONDS
    monkeypatch.setattr(gateway, "LISTENING_SECONDS", 0.01)

    async def refused() -> Guest:
        raise NotAllowed("the talk went to somebody else", code="nobody_talks")

    async def story() -> None:
        silent, sent = asyncio.Event(), list[Any]()
        board = SimpleNamespace(call=lambda _uid: call)
        call = SimpleNamespace(listeners=[], now=lambda: 0, over=False, talk=None)

        async def send(message: Any) -> None:
            sent.append(message)

        guest = Guest(staff="s", listens=True)
        socket = AgentSocket(board, silent.wait, send, guest, Hello(), uuid4(), refused, Ears())  # type: ignore[arg-type]
        async with asyncio.timeout(5):
            await socket.serve()
        assert sent[-1]["code"] == 4403
        assert not call.listeners

    asyncio.run(story())


@pytest.mark.parametrize("hangs_up", [True, False])
def test_a_process_that_ends_ends_no_call(hangs_up: bool) -> None:
    steps: list[Any] = []

    async def in_database(_work: object, *given: object, **_named: object) -> None:
        steps.extend(given)

    async def story() -> None:
        one = Conversation(uuid4(), "pbx", GREETED, 0.0, lambda: 0.0)
        life = asyncio.create_task(Life(one, SimpleNamespace(in_database=in_database)).run())  # type: ignore[arg-type]
        await asyncio.sleep(0.01)
        one.hang_up() if hangs_up else life.cancel()
        await asyncio.wait([life])

    asyncio.run(story())
    assert (CallEventKind.HUNG_UP in steps) is hangs_up


@pytest.mark.django_db
def test_who_needs_slow_speech_is_spoken_to_slowly_and_waited_for() -> None:
    uid = live_calls.arrive("pbx", "slow", machine=True).uid
    one = Conversation(uid, "pbx", Hello(call="slow"), 0.0, lambda: 0.0)
    leg = one.join(CITIZEN, one.hello, lambda _message: None)
    life = Life(one, Workers(1))
    for words, speed in (("我想问问公交卡怎么办。", 1.0), ("我今年八十二岁了，请慢一点。", 0.8)):
        calling.heard(uid, words, key=words)
        found = live_calls.news_of({uid: 0})[uid]
        life.news(found)
        assert (found.speed, leg.line.machine.rules is UNHURRIED) == (speed, speed < 1)
    assert UNHURRIED.least_pause > USUAL.least_pause
