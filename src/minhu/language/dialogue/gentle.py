"""The bot's words for who needs them plain: short sentences, one question at a time, nothing in brackets.

Only the bot's own phrases are put so; what a paper says, what is read back and every number are left as they are, and
words of danger are never shortened.
"""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 22
"""Characters of a sentence; a longer one is broken at a comma."""
_LEAST: Final = 8
"""Characters below which a part of a broken sentence does not stand alone."""
_KEPT: Final = frozenset({
    "danger", "ask_danger", "danger_unanswered", "opened", "read_back", "survey_read_back", "progress", "answer", "greeting",
    "greeting_person_first", "greeting_machine_only", "other_language", "handing_language", "no_person_language", "handing_danger",
})  # fmt: skip
_ASIDE: Final = re.compile(r"（[^（）]*）|\([^()]*\)")
_SENTENCE: Final = re.compile(r"[^。！？；!?;]+[。！？；!?;]?")
_COMMA: Final = re.compile(r"[，,]")


def gentle(words: str, code: str) -> str:
    """``words`` of the phrase ``code`` in short sentences with one question at most; kept phrases come back as they are."""
    if code in _KEPT:
        return words
    said: list[str] = []
    asked = False
    for found in _SENTENCE.finditer(_ASIDE.sub("", words)):
        sentence = found.group().strip()
        question = sentence.endswith(("？", "?"))
        if question and asked:
            continue
        asked = asked or question
        said += _short(sentence)
    return "".join(said) or words.replace("？", "")  # nothing but marks


def _short(sentence: str) -> list[str]:
    """A sentence broken at its commas where it is long; its own mark stays at the end."""
    body, mark = (sentence[:-1], sentence[-1]) if sentence[-1] in "。！？；!?;" else (sentence, "。")
    mark = "。" if mark in "；;" else mark
    if len(body) <= LONGEST or "“" in body:
        return [body + mark]
    parts = [part.strip() for part in _COMMA.split(body) if part.strip()]
    joined: list[str] = []
    for part in parts:  # a few words are no sentence: they stay with what they lead to
        if joined and len(joined[-1]) < _LEAST and len(joined[-1]) + len(part) < LONGEST:
            joined[-1] += f"，{part}"
        else:
            joined.append(part)
    return [f"{part}。" for part in joined[:-1]] + [joined[-1] + mark]
