"""Who may open a desk's page; the rooms behind it check every object and step again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from minhu.directory.policy import Action, may_ever
from minhu.kernel.actors import Actor
from minhu.kernel.errors import MinhuError, NotAllowed

View = Callable[..., HttpResponseBase]


def actor_of(request: HttpRequest) -> Actor:
    """Who asks; set by the access middleware."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def for_staff(*actions: Action) -> Callable[[View], View]:
    """Decorator: only people who have signed in and may do one of ``actions`` to some order (default: see one)."""
    wanted = actions or (Action.VIEW_ORDER,)

    def decorate(view: View) -> View:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = actor_of(request)
            if actor.kind != "staff":
                if request.headers.get("HX-Request"):
                    raise MinhuError(_("登录已过期，请重新登录后继续。"), code="signed_out", status=401)
                return redirect(f"/login/?{urlencode({'next': request.get_full_path()})}")
            if not any(may_ever(actor, action) for action in wanted):
                raise NotAllowed(_("您的岗位不使用这个页面。如工作需要，请联系安全管理员调整岗位。"))
            return view(request, *args, **kwargs)

        return guarded

    return decorate
