"""Is a cry for help heard when it stands among a dozen harmless sentences, and what does that cost in false alarms?

Run: PYTHONPATH=src .venv/bin/python benchmarks/danger_in_long_texts.py [MESSAGES.csv]
Every case of `tests/language/data/urgency_*.csv` is put at the beginning, in the middle and at the end of twelve harmless
sentences: of MESSAGES.csv (columns title, body; its messages over 160 characters are also asked whole, where every alarm is
counted as false), without it our own ordinary messages. Prints one line for each file of cases and a JSON line.
"""

from __future__ import annotations

import csv
import json
import random
import sys
from pathlib import Path

from minhu.kernel.patterns import regex
from minhu.language.urgency import assess

OWN = Path(__file__).resolve().parents[1] / "tests/language/data"
LONG = 160
AROUND = 12
PLACES = (0, AROUND // 2, AROUND)
SENTENCE = regex(r"[^。！？!?；;\n]{8,40}")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def among(words: str, place: int, sentences: list[str], dice: random.Random) -> str:
    """`words` as one of thirteen sentences."""
    others = dice.sample(sentences, AROUND)
    return "。".join([*others[:place], words.rstrip("。"), *others[place:]]) + "。"


def main() -> None:
    dice = random.Random(7)
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else OWN / "urgency_ordinary.csv"
    messages = [f"{row['title']}。{row['body']}" for row in rows(given)]
    long = [one for one in messages if len(one) > LONG]
    sentences = [one for text in messages for one in SENTENCE.findall(text) if not assess(one).life_danger]
    heard = asked = false = harmless = 0
    for path in sorted(OWN.glob("urgency_*.csv")):
        cases = [row for row in rows(path) if row.get("life_danger")]
        texts = [among(row["text"], place, sentences, dice) for row in cases for place in PLACES]
        found = [assess(text).life_danger for text in texts]
        danger = [row["life_danger"] == "1" for row in cases for _ in PLACES]
        right, all_ = sum(a and b for a, b in zip(found, danger, strict=True)), sum(danger)
        wrong = sum(a and not b for a, b in zip(found, danger, strict=True))
        heard, asked, false, harmless = heard + right, asked + all_, false + wrong, harmless + len(danger) - all_
        if cases:
            print(f"{path.name:28} heard {right:4} of {all_:4}   false {wrong:3} of {len(danger) - all_:4}")
    alarms = sum(assess(text).life_danger for text in long)
    print(json.dumps({
        "recall": round(heard / asked, 3), "dangers": asked, "false": false, "harmless": harmless,
        "long_messages": len(long), "alarms_in_long_messages": alarms,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
