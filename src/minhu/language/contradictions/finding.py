"""Pairs of statements that tell one matter differently: found by what is said around the figures, weighed, ranked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from math import exp, log
from typing import Final

from minhu.language.contradictions.statements import Statement, apart, skeleton_of, statements_of
from minhu.language.contradictions.types import Pair, Rule, Side, Sort

LIKELY: Final = 0.35
_FEW: Final = 100
"""A house with fewer papers weighs terms as if it had so many: among two papers no term is rare."""
_TITLED: Final = 14
_WHOSE: Final = 0.6
"""A telephone without its office is that of the paper's subject: so much of one title must stand in the other paper."""
_TELLING: Final = 0.6
_RARE: Final = 60
"""Statements are compared where they share a term that so few statements of their unit have."""


def find(rules: Sequence[Rule], fresh: AbstractSet[str] | None = None, least: float = LIKELY) -> list[Pair]:
    """Pairs between papers of ``rules``, the surest first; with ``fresh`` only those that touch one of these keys."""
    known = {rule.key: rule for rule in rules}
    statements = [one for rule in rules for one in statements_of(rule)]
    rarity = _rarity(rules, statements)
    best: dict[tuple[str, int, str, int], Pair] = {}
    for one, other in _candidates(statements, known, fresh):
        found = features(one, other, rarity)
        score = likelihood(found)
        if score < least or (one.value.sort is Sort.TELEPHONE and found[_TITLED] < _WHOSE):
            continue
        pair = _pair(one, other, score)
        key = (pair.first.key, pair.first.passage, pair.second.key, pair.second.passage)
        if key not in best or best[key].score < score:
            best[key] = pair
    return sorted(best.values(), key=lambda one: -one.score)


def together(one: Rule, other: Rule) -> bool:
    """Whether two papers may hold for somebody at once: areas one within the other, none the end of the other."""
    if one.key == other.key or other.key in one.repeals or one.key in other.repeals:
        return False
    if not one.areas or not other.areas:
        return True
    return any(a.startswith(b) or b.startswith(a) for a in one.areas for b in other.areas)


def _rarity(rules: Sequence[Rule], statements: Sequence[Statement]) -> dict[str, float]:
    """How much a term tells, 0 … 1: by the number of papers that it stands in."""
    papers: dict[str, set[str]] = defaultdict(set)
    for one in statements:
        for term in one.wide:
            papers[term].add(one.rule)
    size = max(len(rules), _FEW) + 1
    return {term: log(size / (len(keys) + 0.5)) / log(size) for term, keys in papers.items()}


def _candidates(
    statements: Sequence[Statement], known: dict[str, Rule], fresh: AbstractSet[str] | None
) -> Iterator[tuple[Statement, Statement]]:
    by_unit: dict[str, list[Statement]] = defaultdict(list)
    for one in statements:
        by_unit[one.value.unit].append(one)
    for group in by_unit.values():
        often = Counter(term for one in group for term in one.near)
        holders: dict[str, list[int]] = defaultdict(list)
        for at, one in enumerate(group):
            for term in one.said | one.title:
                if often[term] <= _RARE:
                    holders[term].append(at)
        for at, one in enumerate(group):
            if fresh is not None and one.rule not in fresh:
                continue
            near = Counter(other for term in one.near if often[term] <= _RARE for other in holders[term])
            for place in near:
                other = group[place]
                twice = fresh is None or other.rule in fresh
                if (not twice or at < place or other.rule != one.rule) and _differ(one, other) and together(known[one.rule], known[other.rule]):  # fmt: skip
                    yield one, other


def _differ(one: Statement, other: Statement) -> bool:
    """Whether the figures differ and each side says something that the other does not."""
    if one.rule == other.rule or one.value.amount in other.others or other.value.amount in one.others:
        return False
    return not (one.value.bound and other.value.bound and one.value.bound != other.value.bound)


def features(one: Statement, other: Statement, rarity: dict[str, float]) -> tuple[float, ...]:
    """What speaks for the same matter: shares of weighted terms (0 … 1), and what parts the two."""

    def weight(terms: Iterable[str]) -> float:
        return sum(rarity.get(term, 1.0) for term in terms)

    def share(part: frozenset[str], whole: frozenset[str]) -> float:
        return weight(part & whole) / (weight(part) or 1.0)

    def dice(a: frozenset[str], b: frozenset[str]) -> float:
        return 2 * weight(a & b) / (weight(a) + weight(b) or 1.0)

    covered = sorted((share(one.near, other.wide), share(other.near, one.wide)))
    whole = sorted((share(one.said, other.wide), share(other.said, one.wide)))
    topics = sorted((share(one.title, other.wide), share(other.title, one.wide)))
    heads = [share(a.head, b.wide) for a, b in ((one, other), (other, one)) if a.head]
    return (
        dice(one.near, other.near), covered[0], covered[1], dice(one.said, other.said), whole[0], whole[1],
        dice(one.title, other.title), dice(one.wide, other.wide), min(heads, default=1.0),
        float(apart(one, other)), float(one.value.bound == other.value.bound), min(3.0, float(len(one.others) - 1 + len(other.others) - 1)) / 3,
        min(1.0, weight(one.near & other.near) / 6), topics[0], topics[1], max((rarity.get(term, 1.0) for term in one.near & other.near), default=0.0),
        min(1.0, weight(term for term in one.wide & other.wide if rarity.get(term, 1.0) > _TELLING) / 8),
        float(one.value.sort is Sort.TELEPHONE),
    )  # fmt: skip


_WEIGHTS: Final = (
    0.65,
    2.42,
    0.98,
    0.63,
    2.17,
    1.0,
    0.02,
    2.71,
    1.71,
    -0.17,
    1.39,
    -0.69,
    0.92,
    0.09,
    3.53,
    -1.19,
    2.8,
    -0.61,
)
_BIAS: Final = -12.25


def likelihood(found: tuple[float, ...]) -> float:
    """The chance that two statements contradict each other, by weights fitted on planted pairs (`planting`)."""
    return 1 / (1 + exp(-(_BIAS + sum(weight * value for weight, value in zip(_WEIGHTS, found, strict=True)))))


def _pair(one: Statement, other: Statement, score: float) -> Pair:
    first, second = (one, other) if (one.rule, one.passage.number) <= (other.rule, other.passage.number) else (other, one)  # fmt: skip
    return Pair(first.value.sort, round(score, 4), _side(first), _side(second))


def _side(one: Statement) -> Side:
    value, text = one.value, one.passage.text
    return Side(
        one.rule, one.passage.number, value.start, value.end, one.sentence_start, one.sentence_end,
        text[value.start : value.end], one.sentence, skeleton_of(one.sentence),
    )  # fmt: skip
