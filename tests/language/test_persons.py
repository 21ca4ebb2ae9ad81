"""One person on several channels: own pairs of voices, half of them held back while the rules were made."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from minhu.language.matters import Verdict
from minhu.language.persons import Belief, Voice, said_name, said_phones, same_event, same_person

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "data/persons/cases.jsonl").read_text("utf-8").splitlines()
]
MORNING = datetime.fromisoformat("2026-03-09T09:00:00+08:00")


def voice(data: dict[str, Any]) -> Voice:
    return Voice(
        data["channel"], MORNING + timedelta(hours=data["hours"]), data["words"], frozenset(data["proved"]),
        frozenset(data["said"]), data["account"], data["name"],
    )  # fmt: skip


def shares(pairs: list[tuple[bool, bool]]) -> tuple[float, float]:
    """Precision and recall of (proposed, true)."""
    right = sum(got and true for got, true in pairs)
    return right / max(1, sum(got for got, _ in pairs)), right / max(1, sum(true for _, true in pairs))


@pytest.mark.parametrize("held", [False, True])
def test_the_same_person_and_the_same_event_are_found(held: bool) -> None:
    pairs = [(voice(one["a"]), voice(one["b"]), one) for one in CASES if one["held"] is held]
    assert len(pairs) == 32
    person = shares([(same_person(a, b).belief is not Belief.NO, bool(one["person"])) for a, b, one in pairs])
    event = shares([(same_event(a, b).verdict is not Verdict.NO, bool(one["event"])) for a, b, one in pairs])
    print(f"held back: {held}; person {person[0]:.2f} / {person[1]:.2f}, event {event[0]:.2f} / {event[1]:.2f}")
    assert person >= (0.9, 0.95)
    assert event[0] >= 0.9
    assert event[1] >= 0.75
    wrong = [one["why"] for a, b, one in pairs if same_person(a, b).proved and not one["person"]]
    assert wrong == [], "a rule never relies on a wrong person"


@pytest.mark.parametrize("one", CASES[::4], ids=lambda one: one["why"])
def test_it_does_not_matter_who_is_asked_first(one: dict[str, Any]) -> None:
    assert same_person(voice(one["a"]), voice(one["b"])) == same_person(voice(one["b"]), voice(one["a"]))


def test_one_digit_more_or_less_is_another_telephone_and_many_users_prove_nothing() -> None:
    base = Voice("phone", MORNING, "x", proved=frozenset({"19900001234"}))
    for other in ("19900001235", "1990000123", "199000012345"):
        assert same_person(base, Voice("sms", MORNING, "x", proved=frozenset({other}))).confidence == 0
    same = Voice("sms", MORNING, "x", proved=frozenset({"19900001234"}))
    assert same_person(base, same).proved
    assert same_person(base, same, {"19900001234"}).belief is Belief.NO


@pytest.mark.parametrize(
    ("words", "phones", "name"),
    [
        ("我叫王建国，电话199-0000-1234", {"19900001234"}, "王建国"),
        ("我是陈先生，座机0555-2001000", {"05552001000"}, "陈"),
        ("物业电话19900001234没人接", set(), ""),
        ("骗子用19900001234给我打电话", set(), ""),
        ("我是锦华苑的业主", set(), ""),
        ("单号2026030900011，身份证110101199001011234", set(), ""),
    ],
)
def test_what_somebody_says_of_himself(words: str, phones: set[str], name: str) -> None:
    assert (said_phones(words), said_name(words)) == (frozenset(phones), name)
