"""Mandarin as the sounds that the voice model was taught: words, their pinyin, and of each syllable its IPA with a tone arrow.

The notation is the one of Kokoro 1.0 (first reading of each syllable of the public pinyin-to-IPA tables; tones → ↗ ↓ ↘, the
neutral one without a sign). Tones are not changed between syllables: the model learnt that from unchanged ones.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

INITIALS: Final = {
    "": "", "b": "p", "c": "ʦʰ", "ch": "ꭧʰ", "d": "t", "f": "f", "g": "k", "h": "x", "j": "ʨ", "k": "kʰ", "l": "l",
    "m": "m", "n": "n", "p": "pʰ", "q": "ʨʰ", "r": "ɻ", "s": "s", "sh": "ʂ", "t": "tʰ", "x": "ɕ", "z": "ʦ", "zh": "ꭧ",
}  # fmt: skip
FINALS: Final = {
    "a": "a0", "ai": "ai0", "an": "a0n", "ang": "a0ŋ", "ao": "au0", "e": "ɤ0", "ei": "ei0", "en": "ə0n", "eng": "ə0ŋ",
    "er": "ɚ0", "i": "i0", "ia": "ja0", "ian": "jɛ0n", "iang": "ja0ŋ", "iao": "jau0", "ie": "je0", "in": "i0n",
    "ing": "i0ŋ", "iong": "jʊ0ŋ", "iou": "jou0", "io": "jɔ0", "o": "wo0", "ong": "ʊ0ŋ", "ou": "ou0", "u": "u0",
    "ua": "wa0", "uai": "wai0", "uan": "wa0n", "uang": "wa0ŋ", "uei": "wei0", "uen": "wə0n", "ueng": "wə0ŋ",
    "uo": "wo0", "ü": "y0", "üan": "ɥɛ0n", "üe": "ɥe0", "ün": "y0n", "ê": "ɛ0", "m": "m0", "n": "n0", "ng": "ŋ0",
}  # fmt: skip
"""0 stands where the tone goes."""
_TONES: Final = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}
_APICAL: Final = frozenset({"zh", "ch", "sh", "r", "z", "c", "s"})
LETTERS: Final = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "ˈA bˈi sˈi dˈi ˈi ˈɛf ʤˈi ˈAʧ ˈI ʤˈA kˈA ˈɛl ˈɛm ˈɛn ˈO pˈi kjˈu ˈɑɹ ˈɛs tˈi jˈu vˈi dˈʌbᵊlju ˈɛks wˈI zˈi".split(),
        strict=True,
    )
)
"""Names of letters; foreign words are spelled with them, since nothing here knows how they sound."""
_PAUSES: Final = {"，": ", ", "、": ", ", "。": ". ", "！": "! ", "？": "? ", "：": ": ", "；": "; "}
_HAN: Final = re.compile("[\u4e00-\u9fff]+")
_RUN: Final = re.compile("[\u4e00-\u9fff]+|[A-Za-z]|[^\u4e00-\u9fffA-Za-z]+")


def syllable(initial: str, final: str, tone: str) -> str:
    """One syllable, of pypinyin's strict initial and final; empty for what is none."""
    if final == "i" and initial in _APICAL:
        sound = "ɨ0"
    elif final == "o" and not initial:
        sound = "ɔ0"
    else:
        sound = FINALS.get(final, "")
    return (INITIALS.get(initial, "") + sound).replace("0", _TONES.get(tone, "")) if sound else ""


@cache
def _know_phrases() -> None:
    """Readings in words (银行 is not 银形) are needed here; who took the package first may have left them out (``sounds``)."""
    from pypinyin import load_phrases_dict
    from pypinyin.constants import PHRASES_DICT

    if not PHRASES_DICT:
        from pypinyin.phrases_dict import phrases_dict

        load_phrases_dict(phrases_dict)


@lru_cache(maxsize=20_000)
def word(text: str) -> str:
    """The sounds of one Chinese word; of a character that nobody can read none."""
    from pypinyin import Style, lazy_pinyin

    _know_phrases()
    initials = lazy_pinyin(text, style=Style.INITIALS, strict=True, errors="ignore")
    finals = lazy_pinyin(text, style=Style.FINALS_TONE3, strict=True, neutral_tone_with_five=True, errors="ignore")
    return "".join(
        syllable(initial, final[:-1].replace("v", "ü"), final[-1:])
        for initial, final in zip(initials, finals, strict=True)
    )


def phonemes(said: str) -> str:
    """The sounds of a text that ``spoken`` gave; words stand apart, pauses become the marks that the model knows."""
    import jieba

    jieba.setLogLevel("ERROR")
    found = []
    for run in _RUN.findall(said):
        if _HAN.match(run):
            found.append(" ".join(word(one) for one in jieba.lcut(run)))
        elif run.isalpha():
            found.append(f" {LETTERS.get(run.upper(), '')} ")
        else:
            found.append("".join(_PAUSES.get(sign, sign) for sign in run))
    return re.sub(r"\s+", " ", "".join(found)).strip()
