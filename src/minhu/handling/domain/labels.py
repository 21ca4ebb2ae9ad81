"""The labels of all steps, marked for translation: the transition table keeps them in Chinese, views translate them.

``tests/handling/test_states.py`` names a label of the table that is missing here.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

MARKED: Final = frozenset(
    {
        _("登记"), _("受理"), _("请群众补充"), _("群众补充"), _("更正要素"), _("不予受理"), _("转紧急部门"), _("转办回执"),
        _("收回办理"), _("直接答复"), _("派单"), _("追加协办"), _("撤回派单"), _("签收"), _("首次联系"), _("转网格直办"),
        _("申请退单"), _("同意退单"), _("不同意退单"), _("申请延期"), _("同意延期"), _("不同意延期"), _("挂起"), _("认可挂起"),
        _("驳回挂起"), _("恢复办理"), _("协办答复"), _("主办答复"), _("审核通过"), _("退回重答"), _("办结"), _("重办"),
        _("归档"), _("合并"), _("登记时并案"), _("撤销合并"), _("随主单办结"), _("随主单重办"), _("撤回诉求"), _("督办"), _("督办回执"),
        _("吹哨"), _("响应吹哨"), _("报到"), _("确认报到"), _("申请剔除"), _("同意剔除"), _("不同意剔除"), _("备注"),
        _("转其他热线"), _("对方接收"), _("对方退回"), _("对方进展"), _("对方办结"),
        _("交企业先行处理"), _("企业先行进展"), _("与企业和解"), _("转为政府工单"),
    }
)  # fmt: skip
