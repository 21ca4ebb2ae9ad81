"""A tree drafted from papers by their structure: headings, tables by their first column, lists of which one item is met,
clauses for different groups, named clauses, and conditions within one sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.papers.questions import topic_of
from minhu.language.papers.types import Passage, PassageKind
from minhu.language.trees.types import LONGEST_LABEL, MOST_CHOICES, Source, Sprout

_MARK: Final = regex(
    r"^(?:第[一二三四五六七八九十百\d]+[条章节](?:之[一二三四五六七八九十]+)?|[（(][一二三四五六七八九十\d]+[）)]|[一二三四五六七八九十\d]{1,3}[、.．]|[①-⑳])[\s　]*"
)
_ONE_OF: Final = regex(
    r"之一|下列(?:情形|对象|人员|家庭|群体|地区|方式|行为|情况|事项|企业|单位|房屋|车辆)|分为?以下|按照?(?:下列|以下)"
)
_ALL_OF: Final = regex(r"同时|都要|全部符合|下列(?:材料|证件|资料)|以下(?:材料|证件|资料)")
_GROUP: Final = regex(
    r"^(?P<who>[^，。；：、（(]{2,16}?(?:家庭|人员|职工|对象|户籍|居民|子女|儿童|老年人|老人|学生|企业|单位|个人|军人|夫妻|者|户)(?!籍|家庭|人员|职工|居民|子女|儿童))(?:申请|办理|参保|入学|购买|租住|在)?[^，。；：]{0,8}的?[，：]"
)
_NAMED: Final = regex(r"^(?P<name>[^，。；：、（(0-9]{2,12})(?:（[^）]{1,12}）)?[：]")
_CASE: Final = regex(
    r"(?P<what>\d+(?:至\d+)?(?:周岁|岁)(?:及?以上|以下)?|[一二三四1-4]级(?:及以[上下])?|(?:非)?本市户籍|外地户籍|在职|退休|首套|二套|新办|补办|补领|换领|首次[一-鿿]{2}|线上|线下|网上|现场)"
)
_VALUE: Final = regex(r"\d|免|半价|不予|可以|不得|优先")
_NO_SECTION: Final = regex(r"总则|附则|附件|目录")
_NO_NAME: Final = regex(r"^(?:序号|编号|\d+|[—-]+|)$")
_NAMES_NOTHING: Final = regex(r"^(?:注|备注|说明|附件|附|联系人|电话|咨询|咨询电话|地址)$")
_CAPTION: Final = regex(r"^(?:附?表)\s*[\d一二三四五六七八九十]*[\s　]*|（[^）]*）$")
_OTHERS: Final = "其他情形"


def draft(sources: Sequence[Source]) -> Sprout | None:
    """One tree over papers of the same matter; None where none of them tells cases apart.

    Every step has two to seven choices and every end names the passage that it stands in.
    """
    grown = [(topic_of(one.title), made) for one in sources if (made := _paper(one)) is not None]
    if len(grown) < 2:
        return replace(grown[0][1], label="") if grown else None
    return _step("", "您想了解哪一件事？", [replace(one, label=topic[:LONGEST_LABEL]) for topic, one in grown])


def _paper(source: Source) -> Sprout | None:
    """A paper by its sections; one section alone is the tree itself."""
    parts = groupby(source.passages, key=lambda one: one.path[0] if one.path else "")
    sections = [(name, list(passages)) for name, passages in parts if not _NO_SECTION.search(name)]
    made = [(_bare(name), _splits(source.key, passages), passages) for name, passages in sections]
    if not any(splits for _, splits, _ in made):
        return None
    named = [(name, splits, passages) for name, splits, passages in made if name]
    if len(named) < 2:
        return _joined("", [split for _, splits, _ in made for split in splits])
    children = [
        _joined(_short(name), splits) or _end(source.key, _short(name), _telling(passages))
        for name, splits, passages in named
    ]
    return _step("", f"您想了解{topic_of(source.title)}的哪一方面？", children)


def _joined(label: str, splits: Sequence[Sprout]) -> Sprout | None:
    """The splits of one section under one label; one alone is asked for at once."""
    if len(splits) < 2:
        return replace(splits[0], label=label) if splits else None
    return _step(label, "您想了解哪一项？", splits)


def _telling(passages: Sequence[Passage]) -> Passage:
    """The passage that stands for a section without cases: its first whole sentence."""
    return next((one for one in passages if len(one.text) > 12 and not one.text.endswith("：")), passages[0])


def _splits(key: str, passages: Sequence[Passage]) -> list[Sprout]:
    """All ways in which a section tells cases apart; a passage is used by the first that takes it."""
    found: list[tuple[int, Sprout]] = []
    used: set[int] = set()
    for way in (_tables, _lists, _groups, _named, _cases):
        for sprout in way(key, [one for one in passages if one.number not in used]):
            used |= {end.passage for end in sprout.ends()}
            found.append((min(end.passage for end in sprout.ends()), sprout))
    return [sprout for _, sprout in sorted(found, key=lambda one: one[0])]


def _tables(key: str, passages: Sequence[Passage]) -> Iterator[Sprout]:
    rows = [one for one in passages if one.kind is PassageKind.ROW and len(one.cells) > 1]
    for context, group in groupby(rows, key=lambda one: one.context):
        table = [one for one in group if not _NO_NAME.match(one.cells[0][1])]
        if len({one.cells[0][1] for one in table}) < 2:
            continue
        header = table[0].cells[0][0]
        caption = _CAPTION.sub("", context.split("；")[0]) if "；" in context else ""
        question = f"{header}是哪一种？" if header else "是哪一种情形？"
        ends = _gathered(table, lambda one: _end(key, one.cells[0][1], one))
        yield _step(_short(caption or header or "情形"), question, ends)


def _gathered(table: Sequence[Passage], end: Callable[[Passage], Sprout]) -> list[Sprout]:
    """The rows of a table as choices; where they are too many, those with the same first value go together."""
    if len(table) <= MOST_CHOICES:
        return [end(one) for one in table]
    value, count = Counter(one.cells[1][1] for one in table).most_common(1)[0]
    if count < 2 or len(table) - count + 1 > MOST_CHOICES:
        return [end(one) for one in table]
    alike = [end(one) for one in table if one.cells[1][1] == value]
    return [*(end(one) for one in table if one.cells[1][1] != value), _step(_short(value), "是哪一种情形？", alike)]


def _lists(key: str, passages: Sequence[Passage]) -> Iterator[Sprout]:
    items = [one for one in passages if one.kind is PassageKind.ITEM and one.context]
    for context, group in groupby(items, key=lambda one: one.context):
        members = list(group)
        if len(members) > 1 and _ONE_OF.search(context) and not _ALL_OF.search(context):
            lead = _bare(context).rstrip("：:")
            ends = [_end(key, _head(one.text), one) for one in members]
            yield _step(_short(re.split("[，。]", lead)[0]), f"{_short(lead)}：是下面哪一种？", ends)


def _groups(key: str, passages: Sequence[Passage]) -> Iterator[Sprout]:
    """Clauses that begin with whom they are about: 新就业无房职工申请的，…"""
    found: dict[str, Passage] = {}
    for one in passages:
        if one.kind is not PassageKind.ROW and (match := _GROUP.match(_bare(one.text))):
            found.setdefault(match["who"], one)
    if len(found) > 1:
        yield _step("按申请人", "申请人是哪一种？", [_end(key, who, one) for who, one in found.items()])


def _named(key: str, passages: Sequence[Passage]) -> Iterator[Sprout]:
    """Clauses that begin with their name: 交通优待：…; a list under one is its next step."""
    children = []
    for one in passages:
        match = None if one.kind in (PassageKind.ROW, PassageKind.NOTE) else _NAMED.match(_bare(one.text))
        if match is None or _NAMES_NOTHING.match(match["name"]):
            continue
        below = [other for other in passages if other.context == one.text and other.kind is PassageKind.ITEM]
        if len(below) > 1 and not _ALL_OF.search(one.text):
            ends = [_end(key, _head(item.text), item) for item in below]
            children.append(_step(_short(match["name"]), "是哪一项？", ends))
        else:
            children.append(_end(key, match["name"], one))
    if len(children) > 1:
        yield _step("按事项", "您想了解哪一项？", children)


def _cases(key: str, passages: Sequence[Passage]) -> Iterator[Sprout]:
    """One sentence with a rule for each of several conditions: 60至64周岁门票半价，65周岁以上免首道门票。"""
    for one in passages:
        if one.kind is PassageKind.ROW:
            continue
        pieces = [piece.strip() for piece in re.split(r"[，。；]", _bare(one.text))]
        cases = {match["what"]: piece for piece in pieces if (match := _CASE.search(piece)) and _VALUE.search(piece)}
        if len(cases) > 1:
            ends = [Sprout(what, key=key, passage=one.number, text=piece) for what, piece in cases.items()]
            yield _step(_short(_head(one.text)), "属于哪一种？", ends)


def _step(label: str, question: str, children: Sequence[Sprout]) -> Sprout:
    """A step with unlike labels and not too many choices: those beyond go on under 'other cases'."""
    unlike = _unlike(children)
    if len(unlike) > MOST_CHOICES:
        rest = _step(_OTHERS, question, unlike[MOST_CHOICES - 1 :])
        unlike = [*unlike[: MOST_CHOICES - 1], rest]
    return Sprout(label, question, tuple(unlike))


def _unlike(children: Sequence[Sprout]) -> list[Sprout]:
    seen: Counter[str] = Counter()
    found = []
    for one in children:
        seen[one.label] += 1
        number = seen[one.label]
        found.append(one if number == 1 else replace(one, label=f"{one.label[: LONGEST_LABEL - 4]}（{number}）"))
    return found


def _end(key: str, label: str, passage: Passage) -> Sprout:
    return Sprout(_short(label), key=key, passage=passage.number)


def _bare(text: str) -> str:
    """Words without the number before them."""
    return _MARK.sub("", text.strip()).strip()


def _head(text: str) -> str:
    """The first words of an item, enough to choose by."""
    bare = _bare(text)
    first = re.split(r"[，；。：（(]", bare)[0]
    return _short(first if len(first) > 3 else bare.rstrip("；。"))


def _short(text: str) -> str:
    one = re.sub(r"\s+", " ", text.strip()).strip("：:；。，")
    return one if len(one) <= LONGEST_LABEL else f"{one[: LONGEST_LABEL - 1]}…"
