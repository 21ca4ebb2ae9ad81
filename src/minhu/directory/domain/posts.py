"""Which posts one person may hold: the three administrators are kept apart (三员分立, GB/T 22239-2019)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from minhu.directory.types import ADMINISTRATORS, Role

GRANTABLE: Final = frozenset(Role) - {Role.CITIZEN, Role.PARTNER, Role.SYSTEM}
"""Roles that a member of staff can be given; the rest belong to citizens and programs."""


def clash(held: Iterable[str], wanted: str) -> str:
    """Why somebody who holds ``held`` may not also hold ``wanted``, in words; empty when they may."""
    others = {Role(role) for role in held} - {Role(wanted)}
    if Role(wanted) in ADMINISTRATORS and others & ADMINISTRATORS:
        return "系统管理员、安全管理员、审计管理员必须由不同的人担任。"
    if Role(wanted) in ADMINISTRATORS and others:
        return "管理员不能兼任业务岗位，请先结束其业务岗位或另设账号。"
    if others & ADMINISTRATORS:
        return "此人担任管理员，不能再担任业务岗位。"
    return ""
