"""What every page needs: who is here, the menu, display modes, unread counts, the demo banner."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from minhu.directory.policy import Action, may_ever
from minhu.directory.queries.sign_in_pages import EmergencyRow, emergencies
from minhu.directory.types import ADMINISTRATORS
from minhu.intake.queries.front_door import Emergency, emergency_on
from minhu.kernel.actors import ANONYMOUS, Actor
from minhu.portals.display import Display, display_of
from minhu.portals.navigation import NavGroup, groups_for, home_of, role_word

UnreadCounter = Callable[[Actor], Mapping[str, int]]
_counters: list[UnreadCounter] = []


def count_unread(counter: UnreadCounter) -> UnreadCounter:
    """Decorator: register a function that counts what waits for an actor, e.g. `{'desk': 12}`.

    Keys are those of `navigation.ITEMS`; counters run once per page with a menu, so they must be cheap.
    """
    _counters.append(counter)
    return counter


def unread_of(actor: Actor) -> dict[str, int]:
    """What all counters say for an actor, as the menu and the live stream show it; runs in the actor's transaction."""
    unread: dict[str, int] = {}
    for counter in _counters:
        unread.update(counter(actor))
    return unread


class Shell:
    """The frame of a page, `shell` in every template; what costs something is worked out when first used."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.actor: Actor = getattr(request, "actor", ANONYMOUS)
        self.signed_in: bool = self.actor.kind == "staff"
        self.home: str = home_of(self.actor.roles) if self.signed_in else "/"
        self.display: Display = display_of(request)
        self.demo: bool = bool(getattr(settings, "MINHU_DEMO", False))
        self.path: str = request.get_full_path()
        self.site_name: str = getattr(settings, "MINHU_SITE_NAME", "") or _("民呼")
        self.city_name: str = getattr(settings, "MINHU_CITY_NAME", "") or _("云溪市")

    @cached_property
    def demo_percent(self) -> int | None:
        """How much of the demonstration city is loaded; None outside the demo and when all of it is there.

        The year counts for 95 of a hundred; papers, talks, calls and boards come after it.
        """
        if not self.demo:
            return None
        try:
            plan = json.loads((settings.MINHU_HOME / "demo.json").read_text("utf-8"))
            return None if plan["done"] and plan.get("scenes", True) else int(plan["share"] * 95)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @cached_property
    def may_register(self) -> bool:
        """Whether this person registers requests at the desk: links to it lead nobody else to a refusal."""
        return self.signed_in and may_ever(self.actor, Action.SUBMIT)

    @cached_property
    def nav(self) -> tuple[NavGroup, ...]:
        """The menu with its counts; empty for those who have not signed in."""
        if not self.signed_in:
            return ()
        return groups_for(self.actor.roles, self._request.path, unread_of(self.actor))

    @cached_property
    def alarms(self) -> list[EmergencyRow]:
        """Emergency access that is open or not yet reviewed, for administrators; one's own while it is open."""
        if not self.signed_in:
            return []
        if not self.actor.roles.isdisjoint(ADMINISTRATORS):
            return emergencies(only_alarming=True)
        if getattr(self._request.user, "emergency_until", None) is None:
            return []
        return [
            row
            for row in emergencies(only_alarming=True)
            if row.staff_id == self.actor.staff_id and row.state == "open"
        ]

    @cached_property
    def surge(self) -> Emergency | None:
        """The emergency of the front door that is on, for a bar on every page."""
        return emergency_on()

    @cached_property
    def talks(self) -> bool:
        """Whether the bar of one's seat stands on the pages."""
        return self.signed_in and may_ever(self.actor, Action.TALK)

    @cached_property
    def role_words(self) -> tuple[str, ...]:
        """The roles of the actor in Chinese."""
        return tuple(role_word(role) for role in sorted(self.actor.roles))

    @cached_property
    def messages_js(self) -> dict[str, str]:
        """Texts for the browser modules."""
        return script_messages()


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor `minhu.portals.context.shell`; takes the actor from `request.actor` when set."""
    return {"shell": Shell(request)}


def request_number() -> str:
    """The number that a person quotes for this request: the start of the request's number in the logs."""
    number = structlog.contextvars.get_contextvars().get("request_id", "")
    return str(number).replace("-", "")[:12].upper()


def _time_messages() -> dict[str, str]:
    return {
        "just_now": _("刚刚"),
        "soon": _("马上"),
        "minutes": _("{n}分钟"),
        "hours": _("{n}小时"),
        "days": _("{n}天"),
        "ago": _("{span}前"),
        "later": _("{span}后"),
        "left": _("剩{span}"),
        "over": _("超{span}"),
        "yesterday": _("昨天"),
        "tomorrow": _("明天"),
        "before_yesterday": _("前天"),
        "after_tomorrow": _("后天"),
        "under_minute": _("不到1分钟"),
    }


def script_messages() -> dict[str, str]:
    """Texts that browser modules show; `{name}` is filled in by the browser."""
    return {
        "offline": _("网络连接中断，刚才的操作没有完成。请检查网络后重试。"),
        "timeout": _("服务器响应超时，请稍候再试。"),
        "error_400": _("请求内容有误，请刷新页面后重试。"),
        "error_401": _("登录已过期，请重新登录后继续。"),
        "error_403": _("您没有权限进行这项操作，如有需要请联系管理员。"),
        "error_404": _("内容不存在或已被移除，请返回列表查看。"),
        "error_409": _("这条记录刚刚被其他人修改过，请刷新后再操作。"),
        "error_413": _("文件太大，请压缩后重新上传。"),
        "error_422": _("填写的内容有误，请按提示修改后再提交。"),
        "error_429": _("操作过于频繁，请稍等一会儿再试。"),
        "error_503": _("系统繁忙或正在维护，内容没有丢失，请稍后重试。"),
        "error_other": _("系统出了点问题，请稍后重试；如果反复出现，请把编号告诉管理员。"),
        "error_number": _("编号 {number}"),
        "undo": _("撤销"),
        "undone": _("已撤销"),
        "close": _("关闭"),
        **_time_messages(),
        "live_changes": _("{n} 条新变化"),
        "desk_unsent": _("还有没记下的话，请先按回车记下，再登记。"),
        "live_lost": _("实时更新已断开，正在重新连接…"),
        "live_back": _("实时更新已恢复"),
        "selected": _("已选 {n} 项"),
        "list_position": _("第 {n} 行，共 {total} 行"),
        "draft_restored": _("已恢复您上次填写的内容。"),
        "draft_clear": _("清空重填"),
        "file_too_big": _("“{name}”超过 {size} MB，未添加。请压缩或换一个文件。"),
        "file_too_many": _("最多添加 {n} 个文件，多出的未添加。"),
        "file_wrong": _("“{name}”的格式不支持，未添加。"),
        "file_empty": _("“{name}”是空文件，未添加。"),
        "file_shrunk": _("已压缩：{before} → {after}"),
        "file_remove": _("移除 {name}"),
        "chart_no_data": _("这段时间没有数据"),
        "copied": _("已复制"),
        "download": _("正在准备文件，好了会自动下载。"),
        "passkey_failed": _("没有完成通行密钥验证，请重试，或改用其他方式。"),
        "saved": _("已保存"),
    }
