"""Words of a turn: from nobody, from an endpoint that may misbehave, from a folder that may lack something."""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.engines.speech.voices import speech

from minhu.engines.endpoints import Endpoint
from minhu.engines.speech.choosing import house_recogniser
from minhu.engines.speech.framing import read_wav
from minhu.engines.speech.mounted import MountedRecogniser
from minhu.engines.speech.recognising import MOST_SECONDS, Heard, NoRecogniser, Recogniser, Unheard, Word
from minhu.engines.speech.transcribing import RemoteRecogniser
from minhu.kernel.errors import Invalid

TEXT = "春晖小区停水两天了"


@dataclass
class Ear:
    """A transcription endpoint: what it answers, and the forms that it got."""

    url: str = ""
    status: int = 200
    body: bytes = b""
    wait: float = 0.0
    forms: list[dict[str, bytes]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


def form_of(handler: BaseHTTPRequestHandler) -> dict[str, bytes]:
    mark = handler.headers["Content-Type"].partition("boundary=")[2].encode()
    body = handler.rfile.read(int(handler.headers["Content-Length"]))
    parts = body.split(b"--" + mark)
    assert parts[-1] == b"--\r\n"
    found = {}
    for part in parts[1:-1]:
        head, _, value = part.partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]+)"', head)
        assert name
        found[name[1].decode()] = value.removesuffix(b"\r\n")
    return found


@contextmanager
def ear(**told: Any) -> Iterator[Ear]:
    state = Ear(**told)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            state.forms.append(form_of(self) | {"path": self.path.encode()})
            state.keys.append(self.headers.get("Authorization", ""))
            time.sleep(state.wait)
            self.send_response(state.status)
            self.send_header("Content-Length", str(len(state.body)))
            self.end_headers()
            self.wfile.write(state.body)

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.block_on_close = True, False
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def answer(text: Any = TEXT, **other: Any) -> bytes:
    words = [{"word": one, "start": at * 0.1, "end": at * 0.1 + 0.08} for at, one in enumerate(TEXT)]
    return json.dumps({"task": "transcribe", "text": text, "words": words} | other).encode()


def remote(fake: Ear, seconds: float = 2.0) -> RemoteRecogniser:
    return RemoteRecogniser(Endpoint(fake.url, "paraformer", "sk-secret", seconds))


def heard(recogniser: Recogniser, seconds: float = 1.0) -> Heard:
    hearing = recogniser.begin(8000)
    sound = speech(seconds)
    for begin in range(0, len(sound), 160):
        hearing.feed(sound[begin : begin + 160])
    return hearing.end()


def ends(recogniser: Recogniser) -> str:
    with pytest.raises(Unheard, match=r"。$") as caught:
        heard(recogniser)
    return caught.value.code


def test_without_a_recogniser_the_house_says_so_and_what_to_do() -> None:
    found = NoRecogniser()
    assert found.readiness().ready is False
    assert "MINHU_SPEECH_FOLDER" in found.readiness().reason
    with pytest.raises(Unheard, match="坐席直接录入") as caught:
        found.begin(8000)
    assert caught.value.code == "no_recogniser"


def test_an_endpoint_gets_the_turn_as_a_wav_file_and_tells_words_with_times() -> None:
    with ear(body=answer()) as fake:
        found = heard(remote(fake))
    assert (found.text, found.final) == (TEXT, True)
    assert found.words[3] == Word("区", 300, 380)
    assert [one.text for one in found.words] == list(TEXT)
    [form] = fake.forms
    assert form["path"] == b"/v1/audio/transcriptions"
    assert (form["model"], form["timestamp_granularities[]"]) == (b"paraformer", b"word")
    assert read_wav(form["file"]).channels[0].tolist() == speech(1.0).tolist()
    assert fake.keys == ["Bearer sk-secret"]
    assert "sk-secret" not in repr(remote(fake))


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"null", b'{"text": 5}', b'{"text": "a", "words": 5}', b'{"text": "a", "words": [5]}', b"[" * 20_000,
     b'{"text": "a', b"\xff\xfe"],
)  # fmt: skip
def test_what_is_no_transcription_is_refused(body: bytes) -> None:
    with ear(body=body) as fake:
        assert ends(remote(fake)) == "garbage"


def test_words_are_kept_within_the_sound_and_text_within_bounds() -> None:
    wild = [
        {"word": "甲", "start": 0.5, "end": 0.4}, {"word": "乙", "start": 0.1, "end": 99}, {"word": "丙", "start": -1, "end": 1},
        {"word": "丁", "start": "0", "end": 1}, {"word": 5, "start": 0, "end": 1}, {"word": " ", "start": 0, "end": 1},
        {"word": "戊", "start": 1e300, "end": 1e301}, {"word": "己" * 200, "start": 0, "end": 1},
    ]  # fmt: skip
    with ear(body=answer("好\x00\x1b[31m" + "长" * 9000, words=wild)) as fake:
        found = heard(remote(fake))
    assert found.words == (Word("甲", 500, 500), Word("乙", 500, 1000))
    assert len(found.text) == 5000
    assert found.text.isprintable()


@pytest.mark.parametrize(
    ("status", "code"), [(401, "refused"), (404, "refused"), (307, "redirect"), (429, "busy"), (500, "broken")]
)
def test_faults_of_an_endpoint_are_told_apart(status: int, code: str) -> None:
    with ear(status=status, body=answer()) as fake:
        assert ends(remote(fake, 0.4)) == code


def test_nobody_waits_longer_than_the_endpoints_seconds_and_a_dead_one_is_left_alone() -> None:
    with ear(body=answer(), wait=20.0) as fake:
        slow, began = remote(fake, 0.3), time.monotonic()
        assert ends(slow) == "timeout"
        assert time.monotonic() - began < 10
        slow.breaker.failures = 4
        assert [ends(slow), ends(slow)] == ["timeout", "breaker_open"]
    assert ends(RemoteRecogniser(Endpoint("http://127.0.0.1:9/v1", "m", "", 0.5))) == "no_connection"
    assert ends(RemoteRecogniser(Endpoint("http://169.254.169.254/v1", "m", "", 0.5))) == "forbidden_address"


def test_a_turn_has_a_longest_and_a_shortest() -> None:
    with ear(body=answer()) as fake:
        hearing = remote(fake).begin(8000)
        for _ in range(MOST_SECONDS):
            hearing.feed(np.zeros(8000, dtype=np.int16))
        with pytest.raises(Invalid, match="分段"):
            hearing.feed(np.zeros(1, dtype=np.int16))
        assert heard(remote(fake), 0.05) == Heard("")
    assert not fake.forms


PROGRAM = """
import os
from types import SimpleNamespace
calls = []

class Stream:
    result = SimpleNamespace(text=" 停水 两天 ", tokens=["停", "水", "▁两", " ", "天"], timestamps=[0.1, 0.3, 0.5, 0.6, 0.7])

    def accept_waveform(self, rate, samples):
        calls.append((rate, len(samples), float(abs(samples).max())))

class OfflineRecognizer:
    def __init__(self, file, told):
        calls.append((file, told))
        if open(file).read() == "wrong":
            os._exit(255)

    @classmethod
    def from_sense_voice(cls, model, tokens, num_threads=1, language="", use_itn=False):
        return cls(model, (num_threads, language, use_itn))

    @classmethod
    def from_paraformer(cls, paraformer, tokens, num_threads=1):
        return cls(paraformer, (num_threads,))

    def create_stream(self):
        return Stream()

    def decode_stream(self, stream):
        assert isinstance(stream, Stream)
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stands for sherpa-onnx, here and in children: the calls that its version 2.0.1 takes, and how it dies."""
    (tmp_path / "sherpa_onnx.py").write_text(PROGRAM, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop("sherpa_onnx", None)


def folder(path: Path, name: str, *files: str, text: str = "x") -> Path:
    found = path / name
    found.mkdir()
    for file in files:
        (found / file).write_text(text, encoding="utf-8")
    return found


def test_without_the_program_a_mounted_folder_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minhu.engines.speech.mounted.PROGRAM", "no_such_program_here")
    with pytest.raises(Unheard, match="没有安装 sherpa-onnx"):
        MountedRecogniser(tmp_path).begin(8000)


@pytest.mark.usefixtures("program")
def test_a_mounted_folder_says_what_is_missing(tmp_path: Path) -> None:
    wanting = [("sense-voice", (), "tokens.txt"), ("sense-voice", ("tokens.txt",), "model.onnx")]
    wanting.append(("other", ("tokens.txt", "model.onnx"), "sense-voice"))
    for at, (name, files, missing) in enumerate(wanting):
        place = folder(tmp_path, f"{name}-{at}", *files)
        with pytest.raises(Unheard, match=re.escape(missing)) as caught:
            MountedRecogniser(place).begin(8000)
        assert caught.value.code == "not_mounted"
    with pytest.raises(Unheard, match="不存在"):
        MountedRecogniser(tmp_path / "nowhere").begin(8000)


@pytest.mark.usefixtures("program")
def test_a_mounted_model_tells_words_with_times(tmp_path: Path) -> None:
    place = folder(tmp_path, "sherpa-onnx-paraformer-zh", "tokens.txt", "model.int8.onnx", "model.onnx")
    asked = MountedRecogniser(place)
    assert asked.readiness().ready
    assert "sherpa_onnx" not in sys.modules
    found = heard(asked)
    assert (found.text, heard(asked).text) == ("停水 两天", "停水 两天")
    assert found.words == (Word("停", 100, 300), Word("水", 300, 500), Word("两", 500, 600), Word("天", 700, 1000))
    made, first, second = sys.modules["sherpa_onnx"].calls
    assert made == (str(place / "model.int8.onnx"), (1,))
    assert first == second
    assert first[:2] == (8000, 8000)
    assert 0.2 < first[2] <= 1.0
    assert heard(MountedRecogniser(folder(tmp_path, "SenseVoice", "tokens.txt", "model.onnx"))).words == found.words


@pytest.mark.usefixtures("program")
def test_a_model_that_ends_its_process_ends_a_child_only(tmp_path: Path) -> None:
    place = folder(tmp_path, "sense-voice", "tokens.txt", "model.onnx", text="wrong")
    assert ends(MountedRecogniser(place)) == "bad_model"


def test_the_operator_chooses_in_the_environment(tmp_path: Path) -> None:
    home = {"MINHU_HOME": str(tmp_path)}
    endpoint = home | {"MINHU_SPEECH_URL": "https://speech.test/v1", "MINHU_SPEECH_MODEL": "m"}
    assert isinstance(house_recogniser(home), NoRecogniser)
    remote_one = house_recogniser(endpoint)
    assert (remote_one.maker, remote_one.stays_inside) == ("speech.test/m", False)
    mounted = house_recogniser(endpoint | {"MINHU_SPEECH_FOLDER": "/models/sense-voice-small"})
    assert (mounted.maker, mounted.stays_inside) == ("sherpa-onnx/sense-voice-small", True)
    for wrong in ({"MINHU_SPEECH_FOLDER": "models"}, {"MINHU_SPEECH_URL": "https://speech.test/v1"}):
        with pytest.raises(ValueError, match="MINHU_SPEECH_"):
            house_recogniser(home | wrong)
