"""An app holds talks for its users: begun once, heard once, and no program reads another's."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from minhu.directory.access import as_system
from minhu.directory.services.tokens import issue_token
from minhu.intake.models import Talk, Utterance

pytestmark = pytest.mark.django_db


class App:
    """A program with a token of its own."""

    def __init__(self, name: str, scope: str = "talks") -> None:
        with as_system():
            self.heads = {"Authorization": f"Bearer {issue_token(name, [scope])}"}

    def post(self, path: str, content: dict[str, Any], key: str = "") -> Any:
        heads = {**self.heads, **({"Idempotency-Key": key} if key else {})}
        return Client().post(f"/api/v1/talks{path}", content, content_type="application/json", headers=heads)

    def get(self, path: str) -> Any:
        return Client().get(f"/api/v1/talks{path}", headers=self.heads)


def test_an_app_talks_for_its_users_and_for_nobody_elses(home: object) -> None:
    ours, theirs = App("云溪通"), App("别家")
    begun = ours.post("", {"user": "u-77"})
    assert begun.status_code == 201
    assert "不是真人" in begun.json()["messages"][0]["text"]
    talk = begun.json()["talk"]
    again = ours.post("", {"user": "u-77"})
    assert (again.status_code, again.json()["talk"]) == (200, talk)
    first = ours.post(f"/{talk}/messages", {"text": "转人工"}, "k-1")
    assert first.json()["state"] == "waiting"
    assert ours.post(f"/{talk}/messages", {"text": "转人工"}, "k-1").json()["messages"] == first.json()["messages"]
    with as_system():
        assert Utterance.objects.filter(speaker="citizen").count() == 1
    last = first.json()["messages"][-1]["number"]
    assert ours.get(f"/{talk}?after={last}").json()["messages"] == []
    for answer in (
        theirs.get(f"/{talk}"), theirs.post(f"/{talk}/messages", {"text": "偷听"}, "k-2"), theirs.post(f"/{talk}/end", {}),
        theirs.post(f"/{talk}/person", {}),
    ):  # fmt: skip
        assert answer.status_code == 404
    assert theirs.post("", {"user": "u-77"}).json()["talk"] != talk, (
        "the same name at another program is another person"
    )
    assert ours.post(f"/{talk}/end", {}).json()["state"] == "ended"
    assert ours.post("", {"user": "u-77"}).status_code == 201
    with as_system():
        assert Talk.objects.filter(channel="partner").count() == 3


def test_what_cannot_be_used_is_refused(home: object) -> None:
    ours = App("云溪通")
    talk = ours.post("", {"user": "u-1"}).json()["talk"]
    assert ours.post(f"/{talk}/messages", {"text": "你好"}).status_code == 422, "without a key nobody could repeat it"
    assert ours.post(f"/{talk}/messages", {"text": "  "}, "k").status_code == 422
    for user in ("", "有 空格", "x" * 65):
        assert ours.post("", {"user": user}).status_code == 422
    assert ours.post("", {"user": "u-2", "phone": "10086"}).status_code == 422
    assert ours.get("/00000000-0000-0000-0000-000000000000").status_code == 404
    assert App("只读", "requests:read").post("", {"user": "u-1"}).status_code == 403
    assert Client().post("/api/v1/talks", {"user": "u-1"}, content_type="application/json").status_code == 401
