"""Speech out: pieces in their order, the first one early, phrases made ahead, faults left to the next voice, cut at once."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from engines.speech.voices import conv_model
from minhu.engines.endpoints import Endpoint
from minhu.engines.speech.checking import faults, measured
from minhu.engines.speech.choosing import house_speaker, synthesiser
from minhu.engines.speech.codecs import Samples
from minhu.engines.speech.espeak import EspeakVoice, program, sound_of_wav
from minhu.engines.speech.framing import write_wav
from minhu.engines.speech.kokoro import SECONDS, KokoroVoice, styles, tokens
from minhu.engines.speech.kokoro_graph import quickened
from minhu.engines.speech.phrase_store import PhraseStore
from minhu.engines.speech.planning import fixed_pieces
from minhu.engines.speech.recognising import Readiness
from minhu.engines.speech.remote_voice import RemoteVoice
from minhu.engines.speech.saying import MOST_SECONDS, RATE, Cancelled, Speaker, Stop, Unsaid, planned
from minhu.language.phonemes import phonemes
from minhu.language.spoken import Tongue


def tone(seconds: float) -> Samples:
    return np.asarray(np.sin(np.arange(int(seconds * RATE)) * 0.2) * 3000, dtype=np.int16)


@dataclass
class Humming:
    """A voice that hums a tenth of a second for each sign."""

    maker: str = "humming"
    stays_inside: bool = True
    tongues: frozenset[Tongue] = frozenset({Tongue.MANDARIN})
    fault: str = ""
    said: list[str] = field(default_factory=list)

    def readiness(self) -> Readiness:
        return Readiness(True)

    def sound(self, said: str, tongue: Tongue, *, speed: float, voice: str, stop: Stop) -> Samples:
        self.said.append(said)
        if self.fault:
            raise Unsaid("不行。", code=self.fault)
        return tone(len(said) * 0.1 / speed)


def test_a_text_is_said_piece_by_piece_in_spoken_words() -> None:
    voice = Humming()
    saying = Speaker([voice], PhraseStore(None)).say("您好，这里是12345热线，我是智能助手。编号 20230512000123。")
    assert voice.said == []
    first = next(saying)
    assert voice.said == ["您好，这里是幺二三四五热线，"]
    assert 0 < len(first) <= 2 * RATE
    assert abs(np.frombuffer(first, dtype="<i2")).max() > 3000  # as loud as lines expect it
    rest = b"".join(saying)
    assert voice.said[1:] == ["我是智能助手。", "编号二零二三零五幺二零零零幺二三。"]
    assert len(first + rest) / 2 / RATE == pytest.approx(len("".join(voice.said)) * 0.1 + 0.12 + 0.3 * 2, abs=0.2)


def test_who_interrupts_ends_it_and_nothing_more_is_made() -> None:
    voice = Humming()
    saying = Speaker([voice], PhraseStore(None)).say("一句话说得很长很长很长很长很长很长。" * 3)
    next(saying)
    saying.cancel()
    assert list(saying) == []
    assert len(voice.said) == 1


def test_a_voice_that_fails_leaves_the_piece_to_the_next_one() -> None:
    first, second = Humming(fault="busy"), Humming()
    speaker = Speaker([first, second], PhraseStore(None))
    assert b"".join(speaker.say("好的。"))
    assert first.said == second.said == ["好的。"]
    with pytest.raises(Unsaid) as caught:
        list(Speaker([first], PhraseStore(None)).say("好的。"))
    assert caught.value.code == "busy"
    with pytest.raises(Unsaid, match="minhu\\[voice\\]") as caught:
        list(speaker.say("Hello, how are you?"))  # nobody here speaks English
    assert caught.value.code == "no_synthesiser"


def test_fixed_phrases_are_made_once_and_kept(tmp_path: Path) -> None:
    voice = Humming()
    assert Speaker([voice], PhraseStore(tmp_path / "a")).prepare(["好的。请稍候。"]) == 2
    again = Speaker([voice], PhraseStore(tmp_path / "a"))
    assert again.prepare(["好的。请稍候。"]) == 0
    assert b"".join(again.say("好的。"))
    assert len(voice.said) == 2
    list(again.say("张某某的事。"))
    assert len(list((tmp_path / "a").iterdir())) == 2  # what is about somebody is not kept


def test_nobody_listens_for_more_than_two_minutes() -> None:
    speaker = Speaker([Humming()], PhraseStore(None))
    assert sum(map(len, speaker.say("很长的话，" * 1000))) == MOST_SECONDS * RATE * 2


@pytest.mark.parametrize(
    ("text", "tongues"),
    [("您好。I am a machine, not a person. 请稍候。", "zh en zh"), ("GPS定位", "zh"), ("", ""), ("……", ""), ("查询码 A3K9。", "zh")],
)  # fmt: skip
def test_each_sentence_is_said_in_its_own_tongue(text: str, tongues: str) -> None:
    assert " ".join(tongue for tongue, _ in groupby(one.tongue for one in planned(text))) == tongues


@pytest.mark.parametrize(
    ("said", "sounds"),
    [("您好", "ni↗nxau↓"), ("是", "ʂɨ↘"), ("银行", "i↗nxa↗ŋ"), ("女儿", "ny↓ɚ↗"), ("全县", "ʨʰɥɛ↗nɕjɛ↘n"), ("我的。", "wo↓ tɤ."),
     ("A区", "ˈA ʨʰy→"), ("去，", "ʨʰy↘,"), ("", "")],
)  # fmt: skip
def test_words_become_the_sounds_that_the_model_knows(said: str, sounds: str) -> None:
    assert phonemes(said) == sounds
    assert len(tokens(said)) == len(sounds)


def test_the_house_speaks_mandarin_with_its_own_model(tmp_path: Path) -> None:
    speaker = house_speaker({"MINHU_HOME": str(tmp_path), "MINHU_SPEECH_OUT": "kokoro"})
    assert speaker is not None
    assert {name: style.shape for name, style in styles().items()} == {"xiaoxiao": (510, 256), "yunyang": (510, 256)}
    assert measured(speaker, "好的，再见。").faults == ()
    voice = next(one for one in speaker.voices if isinstance(one, KokoroVoice))
    stop, ended = Stop(), []
    threading.Timer(0.2, lambda: (ended.append(time.monotonic()), stop.set())).start()
    with pytest.raises(Cancelled):
        voice.sound(
            "供水管道正在抢修预计今天傍晚恢复影响一千二百户居民", Tongue.MANDARIN, speed=0.5, voice="", stop=stop
        )
    assert time.monotonic() - ended[0] < 3.0
    voice.seconds = 0.01
    with pytest.raises(Unsaid) as caught:
        voice.sound("供水管道", Tongue.MANDARIN, speed=1.0, voice="", stop=Stop())
    assert caught.value.code == "too_slow"
    voice.seconds = SECONDS


@pytest.mark.skipif(not program(), reason="espeak-ng is not installed")
@pytest.mark.parametrize(("said", "tongue"), [("幺二三四五热线", "zh"), ("你好，請講", "yue"), ("Good morning.", "en")])
def test_espeak_speaks_what_the_model_does_not(said: str, tongue: str) -> None:
    assert faults(EspeakVoice().sound(said, Tongue(tongue), speed=1.0, voice="", stop=Stop()), 8) == []


def test_an_endpoint_gets_a_piece_and_its_nonsense_is_no_sound() -> None:
    answers, asked = [write_wav(8000, tone(1.0)), b"not a sound", b"RIFF\xff\xff\xff\xffWAVE"], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append((self.path, self.rfile.read(int(self.headers["Content-Length"])).decode()))
            body = answers[len(asked) - 1]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    voice = RemoteVoice(Endpoint(f"http://127.0.0.1:{server.server_address[1]}/v1", "cosyvoice", "", 2.0))
    try:
        assert len(voice.sound("您好", Tongue.MANDARIN, speed=1.0, voice="", stop=Stop())) == 2 * RATE
        assert asked[0][0] == "/v1/audio/speech"
        assert '"input": "您好"' in asked[0][1]
        for _ in range(2):
            with pytest.raises(Unsaid) as caught:
                voice.sound("您好", Tongue.MANDARIN, speed=1.0, voice="", stop=Stop())
            assert caught.value.code == "garbage"
    finally:
        server.shutdown()
        server.server_close()


def test_who_speaks_is_chosen_by_settings(tmp_path: Path) -> None:
    home = {"MINHU_HOME": str(tmp_path)}
    nobody = synthesiser(home | {"MINHU_SPEECH_OUT": "none"})
    assert not nobody.readiness().ready
    with pytest.raises(Unsaid):
        nobody.say("好")
    endpoint = {"MINHU_SPEECH_OUT_URL": "https://speech.example/v1", "MINHU_SPEECH_OUT_MODEL": "cosyvoice"}
    assert synthesiser(home | endpoint).maker.startswith("speech.example/cosyvoice+kokoro")
    for wrong in ({"MINHU_SPEECH_OUT": "x"}, {"MINHU_SPEECH_OUT": "remote"}, {"MINHU_SPEECH_OUT_THREADS": "0"}):
        with pytest.raises(ValueError, match="MINHU_SPEECH_OUT"):
            synthesiser(home | wrong)


def test_measuring_finds_silence_clipping_and_odd_lengths() -> None:
    assert faults(np.zeros(RATE, dtype=np.int16), 5) == ["没有声音"]
    assert faults(np.full(RATE, 32767, dtype=np.int16), 5) == ["声音削顶"]
    assert faults(tone(9), 5) == ["长度可疑（5 个字 9.0 秒）"]
    assert faults(np.concatenate([tone(1), np.zeros(2 * RATE, dtype=np.int16), tone(1)]), 12) == ["中间停顿超过一秒"]
    with pytest.raises(Unsaid):
        sound_of_wav(b"")


def test_what_was_made_ahead_is_used_as_far_as_it_goes_and_a_word_goes_before_the_rest(tmp_path: Path) -> None:
    voice = Humming()
    speaker = Speaker([voice], PhraseStore(tmp_path))
    template = "已经为您登记，编号 {number}，请记好。再见。"
    assert [one.said for one in fixed_pieces(template)] == ["已经为您登记，", "请记好。", "再见。"]
    speaker.prepare([template, "好的，{it}"])
    voice.said.clear()
    list(speaker.say(template.format(number="5"), lead="好的，"))
    assert voice.said == ["编号五，"], "the beginning was made ahead: no word goes before it"
    plan = [one.said for one in planned("您说的是柳湾社区。再见。", known=speaker.knows, lead="好的，")]
    assert plan == ["好的，", "您说的是柳湾社区。", "再见。"]
    slow, usual = (len(b"".join(speaker.say("再见。", speed=speed))) for speed in (0.8, 1.0))
    assert slow > usual, "who wants slow speech is given longer pauses too"


def test_a_convolution_becomes_a_product_with_the_same_result() -> None:
    from onnxruntime import InferenceSession

    before = conv_model(taps=3, apart=2)
    after = quickened(before)
    assert b"ConvInteger" in before
    assert b"ConvInteger" not in after
    values = np.linspace(-1, 1, 2 * 12, dtype=np.float32).reshape(1, 2, 12)
    one, other = (
        InferenceSession(model, providers=["CPUExecutionProvider"]).run(None, {"x": values})[0]
        for model in (before, after)
    )
    assert one.shape == other.shape == (1, 3, 12)
    np.testing.assert_allclose(one, other, atol=0.02)  # a bias that was rounded to an integer is not any more
    with pytest.raises(ValueError, match="not a model"):
        quickened(b"\x3a\xff")
