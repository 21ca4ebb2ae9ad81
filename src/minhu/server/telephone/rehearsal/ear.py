"""An OpenAI-compatible endpoint for rehearsals: it knows all that will be said and tells it by its sound, and it speaks.

What it speaks (`/audio/speech`) says nothing and was made before, so that a rehearsal measures the house and no voice.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import numpy as np
import numpy.typing as npt

from minhu.engines.speech.codecs import Rate, Resampler, Samples
from minhu.engines.speech.framing import read_wav, wav_head
from minhu.kernel.errors import Invalid
from minhu.server.telephone.rehearsal.voice import SYLLABLE, voice_of

_BANDS: Final = 64
_QUIET: Final = 400
"""Level below which the edges of a turn are silence."""
_FAR: Final = 0.5
Print = npt.NDArray[np.float64]


class Ear:
    """Tells the text whose voice a sound is nearest to; '' for what is nobody's. Counts what it was asked."""

    def __init__(self, texts: Iterable[str], seconds: float = 0.0) -> None:
        self.seconds, self.asked, self.late = seconds, 0, 0.0
        self._texts = list(dict.fromkeys(texts))
        self._prints = np.stack([_print(voice_of(text)) for text in self._texts])

    def text_of(self, samples: Samples, rate: Rate) -> str:
        """What was said."""
        found = _print(samples if rate == 8000 else Resampler(rate, 8000).feed(samples))
        near = np.linalg.norm(self._prints - found, axis=1)
        best = int(near.argmin())
        return self._texts[best] if near[best] < _FAR else ""


class _Server(ThreadingHTTPServer):
    """Hundreds of callers end their turns in the same moment: none may find a closed door."""

    request_queue_size = 1024
    daemon_threads = True


@contextmanager
def listening(ear: Ear, port: int = 0) -> Iterator[str]:
    """The endpoint while the block runs, on a port of this machine (0: a free one); gives its address for MINHU_SPEECH_URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """One turn."""
            began = time.monotonic()
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            speaks = self.path.endswith("/audio/speech")
            answer = _spoken(body) if speaks else json.dumps(_answer(ear, body), ensure_ascii=False).encode()
            spent = time.monotonic() - began
            if not speaks:
                ear.late = max(ear.late, spent - ear.seconds)
                time.sleep(max(ear.seconds - spent, 0))
            self.send_response(200)
            self.send_header("Content-Type", "audio/wav" if speaks else "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing that was said is logged."""

    server = _Server(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, name="ear", daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


def _spoken(body: bytes) -> bytes:
    """A sound as long as its text would take, up to five seconds."""
    return _premade(min(max(len(json.loads(body)["input"]), 5), 28))


@lru_cache(maxsize=32)
def _premade(signs: int) -> bytes:
    sound = voice_of("字" * signs, 16000).astype("<i2").tobytes()
    return wav_head(16000, 1, len(sound)) + sound


def _answer(ear: Ear, body: bytes) -> dict[str, object]:
    """Text and words with times, evenly spread."""
    ear.asked += 1
    try:
        sound = read_wav(body[body.find(b"RIFF") :])
    except Invalid:
        return {"text": ""}
    text = ear.text_of(sound.channels[0], sound.rate)
    signs = re.findall(r"\w", text)
    times = [(at * SYLLABLE, (at + 1) * SYLLABLE) for at in range(len(signs))]
    return {
        "text": text,
        "words": [{"word": sign, "start": one[0], "end": one[1]} for sign, one in zip(signs, times, strict=True)],
    }


def _print(samples: Samples) -> Print:
    """Mean spectrum in bands, and how long: enough to tell texts of a script apart, also through A-law."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > _QUIET)
    sound = samples[loud[0] : loud[-1] + 1].astype(np.float64) if len(loud) else np.zeros(512)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(sound, (0, 512)), 512)[::256]
    power = (np.abs(np.fft.rfft(frames * np.hanning(512))) ** 2).mean(axis=0)[:256]
    bands = np.sqrt(power.reshape(_BANDS, -1).sum(axis=1))
    shape = bands / (np.linalg.norm(bands) + 1e-9)
    return np.append(shape, np.log(max(len(sound), 800) / 8000))
