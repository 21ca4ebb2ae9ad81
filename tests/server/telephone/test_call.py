"""A whole call through real sound: greeting, matter, reading back, yes, request, person; then breaks and bad guests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest

from factories import make_city
from minhu.directory.access import acting_as, as_system
from minhu.engines.speech import choosing
from minhu.engines.speech.framing import read_wav, wav_head
from minhu.intake.models import Call, Recording, Request
from minhu.intake.queries import talks
from minhu.intake.queries.recordings import sound_of
from minhu.intake.types import Speaker
from minhu.server.telephone.rehearsal.ear import Ear, listening
from minhu.server.telephone.rehearsal.voice import FlatVoice, hiss, voice_of
from server.telephone.caller import Phone
from server.telephone.house import House

pytestmark = pytest.mark.django_db
MATTER = "柳湾社区门口的路灯坏了一个星期，晚上很黑，老人差点摔倒，希望尽快修好。"
WORDS = (MATTER, "不清楚", "对", "转人工", "您好，我是工作人员", "谢谢您")


@pytest.fixture
def house(home: object, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(choosing, "synthesiser", FlatVoice)
    with listening(Ear(WORDS)) as address:
        monkeypatch.setenv("MINHU_SPEECH_URL", address)
        monkeypatch.setenv("MINHU_SPEECH_MODEL", "rehearsal")
        yield House(make_city())


def test_a_call_from_its_greeting_to_a_request_and_a_person(house: House) -> None:
    house.workers.run(_whole_call(house))
    with as_system():
        (call,) = Call.objects.all()
        assert (call.outcome, call.by_bot, call.agent.username) == ("answered", True, "agent")
        (request,) = Request.objects.all()
        assert MATTER in request.text
        assert request.call_id == call.talk.uid.hex
        assert request.requester_phone == "13800005678"
        assert Recording.objects.filter(call=call).exists()
    with acting_as(house.city.actor("supervisor")):
        sound = read_wav(b"".join(sound_of(call.uid).pieces))
        assert sound.seconds == pytest.approx(house.seconds, abs=1.5)
        assert all(np.abs(channel).max() > 4000 for channel in sound.channels), "both legs are heard"
        said = talks.talk_for_staff(call.talk.uid).said
        assert (said[-1].speaker, said[-1].text) == (Speaker.CITIZEN, "谢谢您")
        assert "您好，我是工作人员" in [one.text for one in said if one.speaker is Speaker.AGENT]


async def _whole_call(house: House) -> None:
    phone = await house.line("c-1")
    await house.pass_by(phone, hiss(0.5))
    assert "不是真人" in phone.told_of("said")[0]["text"]
    assert phone.loudness() > 100, "the greeting is heard"
    codes = await house.says(phone, MATTER)
    assert phone.told_of("flush"), "who speaks over the bot silences it"
    while "opened" not in codes:
        codes = await house.says(phone, "对" if codes[-1] == "read_back" else "不清楚")
    phone.leave()  # the line breaks
    await phone.task
    house.seconds += 3
    phone = await house.line("c-1")
    await house.pass_by(phone, hiss(0.3))
    await house.says(phone, "转人工")
    uid = phone.told_of("ready")[0]["call"]
    refused = Phone(house.gateway, "/telephone/agent", (b"origin", b"http://localhost"), query=f"call={uid}")
    await refused.task
    assert refused.closed == 4403
    await house.workers.in_database(house.take)
    agent = Phone(
        house.gateway, "/telephone/agent", (b"origin", b"http://localhost"), query=f"call={uid}&encoding=alaw"
    )
    await agent.ready()
    await house.pass_by(phone, hiss(0.3), agent)
    agent.sound.clear()
    await house.pass_by(agent, np.concatenate([voice_of("您好，我是工作人员"), hiss(1.6)]), phone)
    await house.says(phone, "谢谢您", agent)
    assert agent.loudness() > 100, "the agent hears the citizen"
    phone.say({"type": "hangup"})
    await phone.task
    for _ in range(50):
        await asyncio.sleep(0.01)
    assert house.board.running == 0


def test_bad_guests_and_bad_sound_end_their_own_socket_and_nothing_else(house: House) -> None:
    house.workers.run(_bad_guests(house))
    with as_system():
        assert set(Call.objects.values_list("key", flat=True)) == {"good", "fast", "noise"}


async def _bad_guests(house: House) -> None:
    good = await house.line("good")
    uid = good.told_of("ready")[0]["call"]
    here, there = (b"origin", b"http://localhost"), (b"origin", b"https://evil.example")
    doors = [
        (Phone(house.gateway, "/telephone/line"), 4401),
        (Phone(house.gateway, "/telephone/line", (b"authorization", b"Bearer mh_wrong")), 4401),
        (Phone(house.gateway, "/telephone/line", (b"authorization", b"Basic %%%")), 4401),
        (await house.line("x", house.other), 4403),
        (Phone(house.gateway, "/telephone/agent", there, query=f"call={uid}"), 4403),
        (Phone(house.gateway, "/telephone/agent", query=f"call={uid}"), 4403),
        (Phone(house.gateway, "/telephone/agent", here, query="call=1"), 4404),
        (Phone(house.gateway, "/telephone/elsewhere", here), 4404),
        (await house.line("x", rate=44100), 4400),
        (await house.line("x", encoding="mp3"), 4400),
        (await house.line("a b\n"), 4400),
    ]
    for phone, code in doors:
        await phone.task
        assert phone.closed == code
    both = await house.line("fast")
    both.say({"type": "hello", "call": "another"})
    await both.task
    assert both.closed == 4400, "one socket, one call"
    fast = await house.line("fast")
    fast.send_sound(hiss(5.0))
    await fast.task
    assert fast.closed == 4429
    await _noise(house)
    await house.pass_by(good, hiss(0.2))
    assert good.closed is None
    for uid in list(house.board._lives):
        house.board.call(uid).hang_up()
    while house.board.running:
        await asyncio.sleep(0.01)


async def _noise(house: House) -> None:
    """Six hundred pieces that are no sound of this line: half frames, headers of ten hours, anything; the call goes on."""
    rng = np.random.default_rng(5)
    phone = await house.line("noise", encoding="pcm16", rate=16000)
    header = wav_head(16000, 2, 0xFFFFFFF0 // 2)
    for number in range(600):
        house.seconds += 0.3
        piece = rng.integers(0, 256, int(rng.integers(1, 4000)), dtype=np.uint8).tobytes()
        phone.send((header + piece) if number % 7 == 0 else piece[: number % 41 + 1] if number % 3 == 0 else piece)
        if number % 50 == 0:
            phone.say("MEDIA_XON" if number % 100 else '{"type": "dtmf", "digit": "Z"}')
            await house.settled(phone)
    await house.settled(phone)
    assert phone.closed is None
    phone.say("x" * 5000)
    await phone.task
    assert phone.closed == 4400
