"""Use cases of the administrator: enterprises that answer consumers are registered, changed, suspended, imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from minhu.directory.policy import Action
from minhu.directory.queries.areas import area_info
from minhu.directory.queries.categories import category_by_code
from minhu.directory.queries.freshness import local_day
from minhu.directory.services.changes import change, record
from minhu.exchange.domain.enterprises import SHORTEST, is_credit_code
from minhu.exchange.models import Enterprise
from minhu.kernel.errors import Invalid
from minhu.kernel.locks import Change

LOCK: Final = Change.ENTERPRISES
MOST_DAYS: Final = 15
MOST_ROWS: Final = 2_000


@dataclass(frozen=True, slots=True)
class EnterpriseData:
    """What is filled in for an enterprise; lists are codes and names without repeats."""

    credit_code: str
    name: str
    phone: str
    aliases: tuple[str, ...] = ()
    category_codes: tuple[str, ...] = ()
    area_codes: tuple[str, ...] = ()
    contact: str = ""
    answer_days: int = 3
    valid_from: date | None = None
    valid_until: date | None = None
    suspended: bool = False


def put(data: EnterpriseData) -> bool:
    """Register an enterprise or change the one with its credit code; True where it is new. Raises Invalid by field."""
    data = replace(data, credit_code=data.credit_code.strip().upper(), name=data.name.strip(), phone=data.phone.strip())
    if wrong := mistakes(data):
        raise Invalid("填写的内容有误，请按提示修改。", fields=wrong)
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        return _put(data)


def bring(rows: Sequence[EnterpriseData]) -> tuple[int, int]:
    """Register all of a table or none; returns how many are new and how many were changed. Raises Invalid by line."""
    if len(rows) > MOST_ROWS:
        raise Invalid(f"一次最多导入 {MOST_ROWS} 家，请拆分。", fields={"file": "行数过多"})
    wrong: dict[str, str] = {}
    seen: set[str] = set()
    for number, row in enumerate(rows, 2):
        found = mistakes(row)
        if row.credit_code in seen:
            found["credit_code"] = "统一社会信用代码在表中重复。"
        seen.add(row.credit_code)
        if found:
            wrong[f"第 {number} 行"] = "；".join(found.values())
    if wrong:
        raise Invalid("表中有不能用的行，没有导入任何一家。", fields=dict(list(wrong.items())[:20]))
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        fresh = sum(_put(row) for row in rows)
    return fresh, len(rows) - fresh


def mistakes(data: EnterpriseData) -> dict[str, str]:
    """What is wrong with an enterprise, by field; empty where it can be registered."""
    wrong: dict[str, str] = {}
    if not is_credit_code(data.credit_code):
        wrong["credit_code"] = "统一社会信用代码应为 18 位，且校验位正确。"
    if not 2 <= len(data.name) <= 100:
        wrong["name"] = "请填写企业名称，不超过 100 个字。"
    if not 3 <= len(data.phone) <= 32:
        wrong["phone"] = "请填写企业受理消费纠纷的电话。"
    if any(not SHORTEST <= len(one) <= 40 for one in data.aliases):
        wrong["aliases"] = "品牌和别名为 2 至 40 个字。"
    if not 1 <= data.answer_days <= MOST_DAYS:
        wrong["answer_days"] = f"约定答复时间为 1 至 {MOST_DAYS} 个工作日。"
    if unknown := [code for code in data.category_codes if category_by_code(code) is None]:
        wrong["category_codes"] = f"没有这些分类代码：{'、'.join(unknown)[:100]}"
    if unknown := [code for code in data.area_codes if area_info(code) is None]:
        wrong["area_codes"] = f"没有这些区划代码：{'、'.join(unknown)[:100]}"
    if data.valid_until and data.valid_until < (data.valid_from or local_day()):
        wrong["valid_until"] = "有效期止不能早于有效期起。"
    return wrong


def _put(data: EnterpriseData) -> bool:
    row = Enterprise.objects.filter(credit_code=data.credit_code).first()
    fresh = row is None
    row = row or Enterprise(credit_code=data.credit_code, valid_from=data.valid_from or local_day())
    row.name, row.phone, row.contact = data.name, data.phone, data.contact.strip()[:40]
    row.aliases, row.answer_days = list(dict.fromkeys(data.aliases)), data.answer_days
    row.category_codes, row.area_codes = list(data.category_codes), list(data.area_codes)
    row.valid_from, row.valid_until = data.valid_from or row.valid_from, data.valid_until
    row.suspended = data.suspended
    row.save()
    record("enterprise", ("enterprise", row.pk), new=fresh, suspended=row.suspended, days=row.answer_days)
    return fresh


__all__ = ["EnterpriseData", "bring", "is_credit_code", "mistakes", "put"]
