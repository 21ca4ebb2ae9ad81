"""`--engine embedded|chat|mix`: the same figures with a chat model, or with it where the embedded reading is unsure.

The chat model is the one of the settings; whatever fails falls back to the embedded reading, and is counted.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Final

import typer

from minhu.engines.chat import ChatClient, ChatSettings, NoAnswer, chat_settings
from minhu.engines.chat.memory import OwnKeeper
from minhu.engines.chat.reading import ask
from minhu.language.advice import Advice, check
from minhu.language.types import RankedLabel
from minhu.language.veil import veil

MOST_CATEGORIES: Final = 60
UNSURE: Final = 0.5
"""Below this confidence the mix takes the chat model's category, and its intake class below `SURE`."""
SURE: Final = 0.8
LIKELY: Final = 5


class Engine(StrEnum):
    """Who reads."""

    EMBEDDED = "embedded"
    CHAT = "chat"
    MIX = "mix"


EngineOption = Annotated[
    Engine,
    typer.Option("--engine", help="embedded; chat (MINHU_CHAT_URL), embedded where it fails; mix: chat where unsure."),
]


@dataclass
class Asking:
    """Asks the chat model of the settings and keeps count; an engine that needs none asks nobody."""

    engine: Engine
    settings: ChatSettings | None = None
    counted: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    _client: ChatClient | None = None

    @classmethod
    def of(cls, engine: Engine) -> Asking:
        """For an engine; raises ValueError, in Chinese, where it needs a chat model and none is set."""
        if engine is Engine.EMBEDDED:
            return cls(engine)
        try:
            settings = chat_settings()
        except ValueError as error:
            raise ValueError(f"对话模型的设置不正确：{error}") from error
        if settings is None:
            raise ValueError("--engine chat 和 mix 需要先设置 MINHU_CHAT_URL 与 MINHU_CHAT_MODEL")
        return cls(engine, settings, _client=ChatClient(settings, OwnKeeper(settings.budget)))

    def advice(self, text: str, labels: Sequence[str] = ()) -> Advice | None:
        """What the chat model makes of a text, its category one of ``labels``; None where it gave nothing usable."""
        if self._client is None:
            return None
        codes = {f"c{place}": label for place, label in enumerate(labels[:MOST_CATEGORIES], 1)}
        words, begun = veil(text), time.monotonic()
        try:
            answer = ask(self._client, words, list(codes.items()))
        except NoAnswer as error:
            self.counted[error.outcome.value] += 1
            return None
        finally:
            self.slowest = max(self.slowest, time.monotonic() - begun)
        self.counted["answered"] += 1
        found = check(answer, words, list(codes))
        return replace(found, category=codes.get(found.category, ""))

    def category(self, text: str, ranked: Sequence[RankedLabel]) -> RankedLabel:
        """The category by this engine, from the embedded ranking."""
        best = ranked[0]
        if self.engine is Engine.EMBEDDED or (self.engine is Engine.MIX and best.probability >= UNSURE):
            return best
        advice = self.advice(text, [one.value for one in ranked])
        if advice is None or not advice.category:
            return best
        likely = {one.value for one in ranked[:LIKELY]}
        if self.engine is Engine.MIX and advice.category not in likely:
            return best
        return RankedLabel(advice.category, advice.category_confidence)

    def danger(self, text: str, embedded: bool) -> bool:
        """Whether there is danger to life; the mix only ever raises."""
        if self.engine is Engine.EMBEDDED or (self.engine is Engine.MIX and embedded):
            return embedded
        advice = self.advice(text)
        if advice is None or advice.urgency is None:
            return embedded
        return advice.urgency == "danger"

    def intake(self, text: str, embedded: str, confidence: float) -> str:
        """The intake class; the mix asks where the embedded rules have nothing sure to say."""
        if self.engine is Engine.EMBEDDED or (self.engine is Engine.MIX and confidence >= SURE):
            return embedded
        advice = self.advice(text)
        return advice.intake if advice is not None and advice.intake else embedded

    def place_words(self, text: str, embedded: str) -> str:
        """The words that say where, for the gazetteer; empty where the embedded reading of the text stands."""
        if self.engine is Engine.EMBEDDED or (self.engine is Engine.MIX and embedded):
            return ""
        advice = self.advice(text)
        return "，".join(text[begin:end] for begin, end in advice.places) if advice is not None else ""

    def figures(self) -> dict[str, object]:
        """What to print beside the task's own figures; nothing for the embedded engine."""
        if self.settings is None:
            return {}
        return {
            "engine": self.engine.value, "chat_model": self.settings.model, "chat_ended": dict(sorted(self.counted.items())),
            "chat_seconds_most": round(self.slowest, 3),
        }  # fmt: skip
