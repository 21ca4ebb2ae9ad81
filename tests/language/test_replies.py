"""Doubts about a reply: what is doubtful is quoted, what is plain passes."""

from __future__ import annotations

import pytest

from minhu.language.replies import ReplyDoubt, check_reply, proposes_return

D = ReplyDoubt
LIGHT = "青枫路和建设街交叉口的路灯坏了半个月，晚上走路看不清，请尽快修。"
PLAIN = "经现场核实，青枫路路口三盏路灯因电缆老化不亮。我局已于11月20日更换电缆并恢复照明，当晚复查正常。"
CASES = [
    (PLAIN, True, True, set()),
    ("您好！您反映的问题已收悉，感谢您的支持。", True, None, {D.EMPTY}),
    ("您好，路灯已处理。", True, True, {D.EMPTY}),
    ("经电话与您沟通，青枫路路灯已于11月20日修复，恢复照明，感谢您的监督。", False, True, {D.NO_CONTACT}),
    ("经电话与您沟通，青枫路路灯已于11月20日修复，恢复照明，感谢您的监督。", True, True, set()),
    ("我局工作人员到青枫路查看，路灯不亮属实，下一步将协调供电公司尽快维修。", True, True, {D.NOT_DONE}),
    ("我局工作人员到青枫路查看，路灯不亮属实，下一步将协调供电公司尽快维修。", True, False, {D.NO_DATE}),
    ("我局到青枫路查看，路灯不亮属实，将于12月5日前完成电缆更换，届时恢复照明。", True, False, set()),
    ("青枫路的路灯不属于我局职责范围，建议您向市城管局反映此问题，感谢理解。", True, None, {D.PASSED_ON}),
    ("您购买的商品房尚未办理网签备案，请携带合同到不动产登记中心窗口核对材料原件。", True, None, {D.NOTHING_OF_IT}),
    ("青枫路路灯已于11月20日修复。反映人手机13800138000已记录，欢迎继续监督。", True, True, {D.PERSONAL}),
    ("青枫路路灯问题已多次告知您仍反复拨打，请不要再投诉，路灯已于11月20日修复恢复照明。", True, True, {D.TONE}),
    ("", True, None, {D.EMPTY}),
    ("现将有关情况回复如下：青枫路路灯因线路老化不亮，已于11月20日更换电缆，恢复照明。", True, True, set()),
]


@pytest.mark.parametrize(("reply", "contact", "solved", "wanted"), CASES)
def test_what_is_doubtful_is_found_and_quoted(
    reply: str, contact: bool, solved: bool | None, wanted: set[ReplyDoubt]
) -> None:
    found = check_reply(LIGHT, reply, contact=contact, solved=solved)
    assert {one.doubt for one in found} == wanted
    for one in found:
        start, end = one.span
        assert reply[start:end] or one.doubt in (D.NOTHING_OF_IT, D.EMPTY)


def test_only_a_missing_date_is_no_reason_to_give_a_reply_back() -> None:
    later = check_reply(LIGHT, CASES[6][0], contact=True, solved=False)
    assert later
    assert not proposes_return(later)
    assert proposes_return(check_reply(LIGHT, CASES[8][0], contact=True, solved=None))
