"""What a column of another system's export may mean, and by which names cities call it."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final


class Field(StrEnum):
    """The meanings that a column can have; a column without one is kept word for word in `source`."""

    KEY = "key"
    TITLE = "title"
    TEXT = "text"
    TYPE = "type"
    RECEIVED_AT = "received_at"
    HAPPENED_AT = "happened_at"
    NAME = "name"
    PHONE = "phone"
    PHONE2 = "phone2"
    ID_NUMBER = "id_number"
    ADDRESS = "address"
    PLACE = "place"
    AREA = "area"
    CATEGORY_1 = "category_1"
    CATEGORY_2 = "category_2"
    CATEGORY_3 = "category_3"
    CATEGORY_4 = "category_4"
    CATEGORY_5 = "category_5"
    CATEGORY_PATH = "category_path"
    UNIT = "unit"
    REPLY = "reply"
    REPLIED_AT = "replied_at"
    SATISFACTION = "satisfaction"
    SOLVED = "solved"


LEVELS: Final = (Field.CATEGORY_1, Field.CATEGORY_2, Field.CATEGORY_3, Field.CATEGORY_4, Field.CATEGORY_5)
PERSONAL: Final = frozenset({Field.NAME, Field.PHONE, Field.PHONE2, Field.ID_NUMBER, Field.ADDRESS, Field.PLACE})
NEEDED: Final = (Field.TEXT, Field.RECEIVED_AT)

LABELS: Final[dict[Field, str]] = {
    Field.KEY: "编号",
    Field.TITLE: "标题",
    Field.TEXT: "诉求内容",
    Field.TYPE: "诉求类型",
    Field.RECEIVED_AT: "受理时间",
    Field.HAPPENED_AT: "发生时间",
    Field.NAME: "诉求人",
    Field.PHONE: "联系电话",
    Field.PHONE2: "备用电话",
    Field.ID_NUMBER: "身份证号",
    Field.ADDRESS: "联系地址",
    Field.PLACE: "事发地点",
    Field.AREA: "所属区域",
    Field.CATEGORY_1: "一级分类",
    Field.CATEGORY_2: "二级分类",
    Field.CATEGORY_3: "三级分类",
    Field.CATEGORY_4: "四级分类",
    Field.CATEGORY_5: "五级分类",
    Field.CATEGORY_PATH: "分类（一列多级）",
    Field.UNIT: "承办单位",
    Field.REPLY: "答复内容",
    Field.REPLIED_AT: "答复时间",
    Field.SATISFACTION: "满意度",
    Field.SOLVED: "是否解决",
}

# the first names are the commonest; a whole name decides before a part of one
NAMES: Final[dict[Field, tuple[str, ...]]] = {
    Field.KEY: (
        "留言编号", "工单编号", "诉求编号", "工单号", "受理编号", "业务编号", "流水号", "事项编号", "信件编号", "编号", "单号",
        "案件编号", "来电编号", "任务号", "id",
    ),
    Field.TITLE: ("留言主题", "主题", "标题", "留言标题", "工单标题", "诉求标题", "事项标题", "诉求主题", "信件标题", "来信主题"),
    Field.TEXT: (
        "留言详情", "诉求内容", "详情", "内容", "留言内容", "工单内容", "来电内容", "反映内容", "问题描述", "诉求详情", "事项内容",
        "主要内容", "诉求描述", "来信内容", "工单描述", "反映问题", "具体内容", "受理内容", "text", "content", "body",
    ),
    Field.TYPE: ("诉求类型", "工单类型", "诉求类别", "来电类型", "信件类型", "业务类型", "诉求性质", "受理类型", "留言类型"),
    Field.RECEIVED_AT: (
        "留言时间", "受理时间", "来电时间", "诉求时间", "登记时间", "创建时间", "时间", "来信时间", "提交时间", "反映时间", "建单时间",
        "工单时间", "受理日期", "来电日期", "留言日期", "日期", "登记日期", "time", "date",
    ),
    Field.HAPPENED_AT: ("事发时间", "发生时间", "发生日期", "案发时间"),
    Field.NAME: ("姓名", "来电人", "留言用户", "诉求人", "用户", "来电人姓名", "市民姓名", "联系人", "反映人", "留言人", "来信人", "用户名", "诉求人姓名"),
    Field.PHONE: ("电话", "联系电话", "来电号码", "手机号", "手机", "电话号码", "联系方式", "主叫号码", "手机号码", "来电人电话", "诉求人电话"),
    Field.PHONE2: ("备用电话", "其他电话", "联系电话2", "备用号码"),
    Field.ID_NUMBER: ("身份证号", "身份证", "证件号码", "身份证号码"),
    Field.ADDRESS: ("联系地址", "家庭住址", "通讯地址", "住址"),
    Field.PLACE: ("事发地址", "地址", "事发地点", "诉求地址", "发生地址", "地点", "详细地址", "问题地址", "事发位置", "发生地点", "诉求地点", "反映地址"),
    Field.AREA: (
        "所属区县", "区域", "所属区域", "区县", "行政区划", "所属区", "辖区", "事发区域", "所属街道", "街道", "归属地", "行政区", "属地",
        "街镇", "乡镇街道",
    ),
    Field.CATEGORY_1: ("一级分类", "一级标签", "一级类别", "问题大类", "大类", "一级归口", "一级目录"),
    Field.CATEGORY_2: ("二级分类", "二级标签", "二级类别", "问题小类", "小类", "二级归口", "二级目录"),
    Field.CATEGORY_3: ("三级分类", "三级标签", "三级类别", "细类", "三级归口", "三级目录"),
    Field.CATEGORY_4: ("四级分类", "四级标签", "四级类别", "四级归口", "四级目录"),
    Field.CATEGORY_5: ("五级分类", "五级标签", "五级类别", "五级归口", "五级目录"),
    Field.CATEGORY_PATH: ("问题分类", "分类", "诉求分类", "内容分类", "归口分类", "问题类别", "工单分类", "事项分类", "类别", "归口类型", "category"),
    Field.UNIT: (
        "承办单位", "处理单位", "办理单位", "主办单位", "责任单位", "答复单位", "承办部门", "处置单位", "处理部门", "责任部门", "办理部门",
        "回复单位", "主办部门",
    ),
    Field.REPLY: (
        "答复意见", "办理结果", "答复内容", "处理结果", "回复内容", "办理意见", "处理意见", "反馈内容", "办理情况", "答复", "处置结果",
        "回复", "办结意见", "反馈结果",
    ),
    Field.REPLIED_AT: (
        "答复时间", "办结时间", "回复时间", "办理时间", "完成时间", "办结日期", "反馈时间", "处理时间", "答复日期", "结案时间", "处置时间",
        "关闭时间",
    ),
    Field.SATISFACTION: (
        "满意度", "是否满意", "满意度评价", "评价结果", "满意程度", "群众满意度", "回访满意度", "满意情况", "服务评价", "群众评价", "评价",
    ),
    Field.SOLVED: ("是否解决", "解决情况", "是否已解决", "问题是否解决", "诉求是否解决", "回访是否解决"),
}  # fmt: skip

_MARKS = re.compile(r"[\s*＊:：_\-—()（）\[\]【】“”\"'.·/]+")


def plain_name(name: str) -> str:
    """A column name without marks, spaces, full-width forms and case: '* 留言 编号：' → '留言编号'."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", name)).lower()


EXACT: Final[dict[str, Field]] = {plain_name(name): field for field, names in NAMES.items() for name in names}
