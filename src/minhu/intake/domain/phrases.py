"""Standard phrases (标准话术): the scenes of a call, and which phrases stand first at this moment of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

KEYS: Final = 9
"""Phrases that have a key of their own, 1 to 9."""


class Scene(StrEnum):
    """When a phrase is said, in the order of a call."""

    OPENING = "opening"
    CALMING = "calming"
    ASKING = "asking"
    CHECKING = "checking"
    EXPLAINING = "explaining"
    REFUSING = "refusing"
    HANDING = "handing"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Moment:
    """How far a call is, as the desk knows it."""

    spoke: bool = False
    """Whether the citizen has said anything."""
    upset: bool = False
    asks: bool = False
    """Whether a question is still open."""
    refused: bool = False
    """Whether the words are, as far as can be told, not for the hotline."""
    registered: bool = False


def scenes_at(moment: Moment) -> tuple[Scene, ...]:
    """All scenes, those that fit the moment of a call first."""
    first: list[Scene] = []
    if not moment.spoke:
        first.append(Scene.OPENING)
    elif moment.registered:
        first.append(Scene.CLOSING)
    else:
        first += [Scene.CALMING] if moment.upset else []
        first += [Scene.REFUSING] if moment.refused else []
        first += [Scene.ASKING if moment.asks else Scene.CHECKING, Scene.EXPLAINING]
    return tuple(dict.fromkeys((*first, *Scene)))


@dataclass(frozen=True, slots=True)
class Ranked:
    """A phrase with what it is ordered by."""

    id: int
    scene: Scene
    uses: int


def order(phrases: Iterable[Ranked], scenes: Sequence[Scene]) -> list[int]:
    """The ids, scene by scene, in a scene the most used first and then as they were written."""
    places = {scene: at for at, scene in enumerate(scenes)}
    return [one.id for one in sorted(phrases, key=lambda one: (places[one.scene], -one.uses, one.id))]
