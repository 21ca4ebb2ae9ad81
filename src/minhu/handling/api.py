"""The JSON API of handling under /api/v1: where a request stands, in the words and with the limits of its citizen.

A request and its order have one number; `/requests/{number}` (intake) tells what was said, `/orders/{number}` what
became of it. Programs see what the requester sees: no staff, no internal steps, no reply before it is approved.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.security import HttpBearer

from minhu.directory.access import acting_as
from minhu.directory.services.tokens import check_token
from minhu.directory.types import TokenInfo
from minhu.handling.queries import public_view
from minhu.handling.types import PublicOrderView
from minhu.intake import queries as intake
from minhu.intake import services as intake_services
from minhu.intake.types import AttachmentView


class Bearer(HttpBearer):
    """`Authorization: Bearer mh_…` with the scope `orders:read`."""

    scope = "orders:read"

    def authenticate(self, request: HttpRequest, token: str) -> TokenInfo:
        """The token's owner; raises NotAllowed 401 or 403, TooMany 429."""
        found = check_token(token, self.scope)
        request.rate = intake_services.spend(found.id, found.per_minute)  # type: ignore[attr-defined]
        return found


router = Router(tags=["办理"])
_PROBLEM = {"content": {"application/problem+json": {"schema": {"type": "object"}}}}
_ERRORS = {
    status: {"description": words, **_PROBLEM}
    for status, words in {401: "令牌无效", 403: "令牌没有权限", 404: "没有找到", 429: "过于频繁"}.items()
}


@router.get("/orders/{number}", auth=Bearer(), summary="查询办理进度", openapi_extra={"responses": _ERRORS})
def read(request: HttpRequest, number: str, code: str = "") -> HttpResponse:
    """查询本令牌提交的诉求办到哪一步；其他诉求要有查询码。内容与群众在“查询进度”中看到的一致，答复公开后才有答复。"""
    with transaction.atomic():
        actor = intake_services.owner_of(request.auth, number, code)  # type: ignore[attr-defined]
        with acting_as(actor):
            view = public_view(actor.own_requests[0], actor)
            files = intake.attachments_of(actor.own_requests[0], actor) if view.reply else ()
    text = json.dumps(_progress(view, files), ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, content_type="application/json", headers={"Cache-Control": "no-store"})


def _progress(view: PublicOrderView, files: tuple[AttachmentView, ...]) -> dict[str, Any]:
    return {
        "number": view.number,
        "state": view.state.value,
        "state_words": view.state_words,
        "created_at": view.created_at.isoformat(),
        "due_at": view.due_at.isoformat() if view.due_at else None,
        "unit": view.unit_name,
        "reply": view.reply,
        "replied_at": view.replied_at.isoformat() if view.reply and view.replied_at else None,
        "reply_files": [
            {"name": one.name, "size": one.size, "type": one.media_type} for one in files if one.kind == "reply"
        ],
        "merged_into": view.merged_into,
        "timeline": [{"at": event.at.isoformat(), "text": event.text} for event in view.timeline],
        "may": {"supplement": view.can_supplement, "withdraw": view.can_withdraw, "rate": view.can_rate},
    }
