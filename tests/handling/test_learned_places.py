"""An estate that was always handled in one street is found there next time, with its basis, and can be unlearned."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import City, make_city, make_request, received
from minhu.directory.access import as_system
from minhu.directory.models import Landmark
from minhu.directory.queries.freshness import forget
from minhu.directory.services.area_edits import drop_landmarks_of_kind, put_landmark
from minhu.directory.services.areas import load_areas
from minhu.handling.models import Order
from minhu.handling.queries.learned import place_lessons
from minhu.handling.services import open_order
from minhu.intake import lexicon
from minhu.kernel import clock
from minhu.language.places import LEARNED, locate
from minhu.language.sites import estate_names

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=30)


@pytest.fixture
def city(db: None) -> City:
    made = make_city()
    with as_system():
        load_areas([{"code": "990101002", "name": "梅岭街道", "level": 4, "parent": "990101"}])
    forget()
    return made


def closed(city: City, text: str, area: str = "990101001", *, times: int = 1, **changed: object) -> None:
    with as_system():
        for _ in range(times):
            order = open_order(received(city, make_request(text=text), area_code=area))
            Order.objects.filter(number=order.number).update(**{"state": "closed", "closed_at": clock.now(), **changed})


def lessons() -> dict[str, tuple[str, int]]:
    with as_system():
        return {one.name: (one.area_code, one.orders) for one in place_lessons(clock.now() - LONG_AGO)}


def test_five_orders_that_agree_teach_a_place(city: City) -> None:
    closed(city, "锦绣花园3号楼停水了，请尽快处理", times=5)
    closed(city, "听涛佳苑门口乱停车，请处理", times=4)
    assert lessons() == {"锦绣花园": ("990101001", 5)}


def test_open_old_secret_and_disagreeing_orders_teach_nothing(city: City) -> None:
    closed(city, "锦绣花园停水了，请尽快处理", times=5, state="in_progress", closed_at=None)
    closed(city, "听涛佳苑停水了，请尽快处理", times=5, closed_at=clock.now() - 2 * LONG_AGO)
    closed(city, "望江公寓停水了，请尽快处理", times=5, confidential=True)
    closed(city, "云栖家园停水了，请尽快处理", times=4)
    closed(city, "云栖家园停水了，请尽快处理", "990101002", times=2)
    assert lessons() == {}


def test_what_was_learned_is_used_with_its_basis_and_forgotten(city: City) -> None:
    closed(city, "锦绣花园3号楼停水了，请尽快处理", times=5)
    with as_system():
        (one,) = place_lessons(clock.now() - LONG_AGO)
        assert "办结工单 5 件" in one.basis
        put_landmark(one.area_code, one.name, LEARNED)
        put_landmark(one.area_code, "柳湾学校", "school")
    forget()
    words = lexicon.words_of_the_city()
    assert words.gazetteer is not None
    found = locate("锦绣花园的路灯坏了", words.home, words.gazetteer)[0]
    assert (found.area_code, found.ask) == ("990101001", False)
    assert "以往工单" in found.reason
    assert lessons() == {}
    with as_system():
        assert drop_landmarks_of_kind(LEARNED) == 1
        assert Landmark.objects.get().name == "柳湾学校"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("清河区翠湖花园3号楼门口停水", ("翠湖花园",)),
        ("我们小区停水", ()),
        ("住在锦绣华庭6栋，楼上邻居吵", ("锦绣华庭",)),
        ("柳湾社区停水", ()),
    ],
)
def test_only_an_estates_own_name_is_learned(text: str, names: tuple[str, ...]) -> None:
    assert estate_names(text) == names
