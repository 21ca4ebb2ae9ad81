"""Papers that contradict each other are found; papers that only look alike are not."""

from __future__ import annotations

import pytest

from minhu.language.contradictions.finding import find
from minhu.language.contradictions.planting import plant
from minhu.language.contradictions.types import Rule, Sort
from minhu.language.contradictions.values import values_of
from minhu.language.papers.cutting import cut
from minhu.language.papers.types import Block, BlockKind


@pytest.mark.parametrize(
    ("text", "unit", "amount", "bound"),
    [
        ("连续缴纳社会保险满12个月", "月", "12", "≥"),
        ("连续缴纳社会保险满一年", "月", "12", "≥"),
        ("每千瓦时不得超过0.30元", "元", "0.3", "≤"),
        ("处5万元以下罚款", "元", "50000", "≤"),
        ("自受理之日起五个工作日内办结", "工作日", "5", "≤"),
        ("年满65周岁的老年人", "岁", "65", "≥"),
        ("每日18时至次日8时不得作业", "时段", "1080-480", ""),
        ("下午2:30开门", "时刻", "870", ""),
        ("截至12月31日", "日期", "12-31", ""),
        ("除夕至正月初五", "农历", "初五", ""),
        ("政务服务中心二楼", "楼层", "2", ""),
        ("位于清江区清江大道188号", "门牌", "清江大道188", ""),
        ("咨询电话：0990-5550042", "电话", "09905550042", ""),
        ("三层以下搬运免费", "元", "0", ""),
        ("报销比例为百分之八十", "%", "80", ""),
    ],
)
def test_figures_come_to_what_they_mean(text: str, unit: str, amount: str, bound: str) -> None:
    assert (unit, amount, bound) in {(one.unit, one.amount, one.bound) for one in values_of(text)}
    for one in values_of(text):
        assert 0 <= one.start < one.end <= len(text)


def test_numbers_of_papers_and_articles_are_no_figures() -> None:
    assert values_of("依照第十二条和云政发〔2025〕12号办理") == []


def rule(key: str, title: str, *lines: str, areas: tuple[str, ...] = (), repeals: tuple[str, ...] = ()) -> Rule:
    paper = cut((Block(BlockKind.HEADING, title, 1), *(Block(BlockKind.PARAGRAPH, line) for line in lines)), title)
    return Rule(key, title, paper.passages, areas, frozenset(repeals))


FILLER = tuple(
    rule(f"f{at}", title, line)
    for at, (title, line) in enumerate(
        (
            ("犬只管理办法", "第一条 养犬人应当每年为犬只接种狂犬病疫苗1次。"),
            ("停车收费通知", "露天停车场每小时收费3元，30分钟内免费。"),
            ("图书馆开放须知", "图书馆每周二至周日9:00至20:00开放。"),
            ("老年食堂补贴办法", "第二条 80周岁以上老年人每餐补贴3元。"),
            ("道路临时占用指南", "占用道路应当提前10个工作日申请。"),
            ("公园管理规定", "第三条 公园内禁止放生，违者处200元罚款。"),
        )
    )
)
HOUSING = rule("a", "公共租赁住房保障办法", "第六条 外来务工人员申请公租房，应当在申请之日前连续缴纳社会保险满12个月。")
PARK = "外来务工人员在园区就业的，申请之日前连续缴纳社会保险满6个月，可以申请公共租赁住房。"


def found(*rules: Rule) -> list[tuple[str, str]]:
    return [(one.first.words, one.second.words) for one in find([*rules, *FILLER])]


def test_another_figure_for_the_same_matter_is_shown_with_its_exact_words() -> None:
    pairs = find([HOUSING, rule("b", "园区公租房申请条件的通知", PARK), *FILLER])
    assert [(one.first.key, one.first.words, one.second.key, one.second.words) for one in pairs] == [
        ("a", "12个月", "b", "6个月")
    ]
    assert pairs[0].sort is Sort.CONDITION
    text = HOUSING.passages[pairs[0].first.passage - 1].text
    assert text[pairs[0].first.start : pairs[0].first.end] == "12个月"


def test_the_same_figure_said_otherwise_is_no_contradiction() -> None:
    assert found(HOUSING, rule("b", "园区公租房申请条件的通知", PARK.replace("6个月", "一年"))) == []


def test_a_paper_does_not_contradict_the_one_that_it_ends() -> None:
    assert found(HOUSING, rule("b", "园区公租房申请条件的通知", PARK, repeals=("a",))) == []


@pytest.mark.parametrize(("area", "pairs"), [("9902", 0), ("990102", 1)])
def test_papers_of_places_apart_do_not_meet_but_a_county_and_its_city_do(area: str, pairs: int) -> None:
    one = rule("a", HOUSING.title, HOUSING.passages[0].text, areas=("9901",))
    assert len(found(one, rule("b", "园区公租房申请条件的通知", PARK, areas=(area,)))) == pairs


def test_when_a_paper_begins_is_its_own_affair() -> None:
    lines = ("本办法自2024年7月1日起施行，有效期5年。", "本办法自2025年11月1日起施行，有效期3年。")
    assert found(rule("a", "养犬管理办法", lines[0]), rule("b", "养犬登记办法", lines[1])) == []


def test_only_what_touches_fresh_papers_is_looked_at() -> None:
    rules = [HOUSING, rule("b", "园区公租房申请条件的通知", PARK), *FILLER]
    assert len(find(rules, fresh={"b"})) == 1
    assert find(rules, fresh={"f0"}) == []


def test_planting_is_repeated_by_its_seed_and_leaves_the_papers_as_they_were() -> None:
    rules = [HOUSING, *FILLER]
    before = [one.passages for one in rules]
    once, again = plant(rules, 3, 7), plant(rules, 3, 7)
    assert once == again
    assert [one.passages for one in rules] == before
    assert len(once[1]) == 3
    for one in once[1]:
        host = next(rule for rule in once[0] if rule.key == one.host)
        assert one.words in host.passages[one.host_passage - 1].text
