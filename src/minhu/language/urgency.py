"""Urgency: is anybody's life in danger now, is it urgent, and which emergency service must hear of it.

Rules with a stated reason, not a model: a miss costs a life, so a hazard counts unless a context that can be
named (negation, idiom, hearsay, past, fear, drill, aftermath) cancels it.
Source of the hand-over: intake table of the hotline rules (110 police, 119 fire and rescue, 120 ambulance, 122 traffic).
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from minhu.language.categories import CategoryModel
from minhu.language.prefilter import Prefilter
from minhu.language.types import HandOver, Span, Urgency
from minhu.language.urgency_context import IDIOM, cancels, circumstances, tempered
from minhu.language.urgency_rules import HAZARDS, URGENT_WORDS, Hazard
from minhu.language.urgency_signals import LIMIT, SEVERE, signs

MAKER = "urgency/2026.3"
# Weak signs of a longer sentence are a story, not a cry for help.
_LONGEST_SIGNS = 90
_SIGNS = Hazard("险情征兆", "120", "event", ())
DEFAULT_MODEL = Path(__file__).parent / "models" / "urgency-default"
DANGER = "danger"
# The learnt part is asked about the beginning only: it was trained on cries for help, not on long complaints.
_LONGEST_LEARNT = 160
_LEARNT_ENOUGH = 0.6
_LEARNT_AGAINST_CONTEXT = 0.9
_ROWS = tuple((hazard, pattern) for hazard in HAZARDS for pattern in hazard.patterns)
_POSSIBLE = Prefilter([*(pattern for _, pattern in _ROWS), SEVERE, IDIOM])
_AT_SEVERE, _AT_IDIOM = len(_ROWS), len(_ROWS) + 1
_SENTENCE = re.compile(r"[^。！？!?；;\n]+")
# When several services are needed, the one that saves the life first is named.
_ORDER: dict[str, int] = {"119": 0, "120": 1, "110": 2, "122": 3, "none": 4}


def assess(text: str) -> Urgency:
    """Level, life danger and hand-over of ``text``, with reasons (Chinese) and the spans they rest on."""
    candidates = _POSSIBLE.candidates(text)
    hopeful = {at for at, _ in candidates}
    severe = _AT_SEVERE in hopeful
    masked = IDIOM.sub(_blank, text) if _AT_IDIOM in hopeful else text
    reasons: list[str] = []
    spans: list[Span] = []
    services: list[HandOver] = []
    ignored: list[str] = []
    for mention in circumstances(masked):
        masked = masked[: mention.start()] + _blank(mention) + masked[mention.end() :]
        ignored.append(f"“{mention.group()[:16]}”不作危险处理：家人长期的身体状况")
    for found in _SENTENCE.finditer(masked) if candidates else ():
        sentence, offset = found.group(), found.start()
        for at in _POSSIBLE.possible(sentence, candidates):
            if at >= _AT_SEVERE:
                continue
            hazard, pattern = _ROWS[at]
            for match in pattern.finditer(sentence):
                if match.start() == match.end():
                    continue
                why = cancels(hazard, sentence, match.start(), match.end(), masked, masked[:offset])
                words = text[offset + match.start() : offset + match.end()]
                if why:
                    ignored.append(f"“{words[:16]}”不作危险处理：{why}")
                    continue
                reasons.append(f"{hazard.name}：“{words[:24]}”")
                spans.append((offset + match.start(), offset + match.end()))
                services.append(hazard.hand_over)
    if severe and not services and not ignored:
        _second_look(masked, text, reasons, spans, services)
    if not services:
        _learnt_look(masked, bool(ignored), reasons, services)
    if not services:
        return _without_danger(text, tuple(dict.fromkeys(ignored)))
    return Urgency(
        level="danger",
        life_danger=True,
        hand_over=_service(services, text),
        reasons=tuple(dict.fromkeys(reasons)),
        spans=tuple(spans),
        confidence=min(0.98, 0.8 + 0.06 * len(set(reasons))),
        maker=MAKER,
    )


@lru_cache(maxsize=1)
def danger_model() -> CategoryModel:
    """The small model that ships: danger or normal, learnt from sentences of our own and ordinary messages."""
    return CategoryModel.load(DEFAULT_MODEL)


def _learnt_look(text: str, cancelled: bool, reasons: list[str], services: list[HandOver]) -> None:
    """Ask the model about a wording that no rule knows; a context named by the rules needs more to be overruled."""
    if not 4 <= len(text) <= _LONGEST_LEARNT:
        return
    model = danger_model()
    chance = float(model.probabilities(text)[model.labels.index(DANGER)])
    if chance >= _LEARNT_ENOUGH and (chance >= _LEARNT_AGAINST_CONTEXT or not (cancelled or tempered(text))):
        reasons.append(f"整体措辞与危及生命的求助相近（把握 {chance:.0%}）")
        services.append("110")


def _second_look(masked: str, text: str, reasons: list[str], spans: list[Span], services: list[HandOver]) -> None:
    """Add a sentence whose weak signs sum up to danger and which no context cancels."""
    for found in _SENTENCE.finditer(masked):
        points, span = signs(found.group())
        if span is None or points < LIMIT or len(found.group()) > _LONGEST_SIGNS:
            continue
        start, end = span
        if cancels(_SIGNS, found.group(), start, end, masked, masked[: found.start()]):
            continue
        reasons.append(f"险情征兆叠加：“{text[found.start() + start : found.start() + end][:24]}”")
        spans.append((found.start() + start, found.start() + end))
        services.append(_SIGNS.hand_over)
        return


def _blank(match: re.Match[str]) -> str:
    return "＿" * len(match.group())


def _service(services: list[HandOver], text: str) -> HandOver:
    if "122" in services and "119" not in services:
        return "120" if any(word in text for word in ("昏迷", "流血", "没意识", "没反应", "大出血")) else "122"
    return min(services, key=lambda one: _ORDER[one])


def _without_danger(text: str, ignored: tuple[str, ...]) -> Urgency:
    hits = [(text.find(word), word) for word in URGENT_WORDS if word in text]
    if not hits:
        return Urgency("normal", False, "none", ignored, (), 0.9, MAKER)
    words = "、".join(dict.fromkeys(word for _, word in hits[:4]))
    spans = tuple((at, at + len(word)) for at, word in hits)
    return Urgency("urgent", False, "none", (f"民生急事用语：{words}", *ignored), spans, 0.7, MAKER)
