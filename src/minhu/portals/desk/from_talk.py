"""The agent's form begun from a talk: the citizen's own words come along, and the talk is told of the number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from minhu.handling.queries import order_view
from minhu.intake import services as intake_services
from minhu.intake.queries import caring, request_card, talks
from minhu.intake.queries.drafts import draft_of
from minhu.intake.services import attending, drafting
from minhu.intake.types import Channel, NewRequest, Receipt, TalkChannel
from minhu.kernel.errors import MinhuError, NotFound
from minhu.language.needs import group_of

_CHANNELS = {TalkChannel.PHONE: Channel.PHONE, TalkChannel.WECHAT: Channel.WECHAT, TalkChannel.EMAIL: Channel.EMAIL}


def begun(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the form begins with for ``?talk=``; raises NotFound for a talk that the agent may not read."""
    uid = _uid(str(asked.get("talk", "")))
    if uid is None:
        return {}
    needs = [need for need, _source in caring.of_talk(uid).needs]
    return {"text": talks.talk_for_staff(uid).matter, "talk": uid.hex, "special_group": group_of(needs)}


def channelled(new: NewRequest, talk: str) -> NewRequest:
    """The request with the channel and the sign of its talk."""
    uid = _uid(talk)
    if uid is None:
        return new
    found = talks.talk_for_staff(uid)
    return replace(new, channel=_CHANNELS.get(found.channel, Channel.WEB), call_id=uid.hex, line=found.line)


def once(talk: str, make: Callable[[], Receipt]) -> Receipt:
    """The request that ``make`` registers; where the talk's matter has one already, that one (``created`` False)."""
    return make() if (uid := _uid(talk)) is None else drafting.once(uid, make)


def number_of(talk: UUID) -> str:
    """The number that the talk's present matter has already, '' for none; raises NotFound."""
    draft = draft_of(talks.talk_for_staff(talk))
    return draft.number if draft is not None else ""


def told_already(request: HttpRequest, number: str, text: str = "") -> None:
    """Say that a talk has its order; words that are not in it yet are added to it, so that nothing typed is lost."""
    words = _("这次对话已登记为 %(number)s，没有重复登记；如还有别的事，请在对话里按“再登记一件”。") % {
        "number": number
    }
    try:
        with transaction.atomic():
            view = order_view(number)
            known = request_card(view.request_id).text
            if text.strip() and text.strip() not in known:
                intake_services.supplement(view.request_id, text.strip())
                words += _("刚才填写的内容已补充到这张工单。")
    except MinhuError as error:
        words += _("刚才填写的内容没有补充进去：%(why)s") % {"why": error.message}
    messages.warning(request, words)


def note(talk: str, receipt: Receipt) -> None:
    """The talk learns of the request, and the citizen in it of number and code."""
    if (uid := _uid(talk)) is not None:
        attending.opened(uid, receipt)


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise NotFound("没有找到这次对话，请回到会话列表再选一次。") from error
