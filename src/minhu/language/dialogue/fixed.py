"""What the bot says in always the same words, so that a voice can make it ahead: phrases, their fixed parts, questions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from minhu.language.dialogue.gentle import gentle
from minhu.language.dialogue.phrases import PHRASES, phrase
from minhu.language.dialogue.records import LABELS
from minhu.language.dialogue.types import Mode, Policy
from minhu.language.questions import fixed_questions

LEAD_IN: Final = "好的，"
"""Said by telephone before words that are still to be made."""
_SERVICES: Final = ("110", "119", "120", "122")


@dataclass(frozen=True, slots=True)
class Fixed:
    """A text as it is said, and as it is said to who needs plain words; with its ``{slots}`` if it is a template."""

    text: str
    plain: str


def fixed_texts(policies: Iterable[Policy] = ()) -> list[Fixed]:
    """All of them; ``policies``: of the lines whose own greetings are to be among them."""
    found = [Fixed(text, gentle(text, code)) for code, text in PHRASES.items()]
    found += [Fixed(text, gentle(text, "ask_")) for text in fixed_questions()]
    found += [
        Fixed(text, text) for text in (LEAD_IN + "{it}", *(f"{one}：{{it}}" for one in ("事项", *LABELS.values())))
    ]
    for policy in (Policy(), *policies):
        for mode in ("", *(f"_{one.value}" for one in Mode if f"greeting_{one.value}" in PHRASES)):
            words = phrase(f"greeting{mode}", called=policy.called, welcome=policy.welcome)
            found.append(Fixed(words, words))
    named = [chosen for count in (1, 2) for chosen in combinations(_SERVICES, count)]
    found += [Fixed(words, words) for words in (phrase("danger", services="、".join(one)) for one in named)]
    return found
