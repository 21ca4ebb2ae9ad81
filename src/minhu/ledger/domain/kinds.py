"""The five ledgers: which of them each kind of entry belongs to, and what people call it.

One append-only log, five views. A kind stands in exactly one; `tests/ledger/test_kinds.py` walks the source and fails
when something is appended under a kind that has no line here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Book(StrEnum):
    """One of the five ledgers."""

    IDENTITY = "identity"
    REQUESTS = "requests"
    MATTERS = "matters"
    HANDLING = "handling"
    OVERSIGHT = "oversight"


BOOK_LABELS: Final[dict[Book, str]] = {
    Book.IDENTITY: "身份权属",
    Book.REQUESTS: "诉求信息",
    Book.MATTERS: "诉求事项",
    Book.HANDLING: "办理过程",
    Book.OVERSIGHT: "评价监督",
}
BOOK_MEANINGS: Final[dict[Book, str]] = {
    Book.IDENTITY: "谁是谁、归哪个单位、有什么权限：账号、岗位、单位、区划、目录和规则的每次变化",
    Book.REQUESTS: "群众说了什么、怎样受理：诉求的登记、补充、导入和受理意见",
    Book.MATTERS: "一件事成为工单，派给谁、并到哪里、怎样了结",
    Book.HANDLING: "单位怎样办：签收、联系、退单、延期、挂起、吹哨、答复和审核",
    Book.OVERSIGHT: "办得怎样、谁在监督：评价、剔除、催办督办、预警、存证、查询、导出和核对",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry: its ledger and its Chinese name."""

    book: Book
    label: str


_LINES: Final[dict[Book, dict[str, str]]] = {
    Book.IDENTITY: {
        "directory.area_changed": "修改区划",
        "directory.areas_loaded": "装载区划",
        "directory.landmark_put": "登记地标",
        "directory.landmark_dropped": "删除地标",
        "directory.landmarks_loaded": "装载地标",
        "directory.units_loaded": "装载单位",
        "directory.unit_added": "新增单位",
        "directory.unit_changed": "修改单位",
        "directory.staff_loaded": "装载人员",
        "directory.account_created": "开设账号",
        "directory.account_changed": "修改账号",
        "directory.account_activated": "启用账号",
        "directory.account_deactivated": "停用账号",
        "directory.account_unlocked": "解除账号锁定",
        "directory.password_set": "重置密码",
        "directory.password_changed": "修改密码",
        "directory.post_given": "授予岗位",
        "directory.post_ended": "结束岗位",
        "directory.absence_entered": "登记离岗代办",
        "directory.absence_ended": "结束离岗代办",
        "directory.staff_left": "人员离任",
        "directory.sessions_ended": "结束登录会话",
        "directory.sessions_revoked": "撤销登录会话",
        "directory.factor_added": "登记第二因子",
        "directory.factor_removed": "移除第二因子",
        "directory.passkey_copied": "发现通行密钥被复制",
        "directory.factors_reset": "重置第二因子",
        "privacy.asked": "申请删除个人信息",
        "privacy.refused": "不同意删除个人信息",
        "privacy.forgotten": "删除个人信息",
        "privacy.exported": "导出本人信息",
        "privacy.expired": "清理保存期满的记录",
        "privacy.limit_reached": "查看个人信息超过上限",
        "directory.keys_rotated": "启用新的数据密钥",
        "directory.keys_resealed": "换钥重封完成",
        "directory.key_retired": "停用旧数据密钥",
        "directory.recovery_codes_made": "生成恢复码",
        "directory.recovery_code_used": "使用恢复码",
        "directory.second_step_locked": "第二步验证锁定",
        "directory.emergency_named": "指定应急人员",
        "directory.emergency_unnamed": "取消应急人员",
        "directory.emergency_opened": "启用应急权限",
        "directory.emergency_ended": "结束应急权限",
        "directory.emergency_reviewed": "复核应急权限",
        "directory.proposal_made": "提出双人复核事项",
        "directory.proposal_confirmed": "同意双人复核事项",
        "directory.proposal_refused": "否决双人复核事项",
        "directory.proposal_withdrawn": "撤回双人复核事项",
        "directory.proposal_expired": "双人复核事项过期",
        "directory.token_issued": "签发接口令牌",
        "directory.token_revoked": "撤销接口令牌",
        "directory.partner_added": "添加对接方",
        "directory.partner_changed": "修改对接方",
        "directory.partner_rekeyed": "更换对接密钥",
        "directory.partner_old_keys_ended": "停用旧对接密钥",
        "directory.partner_switched": "停用或启用对接方",
        "directory.partner_tested": "发送测试消息",
        "directory.message_replayed": "重发消息",
        "exchange.partner_disabled": "对接方因无法送达被停用",
        "directory.version_drafted": "起草目录或规则",
        "directory.version_saved": "保存目录或规则草稿",
        "directory.version_published": "发布目录或规则",
        "directory.version_discarded": "废弃草稿",
        "directory.version_retired": "停用旧版本",
        "directory.crosswalk_decided": "确认分类对照",
        "directory.crosswalk_undone": "撤回分类对照",
        "directory.version_exported": "导出派单目录",
        "directory.catalogue_line_put": "登记派单目录条目",
        "directory.catalogue_line_dropped": "删除派单目录条目",
        "house.clock_set": "系统时钟被调整",
        "session.opened": "登录",
        "session.closed": "退出登录",
    },
    Book.REQUESTS: {
        "request.received": "登记诉求",
        "request.opened": "凭查询码打开诉求",
        "request.element_kept": "确认诉求要素",
        "request.element_dropped": "撤回诉求要素",
        "request.supplemented": "补充诉求",
        "transfer.item_sent": "随转附件或补充",
        "transfer.item_refused": "随转内容未接收",
        "transfer.file_taken": "接收随转附件",
        "transfer.file_refused": "不接收随转附件",
        "request.imported": "导入诉求",
        "requests.understood": "识别导入的诉求",
        "model.consulted": "请对话模型辅助识别",
        "learning.labelled": "标注分类",
        "learning.label_undone": "撤销标注",
        "suggestion.decided": "采纳或更正识别结果",
        "decision.confirmed": "确认受理意见",
        "import.started": "开始导入",
        "import.finished": "完成导入",
    },
    Book.MATTERS: {
        "order.open": "建立工单",
        "order.imported": "批量建立历史工单",
        "order.accept": "受理",
        "order.ask_content": "请群众补充",
        "order.supplement": "群众补充",
        "order.correct": "更正要素",
        "order.refuse": "不予受理",
        "order.hand_over": "转紧急部门",
        "order.receipt": "转办回执",
        "order.take_back": "收回办理",
        "order.transfer": "转其他热线",
        "order.transfer_taken": "对方接收",
        "order.transfer_refused": "对方退回",
        "order.transfer_news": "对方进展",
        "order.transfer_done": "对方办结",
        "order.dispatch": "派单",
        "order.add_assist": "追加协办",
        "order.recall": "撤回派单",
        "order.merge": "合并",
        "incident.opened": "立为事件",
        "incident.changed": "修改事件",
        "incident.closed": "结束事件",
        "incident.notice_made": "拟发统一告知",
        "incident.notice_withdrawn": "撤回统一告知",
        "incident.told": "发出统一告知",
        "incident.called_back": "事件回访",
        "matter.marked_new": "标记新类型",
        "matter.not_new": "取消新类型标记",
        "joint.opened": "发起会商",
        "joint.matters_added": "会商增加工单",
        "joint.opinion": "会商意见",
        "joint.late": "会商逾期",
        "joint.withdrawn": "撤销会商",
        "joint.decided": "会商裁定",
        "joint.proposal_settled": "处理会商建议",
        "order.join": "登记时并案",
        "order.unmerge": "解除合并",
        "order.merge_again": "再次合并",
        "order.close_along": "随并办结",
        "order.withdraw": "撤回诉求",
        "order.close": "办结",
        "order.reopen": "重办",
        "order.archive": "归档",
    },
    Book.HANDLING: {
        "order.sign": "签收",
        "order.contact": "首次联系",
        "order.pass_to_grid": "转网格直办",
        "order.ask_return": "申请退单",
        "order.approve_return": "同意退单",
        "order.refuse_return": "不同意退单",
        "order.ask_extension": "申请延期",
        "order.approve_extension": "同意延期",
        "order.refuse_extension": "不同意延期",
        "order.suspend": "挂起",
        "order.approve_suspension": "认可挂起",
        "order.refuse_suspension": "驳回挂起",
        "order.resume": "恢复办理",
        "order.answer_directly": "直接答复",
        "order.assist_reply": "协办答复",
        "order.reply": "主办答复",
        "order.approve_reply": "审核通过",
        "order.reject_reply": "退回重答",
        "order.whistle": "吹哨",
        "order.acknowledge_whistle": "应哨",
        "order.answer_whistle": "报到回执",
        "order.confirm_attendance": "确认到场",
        "order.note": "备注",
    },
    Book.OVERSIGHT: {
        "knowledge.added": "登记知识文件",
        "knowledge.version_added": "登记知识新版本",
        "knowledge.changed": "修改知识条目",
        "knowledge.rights_changed": "修改知识权限",
        "knowledge.confirmed": "核对知识要素",
        "knowledge.answered": "说明发布检查",
        "knowledge.submit": "提交知识审核",
        "knowledge.send_back": "退回知识修改",
        "knowledge.publish": "发布知识",
        "knowledge.warn": "知识即将到期",
        "knowledge.supersede": "知识被取代",
        "knowledge.repeal": "知识失效",
        "knowledge.withdraw": "撤下知识",
        "knowledge.uploaded": "上传知识文件",
        "knowledge.source_changed": "修改知识来源",
        "knowledge.signed": "签发政策解读",
        "knowledge.pair_reviewed": "审阅文件问答",
        "knowledge.judged": "判断文件矛盾",
        "knowledge.question_settled": "处理未答好的问题",
        "knowledge.exported": "导出知识库",
        "knowledge.imported": "导入知识库",
        "order.supervise": "催办督办",
        "order.answer_supervision": "督办回执",
        "order.clock_missed": "时限届满",
        "order.ask_exclusion": "申请剔除",
        "order.approve_exclusion": "同意剔除",
        "order.refuse_exclusion": "不同意剔除",
        "order.rated": "群众评价",
        "ratings.imported": "导入评价",
        "rating.excluded": "剔除评价",
        "rating.restored": "恢复评价",
        "order.printed": "打印工单",
        "orders.printed": "打印清单",
        "orders.exported": "导出工单",
        "inbox.exported": "导出承办清单",
        "supervision.exported": "导出督办清单",
        "board.exported": "导出驾驶舱数据",
        "warning.raised": "监督预警",
        "warning.settled": "处置预警",
        "evidence.sealed": "固定证据",
        "evidence.issued": "出具证书",
        "trace.queried": "查询溯源",
        "order.access_asked": "查询谁能看到工单",
        "contract.failed": "合约未能处理",
        "learning.training_asked": "申请训练分类模型",
        "learning.trained": "完成分类模型训练",
        "learning.promoted": "启用分类模型",
        "learning.refused": "不采用分类模型",
        "learning.rolled_back": "回退分类模型",
        "learning.drifted": "识别效果漂移告警",
        "ledger.verification_started": "开始核对账本",
        "ledger.compared": "比对检查点",
        "ledger.access_searched": "查询查阅记录",
        "ledger.exported": "导出账本条目",
        "ledger.key_made": "更换账本签名密钥",
        "ledger.resumed": "恢复账本签名",
        "ledger.witness_restarted": "另立检查点文件",
    },
}
KINDS: Final[dict[str, Kind]] = {
    name: Kind(book, label) for book, lines in _LINES.items() for name, label in lines.items()
}
"""Every kind there is."""


def kinds_of(book: Book) -> tuple[str, ...]:
    """Return the kinds of one ledger."""
    return tuple(_LINES[book])


def label_of(kind: str) -> str:
    """Return what people call a kind; one that is not in the table is shown as it is."""
    found = KINDS.get(kind)
    return found.label if found else kind
