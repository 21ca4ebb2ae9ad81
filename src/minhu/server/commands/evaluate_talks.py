"""`minhu evaluate talks`: scripted talks of callers with the bot, turn by turn, without a house around them.

A case is one line of JSON: ``name``, ``kind``, ``found`` (whether the papers answer, question by question; true beyond
its end), ``end`` (opened N, handed WHY, answered, ended, nothing) and ``turns``. A turn says ``say`` and expects the
first ``wish``, what the bot ``does`` (names of deeds or of phrases; ``ask`` is any further question) and the ``phase``
after it; ``|`` parts alternatives, ``,`` what must all come, nothing at all is not looked at. A turn with ``repeat`` is
said as long as the bot asks. Where the bot asks whether anybody is in danger, the caller says 'yes' in a case that ends
as danger and 'no' in all others, and the turn is judged by what comes after; such questions are counted.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from minhu.server.commands.evaluate import Details, fail, ratio, show

if TYPE_CHECKING:
    from minhu.language.dialogue.types import Act, Memory, Record, Turn

_MOMENT: Final = datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
_MOST_REPEATS: Final = 6
_DEEPEST: Final = 6


@dataclass
class _Talk:
    """A talk while it is played: what the bot remembers and all that it did."""

    memory: Memory
    found: list[bool]
    asked: int = 0
    opened: int = 0
    answered: bool = False
    ended: bool = False
    handed: str = ""
    danger: str = "没有"
    """What the caller says to the question whether anybody is in danger."""
    alarms: int = 0
    """How often that was asked."""
    said: list[str] = field(default_factory=list)
    """The bot's words, those of papers apart."""

    def outcome(self) -> str:
        """How the talk ended, the weightiest first."""
        if self.handed:
            return f"handed {self.handed}"
        if self.opened:
            return f"opened {self.opened}"
        return "answered" if self.answered else "ended" if self.ended else "nothing"


@dataclass
class _Tally:
    turns: int = 0
    right: int = 0
    whole: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    alarms: int = 0
    milliseconds: list[float] = field(default_factory=list)


def talks(
    cases: Annotated[Path, typer.Option("--cases", help="JSON lines: name, kind, found, end, turns.")],
    details: Details = False,
) -> None:
    """Talks whose every turn and whose end came out as expected; also the share of single turns, and by kind."""
    import numpy as np

    read_cases = _cases(cases)
    tally = _Tally()
    for case in read_cases:
        wrong = play(case, tally)
        tally.kinds[case["kind"]] += 1
        tally.met[case["kind"]] += not wrong
        tally.whole += not wrong
        if details and wrong:
            typer.echo("\n".join((f"{case['name']}（{case['kind']}）", *(f"  {one}" for one in wrong))))
    show(
        "talks",
        {
            "talks": len(read_cases), "talks_right": ratio(tally.whole, len(read_cases)), "turns": tally.turns,
            "turns_right": ratio(tally.right, tally.turns),
            "by_kind": {kind: ratio(tally.met[kind], count) for kind, count in sorted(tally.kinds.items())},
            "asked_whether_danger": tally.alarms, "ms_p95": round(float(np.percentile(tally.milliseconds, 95)), 1),
        },
    )  # fmt: skip


def play(case: dict[str, Any], tally: _Tally) -> list[str]:
    """Play one case; returns what went otherwise than expected, in words."""
    from minhu.language.dialogue import talking
    from minhu.language.dialogue.types import Policy

    talk, wrong = _Talk(talking.opening(Policy()).memory, list(case["found"])), []
    talk.danger = "有" if case["end"] == "handed danger" else talk.danger
    for turn in case["turns"]:
        begun = time.process_time()
        wish, acts = _turn(talk, turn)
        tally.milliseconds.append((time.process_time() - begun) * 1000)
        told = _otherwise(turn, wish, acts, talk.memory.phase.value)
        tally.turns += 1
        tally.right += not told
        wrong += [f"{turn['say'][:60]} → {told}"] if told else []
    tally.alarms += talk.alarms
    if talk.outcome() != case["end"]:
        wrong.append(f"结局 {talk.outcome()}，应为 {case['end']}")
    return wrong


def words_said(cases: Path) -> list[str]:
    """All that the bot says in the talks of a file, greetings too, in order; what papers say is not scripted."""
    from minhu.language.dialogue import talking
    from minhu.language.dialogue.types import Policy

    found = []
    for case in _cases(cases):
        beginning = talking.opening(Policy())
        talk = _Talk(beginning.memory, list(case["found"]))
        talk.danger = "有" if case["end"] == "handed danger" else talk.danger
        talk.said += [act.words for act in beginning.acts if act.words]
        for turn in case["turns"]:
            _turn(talk, turn)
        found += talk.said
    return found


def _turn(talk: _Talk, turn: dict[str, Any]) -> tuple[str, list[str]]:
    """Say the words of a turn (again and again where it repeats); the wish heard last and the names of what was done."""
    from minhu.language.dialogue import alarm, talking
    from minhu.language.dialogue.hearing import hear
    from minhu.language.dialogue.types import Phase, Policy

    wish, done = "", []
    for _ in range(_MOST_REPEATS if turn.get("repeat") else 1):
        if turn.get("repeat") and talk.memory.phase is not Phase.COLLECTING:
            break
        talk.ended = False
        heard = hear(turn["say"], talk.memory.phase, bool(talk.memory.waiting))
        wish = heard.wishes[0].value
        did = _do(talk, talking.proceed(talk.memory, heard, Policy(), _read), 0)
        if talk.memory.waiting == alarm.WAITING and talk.memory.phase is not Phase.HANDED:
            talk.alarms += 1
            answer = hear(talk.danger, talk.memory.phase, waiting=True)
            did = _do(talk, talking.proceed(talk.memory, answer, Policy(), _read), 0)
        done += did
    return wish, done


def _do(talk: _Talk, turn: Turn, depth: int) -> list[str]:
    """Carry out a step as the house does, with papers that answer by script; the names of what was done."""
    talk.memory, done = turn.memory, []
    for act in turn.acts if depth < _DEEPEST else ():
        done += [act.deed.value, act.code] if act.code else [act.deed.value]
        talk.said += [act.words] if act.deed.value == "say" else []
        if (further := _further(talk, act)) is not None:
            done += _do(talk, further, depth + 1)
    return done


def _further(talk: _Talk, act: Act) -> Turn | None:
    from minhu.language.dialogue import talking
    from minhu.language.dialogue.types import Deed, Policy

    match act.deed:
        case Deed.ANSWER:
            found = talk.found[talk.asked] if talk.asked < len(talk.found) else True
            talk.asked, talk.answered = talk.asked + 1, talk.answered or found
            return None if found else talking.not_found(talk.memory, Policy())
        case Deed.OPEN:
            talk.opened += 1
            return talking.opened(talk.memory, "2603020000019", "123456", "")
        case Deed.HAND_OVER:
            talk.handed = act.why.value if act.why else "asked"
        case Deed.END:
            talk.ended = True
        case _:
            pass
    return None


def _otherwise(turn: dict[str, Any], wish: str, acts: list[str], phase: str) -> str:
    """What of a turn was not as expected, or nothing."""
    told = []
    if turn["wish"] and wish and wish not in turn["wish"].split("|"):
        told.append(f"听成 {wish}，应为 {turn['wish']}")
    undone = [one for one in turn["does"].split(",") if one and not any(_did(name, acts) for name in one.split("|"))]
    told += [f"没有 {one}，做了 {'、'.join(acts)}" for one in undone]
    if turn["phase"] and phase not in turn["phase"].split("|"):
        told.append(f"停在 {phase}，应为 {turn['phase']}")
    return "；".join(told)


def _did(name: str, acts: list[str]) -> bool:
    return any(one.startswith("ask_") for one in acts) if name == "ask" else name in acts


def _read(text: str) -> Record:
    """Elements by words alone, without the areas of a city."""
    from minhu.language.dialogue.records import record_of
    from minhu.language.elements import read_elements

    return record_of(text, read_elements(text, _MOMENT, []))


def _cases(file: Path) -> list[dict[str, Any]]:
    """The cases of a file, or exit 2 with the line that cannot be read."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"无法读取 {file.name}：{error}")
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
            whole = {"name", "kind", "found", "end", "turns"} <= case.keys() and all(
                {"say", "wish", "does", "phase"} <= turn.keys() for turn in case["turns"]
            )
        except (ValueError, AttributeError, TypeError):
            whole = False
        if not whole:
            fail(f"{file.name} 第 {number} 行不是一段完整的对话（需要 name、kind、found、end、turns）")
        found.append(case)
    if not found:
        fail(f"{file.name} 里没有对话")
    return found
