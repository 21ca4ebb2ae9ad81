"""Planted contradictions for measuring: a clause is told anew in another paper, in other words, with another figure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.contradictions.statements import Statement, statements_of, terms_of
from minhu.language.contradictions.types import Rule, Sort
from minhu.language.contradictions.values import values_of
from minhu.language.papers.types import Passage, PassageKind

_PARTS: Final = regex(r"[，,]")
_MARK: Final = regex(r"^(?:第[一二三四五六七八九十百\d]+条|[（(]?[一二三四五六七八九十\d]+[）)、.．])[\s　]*")
_OWN: Final = regex(r"本(?:办法|规定|通知|细则|方案|指南|意见)|有效期|文号|第[一二三四五六七八九十]+条")
_TOPIC: Final = regex(
    r"^(?:云溪市|关于|清江区|印发|调整|做好|进一步)+|(?:的)?(?:若干规定|实施细则|实施方案|实施办法|管理办法|办事指南|暂行办法|办理须知|申请指南|办法|规定|通知|指南|细则|须知|说明|提醒|问答|方案|公告|手册|解答|提示|告知|一览|办理)+$"
)
_OTHER_WORDS: Final = (
    ("应当", "须"), ("申请", "申办"), ("提交", "递交"), ("不得", "不准"), ("办结", "办完"), ("缴纳", "交纳"), ("之日", "当天"), ("标准", "水平"),
    ("向", "到"), ("材料", "资料"), ("发放", "发给"), ("可以", "能够"), ("凭", "持"), ("补贴", "补助"), ("的，", "者，"), ("按照", "依照"), ("期限", "时限"),
    ("低于", "少于"), ("逾期", "超期"), ("受理", "接收"), ("费用", "收费"), ("领取", "领走"), ("老年人", "老人"), ("人员", "人"),
    ("居民", "市民"), ("周岁", "岁"), ("地址", "地点"), ("免费", "不要钱"), ("年度", "全年"), ("起施行", "起执行"), ("未", "没有"),
)  # fmt: skip
_OPENINGS: Final = (
    "按照规定，",
    "需要提醒的是，",
    "群众常问：",
    "请注意，",
    "工作人员答复口径：",
    "目前，",
    "",
    "",
    "据介绍，",
    "实际办理中，",
)
_NEAR, _CLOSEST = 0.5, 10
"""So many are planted into one of the papers with the likest titles, the others anywhere."""
_ENDINGS: Final = ("，请提前准备", "，具体以窗口为准", "", "", "，欢迎咨询", "，特此说明")


@dataclass(frozen=True, slots=True)
class Planted:
    """Where a contradiction was put: the clause that stays and the one that was written beside it."""

    sort: Sort
    key: str
    passage: int
    host: str
    host_passage: int
    words: str


def plant(rules: Sequence[Rule], count: int, seed: int) -> tuple[list[Rule], list[Planted]]:
    """Copies of the papers with ``count`` contradictions, at most one for a clause; the same seed gives the same."""
    chance = Random(seed)  # noqa: S311 - measuring, no secret
    changed = {rule.key: rule for rule in rules}
    clauses = [(rule, one) for rule in rules for one in statements_of(rule) if _fit(one)]
    chance.shuffle(clauses)
    titles = {rule.key: terms_of(rule.title) for rule in rules}
    planted: list[Planted] = []
    used: set[tuple[str, int]] = set()
    for rule, one in clauses:
        hosts = [other for other in rules if other.key != rule.key and _nested(rule, other)]
        if len(planted) == count or not hosts:
            break
        told = _told(rule, one, chance)
        if told is None or (rule.key, one.passage.number) in used:
            continue
        used.add((rule.key, one.passage.number))
        if chance.random() < _NEAR:
            hosts = sorted(hosts, key=lambda other: -len(titles[other.key] & titles[rule.key]))[:_CLOSEST]
        host = changed[chance.choice(hosts).key]
        number = len(host.passages) + 1
        words, value = told
        passage = Passage(number, PassageKind.PARAGRAPH, words)
        changed[host.key] = replace(host, passages=(*host.passages, passage))
        planted.append(Planted(one.value.sort, rule.key, one.passage.number, host.key, number, value))
    return list(changed.values()), planted


def _nested(rule: Rule, other: Rule) -> bool:
    if other.key in rule.repeals or rule.key in other.repeals:
        return False
    return not rule.areas or not other.areas or any(a.startswith(b) or b.startswith(a) for a in rule.areas for b in other.areas)  # fmt: skip


def _fit(one: Statement) -> bool:
    """Clauses that can be told alone: whole sentences of a middling length that do not speak of their own paper."""
    text = one.sentence
    return one.passage.kind is not PassageKind.ROW and 14 <= len(text) <= 90 and not _OWN.search(_MARK.sub("", text))


def _told(rule: Rule, one: Statement, chance: Random) -> tuple[str, str] | None:
    """The sentence in other words with another figure; None where the figure cannot be changed."""
    at, end = one.value.start - one.sentence_start, one.value.end - one.sentence_start
    new = _another(one.sentence[at:end], one.value.sort, chance)
    if new is None:
        return None
    hidden = f"{one.sentence[:at]}\x00{one.sentence[end:]}"
    text = _MARK.sub("", hidden.strip()).rstrip("。；！？;")
    for word, other in _OTHER_WORDS:
        if chance.random() < 0.5:
            text = text.replace(word, other)
    parts = _PARTS.split(text)
    at = next(n for n, part in enumerate(parts) if "\x00" in part)
    spare = [n for n in range(len(parts)) if abs(n - at) > 1]
    if spare and chance.random() < 0.5:
        del parts[chance.choice(spare)]
    if len(parts) == 2 and chance.random() < 0.3:
        parts.reverse()
    topic = _TOPIC.sub("", re.sub(r"[《》]", "", rule.title)) or rule.title
    lead = chance.choice((f"{topic}：", f"关于{topic}，", f"办理{topic}的，", f"{topic}方面，"))
    words = f"{chance.choice(_OPENINGS)}{lead}{'，'.join(parts)}{chance.choice(_ENDINGS)}。"
    return words.replace("\x00", new), new


def _another(words: str, sort: Sort, chance: Random) -> str | None:
    """Another figure of the same kind, or None."""
    if sort is Sort.TELEPHONE:
        return f"{words[:-3]}{(int(words[-3:]) + chance.randint(11, 600)) % 1000:03}"
    digits = list(re.finditer(r"\d+(?:\.\d+)?", words))
    if not digits:
        return None
    found = digits[-1]
    number = float(found[0])
    limit = {Sort.DATE: 28, Sort.TIME: 23 if ":" not in words else 59}.get(sort)
    grown = number + chance.choice((1, 2, 3, 5)) if number < 20 else number * chance.choice((0.5, 0.8, 1.2, 1.5, 2))
    if limit is not None and not 0 < grown <= limit:
        grown = max(1.0, number - chance.choice((1, 2, 3)))
    new = f"{grown:.2f}".rstrip("0").rstrip(".") if "." in found[0] else str(int(grown))
    told = words[: found.start()] + new + words[found.end() :]
    before, after = values_of(words), values_of(told)
    return told if before and after and before[0].amount != after[0].amount else None
