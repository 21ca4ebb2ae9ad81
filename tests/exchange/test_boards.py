"""A message board: its posts become requests once, what comes later goes to the same order, replies go back."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from factories import City, make_staff
from minhu.directory.access import acting_as, as_system
from minhu.directory.types import Role
from minhu.engines import webhooks
from minhu.exchange.domain.boards import digest_of
from minhu.exchange.models import Board, BoardPost
from minhu.exchange.queries import boards as queries
from minhu.exchange.queries.boards import PostState
from minhu.exchange.services import boards, published
from minhu.exchange.services.boards import BoardData
from minhu.handling.models import Order, OrderStep
from minhu.handling.services import take
from minhu.handling.types import Step, StepData
from minhu.intake.models import Request, Supplement
from minhu.intake.queries import persons
from minhu.intake.services import attending, talking
from minhu.intake.types import TalkChannel
from minhu.kernel import clock
from minhu.kernel.errors import NotAllowed
from minhu.ledger.models import Entry
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db
PHONE = "19900004321"
POST = {
    "key": "A-1", "title": "柳湾街道路灯", "text": "<p>柳湾街道春晖路路灯不亮<br>已经三天</p><script>alert(1)</script>",
    "name": "祁望舒", "phone": PHONE, "place": "春晖路12号", "due_at": "2026-03-14 18:00", "public": True,
    "posted_at": "2026-03-07 20:00", "link": "https://board.example/a-1",
}  # fmt: skip


def bring(board: Board, kind: str, data: dict[str, Any], message_id: str, secret: str = "", age: int = 0) -> Any:
    content = json.dumps({"type": kind, "data": data}).encode()
    moment = clock.now() - timedelta(minutes=age)
    headers = webhooks.sign(secret or board.secret, message_id, moment, content)
    return Client().post(f"/hooks/boards/{board.uid}/", content, content_type="application/json", headers=headers)


def answer(city: City, number: str, reply: str) -> None:
    steps = (
        ("dispatcher", Step.ACCEPT, StepData()), ("dispatcher", Step.DISPATCH, StepData(unit_id=city.unit("water"))),
        ("water_handler", Step.SIGN, StepData()),
        ("water_handler", Step.CONTACT, StepData(text="已电话联系", contact_result="reached")),
        ("water_handler", Step.REPLY, StepData(reply=reply, measures="更换", solved=True, text="已办")),
        ("supervisor", Step.APPROVE_REPLY, StepData()),
    )  # fmt: skip
    for who, step, data in steps:
        with acting_as(city.actor(who)):
            state = Order.objects.values_list("state", flat=True).get(number=number)
            if (step, state) not in ((Step.ACCEPT, "to_dispatch"), (Step.ACCEPT, "dispatched")):
                take(number, step, data)


@pytest.fixture
def board(city: City, monday: None) -> Board:
    with as_system():
        pk, _key = boards.add(BoardData("市长信箱", "https://board.example", answer_days=7))
    return Board.objects.get(pk=pk)


def test_a_post_is_one_order_whatever_comes(board: Board) -> None:
    assert bring(board, "board.post", POST, "m1", secret=webhooks.new_secret()).status_code == 401
    assert bring(board, "board.post", POST, "m1", age=6).status_code == 401
    first = bring(board, "board.post", POST, "m1").json()
    assert bring(board, "board.post", POST, "m1").json() == first | {"repeated": True}
    assert bring(board, "board.post", POST | {"text": "换了内容的重放"}, "m1").status_code == 409
    assert bring(board, "board.post", POST, "m2").json()["done"] == "same"
    assert bring(board, "board.post", POST | {"key": "A-2", "text": "短", "title": ""}, "m3").status_code == 422
    number = first["number"]
    with as_system():
        request = Request.objects.get(number=number)
        assert (request.text, request.channel, request.requester_phone) == (
            "柳湾街道春晖路路灯不亮\n已经三天",
            "board",
            PHONE,
        )
        row = BoardPost.objects.get(key="A-1")
        assert (row.public, row.due_at and row.due_at.isoformat()[:16]) == (True, "2026-03-14T10:00")

    changed = bring(board, "board.post", POST | {"text": "春晖路路灯不亮，已经五天，有老人摔倒", "public": False}, "m4")
    assert changed.json() == {"post": "A-1", "number": number, "done": "changed"}
    follow = {"post": "A-1", "key": "f1", "text": "<b>还是</b>没有修好"}
    assert [bring(board, "board.follow", follow, m).status_code for m in ("m5", "m6")] == [200, 200]
    assert bring(board, "board.follow", follow | {"post": "B-9"}, "m7").status_code == 404
    with as_system():
        words = list(Supplement.objects.filter(request=request).values_list("text", flat=True))
        assert [one.split("\n")[0] for one in words] == ["留言人修改了留言，修改后：", "留言人追评："]
        assert words[1].endswith("还是没有修好")
        assert Request.objects.count() == 1
        assert not BoardPost.objects.get(key="A-1").public
    assert Board.objects.get().refused == 3, "what was signed and cannot be used is counted"
    Board.objects.update(active=False)
    assert bring(board, "board.post", POST, "m16").status_code == 403


def test_replies_go_back_once_approved(board: Board, city: City) -> None:
    number = bring(board, "board.post", POST | {"public": False}, "m1").json()["number"]
    follow = {"post": "A-1", "key": "f1", "text": "还是没有修好"}
    assert bring(board, "board.replies", {}, "m2").json() == {"posts": []}
    answer(city, number, f"路灯已修好，祁望舒先生如有问题请致电{PHONE}。")
    (told,) = bring(board, "board.replies", {}, "m8").json()["posts"]
    assert (told["post"], told["number"], told["state"], told["public"]) == ("A-1", number, "ready", False)
    assert "路灯已修好" in told["reply"]
    assert "祁望舒" not in told["reply"]
    assert PHONE not in told["reply"]
    assert bring(board, "board.replies", {}, "m8").json()["code"] == "replayed", (
        "whoever caught a request learns nothing"
    )
    with as_system():
        assert not published.orders(published.Wanted()), "a private post is published nowhere else"
    done = {"post": "A-1", "digest": told["digest"]}
    assert bring(board, "board.published", done | {"digest": "0" * 64}, "m9").status_code == 409
    assert bring(board, "board.published", done, "m10").json()["state"] == "published"
    assert bring(board, "board.replies", {}, "m11").json() == {"posts": []}
    assert bring(board, "board.replies", {"posts": ["A-1"]}, "m12").json()["posts"][0]["state"] == "published"

    with clock.at(clock.now() + timedelta(hours=1)):
        assert bring(board, "board.follow", follow | {"key": "f2", "text": "谢谢，又坏了"}, "m13").status_code == 200
        with acting_as(city.actor("dispatcher")):
            (row_,) = queries.posts().rows
            assert row_.state is PostState.FOLLOWED
        assert bring(board, "board.deleted", {"post": "A-1"}, "m14").status_code == 200
        assert bring(board, "board.deleted", {"post": "A-1"}, "m15").status_code == 200
    with as_system():
        notes = list(OrderStep.objects.filter(order__number=number, step="note").values_list("text", flat=True))
        assert sum("已删除这条留言" in one for one in notes) == 1
        assert Entry.objects.filter(kind="messageboard.published").count() == 1


def goes_out(client: Client, board: Board, seven: BoardPost) -> None:
    """Its reply is on the list and in the file, and is noted as published."""
    listed = client.get("/desk/boards/", {"state": "ready"})
    assert "站牌已更换" in body(listed)
    assert "小区夜里" not in body(listed)
    order = body(client.get(f"/orders/{seven.order.number}/"))
    assert "来自留言板" in order
    assert "市长信箱" in order
    sheet = client.post("/desk/boards/export/", {"board": board.pk, "reason": "发布答复"})
    (_head, row) = load_workbook(io.BytesIO(sheet.content)).active.iter_rows(values_only=True)
    assert (row[0], row[5]) == ("7", "站牌已更换。")
    digest = digest_of("站牌已更换。")
    assert client.post(f"/desk/boards/{seven.pk}/published/", {"digest": digest}).status_code == 302


def test_files_come_in_once_and_replies_go_out(board: Board, city: City) -> None:
    client = signed_in(city, "dispatcher")

    def upload(name: str, content: bytes, **more: str) -> Any:
        return client.post(
            "/desk/boards/import/", {"board": board.pk, "file": SimpleUploadedFile(name, content), **more}
        )

    strange = "帖号,说的话,来信时间,是否公开\n7,春晖路公交站牌掉漆了,2026-03-08 08:00,是\n8,小区夜里施工太吵,2026-03-08,否\n".encode()
    asked = upload("board.csv", strange)
    assert asked.status_code == 422
    assert "column-key" in body(asked)
    assert body(asked).count("请选择这一列") == 2, "each beside its column"
    chosen = {
        "columns": "1",
        "column-key": "帖号",
        "column-text": "说的话",
        "column-posted_at": "来信时间",
        "column-public": "是否公开",
    }
    assert upload("board.csv", strange, **chosen).status_code == 302
    assert upload("board.csv", strange).status_code == 302, "the columns are remembered"
    wrong = upload("board.csv", strange + b"9,x,x,x\n")
    assert wrong.status_code == 422
    assert "第 4 行" in body(wrong)
    rows = [
        {"帖号": 7, "说的话": "春晖路公交站牌掉漆了", "是否公开": True, "追评": ["还没修", "看不清站名"]},
        {"帖号": 8, "说的话": "小区夜里施工太吵", "删除": True},
    ]
    more = chosen | {"column-follow": "追评", "column-deleted": "删除"}
    for _ in range(2):
        assert upload("board.json", json.dumps({"posts": rows}).encode(), **more).status_code == 302
    with as_system():
        seven, eight = BoardPost.objects.order_by("key").select_related("order")
        assert Request.objects.count() == 2
        assert Supplement.objects.count() == 1
        assert (seven.public, seven.due_at, eight.public) == (True, seven.posted_at + timedelta(days=7), False)
        assert eight.deleted_at
        assert not seven.deleted_at
    answer(city, seven.order.number, "站牌已更换。")
    goes_out(client, board, seven)
    with acting_as(city.actor("dispatcher")):
        states = {one.key: one.state for one in queries.posts().rows}
    assert states == {"7": PostState.PUBLISHED, "8": PostState.DELETED}
    with pytest.raises(NotAllowed), acting_as(city.actor("agent")):
        queries.posts()


def test_boards_are_registered_by_the_security_administrator(board: Board, city: City) -> None:
    city.staff["security"] = make_staff("security", city.units["centre"], Role.SECURITY_ADMIN)
    admin = signed_in(city, "security")
    assert "市长信箱" in body(admin.get("/manage/boards/"))
    made = admin.post("/manage/boards/new/", {"label": "领导留言板", "answer_days": 5})
    assert "whsec_" in body(made)
    assert "whsec_" not in body(admin.get(f"/manage/boards/{Board.objects.latest('pk').pk}/"))
    assert admin.post("/manage/boards/new/", {"label": "领导留言板", "answer_days": 5}).status_code == 409
    assert signed_in(city, "dispatcher").get("/manage/boards/").status_code == 403
    assert admin.get("/desk/boards/").status_code == 403


def test_who_wrote_on_a_board_is_known_again_in_a_talk(board: Board, city: City) -> None:
    number = bring(board, "board.post", POST, "m1").json()["number"]
    with as_system():
        talk = talking.begin(TalkChannel.CHAT).uid
        talking.hear(talk, f"春晖路路灯还是不亮，我的电话{PHONE}")
        attending.ask_for_person(talk)
    with acting_as(city.actor("agent")):
        attending.take(talk)
        (other,) = persons.elsewhere(talk)
        assert (other.numbers, other.channel) == ((number,), "网络留言")
