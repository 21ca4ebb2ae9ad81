"""How long the first understanding takes per message, part by part, beside a word n-gram classifier on the same texts.

Run: .venv/bin/python benchmarks/understanding.py TEXTS.csv DIVISIONS.json [HOME]   (columns title, body, category)
Prints a table and one JSON line; times are CPU milliseconds of one core per message cut to 200 characters.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import jieba
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from minhu.language.categories import default_model
from minhu.language.gazetteer import Gazetteer
from minhu.language.intake_class import classify
from minhu.language.likeness import fingerprint
from minhu.language.places import locate
from minhu.language.understanding import understand
from minhu.language.urgency import assess
from minhu.server.tables import read_table

LENGTH, MESSAGES = 200, 400


def per_message(work: Callable[[str], object], texts: list[str]) -> float:
    """CPU milliseconds per text, after a short warm-up."""
    for text in texts[:20]:
        work(text)
    begun = time.process_time()
    for text in texts:
        work(text)
    return round((time.process_time() - begun) * 1000 / len(texts), 3)


def each_wall(work: Callable[[str], object], texts: list[str]) -> list[float]:
    """Wall milliseconds of each text, one after the other."""
    found = []
    for text in texts:
        begun = time.perf_counter()
        work(text)
        found.append((time.perf_counter() - begun) * 1000)
    return found


def main() -> None:
    """Measure everything on one file of messages."""
    rows = read_table(Path(sys.argv[1]))[:MESSAGES]
    gazetteer = Gazetteer.from_divisions(json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))
    home = sys.argv[3] if len(sys.argv) > 3 else "430100"
    texts = [f"{row['title']}。{row['body']}"[:LENGTH] for row in rows]
    vectoriser = TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, ngram_range=(1, 2))
    machine = LinearSVC().fit(vectoriser.fit_transform(texts), [row["category"] for row in rows])
    model = default_model()
    figures = {
        "categories": per_message(lambda text: model.predict("", text), texts),
        "places": per_message(lambda text: locate(text, home, gazetteer), texts),
        "urgency": per_message(assess, texts),
        "intake": per_message(classify, texts),
        "fingerprint": per_message(fingerprint, texts),
        "understand": per_message(lambda text: understand(text, "", home, gazetteer, None, model), texts),
        "baseline_word_svm": per_message(lambda text: machine.predict(vectoriser.transform([text])), texts),
    }
    for name, value in figures.items():
        print(f"{name:<20}{value:>8} ms")
    walls = sorted(each_wall(lambda text: understand(text, "", home, gazetteer, None, model), texts))
    figures["understand_wall_p95"] = round(walls[int(len(walls) * 0.95)], 2)
    figures["messages_per_second"] = round(1000 * len(walls) / sum(walls))
    print(
        f"one after the other, wall time: p95 {figures['understand_wall_p95']} ms, {figures['messages_per_second']} messages/s in one process"
    )
    print(json.dumps({"benchmark": "understanding", "messages": len(texts), **figures}))


if __name__ == "__main__":
    main()
