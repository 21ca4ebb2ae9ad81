"""How long an answer takes among 100,000 passages, and how long until a new paper is found.

Run: .venv/bin/python benchmarks/answers.py [PASSAGES]
Papers are those of the demo city, repeated with other names of places and things until there are enough; questions are
the city's own. Prints a table and one JSON line; times are CPU milliseconds of one core.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from minhu.kernel import clock
from minhu.language.answers.answering import answer
from minhu.language.answers.store import MemoryStore
from minhu.language.answers.types import Sheet
from minhu.language.papers.cutting import cut
from minhu.language.papers.types import Block
from minhu.server.demo import papers as city

QUESTIONS = 200
SIGNS = "安北昌东恩丰广河吉江康兰明宁平青荣山泰文西新阳永云中"


def other_names(blocks: tuple[Block, ...], number: int) -> list[Block]:
    """A paper of another place: the city's name and every fortieth character pair stand differently."""
    dice = random.Random(number)
    name = "".join(dice.sample(SIGNS, 2))

    def said(text: str) -> str:
        signs = list(text.replace("云溪", name))
        for at in range(dice.randrange(40), len(signs), 40):
            if "一" <= signs[at] <= "鿿":
                signs[at] = dice.choice(SIGNS)
        return "".join(signs)

    return [
        Block(
            one.kind, said(one.text), one.level, tuple(tuple(map(said, row)) for row in one.rows), one.headers, one.page
        )
        for one in blocks
    ]


def milliseconds(work: Callable[[], object]) -> float:
    """CPU milliseconds of one call."""
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000


def main() -> None:
    """Fill a store, ask, add one paper."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    today = clock.now().date()
    read = [city.blocks(one) for one in city.papers(today)]
    questions = [one.question for one in city.questions(today)][::3][:QUESTIONS]
    store, number = MemoryStore(), 0
    begun = time.process_time()
    while store.passages < wanted:
        blocks = read[number % len(read)]
        store.add(Sheet(str(number), cut(blocks if number < len(read) else other_names(blocks, number))))
        number += 1
    filled = time.process_time() - begun
    for question in questions[:10]:
        answer(question, store)
    spent = [milliseconds(partial(answer, question, store)) for question in questions]
    longest = max(read, key=lambda blocks: sum(len(one.text) for one in blocks))
    added = milliseconds(lambda: store.add(Sheet("new", cut(other_names(longest, number)))))
    figures = {
        "passages": store.passages, "papers": store.papers, "questions": len(spent),
        "ms_median": round(float(np.median(spent)), 1), "ms_p95": round(float(np.percentile(spent, 95)), 1),
        "fill_seconds": round(filled, 1), "add_ms": round(added, 1),
    }  # fmt: skip
    for name, value in figures.items():
        print(f"{name:<14}{value}")
    print(json.dumps({"benchmark": "answers", **figures}))


if __name__ == "__main__":
    main()
