"""The version a page carries: what its reader saw, so that nobody overwrites what somebody else did meanwhile."""

from __future__ import annotations

from django.http import HttpRequest

from minhu.handling.types import OrderView
from minhu.kernel.actors import Actor


def version_seen(request: HttpRequest, view: OrderView, actor: Actor) -> int | None:
    """The version a command names: what the page showed, or the newest where only one's own steps came after it.

    ``None`` when the form carries none (the command then counts for the order as it is).
    """
    text = request.POST.get("version", "") or request.GET.get("version", "")
    if not text.isdecimal() or len(text) > 9:
        return None
    seen = int(text)
    others = any(one.version > seen and one.actor_id != actor.id for one in view.steps)
    return seen if others or seen > view.version else view.version


def version_shown(version: int | None, view: OrderView, *, told: bool) -> int:
    """What the form carries next: the same again until its reader has been told what others did."""
    return view.version if told or version is None else version
