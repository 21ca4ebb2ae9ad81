"""Words of the import page: fields, how a column was recognised, names that mean nothing here."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minhu.intake.services.importing import NEEDED, Field

_FIELDS: dict[Field, str | Promise] = {
    Field.KEY: gettext_lazy("编号"),
    Field.TITLE: gettext_lazy("标题"),
    Field.TEXT: gettext_lazy("诉求内容"),
    Field.TYPE: gettext_lazy("诉求类型"),
    Field.RECEIVED_AT: gettext_lazy("受理时间"),
    Field.HAPPENED_AT: gettext_lazy("发生时间"),
    Field.NAME: gettext_lazy("诉求人"),
    Field.PHONE: gettext_lazy("联系电话"),
    Field.PHONE2: gettext_lazy("备用电话"),
    Field.ID_NUMBER: gettext_lazy("身份证号"),
    Field.ADDRESS: gettext_lazy("联系地址"),
    Field.PLACE: gettext_lazy("事发地点"),
    Field.AREA: gettext_lazy("所属区域"),
    Field.CATEGORY_1: gettext_lazy("一级分类"),
    Field.CATEGORY_2: gettext_lazy("二级分类"),
    Field.CATEGORY_3: gettext_lazy("三级分类"),
    Field.CATEGORY_4: gettext_lazy("四级分类"),
    Field.CATEGORY_5: gettext_lazy("五级分类"),
    Field.CATEGORY_PATH: gettext_lazy("分类（一列多级）"),
    Field.UNIT: gettext_lazy("承办单位"),
    Field.REPLY: gettext_lazy("答复内容"),
    Field.REPLIED_AT: gettext_lazy("答复时间"),
}
_HOW: dict[str, str | Promise] = {
    "name": gettext_lazy("按列名识别"),
    "part": gettext_lazy("按列名的一部分识别"),
    "content": gettext_lazy("按内容识别"),
    "saved": gettext_lazy("沿用上次的设置"),
}
_KINDS: dict[str, str | Promise] = {
    "category": gettext_lazy("分类"),
    "area": gettext_lazy("区域"),
    "unit": gettext_lazy("承办单位"),
}


def choices() -> list[tuple[str, str]]:
    """Every field as (code, words); those that an import cannot do without are marked."""
    needed = _("{field}（必需）")
    return [
        (field.value, needed.format(field=words) if field in NEEDED else str(words)) for field, words in _FIELDS.items()
    ]


def how_found(by: str) -> str:
    """How a column's meaning was found; empty columns of meaning are kept as they are."""
    return str(_HOW.get(by, _("原样保留在附加信息中")))


def unknown_words(unknown: Mapping[str, Mapping[str, int]]) -> list[tuple[str, list[tuple[str, int]], int]]:
    """Kind, the commonest names with their rows, and all rows concerned."""
    return [
        (str(_KINDS.get(kind, kind)), list(names.items())[:12], sum(names.values())) for kind, names in unknown.items()
    ]
