"""Urgency: is anybody's life in danger now, is it urgent, and which emergency service must hear of it.

Rules with a stated reason, not a model: a miss costs a life, so a hazard counts unless a context that can be
named (negation, idiom, hearsay, past, fear, drill, aftermath) cancels it.
Source of the hand-over: intake table of the hotline rules (110 police, 119 fire and rescue, 120 ambulance, 122 traffic).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from minhu.kernel.patterns import regex
from minhu.language.categories import CategoryModel
from minhu.language.intake_learnt import emergency_chance
from minhu.language.prefilter import Prefilter
from minhu.language.types import HandOver, Span, Urgency
from minhu.language.urgency_context import CALLED_OFF, IDIOM, cancels, circumstances, tempered
from minhu.language.urgency_families import FAMILIES
from minhu.language.urgency_rules import HAZARDS, URGENT_WORDS, Hazard
from minhu.language.urgency_services import services as named
from minhu.language.urgency_signals import LIMIT, SEVERE, signs

MAKER = "urgency/2026.6"
# Weak signs of a longer sentence are a story, not a cry for help.
_LONGEST_SIGNS = 90
_SIGNS = Hazard("险情征兆", "120", "event", ())
DEFAULT_MODEL = Path(__file__).parent / "models" / "urgency-default"
DANGER = "danger"
# The learnt part was trained on cries for help, not on long complaints: a longer text is asked passage by passage.
_LONGEST_LEARNT = 160
# Of a long text's passages those that a rule knows when read alone need the learnt part's consent; for the others the learnt
# part must be nearly certain and the second opinion not against it, or both must find danger likely. Chosen on our own cases
# among sentences of real messages, and on real long messages without danger (benchmarks/danger_in_long_texts.py).
_PASSAGE_RULED = 0.5
_PASSAGE_SURE = ((0.98, 0.05), (0.85, 0.5))
_SHORTEST_PASSAGE = 7
# So many passages are looked at from each end: a text without end must not cost time without end.
_PASSAGES_EACH_END = 60
# Whoever takes it back does so at once.
_TAKEN_BACK_WITHIN = 80
_LEARNT_ENOUGH = 0.2
_LEARNT_AGAINST_CONTEXT = 0.85
# The intake model is a second opinion, learnt from other classes: what it knows well as something else is no danger unless
# the first is sure, and what both find likely is danger earlier. Chosen out of fold over all batches of cases.
_SURE = 0.9
# A handful of characters without a word of danger is seldom a cry for help.
_SHORT, _SHORT_ENOUGH = 7, 0.6
_ELSE_LIKELY = 0.05
_BOTH_LIKELY = (0.15, 0.7)
_ROWS = tuple((hazard, pattern) for hazard in (*HAZARDS, *FAMILIES) for pattern in hazard.patterns)
_POSSIBLE = Prefilter([*(pattern for _, pattern in _ROWS), SEVERE, IDIOM])
_AT_SEVERE, _AT_IDIOM = len(_ROWS), len(_ROWS) + 1
_SENTENCE = regex(r"[^。！？!?；;\n]+")
# Of several hazards without a learnt opinion, the service that saves the life first.
_ORDER: dict[str, int] = {"119": 0, "120": 1, "110": 2, "122": 3, "none": 4}
_CLAUSE = regex(r"[^，,、]{1,40}[，,、]*")
# A spoken text without full stops is one long "sentence" of several matters: contexts must not reach across them.
_LONGEST_SENTENCE = 100
_WINDOW = 60
# The same sentence a third time says nothing new; somebody who pastes it a thousand times must not cost time.
_HEARD_OUT = 2


@dataclass(slots=True)
class _Findings:
    """What the rules found: lines of reasons, their spans and services, and what a context cancelled."""

    reasons: list[str] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    services: list[HandOver] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def assess(text: str) -> Urgency:
    """Level, life danger and hand-over of ``text``, with reasons (Chinese) and the spans they rest on."""
    found, masked = _ruled(text)
    learnt = 0.0 if found.services else _learnt_look(masked, bool(found.ignored))
    if learnt:
        found.reasons.append(f"整体措辞与危及生命的求助相近（把握 {learnt:.0%}）")
    if not found.reasons and (passage := _passage(masked)):
        words, start, learnt = passage
        found.reasons.append(
            f"其中一段像危及生命的求助：“{text[start : start + len(words)][:24]}”（把握 {learnt:.0%}）"
        )
        found.spans.append((start, start + len(words)))
        return _danger(found, named(words, ()), learnt)
    if not found.reasons:
        return _without_danger(text, tuple(dict.fromkeys(found.ignored)))
    needed = named(masked if found.services or not learnt else _heart(masked), found.spans)
    return _danger(found, needed, learnt)


def _danger(found: _Findings, needed: tuple[HandOver, ...], learnt: float) -> Urgency:
    return Urgency(
        level="danger",
        life_danger=True,
        hand_over=needed[0],
        reasons=tuple(dict.fromkeys(found.reasons)),
        spans=tuple(found.spans),
        confidence=min(0.98, 0.8 + 0.06 * len(set(found.reasons))),
        maker=MAKER,
        services=needed,
        learnt=learnt,
    )


def ruled_service(text: str) -> HandOver | Literal[""]:
    """The service of the first hazard that a rule finds, without any learnt part; '' when no rule speaks."""
    found, _ = _ruled(text)
    return min(found.services, key=lambda one: _ORDER[one]) if found.services else ""


def _ruled(text: str) -> tuple[_Findings, str]:
    """What the hazard rows and the second look find, and the text with its idioms blanked (same length)."""
    candidates = _POSSIBLE.candidates(text)
    hopeful = {at for at, _ in candidates}
    masked = IDIOM.sub(_blank, text) if _AT_IDIOM in hopeful else text
    found = _Findings()
    for mention in circumstances(masked):
        masked = masked[: mention.start()] + _blank(mention) + masked[mention.end() :]
        found.ignored.append(f"“{mention.group()[:16]}”不作危险处理：家人长期的身体状况")
    heard: Counter[str] = Counter()
    for sentence, offset in _sentences(masked) if candidates else ():
        heard[sentence] += 1
        if heard[sentence] > _HEARD_OUT:
            continue
        for at in _POSSIBLE.possible(sentence, candidates):
            if at < _AT_SEVERE:
                _match(*_ROWS[at], sentence, offset, text, masked, found)
    if _AT_SEVERE in hopeful and not found.services and not found.ignored:
        _second_look(masked, text, found.reasons, found.spans, found.services)
    return found, masked


def _match(
    hazard: Hazard, pattern: re.Pattern[str], sentence: str, offset: int, text: str, masked: str, found: _Findings
) -> None:
    """Every place where one row speaks in one sentence, unless a context cancels it."""
    for match in pattern.finditer(sentence):
        if match.start() == match.end():
            continue
        why = cancels(hazard, sentence, match.start(), match.end(), masked, offset)
        words = text[offset + match.start() : offset + match.end()]
        if why:
            found.ignored.append(f"“{words[:16]}”不作危险处理：{why}")
            continue
        found.reasons.append(f"{hazard.name}：“{words[:24]}”")
        found.spans.append((offset + match.start(), offset + match.end()))
        found.services.append(hazard.hand_over)


def _sentences(text: str) -> Iterator[tuple[str, int]]:
    """Sentences with their offsets; a very long one as windows of clauses that overlap by one clause."""
    for found in _SENTENCE.finditer(text):
        if len(found.group()) <= _LONGEST_SENTENCE:
            yield found.group(), found.start()
            continue
        clauses = list(_CLAUSE.finditer(found.group()))
        first = 0
        while first < len(clauses):
            last = first
            while last + 1 < len(clauses) and clauses[last].end() - clauses[first].start() < _WINDOW:
                last += 1
            start, end = clauses[first].start(), clauses[last].end()
            yield found.group()[start:end], found.start() + start
            first = last if last > first and last + 1 < len(clauses) else last + 1


@lru_cache(maxsize=1)
def danger_model() -> CategoryModel:
    """The small model that ships: danger or normal, learnt from sentences of our own and ordinary messages."""
    return CategoryModel.load(DEFAULT_MODEL)


def _learnt_look(text: str, cancelled: bool) -> float:
    """How sure the models are of danger in a wording that no rule knows, 0 for none; a named context needs more to be overruled."""
    if not 4 <= len(text) <= _LONGEST_LEARNT or CALLED_OFF.search(text):
        return 0.0
    model = danger_model()
    chance = float(model.probabilities(text)[model.labels.index(DANGER)])
    if chance < _BOTH_LIKELY[0]:
        return 0.0
    second = emergency_chance(text)
    likely = chance >= (_SHORT_ENOUGH if len(text) < _SHORT else _LEARNT_ENOUGH) or second >= _BOTH_LIKELY[1]
    if chance < _SURE and second < _ELSE_LIKELY:
        return 0.0
    if likely and (chance >= _LEARNT_AGAINST_CONTEXT or not (cancelled or tempered(text))):
        return max(chance, second)
    return 0.0


def _passages(text: str) -> list[tuple[str, int]]:
    """Distinct sentences (windows of clauses of very long ones) with their offsets, those at both ends of an endless text."""
    first: dict[str, int] = {}
    for words, offset in _sentences(text):
        if len(words.strip()) >= _SHORTEST_PASSAGE:
            first.setdefault(words, offset)
    found = list(first.items())
    if len(found) <= 2 * _PASSAGES_EACH_END:
        return found
    return found[:_PASSAGES_EACH_END] + found[-_PASSAGES_EACH_END:]


def _passage(text: str) -> tuple[str, int, float] | None:
    """A passage that reads as a cry for help when the rest of a long text does not drown it: words, offset, how sure."""
    if len(text) <= _LONGEST_LEARNT:
        return None
    model = danger_model()
    at = model.labels.index(DANGER)
    for words, start in _passages(text):
        chance = float(model.probabilities(words)[at])
        if chance < _PASSAGE_RULED or CALLED_OFF.search(text[start : start + len(words) + _TAKEN_BACK_WITHIN]):
            continue
        second = emergency_chance(words)
        sure = any(chance >= first and second >= least for first, least in _PASSAGE_SURE)
        if (sure and not tempered(words)) or _ruled(words)[0].services:
            return words, start, chance
    return None


def _heart(text: str) -> str:
    """The passage of a short text that the learnt part heard, so that harmless sentences beside it do not name the service."""
    passages = _passages(text)
    if len(passages) < 2:
        return text
    model = danger_model()
    at = model.labels.index(DANGER)
    chance, words = max((float(model.probabilities(one)[at]), one) for one, _ in passages)
    return words if chance >= _SURE else text


def _second_look(masked: str, text: str, reasons: list[str], spans: list[Span], services: list[HandOver]) -> None:
    """Add a sentence whose weak signs sum up to danger and which no context cancels."""
    for found in _SENTENCE.finditer(masked):
        points, span = signs(found.group())
        if span is None or points < LIMIT or len(found.group()) > _LONGEST_SIGNS:
            continue
        start, end = span
        if cancels(_SIGNS, found.group(), start, end, masked, found.start()):
            continue
        reasons.append(f"险情征兆叠加：“{text[found.start() + start : found.start() + end][:24]}”")
        spans.append((found.start() + start, found.start() + end))
        services.append(_SIGNS.hand_over)
        return


def _blank(match: re.Match[str]) -> str:
    return "＿" * len(match.group())


def _without_danger(text: str, ignored: tuple[str, ...]) -> Urgency:
    hits = [(text.find(word), word) for word in URGENT_WORDS if word in text]
    if not hits:
        return Urgency("normal", False, "none", ignored, (), 0.9, MAKER)
    words = "、".join(dict.fromkeys(word for _, word in hits[:4]))
    spans = tuple((at, at + len(word)) for at, word in hits)
    return Urgency("urgent", False, "none", (f"民生急事用语：{words}", *ignored), spans, 0.7, MAKER)
