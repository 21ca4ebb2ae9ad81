"""The JSON API of asking under /api/v1/: a question with its clauses, passages by words. Read only, from public papers.

With a token of the scope `knowledge:read` its own quota counts, without one that of the caller's address.
"""

from __future__ import annotations

import json
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router

from minhu.directory.access import acting_as
from minhu.directory.queries.actors import partner_actor
from minhu.directory.services.tokens import check_token
from minhu.intake import services as intake
from minhu.kernel.actors import ANONYMOUS, Actor
from minhu.kernel.errors import Invalid
from minhu.knowledge.queries.shown import Answered, Clause
from minhu.knowledge.services import quota
from minhu.knowledge.services.answering import MOST_EARLIER, Asked, ask
from minhu.knowledge.types import Door, Hit, Tone
from minhu.language.answers.question import LONGEST_QUESTION

router = Router(tags=["知识"])
SCOPE: Final = "knowledge:read"
_MOST_BYTES: Final = 20_000
_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_PROBLEM = {"content": {"application/problem+json": {"schema": {"type": "object"}}}}
_ERRORS = {
    status: {"description": words, **_PROBLEM}
    for status, words in {
        400: "正文不是有效的 JSON", 401: "令牌无效", 403: "令牌没有权限", 413: "内容过大", 422: "字段有误", 429: "过于频繁",
    }.items()
}  # fmt: skip
_TEXT: Final = {"type": "string", "maxLength": LONGEST_QUESTION}
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object", "required": ["question"], "additionalProperties": False,
                    "properties": {
                        "question": {**_TEXT, "minLength": 1, "description": "问题"},
                        "earlier": {
                            "type": "array", "maxItems": MOST_EARLIER, "items": _TEXT, "description": "前面问过的，由早到晚",
                        },
                        "tone": {"type": "string", "enum": [tone.value for tone in Tone], "description": "语气"},
                    },
                }
            }
        },
    },
    "responses": _ERRORS,
}  # fmt: skip


@router.post("/ask", auth=None, summary="提问", openapi_extra=_BODY)
def ask_papers(request: HttpRequest) -> HttpResponse:
    """根据公开文件回答一个问题，每个答复都带条款；没有依据时 `outcome` 为 `not_found`，并说明原因和最接近的文件。"""
    actor = _caller(request)
    asked = _parsed(request)
    with transaction.atomic(), acting_as(actor):
        got = ask(asked)
    return _json(answered(got))


@router.get("/knowledge/search", auth=None, summary="检索条款", openapi_extra={"responses": _ERRORS})
def search_papers(request: HttpRequest, q: str = "") -> HttpResponse:
    """与问题最相关的条款，每份文件一条，最相关的在前。"""
    actor = _caller(request)
    with transaction.atomic(), acting_as(actor):
        got = ask(Asked(q, Door.API), record=False)
    return _json({"items": [_hit(one) for one in got.hits]})


def _caller(request: HttpRequest) -> Actor:
    """The owner of the token, or anybody; raises NotAllowed 401 or 403, TooMany 429."""
    kind, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.lower() == "bearer":
        found = check_token(token.strip(), SCOPE)
        request.rate = intake.spend(found.id, found.per_minute)  # type: ignore[attr-defined]
        return partner_actor(found, ())
    quota.spend(str(request.META.get("REMOTE_ADDR", "")), settings.MINHU_ASK_PER_MINUTE)
    return ANONYMOUS


def _parsed(request: HttpRequest) -> Asked:
    """The question of a body; raises Invalid 400, 413 or 422 with what is wrong."""
    if len(request.body) > _MOST_BYTES:
        raise Invalid("内容过大，请缩短问题。", code="too_large", status=413)
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Invalid("正文不是有效的 JSON，请检查格式。", code="not_json", status=400) from error
    if not isinstance(body, dict):
        raise Invalid("正文应为一个 JSON 对象。", code="not_json", status=400)
    wrong: dict[str, str] = dict.fromkeys(set(body) - {"question", "earlier", "tone"}, "没有这个字段。")
    question, earlier, tone = body.get("question"), body.get("earlier", []), body.get("tone", Tone.SHORT.value)
    if not isinstance(question, str):
        wrong["question"] = "请写出问题。"
    if not isinstance(earlier, list) or len(earlier) > MOST_EARLIER or not all(isinstance(one, str) for one in earlier):
        wrong["earlier"] = f"应为不超过 {MOST_EARLIER} 个文字的数组。"
    if not isinstance(tone, str) or tone not in {one.value for one in Tone}:
        wrong["tone"] = f"可选：{'、'.join(one.value for one in Tone)}。"
    if wrong:
        raise Invalid("请求内容不符合要求，请按 errors 中的说明修改。", fields=wrong)
    return Asked(str(question), Door.API, Tone(tone), tuple(earlier))


def answered(got: Answered) -> dict[str, Any]:
    """What came of a question, as programs and tools get it."""
    return {
        "outcome": got.outcome.value, "answer": got.said, "words": got.words, "understood": got.understood,
        "reason": got.reason, "confidence": got.confidence, "engine": got.engine, "generated_by_ai": True,
        "citations": [_clause(one) for one in got.clauses],
        "near": [{"document": one.document_id, "title": one.title} for one in got.near],
        "ask_back": {
            "question": got.back.question,
            "choices": [{"label": one.label, "question": one.question} for one in got.back.choices],
        } if got.back else None,
        "person": {"telephone": "12345", "form": "/submit/"}, "rating_token": got.token,
    }  # fmt: skip


def _clause(one: Clause) -> dict[str, Any]:
    return {
        "document": one.document_id, "title": one.title, "document_number": one.document_number, "issuer": one.issuer,
        "label": one.label, "path": list(one.path), "words": one.words, "start": one.start, "end": one.end,
        "passage": one.before + one.words + one.after, "context": one.context, "valid": one.validity.value,
        "in_force": str(one.in_force or ""), "valid_until": str(one.repealed or ""),
    }  # fmt: skip


def _hit(one: Hit) -> dict[str, Any]:
    return {
        "document": one.document_id, "title": one.title, "document_number": one.document_number, "issuer": one.issuer,
        "label": one.passage.label, "path": list(one.passage.path), "passage": one.passage.text,
        "context": one.passage.context, "valid": one.validity.value, "score": one.score,
    }  # fmt: skip


def _json(content: dict[str, Any]) -> HttpResponse:
    return HttpResponse(_dump(content).encode(), content_type="application/json", headers={"Cache-Control": "no-store"})
