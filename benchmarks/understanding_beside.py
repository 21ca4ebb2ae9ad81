"""The table of the README: our understanding beside a simple baseline and, where installed, a peer.

Run: .venv/bin/python benchmarks/understanding_beside.py DATA [--only TASK …]
DATA: folder with messages/, addresses/, emotion/, dialect/, divisions/ (public sets, not part of this repository).
Ours are the last lines of `minhu evaluate`, called as anybody calls it; baselines are made here, in the same run, on the
same rows; peers (cpca, jionlp) are asked when their packages are importable. Prints a table and one JSON line. A row marked †
has cases by an author who had not seen the rules; they are kept back: nothing may be mended with them.
"""

from __future__ import annotations

import csv
import importlib
import importlib.util
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import jieba
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score
from sklearn.svm import LinearSVC

OWN = Path(__file__).resolve().parents[1] / "tests/language/data"
DANGER_WORDS = (
    "自杀 跳楼 轻生 不想活 割腕 上吊 服毒 救命 着火 起火 火灾 爆炸 煤气泄漏 燃气泄漏 触电 溺水 落水 昏迷 没有呼吸 大出血 "
    "被困 持刀 砍人 打死 杀人 抢劫 绑架 家暴 虐待 车祸 中毒 心脏病发作 抽搐"
).split()
CANTONESE = frozenset("嘅咗喺唔冇嚟嗰啲佢哋噉咁乜嘢嘥瞓諗揾俾畀攞啱嗌係")


@dataclass(frozen=True)
class Row:
    """One line of the table; ``held_back``: own cases, never used for mending."""

    task: str
    data: str
    figure: str
    ours: str
    baseline: str
    peer: str = "none open"
    held_back: bool = False


def evaluated(*arguments: str | Path) -> dict[str, Any]:
    """The JSON line of one `minhu evaluate`."""
    command = [sys.executable, "-m", "minhu", "evaluate", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV."""
    with path.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def svm(texts: list[str], labels: list[str], asked: list[str], words: bool = True) -> list[str]:
    """A TF-IDF machine on words and word pairs (or 1–3 characters): what anybody would try first."""
    vectoriser = (
        TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, ngram_range=(1, 2))
        if words
        else TfidfVectorizer(analyzer="char", ngram_range=(1, 3))
    )
    machine = LinearSVC().fit(vectoriser.fit_transform(texts), labels)
    return [str(one) for one in machine.predict(vectoriser.transform(asked))]


def two(first: float, second: float) -> str:
    """Two shares beside each other."""
    return f"{first:.3f} / {second:.3f}"


def categories(data: Path) -> Row:
    """First-level category of messages that are not among the training rows."""
    train, test = data / "messages/labelled_segmented.csv", data / "messages/labelled.csv"
    ours = evaluated("categories", "--train", train, "--test", test, "--without-seen")
    asked = table(test)
    bodies = {"".join(jieba.cut(row["title"] + row["body"])) for row in asked}
    learnt = [row for row in table(train) if not _seen(row["words"], bodies)]
    texts = [row["words"] for row in learnt]
    vectoriser = TfidfVectorizer(tokenizer=str.split, token_pattern=None, ngram_range=(1, 2))
    machine = LinearSVC().fit(vectoriser.fit_transform(texts), [row["category"] for row in learnt])
    got = machine.predict(vectoriser.transform([" ".join(jieba.cut(row["title"] + row["body"])) for row in asked]))
    wanted = [row["category"] for row in asked]
    return Row(
        "categories", f"{len(asked)} messages of a public board", "accuracy / macro-F1",
        two(ours["accuracy"], ours["macro_f1"]),
        two(accuracy_score(wanted, got), f1_score(wanted, got, average="macro")) + " (word SVM)",
    )  # fmt: skip


def _seen(words: str, bodies: set[str]) -> bool:
    """Whether a segmented row is one of the raw messages: its first words stand there in their order."""
    first = words.split()[:12]
    return any(_in_order(first, body) for body in bodies)


def _in_order(words: list[str], body: str) -> bool:
    at = 0
    for word in words:
        at = body.find(word, at)
        if at < 0:
            return False
    return True


def urgency(_data: Path) -> Row:
    """Danger to life among traps."""
    newest = OWN / "urgency_held_back.csv"
    ours = evaluated("urgency", "--cases", newest)
    rows = table(newest)
    wanted = [int(row["life_danger"]) for row in rows]
    got = [int(any(word in row["text"] for word in DANGER_WORDS)) for row in rows]
    return Row(
        "danger to life", f"{len(rows)} own cases with traps", "recall / precision",
        two(ours["recall"], ours["precision"]),
        two(recall_score(wanted, got), precision_score(wanted, got)) + f" (list of {len(DANGER_WORDS)} words)", held_back=True,
    )  # fmt: skip


def intake(_data: Path) -> Row:
    """The eight intake classes."""
    newest, learn = OWN / "intake_held_back.csv", table(OWN / "intake_learn.csv")
    ours, rows = evaluated("intake", "--cases", newest), table(newest)
    got = svm(
        [row["text"] for row in learn], [row["class"] for row in learn], [row["text"] for row in rows], words=False
    )
    wanted = [row["class"] for row in rows]
    return Row(
        "intake class", f"{len(rows)} own cases", "accuracy / macro-F1", two(ours["accuracy"], ours["macro_f1"]),
        two(accuracy_score(wanted, got), f1_score(wanted, got, average="macro")) + " (character SVM on our learning file)",
        held_back=True,
    )  # fmt: skip


def places(data: Path) -> Row:
    """Area codes of cases with an answer or a question; the baseline takes the first name of a division it meets."""
    divisions = data / "divisions/pcas-code.json"
    cases = OWN / "places_held_back.csv"
    ours, rows = evaluated("places", "--cases", cases, "--divisions", divisions), table(cases)
    names = _names(json.loads(divisions.read_text(encoding="utf-8")))
    baseline = _places(rows, lambda text: next((names[w] for w in _windows(text) if w in names), ""))
    return Row(
        "places", f"{len(rows)} own cases over many provinces", "right / silently wrong",
        two(ours["right"], ours["wrong_silently"]), two(*baseline) + " (first name of a county found)",
        _peers_of_places(rows), held_back=True,
    )  # fmt: skip


def _names(tree: Iterable[dict[str, Any]], level: int = 0) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree:
        if level == 2:
            found.setdefault(node["name"], node["code"])
        found |= _names(node.get("children", ()), level + 1) if level < 2 else {}
    return found


def _windows(text: str) -> Iterable[str]:
    return (text[start : start + size] for start in range(len(text)) for size in (6, 5, 4, 3, 2))


def _places(rows: list[dict[str, str]], find: Callable[[str], str]) -> tuple[float, float]:
    """Right and silently wrong, on the level of counties (where a street is wanted, its county counts)."""
    got = [find(row["text"]) for row in rows]
    wanted = [row["area_code"][:6] for row in rows]
    right = sum(a == b for a, b in zip(got, wanted, strict=True))
    wrong = sum(bool(a) and a != b for a, b in zip(got, wanted, strict=True))
    return right / len(rows), wrong / len(rows)


def _peers_of_places(rows: list[dict[str, str]]) -> str:
    said: list[str] = []
    if importlib.util.find_spec("cpca"):
        cpca = importlib.import_module("cpca")

        codes = list(cpca.transform([row["text"] for row in rows])["adcode"])
        told = dict(zip([row["text"] for row in rows], codes, strict=True))
        said.append("cpca " + two(*_places(rows, lambda text: str(told[text] or "")[:6])))
    if importlib.util.find_spec("jionlp"):
        jionlp = importlib.import_module("jionlp")

        codes_of = _paths(jionlp)
        said.append("jionlp " + two(*_places(rows, lambda text: _jionlp(jionlp.parse_location(text), codes_of))))
    return "; ".join(said) or "cpca, jionlp: not installed"


def _paths(jionlp: Any) -> dict[tuple[str, str, str], str]:
    loaded = jionlp.china_location_loader(detail=False)
    found: dict[tuple[str, str, str], str] = {}
    for province, cities in loaded.items():
        for city, counties in cities.items() if isinstance(cities, dict) else ():
            for county, facts in counties.items() if isinstance(counties, dict) else ():
                if isinstance(facts, dict) and "_admin_code" in facts:
                    found[province, city, county] = str(facts["_admin_code"])
    return found


def _jionlp(parsed: dict[str, Any], codes: dict[tuple[str, str, str], str]) -> str:
    return codes.get((parsed.get("province") or "", parsed.get("city") or "", parsed.get("county") or ""), "")


def emotion(data: Path) -> Row:
    """Six emotions of short posts."""
    train, test = data / "emotion/virus_train.json", data / "emotion/virus_eval.json"
    ours = evaluated("emotion", "--train", train, "--test", test)
    learn, asked = (json.loads(path.read_text(encoding="utf-8")) for path in (train, test))
    got = svm([row["content"] for row in learn], [row["label"] for row in learn], [row["content"] for row in asked])
    wanted = [row["label"] for row in asked]
    return Row(
        "emotion", f"{len(asked)} posts of SMP2020 (virus)", "accuracy / macro-F1", two(ours["accuracy"], ours["macro_f1"]),
        two(accuracy_score(wanted, got), f1_score(wanted, got, average="macro")) + " (word SVM)", "BERT, as published: .772 / .739",
    )  # fmt: skip


def dialect(data: Path) -> Row:
    """Cantonese told from Mandarin."""
    cases = data / "dialect/yue_cmn.csv"
    ours, rows = evaluated("dialect", "--cases", cases), [row for row in table(cases) if row["yue"] != row["cmn"]]
    right = sum(bool(CANTONESE & set(row["yue"])) + (not CANTONESE & set(row["cmn"])) for row in rows)
    return Row(
        "Cantonese told from Mandarin", f"{len(rows)} pairs of Universal Dependencies", "accuracy",
        f"{ours['detection']:.3f}", f"{right / 2 / len(rows):.3f} (any of {len(CANTONESE)} characters)",
    )  # fmt: skip


def duplicates(_data: Path) -> Row:
    """The same matter; the baseline's bound is the best one on these very pairs."""
    told, pairs = OWN / "matters_held_back2_told.csv", OWN / "matters_held_back2_pairs.csv"
    ours = evaluated("duplicates", "--stream", told, "--pairs", pairs)
    texts = {row["id"]: f"{row['title']}。{row['body']}" for row in table(told)}
    matrix = TfidfVectorizer(analyzer="char", ngram_range=(1, 3)).fit_transform(list(texts.values()))
    at = {name: index for index, name in enumerate(texts)}
    rows = table(pairs)
    near = np.array([matrix[at[row["id_a"]]].multiply(matrix[at[row["id_b"]]]).sum() for row in rows])
    wanted = np.array([row["same"] == "1" for row in rows])
    best = max(sorted(set(near)), key=lambda bound: f1_score(wanted, near >= bound))
    return Row(
        "the same matter", f"{len(rows)} own pairs", "precision / recall", two(ours["precision"], ours["recall"]),
        two(precision_score(wanted, near >= best), recall_score(wanted, near >= best)) + " (likeness of characters, its best bound)",
        held_back=True,
    )  # fmt: skip


def fields(data: Path) -> Row:
    """Parts of addresses; the baseline gives each character the commonest tag it had after the same character."""
    train, test = data / "addresses/train.txt", data / "addresses/dev.txt"
    ours = evaluated("fields", "--train", train, "--cases", test)
    learnt: dict[tuple[str, str], Counter[str]] = {}
    for before, (character, tag) in pairwise([("", ""), *_tagged(train)]):
        learnt.setdefault((before[0], character), Counter())[tag] += 1
    gold = _tagged(test)
    got = [
        (character, learnt[before[0], character].most_common(1)[0][0] if (before[0], character) in learnt else "O")
        for before, (character, _) in pairwise([("", ""), *gold])
    ]
    wanted, found = _spans(gold), _spans(got)
    right = len(wanted & found)
    baseline = 2 * right / (len(wanted) + len(found))
    return Row(
        "parts of addresses", "2,985 addresses, trained on 8,957", "F1", f"{ours['f1']:.3f}",
        f"{baseline:.3f} (commonest tag of two characters)", "APLT, as published: .899",
    )  # fmt: skip


def _tagged(path: Path) -> list[tuple[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [(line.split()[0], line.split()[1]) if line.strip() else ("\n", "O") for line in lines]


def _spans(tagged: list[tuple[str, str]]) -> set[tuple[int, int, str]]:
    spans: set[tuple[int, int, str]] = set()
    start, kind = 0, ""
    for index, (_, tag) in enumerate([*tagged, ("\n", "O")]):
        if kind and tag != f"I-{kind}":
            spans.add((start, index, kind))
            kind = ""
        if tag.startswith("B-"):
            start, kind = index, tag[2:]
    return spans


def dispatch(_data: Path) -> Row:
    """The first unit, over two simulated months."""
    ours = evaluated("dispatch", "--seed", "20261123")
    return Row(
        "first unit of an order", "simulated year of the demo city, its last two months", "right",
        f"{ours['with_history_top1']:.3f}", f"{ours['catalogue_top1']:.3f} (the catalogue alone)",
    )  # fmt: skip


TASKS: dict[str, Callable[[Path], Row]] = {
    one.__name__: one for one in (categories, urgency, intake, places, emotion, dialect, duplicates, fields, dispatch)
}


def main() -> None:
    """Print the rows as Markdown, then as JSON."""
    data = Path(sys.argv[1])
    wanted = sys.argv[3:] if sys.argv[2:3] == ["--only"] else list(TASKS)
    rows = [TASKS[name](data) for name in wanted]
    print("| task | data | figure | Minhu | simple baseline | peer |\n|---|---|---|---|---|---|")
    for row in rows:
        mark = " †" if row.held_back else ""
        print(f"| {row.task} | {row.data}{mark} | {row.figure} | **{row.ours}** | {row.baseline} | {row.peer} |")
    print(json.dumps([asdict(row) for row in rows], ensure_ascii=False))


if __name__ == "__main__":
    main()
