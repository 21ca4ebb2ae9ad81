"""The agent's form begun from a talk: the citizen's own words come along, and the talk is told of the number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from minhu.intake.queries import caring, talks
from minhu.intake.services import attending
from minhu.intake.types import Channel, NewRequest, Receipt, TalkChannel
from minhu.kernel.errors import NotFound
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


def note(talk: str, receipt: Receipt) -> None:
    """The talk learns of the request, and the citizen in it of number and code."""
    if (uid := _uid(talk)) is not None:
        attending.opened(uid, receipt)


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise NotFound("没有找到这次对话，请回到会话列表再选一次。") from error
