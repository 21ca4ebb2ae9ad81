"""Which language, dialect and script a text is in, by its letters and its words; for routing, never for refusing.

Letters decide where they can (kana, hangul, Tibetan, Mongolian …); among Latin, Cyrillic and Arabic letters a few frequent
words or own letters do. Chinese texts are looked through for dialect words; one sure sign or two weak ones name the region.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from opencc import OpenCC

from minhu.kernel.patterns import regex
from minhu.language.types import Span

MAKER: Final = "speech/2026.1"
LEXICON: Final = Path(__file__).parent / "lexicon" / "dialect.csv"
CHINESE: Final = "zh"
# Letters of one language, or of a script that several share ('latin', 'cyrillic', 'arabic', 'han').
_SCRIPTS: Final = (
    ("ja", regex("[\u3041-\u3096\u30a1-\u30fa]")),
    ("ko", regex("[\uac00-\ud7a3\u1100-\u11ff\u3131-\u318e]")),
    ("bo", regex("[\u0f00-\u0fff]")),
    ("mn", regex("[\u1800-\u18af]")),
    ("th", regex("[\u0e01-\u0e5b]")),
    ("lo", regex("[\u0e81-\u0edf]")),
    ("my", regex("[\u1000-\u109f]")),
    ("km", regex("[\u1780-\u17ff]")),
    ("hi", regex("[\u0900-\u097f]")),
    ("ii", regex("[\ua000-\ua4cf]")),
    ("arabic", regex("[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff]")),
    ("cyrillic", regex("[\u0400-\u04ff]")),
    ("han", regex("[\u3400-\u9fff\U00020000-\U0003ffff]")),
    ("latin", regex("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")),
)
_BEYOND_CHINESE: Final = regex(
    "[^\x00-\x7f\u2000-\u206f\u2190-\u27bf\u3000-\u303f\u3400-\u9fff\uff00-\uffef]|[A-Za-z]{2}"
)
_UYGHUR: Final = regex("[\u06d0\u06c7\u06c6\u06c8\u06d5\u06ad\u06cb]")
_PERSIAN_URDU: Final = regex("[\u06cc\u06a9]")
_MONGOLIAN_CYRILLIC: Final = regex("[\u04e9\u04af\u04e8\u04ae]")
_KAZAKH: Final = regex("[\u04d9\u0493\u049b\u04a3\u04b1\u04bb]")
_VIETNAMESE: Final = regex("[\u0103\u0111\u01a1\u01b0\u1ea0-\u1ef9]", re.IGNORECASE)
_FREQUENT: Final = {
    "en": "the is are not and my to of in please help there it i you we have has for with can what where how water no",
    "fr": "le la les est je ne pas des un une dans et vous nous mon que pour avec sur",
    "de": "der die das ist nicht und ich ein eine mein mit auf wir sie zu bitte haben",
    "es": "el la los es no un una mi en y por con que de para hay estoy favor tengo",
    "pt": "o a os não um uma meu em e por com que de para está há tenho favor",
    "id": "yang di tidak saya ada dan ini itu dengan untuk rumah air tolong kami",
}
LANGUAGE_LABELS: Final[Mapping[str, str]] = {
    "zh": "汉语", "en": "英语", "ja": "日语", "ko": "朝鲜语（韩语）", "ru": "俄语", "ug": "维吾尔语", "bo": "藏语", "mn": "蒙古语",
    "kk": "哈萨克语", "vi": "越南语", "ar": "阿拉伯语", "fa": "波斯语或乌尔都语", "th": "泰语", "lo": "老挝语", "my": "缅甸语", "km": "高棉语",
    "hi": "印地语", "ii": "彝语", "fr": "法语", "de": "德语", "es": "西班牙语", "pt": "葡萄牙语", "id": "印度尼西亚语", "latin": "其他拉丁字母语言",
}  # fmt: skip
DIALECT_LABELS: Final[Mapping[str, str]] = {
    "yue": "粤语", "sichuan": "四川话（西南官话）", "dongbei": "东北话", "wu": "吴语（上海话）", "min": "闽南语", "henan": "河南话（中原官话）",
    "shaanxi": "陕西话（西北方言）", "xiang": "湖南话（湘语）",
}  # fmt: skip


# How Cantonese is put, beside its words: aspect after verbs, particles at the end, amounts.
_CANTONESE: Final = regex(
    r"[\d一二三四五六七八九十百千两]蚊|点(?:解|呀|算|样|会呀)|[做食睇行等讲问打用开玩写唱瞓听住烧着流浸漏叫]紧|[做食睇洗讲玩用走攞坏烂湿冇]晒|喇(?![叭嘛])|嘞(?!个)|吖|唧|噃|囖|㗎|𡃁|𠿪"
    r"|几多|坐低|[得好到来]未(?=[呀啊？?]|$)|(?:试|睇|讲|静|谂|倾)下(?=[。，！？啦呀]|$)|咩(?=[？?呀，。]|$)|[行食饮坐走做等睇][^，。]{0,3}先(?=[啦呀。！，]|$)|(?:返|翻)(?:屋|工|学|嚟|去)|佢"
)


# In a long text one odd word is chance: it takes one more sure sign per so many characters.
_LONG: Final = 100


@dataclass(frozen=True, slots=True)
class Word:
    """One dialect word: region, standard word, and how sure a sign of the region it is (2 sure, 1 weak, 0 none)."""

    region: str
    word: str
    mandarin: str
    sign: int


@dataclass(frozen=True, slots=True)
class Speech:
    """What a text is written in: ``language`` (ISO 639-1), ``dialect`` ('' for the standard), whether traditional."""

    language: str
    dialect: str
    traditional: bool
    confidence: float
    words: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()

    @property
    def label(self) -> str:
        """What people read: the dialect, else the language."""
        return DIALECT_LABELS.get(self.dialect) or LANGUAGE_LABELS.get(self.language, self.language)


PLAIN_CHINESE: Final = Speech(CHINESE, "", False, 0.9)


@lru_cache(maxsize=1)
def lexicon() -> dict[str, tuple[Word, ...]]:
    """All dialect words by their first character, longest first."""
    found: defaultdict[str, list[Word]] = defaultdict(list)
    with LEXICON.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["word"][0]].append(Word(row["region"], row["word"], row["mandarin"], int(row["sign"])))
    return {first: tuple(sorted(words, key=lambda one: -len(one.word))) for first, words in found.items()}


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


def simplified(text: str) -> str:
    """The text in simplified characters, each in the place of its original (same length)."""
    done = str(_converter().convert(text))
    return done if len(done) == len(text) else "".join(str(_converter().convert(one))[:1] or one for one in text)


def recognise(text: str) -> Speech:
    """Language, dialect and script of a text; an empty one counts as standard Chinese."""
    if _BEYOND_CHINESE.search(text):
        language, share = _language(text)
        if language != CHINESE:
            return Speech(language, "", False, round(share, 3))
    plain = simplified(text)
    traditional = sum(a != b for a, b in zip(text, plain, strict=True)) >= 2 or (len(text) < 12 and text != plain)
    points: defaultdict[str, float] = defaultdict(float)
    seen: defaultdict[str, dict[str, Span]] = defaultdict(dict)
    for at, word in signs(plain):
        if word.word not in seen[word.region]:
            seen[word.region][word.word] = (at, at + len(word.word))
            points[word.region] += word.sign
    if text.count("\u4fc2") > text.count("\u95dc\u4fc2"):  # 係 outside 關係 is Cantonese for 是
        points["yue"] += 2
        seen["yue"]["\u4fc2"] = (text.index("\u4fc2"), text.index("\u4fc2") + 1)
    for match in _CANTONESE.finditer(plain):
        points["yue"] += 1 if match.group() in seen["yue"] else 2
        seen["yue"].setdefault(match.group(), match.span())
    if not points:
        return Speech(CHINESE, "", traditional, 0.9)
    best = max(points, key=lambda region: (points[region], region == "yue"))
    if points[best] < 2 + 2 * (len(plain) // _LONG):
        return Speech(CHINESE, "", traditional, 0.7)
    found = seen[best]
    return Speech(
        CHINESE, best, traditional, min(0.99, 0.7 + 0.06 * points[best]), tuple(found), tuple(sorted(found.values()))
    )


def signs(plain: str) -> Iterator[tuple[int, Word]]:
    """Every dialect word that is a sign, with its place, in a simplified text; the longest at each place and region."""
    book = lexicon()
    for at, char in enumerate(plain):
        regions: set[str] = set()
        for word in book.get(char, ()):
            if word.region not in regions and plain.startswith(word.word, at):
                regions.add(word.region)
                if word.sign:
                    yield at, word


def _language(text: str) -> tuple[str, float]:
    """The language of a text that is not only Chinese, and its share of the letters."""
    counts = {name: len(pattern.findall(text)) for name, pattern in _SCRIPTS}
    total = sum(counts.values())
    if not total:
        return CHINESE, 0.5
    if counts["ja"] and counts["ja"] * 4 >= counts["han"] and counts["ja"] * 3 >= counts["latin"]:
        return "ja", (counts["ja"] + counts["han"]) / total
    # A Latin or Arabic word is as long as several Chinese characters.
    weight = {name: count * (1.0 if name in ("han", "ko", "ii") else 0.3) for name, count in counts.items()}
    best = max(weight, key=lambda name: weight[name])
    share = counts[best] / total
    named = {"han": lambda _: CHINESE, "latin": _latin, "cyrillic": _cyrillic, "arabic": _arabic}
    return (named[best](text) if best in named else best), share


def _latin(text: str) -> str:
    if len(_VIETNAMESE.findall(text)) >= 2:
        return "vi"
    words = re.findall(r"[^\W\d_]+", text.lower())
    hits = {name: sum(word in set(frequent.split()) for word in words) for name, frequent in _FREQUENT.items()}
    best = max(hits, key=lambda name: hits[name])
    if hits[best]:
        return best
    # A lone name, code or abbreviation says nothing of the language.
    return "en" if len(words) >= 2 and text.isascii() else CHINESE if len(words) < 2 else "latin"


def _cyrillic(text: str) -> str:
    if _MONGOLIAN_CYRILLIC.search(text) and not _KAZAKH.search(text):
        return "mn"
    return "kk" if _KAZAKH.search(text) else "ru"


def _arabic(text: str) -> str:
    if len(_UYGHUR.findall(text)) >= 2:
        return "ug"
    return "fa" if _PERSIAN_URDU.search(text) else "ar"
