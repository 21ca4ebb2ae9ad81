"""Sound like speech for tests: a pulse with a wandering pitch through the formants of five vowels. It says nothing."""

from __future__ import annotations

import numpy as np

from minhu.engines.speech.codecs import Rate, Samples

_VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))


def speech(seconds: float, rate: Rate = 8000, pitch: float = 120.0, seed: int = 1) -> Samples:
    """Syllables of 180 ms that follow each other."""
    from scipy.signal import lfilter  # a second of imports, that every test process would pay while it collects

    count = int(seconds * rate)
    time = np.arange(count) / rate
    phase = np.cumsum(pitch * (1 + 0.08 * np.sin(6 * np.pi * time) + 0.02 * np.sin(1.4 * np.pi * time))) / rate
    pulses = np.diff(np.floor(phase), prepend=0) + 0.02 * np.random.default_rng(seed).standard_normal(count)
    found, step = np.zeros(count), int(0.18 * rate)
    for at, begin in enumerate(range(0, count, step)):
        part = pulses[begin : begin + step]
        for formant, width in zip(_VOWELS[at % 5], (80, 100, 140), strict=True):
            radius = np.exp(-np.pi * width / rate)
            part = lfilter([1 - radius], [1, -2 * radius * np.cos(2 * np.pi * formant / rate), radius**2], part)
        edge = np.minimum(np.arange(len(part)), np.arange(len(part))[::-1]) / (0.03 * rate)
        found[begin : begin + step] = part / np.abs(part).max() * np.minimum(1, edge)
    return (9000 * found).astype(np.int16)


def noise(seconds: float, rate: Rate = 8000, level: float = 60.0, seed: int = 2) -> Samples:
    """The hiss of a line."""
    return (level * np.random.default_rng(seed).standard_normal(int(seconds * rate))).astype(np.int16)


def conv_model(taps: int, apart: int) -> bytes:
    """A model of one quantised convolution, 2 channels to 3, as the voice's has them; written by hand in its format."""

    def key(value: int) -> bytes:
        return bytes([value]) if value < 128 else bytes([value & 127 | 128, value >> 7])

    def part(number: int, value: int | bytes) -> bytes:
        if isinstance(value, int):
            return key(number << 3) + bytes([value])
        assert len(value) < 1 << 14
        return key(number << 3 | 2) + bytes([len(value) & 127 | 128, len(value) >> 7]) + value

    def tensor(name: str, table: np.ndarray, kind: int) -> bytes:
        sizes = b"".join(part(1, size) for size in table.shape)
        return part(5, sizes + part(2, kind) + part(8, name.encode()) + part(9, table.tobytes()))

    def node(op: str, inputs: str, outputs: str, *more: bytes) -> bytes:
        names = [part(1, one.encode()) for one in inputs.split()] + [part(2, one.encode()) for one in outputs.split()]
        return part(1, b"".join([*names, part(3, outputs.split()[0].encode()), part(4, op.encode()), *more]))

    def ints(name: str, *values: int) -> bytes:
        return part(5, part(1, name.encode()) + b"".join(part(8, one) for one in values) + part(20, 7))

    def port(number: int, name: str, sizes: tuple[int, ...]) -> bytes:
        shape = b"".join(part(1, part(1, size)) for size in sizes)
        return part(number, part(1, name.encode()) + part(2, part(1, part(1, 1) + part(2, shape))))

    weights = (np.arange(3 * 2 * taps) % 20 + 118).astype(np.uint8).reshape(3, 2, taps)
    pads = apart * (taps - 1) // 2
    cast = part(5, part(1, b"to") + part(3, 1) + part(20, 2))
    to_int = part(5, part(1, b"to") + part(3, 6) + part(20, 2))
    graph = [
        node("DynamicQuantizeLinear", "x", "q s z"), node("Mul", "s ws", "scale"),
        node("Div", "bias scale", "d"), node("Floor", "d", "f"), node("Cast", "f", "i", to_int),
        node("Reshape", "i shape", "b"),
        node("ConvInteger", "q w z wz", "c", ints("pads", pads, pads), ints("dilations", apart), ints("strides", 1)),
        node("Add", "c b", "a"), node("Cast", "a", "r", cast), node("Mul", "r scale", "y"), part(2, b"g"),
        tensor("w", weights, 2), tensor("wz", np.array(120, dtype=np.uint8), 2),
        tensor("ws", np.array(0.01, dtype=np.float32), 1), tensor("bias", np.array([0.5, -0.25, 1], dtype=np.float32), 1),
        tensor("shape", np.array([1, 3, 1], dtype=np.int64), 7), port(11, "x", (1, 2, 12)), port(12, "y", (1, 3, 12)),
    ]  # fmt: skip
    opsets = part(8, part(2, 20)) + part(8, part(1, b"com.microsoft") + part(2, 1))
    return part(1, 9) + part(7, b"".join(graph)) + opsets
