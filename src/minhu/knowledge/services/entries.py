"""What people said beside the papers, in answers: questions that somebody accepted, clauses that are disputed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from minhu.knowledge.models import PassageRow
from minhu.knowledge.queries import contradictions, pairs
from minhu.knowledge.queries.made import PairView
from minhu.knowledge.queries.shown import Answered
from minhu.language.answers.types import Answer, Citation

DISPUTED: Final = "（请注意：另有一份有效文件对此说法不同，正在核对，请以主管部门答复为准。）"


def accepted_instead(found: Answer, words: str) -> Answer:
    """What an accepted question answers, where the papers alone gave nothing and it asks nearly the same.

    Call it within `reach.reading`: a pair from a document that the asker may not see is not there.
    """
    if found.not_found is None:
        return found
    pair = pairs.meant(words)
    cited = _citations(pair) if pair else ()
    return replace(found, text=pair.answer, citations=cited, not_found=None) if pair and cited else found


def _citations(pair: PairView) -> tuple[Citation, ...]:
    """The exact places of the answer's lines; none at all where one of them stands nowhere."""
    rows = {row.number: row for row in PassageRow.objects.filter(version_id=pair.version_id, number__in=pair.passages)}
    pieces = [pair.answer] if len(pair.passages) == 1 else pair.answer.split("\n")
    found = []
    for number, words in zip(pair.passages, pieces, strict=False):
        row = rows.get(number)
        at = row.text.find(words) if row else -1
        if row is None or at < 0:
            return ()
        start = row.start + at
        found.append(
            Citation(
                str(pair.version_id), pair.title, number, row.label, tuple(row.path), start, start + len(words), words
            )
        )
    return tuple(found)


def disputes_told(got: Answered) -> Answered:
    """The answer with a warning where another valid document, which the asker may see, contradicts a cited clause."""
    if not contradictions.disputed((one.version_id, one.passage) for one in got.clauses):
        return got
    tones = tuple((tone, said + DISPUTED) for tone, said in got.tones)
    return replace(got, said=got.said + DISPUTED, tones=tones)
