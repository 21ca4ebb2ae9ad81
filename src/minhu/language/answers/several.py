"""Two questions in one turn: their answers as one, with what was not found named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from minhu.language.answers.types import Answer

_ENDS = ("。", "！", "？", "；")


def joined(answers: Sequence[Answer]) -> Answer:
    """The answers of one turn as one, as unsure as the least sure; the first where none was found. At least one."""
    found = [one for one in answers if one.not_found is None and one.citations]
    if len(found) < 2:
        return found[0] if found else answers[0]
    text = "".join(one.text if one.text.endswith(_ENDS) else f"{one.text}。" for one in found[:-1]) + found[-1].text
    cited = tuple(dict.fromkeys(citation for one in found for citation in one.citations))
    others = tuple(dict.fromkeys(key for one in found for key in one.others))
    return replace(found[0], text=text, citations=cited, confidence=min(one.confidence for one in found), others=others)


def missed(questions: Sequence[str], answers: Sequence[Answer]) -> tuple[str, ...]:
    """The questions of a turn that nothing answered while another one was answered."""
    lost = tuple(words for words, one in zip(questions, answers, strict=True) if one.not_found is not None)
    return lost if len(lost) < len(questions) else ()
