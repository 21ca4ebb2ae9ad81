"""The administration: each administrator reaches only their part, and what they change takes effect and is recorded."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook
from tests.factories import City, make_city, make_order, make_staff

from minhu.directory.access import as_system
from minhu.directory.models import CatalogueItem, CatalogueVersion, Landmark, Taxonomy, Unit
from minhu.directory.services.catalogue import load_catalogue
from minhu.directory.types import Role
from minhu.ledger.queries import latest

pytestmark = pytest.mark.django_db
PARTS = {
    "system": ["areas/", "units/", "categories/", "catalogue/", "rules/", "rules/deadlines/", "calendar/"],
    "security": ["staff/", "staff/new/", "tokens/", "units/"],
    "audit": [""],
}
CLOSED = {
    "system": ["staff/", "tokens/"],
    "security": ["rules/", "units/new/"],
    "audit": ["units/", "staff/", "rules/"],
}


@pytest.fixture
def city() -> City:
    """A city with a catalogue and the three administrators."""
    with as_system():
        made = make_city()
        for name, role in (("security", Role.SECURITY_ADMIN), ("audit", Role.AUDIT_ADMIN)):
            made.staff[name] = make_staff(name, made.units["centre"], role, name)
        row = {"category": "A", "lead": "unit:water", "basis": "目录第一条"}
        load_catalogue([row, {**row, "category": "A2", "lead": "branch:urban"}])
    made.staff["system"] = made.staff["system_admin"]
    return made


@pytest.fixture
def enter(city: City) -> Any:
    """Sign in as one of the administrators."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(city.staff[name], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.mark.parametrize("who", list(PARTS))
def test_each_administrator_reaches_their_part_and_no_other(enter: Any, who: str) -> None:
    client = enter(who)
    assert client.get("/manage/").status_code == 200
    assert {path: client.get(f"/manage/{path}").status_code for path in PARTS[who]} == dict.fromkeys(PARTS[who], 200)
    assert {path: client.get(f"/manage/{path}").status_code for path in CLOSED[who]} == dict.fromkeys(CLOSED[who], 403)


def test_aliases_and_landmarks_are_stored_and_doubles_named_at_the_field(enter: Any) -> None:
    client = enter("system")
    client.post("/manage/areas/990101/", {"aliases": "江边、老城"})
    assert "江边" in client.get("/manage/areas/?q=江边").content.decode()
    mark = {"name": "锦绣花园", "kind": "estate", "mark_aliases": ""}
    assert client.post("/manage/areas/990101001/landmarks/", mark).status_code == 302
    again = client.post("/manage/areas/990101001/landmarks/", mark)
    assert again.status_code == 409
    assert "已有名为“锦绣花园”的地标" in again.content.decode()
    assert Landmark.objects.count() == 1


def _unit(**values: str) -> dict[str, str]:
    given = {"code": "park", "name": "云溪市园林局", "kind": "bureau", "hours": "office", "active": "on"}
    return {**given, **values}


def test_a_unit_is_added_and_its_children_follow_when_it_moves(enter: Any, city: City) -> None:
    client = enter("system")
    assert client.post("/manage/units/new/", _unit()).status_code == 302
    taken = client.post("/manage/units/new/", _unit(name="另一个局"))
    assert (taken.status_code, "已被其他单位使用" in taken.content.decode()) == (409, True)
    street = city.units["street"]
    data = _unit(name=street.name, kind="street", parent="云溪市园林局")
    assert client.post(f"/manage/units/{street.pk}/edit/", data).status_code == 302
    park = Unit.objects.get(code="park")
    assert Unit.objects.get(code="grid").ancestor_ids == [park.pk, street.pk, city.unit("community")]
    ring = client.post(f"/manage/units/{park.pk}/edit/", _unit(parent=street.name))
    assert "是本单位的下级" in ring.content.decode()


def test_switching_off_a_unit_warns_of_its_open_orders(enter: Any, city: City) -> None:
    with as_system():
        order = make_order(city, upto="in_progress")
    client, path = enter("system"), f"/manage/units/{order.lead_unit_id}/active/"
    warned = client.post(path, {"active": "0"})
    assert (warned.status_code, "还有 1 件未办结工单" in warned.content.decode()) == (409, True)
    client.post(path, {"active": "0", "sure": "1"})
    assert not Unit.objects.get(pk=order.lead_unit_id).active


def test_a_category_draft_is_edited_compared_and_published(enter: Any) -> None:
    client = enter("system")
    assert client.post("/manage/categories/draft/").status_code == 302
    draft = Taxonomy.objects.get(state="draft")
    base = f"/manage/categories/{draft.pk}/"
    node = {"code": "A3", "name": "路灯", "parent": "A", "keywords": "路灯、灯不亮", "description": "", "active": "on"}
    assert client.post(f"{base}node/", node).status_code == 302
    double = client.post(f"{base}node/", node)
    assert (double.status_code, "已被“路灯”使用" in double.content.decode()) == (409, True)
    assert "（1 处）" in client.get(base).content.decode()
    assert client.post(f"{base}publish/").status_code == 302
    assert client.post(f"{base}node/", {**node, "code": "A4"}).status_code == 409, "a published version stays as it is"
    assert any(entry.kind == "directory.version_published" for entry in _latest())


def _latest() -> list[Any]:
    with as_system():
        return latest(50)


def test_a_catalogue_draft_shows_what_it_changes_on_past_orders(enter: Any, city: City) -> None:
    with as_system():
        order = make_order(city)
    client = enter("system")
    client.post("/manage/catalogue/draft/")
    draft = CatalogueVersion.objects.get(state="draft")
    base = f"/manage/catalogue/{draft.pk}/"
    item = CatalogueItem.objects.get(version=draft, category_code="A")
    line = {
        "category": "A",
        "lead_kind": "unit",
        "lead_unit": "云溪市住建局",
        "difficulty": "normal",
        "basis": "会议纪要",
    }
    wrong = client.post(f"{base}line/{item.pk}/", {**line, "lead_unit": "没有的单位"})
    assert (wrong.status_code, "没有找到单位" in wrong.content.decode()) == (422, True)
    assert client.post(f"{base}line/{item.pk}/", line).status_code == 302
    assert client.post(f"{base}line/", line).status_code == 409, "the same condition twice"
    page = client.get(f"{base}preview/?span=days30").content.decode()
    assert order.title not in page, "an administrator reads counts, no citizen's words"
    assert client.post(f"{base}publish/").status_code == 302
    assert client.get(base).status_code == 200


def test_the_catalogue_goes_out_as_a_sheet_and_comes_in_again(enter: Any) -> None:
    client = enter("system")
    client.post("/manage/catalogue/draft/")
    draft = CatalogueVersion.objects.get(state="draft")
    base = f"/manage/catalogue/{draft.pk}/"
    content = client.get(f"{base}export/").content
    book = load_workbook(io.BytesIO(content))
    book.active["K2"] = "新的依据"
    book.active["F3"] = "unit:nobody"
    assert "单位代码 nobody 不存在" in _sent(client, base, book).content.decode()
    book.active["F3"] = "branch:urban"
    assert _sent(client, base, book).status_code == 302
    assert CatalogueItem.objects.filter(version=draft, basis="新的依据").count() == 1
    bad = client.post(f"{base}import/", {"file": _named(b"not a sheet")})
    assert (bad.status_code, "无法打开" in bad.content.decode()) == (422, True)


def _sent(client: Client, base: str, book: Any) -> Any:
    out = io.BytesIO()
    book.save(out)
    return client.post(f"{base}import/", {"file": _named(out.getvalue())})


def _named(content: bytes) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = "目录.xlsx"
    return file
