"""Puts citizens' messages together: a hand-written core, told in one of several voices.

``compose`` is pure: the same generator state and arguments give the same message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from minhu.server.demo import world
from minhu.server.demo.scene import PRIMARY, SLOT, Scene

LONGEST = 600
SHORTEST = 15
_VOICES: Mapping[str, int] = {
    "plain": 26, "polite": 12, "angry": 9, "terse": 13, "elderly": 8, "long": 8, "dialect": 6, "typo": 7,
    "letter": 4, "record": 7,
}  # fmt: skip
_CALM = frozenset({"plain", "polite", "terse", "elderly", "letter", "long"})
_FIRST_PERSON = ("我", "俺", "咱")
_TITLE_HEADS: Mapping[str, Sequence[str]] = {
    "consultation": ("",),
    "help": ("", "", "求助："),
    "complaint": ("", "", "投诉："),
    "report": ("", "", "举报："),
    "suggestion": ("",),
    "praise": ("", "感谢信："),
}
_TITLE_VERBS = ("举报", "反映", "请求", "咨询", "要求", "申请", "建议", "关于", "表扬", "对")


@dataclass(frozen=True, slots=True)
class ComposedMessage:
    """A citizen's message and the truth about it (what a perfect clerk would enter)."""

    title: str
    text: str
    category_code: str
    area_code: str
    place_text: str
    request_type: str
    urgency: str
    voice: str
    slots: tuple[tuple[str, str], ...] = ()


def compose(
    rng: Random,
    month: int,
    *,
    category: str = "",
    request_type: str = "",
    street: str = "",
    voice: str = "",
) -> ComposedMessage:
    """One message as it might come in ``month`` (1–12).

    ``category`` (a leaf code), ``request_type``, ``street`` (a 9-digit code) and ``voice`` fix what is otherwise drawn;
    a request type that the leaf has no template for is ignored. Raises KeyError for an unknown category or street.
    """
    codes, weights = world.month_weights(month)
    code = category or rng.choices(codes, weights)[0]
    spoken = [x for x in world.templates()[code] if _in_season(x.text, month)]
    types = {x.request_type for x in spoken}
    choices = [*spoken, *(x for x in world.templates()[code] if x.request_type not in types)]
    fitting = [x for x in choices if x.request_type == request_type] or choices
    template = rng.choice(fitting)
    profile = world.profiles()[code]
    where = _where(rng, template)
    scene = Scene(rng, SLOT.findall(template.text + where), profile.places, street, profile.shop)
    chosen = voice or _draw_voice(rng, template)
    text = _tell(rng, template, scene, chosen, where)
    return ComposedMessage(
        title=_title(rng, template, scene),
        text=text,
        category_code=code,
        area_code=scene.area_code(),
        place_text=scene.address(),
        request_type=template.request_type,
        urgency=_urgency(template, profile.urgency),
        voice=chosen,
        slots=tuple(sorted(scene.known().items())),
    )


def fill(rng: Random, text: str, known: Mapping[str, str] | None = None, *, street: str = "") -> str:
    """Any text of the city (reply, return, whistle, incident …) with its slots filled; ``known`` wins over chance."""
    for name, value in (known or {}).items():
        text = text.replace("{" + name + "}", value)
    return Scene(rng, SLOT.findall(text), street=street).fill(text)


def compose_reply(
    rng: Random, message: ComposedMessage, *, solved: bool = True, dates: Mapping[str, str] | None = None
) -> str:
    """What the unit answers: to a question its answer, else cause, measure and result (or why not yet).

    ``dates`` are the days that the reply may name ('date': the visit, 'date2': the work done).
    """
    content = world.load("replies")
    known = {**dict(message.slots), **(dates or {})}
    known["place"] = message.place_text or known.get("place", "该处")
    street = message.area_code[:9] if len(message.area_code) >= 9 else ""
    if message.request_type == "consultation":
        texts: list[str] = content["answers"].get(message.category_code, [])
    else:
        own: Mapping[str, list[str]] = content["replies"].get(message.category_code, {})
        shared: Mapping[str, list[str]] = content["replies"][message.category_code[:4]]
        word = "solved" if solved else "explained"
        texts = own.get(word) or shared[word] or content["explained_default"]
    if message.request_type in ("praise", "suggestion"):
        texts = world.load("replies_other")["thanks"][message.request_type]
    return fill(rng, rng.choice(texts or content["answers_default"]), known, street=street)


_SEASON_WORDS: Mapping[str, Sequence[int]] = {
    "双十一": (11, 12), "国庆": (9, 10), "高考": (5, 6), "中考": (5, 6), "暑假": (6, 7, 8), "寒假": (1, 2),
    "过年": (12, 1, 2), "春节": (1, 2), "台风": (7, 8, 9), "夏天一": (6, 7, 8), "供暖到现在": (12, 1, 2, 3),
    "年底": (11, 12, 1), "开学": (2, 3, 8, 9), "大热天": (6, 7, 8, 9),
}  # fmt: skip


def _in_season(text: str, month: int) -> bool:
    """Nobody speaks of the summer holidays in March."""
    return all(month in months for word, months in _SEASON_WORDS.items() if word in text)


def _draw_voice(rng: Random, template: world.Template) -> str:
    voices = dict(_VOICES)
    if template.request_type in ("praise", "suggestion", "consultation"):
        voices = {name: weight for name, weight in voices.items() if name in _CALM}
    if template.urgency == "danger":
        voices = {"plain": 3, "terse": 3, "angry": 1}
    if any(word in template.text for word in _FIRST_PERSON):
        voices.pop("record", None)
    return rng.choices(list(voices), list(voices.values()))[0]


def _where(rng: Random, template: world.Template) -> str:
    """Words that say where, for a template that names no place; some people never say it."""
    if any(slot in PRIMARY for slot in SLOT.findall(template.text)):
        return ""
    where: Mapping[str, list[str]] = world.load("parts")["where"]
    asks = template.request_type in ("consultation", "suggestion")
    if rng.random() > (0.45 if asks else 0.88):
        return ""
    first = template.category[:2]
    kind = "village" if first == "11" else "ask" if asks else "road" if first in ("02", "03") else "home"
    return rng.choice(where[kind])


def _tell(rng: Random, template: world.Template, scene: Scene, voice: str, where: str) -> str:
    parts = world.load("parts")
    core = scene.fill(where + template.text)
    if voice == "dialect":
        core = _swap(core, parts["dialect_words"])
    asks = template.request_type in ("consultation", "suggestion")
    opener = scene.fill(rng.choice(parts["openers"]["polite" if voice == "long" and asks else voice]))
    # Only a grievance ends with fear of revenge or an offer of evidence, or asks to be dealt with soon.
    ending = "polite" if voice == "long" and asks else voice
    if template.request_type == "praise":
        closers = ["", "谢谢。"]
    else:
        closers = (parts["ask_closers"] if asks else {}).get(voice) or parts["closers"][ending]
    closer = scene.fill(rng.choice(closers))
    body = opener + core
    if template.urgency != "danger":
        body += _middle(rng, template, scene, voice, parts)
    text = body + closer
    if voice == "typo":
        text = _misspell(rng, text, parts["typos"])
    if voice == "elderly" and rng.random() < 0.6:
        text = text.replace("；", "，").replace("。", "，").rstrip("，") + "。"
    if len(text) < SHORTEST:
        text += rng.choice(parts["demand"][template.request_type])
    return text[:LONGEST]


def _middle(rng: Random, template: world.Template, scene: Scene, voice: str, parts: Mapping[str, Any]) -> str:
    kind = template.request_type
    history, demand = parts["history"][kind], parts["demand"][kind]
    if voice == "terse":
        return ""
    if voice == "long":
        # Only people who are complaining bring the whole story; others stay with history and demand.
        details = rng.sample(parts["details"], rng.randint(3, 8)) if kind in ("complaint", "help", "report") else []
        pieces = [rng.choice(history), *details, rng.choice(demand)]
    else:
        pieces = [rng.choice(history)] if rng.random() < 0.4 else []
        pieces += [rng.choice(demand)] if rng.random() < 0.55 else []
    return "".join(scene.fill(piece) for piece in pieces)


def _swap(text: str, pairs: Sequence[Sequence[str]]) -> str:
    for standard, spoken in pairs:
        text = text.replace(standard, spoken)
    return text


def _misspell(rng: Random, text: str, pairs: Sequence[Sequence[str]]) -> str:
    hits = [pair for pair in pairs if pair[0] in text]
    for right, wrong in rng.sample(hits, min(2, len(hits))):
        text = text.replace(right, wrong, 1)
    return text.replace("，", "") if rng.random() < 0.3 else text


_UNFIT: Mapping[str, Sequence[str]] = {
    "complaint": ("求助", "请求", "咨询", "举报", "表扬", "建议"),
    "help": ("投诉", "举报", "咨询", "复核", "表扬", "建议"),
    "report": ("求助", "请求", "咨询", "投诉", "表扬", "建议"),
}
_NAMED: Mapping[str, str] = {"complaint": "反映{name}问题", "help": "{name}问题求助", "report": "举报{name}问题"}


def _title(rng: Random, template: world.Template, scene: Scene) -> str:
    kind, place = template.request_type, scene.place_name
    phrase = _phrase(rng, template)
    if any(place[i : i + 2] in phrase for i in range(len(place) - 1)):
        place = ""
    verb = next((x for x in _TITLE_VERBS if phrase.startswith(x)), "")
    if verb:
        return f"{verb}{place}{phrase[len(verb) :]}"[:60]
    return f"{rng.choice(_TITLE_HEADS[kind])}{place}{phrase}"[:60]


def _phrase(rng: Random, template: world.Template) -> str:
    """The leaf's title phrase that shares words with the message, else one made of the leaf's name."""
    kind, name = template.request_type, world.profiles()[template.category].name
    phrases: list[str] = world.load("messages")["titles"][template.category]
    if kind == "praise":
        return f"表扬{name}工作人员"
    if kind == "suggestion":
        return next((x for x in phrases if "建议" in x), f"关于{name}的建议")
    if kind == "consultation":
        fitting = [x for x in phrases if x.startswith("咨询")]
        return rng.choice(fitting) if fitting else f"咨询{name}有关事项"
    fitting = [x for x in phrases if not any(word in x for word in _UNFIT[kind]) and _shares(x, template.text)]
    return rng.choice(fitting) if fitting else _NAMED[kind].format(name=name)


def _shares(phrase: str, text: str) -> bool:
    return sum(phrase[i : i + 2] in text for i in range(len(phrase) - 1)) >= 1


def _urgency(template: world.Template, usual: str) -> str:
    if template.urgency:
        return template.urgency
    if template.request_type == "help" and usual in ("urgent", "danger"):
        return "urgent"
    return "normal"
