"""Elements of a request are accepted or corrected one by one, and kept with author and the words they came from."""

from __future__ import annotations

import pytest

from factories import City, make_city, make_request, received
from minhu.directory.access import acting_as, as_system
from minhu.handling.services import open_order
from minhu.intake.models import ErasureCase, KeptElement, Request
from minhu.intake.queries import kept_of
from minhu.intake.services.forgetting import forget
from minhu.intake.services.keeping import drop_element, keep_element
from minhu.kernel import clock
from minhu.kernel.errors import Invalid, NotAllowed, NotFound
from minhu.ledger.models import Entry
from portals.staff_pages import body, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
TEXT = "清河路3号楼从昨晚开始停水，全楼48户没水用，希望尽快恢复供水。"


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def told(city: City, **more: object) -> Request:
    with as_system():
        request = make_request(text=TEXT, title="", **more)
        open_order(received(city, request, confidential=bool(more.get("confidential"))))
        return request


def test_one_press_keeps_an_element_and_another_takes_it_back(city: City) -> None:
    request, client = told(city), signed_in(city, "agent")
    path = f"/orders/{request.number}/elements/"
    page = body(client.get(f"/orders/{request.number}/"))
    assert "逐项确认" in page
    client.post(path, {"what": "accept", "kind": "where", "words": "清河路3号楼", "value": "清河路3号楼"})
    client.post(path, {"what": "correct", "kind": "people", "words": "48户", "value": "48户", "corrected": "46户"})
    with acting_as(city.actor("dispatcher")):
        first, second = kept_of(request.pk)
    assert (first.value, first.words, first.corrected, first.kept_by) == (
        "清河路3号楼",
        "清河路3号楼",
        False,
        city.staff["agent"].name,
    )
    assert (second.value, second.words, second.corrected) == ("46户", "48户", True)
    page = body(client.get(f"/orders/{request.number}/"))
    assert "已确认的要素" in page
    assert "46户" in page
    client.post(path, {"what": "drop", "kept": str(first.id)})
    with acting_as(city.actor("dispatcher")):
        assert [one.value for one in kept_of(request.pk)] == ["46户"]
    with as_system():
        kinds = list(Entry.objects.filter(kind__startswith="request.element").values_list("kind", flat=True))
    assert sorted(kinds) == ["request.element_dropped", "request.element_kept", "request.element_kept"]


def test_the_same_words_again_replace_the_value(city: City) -> None:
    request = told(city)
    with acting_as(city.actor("dispatcher")):
        keep_element(request.pk, "where", "清河路3号楼", "清河路3号楼")
        keep_element(request.pk, "where", "清河路3号楼", "清河路三号院3号楼", corrected=True)
        (row,) = kept_of(request.pk)
    assert (row.value, row.corrected) == ("清河路三号院3号楼", True)


@pytest.mark.parametrize(
    ("kind", "words", "value"),
    [("where", "别处", "别处"), ("colour", "48户", "48户"), ("where", "48户", " "), ("where", "", "x")],
)
def test_what_is_not_in_the_words_is_not_kept(city: City, kind: str, words: str, value: str) -> None:
    request = told(city)
    with acting_as(city.actor("dispatcher")):
        with pytest.raises(Invalid):
            keep_element(request.pk, kind, words, value)
        with pytest.raises(NotFound):
            drop_element(request.pk, 999)
        assert kept_of(request.pk) == ()


def test_who_does_not_take_in_requests_keeps_nothing_and_units_see_none_of_others(city: City) -> None:
    request = told(city)
    with acting_as(city.actor("dispatcher")):
        keep_element(request.pk, "where", "清河路3号楼", "清河路3号楼")
    with acting_as(city.actor("supervisor")), pytest.raises(NotAllowed):
        keep_element(request.pk, "people", "48户", "48户")
    with acting_as(city.actor("water_handler")):
        assert not KeptElement.objects.exists()
        with pytest.raises(NotFound):
            kept_of(request.pk)
    assert signed_in(city, "supervisor").post(f"/orders/{request.number}/elements/", {}).status_code == 403


def test_onlookers_read_what_was_kept_with_the_same_masks_as_the_words(city: City) -> None:
    with as_system():
        request = make_request(text="清河路停水，请打13812345678联系我。", title="")
        open_order(received(city, request))
    with acting_as(city.actor("dispatcher")):
        keep_element(request.pk, "who", "13812345678", "来电人13812345678", corrected=True)
        assert kept_of(request.pk)[0].value == "来电人13812345678"
    with acting_as(city.actor("leader")):
        (row,) = kept_of(request.pk)
    assert "13812345678" not in row.value + row.words
    page = body(signed_in(city, "leader").get(f"/orders/{request.number}/"))
    assert "已确认的要素" in page
    assert "13812345678" not in page


def test_a_forgotten_person_is_struck_out_of_what_was_kept(city: City) -> None:
    request = told(city, requester_name="欧阳试人")
    with as_system():
        Request.objects.filter(pk=request.pk)
        row = KeptElement.objects.create(
            request=request, kind="who", value="欧阳试人", words="13812345678", kept_at=clock.now(), kept_by="agent"
        )
        case = ErasureCase.objects.create(ground="asked", reason="本人申请", asked_by="a", asked_at=clock.now())
        forget(Request.objects.get(pk=request.pk), case, clock.now())
        row.refresh_from_db()
    assert "欧阳试人" not in row.value
    assert "13812345678" not in row.words
