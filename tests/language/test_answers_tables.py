"""Cells of tables: the row by what tells it from the others, the column by what is asked for; ranges hold numbers."""

from __future__ import annotations

import pytest

from minhu.language.answers.answering import answer, read
from minhu.language.answers.clause_training import Search, cell_example, fit
from minhu.language.answers.intervals import Interval, fits, intervals_in
from minhu.language.answers.measures import TABLE_CELL, Asked, citations_hold, row_and_cell
from minhu.language.answers.model import default_model
from minhu.language.answers.question import understand_question
from minhu.language.answers.ranking import rank
from minhu.language.answers.store import MemoryStore
from minhu.language.answers.tables import CELL_FEATURES, Cell, cells_of, named, part_of
from minhu.language.answers.tones import Tone, say
from minhu.language.answers.types import Sheet
from minhu.language.papers.cutting import cut as cut_blocks
from minhu.language.papers.types import Block, BlockKind, Paper, Passage, PassageKind

RENT = (
    ("对象", "年龄", "租金比例", "保证金（元）", "窗口地址", "办结时限"),
    ("低保家庭", "不限", "30%", "500", "清溪路1号", "3个工作日"),
    ("新就业职工", "22至35周岁", "70%", "2000", "白塔路2号", "5个工作日"),
    ("老年家庭", "60周岁及以上", "40%", "800", "西门街3号", "当场"),
)


def paper(title: str, rows: tuple[tuple[str, ...], ...], before: str = "") -> Paper:
    blocks = [Block(BlockKind.HEADING, title, 1), Block(BlockKind.PARAGRAPH, before or f"{title}按下表执行。")]
    return cut_blocks([*blocks, Block(BlockKind.TABLE, rows=rows, headers=1)])


@pytest.fixture(scope="module")
def papers() -> dict[str, Paper]:
    other = (("等级", "补贴（元）"), ("一级", "100"), ("二级", "60"))
    return {
        "rent": paper("公共租赁住房租金标准", RENT), "care": paper("长期护理补贴标准", other),
    }  # fmt: skip


@pytest.fixture(scope="module")
def store(papers: dict[str, Paper]) -> MemoryStore:
    return MemoryStore([Sheet(key, one) for key, one in papers.items()])


@pytest.mark.parametrize(
    ("words", "cell"),
    [
        ("低保家庭公租房租金比例是多少", "30%"), ("新就业职工租公租房窗口在哪", "白塔路2号"),
        ("老年家庭公租房保证金交多少", "800"), ("低保家庭申请公租房多久办结", "3个工作日"),
    ],
)  # fmt: skip
def test_the_row_that_is_named_and_the_column_that_is_asked_for(
    papers: dict[str, Paper], store: MemoryStore, words: str, cell: str
) -> None:
    got, _ = answer(words, store, threshold=0.0)
    assert got.text == cell
    assert citations_hold(got, papers)


def test_a_cell_is_told_with_the_names_of_its_row_and_column(store: MemoryStore) -> None:
    got, _ = answer("新就业职工公租房租金比例是多少", store, threshold=0.0)
    assert say(got) == "新就业职工，租金比例：70%。"
    assert say(got, Tone.FORMAL).startswith("根据《公共租赁住房租金标准》表1第2行")


def test_a_row_that_begins_as_another_is_told_by_its_second_cell_too() -> None:
    rows = (("用户", "阶梯", "水价（元）"), ("居民", "第一阶梯", "3.30"), ("居民", "第二阶梯", "4.10"))
    both = paper("城市供水价格", rows).passages
    steps = [one for one in both if one.kind is PassageKind.ROW]
    part = part_of(Cell(0, steps[1], 2))
    assert part is not None
    assert named(part, both) == ("居民，第二阶梯", "水价（元）")
    assert named((steps[0], 0, 2), both) == ("", "用户")
    assert named((steps[0], 0, 1), both) == ("", "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("80至89周岁", Interval(80, 89, "岁")), ("三孩家庭", Interval(3, 3, "孩")), ("不足14℃", Interval(float("-inf"), 14 - 1e-6, "℃")),
        ("60周岁及以上", Interval(60, float("inf"), "岁")), ("五楼", Interval(5, 5, "层")), ("二十五岁", Interval(25, 25, "岁")),
        ("80平方米以下", Interval(float("-inf"), 80, "㎡")), ("交了5年半", Interval(5.5, 5.5, "年")),
        ("停水两万户", Interval(20000, 20000, "户")), ("3万元以上", Interval(30000, float("inf"), "元")), ("我娘今年85了", Interval(85, 85, "岁")),
    ],
)  # fmt: skip
def test_numbers_are_read_as_ranges(text: str, found: Interval) -> None:
    assert intervals_in(text) == (found,)


@pytest.mark.parametrize(
    ("asked", "written", "fit"),
    [
        ("82岁老人", "80至89周岁", 1.0), ("82岁老人", "70至79周岁", -1.0), ("交了5年半", "满5年不足10年", 1.0),
        ("交了10年", "满5年不足10年", -1.0), ("82岁老人", "5层", 0.0), ("老人", "80至89周岁", 0.0),
        ("60平的店", "80平方米以下", 1.0), ("住五楼", "五层", 1.0),
        ("低于14度", "不足14℃", 1.0), ("低于14度", "14℃以上不足16℃", -1.0), ("80亩鱼塘", "50至100亩", 1.0), ("花了3万元", "2万元至5万元", 1.0),
    ],
)  # fmt: skip
def test_a_number_belongs_to_the_row_whose_range_holds_it(asked: str, written: str, fit: float) -> None:
    assert fits(intervals_in(asked), intervals_in(written)) == fit


def test_merged_cells_stand_once_in_the_text_and_are_both_found_there() -> None:
    row = Passage(
        1, PassageKind.ROW, "某公园 | 否 | 是", cells=(("公园", "某公园"), ("甲", "否"), ("乙", "否"), ("丙", "是"))
    )
    said = [part_of(Cell(0, row, at)) for at in range(4)]
    assert [row.text[one[1] : one[2]] for one in said if one] == ["某公园", "否", "否", "是"]


def test_a_paper_without_tables_has_no_cells() -> None:
    text = cut_blocks([Block(BlockKind.PARAGRAPH, "低保家庭公租房租金比例为百分之三十。")])
    reading = read("低保家庭公租房租金比例是多少", MemoryStore([Sheet("rent", text)]), default_model())
    cells, features = cells_of(reading.query, reading.ranked)
    assert reading.ranked
    assert (cells, features.shape) == ([], (0, CELL_FEATURES))


def test_row_and_cell_are_told_apart(store: MemoryStore) -> None:
    reading = read("低保家庭公租房租金比例是多少", store, default_model())
    right = Asked("", "rent", "30%", TABLE_CELL, "表1第1行")
    assert row_and_cell(right, reading) == (True, True)
    assert row_and_cell(Asked("", "rent", "500", TABLE_CELL, "表1第1行"), reading) == (True, False)
    assert row_and_cell(Asked("", "rent", "30%", TABLE_CELL, "表1第2行"), reading) == (False, False)
    assert row_and_cell(Asked("", "care", "30%", TABLE_CELL, "表1第1行"), reading) == (False, False)


def _searched(asked: Asked, store: MemoryStore) -> Search:
    query = understand_question(asked.words)
    ranked, rarity = rank(query, store)
    return Search(asked, query, rarity, ranked)


def test_learning_cells_prefers_the_right_one_and_none_where_there_is_none(store: MemoryStore) -> None:
    asked = [
        Asked("低保家庭公租房租金比例", "rent", "30%", TABLE_CELL, "表1第1行"),
        Asked("新就业职工公租房租金比例", "rent", "70%", TABLE_CELL, "表1第2行"),
        Asked("老年家庭公租房保证金", "rent", "800", TABLE_CELL, "表1第3行"),
        Asked("护理补贴是哪年开始的"), Asked("公共租赁住房由谁管"),
    ]  # fmt: skip
    examples = [cell_example(_searched(one, store))[1] for one in asked]
    layers = fit(examples, CELL_FEATURES)
    for one in examples[:3]:
        assert one.right[layers(one.features).argmax()]
    assert max(layers(examples[0].features)) > max(layers(examples[3].features))
    assert max(fit(examples[3:], CELL_FEATURES)(examples[0].features)) < -10
