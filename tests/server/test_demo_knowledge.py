"""The demo city's papers and questions are whole: what is asked stands in a paper, what ends another names it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

import pytest

from minhu.server.demo import papers, world
from minhu.server.demo.papers import DemoPaper, DemoQuestion, PaperHeadWrong

TODAY = date(2026, 11, 23)
PAPERS = {x.stem: x for x in papers.papers(TODAY)}
QUESTIONS = papers.questions(TODAY)
PLANTED = papers.contradictions(TODAY)
UNITS = {row["code"]: row for row in world.load("units")["units"]}
LEAVES = {row["code"] for row in world.load("categories")["categories"] if row["leaf"]}
PROVINCES = re.compile(
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海"
)
BEGINS = re.compile(r"自(\d{4})年(\d+)月(\d+)日起(?:施行|试行)(?:，(?:有效期|试行期)(\d)年)?")
TABLE = re.compile(r"^\|(?: ?-+ ?\|)+$", re.MULTILINE)


def test_there_are_enough_papers_of_every_nature_and_field() -> None:
    assert len(PAPERS) >= 150
    assert set(papers.NATURES) == {x.nature for x in PAPERS.values()}
    assert len({x.category for x in PAPERS.values()}) >= 100
    assert {x.category[:2] for x in PAPERS.values()} == {f"{n:02}" for n in range(1, 15)}
    assert sum(bool(TABLE.search(x.body)) for x in PAPERS.values()) >= 25
    assert all(250 <= len(x.body) <= 2500 for x in PAPERS.values())


@pytest.mark.parametrize("stem", PAPERS)
def test_every_head_points_at_what_the_city_knows(stem: str) -> None:
    paper = PAPERS[stem]
    assert paper.unit in UNITS
    assert paper.category in LEAVES
    assert world.areas()[paper.area].live
    assert UNITS[paper.unit]["area"] == "9901" or paper.area.startswith(UNITS[paper.unit]["area"])
    assert 4 <= len(paper.title) <= 128
    assert paper.keywords
    assert all(len(word) <= 20 for word in paper.keywords)
    assert paper.issued <= paper.in_force
    assert paper.issued <= TODAY
    assert paper.expires is None or paper.expires > paper.in_force
    kind, _, code = paper.right.partition(":")
    assert kind in ("公开", "工作人员", "单位")
    assert (code in UNITS) if kind == "单位" else not code
    assert "{" not in paper.body


def test_numbers_and_titles_are_used_once() -> None:
    assert max(Counter(x.number for x in PAPERS.values() if x.number).values()) == 1
    assert max(Counter(x.title for x in PAPERS.values()).values()) == 1
    assert all(re.fullmatch(r"[\u4e00-\u9fff]+〔20\d\d〕\d+号", x.number) for x in PAPERS.values() if x.number)
    assert all(f"〔{x.issued.year}〕" in x.number for x in PAPERS.values() if x.number)


def test_what_a_paper_repeals_is_there_and_ends_on_the_day_the_new_one_begins() -> None:
    by_number = {x.number: x for x in PAPERS.values() if x.number}
    pairs = [(new, by_number[number]) for new in PAPERS.values() for number in new.repeals]
    assert len(pairs) >= 6
    for new, old in pairs:
        assert old.repealed == new.in_force
        assert old.number in new.body
        assert old.valid(new.in_force - timedelta(days=1))
        assert not old.valid(new.in_force)
        assert new.valid(new.in_force)
    assert {old.stem for _, old in pairs} == {x.stem for x in PAPERS.values() if x.repealed}


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2028, 2, 29), date(2031, 12, 31)])
def test_papers_stay_fresh_whenever_the_city_is_loaded(day: date) -> None:
    found = papers.papers(day)
    soon = [x for x in found if x.expires and day <= x.expires <= day + timedelta(days=40)]
    assert len(soon) >= 5
    assert all(x.issued <= day for x in found)
    assert {x.stem for x in found if not x.valid(day)} == {x.stem for x in found if x.repealed}


def test_some_papers_are_not_for_everybody_and_some_are_other_kinds_of_files() -> None:
    rights = Counter(x.right.partition(":")[0] for x in PAPERS.values())
    assert rights["工作人员"] >= 2
    assert rights["单位"] >= 2
    forms = Counter(x.form for x in PAPERS.values())
    assert set(forms) == set(papers.FORMS)
    assert sum(forms.values()) - forms["md"] >= 6


def test_the_days_in_a_head_are_those_that_the_words_say() -> None:
    told = [(x, BEGINS.search(x.body)) for x in PAPERS.values() if x.nature == "政策法规"]
    assert sum(bool(found) for _, found in told) >= 30
    for paper, found in told:
        if found:
            begin = date(int(found[1]), int(found[2]), int(found[3]))
            assert paper.in_force == begin, paper.stem
            if found[4] and not paper.repealed:
                after = begin.replace(year=begin.year + int(found[4]))
                assert paper.expires == after - timedelta(days=1), paper.stem


def test_planted_contradictions_stand_in_two_valid_papers() -> None:
    assert len(PLANTED) >= 8
    assert {x["sort"] for x in PLANTED} == {"number", "date", "condition", "address"}
    for row in PLANTED:
        sides = [row["first"], row["second"]]
        both = [PAPERS[side["document"]] for side in sides]
        assert both[0].unit != both[1].unit
        assert sides[0]["span"] != sides[1]["span"]
        for side, paper in zip(sides, both, strict=True):
            assert paper.valid(TODAY)
            assert side["span"] in clause(paper, side["clause"])


def test_papers_name_no_place_outside_the_city_and_call_only_its_numbers() -> None:
    phones = {row["phone"] for row in UNITS.values()}
    for paper in PAPERS.values():
        assert not PROVINCES.search(paper.title + paper.body), paper.stem
        assert set(re.findall(r"0990-\d+", paper.body)) <= phones, paper.stem
        assert not re.search(r"1[3-9]\d{9}|\d{17}[\dXx]", paper.body), paper.stem


def test_a_head_that_is_wrong_is_refused_with_what_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = papers.source("dog-rules")
    for old, new, word in (
        ("成文日期: ", "成文日: ", "文头有误"),
        ("发文机关: YX\n", "", "缺少：发文机关"),
        ("性质: 政策法规", "性质: 杂", "名单"),
        ("施行日期: {年-2}-07-01", "施行日期: 明天", "2025-03-01"),
    ):
        assert old in whole
        monkeypatch.setattr(papers, "source", lambda _stem, text=whole.replace(old, new): text)
        with pytest.raises(PaperHeadWrong, match=word):
            papers.paper("dog-rules", TODAY)


def test_there_are_enough_questions_of_every_kind() -> None:
    kinds = Counter(x.kind for x in QUESTIONS)
    assert len(QUESTIONS) >= 300
    assert len({(x.earlier, x.question) for x in QUESTIONS}) == len(QUESTIONS)
    assert set(kinds) == {*papers.KINDS, *papers.NOT_ANSWERABLE}
    assert kinds["table_cell"] >= 60
    assert sum(kinds[x] for x in papers.NOT_ANSWERABLE) >= 60
    assert all(kinds[x] >= 10 for x in papers.NOT_ANSWERABLE)
    assert sum(bool(x.earlier) for x in QUESTIONS) >= 15
    assert len({x.document for x in QUESTIONS if x.document}) >= 140


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda x: x.question)
def test_what_answers_a_question_stands_in_its_paper_under_its_label(question: DemoQuestion) -> None:
    assert not re.search(r"1[3-9]\d{9}|\d{17}[\dXx]", question.question)
    if question.kind in papers.NOT_ANSWERABLE:
        assert not question.document + question.clause + question.answer
        return
    paper = PAPERS[question.document]
    assert paper.valid(TODAY)
    assert paper.right == "公开"
    assert question.answer
    assert not set(question.answer) & set("*|#\n")
    words = clause(paper, question.clause)
    assert question.answer in words
    if question.kind == "table_cell":
        assert question.answer in [cell.strip() for cell in words.strip("|\n").split("|")]


_NEXT = r"(?=^第[一二三四五六七八九十]+条　|^#+ |^[一二三四五六七八九十]+、|\Z)"
_ARTICLE = r"(?=^第[一二三四五六七八九十]+条　|^#+ |\Z)"


def clause(paper: DemoPaper, label: str) -> str:
    """The words of a paper under a label: 第六条, 三、, 表2第4行, a heading; the whole body for no label."""
    if not label:
        return paper.body
    row = re.fullmatch(r"表(\d+)第(\d+)行", label)
    if row:
        tables = re.findall(r"(?:^\|.*\n?)+", paper.body, re.MULTILINE)
        return str(tables[int(row[1]) - 1].splitlines()[int(row[2]) + 1])
    end = _ARTICLE if label.startswith("第") else _NEXT
    found = re.search(rf"^(?:#+ )?{re.escape(label)}.*?{end}", paper.body, re.MULTILINE | re.DOTALL)
    assert found, f"{paper.stem} has no {label}"
    return found[0]
