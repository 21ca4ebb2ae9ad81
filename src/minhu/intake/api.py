"""The JSON API of intake under /api/v1: submit, look up and supplement requests; categories and areas to choose from.

Programs come with a bearer token. A creation opens its own transaction (see `services.receive`); sessions, cookies
and the page middleware have no part in it.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.security import HttpBearer

from minhu.directory.access import acting_as
from minhu.directory.queries import areas, categories
from minhu.directory.services.tokens import check_token
from minhu.directory.types import TokenInfo
from minhu.intake import apiforms, call_words, limits, queries, services
from minhu.intake.api_talks import router as talks
from minhu.intake.domain.sight import Where
from minhu.intake.services import calling
from minhu.intake.types import Receipt, RequestCard
from minhu.kernel.actors import Actor
from minhu.kernel.errors import Invalid, NotFound
from minhu.kernel.numbers import normalise_number


class Bearer(HttpBearer):
    """`Authorization: Bearer mh_…` with the scope that the operation needs."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> TokenInfo:
        """The token's owner; raises NotAllowed 401 or 403, TooMany 429."""
        found = check_token(token, self.scope)
        request.rate = limits.spend(found.id, found.per_minute)  # type: ignore[attr-defined]
        return found


router = Router(tags=["诉求"])
router.add_router("/talks", talks)
_WRITER = Bearer("requests:write")
_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_PROBLEM = {"content": {"application/problem+json": {"schema": {"type": "object"}}}}
_ERRORS = {
    status: {"description": words, **_PROBLEM}
    for status, words in {
        400: "正文不是有效的 JSON", 401: "令牌无效", 403: "令牌没有权限", 404: "没有找到", 413: "内容过大", 415: "媒体类型不支持",
        422: "字段有误", 429: "过于频繁", 503: "暂不可用，请稍后重试",
    }.items()
}  # fmt: skip


def _takes(form: type[apiforms.NewRequestForm | apiforms.SupplementForm], *headers: str) -> dict[str, Any]:
    """OpenAPI description of a body that is parsed by hand."""
    schema = form.model_json_schema()
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": schema},
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "request": {"type": "string", "description": "同 application/json 的 JSON 文本"},
                            "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        },
                    }
                },
            },
        },
        "parameters": [
            {"in": "header", "name": name, "schema": {"type": "string", "maxLength": 64}, "required": False}
            for name in headers
        ],
        "responses": _ERRORS,
    }


@router.post(
    "/requests", auth=_WRITER, summary="提交诉求",
    openapi_extra=_takes(apiforms.NewRequestForm, "Idempotency-Key"),
)  # fmt: skip
def create(request: HttpRequest) -> HttpResponse:
    """提交一件诉求。相同的 Idempotency-Key 和内容重复提交时返回同一编号和查询码（状态码 200）。"""
    token: TokenInfo = request.auth  # type: ignore[attr-defined]
    body, files = apiforms.body_of(request)
    new = apiforms.parse_new(body, request.headers.get("Idempotency-Key", ""), files)
    try:
        receipt = services.receive(new, actor=services.partner(token), token=token.id)
    except Invalid as error:
        raise apiforms.in_form_names(error) from error
    return _json(_receipt(receipt), 201 if receipt.created else 200)


def submit(request: HttpRequest) -> HttpResponse | None:
    """`create` without the framework's own steps, for the commonest call; None where those are needed (no token)."""
    kind, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if request.method != "POST" or kind.lower() != "bearer" or not token:
        return None
    request.auth = _WRITER.authenticate(request, token)  # type: ignore[attr-defined]
    return create(request)


DIRECT = {"/requests": submit}
"""Operations that the short way of programs calls itself, by path; each may decline."""


@router.get(
    "/requests/{number}", auth=Bearer("requests:read"), summary="查询诉求", openapi_extra={"responses": _ERRORS}
)
def read(request: HttpRequest, number: str, code: str = "") -> HttpResponse:
    """查询本令牌提交的诉求；其他诉求要有查询码。个人信息以掩码显示。"""
    with transaction.atomic():
        actor = _owner(request, number, code)
        with acting_as(actor):
            card = queries.request_card(actor.own_requests[0], actor, "接口查询", where=Where.API)
    return _json(_card(card))


@router.post(
    "/requests/{number}/supplements", auth=Bearer("requests:write"), summary="补充诉求",
    openapi_extra=_takes(apiforms.SupplementForm),
)  # fmt: skip
def supplement(request: HttpRequest, number: str) -> HttpResponse:
    """为诉求补充文字和附件。"""
    body, files = apiforms.body_of(request)
    form = apiforms.parse_supplement(body)
    with transaction.atomic():
        actor = _owner(request, number, form.code)
        with acting_as(actor):
            added = services.supplement(actor.own_requests[0], form.text, files, actor=actor)
    return _json({"id": added, "number": normalise_number(number)}, 201)


@router.post(
    "/calls/events", auth=Bearer("telephone"), summary="话务事件", tags=["电话"], openapi_extra={"responses": _ERRORS}
)
def call_events(request: HttpRequest, form: str = "ari", line: str = "") -> HttpResponse:
    """一条或多条话务事件，重复、迟到或乱序均可。form：ari（每行一条 ARI 消息）、esl（FreeSWITCH 事件流原文）、queue_log（每行一条）。

    来源即令牌名称；line 为被叫业务线的代码。返回收下的条数。
    """
    token: TokenInfo = request.auth  # type: ignore[attr-defined]
    events = call_words.events_in(request.body, form)
    calling.take_events(token.name, events, line=line)
    return _json({"taken": len(events)}, 202)


@router.get("/categories", auth=Bearer(""), summary="诉求分类", tags=["目录"])
def list_categories(request: HttpRequest) -> HttpResponse:
    """现行诉求分类（整棵树，按层级路径排列）。"""
    tree = categories.current()
    items = [
        {"code": node.code, "name": node.name, "path": node.full_name, "level": node.level, "is_leaf": node.is_leaf}
        for node in tree.nodes
        if node.active
    ]
    return _json({"version": tree.version, "items": items})


@router.get("/areas", auth=Bearer(""), summary="行政区划", tags=["目录"])
def list_areas(request: HttpRequest, parent: str = "") -> HttpResponse:
    """某个区域的直接下级；不给 parent 时为最上级。"""
    if parent and areas.area_info(parent) is None:
        raise NotFound("没有这个区划代码。")
    items = [
        {"code": area.code, "name": area.name, "level": int(area.level), "path": area.full_name}
        for area in areas.children(parent)
    ]
    return _json({"parent": parent, "items": items})


def _owner(request: HttpRequest, number: str, code: str) -> Actor:
    return services.owner_of(request.auth, number, code)  # type: ignore[attr-defined]


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "number": receipt.number,
        "code": receipt.code,
        "received_at": receipt.received_at.isoformat(),
        "message": receipt.wording,
    }


def _card(card: RequestCard) -> dict[str, Any]:
    return {
        "number": card.number,
        "channel": card.channel.value,
        "received_at": card.received_at.isoformat(),
        "title": card.title,
        "text": card.text,
        "type": card.request_type,
        "personal": {value.field.value: value.shown for value in card.personal},
        "confidential": card.confidential,
        "message": card.decision.wording if card.decision else "",
        "supplements": [{"text": one.text, "added_at": one.added_at.isoformat()} for one in card.supplements],
        # files of a reply are told with the reply, once it is public (`/orders/{number}`)
        "attachments": [
            {"name": one.name, "size": one.size, "type": one.media_type}
            for one in card.attachments
            if one.kind not in ("reply", "unit")
        ],
    }


def _json(content: dict[str, Any], status: int = 200) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(_dump(content).encode(), status=status, content_type="application/json", headers=headers)
