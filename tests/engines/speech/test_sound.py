"""Sound of telephone lines: codes exactly as G.711 has them, whole streams whatever the pieces, no file that breaks it."""

from __future__ import annotations

import random
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minhu.engines.speech.codecs import Encoding, Resampler, Samples, decode, encode
from minhu.engines.speech.framing import MOST_PIECE, Framer, frame_samples, read_wav, write_wav
from minhu.kernel.errors import Invalid

ALL = np.arange(65536).astype(np.uint16).view(np.int16)
MALFORMED = 600


def tone(hertz: float, rate: int, seconds: float = 0.5) -> Samples:
    return (8000 * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)).astype(np.int16)


def loudness(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples.astype(float) ** 2)))


def wav(kind: int, rate: int, count: int, bits: int, sound: bytes, claimed: int | None = None) -> bytes:
    block = count * bits // 8
    form = struct.pack("<HHIIHH", kind, count, rate, rate * block, block, bits)
    size = len(sound) if claimed is None else claimed
    return b"RIFF" + struct.pack("<I", min(size + 36, 2**32 - 1)) + b"WAVEfmt " + struct.pack("<I", 16) + form + (
        b"data" + struct.pack("<I", size) + sound
    )  # fmt: skip


@pytest.mark.parametrize(("encoding", "name"), [(Encoding.ALAW, "alaw"), (Encoding.ULAW, "ulaw")])
def test_every_code_and_every_sample_is_what_the_reference_says(encoding: Encoding, name: str) -> None:
    audioop = pytest.importorskip("audioop")
    codes = bytes(range(256))
    assert decode(codes, encoding).tobytes() == getattr(audioop, f"{name}2lin")(codes, 2)
    assert encode(ALL, encoding) == getattr(audioop, f"lin2{name}")(ALL.tobytes(), 2)


def test_codes_of_the_standard() -> None:
    assert decode(b"\xd5\x55\xaa\x2a", Encoding.ALAW).tolist() == [8, -8, 32256, -32256]
    assert decode(b"\xff\x7f\x80\x00", Encoding.ULAW).tolist() == [0, 0, 32124, -32124]
    for encoding in (Encoding.ALAW, Encoding.ULAW):
        codes = bytes(range(256))
        once = decode(codes, encoding)
        assert decode(encode(once, encoding), encoding).tolist() == once.tolist()
        loud = ALL[np.abs(ALL.astype(int)) > 1000].astype(float)
        heard = decode(encode(loud.astype(np.int16), encoding), encoding).astype(float)
        assert (np.abs(heard - loud) / np.abs(loud)).max() < 0.04


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=3000), st.lists(st.integers(0, 700), max_size=12), st.sampled_from(Encoding))
def test_frames_do_not_depend_on_the_pieces(data: bytes, cuts: list[int], encoding: Encoding) -> None:
    framer, found, rest = Framer(encoding, 8000), [], data
    for cut in [*cuts, len(data)]:
        found += framer.feed(rest[:cut])
        rest = rest[cut:]
    last = framer.end()
    frames = [*found, *([] if last is None else [last])]
    assert all(len(frame) == frame_samples(8000) for frame in frames)
    whole = decode(data, encoding)
    together = np.concatenate([*frames, np.zeros(0, dtype=np.int16)])
    assert together[: len(whole)].tolist() == whole.tolist()
    assert len(together) - len(whole) < frame_samples(8000)
    assert not together[len(whole) :].any()
    assert framer.end() is None


def test_a_piece_of_megabytes_is_refused() -> None:
    framer = Framer(Encoding.PCM16, 16000)
    with pytest.raises(Invalid, match="20 毫秒"):
        framer.feed(bytes(MOST_PIECE + 1))
    assert len(framer.feed(bytes(640))) == 1


def test_rates_turn_into_each_other_without_mirrors() -> None:
    for hertz in (300, 1000, 3300):
        up = Resampler(8000, 16000).feed(tone(hertz, 8000))[400:]
        assert len(up) == 2 * 4000 - 400
        assert loudness(up) == pytest.approx(loudness(tone(hertz, 16000)), rel=0.03)
        spectrum = np.abs(np.fft.rfft(up * np.hanning(len(up))))
        mirror = spectrum[len(spectrum) // 2 + 60 :].max()
        assert spectrum.max() > 300 * mirror
        down = Resampler(16000, 8000).feed(tone(hertz, 16000))[200:]
        assert loudness(down) == pytest.approx(loudness(tone(hertz, 8000)), rel=0.03)
    assert loudness(Resampler(16000, 8000).feed(tone(5000, 16000))[200:]) < 0.003 * loudness(tone(5000, 16000))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 400), max_size=10), st.booleans())
def test_resampling_does_not_depend_on_the_pieces(cuts: list[int], up: bool) -> None:
    sound = np.random.default_rng(3).integers(-30000, 30000, 1200).astype(np.int16)
    made = [Resampler(8000, 16000) if up else Resampler(16000, 8000) for _ in range(2)]
    parts, rest = [], sound
    for cut in [*cuts, len(sound)]:
        parts.append(made[0].feed(rest[:cut]))
        rest = rest[cut:]
    assert np.concatenate(parts).tolist() == made[1].feed(sound).tolist()


def test_files_come_back_as_they_went() -> None:
    left, right = tone(400, 8000), tone(700, 8000)
    found = read_wav(write_wav(8000, left, right))
    assert (found.rate, found.seconds, found.cut) == (8000, 0.5, False)
    assert [one.tolist() for one in found.channels] == [left.tolist(), right.tolist()]
    coded = read_wav(wav(6, 8000, 1, 8, encode(left, Encoding.ALAW)))
    assert coded.channels[0].tolist() == decode(encode(left, Encoding.ALAW), Encoding.ALAW).tolist()


def test_a_header_of_ten_hours_reserves_nothing() -> None:
    second = tone(400, 16000, 1.0).astype("<i2").tobytes()
    tracemalloc.start()
    for claimed in (16000 * 2 * 36000, 2**32 - 1):
        found = read_wav(wav(1, 16000, 1, 16, second, claimed))
        assert found.cut
        assert found.seconds == 1.0
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 1_000_000


def malformed(seed: int) -> bytes:
    """A good file with a few things wrong with it."""
    chance = random.Random(seed)
    wrong = set(chance.sample(["form", "rate", "count", "claim", "fmt", "order", "bytes", "end", "sound"], k=2))
    kind, bits = chance.choice([(1, 16), (6, 8), (7, 8)])
    if "form" in wrong:
        kind, bits = chance.choice([(1, 8), (1, 24), (3, 32), (0xFFFE, 16), (17, 4), (85, 0)])
    rate = chance.choice([0, 1, 44100, 2**32 - 1] if "rate" in wrong else [8000, 16000])
    count = chance.choice([0, 3, 65535] if "count" in wrong else [1, 2])
    sound = chance.randbytes(chance.choice([0, 1, 2, 3, 319] if "sound" in wrong else [320, 2000]))
    size = chance.choice([0, 1, 2**31, 2**32 - 1, chance.randrange(5000)]) if "claim" in wrong else len(sound)
    block = count * bits // 8 & 0xFFFF
    form = struct.pack("<HHIIHH", kind, count, rate, rate * block & 0xFFFFFFFF, block, bits)
    form += chance.randbytes(chance.choice([0, 0, 2, 24]))
    told = chance.choice([0, 15, 2**32 - 1]) if "fmt" in wrong else len(form)
    chunks = [b"fmt " + struct.pack("<I", told) + form]
    chunks.append(b"data" + struct.pack("<I", size) + sound)
    chunks += [b"LIST" + struct.pack("<I", length) + bytes(length) for length in chance.choices([0, 1, 7], k=2)]
    if "order" in wrong:
        chance.shuffle(chunks)
    made = bytearray(b"RIFF" + chance.randbytes(4) + b"WAVE" + b"".join(chunks))
    for _ in range(chance.choice([1, 4, 40]) if "bytes" in wrong else 0):
        made[chance.randrange(len(made))] = chance.randrange(256)
    return bytes(made[: chance.randrange(len(made)) if "end" in wrong else len(made)])


def test_malformed_files_are_read_or_refused_with_a_sentence() -> None:
    read, said = 0, list[str]()
    tracemalloc.start()
    for seed in range(MALFORMED):
        data = malformed(seed)
        try:
            found = read_wav(data)
        except Invalid as error:
            said.append(error.message)
        else:
            read += 1
            assert len({len(one) for one in found.channels}) == 1
            assert sum(len(one) for one in found.channels) <= len(data)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read > MALFORMED // 20
    assert len(said) == MALFORMED - read > MALFORMED // 10
    assert all(one.endswith("。") for one in said)
    assert len(set(said)) >= 4, set(said)
    assert most < 1_000_000
