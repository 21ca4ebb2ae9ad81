"""`minhu evaluate contradictions`: planted ones are looked for among papers that are otherwise taken to agree."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from minhu.server.commands.evaluate import Details, fail, ratio, show
from minhu.server.tables import BadFile

if TYPE_CHECKING:
    from minhu.language.contradictions.types import Pair, Rule

Key = frozenset[tuple[str, int]]


def contradictions(
    documents: Annotated[
        Path | None, typer.Option("--documents", help="JSON lines: docid, text. Default: the demo city's papers.")
    ] = None,
    count: Annotated[int, typer.Option("--count", min=1, help="How many are planted.")] = 40,
    seed: Annotated[int, typer.Option("--seed", help="The same seed plants the same.")] = 101,
    details: Details = False,
) -> None:
    """Plant contradictions by a seed, look for them: how many are found, how many of what is found are none."""
    from minhu.language.contradictions.finding import find
    from minhu.language.contradictions.planting import plant

    written: Sequence[frozenset[str]] = ()
    try:
        if documents:
            rules = _read(documents)
        else:
            rules, written = _demo()
    except BadFile as error:
        fail(str(error))
    changed, planted = plant(rules, count, seed)
    if not planted:
        fail("这些文件里没有可以改写的条款，请给出更多文件")
    begun = time.process_time()
    found = find(changed)
    spent = time.process_time() - begun
    wanted = {frozenset(((one.key, one.passage), (one.host, one.host_passage))) for one in planted}
    false = [pair for pair in found if _places(pair) not in wanted and _papers(pair) not in written]
    got = len(wanted & {_places(pair) for pair in found})
    by_hand = len(set(written) & {_papers(pair) for pair in found})
    if details:
        for pair in false:
            typer.echo(f"{pair.score} {pair.first.key}：{pair.first.sentence.strip()} ／ {pair.second.key}：{pair.second.sentence.strip()}")  # fmt: skip
    show(
        "contradictions",
        {
            "papers": len(rules), "planted": len(wanted), "planted_found": got, "by_hand": len(set(written)),
            "by_hand_found": by_hand, "pairs": len(found), "false": len(false),
            "recall": ratio(got + by_hand, len(wanted) + len(set(written))), "recall_planted": ratio(got, len(wanted)),
            "precision": ratio(len(found) - len(false), len(found)), "seconds": round(spent, 1),
        },
    )  # fmt: skip


def _places(pair: Pair) -> Key:
    return frozenset(((pair.first.key, pair.first.passage), (pair.second.key, pair.second.passage)))


def _papers(pair: Pair) -> frozenset[str]:
    return frozenset((pair.first.key, pair.second.key))


def _read(file: Path) -> list[Rule]:
    from minhu.language.contradictions.types import Rule
    from minhu.server.jsonl import read_papers

    return [Rule(key, paper.title, paper.passages) for key, paper in read_papers(file).items()]


def _demo() -> tuple[list[Rule], Sequence[frozenset[str]]]:
    """The valid papers of the demo city, and the pairs that its authors planted by hand."""
    from minhu.kernel.calendar.types import CHINA_TIME
    from minhu.kernel.clock import now
    from minhu.language.contradictions.types import Rule
    from minhu.language.papers.cutting import cut
    from minhu.server.demo import papers

    day = now().astimezone(CHINA_TIME).date()
    whole = papers.papers(day)
    numbers = {one.number: one.stem for one in whole if one.number}
    rules = []
    for one in whole:
        if one.valid(day):
            cut_up = cut(papers.blocks(one), one.title)
            rules.append(Rule(one.stem, one.title, cut_up.passages, (one.area,), frozenset(numbers[n] for n in one.repeals)))  # fmt: skip
    by_hand = [frozenset((row["first"]["document"], row["second"]["document"])) for row in papers.contradictions(day)]
    return rules, by_hand
