"""A text as standard written Chinese, for understanding only: simplified characters, dialect words and order put right.

The citizen's words are never changed; every character of the plain text knows the place it came from, so that what is
found in the plain text is shown in the original words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.speech import Speech, lexicon, simplified
from minhu.language.types import Span

_ADJECTIVE: Final = "高大矮细快慢贵靓好差多少重轻长短早迟劲强弱热冻"
_OBJECT: Final = "我们|你们|他们|我|你|他"
_END: Final = "(?=[啦呀啊吧嘛。，！？!?,…]|$)"
# Word order and particles of Cantonese; applied in this order, before or after the words.
_CANTONESE_FIRST: Final = (
    (regex("係"), "是"),
    (regex("(?<![关联体派直水星母院语学维])系(?![统列数])"), "是"),
    (regex("([\u4e00-\u9fff嚟攞搵揾瞓])紧(?!要|张|急|迫|贴|跟|密|缩|固|俏|锁|绷|挨|靠|闭|实)(?<![要赶抓收拉加不捉绷吃严着]紧)"), r"正在\1"),
    (regex("([\u4e00-\u9fff攞揾])晒(?!台|太阳|衣|干|谷|黑|被|图|出|在)"), r"\1完"),
    (regex(f"([^，。！？的是]{{1,5}}?)([{_ADJECTIVE}])过((?:你|我|佢|人|呢|嗰|旧|以|寻|旁|其|上|外|前)[^，。！？]{{0,5}}){_END}"), r"\1比\3\2"),
    (regex(f"(?<![首头啱原祖争优事领预率早])([\u4e00-\u9fff嘢嚟]{{1,6}})(?<![首头啱原祖争优事领预率早])先{_END}"), r"先\1"),
    (regex("多([食饮着睇攞做买])啲"), r"多\1点"),
    (regex("([执整搵揾攞畀修拎着做找讲])返(?![工屋去嚟学])"), r"\1回"),
    (regex("喺(?:呢)?度"), "在这里"),
    (regex("同(?=[我你佢])"), "跟"),
    (regex("同(?![学事意样时志乡行一步等情类龄期胞伴盟名居源性])"), "和"),
    (regex("呢(?=[个啲度位次件种日条间边句首部本张批班单排头样阵一二两三四几第])"), "这"),
    (regex("(?:^|(?<=[，。！？]))[噉嗱誒诶呀吖唏嘩哗嗯喂]呢?[，、…⋯]+"), ""),
    (regex("(?<=[^，。！？])呢(?=，)"), ""),
    (regex("(?:^|(?<=[，。！？]))啲"), "这些"),
    (regex("(佢哋?|我哋?|你哋?|人|就是|即是)话(?!题|剧|费|筒|音)"), r"\1说"),
    (regex("点(?=[样知会去做讲整搞走])(?!样[的])"), "怎么"),
    (regex("(?<![知认见赏常学])识(?=[唔得做讲听睇写用开揸行])"), "会"),
    (regex("返(?=[我你佢屋工学嚟去])"), "回"),
    (regex("食(?![物品堂疗欲指言宿用油盐])"), "吃"),
)  # fmt: skip
_CANTONESE_LAST: Final = (
    (regex(f"给((?:一|两|几|本|支|个|张|条|部|间|些|点)[^我你他，。！？]{{0,4}})({_OBJECT}){_END}"), r"给\2\1"),
    (regex("告诉(我们|你们|他们|我|你|他)知道?"), r"告诉\1"),
    (regex("(这个|那个|这些|那些)的(?=[\u4e00-\u9fff])"), r"\1"),
    (regex("怎么样样"), "怎么样"),
    (regex("(?<=[\u4e00-\u9fff])啊(?=[。！])"), ""),
    (regex("不正在(?=[\u4e00-\u9fff])"), "没在"),
    (regex("的(?:了|啊|啦|吗)(?=[。！，]|$)"), "的"),
)  # fmt: skip


@dataclass(slots=True)
class Plain:
    """Plain text; ``begins[i]`` and ``ends[i]`` are the part of the original that character ``i`` stands for."""

    text: str
    begins: list[int]
    ends: list[int]

    def original(self, span: Span) -> Span:
        """The part of the original words that a span of the plain text came from."""
        start, end = span
        if not self.text or start >= len(self.text):
            return (self.ends[-1], self.ends[-1]) if self.ends else (0, 0)
        last = min(max(end, start + 1), len(self.text)) - 1
        return min(self.begins[start : last + 1]), max(self.ends[start : last + 1])

    def replace(self, pattern: re.Pattern[str], new: str) -> None:
        """Replace like ``re.sub``; the new characters stand for the whole of what they replace."""
        pieces = [(match.start(), match.end(), match.expand(new)) for match in pattern.finditer(self.text)]
        if pieces:
            self._put(pieces)

    def put_words(self, region: str) -> None:
        """Standard words for the words of one region, the longest at each place."""
        book, pieces, at = lexicon(), [], 0
        while at < len(self.text):
            for word in book.get(self.text[at], ()):
                if word.region == region and self.text.startswith(word.word, at):
                    pieces.append((at, at + len(word.word), word.mandarin))
                    at += len(word.word) - 1
                    break
            at += 1
        self._put(pieces)

    def _put(self, pieces: Iterable[tuple[int, int, str]]) -> None:
        text, begins, ends, done = [], [], [], 0
        for start, end, new in pieces:
            text += [self.text[done:start], new]
            first, last = min(self.begins[start:end]), max(self.ends[start:end])
            begins += [*self.begins[done:start], *[first] * len(new)]
            ends += [*self.ends[done:start], *[last] * len(new)]
            done = end
        self.text = "".join([*text, self.text[done:]])
        self.begins, self.ends = [*begins, *self.begins[done:]], [*ends, *self.ends[done:]]


def normalise(text: str, speech: Speech) -> Plain:
    """``text`` as standard written Chinese; unchanged where nothing is traditional or dialect."""
    plain = Plain(simplified(text), list(range(len(text))), list(range(1, len(text) + 1)))
    if not speech.dialect:
        return plain
    if speech.dialect == "yue":
        for pattern, new in _CANTONESE_FIRST:
            plain.replace(pattern, new)
    plain.put_words(speech.dialect)
    if speech.dialect == "yue":
        for pattern, new in _CANTONESE_LAST:
            plain.replace(pattern, new)
    return plain
