"""The duty list and the play of a draft on past orders: what would change is known before anybody publishes."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from factories import City, make_order
from minhu.directory.access import acting_as, as_system
from minhu.directory.models import CatalogueVersion, DutyVersion
from minhu.directory.queries import duties
from minhu.directory.queries.freshness import local_day
from minhu.directory.services.duties import load_duties
from minhu.handling.models import Order, Simulation
from minhu.handling.queries.simulations import simulation
from minhu.handling.services import simulating
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict
from portals.test_manage import city, enter  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
HEAD = "单位规则,分类代码,区划代码,职责,依据,关键词\n"
ROW = "housing,A1,,二次供水设施维护,城市供水条例第二十七条,小区、水箱\n"


def csv(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("duties.csv", text.encode(), "text/csv")


def draft(client: Any, text: str) -> DutyVersion:
    assert client.post("/manage/duties/import/", {"file": csv(text)}).status_code == 302
    return DutyVersion.objects.get(state="draft")


def test_a_list_comes_in_is_judged_and_published(enter: Any) -> None:  # noqa: F811
    client = enter("system")
    assert "还没有权责清单" in client.get("/manage/duties/").content.decode()
    made = draft(client, HEAD + ROW + "water,B,,物业监管,条例第一条,\nhousing,B,,物业监管,条例第二条,\n")
    page = client.get(f"/manage/duties/{made.pk}/").content.decode()
    assert "清单内矛盾" in page
    assert "二次供水设施维护" in page
    assert re.search(r"没有单位负责的分类.*噪声", page, re.DOTALL)
    assert not duties.duties().lines
    assert f"/manage/duties/{made.pk}/" in client.get("/manage/").content.decode(), "the draft waits in the overview"
    assert client.post(f"/manage/duties/{made.pk}/publish/").status_code == 302
    assert len(duties.duties().lines) == 3


def test_what_goes_out_comes_in_again(enter: Any) -> None:  # noqa: F811
    client = enter("system")
    made = draft(client, HEAD + ROW)
    content = client.get(f"/manage/duties/{made.pk}/export/").content
    again = SimpleUploadedFile("again.xlsx", content, "application/octet-stream")
    assert client.post("/manage/duties/import/", {"file": again}).status_code == 302
    first, second = (duties.lines_of(one.pk) for one in DutyVersion.objects.order_by("number"))
    assert [(a.owner, a.category_code, a.duty, a.words) for a in first] == [
        (b.owner, b.category_code, b.duty, b.words) for b in second
    ]


def _sheet(*rows: tuple[str, ...]) -> SimpleUploadedFile:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return SimpleUploadedFile("duties.xlsx", out.getvalue())


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (lambda: csv(HEAD + "nobody,A1,,职责,依据,\n"), "不存在"),
        (lambda: csv("单位,分类\nx,y\n"), "缺少列"),
        (lambda: csv(HEAD), "没有数据行"),
        (lambda: SimpleUploadedFile("a.csv", b"\x00\x01\xff"), "空字符"),
        (lambda: SimpleUploadedFile("a.xlsx", b"not a sheet"), "无法打开"),
        (lambda: SimpleUploadedFile("a.pdf", b"%PDF"), "CSV 或 XLSX"),
        (lambda: _sheet(("单位规则", "分类代码", "职责", "依据"), ("housing", "Z9", "职责", "依据")), "不在现行分类中"),
    ],
)
def test_a_wrong_file_stores_nothing_and_says_why(enter: Any, file: Any, words: str) -> None:  # noqa: F811
    response = enter("system").post("/manage/duties/import/", {"file": file()})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not DutyVersion.objects.exists()


def _played(client: Any, version: int, kind: str = "duties") -> int:
    day = local_day().isoformat()
    response = client.post(f"/manage/simulations/{kind}/{version}/", {"first": day, "last": day})
    assert response.status_code == 302, response.content.decode()
    play = Simulation.objects.latest("id").pk
    simulating.run(play)
    return int(play)


def test_a_draft_is_played_on_past_orders_and_changes_none(enter: Any, city: City) -> None:  # noqa: F811
    closed, sent = make_order(city, upto="closed"), make_order(city, upto="dispatched")
    make_order(city, upto="to_dispatch")
    before = [(row.pk, row.version, row.lead_unit_id) for row in _orders()]
    client = enter("system")
    made = draft(client, HEAD + ROW)
    play = _played(client, made.pk)
    with acting_as(city.actor("system_admin")):
        one = simulation(play)
    assert (one.state, one.result["orders"], one.result["closed"]) == ("done", 2, 1)
    assert [(move.before, move.after, move.count) for move in one.moves] == [("云溪市水务局", "云溪市住建局", 2)]
    assert set(one.moves[0].numbers) == {closed.number, sent.number}
    assert {load.unit: load.change for load in one.loads} == {"云溪市水务局": -2, "云溪市住建局": 2}
    assert one.result["wrong"] == [0, 1], "the closed one was in fact answered by the water bureau"
    page = client.get(f"/manage/simulations/{play}/").content.decode()
    assert closed.number in page
    assert closed.title not in page, "an administrator reads numbers, no citizen's words"
    assert client.get(f"/manage/simulations/{play}/export/")["Content-Type"].endswith("sheet")
    assert [(row.pk, row.version, row.lead_unit_id) for row in _orders()] == before


def _orders() -> list[Order]:
    with as_system():
        return list(Order.objects.order_by("pk"))


def test_a_draft_of_the_catalogue_is_played_too(enter: Any, city: City) -> None:  # noqa: F811
    make_order(city, upto="dispatched")
    client = enter("system")
    client.post("/manage/catalogue/draft/")
    version = CatalogueVersion.objects.get(state="draft").pk
    play = _played(client, version, "catalogue")
    assert "没有工单会改派" in client.get(f"/manage/simulations/{play}/").content.decode()


def test_a_play_can_be_stopped_and_runs_once_at_a_time(enter: Any, city: City) -> None:  # noqa: F811
    make_order(city, upto="dispatched")
    client = enter("system")
    made = draft(client, HEAD + ROW)
    day = local_day().isoformat()
    address = f"/manage/simulations/duties/{made.pk}/"
    assert client.post(address, {"first": day, "last": day}).status_code == 302
    again = client.post(address, {"first": day, "last": day})
    assert (again.status_code, "正在推演" in again.content.decode()) == (409, True)
    play = Simulation.objects.get()
    assert client.get(f"/manage/simulations/{play.pk}/").content.decode().count("hx-trigger")
    assert client.post(f"/manage/simulations/{play.pk}/stop/").status_code == 302
    simulating.run(play.pk)
    assert Simulation.objects.get().state == "stopped"
    Simulation.objects.update(state="running", heard_at=now())
    with pytest.raises(Conflict), acting_as(city.actor("system_admin")):
        simulating.ask("duties", made.pk, play.since, play.until)


@pytest.mark.parametrize(
    "period", [("", ""), ("2026-03-02", "2026-03-01"), ("2020-01-01", "2026-01-01"), ("x", "\x00")]
)
def test_a_wrong_period_is_refused(enter: Any, period: tuple[str, str]) -> None:  # noqa: F811
    client = enter("system")
    made = draft(client, HEAD + ROW)
    response = client.post(f"/manage/simulations/duties/{made.pk}/", {"first": period[0], "last": period[1]})
    assert response.status_code == 422
    assert not Simulation.objects.exists()


@pytest.mark.parametrize("who", ["security", "audit"])
def test_other_administrators_neither_load_nor_play(enter: Any, who: str) -> None:  # noqa: F811
    with as_system():
        load_duties([{"unit": "water", "category": "A1", "duty": "供水", "basis": "条例"}])
    version = DutyVersion.objects.get().pk
    client = enter(who)
    for path in ("duties/import/", f"simulations/duties/{version}/"):
        assert client.get(f"/manage/{path}").status_code == 403
