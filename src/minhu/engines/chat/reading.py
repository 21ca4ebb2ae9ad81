"""One text put before a chat model: instructions, fence, schema, and only an answer that its words bear out in part."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from minhu.engines.chat.types import ChatModel, Outcome, Prompt, Unusable
from minhu.language.advice import Answer, BadAnswer, check, read_answer, schema
from minhu.language.advice_prompt import fenced, instructions
from minhu.language.veil import Veiled


def ask(model: ChatModel, words: Veiled, categories: Sequence[tuple[str, str]]) -> Answer:
    """The model's answer about words whose personal data is taken out; raises NoAnswer.

    ``categories`` are the codes that it may choose from, with their names.
    """
    fence = f"=====诉求原文 {secrets.token_hex(8)}====="
    prompt = Prompt(instructions(fence, categories), fenced(fence, words.text), schema())

    def parse(said: str) -> Answer:
        try:
            answer = read_answer(said)
        except BadAnswer as error:
            raise Unusable from error
        if check(answer, words, [code for code, _ in categories]).is_empty:
            raise Unusable(Outcome.UNSUPPORTED)
        return answer

    return model.ask(prompt, parse)
