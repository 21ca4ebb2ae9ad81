"""The pages of knowledge: files come in with progress and an outcome each, are confirmed, reviewed, found; rights hold."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from tests.knowledge.keepers import Keepers, gather
from tests.knowledge.papers import TITLE, paper

from minhu.directory.access import acting_as
from minhu.directory.models import Staff
from minhu.knowledge.queries import documents, notices, uploads
from minhu.knowledge.services import watching
from minhu.knowledge.services.uploads import run_in_background
from minhu.knowledge.types import Audience, Filters, ItemState, Rights

pytestmark = pytest.mark.django_db


@pytest.fixture
def keepers(home: Path, db: None) -> Keepers:
    return gather()


def client_of(username: str) -> Client:
    client = Client()
    client.force_login(Staff.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    return client


def bring(client: Client, keepers: Keepers, *files: SimpleUploadedFile, **more: object) -> str:
    start = {"owner": keepers.city.unit("water"), "audience": "public", "nature": "guide", "files": list(files)}
    answer = client.post("/knowledge/upload/", start | more)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def test_files_are_brought_read_confirmed_published_and_found_on_the_pages(keepers: Keepers) -> None:
    editor, reviewer = client_of("water_editor"), client_of("reviewer")
    assert "知识库还是空的" in editor.get("/knowledge/").content.decode()
    place = bring(editor, keepers, SimpleUploadedFile("水价.docx", paper()), SimpleUploadedFile("坏.pdf", b"%PDF-1.7 broken"), SimpleUploadedFile("写错.pdf", paper()))  # fmt: skip
    number = int(place.rstrip("/").rpartition("/")[2])
    assert "正在读取文件" in editor.get(place).content.decode()
    run_in_background(number)
    page = editor.get(place).content.decode()
    assert "已读取" in page
    assert "与内容不符" in page
    with acting_as(keepers.editor):
        view = uploads.upload_view(number)
        document = next(item.document_id for item in view.items if item.document_id)
        version = documents.card(document).version
    assert [item.state for item in view.items] == [ItemState.DONE, ItemState.FAILED, ItemState.FAILED]
    assert view.finished
    page = editor.get(f"/knowledge/{document}/").content.decode()
    for words in (TITLE, "云政发〔2025〕12号", "2025-07-01", "第二条第（一）项", "由施行日期和有效期推算"):
        assert words in page
    facts = {"title": TITLE, "document_number": "云政发〔2025〕12号", "issuer": "云溪市人民政府", "issued": "2025-05-20", "in_force": "2025-07-01", "repealed": "2030-06-30"}  # fmt: skip
    wrong = editor.post(f"/knowledge/version/{version.id}/facts/", facts | {"repealed": "2020-01-01"})
    assert (wrong.status_code, "截止日期早于施行日期" in wrong.content.decode()) == (422, True)
    assert editor.post(f"/knowledge/version/{version.id}/facts/", facts).status_code == 302
    editor.post(f"/knowledge/version/{version.id}/submit/")
    assert editor.post(f"/knowledge/version/{version.id}/publish/", follow=True).status_code == 200
    assert "待审核" in editor.get(f"/knowledge/{document}/").content.decode()
    reviewer.post(f"/knowledge/version/{version.id}/publish/")
    agent = client_of("agent")
    assert TITLE in agent.get("/knowledge/?q=水价").content.decode()
    found = agent.get("/knowledge/search/?q=第二阶梯价格").content.decode()
    assert "3.15" in found
    assert "云政发〔2025〕12号" in found
    shown = agent.get(f"/knowledge/{document}/").content.decode()
    assert "上传新版本" not in shown
    saved = agent.get(f"/knowledge/version/{version.id}/original/")
    assert saved.content == paper_of(document, keepers)
    assert saved["Content-Disposition"].startswith("attachment")


def paper_of(document: int, keepers: Keepers) -> bytes:
    with acting_as(keepers.editor):
        return documents.original(documents.card(document).version.id)[0]


def test_the_same_file_is_not_registered_twice_and_a_failed_one_can_be_read_again(keepers: Keepers) -> None:
    editor, content = client_of("water_editor"), paper()
    first = int(bring(editor, keepers, SimpleUploadedFile("a.docx", content)).rstrip("/").rpartition("/")[2])
    run_in_background(first)
    second = int(bring(editor, keepers, SimpleUploadedFile("b.docx", content)).rstrip("/").rpartition("/")[2])
    run_in_background(second)
    with acting_as(keepers.editor):
        assert uploads.upload_view(second).items[0].state is ItemState.SAME
        assert documents.listed(Filters(), 0, 10)[1] == 1
    third = int(bring(editor, keepers, SimpleUploadedFile("空.html", b"<html><body><script>1</script></body></html>")).rstrip("/").rpartition("/")[2])  # fmt: skip
    run_in_background(third)
    with acting_as(keepers.editor):
        item = uploads.upload_view(third).items[0]
    assert (item.state, item.attempts) == (ItemState.FAILED, 1)
    assert editor.post(f"/knowledge/upload/retry/{item.id}/").status_code == 302
    run_in_background(third)
    with acting_as(keepers.editor):
        assert uploads.upload_view(third).items[0].attempts == 2


def test_who_may_not_read_a_document_meets_it_nowhere(keepers: Keepers) -> None:
    document = keepers.published(rights=Rights(Audience.NAMED, units=(keepers.city.unit("urban"),)))
    with acting_as(keepers.editor):
        version = documents.card(document).version.id
    urban, water, agent, admin = (
        client_of(name) for name in ("urban_handler", "water_handler", "agent", "system_admin")
    )
    for stranger in (water, agent):
        assert TITLE not in stranger.get("/knowledge/").content.decode()
        assert TITLE not in stranger.get("/knowledge/search/?q=阶梯水价").content.decode()
        for place in (f"/knowledge/{document}/", f"/knowledge/version/{version}/original/"):
            assert stranger.get(place).status_code == 404
    assert TITLE in urban.get("/knowledge/search/?q=阶梯水价").content.decode()
    assert urban.post(f"/knowledge/version/{version}/withdraw/", {"reason": "x"}).status_code == 403
    assert admin.get("/knowledge/").status_code == 403
    assert Client().get(f"/knowledge/{document}/").status_code == 302


def test_rights_are_changed_on_the_page(keepers: Keepers) -> None:
    document, editor, agent = keepers.published(), client_of("water_editor"), client_of("agent")
    said = {"nature": "law", "keywords": "水价，阶梯", "audience": "named", "category": "", "areas": "", "address": ""}
    assert editor.post(f"/knowledge/{document}/entry/", said).status_code == 422
    assert editor.post(f"/knowledge/{document}/entry/", said | {"units": ["云溪市城管局"]}).status_code == 302
    assert agent.get(f"/knowledge/{document}/").status_code == 404
    unknown = editor.post(f"/knowledge/{document}/entry/", said | {"areas": ["没有这个区"]})
    assert unknown.status_code == 422
    assert "没有这个地区" in unknown.content.decode()
    assert editor.post(f"/knowledge/{document}/entry/", said | {"areas": ["990101"]}).status_code == 302
    with acting_as(keepers.editor):
        assert documents.card(document).rights.areas == ("990101",)
    assert 'value="990101"' not in editor.get(f"/knowledge/{document}/entry/").content.decode(), "a code is for nobody"
    assert "政策法规" in editor.get(f"/knowledge/{document}/").content.decode()


def test_versions_are_compared_notices_settled_and_folders_watched_on_the_pages(keepers: Keepers, home: Path) -> None:
    document, editor = keepers.published(), client_of("water_editor")
    dearer = (("类别", "年用水量（立方米）", "价格（元/立方米）"), ("第一阶梯", "180以下", "2.40"))
    answer = editor.post(f"/knowledge/{document}/version/", {"file": SimpleUploadedFile("新.docx", paper(prices=dearer, more=("第五条 新增的一条。",)))})  # fmt: skip
    assert answer.status_code == 302
    page = editor.get(f"/knowledge/{document}/changes/").content.decode()
    assert "修改 1 段，新增 1 段，删去 1 段" in page
    assert "<ins>4</ins>" in page
    assert editor.get(f"/knowledge/{document}/changes/?old=9").status_code == 404
    (home / "watched" / "water").mkdir(parents=True)
    said = {"kind": "folder", "label": "水务局", "address": "water", "minutes": 60, "owner": keepers.city.unit("water"), "audience": "public", "nature": "guide"}  # fmt: skip
    assert editor.post("/knowledge/sources/", said | {"address": "../keys"}).status_code == 422
    assert editor.post("/knowledge/sources/", said).status_code == 302
    (home / "watched" / "water" / "坏.txt").write_bytes(b"\0")
    watching.tick()
    assert "水务局" in editor.get("/knowledge/sources/").content.decode()
    site = said | {"kind": "page", "label": "网页", "address": "https://www.example.gov.cn/a.html"}
    refused = editor.post("/knowledge/sources/", site)
    assert (refused.status_code, "不在网站白名单内" in refused.content.decode()) == (422, True)
    with acting_as(keepers.editor):
        number = notices.sources()[0].id
    assert "坏.txt" in editor.get(f"/knowledge/sources/{number}/").content.decode()
    assert "一分钟内刚查看过" in editor.post(f"/knowledge/sources/{number}/look/", follow=True).content.decode()
    assert client_of("urban_editor").get(f"/knowledge/sources/{number}/").status_code == 404
    with acting_as(keepers.editor):
        notice = notices.open_notices()[0].id
    assert "未能读取" in editor.get("/knowledge/notices/").content.decode()
    assert "未能读取" not in client_of("urban_editor").get("/knowledge/notices/").content.decode()
    assert f'action="/knowledge/notices/{notice}/"' in editor.get("/knowledge/notices/").content.decode()
    listed = editor.get("/knowledge/").content.decode()
    assert "草稿（1）" in listed
    assert "知识提醒（1）" in listed
    assert "<b>1</b>" in listed, "the number beside the menu's entry"
    assert editor.post(f"/knowledge/notices/{notice}/").status_code == 302
    assert "没有待处理的提醒" in editor.get("/knowledge/notices/").content.decode()
    assert "知识提醒（" not in editor.get("/knowledge/").content.decode()
    assert client_of("agent").get("/knowledge/sources/").status_code == 403


def test_an_existing_knowledge_base_comes_in_as_a_table_row_by_row_and_leaves_as_one(keepers: Keepers) -> None:
    head = ["标题", "正文", "性质", "关键词", "文号", "发布日期", "失效日期"]
    rows = [
        [
            "停车收费问答",
            "一、收费标准\n每小时5元。\n二、免费时段\n前30分钟免费。",
            "日常咨询",
            "停车，收费",
            "云城发〔2025〕1号",
            "2025-01-02",
            "",
        ],
        ["", "没有标题", "", "", "", "", ""],
        ["停车收费问答", "重名", "", "", "", "", ""],
        ["日期不对", "正文", "", "", "", "去年", ""],
        ["=cmd|'/C calc'!A0", "像公式的标题", "", "", "", "", "2030年1月1日"],
    ]
    content = "\n".join(",".join(f'"{cell}"' for cell in row) for row in [head, *rows]).encode("gb18030")
    editor = client_of("water_editor")
    said = {"owner": keepers.city.unit("water"), "audience": "staff"}
    page = editor.post("/knowledge/table/", said | {"file": SimpleUploadedFile("库.csv", content)}).content.decode()
    assert "登记 2 行，未导入 3 行" in page
    for words in ("标题为空", "与前面的行标题相同", "成文日期“去年”不是日期"):
        assert words in page
    with acting_as(keepers.editor):
        found = {row.title: row for row in documents.listed(Filters(), 0, 10)[0]}
        card = documents.card(found["停车收费问答"].id)
    assert (card.version.facts.document_number, str(card.version.facts.issued)) == ("云城发〔2025〕1号", "2025-01-02")
    assert [one.path for one in card.passages if "免费。" in one.text] == [("二、免费时段",)]
    assert (
        editor.post("/knowledge/table/", said | {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")}).status_code == 422
    )
    assert editor.post("/knowledge/table/export/", {"reason": ""}).status_code == 302
    saved = editor.post("/knowledge/table/export/", {"reason": "备份"})
    sheet = load_workbook(io.BytesIO(saved.content)).active
    assert sheet is not None
    kept = {str(row[0]): row for row in sheet.iter_rows(values_only=True)}
    assert kept["停车收费问答"][5:8] == ("停车，收费", "云城发〔2025〕1号", "2025-01-02")
    assert "'=cmd|'/C calc'!A0" in kept
    assert client_of("agent").post("/knowledge/table/export/", {"reason": "备份"}).status_code == 403


def test_a_mixed_batch_says_of_each_file_what_to_do_and_is_brought_again_alike(keepers: Keepers) -> None:
    editor, content = client_of("water_editor"), paper()
    empty = b"<html><body><script>1</script></body></html>"
    files = (
        SimpleUploadedFile("好.docx", content), SimpleUploadedFile("同一个.docx", content), SimpleUploadedFile("空.html", empty),
        SimpleUploadedFile("空2.html", empty + b" "), SimpleUploadedFile("会议.mp3", b"ID3" + bytes(99)), SimpleUploadedFile("零.txt", b""),
    )  # fmt: skip
    place = bring(editor, keepers, *files, audience="staff", keywords="水价")
    number = int(place.rstrip("/").rpartition("/")[2])
    run_in_background(number)
    with acting_as(keepers.editor):
        states = {item.name: item.state for item in uploads.upload_view(number).items}
        assert documents.listed(Filters(), 0, 10)[1] == 1, "twice in one batch is registered once"
    assert states == {"好.docx": ItemState.DONE, "同一个.docx": ItemState.SAME} | dict.fromkeys(("空.html", "空2.html", "会议.mp3", "零.txt"), ItemState.FAILED)  # fmt: skip
    page = editor.get(place).content.decode()
    assert page.index("会议.mp3") < page.index("好.docx"), "what needs somebody comes first"
    for words in ("录音、录像还不能直接识别", "重新读取这 2 个", f"/knowledge/upload/?like={number}"):
        assert words in page
    assert editor.post(f"/knowledge/upload/{number}/retry/").status_code == 302
    with acting_as(keepers.editor):
        assert sum(item.state is ItemState.WAITING for item in uploads.upload_view(number).items) == 2
    again = editor.get(f"/knowledge/upload/?like={number}").content.decode()
    assert 'value="水价"' in again
    assert client_of("urban_editor").get(f"/knowledge/upload/?like={number}").status_code == 404
