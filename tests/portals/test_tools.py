"""Tools: where to go, what to bring, how my order stands, working days; with the rights and limits of whoever asks."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
import pytest
from django.db import transaction
from django.test import Client
from tests.knowledge.keepers import Keepers, gather
from tests.portals.test_knowledge import client_of

from minhu.directory.access import as_system
from minhu.directory.models import Landmark
from minhu.directory.queries.freshness import forget
from minhu.directory.services.tokens import issue_token
from minhu.handling.queries.public import WORDS
from minhu.handling.types import State
from minhu.intake.services import receive
from minhu.intake.types import NewRequest
from minhu.kernel import clock
from minhu.kernel.calendar import CHINA_TIME
from minhu.knowledge.models import ToolCall
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.store import forget_papers
from minhu.knowledge.services import quota
from minhu.knowledge.types import Audience, Rights
from minhu.server.mcp import tools as mcp

pytestmark = pytest.mark.django_db
MONDAY_TEN = datetime(2026, 3, 2, 10, tzinfo=CHINA_TIME)
OFFICES = (
    ("大厅", "地址", "电话", "办公时间"),
    ("柳湾大厅", "柳湾路1号", "0990-5550701", "周一至周五8:30—12:00"),
    ("南岸大厅", "南岸路9号", "0990-5550702", "周一至周五8:30—12:00、14:00—17:30"),
    ("夜间自助厅", "南岸路9号旁门", "0990-5550703", "周六9:00—12:00"),
)


def table(title: str, rows: tuple[tuple[str, ...], ...], *lines: str) -> bytes:
    """A paper in Word with lines and one table."""
    document = docx.Document()
    document.add_heading(title, 0)
    for line in lines:
        document.add_paragraph(line)
    made = document.add_table(rows=len(rows), cols=len(rows[0]))
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            made.cell(y, x).text = cell
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


@pytest.fixture
def keepers(home: Path, db: None) -> Iterator[Keepers]:
    forget_papers()
    quota._used.clear()
    with transaction.atomic():
        made = gather()
        with as_system():
            street = made.city.areas["990101001"]
            for name, latitude, longitude in (
                ("柳湾路", 30.4, 110.4),
                ("南岸路", 30.43, 110.43),
                ("南岸公园", 30.431, 110.431),
            ):
                Landmark.objects.create(
                    name=name, kind="road", area=street, latitude=latitude, longitude=longitude
                )  # fmt: skip
        made.published(table("云溪市居住证办理大厅一览", OFFICES, "居住证在各大厅办理。"), "大厅.docx")
        inside = table("云溪市居住证内部受理点", (OFFICES[0], ("内部点", "柳湾路3号", "0990-5550799", "24小时")))
        made.published(inside, "内部.docx", Rights(Audience.STAFF))
        rows = (("业务", "材料", "费用"), ("首次申领", "身份证、租赁合同", "工本费20元"))
        made.published(table("关于办理居住证的指南", rows, "办理居住证15个工作日内办结。"), "指南.docx")
    forget()
    with clock.at(MONDAY_TEN):
        yield made
    quota._used.clear()
    forget()


def call(name: str, body: object, token: str = "", address: str = "198.51.100.7") -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    where = f"/api/v1/tools/{name}"
    return Client().post(where, text, content_type="application/json", headers=headers, REMOTE_ADDR=address)


def test_the_nearest_office_with_hours_distance_and_the_rights_of_whoever_asks(keepers: Keepers) -> None:
    got = call("nearest_office", {"service": "居住证", "near": "我在南岸公园"}).json()["result"]
    assert [one["name"] for one in got["offices"]] == ["南岸大厅", "夜间自助厅", "柳湾大厅"]
    first = got["offices"][0]
    assert (first["telephone"], first["open_now"], first["until"]) == (
        "0990-5550702",
        True,
        "2026-03-02T12:00:00+08:00",
    )
    assert 0.05 < first["kilometres"] < 0.3
    assert first["basis"]["title"] == "云溪市居住证办理大厅一览"
    assert "内部点" not in str(got)
    closed = call("nearest_office", {"service": "居住证", "near": "火星"}).json()["result"]
    assert (closed["unknown_place"], closed["offices"][-1]["opens"]) == (True, "2026-03-07T09:00:00+08:00")
    only = call("nearest_office", {"service": "居住证", "open_now": True, "most": 1}).json()["result"]
    assert (len(only["offices"]), only["others"]) == (1, 1)
    page = client_of("reviewer").get("/knowledge/ask/?question=南岸公园附近哪里办居住证").content.decode()
    for words in ("的办理点", "南岸大厅", "约 0.1 公里", "现在开门，到 12:00", "<svg", "tool-dot"):
        assert words in page, words
    public = Client().post("/ask/", {"question": "南岸公园附近哪里办居住证"}).content.decode()
    assert "南岸大厅" in public
    assert "内部点" not in public


def test_what_a_matter_needs_comes_from_all_papers_with_their_clauses(keepers: Keepers) -> None:
    got = call("matter_facts", {"matter": "居住证"}).json()["result"]
    groups = {code: [line["words"] for line in lines] for code, _word, lines in got["groups"]}
    assert groups["materials"] == ["身份证", "租赁合同"]
    assert groups["fees"] == ["工本费20元"]
    assert "15个工作日内办结" in groups["times"][0]
    assert got["groups"][0][2][0]["bases"][0]["label"]
    assert call("matter_facts", {"matter": "qzx"}).status_code == 404
    page = Client().post("/ask/", {"question": "办居住证要带什么材料"}).content.decode()
    assert "租赁合同" in page
    drawn = Client().get("/api/v1/knowledge/graph?matter=居住证&kind=material").json()
    assert {one["words"] for one in drawn["things"]} == {"身份证", "租赁合同"}
    assert Client().get("/api/v1/knowledge/graph?kind=x").status_code == 422
    assert Client().get("/api/v1/knowledge/graph?matter=没有").status_code == 404
    assert Client().get("/api/v1/knowledge/graph?q=居住证").json()["matters"][0]["key"] == "居住证"


@pytest.mark.django_db(transaction=True)
def test_progress_needs_the_code_and_guesses_are_limited(keepers: Keepers) -> None:
    order = receive(NewRequest(text="柳湾路的路灯坏了三天，晚上走路看不清，请派人修理。"))
    answer = call("order_progress", {"number": order.number, "code": order.code})
    assert answer.status_code == 200, answer.content.decode()
    got = answer.json()["result"]
    assert (got["number"], got["words"]) == (order.number, WORDS[State.TO_DISPATCH])
    page = (
        Client()
        .post("/ask/", {"question": f"我反映的问题办到哪了，编号{order.number}，查询码{order.code}"})
        .content.decode()
    )
    assert WORDS[State.TO_DISPATCH] in page
    statuses = [call("order_progress", {"number": order.number, "code": "000000"}).status_code for _ in range(12)]
    assert statuses[0] == 404
    assert statuses[-1] == 429


def test_what_a_question_leaves_out_is_asked_for_by_a_form_at_every_door(keepers: Keepers) -> None:
    quota._used.clear()
    words = "哪里办居住证"
    for door in ("/ask/", "/ask/window/"):
        page = Client().post(door, {"question": words, "earlier": "居住证有什么用"}).content.decode()
        form = page.split('class="tool-form"', 1)[1].split("</form>", 1)[0]
        assert f'action="{door}"' in form
        for part in (
            'name="near"',
            'value="nearest_office"',
            f'value="{words}"',
            'name="earlier" value="居住证有什么用"',
        ):
            assert part in form, part
        filled = {"question": words, "tool": "nearest_office", "near": "南岸公园"}
        page = Client().post(door, filled).content.decode()
        assert "约 0.1 公里" in page
        assert 'class="tool-form"' not in page, "nothing is missing any more"
    page = Client().post("/ask/", {**filled, "near": "火星", "most": "9"}).content.decode()
    assert "没有认出您说的地点" in page
    assert 'value="火星"' in page
    page = Client().post("/ask/", {"question": "我反映的路灯办到哪了"}).content.decode()
    assert 'name="number"' in page
    wrong = {"question": "我反映的路灯办到哪了", "tool": "order_progress", "number": "2603020000013", "code": "987654"}
    page = Client().post("/ask/", wrong).content.decode()
    assert "tool-problem" in page
    assert 'value="2603020000013"' in page
    assert "987654" not in page, "a code is never shown again"
    days = {"question": "离截止还有几个工作日", "tool": "working_days"}
    assert 'type="date"' in Client().post("/ask/", days).content.decode()
    assert "第 4 个工作日" in Client().post("/ask/", {**days, "until": "2026-03-06"}).content.decode()
    assert "应为日期" in Client().post("/ask/", {**days, "until": "下周"}).content.decode()
    staff = client_of("reviewer")
    assert 'name="near"' in staff.get(f"/knowledge/ask/?question={words}").content.decode()
    page = staff.post("/knowledge/ask/", filled, headers={"HX-Request": "true"}).content.decode()
    assert "约 0.1 公里" in page
    assert 'class="tool-form"' not in page


def test_working_days_follow_the_announced_calendar(keepers: Keepers) -> None:
    after = call("working_days", {"days": 10, "start": "2025-09-26"}).json()["result"]
    assert (after["end"], after["worked"]) == ("2025-10-16", ["2025-09-28", "2025-10-11"])
    until = call("working_days", {"until": "2026-03-06"}).json()["result"]
    assert (until["start"], until["days"]) == ("2026-03-02", 4)
    assert call("working_days", {"until": "2020-01-01"}).status_code == 422
    for start, end in (
        ("9999-12-30", {"days": 3}),
        ("9999-12-30", {"until": "9999-12-31"}),
        ("0001-01-01", {"days": 1}),
    ):
        assert call("working_days", {"start": start, **end}).status_code == 422, "a day behind the last one of all"


def test_bad_parameters_are_named_nothing_personal_is_kept_and_assistants_have_the_same_tools(keepers: Keepers) -> None:
    wrong = call("nearest_office", {"service": "", "most": 99, "where": 1})
    assert wrong.status_code == 422
    assert {one["field"] for one in wrong.json()["errors"]} == {"service", "most", "where"}
    for body, status in (("[1]", 400), ("{", 400), ('{"service": "a\\u0000b"}', 422), ("{}" + " " * 30_000, 413)):
        assert call("nearest_office", body).status_code == status
    assert call("rm", {}).status_code == 404
    assert call("working_days", {"days": 1, "until": "2026-03-06"}).status_code == 422
    names = [one["name"] for one in Client().get("/api/v1/tools").json()["tools"]]
    assert {"nearest_office", "matter_facts", "order_progress", "working_days"} == set(names)
    with transaction.atomic(), as_system():
        token = issue_token("助手", ["knowledge:read"])
    assert call("matter_facts", {"matter": "居住证"}, token).status_code == 200
    told = mcp.call(lambda: keepers.reviewer, "nearest_office", {"service": "居住证内部受理点"})
    assert "内部点" in told["content"][0]["text"]
    refused = mcp.call(lambda: keepers.reviewer, "matter_facts", {})
    assert refused["isError"]
    assert "必须填写" in refused["content"][0]["text"]
    with as_system(), reading():
        calls = list(ToolCall.objects.values_list("tool", "door", "staff", "outcome").order_by("id"))
    assert ("nearest_office", "api", "", "invalid") in calls
    assert ("nearest_office", "tool", "reviewer", "told") in calls
    assert len(calls) == 6
