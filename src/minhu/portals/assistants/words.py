"""What each assistant is called, reads and writes, and by which engine: the words of its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from minhu.directory.types import ProcessStep
from minhu.intake.types import Outcome

S = ProcessStep


@dataclass(frozen=True, slots=True)
class Described:
    """An assistant in words."""

    name: Promise
    reads: Promise
    writes: Promise
    engine: Promise
    decides: Promise
    when_off: Promise
    icon: str


DESCRIBED: Final = {
    S.ACCEPT: Described(
        _("受理助手"), _("诉求原话、受理规则表"), _("受理、转紧急、不予受理等建议，附依据和给群众的说法"),
        _("受理规则加已学习的分类，本机运行"), _("话务员或派单员确认；只有已发布的规则可以自动受理"),
        _("所有诉求都由人工判断是否受理。危及生命的信号照常提示。"), "headset",
    ),
    S.UNDERSTAND: Described(
        _("理解助手"), _("诉求原话、本市分类和地名"), _("标题、诉求类型、分类、发生地点，各带把握程度和出处"),
        _("本机的分类模型、地名库和规则；接入对话模型时可作第二意见"), _("登记或派单的人采纳或改正"),
        _("标题取原话开头，类型、分类和地点由人工填写。"), "bulb",
    ),
    S.CHECK: Described(
        _("核对助手"), _("近期诉求的指纹、地点和来电人"), _("是否同一件事的提示和依据"),
        _("相似指纹加同一事项规则，本机运行"), _("派单员决定是否并案；规则另行发布才会自动并案"),
        _("不再提示重复和同一事项，也不会按规则并案。"), "arrows-split",
    ),
    S.DISPATCH: Described(
        _("派单助手"), _("派单目录、权责清单、以往同类工单、文件写明的单位"), _("主办和协办单位、理由、为什么不是别的单位"),
        _("目录、职责和以往办理结果加权，本机运行"), _("派单员选择；规则另行发布才会自动派单"),
        _("不推荐单位，也不会自动派单，由派单员自己选。"), "route",
    ),
    S.URGE: Described(
        _("催办助手"), _("各时限的剩余时间、退单和重办次数、督办规则"), _("催办、督办、提级"),
        _("已发布的督办规则"), _("规则自动发出；督办员可以补充和结束"),
        _("不再自动催办和督办，时限灯和预警照常。"), "bell-ringing",
    ),
    S.REVIEW: Described(
        _("审核助手"), _("诉求原话、单位答复、联系记录、是否解决"), _("可以通过或建议退回，逐条引出答复里的可疑之处"),
        _("答复核对规则，本机运行"), _("审核人决定，助手不退回也不通过"),
        _("审核时不再列出可疑之处。"), "clipboard-check",
    ),
    S.CALL_BACK: Described(
        _("回访助手"), _("办理经过、联系记录、退单和重办、审核疑点"), _("发评价邀请、由人工回访，还是建议重办"),
        _("回访规则，本机运行"), _("回访的人决定"),
        _("待回访工单不再附建议。"), "phone-call",
    ),
    S.REPORT: Described(
        _("报告助手"), _("前一天的统计数字"), _("每日简报草稿，每个数字都能点开看背后的工单"),
        _("统计查询加句式，本机运行"), _("督办员修改、发布"),
        _("早上不再起草简报，可以手工起草。"), "report",
    ),
}  # fmt: skip
OUTCOMES: Final = {
    Outcome.PENDING: (_("待决定"), "grey"), Outcome.ACCEPTED: (_("采纳"), "green"), Outcome.CHANGED: (_("改正"), "orange"),
    Outcome.AUTOMATIC: (_("按规则"), "calm"),
}  # fmt: skip
URGED: Final = {
    Outcome.PENDING: (_("待回执"), "orange"), Outcome.ACCEPTED: (_("已回执"), "green"), Outcome.CHANGED: (_("已办结，无回执"), "grey"),
    Outcome.AUTOMATIC: (_("按规则"), "calm"),
}  # fmt: skip


def end_word(step: ProcessStep, end: Outcome) -> tuple[Promise, str]:
    """What became of a proposal, and the colour of its sign."""
    return (URGED if step is S.URGE else OUTCOMES)[end]
