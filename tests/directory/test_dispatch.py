"""The dispatch catalogue: a wrong line sends a citizen's matter to people who cannot help."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from minhu.directory.models import CatalogueItem, CatalogueVersion, Unit
from minhu.directory.queries import categories, dispatch, freshness, units
from minhu.directory.services import catalogue as service
from minhu.directory.services.units import load_units, set_active, update_unit
from minhu.directory.types import PastMatter
from minhu.kernel.errors import Conflict, Invalid, NotFound

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]
Rows = Callable[[str], list[dict[str, Any]]]
STREET, OTHER_STREET, TOWNSHIP, GRID = "980101001", "980101002", "980102001", "980101001001G1"


def category(code: str) -> int:
    found = categories.category_by_code(code)
    assert found is not None
    return found.id


def unit(code: str) -> int:
    found = units.unit_by_code(code)
    assert found is not None
    return found.id


@pytest.mark.parametrize(
    ("code", "area", "request_type", "lead", "assist"),
    [
        ("010201", STREET, "complaint", "CG", ()),
        ("010102", STREET, "complaint", "CG-E", ("ST1",)),
        ("010102", TOWNSHIP, "complaint", "CG", ()),
        ("010102", "", "complaint", "CG", ()),
        ("010101", STREET, "complaint", "ST1", ("CG-E",)),
        ("010101", GRID, "complaint", "ST1", ("CG-E", "CM1")),
        ("010101", STREET, "suggestion", "CG", ()),
        ("010101", OTHER_STREET, "complaint", "CG-E", ()),
        ("010101", OTHER_STREET, "suggestion", "CG-E", ()),
        ("01010201", GRID, "help", "GR1", ()),
        ("01010201", STREET, "help", "ST1", ()),
    ],
)
def test_the_most_specific_line_wins(
    code: str, area: str, request_type: str, lead: str, assist: tuple[str, ...]
) -> None:
    target = dispatch.resolve(category(code), area, request_type)
    assert target is not None
    assert target.lead_unit_id == unit(lead)
    assert target.assist_unit_ids == tuple(unit(code) for code in assist)
    assert target.basis in target.explanation or target.lead_unit_name in target.explanation


def test_a_deputy_is_less_sure_than_the_unit_itself() -> None:
    sure = dispatch.resolve(category("010102"), STREET)
    deputy = dispatch.resolve(category("010102"), TOWNSHIP)
    assert sure is not None
    assert deputy is not None
    assert deputy.confidence < sure.confidence == 1.0
    assert "没有分支机构" in deputy.explanation


@pytest.mark.parametrize(
    ("code", "area", "word"),
    [
        ("020101", STREET, "没有"),
        ("010101", "", "地点不明"),
        ("010101", "980101", "核实到街道"),
        ("010101", TOWNSHIP, "没有登记对应单位"),
        ("010101", "unknown", "地点不明"),
    ],
)
def test_where_nothing_fits_people_are_told_why(code: str, area: str, word: str) -> None:
    said = dispatch.explain(category(code), area, "complaint")
    assert said.target is None
    assert word in said.reason


def test_without_a_category_or_a_catalogue_nobody_is_guessed() -> None:
    assert dispatch.resolve(None, STREET) is None
    assert "分类尚未确定" in dispatch.explain(987654321, STREET).reason
    published = CatalogueVersion.objects.get()
    published.state = "retired"
    published.save(update_fields=["state"])
    assert dispatch.resolve(category("010201"), STREET) is None


def test_a_closed_unit_gets_no_work() -> None:
    set_active(unit("CG-E"), False)
    target = dispatch.resolve(category("010102"), STREET)
    assert target is not None
    assert target.lead_unit_id == unit("CG")
    set_active(unit("CG"), False)
    assert "停用" in dispatch.explain(category("010201"), STREET).reason
    assert "停用" in dispatch.why_not(unit("CG"), category("010201"), STREET)


@pytest.mark.parametrize(
    ("code", "area", "who", "word"),
    [
        ("010101", STREET, "ST1", "就是"),
        ("010101", STREET, "CG-E", "协办"),
        ("010101", STREET, "ST2", "只办理"),
        ("010101", STREET, "SL", "不在"),
        ("010101", STREET, "CG", "另一种诉求类型"),
        ("010102", STREET, "CG", "更具体"),
        ("020101", STREET, "SL", "没有"),
    ],
)
def test_why_another_unit_is_not_it(code: str, area: str, who: str, word: str) -> None:
    assert word in dispatch.why_not(unit(who), category(code), area, "complaint")


def test_an_unknown_unit_is_said_to_be_unknown() -> None:
    assert "没有这个单位" in dispatch.why_not(987654321, category("010101"), STREET)


def test_finding_the_unit_asks_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshness, "CHECK_SECONDS", 60.0)
    freshness.forget()
    dispatch.resolve(category("010101"), GRID, "complaint")
    with CaptureQueriesContext(connection) as queries:
        for _ in range(200):
            dispatch.resolve(category("010101"), GRID, "complaint")
    assert len(queries) == 0
    freshness.forget()


def test_wrong_lines_are_refused_one_by_one(rows: Rows) -> None:
    wrong = [
        {"category": "99", "lead": "unit:CG", "basis": "x"},
        {"category": "0101", "area": "nowhere", "lead": "unit:CG", "basis": "x"},
        {"category": "0101", "request_type": "shouting", "lead": "unit:CG", "basis": "x"},
        {"category": "0102", "lead": "unit:NOBODY", "basis": "x"},
        {"category": "010201", "lead": "the mayor", "basis": "x"},
        {"category": "02", "lead": "street", "assist": ["branch:NOBODY"], "basis": ""},
    ]
    with pytest.raises(Invalid) as caught:
        service.load_catalogue([*rows("catalogue"), *wrong, rows("catalogue")[0]])
    assert len(caught.value.fields or {}) == len(wrong) + 1
    assert CatalogueVersion.objects.count() == 1


def test_the_same_catalogue_again_makes_no_new_version(rows: Rows) -> None:
    assert service.load_catalogue(rows("catalogue")).version is None
    changed = rows("catalogue")
    changed[0]["basis"] = "职责清单新第一条"
    report = service.load_catalogue(changed)
    assert (report.created, report.changed, report.unchanged, report.version) == (0, 1, 5, 2)


def test_a_draft_changes_nothing_until_it_is_published_and_shows_what_it_would_change() -> None:
    made = service.draft("水务划转")
    service.put_line(made.pk, {"category": "0102", "lead": "unit:SL", "basis": "机构改革方案"})
    service.put_line(made.pk, {"category": "0201", "lead": "unit:SL", "basis": "机构改革方案"})
    past = [PastMatter("010201", STREET, "help", None)] * 7 + [PastMatter("010101", STREET, "complaint", None)] * 5
    past += [PastMatter("020101", STREET, "complaint", None)] * 2 + [PastMatter("gone", "", "", None)]
    shown = service.preview(made.pk, iter(past))
    assert (shown.matters, shown.same, shown.unresolved_before, shown.unresolved_after) == (15, 6, 3, 1)
    assert [(change.count, change.before, change.after) for change in shown.changes] == [
        (7, "试验市城市管理局", "试验市水利局"),
        (2, service.UNDECIDED, "试验市水利局"),
    ]
    before = dispatch.resolve(category("010201"), STREET)
    assert before is not None
    assert before.lead_unit_name == "试验市城市管理局"
    service.publish(made.pk)
    after = dispatch.resolve(category("010201"), STREET)
    assert after is not None
    assert (after.lead_unit_name, after.catalogue_version) == ("试验市水利局", 2)


def test_a_line_can_be_taken_out_of_a_draft_only() -> None:
    made = service.draft()
    line = made.items.get(category_code="010101", request_type="suggestion")
    service.drop_line(made.pk, line.pk)
    assert made.items.count() == 5
    service.publish(made.pk)
    with pytest.raises(Conflict):
        service.drop_line(made.pk, line.pk)
    with pytest.raises(NotFound):
        service.drop_line(987654321, line.pk)
    with pytest.raises(Invalid):
        service.preview(987654321, [])


def test_a_draft_can_be_thrown_away() -> None:
    service.discard(service.draft().pk)
    assert CatalogueVersion.objects.get().state == "published"


def test_a_draft_is_checked_again_when_it_is_published(rows: Rows) -> None:
    made = service.draft()
    service.put_line(made.pk, {"category": "02", "lead": "unit:SL", "basis": "x"})
    set_active(unit("SL"), False)
    with pytest.raises(Invalid, match="派单目录"):
        service.publish(made.pk)
    service.replace_lines(made.pk, rows("catalogue"))
    assert service.rows_of_version(made.pk)[0]["category"] == "01"
    service.publish(made.pk)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE directory_catalogueitem SET lead = 'unit:SL'",
        "DELETE FROM directory_catalogueitem",
        (
            "INSERT INTO directory_catalogueitem (version_id, category_code, area_code, request_type, lead, assist,"
            " deadline_key, difficulty, basis) SELECT id, '02', '', '', 'street', '{}', '', '', 'x'"
            " FROM directory_catalogueversion"
        ),
        "UPDATE directory_catalogueversion SET number = 9",
        "DELETE FROM directory_catalogueversion",
    ],
)
def test_the_published_catalogue_cannot_be_changed_even_in_sql(statement: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert CatalogueItem.objects.count() == 6


def test_a_line_cannot_be_smuggled_from_a_draft_into_the_published_version() -> None:
    made = service.draft()
    with pytest.raises(IntegrityError), transaction.atomic():
        made.items.filter(request_type="suggestion").update(version=CatalogueVersion.objects.get(state="published"))


# -- units --------------------------------------------------------------------------------------------------------


def test_units_know_everything_below_them() -> None:
    assert {found.code for found in units.below(unit("ST1"))} == {"CM1", "GR1"}
    assert [found.code for found in units.covering(GRID)] == ["GR1", "CM1", "ST1", "CG-E", "CG", "GOV", "HX", "SL"]
    assert units.covering("nowhere") == ()
    assert units.unit_name(unit("SL")) == "试验市水利局"
    assert units.unit_name(None) == ""
    assert units.unit_by_name("试验市水利局") is not None
    assert [found.code for found in units.search("城市管理局")] == ["CG-E", "CG"]


def test_loading_units_again_changes_nothing_and_wrong_rows_are_refused(rows: Rows) -> None:
    assert load_units(rows("units")).unchanged == len(rows("units"))
    wrong = rows("units")
    wrong[1]["kind"] = "temple"
    wrong[2]["area"] = "nowhere"
    wrong[3]["parent"] = "NOBODY"
    wrong[4]["name"] = wrong[5]["name"]
    wrong[6]["code"] = ""
    with pytest.raises(Invalid) as caught:
        load_units(wrong)
    assert len(caught.value.fields or {}) >= 5
    circle = [
        {"code": "A", "name": "甲局", "parent": "B", "kind": "bureau"},
        {"code": "B", "name": "乙局", "parent": "A", "kind": "bureau"},
    ]
    with pytest.raises(Invalid, match="互为上级"):
        load_units(circle)
    assert Unit.objects.count() == len(rows("units"))


def test_contact_details_can_be_changed_but_not_the_kind() -> None:
    update_unit(unit("SL"), phone="0990-5550000")
    assert units.unit_info(unit("SL")).phone == "0990-5550000"  # type: ignore[union-attr]
    with pytest.raises(Invalid):
        update_unit(unit("SL"), kind="street")
    with pytest.raises(NotFound):
        update_unit(987654321, phone="1")
    with pytest.raises(NotFound):
        set_active(987654321, True)
