"""The import page: a wrong file is told and changes nothing, columns are confirmed, the run is watched and stopped."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from factories import City, make_city
from intake.import_files import row, text, xlsx
from minhu.directory.access import as_system
from minhu.intake.models import ImportBatch, Request
from minhu.intake.services import importing

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(home: object) -> City:
    with as_system():
        return make_city()


def signed_in(city: City, name: str) -> Client:
    client = Client()
    client.force_login(city.staff[name], backend="django.contrib.auth.backends.ModelBackend")
    return client


def send(client: Client, content: bytes, name: str = "留言.xlsx") -> Any:
    return client.post("/import/", {"file": SimpleUploadedFile(name, content)})


def columns(batch: int, **changed: str) -> dict[str, Any]:
    names = {"留言编号": "key", "留言用户": "name", "留言主题": "title", "留言时间": "received_at", "留言详情": "text",
             "答复意见": "reply", "答复时间": "replied_at", **changed}  # fmt: skip
    return {"column": list(names), "field": list(names.values()), "understand": "1", "source": ""}


@pytest.mark.parametrize("name", ["dispatcher", "dispatcher2"])
def test_those_who_import_find_the_page(city: City, name: str) -> None:
    assert "还没有导入过数据" in signed_in(city, name).get("/import/").content.decode()


@pytest.mark.parametrize("name", ["water_handler", "grid_worker", "leader", "agent"])
def test_others_do_not(city: City, name: str) -> None:
    client = signed_in(city, name)
    assert client.get("/import/").status_code == 403
    assert send(client, xlsx([row(1)])).status_code == 403
    with as_system():
        assert not ImportBatch.objects.exists()


def test_a_stranger_is_sent_to_the_door(city: City) -> None:
    assert Client().get("/import/").status_code == 302


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.xlsx", "空的"),
        (b"%PDF-1.4 something", "a.xlsx", "不是有效的 Excel"),
        (xlsx([row(1)])[:1500], "a.xlsx", "已损坏"),
        (text([row(1)]).encode() + b"\0\0", "a.csv", "NUL"),
    ],
)
def test_a_wrong_file_is_explained_beside_the_field_and_nothing_is_kept(
    city: City, home: Any, content: bytes, name: str, words: str
) -> None:
    answer = send(signed_in(city, "dispatcher"), content, name)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "aria-invalid" in page
    with as_system():
        assert not ImportBatch.objects.exists()
    assert not (home / "imports").exists()


def test_columns_are_shown_with_masked_persons_and_may_be_corrected(city: City) -> None:
    client = signed_in(city, "dispatcher")
    answer = send(client, xlsx([row(1, user="欧阳小明"), row(2)]))
    page = client.get(answer["Location"]).content.decode()
    assert "按列名识别" in page
    assert "欧阳小明" not in page
    batch = ImportBatch.objects.get()
    refused = client.post(f"/import/{batch.pk}/start/", columns(batch.pk, 留言时间=""))
    assert refused.status_code == 422
    assert "受理时间" in refused.content.decode()
    assert ImportBatch.objects.get().state == "waiting"


def test_a_run_is_queued_done_in_the_background_and_its_rejects_are_handed_out(city: City, home: Any) -> None:
    client = signed_in(city, "dispatcher")
    send(client, xlsx([row(1), row(2, time="前天"), row(3)]))
    batch = ImportBatch.objects.get()
    assert client.post(f"/import/{batch.pk}/start/", columns(batch.pk)).status_code == 302
    assert client.post(f"/import/{batch.pk}/start/", columns(batch.pk)).status_code == 409
    assert "排队中" in client.get(f"/import/{batch.pk}/").content.decode()
    assert "HX-Refresh" not in client.get(f"/import/{batch.pk}/progress/")
    importing.run_in_background(batch.pk)
    assert client.get(f"/import/{batch.pk}/progress/")["HX-Refresh"] == "true"
    page = client.get(f"/import/{batch.pk}/").content.decode()
    assert "已完成" in page
    assert "前天" in page
    sheet = client.get(f"/import/{batch.pk}/rejects.csv").content.decode("utf-8-sig")
    assert sheet.splitlines()[0] == "行号,原因"
    assert sheet.splitlines()[1].startswith("3,")
    with as_system():
        assert Request.objects.count() == 2
    assert not list((home / "imports").iterdir()), "the uploaded file is removed after the run"


def test_stopping_and_going_on(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minhu.intake.imports.running.BATCH", 2)
    client = signed_in(city, "dispatcher")
    send(client, xlsx([row(n) for n in range(1, 8)]))
    batch = ImportBatch.objects.get()
    client.post(f"/import/{batch.pk}/start/", columns(batch.pk))
    client.post(f"/import/{batch.pk}/stop/")
    importing.run_in_background(batch.pk)
    page = client.get(f"/import/{batch.pk}/").content.decode()
    assert "已停止" in page
    assert "继续导入" in page
    with as_system():
        assert Request.objects.count() == 2
    client.post(f"/import/{batch.pk}/resume/")
    importing.run_in_background(batch.pk)
    with as_system():
        assert Request.objects.count() == 7
    batch.refresh_from_db()
    assert (batch.state, batch.stored, batch.unchanged) == ("done", 5, 2)


def test_the_uploaded_file_lies_sealed(city: City, home: Any) -> None:
    content = text([row(1, user="欧阳小明")]).encode()
    send(signed_in(city, "dispatcher"), content, "a.csv")
    (kept,) = (home / "imports").iterdir()
    assert "欧阳小明".encode() not in kept.read_bytes()


def test_a_run_that_no_longer_exists_is_said_so(city: City) -> None:
    answer = signed_in(city, "dispatcher").get("/import/999/", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert "导入记录" in json.loads(answer.content)["detail"] if "json" in answer["Content-Type"] else True
