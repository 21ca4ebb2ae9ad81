"""Hostile files at every door that takes one: all refused, in words, quickly, in little memory, and nothing is kept.

The doors are opened in a process each (`hostile/runner.py`), where time and memory can be measured; some of the files
then come through the real pages.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from tests.factories import City, make_city
from tests.faults.hostile import blocks, documents, pictures, tables

from minhu.directory.access import as_system
from minhu.intake.models import Attachment, ImportBatch, Request
from minhu.intake.services import importing
from minhu.portals.orders import sheet as orders_sheet
from minhu.portals.sheets import workbook

ROOT = Path(__file__).resolve().parents[2]
BENCH = os.environ.get("MINHU_FAULTS", "") in {"ci", "bench"}
"""All files (part of `.ci/run`); `make test` opens every fourth of the quick ones."""
LEAST_FILES, MOST_SECONDS, MOST_MEGABYTES = 200 if BENCH else 60, 2.0, 256
CHINESE = re.compile(r"[一-鿿]{3}")
INJECTIONS = (
    "=cmd|'/C calc'!A0", "+cmd|'/C calc'!A0", "-2+3+cmd|'/C calc'!A0", "@SUM(1+1)*cmd|'/C calc'!A0", '=HYPERLINK("http://evil.example","x")',
    '=WEBSERVICE("http://evil.example")', "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "＝1+1", "＋1", "－1", "＠SUM(1)", "　=1+1", "=1+1\";=1+1",
    "\u200b=1+1", "\ufeff=1+1", "\x00=1+1", "\xa0=1+1", "\x0b=1+1",
)  # fmt: skip


def played(folder: Path) -> list[dict[str, Any]]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MINHU_")}
    environment |= {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "MINHU_HOME": str(folder / "home"), "DJANGO_SETTINGS_MODULE": "minhu.server.settings"}  # fmt: skip
    if BENCH:
        environment["MINHU_FAULTS"] = "bench"
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.hostile.runner", str(folder)],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_hostile_file_is_refused_at_its_door(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "home").mkdir()
    found = played(tmp_path)
    slowest, largest = max(found, key=lambda one: one["seconds"]), max(found, key=lambda one: one["peak_mb"])
    files = len({(one["case"], one["bytes"], one["door"] == "attachment") for one in found})
    with capsys.disabled():
        print(
            f"\n{files} hostile files, {len(found)} openings: {sum(one['outcome'] != 'refused' for one in found)} accepted;"
            f" slowest {slowest['seconds']:.2f} s of processor time ({slowest['case']}), most memory {largest['peak_mb']:.0f} MB"
            f" ({largest['case']})"
        )
    assert files >= LEAST_FILES
    assert [one for one in found if one["outcome"] != "refused"] == []
    assert [one for one in found if not CHINESE.search(one["message"]) or one["status"] not in {400, 413, 422}] == []
    assert [one for one in found if one["seconds"] > MOST_SECONDS or one["peak_mb"] > MOST_MEGABYTES] == []
    assert [one for one in found if one["left"]] == []


@pytest.fixture
def city(home: object, db: None) -> City:
    with as_system():
        return make_city()


def kept(home: Path) -> list[Path]:
    return [path for folder in ("files", "imports") for path in (home / folder).rglob("*") if path.is_file()]


PAGE_CASES = (
    "page named photo.jpg", "drawing with a script", "jpeg with an archive behind it", "test virus", "png 30000x30000", "nothing",
    "two members in one place", "holds word/vbaProject.bin", "fetches template", "entity laughs, word", "pdf with a script in an object stream",
)  # fmt: skip


@pytest.mark.parametrize("case", PAGE_CASES)
def test_the_citizens_page_and_the_api_refuse_it_and_keep_nothing(city: City, home: Path, case: str) -> None:
    content = (pictures.CASES | documents.CASES)[case]()
    answers = [
        Client().post("/submit/", {
            "key": "k" * 32, "text": "幸福路三号门前的路灯坏了，晚上看不清路。", "requester_phone": "13800000000",
            "files": SimpleUploadedFile("photo.jpg", content, "image/jpeg"),
        }),
    ]  # fmt: skip
    with as_system():
        from minhu.directory.services.tokens import issue_token

        token = issue_token("hostile", ["requests:write"], per_minute=1000)
    words = {"title": "路灯不亮", "text": "幸福路三号门前的路灯坏了，晚上看不清路。"}
    answers.append(
        Client(headers={"Authorization": f"Bearer {token}"}).post(
            "/api/v1/requests",
            {"request": json.dumps(words), "files": SimpleUploadedFile("photo.jpg", content, "image/jpeg")},
        )
    )
    for answer in answers:
        assert answer.status_code == 422
        assert CHINESE.search(answer.content.decode())
    with as_system():
        assert not Request.objects.exists()
        assert not Attachment.objects.exists()
    assert kept(home) == []


@pytest.mark.parametrize("case", ["two far cells", "macros", "entity file", "one text named 100,000 times", "xls whose chain is a circle"])  # fmt: skip
def test_the_import_page_refuses_it_and_keeps_nothing(city: City, home: Path, case: str) -> None:
    client = Client()
    client.force_login(city.staff["dispatcher"], backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/import/", {"file": SimpleUploadedFile("表.xlsx", tables.BOOKS[case]())})
    assert answer.status_code == 422
    with as_system():
        assert not ImportBatch.objects.exists()
    assert kept(home) == []


HOSTILE_NAMES = {
    "../../etc/passwd": "passwd.png", "..\\..\\windows\\win.ini": "win.ini.png", "photo.jpg.exe": "photo.jpg.exe.png", "a.html": "a.html.png",
    "evil\u202egnp.exe": "evilgnp.exe.png", "a\x00.png.exe": "a.png.exe.png", "a\r\nSet-Cookie: x=1.png": None, "x" * 5000 + ".png": None,
    "CON": "CON.png", "<script>alert(1)</script>.png": None, "": None, ".": None, "  ": None, "=cmd|'x'!A1.png": None, "%2e%2e%2fx.png": None,
    "a\u2066b.hta": "ab.hta.png", "照片.PNG": "照片.PNG", "b.png": "b.png", "\\\\server\\share\\c.lnk": "c.lnk.png", "d.png::$DATA": "d.png::$DATA.png",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_is_shown_and_saved_as_what_the_file_is(city: City, home: Path, name: str) -> None:
    """A picture stays a picture whatever it is called: the name kept ends like its kind and turns nothing around."""
    from minhu.intake import services
    from minhu.intake.types import NewRequest, UploadedFile

    picture = UploadedFile(name, blocks.png())
    services.receive(NewRequest(text="幸福路三号门前的路灯坏了，晚上看不清路。", files=(picture,)))
    with as_system():
        found = Attachment.objects.get().name
    assert found.lower().endswith(".png")
    assert found.isprintable()
    assert not set(found) & set("/\\")
    assert len(found) <= 200
    assert HOSTILE_NAMES[name] in {None, found}


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_cell_that_leaves_runs(text: str) -> None:
    sheet = load_workbook(io.BytesIO(workbook("工单", ["标题"], [[text]]))).active
    assert sheet is not None
    cell = sheet["A2"]
    assert cell.data_type != "f"
    listed = importing.rejects_csv([(1, text)]).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(listed, newline="")))
    for plain in (str(cell.value), lines[1][1], str(orders_sheet.plain(text))):
        begins = re.sub(r"[\s\u200b\ufeff\x00-\x1f]", "", plain)
        assert not begins.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")), plain
