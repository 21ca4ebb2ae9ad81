"""What an operator's monitoring sees: figures behind a token, readiness that says what is wrong."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from minhu.server import disk, metrics_folder

pytestmark = pytest.mark.django_db

TOKEN = "a-token-of-the-monitoring"


@pytest.fixture
def client_with_token(monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(settings, "CONFIG", dataclasses.replace(settings.CONFIG, metrics_token=TOKEN))
    return Client(headers={"authorization": f"Bearer {TOKEN}"})


def test_without_a_token_the_page_does_not_exist(client: Client) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


def test_a_wrong_token_learns_nothing(client_with_token: Client) -> None:
    for header in ("", "Bearer", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"):
        assert client_with_token.get("/metrics", headers={"authorization": header}).status_code == 404


def test_requests_are_counted_by_view_and_nothing_personal_is_a_label(client_with_token: Client) -> None:
    client_with_token.get("/follow/?number=2611230000017&phone=13812345678")
    client_with_token.get("/no-such-page-13812345678/")
    text = client_with_token.get("/metrics").content.decode()
    assert 'minhu_http_requests_total{method="GET",status="404",view="none"}' in text
    assert "minhu_ledger_pending" in text
    assert "minhu_database_bytes" in text
    assert "13812345678" not in text
    assert "2611230000017" not in text


def test_readiness_names_what_is_wrong(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/readyz").json() == {"database": "ok", "migrations": "ok", "keys": "ok", "disk": "ok"}
    monkeypatch.setattr(disk, "LEAST_FREE_BYTES", 1 << 60)
    full = client.get("/readyz")
    assert full.status_code == 503
    assert full.json()["disk"] == "full"
    assert full["Retry-After"]


def test_a_file_of_figures_has_its_room_before_it_is_used(tmp_path: Path) -> None:
    """A hole that is written to on a full disk would end the process."""
    file = tmp_path / "counter_1.db"
    metrics_folder.reserve(file)
    assert file.stat().st_blocks * 512 >= metrics_folder.FILE_BYTES
    with file.open("r+b") as written:
        written.write(b"kept")
    metrics_folder.reserve(file)
    assert file.read_bytes()[:4] == b"kept"
