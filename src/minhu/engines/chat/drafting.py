"""A question with passages put before a chat model: instructions, fence, schema, and only what the gate lets through."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from minhu.engines.chat.types import ChatModel, Outcome, Prompt, Unusable
from minhu.language.answers.drafting import BadDraft, Draft, Source, fenced, instructions, material, read_draft, schema
from minhu.language.answers.types import Answer
from minhu.language.veil import Veiled, veil


def to_send(question: str, sources: Sequence[Source]) -> Veiled:
    """Question and passages as they may leave the house: without personal values."""
    return veil(material(question, sources))


def draft(model: ChatModel, words: Veiled, judge: Callable[[Draft], Answer | None]) -> Answer:
    """The answer that ``judge`` makes of the model's draft; raises NoAnswer where none is left."""
    fence = f"=====问题和条款 {secrets.token_hex(8)}====="
    prompt = Prompt(instructions(fence), fenced(fence, words.text), schema())

    def parse(said: str) -> Answer:
        try:
            found = read_draft(said, words.unveil)
        except BadDraft as error:
            raise Unusable from error
        answer = judge(found)
        if answer is None:
            raise Unusable(Outcome.UNSUPPORTED)
        return answer

    return model.ask(prompt, parse)
