"""The JSON API of tools and of the graph under /api/v1/: read only, with the rights of the token, or what is public."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest

from minhu.directory.access import acting_as
from minhu.kernel.actors import Actor
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.errors import Invalid, NotFound
from minhu.knowledge.queries import graph
from minhu.knowledge.types import Door
from minhu.language.papers.naming import LONGEST_KEY
from minhu.language.papers.triples import Relation
from minhu.portals.tools.cards import Card
from minhu.portals.tools.registry import TOOLS, Caller, run

MOST_TYPED: Final = 60
_MOST_BYTES: Final = 20_000


def listed() -> list[dict[str, Any]]:
    """Every tool with its parameters as JSON Schema."""
    return [
        {"name": one.name, "title": one.title, "description": one.words, "parameters": one.schema}
        for one in TOOLS.values()
    ]


def called(request: HttpRequest, name: str, actor: Actor) -> dict[str, Any]:
    """The card of a tool for a body of parameters; raises Invalid 400, 413 or 422, and what the tool raises."""
    client = actor.id if actor.kind == "partner" else str(request.META.get("REMOTE_ADDR", ""))
    return {"tool": name, "result": plain(run(name, _parameters(request), Caller(actor, Door.API, client)))}


def _parameters(request: HttpRequest) -> Mapping[str, Any]:
    if len(request.body) > _MOST_BYTES:
        raise Invalid("内容过大，请缩短参数。", code="too_large", status=413)
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Invalid("正文不是有效的 JSON，请检查格式。", code="not_json", status=400) from error
    if not isinstance(body, dict):
        raise Invalid("正文应为一个 JSON 对象。", code="not_json", status=400)
    return body


def plain(card: Card) -> dict[str, Any]:
    """A card as programs get it: dates in ISO, times in the time of China; the picture of a map is left to pages."""
    found: dict[str, Any] = json.loads(json.dumps(asdict(card), default=_text))
    found.pop("map", None)
    return found


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(CHINA_TIME).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def drawn(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """Matters by words (`q`), or what papers say of one (`matter`, its key; `kind` narrows); raises NotFound, Invalid."""
    words, key = (request.GET.get(name, "").replace("\0", "").strip() for name in ("q", "matter"))
    kinds = request.GET.getlist("kind")
    if wrong := set(kinds) - {one.value for one in Relation}:
        text = f"没有这一类：{min(wrong)[:20]}。可选：{'、'.join(Relation)}。"
        raise Invalid("请求内容不符合要求，请按 errors 中的说明修改。", fields={"kind": text})
    with transaction.atomic(), acting_as(actor):
        if not key:
            return {"matters": [asdict(one) for one in graph.matters(words[:MOST_TYPED])]}
        found = graph.surroundings(key[:LONGEST_KEY], [Relation(one) for one in kinds])
    if found is None:
        raise NotFound("没有文件说到这件事，请用 q 参数检索。", code="no_such_matter")
    return {
        "matter": asdict(found.matter), "names": list(found.names), "cut": found.cut,
        "papers": [{"document": document, "title": title} for document, title in found.papers],
        "things": [json.loads(json.dumps(asdict(one), default=_text)) for one in found.things],
    }  # fmt: skip
