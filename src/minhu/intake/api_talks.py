"""The JSON API of talks under /api/v1/talks: a program holds talks for its users; no program reads another's."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from ninja import Router
from ninja.security import HttpBearer
from pydantic import BaseModel, ConfigDict, Field

from minhu.directory.services.tokens import check_token
from minhu.directory.types import TokenInfo
from minhu.intake import limits
from minhu.intake.services import partner_talks as services
from minhu.intake.services.talking import LONGEST_WORDS


class Bearer(HttpBearer):
    """`Authorization: Bearer mh_…` with the scope `talks`."""

    def authenticate(self, request: HttpRequest, token: str) -> TokenInfo:
        """The token's owner; raises NotAllowed 401 or 403, TooMany 429."""
        found = check_token(token, "talks")
        request.rate = limits.spend(found.id, found.per_minute)  # type: ignore[attr-defined]
        return found


class BeginForm(BaseModel):
    """Whose talk it is."""

    model_config = ConfigDict(extra="forbid")
    user: Annotated[str, Field(description="贵方对用户的编号，1 至 64 个字符；不要用姓名或电话")]
    phone: Annotated[str, Field(description="用户留的手机号码，可空")] = ""


class SayForm(BaseModel):
    """What the user says."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(max_length=LONGEST_WORDS, description="用户说的话")]


router = Router(tags=["会话"], auth=Bearer())
_PROBLEM = {"content": {"application/problem+json": {"schema": {"type": "object"}}}}
_ERRORS: dict[str, Any] = {
    "responses": {
        status: {"description": words, **_PROBLEM}
        for status, words in {
            401: "令牌无效", 403: "令牌没有权限", 404: "没有找到，或不属于本令牌", 422: "字段有误", 429: "过于频繁",
        }.items()
    }
}  # fmt: skip
_KEY: dict[str, Any] = {
    "parameters": [
        {"in": "header", "name": "Idempotency-Key", "required": True, "schema": {"type": "string", "maxLength": 64}}
    ],
    **_ERRORS,
}


@router.post("", summary="开始会话", openapi_extra=_ERRORS)
def begin(request: HttpRequest, form: BeginForm) -> JsonResponse:
    """为一个用户开始会话；用户已有未结束的会话时返回原会话（状态码 200）。第一句说明是智能助手。"""
    view = services.begin(_token(request), form.user, form.phone)
    return _json(view, 201 if view.begun else 200)


@router.post("/{uid}/messages", summary="说一句话", openapi_extra=_KEY)
def say(request: HttpRequest, uid: UUID, form: SayForm) -> JsonResponse:
    """用户说一句话，返回之后说的话。相同的 Idempotency-Key 重复提交只算一次。"""
    key = request.headers.get("Idempotency-Key", "")
    return _json(services.say(_token(request), uid, form.text, key))


@router.get("/{uid}", summary="读取会话", openapi_extra=_ERRORS)
def read(request: HttpRequest, uid: UUID, after: int = 0) -> JsonResponse:
    """编号大于 after 的话和会话状态；等待人工时可每几秒读取一次。"""
    return _json(services.read(_token(request), uid, min(max(0, after), 1_000_000)))


@router.post("/{uid}/person", summary="转人工", openapi_extra=_ERRORS)
def person(request: HttpRequest, uid: UUID) -> JsonResponse:
    """请人工接待；已在等待或接待时不变。"""
    return _json(services.ask_for_person(_token(request), uid))


@router.post("/{uid}/end", summary="结束会话", openapi_extra=_ERRORS)
def end(request: HttpRequest, uid: UUID) -> JsonResponse:
    """结束会话；以后再说话会重新打开。"""
    return _json(services.end(_token(request), uid))


def _token(request: HttpRequest) -> int:
    token: TokenInfo = request.auth  # type: ignore[attr-defined]
    return token.id


def _json(view: services.PartnerView, status: int = 200) -> JsonResponse:
    content = {
        "talk": str(view.uid), "state": view.state.value, "numbers": list(view.numbers),
        "messages": [
            {"number": one.number, "speaker": one.speaker.value, "text": one.text, "at": one.at.isoformat()}
            for one in view.said
        ],
    }  # fmt: skip
    return JsonResponse(
        content, status=status, json_dumps_params={"ensure_ascii": False}, headers={"Cache-Control": "no-store"}
    )
