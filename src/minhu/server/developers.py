"""`/developers/`: the JSON API as a plain page, made from its OpenAPI description; no script, nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from minhu.directory.services.tokens import SCOPES
from minhu.exchange.types import EventKind

METHODS: Final = ("get", "post", "put", "patch", "delete")
PATH_VALUES: Final = {"number": "2603090000011", "message_id": "msg_5f0c2a"}
LAST: Final = "对接"
"""Operations of this tag stand behind those that every program needs."""
SAMPLES: Final[dict[str, Any]] = {
    "text": "柳湾小区三号楼从昨晚开始停水，请尽快处理。", "title": "小区停水", "type": "help", "place": "柳湾路 3 号",
    "name": "欧阳某某", "phone": "13800000000", "latitude": 30.12, "longitude": 120.54, "confidential": False,
    "wants_callback": True, "external_id": "A-1001", "happened_at": "2026-03-09T07:30:00+08:00", "code": "123456",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter or one field of a body."""

    name: str
    place: str
    kind: str
    required: bool
    words: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One status that an operation may answer with."""

    status: str
    words: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page shows it."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    tag: str
    fields: tuple[Field, ...]
    answers: tuple[Answer, ...]
    example: str


def operations(schema: Mapping[str, Any], base: str) -> list[Operation]:
    """Every operation of an OpenAPI description, in its order; `base` is our address for the examples."""
    found = [
        _operation(schema, path, method, one, base)
        for path, item in schema["paths"].items()
        for method, one in item.items()
        if method in METHODS
    ]
    return sorted(found, key=lambda one: one.tag == LAST)


def _operation(schema: Mapping[str, Any], path: str, method: str, found: Mapping[str, Any], base: str) -> Operation:
    body = found.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    fields = tuple(_parameters(found)) + tuple(_properties(schema, body) if body else ())
    answers = tuple(
        Answer(str(status), str(answer.get("description", ""))) for status, answer in found.get("responses", {}).items()
    )
    return Operation(
        anchor=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
        method=method.upper(), path=path, summary=found.get("summary", ""), description=found.get("description", ""),
        tag=next(iter(found.get("tags", ())), ""), fields=fields, answers=answers,
        example=_example(method, path, fields, base),
    )  # fmt: skip


def _parameters(found: Mapping[str, Any]) -> Iterator[Field]:
    for one in found.get("parameters", ()):
        yield Field(
            one["name"], one["in"], _kind(one.get("schema", {})), bool(one.get("required")), one.get("description", "")
        )


def _properties(schema: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[Field]:
    resolved = _resolved(schema, body)
    required = set(resolved.get("required", ()))
    for name, one in resolved.get("properties", {}).items():
        yield Field(name, "body", _kind(one), name in required, one.get("description", ""))


def _resolved(schema: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = part.get("$ref", "")
    for name in reference.removeprefix("#/").split("/") if reference else ():
        schema = schema.get(name, {})
    return schema if reference else part


def _kind(part: Mapping[str, Any]) -> str:
    if "anyOf" in part:
        return " | ".join(_kind(one) for one in part["anyOf"])
    return str(part.get("format") or part.get("type") or part.get("$ref", "object").rsplit("/", 1)[-1])


def _example(method: str, path: str, fields: tuple[Field, ...], base: str) -> str:
    """A line for curl that works with a real token and number."""
    for name, value in PATH_VALUES.items():
        path = path.replace(f"{{{name}}}", value)
    lines = [f"curl -X {method.upper()} '{base}{path}'" if method != "get" else f"curl '{base}{path}'"]
    lines.append("-H 'Authorization: Bearer mh_…'")
    if body := {one.name: SAMPLES[one.name] for one in fields if one.place == "body" and one.name in SAMPLES}:
        if any(one.name == "Idempotency-Key" for one in fields):
            lines.append("-H 'Idempotency-Key: 5f0c…'")
        lines.append("-H 'Content-Type: application/json'")
        lines.append(f"-d '{json.dumps(body, ensure_ascii=False)}'")
    return " \\\n  ".join(lines)


@require_GET
def reference(request: HttpRequest) -> HttpResponse:
    """The page."""
    from minhu.server.api import api

    schema = api.get_openapi_schema()
    base = request.build_absolute_uri("/").rstrip("/")
    found = operations(schema, base)
    context = {
        "operations": found, "version": api.version, "scopes": SCOPES.items(), "base": base,
        "events": [(kind.value, kind.label) for kind in EventKind],
        "problem": json.dumps(
            {
                "type": "about:blank", "title": "填写有误", "status": 422, "detail": "填写的内容有误，请按提示修改后重新提交。",
                "code": "invalid", "errors": [{"field": "text", "detail": "请把情况写清楚一些，至少 5 个字。"}],
            },
            ensure_ascii=False, indent=2,
        ),
    }  # fmt: skip
    return render(request, "developers.html", context)
