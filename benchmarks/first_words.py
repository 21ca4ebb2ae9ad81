"""What the bot hears in real messages: told as first words, does it take them for a matter, or hand their teller over?

Run: PYTHONPATH=src .venv/bin/python benchmarks/first_words.py MESSAGES.csv [--show 30]
MESSAGES.csv has the columns title and body. Whoever writes to a board asks for nobody on the line, so 'a person please'
is nearly always wrong; how many are handed over for fear, which the house does, is counted apart. Each message is told
three ways: its title, its body's first 160 characters, its whole body. Prints one line for each way and a JSON line.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from minhu.language.dialogue.hearing import hear
from minhu.language.dialogue.types import Policy, Wish

BEGINNING = 160
WAYS: dict[str, Callable[[dict[str, str]], str]] = {
    "title": lambda row: row["title"],
    "beginning": lambda row: row["body"][:BEGINNING],
    "whole": lambda row: row["body"],
}


def main() -> None:
    """Count wishes and fears."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("messages", type=Path)
    parser.add_argument(
        "--show", type=int, default=0, help="so many of those taken for 'a person please', and of the fearful"
    )
    given = parser.parse_args()
    with given.messages.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    told: dict[str, object] = {"messages": len(rows)}
    for way, words_of in WAYS.items():
        wishes: Counter[str] = Counter()
        fears = 0
        for row in rows:
            words = words_of(row).strip()
            heard = hear(words)
            wishes[heard.wishes[0].value] += 1
            afraid = heard.feeling == "fear" and heard.strength >= Policy().strength
            fears += afraid
            if way == "beginning" and (heard.wishes[0] is Wish.PERSON or afraid) and given.show > 0:
                given.show -= 1
                print(f"  {'afraid' if afraid else 'person'}: {words}".replace("\n", " "))
        print(f"{way:10} {dict(wishes.most_common())}   afraid {fears}")
        told[way] = {"person": wishes["person"], "matter": wishes["request"] + wishes["question"], "afraid": fears}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
