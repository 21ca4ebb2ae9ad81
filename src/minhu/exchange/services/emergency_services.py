"""Use cases of the administrator: which emergency services there are, how they are reached, how long we wait."""

from __future__ import annotations

from typing import Final

from minhu.directory.policy import Action
from minhu.directory.services.changes import change, record
from minhu.exchange.models import EmergencyService, Partner
from minhu.exchange.types import PartnerKind
from minhu.kernel.errors import Invalid, NotFound
from minhu.kernel.locks import Change

SHORTEST, LONGEST = 15, 1800
LOCK: Final = Change.EMERGENCY_SERVICES


def set_service(
    code: str, *, label: str, phone: str = "", partner_id: int | None = None, receipt_seconds: int = 60,
    position: int = 0, active: bool = True,
) -> None:  # fmt: skip
    """Change a service; raises NotFound for an unknown code and Invalid naming the fields."""
    wrong: dict[str, str] = {}
    if not label.strip() or len(label) > 64:
        wrong["label"] = "请填写名称，不超过 64 个字。"
    if not SHORTEST <= receipt_seconds <= LONGEST:
        wrong["receipt_seconds"] = f"回执时限为 {SHORTEST} 至 {LONGEST} 秒。"
    if len(phone) > 32:
        wrong["phone"] = "电话过长。"
    if partner_id and not Partner.objects.filter(pk=partner_id, kind=PartnerKind.EMERGENCY.value).exists():
        wrong["partner_id"] = "请选择类别为“紧急救援平台”的对接方。"
    if wrong:
        raise Invalid("填写的内容有误，请按提示修改。", fields=wrong)
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        found = EmergencyService.objects.filter(code=code).first()
        if found is None:
            raise NotFound("没有这个部门。", code="no_such_service")
        found.label, found.phone, found.partner_id = label.strip(), phone.strip(), partner_id or None
        found.receipt_seconds, found.position, found.active = receipt_seconds, min(max(position, 0), 99), active
        found.save()
        record(
            "emergency_service",
            ("emergency_service", code),
            seconds=receipt_seconds,
            active=active,
            online=bool(partner_id),
        )
