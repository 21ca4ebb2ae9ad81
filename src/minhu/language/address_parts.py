"""The parts of an address as people write it: province, road, number, estate, building, unit, floor, room.

A linear-chain conditional random field over tokens (a number is one token), trained by python-crfsuite. Feature names
are checksums, so a model file holds weights and no text.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.types import Span

Sentence = tuple[tuple[str, ...], tuple[str, ...]]
_TOKEN = regex(r"[0-9A-Za-z]+|\S")
_SUFFIXES: Final = frozenset("省市区县镇乡村路街道巷弄号栋幢楼层室座单元期苑园城店厦场寓院校厂司馆组队里桥口站")
_NUMERALS: Final = frozenset("一二三四五六七八九十百千零〇")
_MARGIN: Final = 4
_REACH: Final = 9
# Strength of the penalties: the first makes a small model; the best of three tried on the development file.
PENALTIES: Final = {"c1": 0.3, "c2": 0.01}
ROUNDS: Final = 90


@dataclass(frozen=True, slots=True)
class AddressPart:
    """One part: its label as in the training data (road, roadno, poi, …), its words and where they stand."""

    label: str
    text: str
    span: Span


def read_conll(lines: Iterable[str]) -> list[Sentence]:
    """Sentences of a file with one token and its BIO tag a line, an empty line between; raises ``ValueError``."""
    found: list[Sentence] = []
    tokens: list[str] = []
    tags: list[str] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            token, _, tag = line.rstrip("\r\n").rpartition(" ")
            if not token.strip() or not re.fullmatch(r"O|[BI]-\S+", tag):
                raise ValueError(f"第 {number} 行应为“字 标签”，标签是 O、B-… 或 I-…")
            tokens.append(token.strip())
            tags.append(tag)
        elif tokens:
            found.append((tuple(tokens), tuple(tags)))
            tokens, tags = [], []
    if tokens:
        found.append((tuple(tokens), tuple(tags)))
    return found


def train(sentences: Sequence[Sentence], file: Path, rounds: int = ROUNDS) -> None:
    """Train and write a model; some minutes for ten thousand addresses. Raises ``ValueError`` without any label."""
    import pycrfsuite

    if len({tag for _, tags in sentences for tag in tags}) < 2:
        raise ValueError("训练数据里至少要有两种标签")
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    for tokens, tags in sentences:
        trainer.append(features(tokens), list(tags))
    trainer.set_params({**PENALTIES, "max_iterations": rounds, "feature.possible_transitions": True})
    trainer.train(str(file))


class AddressParser:
    """A trained model, ready to read."""

    def __init__(self, file: Path) -> None:
        import pycrfsuite

        self._tagger = pycrfsuite.Tagger()
        try:
            self._tagger.open(str(file))
        except (ValueError, OSError) as error:
            raise ValueError("地址模型文件无法读取，请重新训练。") from error

    def tag(self, tokens: Sequence[str]) -> list[str]:
        """BIO tags of tokens."""
        return list(self._tagger.tag(features(tokens))) if tokens else []

    def parse(self, text: str) -> tuple[AddressPart, ...]:
        """The parts of an address in the order of the text; 'redundant' words are left out."""
        places = [found.span() for found in _TOKEN.finditer(text)]
        tags = self.tag([text[start:end] for start, end in places])
        return tuple(
            AddressPart(label, text[begin:stop], (begin, stop))
            for first, last, label in spans(tags)
            if label != "redundant"
            for begin, stop in [(places[first][0], places[last - 1][1])]
        )


def spans(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """Chunks of BIO tags: first token, the one behind the last, label; a stray I begins a chunk."""
    found: list[tuple[int, int, str]] = []
    for at, tag in enumerate(tags):
        head, _, label = tag.partition("-")
        if head == "I" and found and found[-1][1] == at and found[-1][2] == label:
            found[-1] = (found[-1][0], at + 1, label)
        elif head in ("B", "I"):
            found.append((at, at + 1, label))
    return found


def features(tokens: Sequence[str]) -> list[list[str]]:
    """For each token the checksums of what is true of it and its neighbours."""
    kinds = [_kind(token) for token in tokens]
    words = [token if kind in ("H", "N", "P") else kind for token, kind in zip(tokens, kinds, strict=True)]
    padded = [f"<{n}" for n in range(_MARGIN)] + words + [f">{n}" for n in range(_MARGIN)]
    result = []
    for at in range(len(tokens)):
        named = [*_window(padded, at + _MARGIN), *_around(words, at), *_shape(tokens, words, kinds, at)]
        result.append([format(zlib.crc32(one.encode()), "x") for one in named])
    return result


def _kind(token: str) -> str:
    if token.isascii() and token.isalnum():
        head = "D" if token.isdigit() else "A" if token.isalpha() else "M"
        return f"{head}{min(len(token), 5)}"
    if token in _NUMERALS:
        return "N"
    return "H" if "\u4e00" <= token <= "\u9fff" else "P"


def _window(words: Sequence[str], at: int) -> list[str]:
    """Runs of one to four words around a place."""
    w = words
    singles = [f"{n}={w[at + n]}" for n in range(-3, 4)]
    runs = [(-1, 1), (0, 2), (-2, 1), (0, 3), (-2, 0), (1, 3), (-1, 2), (1, 4), (-3, 0), (0, 4), (-3, 1)]
    return [*singles, f"s={w[at - 1]}|{w[at + 1]}", *(f"{a},{b}={'|'.join(w[at + a : at + b])}" for a, b in runs)]


def _around(words: Sequence[str], at: int) -> list[str]:
    """The next and the last words that end a part, how far they are, and their order."""
    behind = next((n for n in range(min(_REACH, len(words) - at)) if words[at + n] in _SUFFIXES), None)
    ahead = next((n for n in range(1, min(_REACH, at + 1)) if words[at - n] in _SUFFIXES), None)
    right = words[at + behind] if behind is not None else ""
    left = words[at - ahead] if ahead is not None else ""
    after = words[at + behind + 1] if behind is not None and at + behind + 1 < len(words) else "$"
    lefts = [word for word in words[:at] if word in _SUFFIXES][-3:]
    rights = [word for word in words[at:] if word in _SUFFIXES or word[0] in "DA"][:3]
    return [
        f"r{behind}{right}", f"R{right}", f"t{right}|{after}", f"w{right}|{words[at]}", f"l{ahead}{left}", f"L{left}",
        f"b{left}|{right}|{behind == 0}", f"x{''.join(lefts)}", f"y{''.join(rights)}", f"z{''.join(lefts[-1:])}|{''.join(rights[:2])}",
    ]  # fmt: skip


def _shape(tokens: Sequence[str], words: Sequence[str], kinds: Sequence[str], at: int) -> list[str]:
    """Kinds of signs, the number itself, and the place from both ends."""
    near = "".join(kind[0] for kind in kinds[max(0, at - 2) : at + 3])
    plain = [f"v{tokens[at]}"] if tokens[at] != words[at] else []
    return [f"k{kinds[at]}", f"K{near}", f"p{min(at, 12)}", f"e{min(len(tokens) - 1 - at, 6)}", *plain]
