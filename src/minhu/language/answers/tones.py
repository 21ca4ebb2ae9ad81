"""How an answer is said: spoken, short or formal. Templates add courtesy and the source; the words of the paper stay."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from minhu.language.answers.types import Answer, Citation, NotFound


class Tone(StrEnum):
    """Who listens: a caller on the telephone, an agent who reads quickly, a written reply."""

    SPOKEN = "spoken"
    SHORT = "short"
    FORMAL = "formal"


_NEXT: Final = {
    NotFound.EMPTY: "没有听清您的问题，请再说一遍您想了解什么事项。",
    NotFound.NOT_A_QUESTION: "这里只回答政策和办事方面的问题，请说出您想了解的事项。",
    NotFound.PERSON: "好的，这就转人工：请拨打 12345，或者把要说的写下来登记，前面问过的内容可以一并带上。",
    NotFound.NO_PAPER: "现有文件中没有找到这方面的规定。可以换一种说法再问，或者转人工、登记诉求。",
    NotFound.OTHER_PLACE: "现有文件中没有找到这个地方的规定。请核对地区，或者转人工、登记诉求。",
    NotFound.OTHER_YEAR: "现有文件中没有找到这个年份的规定。请核对年份，或者转人工、登记诉求。",
    NotFound.UNSUPPORTED: "现有文件中没有找到能直接回答的依据。可以说得更具体一些，或者转人工、登记诉求。",
    NotFound.CONDITION: "不同情形的规定不一样，请先选择您是哪一种。",
}
_EXPIRED: Final = "（该文件已失效，仅供查阅）"


def source_of(citation: Citation) -> str:
    """《title》 and the label of the passage, as people cite it."""
    title = citation.title.strip("《》 ")
    label = (
        citation.label
        if citation.label.startswith(("第", "表"))
        else (f"第{citation.label}部分" if citation.label else "")
    )
    return f"《{title}》{label}" if title else label or "所引文件"


def _sources(citations: Sequence[Citation]) -> str:
    """All sources, each paper named once with its labels."""
    labels: dict[str, list[str]] = {}
    for one in citations:
        title, mark, label = source_of(one).partition("》")
        labels.setdefault(f"{title}{mark}", []).append(label)
    return "、".join(title + "、".join(dict.fromkeys(filter(None, own))) for title, own in labels.items())


def say(answer: Answer, tone: Tone = Tone.SHORT) -> str:
    """The answer, or the next best step where nothing was found, in one tone."""
    if answer.not_found is not None or not answer.citations:
        return _NEXT[answer.not_found or NotFound.UNSUPPORTED]
    words = _closed(_with_names(answer))
    expired = "" if all(one.valid for one in answer.citations) else _EXPIRED
    if tone is Tone.SHORT:
        return f"{words}{expired}"
    sources = _sources(answer.citations)
    if tone is Tone.SPOKEN:
        return f"您好，{sources}里是这样规定的：{words}{expired}"
    return f"根据{sources}，答复如下：{words}{expired}"


def _with_names(answer: Answer) -> str:
    """The words of an answer; those of one cell with the names of its row and column, since a bare '70%' says nothing."""
    first = answer.citations[0]
    if len(answer.citations) > 1 or not first.column:
        return answer.text
    return "，".join(one for one in (first.row, first.column) if one) + f"：{answer.text}"


def _closed(text: str) -> str:
    plain = text.strip().rstrip("，,、；;：: ")
    return plain if plain.endswith(("。", "！", "？", "!", "?", "”", "》")) else f"{plain}。"
