"""Scripted conversations with the demo city's papers, in halves: one for mending, one that is only measured."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from minhu.server.demo.papers import FOLDER


@dataclass(frozen=True, slots=True)
class ScriptedTurn:
    """What is said and what should come of it: one of ``outcomes`` (paper, talk, person, danger, refused, back).

    ``papers``: stems, any of which is right, or ``all`` of them; ``words``: what the answer should hold, if one is given.
    """

    say: str
    outcomes: tuple[str, ...]
    papers: tuple[str, ...]
    all: bool
    words: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation; ``half`` is 'development' or 'held-out', as it was written."""

    name: str
    half: str
    turns: tuple[ScriptedTurn, ...]


def dialogues() -> tuple[Dialogue, ...]:
    """All conversations of ``dialogues.jsonl``, in the order of the file."""
    lines = FOLDER.joinpath("dialogues.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return tuple(Dialogue(row["name"], row["half"], tuple(map(_turn, row["turns"]))) for row in rows)


def _turn(row: dict[str, Any]) -> ScriptedTurn:
    outcomes = tuple(row.get("outcomes", ("paper",)))
    return ScriptedTurn(row["say"], outcomes, tuple(row.get("papers", ())), row.get("all", False), row.get("words", ""))
