"""What a paper says of itself: 文号, 发文机关, dates, what it repeals, to whom it applies; each with the words it stands in.

Sources: 党政机关公文格式 GB/T 9704-2012 (7.2.5 发文字号, 7.3.5 发文机关署名, 成文日期), 行政规范性文件 (有效期).
Rules only. What is found is for a person to confirm; ``doubt`` says where to look twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.numerals import parse_number
from minhu.language.papers.types import Facts, Found, Paper

_NUMBER: Final = regex(
    r"(?P<it>(?:[一-鿿]{1,14}?)[〔\[［（(【]\s?(?:19|20)\d{2}\s?[〕\]］）)】]\s?(?:第)?\s?\d{1,4}\s?号|[一-鿿]{2,16}(?:令|公告)\s?第\s?\d{1,4}\s?号|第\s?\d{1,4}\s?号令)"
)
_BEFORE_NUMBER: Final = regex(
    r"^(?:根据|按照|依据|依照|落实|贯彻|关于|参照|执行|以及|文号|文件|依|按|据|和|与|由|及|以|的|号)+"
)
_DAY: Final = (
    r"(?:(?:19|20)\d{2}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日|[二一][〇零○O0九一二三四五六七八]{3}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"
    r"|(?:19|20)\d{2}[-./]\d{1,2}[-./]\d{1,2})"
)
_ANY_DAY: Final = regex(_DAY)
_IN_FORCE: Final = regex(
    rf"(?:自|从|于)?\s?(?P<day>{_DAY}|(?:公布|发布|印发|下发|发文|签发|通过|颁布)之?日)\s?(?:起|后)?(?P<wait>满?\s?(?P<days>[\d一二三四五六七八九十百]+)\s?日后?)?\s?(?:起|开始)?\s?(?:正式)?(?:施行|实施|执行|生效|试行)"
)
_UNTIL: Final = regex(
    rf"(?:有效期(?:限)?(?:至|到|截至|截止到?|为?自[^。；]{{1,30}}?至)|(?:执行|实施|施行|有效)至)\s?(?P<day>{_DAY})"
)
_YEARS: Final = regex(r"有效期(?:限)?(?:为|是)?\s?(?P<years>[\d一二三四五六七八九十两]+)\s?(?P<unit>年|个月)")
_REPEALS: Final = regex(r"(?:同时|予以|即行|一并|相应)?(?:废止|停止执行|失效)")
_PAPER: Final = regex(
    r"《(?P<it>[^《》]{2,80}(?:《[^《》]{2,60}》[^《》]{0,40})*)》\s*(?P<number>[（(][^（）()]{2,30}(?:[〔\[（(]\d{4}[〕\]）)][^（）()]{1,10})?[）)])?"
)
_ISSUER_END: Final = r"(?:人民政府办公[厅室]|人民政府|办公[厅室]|委员会|管理局|监督局|保障局|[一-鿿]{1,12}局|[一-鿿]{1,10}厅|[一-鿿]{2,8}部|办事处|管委会|中心|法院|检察院|[一-鿿]{2,8}公司|总队|支队|协会)"
_ISSUER_LINE: Final = regex(rf"[一-鿿（）()、]{{2,40}}?{_ISSUER_END}$")
_HEAD_LINE: Final = regex(rf"(?P<it>[一-鿿]{{2,40}}?{_ISSUER_END})(?:文件|公告|通告|令)?$")
_ABOUT: Final = regex(rf"^(?P<it>[一-鿿]{{2,40}}?{_ISSUER_END})(?:关于|印发|转发)")
_AREA: Final = regex(
    r"(?P<it>(?:本|全)(?:省|市|区|县|自治区|街道|镇|乡)(?:行政区域|辖区|范围|管辖区域)?(?:内|范围内)?|(?<=于|在|为)[一-鿿]{2,12}?(?:省|市|区|县|街道|镇|乡)(?:行政区域|辖区)(?:范围)?内)"
)
_GROUP: Final = regex(
    r"(?:适用于|适用对象(?:为|是|：|:)|适用范围(?:为|是|：|:)|申请对象(?:为|是|：|:)|服务对象(?:为|是|：|:)|补贴对象(?:为|是|：|:)|发放对象(?:为|是|：|:))\s?(?P<it>[^。；\n]{2,80})"
)
_HEAD, _TAIL = 600, 900
"""Characters at the beginning with 文号 and head, and at the end with signature and date."""


def facts_of(paper: Paper) -> Facts:
    """Read the facts of a paper; what it does not say is None or empty."""
    text = paper.text
    issued = _issued(text)
    in_force = _in_force(text, issued)
    return _checked(
        Facts(
            title=_title(paper),
            document_number=_document_number(text),
            issuer=_issuer(paper),
            issued=issued,
            in_force=in_force,
            repealed=_until(text, in_force or issued),
            repeals=tuple(_repeals(text)),
            applies_areas=tuple(_applies(text, _AREA)),
            applies_groups=tuple(_applies(text, _GROUP)),
        )
    )


def parse_day(words: str) -> str:
    """A written day as ISO; '' for what is no day of the calendar."""
    parts = re.split(r"[年月日./\-\s]+", words.strip().rstrip("日"))
    parts = [part for part in parts if part]
    if len(parts) != 3:
        return ""
    numbers = [parse_number(re.sub("[○O]", "〇", part)) for part in parts]
    try:
        return date(*(int(number) for number in numbers if number is not None)).isoformat()
    except (ValueError, TypeError):
        return ""


def _found(match: re.Match[str], value: str = "", group: str | int = 0, doubt: str = "") -> Found:
    return Found(value or match[group], match[group], match.start(group), match.end(group), doubt)


def _title(paper: Paper) -> Found | None:
    if not paper.title:
        return None
    at = paper.text.find(paper.title)
    if at < 0:
        return Found(paper.title, "", 0, 0, "文件中没有单独的标题，这里用了文件名，请核对。")
    return Found(paper.title, paper.title, at, at + len(paper.title))


def _document_number(text: str) -> Found | None:
    """The first number near the head that no other paper is cited by; else none."""
    for match in _NUMBER.finditer(text[:_HEAD]):
        before = text[: match.start("it")]
        if before.count("《") > before.count("》") or re.search(r"》\s*[（(]$", before):
            continue
        cut = _BEFORE_NUMBER.match(match["it"])
        start = match.start("it") + (cut.end() if cut else 0)
        words = text[start : match.end("it")]
        line = text[text.rfind("\n", 0, start) + 1 : (text.find("\n", start) + 1 or len(text) + 1) - 1]
        alone = len(line) <= len(words) + 24
        return Found(
            re.sub(r"\s", "", words),
            words,
            start,
            match.end("it"),
            "" if alone else "文号写在正文句子里，请核对是不是本文件的文号。",
        )
    return None


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Lines that begin within a part of the text, with their places."""
    at = start
    for line in text[start:end].split("\n"):
        yield at + len(line) - len(line.lstrip()), line.strip()
        at += len(line) + 1


def _issuer(paper: Paper) -> Found | None:
    """The signature at the end, else the red head, else who stands at the beginning of the title."""
    text = paper.text
    tail = list(_lines(text, text.rfind("\n", 0, max(0, len(text) - _TAIL)) + 1, len(text)))
    for (at, line), (_, below) in reversed(list(pairwise(tail))):
        if _ISSUER_LINE.match(line) and _ANY_DAY.match(below):
            return Found(line, line, at, at + len(line))
    for at, line in _lines(text, 0, min(len(text), _HEAD)):
        head = _HEAD_LINE.match(line)
        if head and line != paper.title:
            return Found(head["it"], head["it"], at, at + len(head["it"]))
    about = _ABOUT.match(paper.title)
    at = text.find(paper.title)
    if about and at >= 0:
        return Found(about["it"], about["it"], at, at + len(about["it"]), "发文机关取自标题，请核对署名。")
    return None


def _issued(text: str) -> Found | None:
    """The date under the signature: the last line that is a day alone; else a day under the title, else none."""
    lines = list(_lines(text, text.rfind("\n", 0, max(0, len(text) - _TAIL)) + 1, len(text)))
    for at, line in reversed(lines):
        match = _ANY_DAY.match(line)
        if match and len(line) <= match.end() + 8 and (value := parse_day(match[0])):
            return Found(value, match[0], at, at + match.end())
    head = re.search(
        rf"(?P<day>{_DAY})[^\n。]{{0,30}}(?:通过|公布|发布|印发|成文)|(?:发布|成文|印发|公布)(?:日期|时间)?[：:]\s?(?P<told>{_DAY})",
        text[:_HEAD],
    )
    if head:
        group = "day" if head["day"] else "told"
        if value := parse_day(head[group]):
            return _found(head, value, group, "日期写在文首，请核对是成文日期还是发布日期。")
    return None


def _in_force(text: str, issued: Found | None) -> Found | None:
    match = next(iter(_IN_FORCE.finditer(text)), None)
    if match is None:
        return None
    value, doubt = parse_day(match["day"]), ""
    if not value and issued:
        value = issued.value
        if match["wait"] and (days := parse_number(match["days"])):
            value = (issued.day + timedelta(days=int(days))).isoformat()
        doubt = "由成文日期推算，请核对。"
    if not value:
        return _found(match, match[0], doubt="没有读到成文日期，无法算出施行日期，请填写。")
    others = {parse_day(one["day"]) for one in _IN_FORCE.finditer(text)} - {"", value}
    return _found(match, value, doubt=doubt or ("文中有几个不同的施行日期，请核对。" if others else ""))


def _until(text: str, begins: Found | None) -> Found | None:
    """The last day of validity, told or counted from the first (有效期5年)."""
    match = _UNTIL.search(text)
    if match and (value := parse_day(match["day"])):
        return _found(match, value)
    match = _YEARS.search(text)
    number = parse_number(match["years"]) if match else None
    if match is None or not number:
        return None
    try:
        first = begins.day if begins else None
    except ValueError:
        first = None
    if first is None:
        return _found(match, match[0], doubt="没有读到施行日期，无法算出截止日期，请填写。")
    months = first.month - 1 + (int(number) * 12 if match["unit"] == "年" else int(number))
    year, month = first.year + months // 12, months % 12 + 1
    last = min(first.day, ((date(year + month // 12, month % 12 + 1, 1)) - timedelta(days=1)).day)
    value = (date(year, month, last) - timedelta(days=1)).isoformat()
    return _found(match, value, doubt="由施行日期和有效期推算，请核对。")


def _repeals(text: str) -> Iterator[Found]:
    """Papers named in a sentence that says that they end."""
    seen: set[str] = set()
    for ended in _REPEALS.finditer(text):
        start = max(text.rfind("。", 0, ended.start()), text.rfind("\n", 0, ended.start())) + 1
        sentence = text[start : ended.start()]
        if re.search(r"(?:不|未|尚未|没有)$", sentence):
            continue
        for paper in _PAPER.finditer(sentence):
            number = _NUMBER.search(paper["number"] or "")
            value = f"《{paper['it']}》" + (f"（{number['it']}）" if number else "")
            if value not in seen:
                seen.add(value)
                yield Found(value, paper[0], start + paper.start(), start + paper.end())


def _applies(text: str, pattern: re.Pattern[str]) -> Iterator[Found]:
    """Areas or groups told in a clause about whom it applies to."""
    seen: set[str] = set()
    for sentence in re.finditer(
        r"[^。\n]*适用[^。\n]*|[^。\n]*(?:申请|服务|补贴|发放)对象(?:为|是|：|:)[^。\n]*", text
    ):
        if re.search(r"不适用|除外", sentence[0]) and "适用于" not in sentence[0]:
            continue
        for match in pattern.finditer(sentence[0]):
            value = match["it"].strip("，,：: ")
            if value and value not in seen:
                seen.add(value)
                at = sentence.start() + match.start("it")
                yield Found(value, match["it"], at, at + len(match["it"]))


def _checked(facts: Facts) -> Facts:
    """Dates against each other: in force before it was made, ended before it began."""
    issued, begins, ends = (_day(one) for one in (facts.issued, facts.in_force, facts.repealed))
    if facts.in_force and issued and begins and begins < issued:
        facts = replace(facts, in_force=replace(facts.in_force, doubt="施行日期早于成文日期，请核对。"))
    if facts.repealed and begins and ends and ends < begins:
        facts = replace(facts, repealed=replace(facts.repealed, doubt="截止日期早于施行日期，请核对。"))
    if facts.issued and facts.document_number and issued:
        year = re.search(r"(19|20)\d{2}", facts.document_number.value)
        if year and abs(int(year[0]) - issued.year) > 1 and not facts.document_number.doubt:
            doubt = "文号的年份与成文日期相差一年以上，请核对。"
            facts = replace(facts, document_number=replace(facts.document_number, doubt=doubt))
    return facts


def _day(found: Found | None) -> date | None:
    try:
        return found.day if found else None
    except ValueError:
        return None
