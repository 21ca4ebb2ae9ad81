"""Another house's taxonomy becomes ours line by line: proposals, people's decisions, versions, and the doors that use it."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from factories import City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.directory.models import Category, Crosswalk, CrosswalkGap, CrosswalkLine
from minhu.directory.queries import crosswalks as reading
from minhu.directory.queries.freshness import forget
from minhu.directory.services import crosswalks
from minhu.exchange.services import theirs
from minhu.intake.imports.matching import Matcher
from minhu.intake.imports.rows import Draft
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from minhu.ledger.models import Entry
from portals.staff_pages import body, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
ROWS = [
    {"path": "公用事业/自来水供应", "code": "G01", "keywords": "停水、水压"},
    {"path": "环境/噪声扰民", "code": "H02"},
    {"path": "文旅/景区门票", "code": "W09"},
]


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def drafted(city: City, kind: str = "江北分热线") -> Crosswalk:
    with acting_as(city.actor("system_admin")):
        return Crosswalk.objects.get(pk=crosswalks.draft_from(kind, ROWS))


def line(draft: Crosswalk, code: str) -> CrosswalkLine:
    return draft.lines.get(source_code=code)


def published(city: City, kind: str = "江北分热线") -> Crosswalk:
    draft = drafted(city, kind)
    with acting_as(city.actor("system_admin")):
        crosswalks.decide(draft.pk, line(draft, "G01").pk, "A1")
        crosswalks.decide(draft.pk, line(draft, "W09").pk, "")
        crosswalks.publish(draft.pk)
    forget()
    return draft


def test_proposals_come_with_reasons_and_translate_nothing_by_themselves(city: City) -> None:
    draft = drafted(city)
    code, confidence, reason = line(draft, "H02").proposed[0]
    assert code == "A2"
    assert 0 < confidence <= 1
    assert "噪声" in reason
    assert reading.translated("H02") is None, "a draft is nobody's decision"
    with acting_as(city.actor("system_admin")), pytest.raises(Invalid, match="还没有确认任何一行"):
        crosswalks.publish(draft.pk)


def test_a_published_crosswalk_translates_codes_and_paths_and_is_never_changed(city: City) -> None:
    draft = published(city)
    for said in ("G01", "公用事业/自来水供应", "公用事业 > 自来水供应", "公用事业—自来水供应"):
        found = reading.translated(said)
        assert found is not None, said
        assert found.code == "A1"
    assert reading.translated("H02") is None, "nobody has decided it"
    assert reading.translated("W09") is None, "somebody said that nothing here fits"
    with acting_as(city.actor("system_admin")), pytest.raises(Conflict):
        crosswalks.decide(draft.pk, line(draft, "H02").pk, "A2")
    with as_system():
        assert Entry.objects.filter(kind="directory.version_published", subject_id="江北分热线 1").count() == 1


def test_where_two_houses_differ_somebody_is_asked(city: City) -> None:
    published(city)
    other = drafted(city, "省平台")
    with acting_as(city.actor("system_admin")):
        crosswalks.decide(other.pk, line(other, "G01").pk, "B1")
        crosswalks.publish(other.pk)
    forget()
    assert reading.translated("G01") is None
    found = reading.translated("G01", "省平台")
    assert found is not None
    assert found.code == "B1"


def test_a_new_version_takes_over_what_was_decided(city: City) -> None:
    published(city)
    again = drafted(city)
    assert (again.number, line(again, "G01").target_code, line(again, "G01").decided) == (2, "A1", True)
    assert not line(again, "H02").decided
    with acting_as(city.actor("system_admin")):
        assert crosswalks.accept_sure(again.pk, 0.01) == 1
        crosswalks.undo(again.pk, line(again, "H02").pk)
        with pytest.raises(NotFound):
            crosswalks.undo(again.pk, 999_999)
        with pytest.raises(Invalid):
            crosswalks.decide(again.pk, line(again, "H02").pk, "A")  # no leaf
        with pytest.raises(Invalid):
            crosswalks.accept_sure(again.pk, 0)
        crosswalks.discard(again.pk)
    assert not Crosswalk.objects.filter(pk=again.pk).exists()
    with as_system():
        assert Entry.objects.filter(kind="directory.crosswalk_undone").count() == 1


def matched(city: City) -> int | None:
    """What an imported row of theirs is here."""
    row = Draft(
        1,
        "k",
        "d",
        "",
        "停水",
        "",
        now(),
        None,
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        ("公用事业", "自来水供应"),
        "",
        "",
        None,
        "",
        None,
        {},
    )
    return Matcher().match(row).category_id


def test_an_import_reads_the_other_houses_categories(city: City) -> None:
    assert matched(city) is None
    published(city)
    assert matched(city) == city.categories["A1"].pk


def test_a_transfer_gets_our_category_or_is_listed_never_put_under_other(city: City) -> None:
    published(city)
    known, unknown = make_order(city, category_id=city.categories["B1"].pk), make_order(city)
    theirs.choose(known.number, "公用事业/自来水供应", "江北分热线")
    theirs.choose(unknown.number, "科技/量子通信", "江北分热线")
    theirs.choose(unknown.number, "科技/量子通信", "江北分热线")
    with acting_as(city.actor("dispatcher")):
        known.refresh_from_db()
        unknown.refresh_from_db()
    assert known.category_id == city.categories["A1"].pk
    assert unknown.category_id == city.categories["A1"].pk, "it stays with what its words say"
    gap = CrosswalkGap.objects.get()
    assert (gap.door, gap.said, gap.count) == ("江北分热线", "科技/量子通信", 2)


def test_the_list_of_unmapped_names_holds_no_citizens_words_and_has_an_end(city: City) -> None:
    for said in (
        "我家住清河路三号楼昨晚停水", "停水了，没人管", "张试人13812345678", "小区停水已经三天了老人孩子都没有水用请尽快恢复供水谢谢",
        "环境/噪声扰民/建筑施工（夜间）",
    ):  # fmt: skip
        crosswalks.note_gap("历史导入", said)
    told = dict(CrosswalkGap.objects.values_list("said", "count"))
    assert told == {crosswalks.NO_NAME: 4, "环境/噪声扰民/建筑施工（夜间）": 1}
    for at in range(crosswalks.MOST_GAPS + 5):
        crosswalks.note_gap("江北分热线", f"类{at}")
    assert CrosswalkGap.objects.filter(door="江北分热线").count() == crosswalks.MOST_GAPS
    page = "/manage/crosswalks/"
    assert "建筑施工（夜间）" in body(signed_in(city, "system_admin").get(page))
    assert "建筑施工（夜间）" not in body(signed_in(city, "dispatcher").get(page))


def test_what_is_mapped_in_whatever_writing_is_asked_no_more(city: City) -> None:
    for said in ("公用事业 > 自来水供应", "G01", "文旅/景区门票", "环境/噪声扰民"):
        crosswalks.note_gap("江北分热线", said)
    crosswalks.note_gap("历史导入", "环境/噪声扰民", 3, whole=True)
    crosswalks.note_gap("历史导入", "环境/噪声扰民", 3, whole=True)
    published(city)
    assert set(CrosswalkGap.objects.values_list("door", "said", "count")) == {
        ("江北分热线", "环境/噪声扰民", 1), ("历史导入", "环境/噪声扰民", 3),
    }  # fmt: skip
    crosswalks.note_gap("江北分热线", "文旅/景区门票")
    assert not CrosswalkGap.objects.filter(said="文旅/景区门票").exists(), "somebody has said that nothing fits"


def test_only_who_manages_the_rules_changes_crosswalks(city: City) -> None:
    draft = drafted(city)
    for who in ("dispatcher", "supervisor", "leader"):
        with acting_as(city.actor(who)):
            for work in (
                lambda: crosswalks.draft_from("别人", ROWS), lambda: crosswalks.publish(draft.pk),
                lambda: crosswalks.decide(draft.pk, line(draft, "G01").pk, "A1"), lambda: crosswalks.discard(draft.pk),
            ):  # fmt: skip
                with pytest.raises(NotAllowed):
                    work()


CSV = "一级分类,二级分类,分类代码,关键词\n公用事业,自来水供应,G01,停水、水压\n环境,噪声扰民,H02,\n文旅,景区门票,W09,\n"


def uploaded(text: bytes, name: str = "分类.csv") -> dict[str, object]:
    return {"kind": "江北分热线", "file": SimpleUploadedFile(name, text)}


def test_from_the_file_to_the_version_in_force_on_the_pages(city: City) -> None:
    admin = signed_in(city, "system_admin")
    assert "还没有对照表" in body(admin.get("/manage/crosswalks/"))
    page = body(admin.post("/manage/crosswalks/import/", uploaded(CSV.encode()), follow=True))
    assert "公用事业/自来水供应" in page
    assert "噪声" in page
    draft = Crosswalk.objects.get()
    path = f"/manage/crosswalks/{draft.pk}/"
    admin.post(f"{path}lines/{line(draft, 'H02').pk}/", {"code": "A2"})
    admin.post(f"{path}lines/{line(draft, 'G01').pk}/", {"what": "other", "target": "A1"})
    admin.post(f"{path}lines/{line(draft, 'W09').pk}/", {"what": "none"})
    assert "全部已确认" in body(admin.get(path))
    assert "没有对应" in body(admin.get(f"{path}?all=1"))
    assert "对照表已发布" in body(admin.post(f"{path}publish/", follow=True))
    answer = admin.get(f"{path}export/")
    assert answer.status_code == 200
    assert set(draft.lines.values_list("target_code", flat=True)) == {"A1", "A2", ""}
    assert Category.objects.count() == 5


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [(b"a,b\n1,2\n", "x.csv", "缺少列"), (b"PK\x03\x04broken", "x.xlsx", "这个文件"), (b"\xff\xfe\x00\x01", "x.csv", ""),
     ("分类路径\n甲/乙\n甲/乙\n".encode(), "x.csv", "与前面的行重复"), (b"x", "x.exe", "请上传 CSV 或 XLSX 文件")],
)  # fmt: skip
def test_a_wrong_file_is_refused_in_words_and_leaves_nothing(city: City, content: bytes, name: str, said: str) -> None:
    answer = signed_in(city, "system_admin").post("/manage/crosswalks/import/", uploaded(content, name))
    assert answer.status_code in (400, 422)
    assert said in body(answer)
    assert not Crosswalk.objects.exists()


def test_wrong_presses_are_answered_in_words(city: City) -> None:
    draft, admin = drafted(city), signed_in(city, "system_admin")
    path = f"/manage/crosswalks/{draft.pk}/"
    first = line(draft, "G01").pk
    assert "请选择对应的分类" in body(admin.post(f"{path}lines/{first}/", {}, follow=True))
    assert "没有这个诉求分类" in body(
        admin.post(f"{path}lines/{first}/", {"what": "other", "target": "没有的"}, follow=True)
    )
    assert "没有这个末级分类" in body(admin.post(f"{path}lines/{first}/", {"code": "ZZ"}, follow=True))
    assert "0 与 1 之间" in body(admin.post(f"{path}accept/", {"least": "x"}, follow=True))
    assert signed_in(city, "dispatcher").post(f"{path}publish/").status_code == 403
    assert signed_in(city, "grid_worker").get("/manage/crosswalks/").status_code == 403
