"""A message board's own deadline that passes without a reply is seen by the supervisors, until a reply stands there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.exchange.test_boards import POST, answer, board, bring

from factories import MONDAY, City
from minhu.directory.access import acting_as
from minhu.exchange.models import Board
from minhu.exchange.queries import boards as queries
from minhu.handling.queries import watch
from minhu.handling.services import take
from minhu.handling.types import Step, StepData
from minhu.kernel import clock
from minhu.kernel.errors import NotAllowed
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db
__all__ = ["board"]
LATE = MONDAY + timedelta(days=8)
DESK = "/supervision/?list=boards"


def post(board: Board, key: str, text: str) -> str:
    said = bring(board, "board.post", POST | {"key": key, "text": text}, f"p-{key}").json()
    return str(said["number"])


def test_a_board_that_waits_too_long_is_on_the_supervisors_desk(board: Board, city: City) -> None:
    number = post(board, "A-1", "柳湾街道春晖路路灯不亮，已经三天")
    client = signed_in(city, "supervisor")
    assert number not in body(client.get(DESK))
    with clock.at(LATE):
        client = signed_in(city, "supervisor")
        page = body(client.get(DESK))
        assert number in page
        assert "市长信箱等待答复" in page
        assert "留言板超期" in body(client.get("/supervision/")), "the figure stands on top of every list"
        assert number not in body(client.get(f"{DESK}&q=别的事情"))
        made = client.post("/supervision/export/?list=boards", {"reason": "每周督办例会"})
        assert made.status_code == 200
        assert "spreadsheet" in made["Content-Type"]
        client.post(
            "/supervision/remind/", {"number": [number], "text": "留言板已超期，请尽快答复", "level": "reminder"}
        )
        assert number in body(client.get("/supervision/?list=receipts"))
        answer(city, number, "路灯已修好，请您查看。")
        assert number in body(client.get(DESK)), "approved is not yet said on the board"
        (told,) = bring(board, "board.replies", {}, "m8").json()["posts"]
        bring(board, "board.published", {"post": "A-1", "digest": told["digest"]}, "m9")
        assert number not in body(client.get(DESK))


def test_the_list_agrees_with_the_page_of_the_posts(board: Board, city: City) -> None:
    """Withdrawn by its author, deleted there, refused, refused with a later word of the author, merged, or simply waiting."""
    texts = ["路灯不亮三天了", "井盖丢了很危险", "公交车一直不来", "小区垃圾没人收", "河里有死鱼漂着", "路灯又不亮了"]
    _gone, refused, heard, waiting, main, merged = (post(board, f"A-{n}", text) for n, text in enumerate(texts))
    bring(board, "board.deleted", {"post": "A-0"}, "d1")
    with acting_as(city.actor("dispatcher")):
        for number in (refused, heard):
            take(number, Step.REFUSE, StepData(reason_code="no_content", text="没有具体内容"))
        take(merged, Step.MERGE, StepData(reason_code="same_place_same_matter", text="同一件事", target_number=main))
    bring(board, "board.follow", {"post": "A-2", "key": "f1", "text": "请认真看我的留言"}, "f1")
    answer(city, main, "已经处理，请您查看。")
    with clock.at(LATE):
        with acting_as(city.actor("dispatcher")):
            on_page = {row.number for row in queries.posts().rows if row.late}
        with acting_as(city.actor("supervisor")):
            found = queries.late_replies()
            assert {row.order.number for row in watch.page_among(found).rows} == on_page
        assert on_page == {heard, waiting, main, merged}
        assert {one.by for one in found.values()} == {"市长信箱"}
    with acting_as(city.actor("water_handler")), pytest.raises(NotAllowed):
        queries.late_replies()
