"""Opening hours as papers write them: nobody is sent to a closed door, and nothing is claimed that was not read."""

from __future__ import annotations

from datetime import datetime

import pytest

from minhu.kernel.calendar import CHINA_TIME, china_calendar
from minhu.language.answers.tooling import Look, wishes
from minhu.language.papers.hours import open_at, read_hours
from minhu.language.papers.naming import key_of, matter_key, named
from minhu.language.papers.offices import office_of
from minhu.language.papers.triples import Relation
from minhu.language.papers.types import Passage, PassageKind

OFFICE = "周一至周五8:30—12:00、14:00—17:30；周六9:00—12:00"
MONDAY, SATURDAY, SUNDAY = "2026-03-02", "2026-03-07", "2026-03-08"
HOLIDAY, MADE_UP = "2025-10-01", "2025-09-28"
"""A Wednesday that is free, a Sunday that is worked."""


@pytest.mark.parametrize(
    ("words", "moment", "state", "next_change"),
    [
        (OFFICE, f"{MONDAY} 09:00", True, f"{MONDAY} 12:00"),
        (OFFICE, f"{MONDAY} 13:00", False, f"{MONDAY} 14:00"),
        (OFFICE, f"{MONDAY} 17:30", False, "2026-03-03 08:30"),
        (OFFICE, f"{SATURDAY} 11:59", True, f"{SATURDAY} 12:00"),
        (OFFICE, f"{SUNDAY} 10:00", False, "2026-03-09 08:30"),
        (OFFICE, f"{HOLIDAY} 10:00", False, "2025-10-04 09:00"),
        (OFFICE, f"{MADE_UP} 10:00", True, f"{MADE_UP} 12:00"),
        ("周一至周六8:30—17:30", f"{HOLIDAY} 10:00", False, "2025-10-04 08:30"),
        ("周二至周五9:00-20:00", f"{MONDAY} 10:00", False, "2026-03-03 09:00"),
        ("工作日9:00—17:00", f"{SATURDAY} 10:00", False, "2026-03-09 09:00"),
        ("每天9:00—16:30", f"{HOLIDAY} 10:00", True, f"{HOLIDAY} 16:30"),
        ("周五至周日18:00—2:00", "2026-03-09 01:00", True, "2026-03-09 02:00"),
        ("10:50—12:40；17:00—18:00", f"{SUNDAY} 13:00", False, f"{SUNDAY} 17:00"),
    ],
)
def test_open_or_closed_and_until_when(words: str, moment: str, state: bool, next_change: str) -> None:
    hours = read_hours(words)
    assert hours is not None
    at = datetime.fromisoformat(moment).replace(tzinfo=CHINA_TIME)
    found = open_at(hours, at, china_calendar().is_working_day)
    change = found.until if found.open else found.opens
    assert (found.open, f"{change:%Y-%m-%d %H:%M}" if change else "") == (state, next_change)


def test_a_place_that_never_closes_and_hours_that_nobody_can_read() -> None:
    always = read_hours("24小时")
    assert always is not None
    at = datetime(2026, 3, 2, 3, tzinfo=CHINA_TIME)
    assert open_at(always, at, china_calendar().is_working_day).until is None
    for words in ("", "就近", "夏季5:00—22:30，冬季6:00—21:30", "周二、周四", "25:00—26:00", "采暖期每天8:00—20:00"):
        assert read_hours(words) is None


def row(*cells: tuple[str, str]) -> Passage:
    return Passage(3, PassageKind.ROW, " | ".join(value for _, value in cells), cells=cells)


def test_an_office_is_a_row_with_an_address() -> None:
    found = office_of(
        row(("登记处", "清江区"), ("地址", "鼓楼大街52号"), ("电话", "0990-5550050"), ("周六", "9:00—12:00"))
    )
    assert found is not None
    assert (found.name, found.telephone, found.hours) == ("清江区", "0990-5550050", "周六9:00—12:00")
    found = office_of(row(("区县", "望云区"), ("24小时药店地址", "松涛路5号"), ("夜间购药方式", "窗口按铃")))
    assert found is not None
    assert (found.name, found.hours, found.also) == ("望云区24小时药店", "24小时", (("夜间购药方式", "窗口按铃"),))
    assert office_of(row(("地点", "任一派出所户籍室"), ("地址", "就近"))) is None
    assert office_of(row(("阶梯", "第一阶梯"), ("价格", "2.10"))) is None


def test_what_is_called_differently_is_one_and_what_differs_stays_apart() -> None:
    assert matter_key("居住证申领") == matter_key("办理居住证") == "居住证"
    assert matter_key("公共租赁住房申请") == matter_key("公共租赁住房保障")
    assert matter_key("供水价格") != matter_key("供热价格")
    assert named(matter_key("老年人优待"), "老人优待要带什么")
    material = [
        key_of(Relation.MATERIAL, one) for one in ("身份证复印件", "本人身份证", "身份证（原件）", "双方身份证")
    ]
    assert len(set(material)) == 1
    assert key_of(Relation.MATERIAL, "临时身份证明") not in material
    assert key_of(Relation.UNIT, "市水务局") == key_of(Relation.UNIT, "水务局")
    assert key_of(Relation.UNIT, "市场监督管理局").startswith("市场")


@pytest.mark.parametrize(
    ("words", "look", "topic"),
    [
        ("离鼓楼大街最近的身份证办理点在哪", Look.OFFICE, "身份证"),
        ("办居住证要带什么材料", Look.FACTS, "居住证"),
        ("10个工作日后是哪天", Look.DAYS, ""),
        ("到3月20日还有几个工作日", Look.DAYS, ""),
        ("离截止还有几个工作日", Look.DAYS, ""),
        ("要带什么材料", Look.FACTS, ""),
        ("我反映的路灯问题处理得怎么样了，编号2603020000013，查询码123456", Look.PROGRESS, ""),
    ],
)
def test_a_question_calls_for_a_look_up(words: str, look: Look, topic: str) -> None:
    found = wishes(words, datetime.fromisoformat(MONDAY).date())[0]
    assert found.look is look
    assert topic in found.topic
    if look is Look.PROGRESS:
        assert (found.number, found.code) == ("2603020000013", "123456")


def test_most_questions_call_for_none() -> None:
    today = datetime.fromisoformat(MONDAY).date()
    for words in ("养犬有什么规定", "噪声扰民怎么处罚", "", "0个工作日后是哪天", "到13月45日还有几个工作日"):
        assert wishes(words, today) == []
