"""Real messages with a class given by people: is a category warned of that lies in it, and one found that does not?

Each message is marked once with every class that fits its own (no warning is right) and once with one drawn from the
others (a warning is right). The classes are matched to the demo city's tree by hand, which is rough.

    .venv/bin/python benchmarks/marks_of_messages.py MESSAGES.csv [--seed 5]

MESSAGES.csv has the columns body and category. Prints one JSON line of shares.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from pathlib import Path

CLASSES = {
    "城乡建设": ("01", "02", "13", "14"), "环境保护": ("08",), "交通运输": ("03",), "教育文体": ("04",),
    "劳动和社会保障": ("05",), "商贸旅游": ("07",), "卫生计生": ("06",),
}  # fmt: skip
"""Class of the board → classes of the tree."""


def main() -> None:
    """Read the messages, mark them rightly and wrongly, count the warnings."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("messages", type=Path)
    parser.add_argument("--seed", type=int, default=5)
    asked = parser.parse_args()
    from minhu.language.noise.unlike import category_said
    from minhu.language.understanding import understand
    from minhu.server.commands.evaluate_forms import demo_city

    city, chance = demo_city(), random.Random(asked.seed)  # a draw that can be repeated
    rows = [row for row in csv.DictReader(asked.messages.open(encoding="utf-8-sig")) if row["category"] in CLASSES]
    every = sorted(set().union(*CLASSES.values()))
    false = found = 0
    for row in rows:
        own = CLASSES[row["category"]]
        ranked = understand(row["body"].strip(), "", city.home, city.gazetteer, city.index, city.model).categories
        false += all(category_said(ranked, one) for one in own)
        found += bool(category_said(ranked, chance.choice([one for one in every if one not in own])))
    share = {"false_alarms": round(false / len(rows), 4), "wrong_found": round(found / len(rows), 4)}
    print(json.dumps({"messages": len(rows), **share, "precision_half_wrong": round(found / max(1, found + false), 4)}))


if __name__ == "__main__":
    main()
