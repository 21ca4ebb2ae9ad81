"""What is about an administrator needs two people: one asks, another confirms, and neither is the person himself.

Giving an administrator's post, a new password, new factors or reopening the account would let one security
administrator take another administrator's place. A new password is made of two halves: who asks sees the first, who
confirms the second; only the person who is handed both can sign in.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from minhu.directory.models import Proposal, Staff, Unit
from minhu.directory.policy import Action
from minhu.directory.services import factors
from minhu.directory.services.accounts import apply_active, apply_password, get_staff, is_administrator
from minhu.directory.services.changes import LOCK_STAFF, change, record
from minhu.directory.services.posts import apply_post, check_post
from minhu.directory.types import ADMINISTRATORS, ProposalKind, ProposalState
from minhu.engines.secrets import seal, unseal
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

OPEN_FOR: Final = timedelta(days=7)
HALF: Final = 8
LETTERS: Final = "abcdefghjkmnpqrstuvwxyz"
CAPITALS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS: Final = "23456789"
CONTEXT: Final = "directory_proposal.half"


@dataclass(frozen=True, slots=True)
class Asked:
    """A proposal, and the first half of a new password where there is one."""

    id: int
    half: str = ""


def new_half() -> str:
    """Eight signs with a capital letter and a digit, without those taken for one another (about 43 bits)."""
    pool = LETTERS + CAPITALS + DIGITS
    while True:
        half = "".join(secrets.choice(pool) for _sign in range(HALF))
        if any(sign in CAPITALS for sign in half) and any(sign in DIGITS for sign in half):
            return half


def ask_post(
    staff_id: int, unit_id: int, role: str, *, valid_from: date | None = None, valid_to: date | None = None
) -> Asked:
    """Ask that a person becomes administrator; raises as ``give_post``."""
    with change(Action.MANAGE_STAFF, lock=LOCK_STAFF):
        if role not in ADMINISTRATORS:
            raise Invalid("只有管理员岗位需要两人确认。", code="bad_role")
        staff, unit = check_post(staff_id, unit_id, role, valid_from, valid_to)
        content = {
            "unit": unit.pk, "role": role, "from": valid_from.isoformat() if valid_from else None,
            "to": valid_to.isoformat() if valid_to else None,
        }  # fmt: skip
        return _ask(ProposalKind.POST, staff, content)


def ask_account(staff_id: int, kind: ProposalKind, reason: str) -> Asked:
    """Ask for a new password, new factors or the reopening of an administrator's account, with a reason."""
    with change(Action.MANAGE_STAFF, lock=LOCK_STAFF):
        staff = get_staff(staff_id, lock=True)
        if kind is ProposalKind.POST or not is_administrator(staff):
            raise Invalid("只有管理员账号需要两人确认。", code="not_an_administrator")
        if current_actor().staff_id == staff.pk:
            raise NotAllowed("不能为自己的账号提交申请，请由另一位安全管理员操作。", code="not_oneself")
        if len(reason.strip()) < 4:
            raise Invalid("请写明理由，至少 4 个字。", fields={"reason": "请写明理由，至少 4 个字。"})
        half = new_half() if kind is ProposalKind.PASSWORD else ""
        content = {"half": base64.b64encode(seal(half, CONTEXT)).decode()} if half else {}
        return Asked(_ask(kind, staff, content, reason.strip()[:200]).id, half)


def _ask(kind: ProposalKind, staff: Staff, content: dict[str, Any], reason: str = "") -> Asked:
    asked_by = current_actor().staff_id
    if asked_by is None:
        raise NotAllowed("请以安全管理员身份登录后提交。", code="not_allowed")
    Proposal.objects.filter(staff=staff, kind=kind.value, state=ProposalState.OPEN).update(
        state=ProposalState.REFUSED.value, decided_at=now()
    )
    row = Proposal.objects.create(
        kind=kind.value, staff=staff, content=content, reason=reason, asked_by_id=asked_by, asked_at=now()
    )
    record("proposal_made", ("staff", staff.username), what=kind.value, role=content.get("role", ""))
    return Asked(row.pk)


def _decidable(proposal_id: int) -> Proposal:
    row = Proposal.objects.select_for_update().filter(pk=proposal_id).first()
    if row is None:
        raise NotFound("没有找到这份申请。", code="no_such_proposal")
    if row.state != ProposalState.OPEN or row.asked_at < now() - OPEN_FOR:
        raise Conflict("这份申请已经处理或已过期，请重新提交。", code="proposal_closed")
    me = current_actor().staff_id
    if me is None or me in (row.asked_by_id, row.staff_id):
        raise NotAllowed("须由申请人和当事人以外的另一位管理员确认。", code="not_oneself")
    return row


def confirm(proposal_id: int) -> str:
    """Do what was asked, as the second person; returns the second half of a new password, else ''.

    Raises NotAllowed for who asked and for whom it is about, Conflict when it is closed or no longer possible.
    """
    with change(Action.CONFIRM_ADMINISTRATOR, lock=LOCK_STAFF):
        row = _decidable(proposal_id)
        half = _carry_out(row)
        _decide(row, ProposalState.CONFIRMED)
        return half


def refuse(proposal_id: int) -> None:
    """Close a proposal without doing it."""
    with change(Action.CONFIRM_ADMINISTRATOR, lock=LOCK_STAFF):
        _decide(_decidable(proposal_id), ProposalState.REFUSED)


def _decide(row: Proposal, state: ProposalState) -> None:
    row.state, row.decided_by_id, row.decided_at = state.value, current_actor().staff_id, now()
    row.content = {key: value for key, value in row.content.items() if key != "half"}
    row.save()
    record(f"proposal_{state.value}", ("staff", row.staff.username), what=row.kind, asked_by=row.asked_by.username)


def _carry_out(row: Proposal) -> str:
    if row.kind == ProposalKind.POST:
        _give(row)
        return ""
    staff = get_staff(row.staff_id, lock=True)
    if row.kind == ProposalKind.PASSWORD:
        half = new_half()
        first = unseal(base64.b64decode(row.content["half"]), CONTEXT)
        apply_password(staff, f"{first}-{half}", must_change=True)
        return half
    if row.kind == ProposalKind.FACTORS:
        factors.reset(staff)
    else:
        apply_active(staff, True)
    return ""


def _give(row: Proposal) -> None:
    content = row.content
    valid_from, valid_to = (date.fromisoformat(content[key]) if content[key] else None for key in ("from", "to"))
    staff, _unit = check_post(row.staff_id, content["unit"], content["role"], valid_from, valid_to)
    if staff.must_change_password:
        raise Conflict(
            "此人还没有修改初始密码，知道初始密码的人可以冒用。请本人先登录修改密码，再确认。", code="first_password"
        )
    apply_post(staff, Unit.objects.get(pk=content["unit"]), content["role"], valid_from, valid_to)
