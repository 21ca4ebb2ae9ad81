"""A pin decides the area where the words do not, and contradicts nobody silently."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from factories import City, make_city
from minhu.directory.access import as_system
from minhu.directory.models import Area
from minhu.directory.queries.areas import areas_at
from minhu.directory.queries.freshness import forget
from minhu.directory.services.area_edits import set_boundary
from minhu.directory.services.areas import load_areas
from minhu.handling.models import Order
from minhu.intake.models import Request
from minhu.intake.services import receive
from minhu.intake.types import NewRequest
from minhu.kernel.errors import Invalid
from portals.staff_pages import body, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def box(west: float, south: float, size: float) -> bytes:
    ring = [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]}).encode()


@pytest.fixture
def city(db: None) -> City:
    made = make_city()
    with as_system():
        set_boundary("990101", box(110, 30, 2))
        set_boundary("990101001", box(110, 30, 1))
    forget()
    return made


def area_of(text: str, latitude: float | None, longitude: float | None) -> str | None:
    receipt = receive(NewRequest(text=text, latitude=latitude, longitude=longitude))
    with as_system():
        code: str | None = Order.objects.get(number=receipt.number).area_id
    return code


def test_a_pin_gives_the_area_that_the_words_do_not(city: City) -> None:
    assert area_of("路灯坏了好几天没人修", 30.5, 110.5) == "990101001"
    assert area_of("路灯坏了好几天没有人来修", 31.5, 111.5) == "990101"
    assert area_of("路灯坏了好几天也没人来修", 50.0, 50.0) is None
    assert area_of("路灯坏了好几天还没人修", None, None) is None


def test_a_pin_that_contradicts_the_words_is_asked_about(city: City) -> None:
    with as_system():
        load_areas([{"code": "990102", "name": "望溪区", "level": 3, "parent": "9901"}])
    forget()
    assert area_of("望溪区的路灯坏了没有人修", 30.5, 110.5) is None
    with as_system():
        basis = Request.objects.get().suggestions.get(field="place").basis
    assert "坐标落在" in basis


def test_a_pin_makes_the_words_more_exact(city: City) -> None:
    name = Area.objects.get(code="990101").name
    assert area_of(f"{name}的路灯坏了没有人修", 30.5, 110.5) == "990101001"


def test_loading_areas_anew_keeps_an_uploaded_boundary(city: City) -> None:
    with as_system():
        row = Area.objects.get(code="990101001")
        load_areas([{"code": row.code, "name": row.name, "level": row.level, "parent": row.parent_id}])
        assert Area.objects.get(code="990101001").boundary is not None
        with pytest.raises(Invalid):
            load_areas(
                [{"code": row.code, "name": row.name, "level": row.level, "parent": row.parent_id, "boundary": "{}"}]
            )


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[]", b"[" * 100_000, b'{"type":"Point"}', b" " * (2 * 1024 * 1024 + 1)]
)
def test_a_file_that_is_no_boundary_changes_nothing(city: City, content: bytes) -> None:
    with as_system(), pytest.raises(Invalid):
        set_boundary("990101", content)
    assert [area.code for area in areas_at(31.5, 111.5)] == ["990101"]


def test_an_administrator_uploads_and_drops_a_boundary(city: City) -> None:
    client = signed_in(city, "system_admin")

    def send(**data: Any) -> Any:
        return client.post("/manage/areas/990101001/boundary/", data)

    assert send(boundary=SimpleUploadedFile("b.geojson", b"{}")).status_code >= 400
    assert send().status_code == 422
    assert send(boundary=SimpleUploadedFile("b.geojson", box(120, 30, 1))).status_code == 302
    assert "已有边界，5 个点" in body(client.get("/manage/areas/990101001/"))
    assert send(drop="1").status_code == 302
    assert Area.objects.get(code="990101001").boundary is None
    assert signed_in(city, "agent").post("/manage/areas/990101001/boundary/", {"drop": "1"}).status_code == 403
