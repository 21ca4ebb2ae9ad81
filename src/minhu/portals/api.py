"""The JSON API of asking under /api/v1/: a question with its clauses, passages by words, scenario trees. Read only, from
public papers.

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
from minhu.knowledge.queries import trees
from minhu.knowledge.queries.narrowing import narrow_of
from minhu.knowledge.queries.shown import Answered, Clause, FoundPaper
from minhu.knowledge.queries.trees_shown import NodeView
from minhu.knowledge.services import quota
from minhu.knowledge.services.answering import MOST_EARLIER, Asked, ask
from minhu.knowledge.services.finding import MOST_FOUND, MOST_PAGE, find
from minhu.knowledge.types import Door, Tone, Validity
from minhu.language.answers.question import LONGEST_QUESTION
from minhu.language.papers.triples import Relation
from minhu.portals.tools import api as tools

router = Router(tags=["知识"])
SCOPE: Final = "knowledge:read"
_MOST_BYTES: Final = 20_000
_HOLDING: Final = {"": None, Validity.VALID.value: Validity.VALID, Validity.PENDING.value: Validity.PENDING}
_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_PROBLEM = {"content": {"application/problem+json": {"schema": {"type": "object"}}}}
_ERRORS = {
    status: {"description": words, **_PROBLEM}
    for status, words in {
        400: "正文不是有效的 JSON", 401: "令牌无效", 403: "令牌没有权限", 413: "内容过大", 422: "字段有误", 429: "过于频繁",
    }.items()
}  # fmt: skip
_MISSING: Final = {**_ERRORS, 404: {"description": "没有这棵情景树", **_PROBLEM}}
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

_GRAPH: Final = [
    {"name": "q", "in": "query", "schema": {"type": "string", "maxLength": 60}, "description": "事项、材料或单位"},
    {"name": "matter", "in": "query", "schema": {"type": "string"}, "description": "事项的 key"},
    {
        "name": "kind", "in": "query", "description": "只要哪些关系，可重复",
        "schema": {"type": "array", "items": {"type": "string", "enum": [one.value for one in Relation]}},
    },
]  # fmt: skip
_TOOL: Final = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
    "responses": {**_ERRORS, 404: {"description": "没有这个工具或没有找到", **_PROBLEM}},
}


@router.post("/ask", auth=None, summary="提问", openapi_extra=_BODY)
def ask_papers(request: HttpRequest) -> HttpResponse:
    """根据公开文件回答一个问题，每个答复都带条款；没有依据时 `outcome` 为 `not_found`，并说明原因和最接近的文件。"""
    actor = _caller(request)
    asked = _parsed(request)
    with transaction.atomic(), acting_as(actor):
        got = ask(asked)
    return _json(answered(got))


@router.get("/knowledge/search", auth=None, summary="检索条款", openapi_extra={"responses": _ERRORS})
def search_papers(
    request: HttpRequest, q: str = "", page: int = 1, size: int = 10, nature: str = "", category: str = "", unit: str = "",
    area: str = "", valid: str = "",
) -> HttpResponse:  # fmt: skip
    """与问题最相关的公开文件，最相关的在前，每份带最相关的条款；`next` 是下一页的页码。"""
    actor = _caller(request)
    if not 1 <= page <= MOST_FOUND or not 1 <= size <= MOST_PAGE:
        text = f"页码应为 1 至 {MOST_FOUND}，每页 1 至 {MOST_PAGE}。"
        raise Invalid(text, fields={"page": text})
    if valid not in _HOLDING:
        raise Invalid("时效的值不正确。", fields={"valid": f"可选：{'、'.join(one for one in _HOLDING if one)}。"})
    with transaction.atomic(), acting_as(actor):
        found = find(q, narrow_of(nature, category, unit, area), _HOLDING[valid], (page - 1) * size, size)
    following = page + 1 if page * size < found.total else None
    return _json(
        {"items": [found_paper(one) for one in found.papers] if found.start == (page - 1) * size else [],
         "total": found.total, "more": found.more, "page": page, "next": following, "unknown": list(found.unknown)}
    )  # fmt: skip


@router.get(
    "/knowledge/graph", auth=None, summary="知识图谱", openapi_extra={"responses": _ERRORS, "parameters": _GRAPH}
)
def graph(request: HttpRequest) -> HttpResponse:
    """按 `q` 找事项，或按 `matter`（事项的 key）列出各份有效文件说的单位、材料、条件、费用、时限，每项带条款。"""
    return _json(tools.drawn(request, _caller(request)))


@router.get("/tools", auth=None, summary="工具列表", openapi_extra={"responses": _ERRORS})
def list_tools(request: HttpRequest) -> HttpResponse:
    """可用的查询工具和参数（JSON Schema）。"""
    _caller(request)
    return _json({"tools": tools.listed()})


@router.post("/tools/{name}", auth=None, summary="调用工具", openapi_extra=_TOOL)
def call_tool(request: HttpRequest, name: str) -> HttpResponse:
    """调用一个只读工具，参数见 `GET /tools`；每次调用都有记录。"""
    return _json(tools.called(request, name, _caller(request)))


@router.get("/knowledge/trees", auth=None, summary="情景树列表", openapi_extra={"responses": _ERRORS})
def list_trees(request: HttpRequest) -> HttpResponse:
    """公开的情景树：编号、名称、第一个问题。"""
    with transaction.atomic(), acting_as(_caller(request)):
        found = trees.published()
    return _json({"items": [{"id": tree, "title": title, "question": root.text} for tree, title, root in found]})


@router.get("/knowledge/trees/{tree}", auth=None, summary="一棵情景树", openapi_extra={"responses": _MISSING})
def one_tree(request: HttpRequest, tree: int) -> HttpResponse:
    """一棵树的全部问题、选项和结果，每个结果都带条款。"""
    with transaction.atomic(), acting_as(_caller(request)):
        card, (root,) = trees.walked(tree)
    return _json({"id": card.id, "title": card.title, "version": card.number, "root": _node(root)})


def _node(one: NodeView) -> dict[str, Any]:
    told: dict[str, Any] = {"id": one.id, "kind": one.kind.value, "label": one.label}
    if one.asks:
        return {**told, "question": one.text, "choices": [_node(child) for child in one.children]}
    told |= {"answer": one.said, "address": one.address}
    if one.cited is not None:
        passage = one.cited.passage
        told["citation"] = {
            "document": one.cited.document_id, "title": one.cited.title, "document_number": one.cited.document_number,
            "issuer": one.cited.issuer, "label": passage.label if passage else "", "passage": passage.text if passage else "",
        }  # fmt: skip
    return told


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
            "tree": got.back.tree or None,
        } if got.back else None,
        "emergency": list(got.emergency), "unanswered": list(got.missed),
        "person": {"telephone": "12345", "form": "/submit/"}, "rating_token": got.token,
    }  # fmt: skip


def _clause(one: Clause) -> dict[str, Any]:
    return {
        "document": one.document_id, "title": one.title, "document_number": one.document_number, "issuer": one.issuer,
        "label": one.label, "path": list(one.path), "words": one.words, "start": one.start, "end": one.end,
        "passage": one.before + one.words + one.after, "context": one.context, "valid": one.validity.value,
        "in_force": str(one.in_force or ""), "valid_until": str(one.repealed or ""),
    }  # fmt: skip


def found_paper(one: FoundPaper) -> dict[str, Any]:
    """A document with its passages that fit best; the very best stands at its top too."""
    passages = [
        {
            "number": passage.number,
            "label": passage.label,
            "path": list(passage.path),
            "passage": passage.text,
            "context": passage.context,
        }
        for passage in one.passages
    ]
    return {
        "document": one.document_id, "title": one.title, "document_number": one.document_number, "issuer": one.issuer,
        "nature": one.nature.value, "valid": one.validity.value, "in_force": str(one.in_force or ""),
        "valid_until": str(one.repealed or ""), "score": one.score, **passages[0], "passages": passages,
    }  # fmt: skip


def _json(content: dict[str, Any]) -> HttpResponse:
    return HttpResponse(_dump(content).encode(), content_type="application/json", headers={"Cache-Control": "no-store"})
