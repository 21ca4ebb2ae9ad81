"""Whatever comes through the API gets a clear answer, never a server error, and leaves everything as it was."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minhu.directory.access import as_system
from minhu.intake.domain.people import identity_problem, phone_problem
from minhu.intake.models import Request
from minhu.kernel import clock
from minhu.kernel.clock import now

from .conftest import TEXT, new_token, png, post_json

pytestmark = pytest.mark.django_db


def stored() -> int:
    with as_system():
        return Request.objects.count()


def fields_of(response: Any) -> set[str]:
    assert response["Content-Type"] == "application/problem+json", response.content.decode()
    return {item["field"] for item in response.json().get("errors", [])}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "停水"}, "text"),
        ({"text": "水" * 20_001}, "text"),
        ({"text": None}, "text"),
        ({"text": "\u0000\u0001\u0002\u0003\u0004\u0005"}, "text"),
        ({"phone": "1380013800"}, "phone"),
        ({"phone": "<script>alert(1)</script>"}, "phone"),
        ({"id_number": "110101199001011234"}, "id_number"),
        ({"id_number": "11010519491331002X"}, "id_number"),
        ({"happened_at": "2026-02-30T08:00:00"}, "happened_at"),
        ({"happened_at": "昨天"}, "happened_at"),
        ({"happened_at": "2999-01-01T00:00:00Z"}, "happened_at"),
        ({"happened_at": "0001-01-01T00:00:00+14:00"}, "happened_at"),
        ({"latitude": 30.0}, "latitude"),
        ({"latitude": 1e300, "longitude": 0}, "latitude"),
        ({"type": "勒索"}, "type"),
        ({"kind": "robot"}, "kind"),
        ({"title": "长" * 101}, "title"),
        ({"name": "长" * 51}, "name"),
        ({"source": {"a": "x" * 40_000}}, "source"),
        ({"source": []}, "source"),
        ({"unknown": 1}, "unknown"),
        ({"confidential": "perhaps"}, "confidential"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(token: str, change: dict[str, Any], field: str) -> None:
    response = post_json(token, {"text": TEXT, **change})
    assert response.status_code == 422, response.content.decode()
    assert field in fields_of(response)
    assert stored() == 0


@pytest.mark.parametrize(
    "body",
    [
        b" ", b"{", b"[]", b"null", b'"text"', b'{"text": "\xff\xfe"}', "{\"text\": \"停水停电\"}".encode("gb18030"),
        '{"text": "停水"}'.encode("utf-16"), b'{"text": "\\ud800 abcdef"}', b"[" * 100_000, b'{"text": NaN}',
        b'{"latitude": ' + b"9" * 5000 + b', "text": "abcdef"}',
    ],
)  # fmt: skip
def test_a_broken_body_is_a_clear_error(token: str, body: bytes) -> None:
    response = post_json(token, body)
    assert response.status_code in (400, 422), response.content.decode()
    assert response["Content-Type"] == "application/problem+json"
    assert stored() == 0


def test_markup_and_control_characters_stay_plain_text(token: str) -> None:
    nasty = "<script>alert('x')</script> {{ 7*7 }} '; DROP TABLE x; -- \u202e\u0000\ufeff=cmd|'/c calc'!A1"
    body = dict.fromkeys(("title", "place", "name", "address"), nasty)
    response = post_json(token, {"text": nasty, **body, "name": nasty[:40], "source": {nasty: [nasty, {"a": nasty}]}})
    assert response.status_code == 201, response.content.decode()
    with as_system():
        request = Request.objects.get()
    assert request.text == "<script>alert('x')</script> {{ 7*7 }} '; DROP TABLE x; -- =cmd|'/c calc'!A1"


def test_twenty_thousand_characters_are_kept_to_the_last(token: str) -> None:
    text = "停水三天了，" * 3_333 + "完。"
    assert post_json(token, {"text": text}).status_code == 201
    with as_system():
        assert Request.objects.get().text == text


@pytest.mark.parametrize(("content_type", "status"), [("text/plain", 415), ("application/xml", 415), ("", 415)])
def test_other_media_types_are_refused(token: str, content_type: str, status: int) -> None:
    assert post_json(token, {"text": TEXT}, content_type=content_type or "x/y").status_code == status


def test_a_body_above_the_limit_is_413(token: str) -> None:
    assert post_json(token, b'{"text": "' + b"x" * (5 * 1024 * 1024) + b'"}').status_code == 413


def test_without_a_token_or_scope_nothing_is_done(token: str) -> None:
    assert post_json("nonsense", {"text": TEXT}).status_code == 401
    assert post_json(new_token("reader", "requests:read"), {"text": TEXT}).status_code == 403
    assert stored() == 0


def test_a_flood_is_slowed_down(db: None) -> None:
    slow = new_token("slow", per_minute=3)
    with clock.at(clock.now()):  # the next minute would begin a new count
        statuses = [post_json(slow, {"text": TEXT}, key=str(at)).status_code for at in range(5)]
    assert 429 in statuses
    assert set(statuses) <= {201, 429}


def upload(token: str, *files: tuple[str, bytes], body: Any = None) -> Any:
    data = {
        "request": json.dumps(body or {"text": TEXT}, ensure_ascii=False),
        "files": [SimpleUploadedFile(name, content) for name, content in files],
    }
    client = Client(raise_request_exception=False)
    return client.post("/api/v1/requests", data, headers={"Authorization": f"Bearer {token}"})


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\0" * 60_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    "file",
    [
        ("empty.jpg", b""), ("page.html", b"<html><script>alert(1)</script></html>"), ("a.svg", b"<svg onload='x'/>"),
        ("fake.png", b"\x89PNG\r\n\x1a\n" + b"0" * 100), ("bomb.docx", bomb()), ("big.jpg", b"\xff\xd8\xff" + b"0" * (21 << 20)),
    ],
    ids=lambda file: file[0],
)  # fmt: skip
def test_a_file_that_may_not_come_in_stops_the_whole_request(token: str, home: Any, file: tuple[str, bytes]) -> None:
    response = upload(token, ("good.png", png()), file)
    assert response.status_code == 422, response.content.decode()
    assert fields_of(response) == {"files"}
    assert stored() == 0
    assert not [path for path in home.rglob("files/*/*") if path.is_file()]


def test_ten_files_are_too_many(token: str) -> None:
    assert upload(token, *[(f"{at}.png", png()) for at in range(10)]).status_code == 422


def test_a_photo_is_kept_with_its_name(token: str, home: Any) -> None:
    response = upload(token, ("../../etc/漏水 现场.png", png()))
    assert response.status_code == 201, response.content.decode()
    with as_system():
        from minhu.intake.models import Attachment

        assert Attachment.objects.get().name == "漏水 现场.png"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_no_json_makes_a_server_error(token: str, value: Any) -> None:
    for body in (value, {"text": TEXT, "source": value}, {"text": TEXT, "place": value, "phone": value}):
        raw = json.dumps(body).encode("utf-8", "surrogatepass")
        assert post_json(token, raw).status_code < 500


@pytest.mark.parametrize(
    "text", ["13800138000", "+86 138-0013-8000", "021-62345678", "4008001234", "12345", "+852 2123 4567", "62345678"]
)
def test_telephones_as_people_write_them_are_taken(text: str) -> None:
    assert phone_problem(text) is None


def test_identity_numbers_are_checked_to_the_last_digit() -> None:
    today = now().date()
    assert identity_problem("11010519491231002X", today) is None
    assert all(identity_problem(f"11010519491231002{digit}", today) for digit in range(10))
    assert identity_problem("110105299912310025", today)
