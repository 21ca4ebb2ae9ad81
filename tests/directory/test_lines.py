"""Old hotlines led into one: a number leads to its line on its days, and no line is less careful about danger."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from minhu.directory.domain.lines import Lines, parse_lines
from minhu.directory.queries.lines import called, standing
from minhu.kernel.errors import Invalid
from minhu.language.dialogue.talking import greeting
from minhu.language.dialogue.types import Mode
from minhu.server.demo.load import read

DAY = date(2026, 11, 24)
NIGHT = datetime(2026, 11, 24, 15, 10, tzinfo=UTC)
"""23:10 in China, a Tuesday."""


def lines() -> Lines:
    return parse_lines(read("lines"), "1")


@pytest.mark.parametrize(
    ("number", "day", "line", "queue", "category"),
    [
        ("12369", DAY, "env", "city", "08"),
        ("0415-12369", DAY, "env", "city", "08"),
        ("+86 0415 12369", DAY, "env", "city", "08"),
        ("12331", DAY, "market", "consumer", "0702"),
        ("12369", date(2021, 6, 30), "12345", "general", ""),
        ("12356", date(2024, 12, 31), "health", "people", "06"),
        ("12356", date(2025, 1, 1), "12345", "general", ""),
        ("12316", DAY, "12345", "general", "11"),
        ("99999", DAY, "12345", "general", ""),
        ("", DAY, "12345", "general", ""),
        ("一二三六九", DAY, "12345", "general", ""),
    ],
)
def test_a_number_leads_to_its_line_on_its_days(number: str, day: date, line: str, queue: str, category: str) -> None:
    found = lines().line_of(number, day)
    assert (found.code, found.queue, found.category) == (line, queue, category)


def test_outside_its_hours_a_line_says_so_and_no_line_hides_that_it_is_a_machine(db: None) -> None:
    known = lines()
    fund = called("12329", NIGHT, known)
    assert (fund.open, fund.policy.mode) == (False, Mode.MACHINE_ONLY)
    assert "人工服务时间为工作日上班时间" in greeting(fund.policy).words
    assert "转人工" not in greeting(fund.policy).words
    env = called("12369", NIGHT, known)
    assert (env.open, env.policy.mode, env.line.unit) == (True, Mode.MACHINE_FIRST, "HJ")
    for line in known.by_code.values():
        for moment in (NIGHT, datetime(2026, 11, 24, 2, 0, tzinfo=UTC)):
            assert "不是真人" in greeting(standing(line, moment).policy).words
    for line in known.by_code.values():
        assert known.queue_name(line.queue), "a queue has a name that people know"
    first = known.main
    assert known.queue_name(first.code) == first.name
    assert known.queue_name("nobody-has-it") == "nobody-has-it"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lines": [{"code": "a", "name": "甲", "danger_sure": 0.7}]}, "不能放松"),
        ({"lines": [{"code": "a", "name": "甲"}, {"code": "a", "name": "乙"}]}, "重复"),
        ({"lines": [{"code": "A b", "name": "甲"}]}, "小写字母"),
        ({"lines": [{"code": "a", "name": "甲", "mode": "nobody"}]}, "不在可选范围内"),
        ({"lines": [{"code": "a", "name": "甲", "langauges": "zh"}]}, "没有这一项"),
        ({"main": "b"}, "总线应是"),
        ({"numbers": [{"number": "12", "line": "a"}]}, "3 至 16 位"),
        ({"numbers": [{"number": "12369", "line": "none"}]}, "没有代码为"),
        ({"numbers": [{"number": "12369", "line": "a", "from": "2021/7/1"}]}, "年-月-日"),
        ({"numbers": [{"number": "12369", "line": "a", "from": "2021-07-01", "to": "2020-07-01"}]}, "早于生效"),
        (
            {"numbers": [{"number": "12369", "line": "a", "to": "2022-01-01"}, {"number": "12369", "line": "a"}]},
            "同一段时间",
        ),
    ],
)
def test_wrong_rows_are_named(change: dict[str, Any], words: str) -> None:
    content = {"main": "a", "lines": [{"code": "a", "name": "甲"}], "numbers": [], **change}
    with pytest.raises(Invalid) as refused:
        parse_lines(content, "1")
    assert any(words in text for text in (refused.value.fields or {}).values())
