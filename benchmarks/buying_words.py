"""Which of real messages speak of buying: by category, and by which sign of the grammar.

Run: PYTHONPATH=src .venv/bin/python benchmarks/buying_words.py MESSAGES.csv [--show 30]
MESSAGES.csv has the columns title, body and category. The board's categories are no labels of consumer disputes: a house,
a school or a hospital is paid for too. What can be read from them: how many the rule takes in each, and, with --show, the
messages that only the grammar (not a word of trade) brought, to be judged by eye. Prints a table and a JSON line.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from pathlib import Path

from minhu.exchange.domain.buying import Sign, sign_of_buying


def main() -> None:
    """Count the signs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("messages", type=Path)
    parser.add_argument("--show", type=int, default=0, help="so many of those that the grammar alone brought")
    given = parser.parse_args()
    with given.messages.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    of_all: Counter[str] = Counter()
    found: Counter[str] = Counter()
    signs: Counter[str] = Counter()
    for row in rows:
        of_all[row["category"]] += 1
        sign = sign_of_buying(f"{row['title']}。{row['body']}")
        if sign is None:
            continue
        found[row["category"]] += 1
        signs[sign.value] += 1
        if sign is not Sign.TRADE and given.show > 0:
            given.show -= 1
            print(f"  {sign.value}: {row['title']}")
    for category, count in of_all.most_common():
        print(f"{category}\t{found[category]} of {count}")
    print(json.dumps({"messages": len(rows), "buying": found.total(), "signs": dict(signs)}, ensure_ascii=False))


if __name__ == "__main__":
    main()
