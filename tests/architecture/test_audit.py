"""What we build on: a weak, withdrawn or wrongly licensed package is said, and silence is never taken for safety."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))
import audit
import check_licences

Pages = dict[str, Any]
PACKAGES = [("good", "1.0"), ("bad", "2.0")]
CONTROL = "/pypi/{}/{}/json".format(*audit.CONTROL)


@pytest.fixture
def pages() -> Pages:
    """What the fake index serves by path."""
    return {
        CONTROL: {"vulnerabilities": [{"id": "PYSEC-1", "fixed_in": ["2.20.0"]}]},
        "/pypi/good/1.0/json": {"vulnerabilities": []},
        "/pypi/bad/2.0/json": {
            "vulnerabilities": [
                {"id": "PYSEC-2", "fixed_in": ["2.1"]},
                {"id": "PYSEC-3", "fixed_in": [], "withdrawn": "2026-01-01T00:00:00Z"},
            ]
        },
        "/simple/good/": {"files": [{"filename": "good-1.0-py3-none-any.whl", "yanked": False}]},
        "/simple/bad/": {
            "files": [
                {"filename": "bad-2.0-py3-none-any.whl", "yanked": "breaks"},
                {"filename": "bad-2.0.tar.gz", "yanked": "breaks"},
                {"filename": "bad-2.1-py3-none-any.whl"},
            ]
        },
    }


@pytest.fixture
def index(pages: Pages) -> Iterator[audit.Index]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = pages.get(self.path)
            body = json.dumps(found).encode()
            self.send_response(200 if found is not None else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield audit.Index(f"http://127.0.0.1:{server.server_address[1]}/simple")
    server.shutdown()
    server.server_close()


def test_a_known_weakness_is_named_and_a_withdrawn_advisory_is_not(index: audit.Index) -> None:
    assert audit.advisories(index, PACKAGES) == ["bad 2.0: PYSEC-2 2.1"]


def test_a_withdrawn_version_is_named_with_the_reason(index: audit.Index) -> None:
    assert audit.withdrawals(index, PACKAGES) == ["bad 2.0: breaks"]


@pytest.mark.parametrize(
    "served",
    [{}, {CONTROL: {"vulnerabilities": []}}, {CONTROL: {"info": {}}}],
    ids=["not served", "empty for everybody", "without the field"],
)
def test_an_index_that_tells_nothing_proves_nothing(
    index: audit.Index, pages: Pages, served: Pages, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pages.pop(CONTROL)
    pages |= served
    monkeypatch.setattr(audit, "Index", lambda: index)
    monkeypatch.setattr(audit, "locked", lambda _name: PACKAGES[:1])
    assert audit.main() == 2
    said = capsys.readouterr().out
    assert "advisories: NOT CHECKED" in said
    assert "withdrawn versions of 1 packages: 0 findings" in said


def test_without_a_network_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(audit, "Index", lambda away=audit.Index("http://127.0.0.1:9/simple"): away)
    assert audit.main() == 2
    assert capsys.readouterr().out.count("NOT CHECKED") == 2


def test_a_licence_that_is_on_no_list_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(check_licences.findings()) == []
    monkeypatch.setattr(check_licences, "SHIPPED", check_licences.SHIPPED - {"LGPL-3.0-only"})
    named = " ".join(check_licences.findings())
    assert "psycopg" in named
    assert "LGPL-3.0-only is not on the list of what is shipped" in named
