"""A stream of bytes in frames of 20 ms, whatever the pieces it comes in; WAV files in and out.

What a header claims is never believed: only bytes that came are kept, a claim of ten hours reserves nothing.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np

from minhu.engines.speech.codecs import RATES, Encoding, Rate, Samples, decode, encode
from minhu.kernel.errors import Invalid

FRAME_MS: Final = 20
MOST_PIECE: Final = 64 * 1024
"""Bytes of one message of a stream: two seconds of the widest form; whoever sends more is no telephone."""
MOST_FILE: Final = 64 * 1024 * 1024
MOST_CHUNKS: Final = 1_000
_FORMATS: Final = {(1, 16): Encoding.PCM16, (6, 8): Encoding.ALAW, (7, 8): Encoding.ULAW}
_EXTENSIBLE: Final = 0xFFFE


def frame_samples(rate: Rate) -> int:
    """Samples of a frame: 160 or 320."""
    return rate * FRAME_MS // 1000


class Framer:
    """Cuts a stream into frames; keeps less than one frame of bytes between two pieces."""

    def __init__(self, encoding: Encoding, rate: Rate) -> None:
        self._encoding = encoding
        self._samples = frame_samples(rate)
        self._bytes = self._samples * encoding.width
        self._rest = b""

    def feed(self, piece: bytes) -> list[Samples]:
        """The frames that are whole now; raises Invalid for a piece of more than MOST_PIECE bytes."""
        if len(piece) > MOST_PIECE:
            raise Invalid(
                f"一次收到的声音数据超过 {MOST_PIECE // 1024} KB，请按 20 毫秒一帧发送。", code="piece_too_long"
            )
        if not self._rest and len(piece) == self._bytes:  # as nearly every telephone sends it
            return [decode(piece, self._encoding)]
        data = self._rest + piece
        whole = len(data) - len(data) % self._bytes
        self._rest = data[whole:]
        found = decode(data[:whole], self._encoding)
        return [found[at : at + self._samples] for at in range(0, len(found), self._samples)]

    def end(self) -> Samples | None:
        """The last frame, filled up with silence; None when nothing is left. A single odd byte of PCM16 is dropped."""
        found = decode(self._rest, self._encoding)
        self._rest = b""
        if not len(found):
            return None
        return np.concatenate([found, np.zeros(self._samples - len(found), dtype=np.int16)])


@dataclass(frozen=True, slots=True)
class Recording:
    """Sound of a file. ``channels``: int16, one array for each speaker, all of one length.

    ``cut``: the file claims more sound than is in it, as those do whose recorder stopped suddenly.
    """

    rate: Rate
    channels: tuple[Samples, ...]
    cut: bool = False

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.channels[0]) / self.rate


def read_wav(data: bytes) -> Recording:
    """Sound of a WAV file: PCM16, A-law or µ-law, 8 or 16 kHz, one or two channels; raises Invalid for all else.

    Memory is bounded by the bytes that came, whatever the header says.
    """
    if len(data) > MOST_FILE:
        raise _bad(f"录音文件超过 {MOST_FILE // (1024 * 1024)} MB，请分段上传。")
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise _bad("不是 WAV 录音文件，请导出为 WAV（8 或 16 kHz）。")
    form: tuple[Encoding, Rate, int] | None = None
    place = 12
    for _ in range(MOST_CHUNKS):
        name, head = data[place : place + 4], data[place + 4 : place + 8]
        if len(head) < 4:
            break
        length = int.from_bytes(head, "little")
        body = data[place + 8 : place + 8 + length]
        if name == b"fmt ":
            form = _form(body)
        elif name == b"data":
            if form is None:
                break
            return _recording(body, form, len(body) < length)
        place += 8 + length + length % 2
    raise _bad("WAV 录音文件不完整：没有找到声音数据，请重新导出。")


def write_wav(rate: Rate, *channels: Samples, encoding: Encoding = Encoding.PCM16) -> bytes:
    """A WAV file of one or more channels of the same length."""
    body = encode(np.stack(channels, axis=1).reshape(-1), encoding)
    return wav_head(rate, len(channels), len(body), encoding) + body


def wav_head(rate: Rate, channels: int, size: int, encoding: Encoding = Encoding.PCM16) -> bytes:
    """What stands in a WAV file before ``size`` bytes of sound."""
    kind, bits = next(form for form, one in _FORMATS.items() if one is encoding)
    block = channels * encoding.width
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * block, block, bits)
    head = b"WAVE" + b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", size)
    return b"RIFF" + struct.pack("<I", len(head) + size) + head


def _form(body: bytes) -> tuple[Encoding, Rate, int]:
    """Encoding, rate and number of channels of a `fmt ` block; raises Invalid."""
    if len(body) < 16:
        raise _bad("WAV 录音文件的格式说明不完整，请重新导出。")
    kind, count, given, _per_second, block, bits = struct.unpack("<HHIIHH", body[:16])
    if kind == _EXTENSIBLE and len(body) >= 26:
        kind = int.from_bytes(body[24:26], "little")
    encoding = _FORMATS.get((kind, bits))
    rate: Rate | None = next((one for one in RATES if one == given), None)
    if encoding is None or rate is None or count not in (1, 2) or block != count * encoding.width:
        raise _bad("WAV 录音应为 16 位 PCM、A 律或 µ 律，8 或 16 kHz，一或两个声道；请转换后再试。")
    return encoding, rate, count


def _recording(body: bytes, form: tuple[Encoding, Rate, int], cut: bool) -> Recording:
    encoding, rate, count = form
    found = decode(body, encoding)
    found = found[: len(found) - len(found) % count]
    if not len(found):
        raise _bad("WAV 录音文件中没有声音，请重新导出。")
    return Recording(rate, tuple(np.ascontiguousarray(found[one::count]) for one in range(count)), cut)


def _bad(message: str) -> Invalid:
    return Invalid(message, code="bad_recording", fields={"file": message})
