"""What the tests of intake share: a token, a way to call the API, actors."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import django

django.setup()

import pytest  # noqa: E402 - models need Django set up
from django.db import transaction  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from PIL import Image  # noqa: E402

from minhu.directory.access import as_system  # noqa: E402
from minhu.directory.queries.freshness import forget  # noqa: E402
from minhu.directory.services.tokens import issue_token  # noqa: E402
from minhu.kernel.actors import Actor  # noqa: E402

TEXT = "柳湾街道春晖小区3号楼从昨天晚上开始停水，到现在还没有恢复，家里有老人，请尽快处理。"
Post = Callable[..., HttpResponse]


def new_token(name: str = "partner", *scopes: str, per_minute: int = 6000) -> str:
    """A token of a partner program."""
    with transaction.atomic(), as_system():
        plain = issue_token(name, scopes or ("requests:write", "requests:read"), per_minute=per_minute)
    forget()
    return plain


def post_json(token: str, body: Any, path: str = "/api/v1/requests", key: str = "", **extra: Any) -> HttpResponse:
    """POST a JSON body (an object, or bytes as they are) with a bearer token."""
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
    content_type = extra.pop("content_type", "application/json")
    client = Client(raise_request_exception=False)
    return client.post(path, raw, content_type=content_type, headers=headers, **extra)


def staff(*roles: str, units: tuple[int, ...] = ()) -> Actor:
    """A member of staff for services and queries."""
    return Actor("staff", "-".join(roles), "王明", roles=frozenset(roles), unit_ids=units)


def png(colour: str = "red", size: tuple[int, int] = (8, 8)) -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def token(db: None) -> str:
    """A token that may submit and look up."""
    return new_token()
