"""Turns of a talk by telephone: by the clock of the call alone, and with sound through a detector."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.speech.voices import noise, speech

from minhu.engines.speech.activity import Detector, LoudnessDetector, SileroDetector, house_detector, model_here
from minhu.engines.speech.codecs import Encoding, Rate, Samples, decode, encode
from minhu.engines.speech.framing import Framer
from minhu.engines.speech.line import Line
from minhu.engines.speech.turns import Event, Happening, TurnMachine, TurnRules
from minhu.kernel.errors import Invalid

here = pytest.mark.skipif(not model_here(), reason="the model's wheel is not installed on this machine")
DETECTORS = [pytest.param("silero", marks=here), "loudness"]


def run(machine: TurnMachine, *parts: tuple[float, int]) -> list[Happening]:
    """Frames of 20 ms: likelihood for so many milliseconds, one part after the other, from the machine's time on."""
    found, at = list[Happening](), getattr(machine, "_now")  # noqa: B009
    for likelihood, milliseconds in parts:
        for _ in range(milliseconds // 20):
            at += 20
            found += machine.heard(likelihood, at)
    return found


def names(found: list[Happening]) -> list[str]:
    return [one.event.value for one in found]


def test_a_turn_begins_and_ends_after_a_pause() -> None:
    found = run(TurnMachine(), (0, 400), (0.9, 1000), (0, 1000))
    assert names(found) == ["speech_began", "turn_ended"]
    assert (found[0].began, found[0].at) == (400, 460)
    assert (found[1].began, found[1].ended, found[1].at) == (400, 1400, 1900)


def test_a_click_is_no_turn() -> None:
    assert not run(TurnMachine(), (0, 400), (1, 40), (0, 400), (1, 40), (0, 400))


def test_the_pause_that_ends_a_turn_adapts_to_the_speaker() -> None:
    quick, slow = TurnMachine(), TurnMachine()
    run(quick, (1, 1000), (0, 200), (1, 1000), (0, 600))
    run(slow, (1, 1000), (0, 480), (1, 1000), (0, 480), (1, 1000), (0, 800))
    assert quick.pause == 500
    assert slow.pause == 750
    assert names(run(slow, (1, 400), (0, 700), (1, 400), (0, 1400))) == ["speech_began", "turn_ended"]
    assert slow.pause == 1080
    for _ in range(9):
        run(slow, (1, 400), (0, 120), (1, 400), (0, 1400))
    assert slow.pause == 500


def test_nobody_speaks_for_ever() -> None:
    found = run(TurnMachine(TurnRules(longest_turn=5000)), (1, 12_000), (0, 1000))
    assert names(found) == ["speech_began", "too_long"] * 2 + ["speech_began", "turn_ended"]
    assert all(one.at - one.began <= 5000 for one in found)


def test_silence_is_asked_about_once_and_then_given_up() -> None:
    found = run(TurnMachine(), (0, 3_600_000))
    assert [(one.event, one.at) for one in found] == [(Event.SILENT, 8000), (Event.ABANDONED, 60_000)]
    machine = TurnMachine()
    assert names(run(machine, (0, 9000), (1, 1000), (0, 9000))) == ["silent", "speech_began", "turn_ended", "silent"]
    machine = TurnMachine()
    machine.bot_speaks(True, 0)
    assert not run(machine, (0, 30_000))
    machine.bot_speaks(False, 30_000)
    assert [(one.event, one.at) for one in run(machine, (0, 9000))] == [(Event.SILENT, 38_000)]


def test_who_speaks_while_the_bot_does_cuts_it_but_an_echo_does_not() -> None:
    machine = TurnMachine()
    machine.bot_speaks(True, 0)
    assert not run(machine, (0.6, 3000))
    found = run(machine, (0.9, 400))
    assert names(found) == ["barge_in", "speech_began"]
    assert found[0].at - found[0].began <= 200


def test_frames_that_were_lost_are_silence_and_late_ones_are_left_out() -> None:
    machine = TurnMachine()
    run(machine, (1, 1000))
    assert not machine.heard(1.0, 500)
    found = machine.heard(0.0, 4000)
    assert names(list(found)) == ["turn_ended"]
    assert found[0].ended == 1000


def test_after_the_end_of_the_call_nothing_happens() -> None:
    machine = TurnMachine()
    run(machine, (1, 1000))
    assert names(list(machine.hung_up(1000))) == ["turn_ended", "hung_up"]
    assert not machine.hung_up(1100)
    assert not run(machine, (1, 1000), (0, 100_000))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(-50, 3000), st.booleans()), max_size=200))
def test_whatever_comes_turns_open_and_close_in_order(frames: list[tuple[float, int, bool]]) -> None:
    def play() -> list[Happening]:
        machine, at, found = TurnMachine(TurnRules(longest_turn=4000)), 0, list[Happening]()
        for likelihood, step, bot in frames:
            at += step
            machine.bot_speaks(bot, at)
            found += machine.heard(likelihood, at)
        return [*found, *machine.hung_up(at)]

    found = play()
    assert found == play()
    opened = False
    for one in found:
        assert one.began <= one.ended <= one.at
        if one.event is Event.SPEECH_BEGAN:
            assert not opened
            opened = True
        elif one.event in (Event.TURN_ENDED, Event.TOO_LONG):
            assert opened
            opened = False
    assert not opened
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert found[-1].event is Event.HUNG_UP


def detector(name: str, rate: Rate) -> Detector:
    return SileroDetector(rate) if name == "silero" else LoudnessDetector()


def frames_of(sound: Samples, rate: Rate) -> list[Samples]:
    return Framer(Encoding.PCM16, rate).feed(encode(sound, Encoding.PCM16)[: 64 * 1024])


@pytest.mark.parametrize("name", DETECTORS)
@pytest.mark.parametrize("rate", [8000, 16000])
def test_turns_are_heard_in_sound(name: str, rate: Rate) -> None:
    quiet, voice = noise(0.6, rate), speech(0.8, rate)
    line, found = Line(rate, detector(name, rate)), list[Happening]()
    sound = np.concatenate([quiet, voice, noise(0.6, rate, seed=4)])
    for at, frame in enumerate(frames_of(sound, rate)):
        found += line.heard(frame, 20 * at + 20)
    found += line.hung_up(20 * at + 40)
    assert names(found) == ["speech_began", "turn_ended", "hung_up"]
    turn = line.turns.popleft()
    assert abs(turn.began - 600) <= 150
    assert -60 <= turn.ended - 1400 <= 300
    loud = np.abs(turn.samples) > 1000
    assert loud.sum() > 0.95 * (np.abs(voice) > 1000).sum()


@pytest.mark.parametrize("name", DETECTORS)
@pytest.mark.parametrize("pitch", [90.0, 120.0, 200.0])
def test_the_bot_is_cut_within_200_milliseconds_of_speech(name: str, pitch: float) -> None:
    line = Line(8000, detector(name, 8000))
    line.say(speech(60.0, pitch=180.0))
    heard = decode(encode(np.concatenate([noise(1.0), speech(1.0, pitch=pitch)]), Encoding.ALAW), Encoding.ALAW)
    cut = None
    for at, frame in enumerate(frames_of(heard, 8000)):
        line.heard(frame, 20 * at + 20)
        if cut is None and not line.played(20 * at + 20).any() and at > 5 and not line.playing:
            cut = 20 * at + 20
    assert cut is not None
    assert 1000 < cut <= 1200


@pytest.mark.parametrize("name", DETECTORS)
def test_noise_and_silence_of_a_line_are_no_speech(name: str) -> None:
    for sound in (noise(2.0, level=10), noise(2.0, level=400), np.zeros(16_000, dtype=np.int16)):
        line = Line(8000, detector(name, 8000))
        assert not [one for at, frame in enumerate(frames_of(sound, 8000)) for one in line.heard(frame, 20 * at + 20)]


def test_what_is_to_be_played_has_an_end() -> None:
    line = Line(8000, house_detector(8000))
    with pytest.raises(Invalid, match="分段"):
        line.say(np.zeros(8000 * 121, dtype=np.int16))
    line.say(np.ones(250, dtype=np.int16))
    assert [int(line.played(20 * at).sum()) for at in range(3)] == [160, 90, 0]
    line.say(np.ones(250, dtype=np.int16))
    line.hung_up(100)
    assert not line.playing
