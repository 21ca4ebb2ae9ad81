"""Who signs in with one click in demo mode; imports no Django, so that the command may print it first."""

from __future__ import annotations

from typing import Final

PLAN: Final = "demo.json"
"""File in MINHU_HOME that says how far the city is loaded."""
ACCOUNTS: Final = (
    ("zuoxi", "坐席"), ("paidan", "派单"), ("chengban", "承办"), ("fuzeren", "单位负责人"), ("wangge", "网格员"), ("duban", "督办"),
    ("zhijian", "质检"), ("fenxi", "分析"), ("lingdao", "领导"), ("xitong", "系统管理"), ("anquan", "安全管理"), ("shenji", "审计管理"),
    ("zhishi", "知识编辑"), ("shenhe", "知识审核"),
)  # fmt: skip
"""Accounts with one-click login in demo mode."""


def introduce(address: str) -> str:
    """What the operator reads when the demonstration starts: the address and the accounts."""
    names = "  ".join(f"{label} {name}" for name, label in ACCOUNTS)
    return f"演示城市 云溪市 → {address}\n一键登录：{address}login/\n演示账号：{names}"
