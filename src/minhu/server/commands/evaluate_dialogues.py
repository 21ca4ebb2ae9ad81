"""`minhu evaluate dialogues`: scripted conversations with the demo city's papers, turn by turn."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import typer

from minhu.server.commands.evaluate import Details, ratio, show
from minhu.server.commands.evaluate_answers import Half, HalfOption

if TYPE_CHECKING:
    from minhu.language.answers.store import MemoryStore
    from minhu.server.demo.dialogues import Dialogue, ScriptedTurn


@dataclass
class _Tally:
    """What is counted over the turns."""

    turns: int = 0
    right: int = 0
    whole: int = 0
    wanted: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    follow_ups: int = 0
    followed: int = 0
    paper_turns: int = 0
    answered: int = 0
    worded: int = 0
    right_words: int = 0
    milliseconds: list[float] = field(default_factory=list)


def dialogues(half: HalfOption = Half.ALL, details: Details = False) -> None:
    """Turns with the expected outcome: the right paper, asking back, small talk, refusal, a person, danger.

    A turn is right where the answer, or the paper named as nearest where none is given, is the one that was expected.
    """
    import numpy as np

    from minhu.kernel import clock
    from minhu.language.answers.store import MemoryStore, sheets_of
    from minhu.language.papers.cutting import cut
    from minhu.server.demo import papers as city
    from minhu.server.demo.dialogues import dialogues as scripted

    today = clock.now().date()
    chosen = [one for one in scripted() if half is Half.ALL or one.half == half.value]
    asked_about = {stem for one in chosen for turn in one.turns for stem in turn.papers}
    papers = {
        one.stem: cut(city.blocks(one), one.title)
        for one in city.papers(today)
        if one.valid(today) or one.stem in asked_about
    }
    store = MemoryStore(sheets_of(papers))
    tally = _Tally()
    for dialogue in chosen:
        _talk(dialogue, store, tally, details)
    show(
        "dialogues",
        {
            "dialogues": len(chosen), "half": half.value, "turns": tally.turns, "right": ratio(tally.right, tally.turns),
            "whole_dialogues_right": ratio(tally.whole, len(chosen)),
            "follow_ups_after_a_right_turn": tally.follow_ups, "followed": ratio(tally.followed, tally.follow_ups),
            "by_outcome": {name: ratio(tally.met[name], count) for name, count in sorted(tally.wanted.items())},
            "turns_to_papers": tally.paper_turns, "answered": ratio(tally.answered, tally.paper_turns),
            "answered_with_the_words": ratio(tally.right_words, tally.worded),
            "ms_p95": round(float(np.percentile(tally.milliseconds, 95)), 1),
        },
    )  # fmt: skip


def _talk(dialogue: Dialogue, store: MemoryStore, tally: _Tally, details: bool) -> None:
    earlier: list[str] = []
    all_right, before = True, False
    for turn in dialogue.turns:
        right, told = _turn(turn, earlier, store, tally)
        tally.turns += 1
        tally.right += right
        tally.wanted[turn.outcomes[0]] += 1
        tally.met[turn.outcomes[0]] += right
        all_right &= right
        if turn.papers and before:
            tally.follow_ups += 1
            tally.followed += right
        before = right if turn.papers else before
        if details and not right:
            typer.echo(f"{dialogue.name}：{turn.say} → {told}；应为 {'、'.join((*turn.outcomes, *turn.papers))}")
    tally.whole += all_right


def _turn(turn: ScriptedTurn, earlier: list[str], store: MemoryStore, tally: _Tally) -> tuple[bool, str]:
    """Whether a turn came out as expected, and what was made of it; ``earlier`` grows as a page's does."""
    from minhu.language.answers.answering import answer
    from minhu.language.answers.asking import ask_back
    from minhu.language.answers.dialogue import Said, hear
    from minhu.language.answers.types import NotFound

    begun = time.process_time()
    heard = hear(earlier, turn.say, store)
    found = (
        [answer(one.words, store, about=one.paper) for one in heard.questions] if heard.said is not Said.PERSON else []
    )
    tally.milliseconds.append((time.process_time() - begun) * 1000)
    if heard.said is not Said.QUESTION or turn.outcomes == ("danger",):
        became = "danger" if heard.services else heard.said.value
        return became in turn.outcomes, became
    earlier.append(heard.questions[-1].words)
    led = [
        one.citations[0].key if one.citations else reading.ranked[0].sheet.key if reading.ranked else ""
        for one, reading in found
    ]
    talk = found[0][0].not_found in (NotFound.NOT_A_QUESTION, NotFound.EMPTY)
    refused = all(one.not_found is not None for one, _ in found)
    back = any(ask_back(reading) is not None for _, reading in found)
    met = {
        "paper": bool(turn.papers) and not talk and (set(turn.papers) <= set(led) if turn.all else led[0] in turn.papers),
        "talk": talk, "refused": refused, "back": back,
    }  # fmt: skip
    if "paper" in turn.outcomes:
        tally.paper_turns += 1
        tally.answered += not refused
        if turn.words and not refused:
            tally.worded += 1
            tally.right_words += any(turn.words in one.text for one, _ in found)
    whole = "／".join(one.words for one in heard.questions)
    return any(met[name] for name in turn.outcomes if name in met), f"{whole} → {'、'.join(led)}"
