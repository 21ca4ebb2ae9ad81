"""业务线: a table of old numbers goes in force, and a talk by a line greets, is understood and keeps silent hours as the line says."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.portals.staff_pages import signed_in

from factories import City, make_city
from minhu.directory.access import as_system
from minhu.directory.models import RuleSet
from minhu.directory.queries import freshness
from minhu.directory.queries.lines import line_of, policy_of
from minhu.engines import workbooks
from minhu.intake.models import Request, Talk
from minhu.intake.services import talking
from minhu.intake.types import TalkChannel
from minhu.ledger import services
from minhu.ledger.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(home: Path, db: None) -> City:
    """A small city with keys of its own."""
    return make_city()


def table(*rows: str) -> dict[str, object]:
    return {"file": SimpleUploadedFile("号码.csv", "\n".join(rows).encode()), "note": "并线"}


def mended(admin: Client, draft: RuleSet) -> None:
    """One line is edited by hand; what loosens danger is refused."""
    place = f"/manage/rules/lines/{draft.pk}/row/lines/1/"
    form = {"name": "噪声专线", "code": "noise", "mode": "machine_first", "outside": "machine_only"}
    form["greeting"] = "夜间也受理。"
    assert admin.post(place, {**form, "danger_sure": "0.9"}).status_code == 422
    good = {**form, "danger_sure": "0", "questions": "0", "category": "A2", "quiet_hours": "48"}
    assert admin.post(place, good).status_code == 302


def test_a_thousand_old_numbers_come_in_as_a_draft_are_tried_published_and_lead_talks(city: City) -> None:
    admin, citizen = signed_in(city, "system_admin"), Client()
    assert signed_in(city, "agent").get("/manage/lines/").status_code == 403
    head = "号码,业务线代码,业务线名称,队列,诉求分类代码,生效日期"
    wrong = admin.post("/manage/lines/import/", table(head, "12369,env,环保专线,,Z9,2021-07-01", "12,env,,,,"))
    assert wrong.status_code == 422
    assert "第 2 行" in wrong.content.decode()
    assert not RuleSet.objects.filter(kind="lines").exists()
    many = [f"96{at:04d},noise,噪声专线,night,A2,2021-07-01" for at in range(1000)]
    answer = admin.post("/manage/lines/import/", table(head, *many))
    assert answer.status_code == 302, answer.content.decode()
    draft = RuleSet.objects.get(kind="lines")
    tried = admin.get(f"/manage/lines/?version={draft.pk}&number=960007&at=2026-11-24T23:10").content.decode()
    assert "噪声专线（noise）" in tried
    assert line_of("960007").code == "12345"  # a draft leads nobody
    mended(admin, draft)
    admin.post(f"/manage/rules/lines/{draft.pk}/publish/")
    freshness.forget()
    assert (line_of("0415960007").queue, policy_of("noise").danger_sure, policy_of("noise").questions) == (
        "night",
        0.0,
        0,
    )
    services.integrate()
    with as_system():
        assert Entry.objects.filter(kind="directory.version_published").exists()
    sheet = admin.get("/manage/lines/export/numbers/")
    book = workbooks.opened(sheet.content)
    assert len(list(workbooks.rows_of(book, book.sheet_names[0], 2000))) == 1002
    assert admin.get("/manage/lines/export/lines/").status_code == 200
    page = citizen.get("/talk/?line=noise").content.decode()
    assert "这里是噪声专线，我是智能助手，不是真人。夜间也受理。" in page
    citizen.post(
        "/talk/say/", {"words": "柳湾社区楼下每天晚上唱歌声音很大，希望管一管。", "key": "k1", "line": "noise"}
    )
    citizen.post("/talk/say/", {"words": "对", "key": "k2"})
    with as_system():
        talk, request = Talk.objects.get(), Request.objects.get()
    assert (talk.line, request.source) == ("noise", {"line": "noise"})
    assert talking.begin(TalkChannel.CHAT, line="no such line").said[0].text.startswith("您好，这里是12345热线")
