"""Who asks: a partner's token, or the session of somebody who has signed in; proved anew for every call."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from minhu.directory.queries.actors import actor_of_staff, partner_actor
from minhu.directory.services import sign_ins
from minhu.directory.services.second_step import is_wanted
from minhu.directory.services.tokens import check_token
from minhu.exchange.services.published import own_requests
from minhu.intake import services as intake
from minhu.kernel.actors import Actor
from minhu.kernel.errors import NotAllowed

SCOPE = "mcp"
_ENDED = "登录已失效，请重新登录并更换会话。"


def caller(token: str, session: str) -> Actor:
    """The actor behind a token or a session key; raises NotAllowed 401 or 403, TooMany 429."""
    if token:
        found = check_token(token, SCOPE)
        intake.spend(found.id, found.per_minute)
        return partner_actor(found, own_requests(found.id))
    if session:
        return _of_session(session)
    raise NotAllowed(
        "请设置 MINHU_MCP_TOKEN（接口令牌）或 MINHU_MCP_SESSION（已登录会话）。", code="no_caller", status=401
    )


def _of_session(key: str) -> Actor:
    """The same duties as on a page: not ended, password changed, second factor where it is asked for."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    staff = get_user(request)
    if not staff.is_authenticated or not sign_ins.mark_of(request) or sign_ins.keep(request, staff):
        raise NotAllowed(_ENDED, code="session_ended", status=401)
    request.session.save()
    actor, mark = actor_of_staff(staff), sign_ins.mark_of(request)
    lacking = not mark.get("second") and mark.get("how") != "demo"
    if staff.must_change_password or (lacking and (staff.has_factor or is_wanted(actor.roles))):
        raise NotAllowed("请先在网页完成改密和双因素验证。", code="duties_first")
    return actor
