"""The pages of the learning loop: a labeller's keys, what an administrator sees, and that one person promotes nothing."""

from __future__ import annotations

import re

import pytest
from tests.intake.test_learning import queued, taught

from factories import City, make_city, make_staff
from minhu.directory.access import as_system
from minhu.directory.queries import categories
from minhu.directory.types import Role
from minhu.intake.models import Label, LearnedModel
from minhu.intake.services import learning
from portals.staff_pages import body, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


@pytest.fixture
def city(db: None) -> City:
    with as_system():
        made = make_city()
        made.staff["second_admin"] = make_staff("second_admin", made.units["centre"], Role.SYSTEM_ADMIN)
    return made


def test_a_case_is_labelled_by_its_digit_skipped_and_taken_back(city: City) -> None:
    request_id = queued(city)
    client = signed_in(city, "dispatcher")
    page = body(client.get("/manage/learning/label/"))
    assert "13800000007" not in page
    first = re.search(r'name="code" value="(\w+)" data-key="1"', page)
    assert first is not None
    assert 'data-key="s"' in page
    assert client.post("/manage/learning/label/", {"request": request_id, "code": first.group(1)}).status_code == 302
    assert "没有等您标注的诉求" in body(client.get("/manage/learning/label/"))
    client.post("/manage/learning/undo/")
    client.post(
        "/manage/learning/label/", {"request": request_id, "category": categories.current().by_code["A2"].full_name}
    )
    with as_system():
        assert Label.objects.get().code == "A2"
    client.post("/manage/learning/undo/")
    client.post("/manage/learning/label/", {"request": request_id, "skip": "1"})
    with as_system():
        assert Label.objects.get().code == ""


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({}, "没有说明是哪一件"),
        ({"request": "x", "code": "A1"}, "没有说明是哪一件"),
        ({"request": "9999999", "code": "A1"}, "没有找到"),
        ({"request": "known"}, "请选择一个分类"),
        ({"request": "known", "code": "nothing"}, "请选择现行分类中的末级分类"),
        ({"request": "known", "category": "不存在的分类"}, "请选择一个分类"),
    ],
)
def test_bad_posts_are_refused_with_a_reason(city: City, wrong: dict[str, str], told: str) -> None:
    known = str(queued(city))
    sent = {name: known if value == "known" else value for name, value in wrong.items()}
    assert told in body(signed_in(city, "dispatcher").post("/manage/learning/label/", sent, follow=True))
    with as_system():
        assert not Label.objects.exists()


def test_one_asks_another_promotes_and_no_words_are_shown_to_administrators(city: City) -> None:
    with as_system():
        taught(city)
    asks, promotes, labeller = (signed_in(city, name) for name in ("system_admin", "second_admin", "dispatcher"))
    assert labeller.post("/manage/learning/train/").status_code == 403
    asks.post("/manage/learning/train/")
    row = LearnedModel.objects.get()
    assert "训练中" in body(asks.get("/manage/learning/"))
    learning.train_in_background(row.pk)
    page = body(asks.get(f"/manage/learning/models/{row.pk}/"))
    assert "须由另一位系统管理员启用" in page
    assert "置信区间" in page
    assert "模型卡" in page
    asks.post(f"/manage/learning/models/{row.pk}/", {"answer": "promote"})
    assert LearnedModel.objects.get().state == "candidate"
    labeller.post(f"/manage/learning/models/{row.pk}/", {"answer": "promote"})
    assert LearnedModel.objects.get().state == "candidate"
    promotes.post(f"/manage/learning/models/{row.pk}/", {"answer": "promote"})
    assert LearnedModel.objects.get().state == "serving"
    home = body(asks.get("/manage/learning/"))
    assert "使用中" in home
    assert "打桩" not in home + page
    asks.post("/manage/learning/back/")
    assert LearnedModel.objects.get().state == "refused"


def test_nobody_else_has_the_pages(city: City) -> None:
    for name in ("inspector", "water_handler", "grid_worker"):
        for address in ("", "label/", "models/1/"):
            assert signed_in(city, name).get(f"/manage/learning/{address}").status_code == 403
    assert signed_in(city, "system_admin").get("/manage/learning/label/").status_code == 403
    assert signed_in(city, "system_admin").get("/manage/learning/models/99/").status_code == 404
