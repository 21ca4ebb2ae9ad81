"""What a person or program sees when something goes wrong."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client, RequestFactory

from minhu.kernel.errors import Conflict, Invalid
from minhu.server.logs import without_personal_data
from minhu.server.middleware import ProblemMiddleware
from minhu.server.problems import answer, unavailable
from minhu.server.secret_key import secret_key


def test_program_gets_problem_json_and_person_a_page(rf: RequestFactory) -> None:
    error = Invalid("请填写诉求内容。", fields={"text": "不能为空"})
    for_program = answer(rf.get("/api/v1/requests"), error)
    assert for_program["Content-Type"] == "application/problem+json"
    assert json.loads(for_program.content)["errors"] == [{"field": "text", "detail": "不能为空"}]
    for_person = answer(rf.get("/submit/"), error)
    assert for_person.status_code == 422
    assert "请填写诉求内容。" in for_person.content.decode()


def test_script_in_an_error_stays_text(rf: RequestFactory) -> None:
    page = answer(rf.get("/"), Conflict("<script>alert(1)</script>")).content.decode()
    assert "<script>alert" not in page


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_database_away_is_503_with_the_time_to_come_back(rf: RequestFactory, error: Exception) -> None:
    response = ProblemMiddleware(lambda _request: answer(_request, Conflict("x"))).process_exception(rf.get("/"), error)
    assert response is not None
    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    assert "不会丢失" in response.content.decode()  # type: ignore[attr-defined]


def test_database_away_is_found_behind_other_errors() -> None:
    outer = RuntimeError("view failed")
    outer.__cause__ = OperationalError("gone")
    assert unavailable(outer) is not None
    assert unavailable(ValueError("a defect")) is None


def test_declared_body_above_the_limit_is_refused_unread(rf: RequestFactory) -> None:
    reached = []
    middleware = ProblemMiddleware(lambda request: reached.append(request))  # type: ignore[arg-type, return-value]
    response = middleware(rf.post("/submit/", b"", content_type="text/plain", headers={"content-length": str(10**9)}))
    assert response.status_code == 413
    assert reached == []


def test_unknown_address_has_a_page_with_a_way_on(client: Client, db: None) -> None:
    response = client.get("/there-is-nothing-here")
    assert response.status_code == 404
    assert 'href="/"' in response.content.decode()
    assert "script-src 'self'" in response["Content-Security-Policy"]


def test_logs_hold_no_telephone_or_identity_number() -> None:
    event = {
        "event": "call from 13812345678",
        "request": "GET /follow/?phone=13812345678",
        "note": "身份证110101199003071234，工单2611230000017",
    }
    cleaned = json.dumps(without_personal_data(None, "info", event), ensure_ascii=False)
    assert "13812345678" not in cleaned
    assert "110101199003071234" not in cleaned
    assert "2611230000017" in cleaned, "order numbers stay: without them a log helps nobody"


def test_processes_that_start_together_share_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_key(tmp_path / "keys"), range(16)))
    assert len(keys) == 1
    assert len(keys.pop()) > 50
    assert stat.S_IMODE((tmp_path / "keys" / "django.key").stat().st_mode) == 0o600
