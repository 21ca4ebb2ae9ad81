"""A query code opens a citizen's request: whoever works here reads his talk without it."""

from __future__ import annotations

import pytest

from minhu.intake.queries import talks
from minhu.intake.types import Said, Speaker
from minhu.kernel import clock


@pytest.mark.parametrize(
    ("before", "words", "shown"),
    [
        ("", "编号2603020000019，查询码482 913", f"编号2603020000019，查询码{talks.COVERED}"),
        ("请再告诉我这件诉求的查询码", "４８２９１３", talks.COVERED), ("", "工单说退我100000元", "工单说退我100000元"),
        ("请说说是什么事", "邮政编码是310000", "邮政编码是310000"), ("", "已登记，编号 2603020000019，查询码 482913。", f"已登记，编号 2603020000019，查询码 {talks.COVERED}。"),
    ],
)  # fmt: skip
def test_staff_see_no_query_code(before: str, words: str, shown: str) -> None:
    said = [Said(1, Speaker.BOT, before, clock.now()), Said(2, Speaker.CITIZEN, words, clock.now())]
    assert talks.without_codes(said)[1].text == shown
