"""Who may stand before the door, who may listen, an hour in which nobody says a word, a bot that stops at once."""

from __future__ import annotations

from uuid import uuid4

import numpy as np
import pytest

from minhu.engines.speech.activity import house_detector
from minhu.engines.speech.codecs import Encoding, encode
from minhu.engines.speech.line import HELD_MS, Line
from minhu.kernel.errors import TooMany
from minhu.server.telephone.conversation import CITIZEN, Conversation
from minhu.server.telephone.entrance import EARS_OF_ONE, MOST_WRONG, ROOM_FOR_ONE, ROOM_IN_ALL, Ears, Entrance
from minhu.server.telephone.protocol import Hello
from minhu.server.telephone.recorder import MOST_PIECES
from minhu.server.telephone.rehearsal.voice import hiss, voice_of


def test_one_address_never_fills_the_room_of_all_others() -> None:
    door = Entrance(10, lambda: 0.0)
    places = [door.come("10.0.0.1") for _ in range(10 + ROOM_FOR_ONE)]
    with pytest.raises(TooMany):
        door.come("10.0.0.1")
    others = [door.come(f"10.0.1.{number}") for number in range(20 + ROOM_IN_ALL - len(places))]
    with pytest.raises(TooMany):
        door.come("10.0.2.1")
    for one in (places[0], places[0], others[0]):
        one.leave()
    door.come("10.0.0.1")
    door.come("10.0.2.1")
    with pytest.raises(TooMany):
        door.come("10.0.2.1")


def test_wrong_tokens_shut_the_door_for_a_minute_and_for_their_address_alone() -> None:
    moment = [0.0]
    door = Entrance(10, lambda: moment[0])
    for _ in range(MOST_WRONG):
        door.come("10.0.0.1").leave()
        door.wrong_token("10.0.0.1")
    with pytest.raises(TooMany, match="一分钟"):
        door.come("10.0.0.1")
    door.come("10.0.0.2").leave()
    moment[0] = 61.0
    door.come("10.0.0.1").leave()


def test_nobody_listens_to_more_calls_than_he_can_hear() -> None:
    ears = Ears()
    for _ in range(EARS_OF_ONE):
        ears.lend("supervisor")
    with pytest.raises(TooMany):
        ears.lend("supervisor")
    ears.lend("inspector")
    ears.back("supervisor")
    ears.lend("supervisor")


@pytest.mark.parametrize("sends", [True, False])
def test_an_hour_of_silence_takes_no_room_and_ends_once(sends: bool) -> None:
    seconds, sent = [0.0], []
    one = Conversation(uuid4(), "pbx", Hello(call="c", encoding=Encoding.ALAW), 0.0, lambda: seconds[0])
    leg = one.join(CITIZEN, Hello(call="c", encoding=Encoding.ALAW), sent.append)
    quiet = encode(np.zeros(160, dtype=np.int16), Encoding.ALAW)
    for at in range(3600):
        seconds[0] = at + 1.0
        if sends and at % 60 == 0:  # now and then a frame: the line is open
            one.heard(leg, quiet)
        one.tick()
    assert [job.goodbye for job in one.jobs if job.turn is None].count(True) == 1
    assert len(one.jobs) <= 2
    assert len(one.recorder.done) <= MOST_PIECES
    assert not sent
    one.hang_up()
    assert one.over


def test_the_bot_stops_at_once_and_goes_on_where_it_was_nothing() -> None:
    def course(*sounds: np.ndarray) -> list[bool]:
        """Whether the bot was heard, frame by frame."""
        line, found = Line(8000, house_detector(8000)), []
        line.say(np.full(8000 * 20, 500, dtype=np.int16))
        sound = np.concatenate(sounds)
        for at in range(20, len(sound) // 8, 20):
            line.heard(sound[(at - 20) * 8 : at * 8], at)
            plays = line.playing and not line.holds(at)
            found.append(plays and bool(line.played(at).any()))
        return found

    spoken_over = course(hiss(1.0), voice_of("柳湾社区门口的路灯坏了一个星期"))
    assert all(spoken_over[:50])
    assert not any(spoken_over[55:]), "silent within 100 ms, and for good"
    knock = (9000 * np.random.default_rng(4).standard_normal(800)).clip(-9000, 9000).cumsum() % 9000
    knocked = course(hiss(1.0), knock.astype(np.int16), hiss(2.0))
    assert all(knocked[50 + (HELD_MS + 200) // 20 :]), "what was no voice costs a moment at most"
