"""The JSON API of exchange under /api/v1/: a partner's own messages and transfers."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router
from ninja.security import HttpBearer

from minhu.directory.services.tokens import check_token
from minhu.directory.types import TokenInfo
from minhu.exchange.queries import partners
from minhu.exchange.services import partners as services
from minhu.exchange.services import transfers
from minhu.exchange.services.outbox import when
from minhu.intake.services import spend

router = Router(tags=["对接"])
_PROBLEM = {"content": {"application/problem+json": {"schema": {"type": "object"}}}}
_ERRORS = {
    status: {"description": words, **_PROBLEM}
    for status, words in {401: "令牌无效", 403: "令牌没有权限", 404: "没有找到", 429: "过于频繁"}.items()
}


class Bearer(HttpBearer):
    """`Authorization: Bearer mh_…` with the scope that the operation needs."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> TokenInfo:
        """The token's owner; raises NotAllowed 401 or 403, TooMany 429."""
        found = check_token(token, self.scope)
        request.rate = spend(found.id, found.per_minute)  # type: ignore[attr-defined]
        return found


def _owner(request: HttpRequest) -> TokenInfo:
    token: TokenInfo = request.auth  # type: ignore[attr-defined]
    return token


@router.get("/webhooks/deliveries", auth=Bearer("webhooks"), summary="消息记录", openapi_extra={"responses": _ERRORS})
def deliveries(request: HttpRequest) -> HttpResponse:
    """发给本令牌所属对接方的最近 100 条消息及其送达情况。"""
    items = [
        {
            "id": row.message_id, "type": row.kind, "created_at": when(row.created_at), "attempts": row.attempts,
            "state": row.state.value, "next_at": when(row.next_at), "done_at": when(row.done_at), "answer": row.answer,
        }
        for row in partners.deliveries_of_token(_owner(request).id)
    ]  # fmt: skip
    return _json({"items": items})


@router.post(
    "/webhooks/deliveries/{message_id}/replay", auth=Bearer("webhooks"), summary="重发消息",
    openapi_extra={"responses": _ERRORS},
)  # fmt: skip
def replay(request: HttpRequest, message_id: str) -> HttpResponse:
    """用同一编号和内容再发一次。"""
    with transaction.atomic():
        services.replay_own(message_id.replace("\0", "")[:64], _owner(request).id)
    return _json({"id": message_id, "state": "waiting"}, 202)


@router.get("/transfers", auth=Bearer("transfer"), summary="转办记录", openapi_extra={"responses": _ERRORS})
def transferred(request: HttpRequest) -> HttpResponse:
    """与本令牌所属热线之间最近 100 次转办。"""
    rows = transfers.of_token(_owner(request).id)
    items = [
        {
            "number": row.number, "their_number": row.their_number, "outgoing": row.outgoing, "state": row.state.value,
            "offered_at": when(row.offered_at), "taken_at": when(row.taken_at), "ended_at": when(row.ended_at),
        }
        for row in rows
    ]  # fmt: skip
    return _json({"items": items})


def _json(content: dict[str, Any], status: int = 200) -> HttpResponse:
    options = {"ensure_ascii": False}
    return JsonResponse(content, status=status, json_dumps_params=options, headers={"Cache-Control": "no-store"})
