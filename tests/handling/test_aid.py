"""Possible social assistance: suggested by words, decided by a person, shared by consent, answered; and who may not see."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

import factories
from factories import City, make_city
from minhu.directory.access import acting_as, as_system
from minhu.directory.models import CatalogueItem, CatalogueVersion
from minhu.directory.queries.freshness import forget
from minhu.handling.domain.aid import CONSENT
from minhu.handling.models import AidCase, Order
from minhu.handling.queries import aid as queries
from minhu.handling.queries import order_of
from minhu.handling.queries.aid import AidBasis, AidOutcome, AidState
from minhu.handling.services import aid, take
from minhu.handling.types import Step, StepData
from minhu.intake import services as intake
from minhu.intake.types import NewRequest
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotAllowed, NotFound
from minhu.ledger.models import Access, Entry
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db
WORDS = "柳湾小区三号楼停水了。我老公尿毒症每周透析，借遍了亲戚，现在没钱治了，电话13812345678。"
PLAIN = "柳湾小区三号楼停水两天了，请尽快修。"


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> City:
    """The housing unit stands for civil affairs: the catalogue gives it the matters of social assistance."""
    monkeypatch.setattr(factories, "CATEGORIES", (*factories.CATEGORIES, ("C", "民政", None), ("C1", "社会救助", "C")))
    city = make_city()
    version = CatalogueVersion.objects.create(number=1)
    CatalogueItem.objects.create(version=version, category_code="C1", lead="unit:housing", basis="社会救助暂行办法")
    CatalogueVersion.objects.filter(pk=version.pk).update(state="published")
    forget()
    return city


def received(city: City, text: str = WORDS, **more: Any) -> str:
    with acting_as(city.actor("agent")):
        new = NewRequest(
            text=text,
            requester_name="欧阳试明",
            requester_phone="13812345678",
            requester_id_number="",
            place_text="柳湾小区3号楼501",
            **more,
        )
        return intake.receive(new).number


def shared(city: City, number: str) -> AidCase:
    with acting_as(city.actor("agent")):
        aid.share(number, city.unit("housing"), AidBasis.CONSENT, read_out=True)
    return case_of(number)


def case_of(number: str) -> AidCase:
    with as_system():
        return AidCase.objects.get(order__number=number)


def kinds_in_ledger() -> list[str]:
    with as_system():
        return list(Entry.objects.filter(kind__startswith="aid.").order_by("id").values_list("kind", flat=True))


def test_words_of_hardship_are_a_suggestion_and_nothing_more(city: City) -> None:
    number, other = received(city), received(city, PLAIN)
    with acting_as(city.actor("agent")):
        view = queries.of_order(number)
        assert view is not None
        assert (view.state, view.by_rule, view.unit, view.basis) == (AidState.SUGGESTED, True, "", None)
        assert [(one.kind.value, one.words in WORDS) for one in view.signs] == [("illness", True)]
        assert "13812345678" not in " ".join(one.words for one in view.signs)
        assert queries.of_order(other) is None
    with acting_as(city.actor("housing_handler")):
        assert queries.received() == (), "nothing is shared by itself"
    assert kinds_in_ledger() == ["aid.suggested"]
    with as_system():
        assert Order.objects.get(number=number).state != "closed"
        assert "透析" not in json.dumps(
            list(Entry.objects.filter(kind__startswith="aid.").values_list("payload", flat=True)), ensure_ascii=False
        )


def test_with_consent_the_unit_gets_five_fields_and_answers(city: City) -> None:
    number = received(city)
    row = shared(city, number)
    told = json.loads(row.shared)
    assert set(told) == {"name", "phone", "area", "signs", "words"}
    assert (told["name"], told["phone"]) == ("欧阳试明", "13812345678")
    assert "停水" not in row.shared, "the matter itself is none of theirs"
    assert "501" not in row.shared
    assert told["words"] == ["我老公尿毒症每周透析，借遍了亲戚"], "to the ends of the clauses"
    with acting_as(city.actor("housing_handler")):
        (line,) = queries.received()
        assert line.phone.startswith("138")
        assert "2345" not in line.phone
        seen = aid.open_case(row.uid)
        assert (seen.name, seen.phone) == ("欧阳试明", "13812345678")
        aid.receive(row.uid)
        aid.receive(row.uid)
        aid.answer(row.uid, AidOutcome.APPLYING, "已上门，协助申请临时救助")
    with acting_as(city.actor("agent")):
        view = queries.of_order(number)
        assert view is not None
        assert (view.state, view.outcome, view.answer) == (
            AidState.ANSWERED,
            AidOutcome.APPLYING,
            "已上门，协助申请临时救助",
        )
        assert view.received_at is not None
    with as_system():
        readings = Access.objects.filter(purpose="社会救助")
        assert {one.actor_id for one in readings} >= {city.actor("agent").id, city.actor("housing_handler").id}
    assert kinds_in_ledger() == ["aid.suggested", "aid.consent", "aid.shared", "aid.received", "aid.answered"]


def test_without_consent_nothing_goes_except_in_danger_to_life(city: City) -> None:
    number = received(city)
    with acting_as(city.actor("agent")):
        with pytest.raises(Invalid, match="征得群众同意"):
            aid.share(number, city.unit("housing"), AidBasis.CONSENT)
        with pytest.raises(Invalid, match="危及生命"):
            aid.share(number, city.unit("housing"), AidBasis.DANGER, why="他好像很可怜")
    with as_system():
        Order.objects.filter(number=number).update(urgency="danger")
    with acting_as(city.actor("agent")):
        with pytest.raises(Invalid, match="理由"):
            aid.share(number, city.unit("housing"), AidBasis.DANGER, why="急")
        aid.share(number, city.unit("housing"), AidBasis.DANGER, why="老人断粮三天已昏迷，联系不上家属")
    row = case_of(number)
    assert (row.state, row.basis, row.asked_at) == ("shared", "danger", None)
    with as_system():
        entry = Entry.objects.get(kind="aid.shared")
        assert entry.payload["basis"] == "danger"
    assert "aid.consent" not in kinds_in_ledger()


def test_a_no_is_kept_and_may_become_a_yes_and_a_yes_may_be_taken_back(city: City) -> None:
    number = received(city)
    with acting_as(city.actor("agent")):
        aid.refuse(number)
    assert (case_of(number).state, case_of(number).shared) == ("refused", "")
    row = shared(city, number)
    with acting_as(city.actor("agent")):
        with pytest.raises(Conflict):
            aid.share(number, city.unit("housing"), AidBasis.CONSENT, read_out=True)
        aid.withdraw(number)
    assert case_of(number).shared == ""
    with acting_as(city.actor("housing_handler")):
        assert queries.received() == ()
        with pytest.raises(NotFound):
            aid.open_case(row.uid)
        with pytest.raises(NotFound):
            aid.answer(row.uid, AidOutcome.HELPED)


def test_a_person_dismisses_with_a_reason_and_marks_what_the_words_do_not_say(city: City) -> None:
    number, other = received(city), received(city, PLAIN)
    with acting_as(city.actor("agent")):
        with pytest.raises(Invalid):
            aid.dismiss(number, "无")
        aid.dismiss(number, "已是低保户，正在医疗救助中")
        with pytest.raises(Conflict):
            aid.refuse(number)
        with pytest.raises(Invalid):
            aid.mark(other, ["nonsense"])
        aid.mark(other, ["income", "income", "food"])
        with pytest.raises(Conflict):
            aid.mark(other, ["food"])
        view = queries.of_order(other)
        assert view is not None
        assert ([one.kind.value for one in view.signs], view.by_rule) == (["income", "food"], False)
    shared(city, other)


def test_only_a_unit_that_the_catalogue_names_can_get_it(city: City) -> None:
    number = received(city)
    with acting_as(city.actor("agent")), pytest.raises(Invalid, match="派单目录"):
        aid.share(number, city.unit("water"), AidBasis.CONSENT, read_out=True)
    with acting_as(city.actor("agent")):
        view = queries.of_order(number)
        assert view is not None
        ((pk, name, words),) = view.units
        assert pk == city.unit("housing")
        assert words == CONSENT.format(unit=name)


def test_who_may_not_see_sees_nothing(city: City) -> None:
    number = received(city)
    row = shared(city, number)
    with acting_as(city.actor("dispatcher")):
        take(number, Step.DISPATCH, StepData(unit_id=city.unit("water")))
    for name in ("water_handler", "water_head", "urban_handler", "branch_handler", "grid_worker"):
        with acting_as(city.actor(name)):
            assert queries.of_order(number) is None, "not even who handles the order learns of it"
            assert not queries.has_any(city.actor(name))
            assert queries.received() == ()
            assert not AidCase.objects.exists(), "nor in the database"
            for attempt in (
                lambda: aid.open_case(row.uid),
                lambda: aid.receive(row.uid),
                lambda: aid.answer(row.uid, AidOutcome.HELPED),
            ):
                with pytest.raises(NotFound):
                    attempt()
            for attempt in (
                lambda: aid.refuse(number),
                lambda: aid.withdraw(number),
                lambda: aid.dismiss(number, "不该由我决定的"),
            ):
                with pytest.raises(MinhuError):
                    attempt()
    for name in ("system_admin", "inspector", "leader"):
        with acting_as(city.actor(name)):
            with pytest.raises(NotAllowed):
                queries.received()
            with pytest.raises(NotAllowed):
                aid.open_case(row.uid)
            with pytest.raises(NotAllowed):
                aid.withdraw(number)
    with acting_as(city.actor("housing_handler")):
        with pytest.raises(NotFound):  # the unit has its case, not the order
            order_of(number)
        with pytest.raises(MinhuError):
            aid.share(number, city.unit("housing"), AidBasis.CONSENT, read_out=True)
        assert AidCase.objects.count() == 1
    unshared = received(city, WORDS + "另外一件")
    with acting_as(city.actor("housing_handler")):
        assert not AidCase.objects.filter(order__number=unshared).exists()
        assert AidCase.objects.count() == 1


def test_forgetting_strikes_what_was_shared(city: City) -> None:
    number = received(city)
    row = shared(city, number)
    with acting_as(city.actor("housing_handler")):
        aid.answer(row.uid, AidOutcome.HELPED, "欧阳试明家已送米面")
    with as_system():
        order = Order.objects.get(number=number)
        aid.forget([order.pk])
    row = case_of(number)
    assert (row.shared, row.answer, row.why, row.signs) == ("", "", "", "illness:0:0")
    assert (row.state, row.outcome) == ("answered", "helped")


# -- pages --------------------------------------------------------------------------------------------------------


def test_from_the_suggestion_on_the_order_to_the_answer_of_civil_affairs(city: City) -> None:
    number = received(city)
    agent, unit = signed_in(city, "agent"), signed_in(city, "housing_handler")
    page = body(agent.get(f"/orders/{number}/"))
    for words in ("可能需要社会救助", "重病无力医治", "只是建议", "请读出：", "转民政"):
        assert words in page
    told = body(agent.post(f"/orders/{number}/aid/share/", {"unit": city.unit("housing")}, follow=True))
    assert "征得群众同意" in told
    assert "社会救助线索" not in body(unit.get("/unit/"))
    told = body(agent.post(f"/orders/{number}/aid/share/", {"unit": city.unit("housing"), "agreed": "1"}, follow=True))
    assert "已转民政" in told
    assert "社会救助线索" in body(unit.get("/unit/"))
    listed = body(unit.get("/unit/aid/"))
    assert "重病无力医治" in listed
    assert "13812345678" not in listed
    assert "欧阳试明" not in listed
    uid = case_of(number).uid
    seen = body(unit.get(f"/unit/aid/{uid}/"))
    assert "欧阳试明" in seen
    assert "13812345678" in seen
    assert "停水" not in seen
    assert "已接收" in seen
    unit.post(f"/unit/aid/{uid}/receive/")
    assert "请选择办理结果" in body(unit.post(f"/unit/aid/{uid}/answer/", {"outcome": "nonsense"}, follow=True))
    unit.post(f"/unit/aid/{uid}/answer/", {"outcome": "helped", "text": "已发放临时救助金"})
    page = body(agent.get(f"/orders/{number}/"))
    assert "已给予救助" in page
    assert "已发放临时救助金" in page


def test_pages_of_others_say_nothing(city: City) -> None:
    number = received(city)
    uid = shared(city, number).uid
    with acting_as(city.actor("dispatcher")):
        take(number, Step.DISPATCH, StepData(unit_id=city.unit("water")))
    water = signed_in(city, "water_handler")
    page = body(water.get(f"/orders/{number}/"))
    for words in ("可能需要社会救助", "转民政", "重病无力医治", "aid/"):
        assert words not in page
    assert water.get(f"/unit/aid/{uid}/").status_code == 404
    assert water.post(f"/unit/aid/{uid}/receive/").status_code == 404
    assert water.post(f"/orders/{number}/aid/withdraw/").status_code == 403
    assert signed_in(city, "inspector").get("/unit/aid/").status_code == 403
    assert Client().get("/unit/aid/").status_code == 302
    assert Client().get(f"/unit/aid/{uid}/").status_code == 302
    assert signed_in(city, "agent").post(f"/orders/{number}/aid/nonsense/").status_code == 404
    assert case_of(number).state == "shared"
