"""Two hotlines, each a Minhu of its own: an order goes over, is taken or refused there, and its result comes back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

TESTS = Path(__file__).resolve().parents[1]
WORDS = "我在邻州高铁站前广场被出租车绕路多收了八十元，司机拒不退还，请帮忙处理。电话 13812345678。"
pytestmark = pytest.mark.slow


class Remote:
    """The other end of a house process."""

    def __init__(self, database: str, home: Path) -> None:
        environment = {
            **os.environ, "MINHU_DATABASE_URL": database, "MINHU_HOME": str(home), "MINHU_OUTBOUND_NETWORKS": "127.0.0.0/8",
            "PYTHONPATH": os.pathsep.join([str(TESTS.parent / "src"), str(TESTS)]), "PYTHONIOENCODING": "utf-8",
        }  # fmt: skip
        command = [sys.executable, "-W", "ignore", str(TESTS / "exchange" / "house_process.py")]
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.facts = self._line()
        self.base = f"http://127.0.0.1:{self.facts['port']}"

    def _line(self) -> Any:
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            if line.startswith("{") and '"event"' not in line:
                return json.loads(line)
        raise AssertionError("the house has died")

    def __call__(self, name: str, **arguments: Any) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([name, arguments]) + "\n")
        self.process.stdin.flush()
        answer = self._line()
        assert "error" not in answer, answer
        return answer["ok"]

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(20)


@pytest.fixture(scope="module")
def houses(database_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Remote, Remote]]:
    """Two cities that know each other's keys."""
    given = conninfo_to_dict(os.environ["MINHU_DATABASE_URL"])
    names = [f"{given['dbname']}_{side}" for side in ("a", "b")]
    with psycopg.connect(**{**given, "dbname": "postgres"}, autocommit=True) as admin:
        for name in names:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            admin.execute(copy.format(sql.Identifier(name), sql.Identifier(database_template)))
        homes = {name: tmp_path_factory.mktemp(name) for name in names}
        made = [Remote(make_conninfo(**{**given, "dbname": name}), home) for name, home in homes.items()]
        left, right = made
        keys = left("partner", url="", out="", into="", personal=True)
        other = right("partner", url="", out=keys["into"], into=keys["out"], personal=False)
        left("partner", url=f"{right.base}/hooks/{other['uid']}/", out="", into="", personal=True)
        right("partner", url=f"{left.base}/hooks/{keys['uid']}/", out="", into="", personal=False)
        yield left, right
        for house in made:
            house.end()
        for name in names:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def hand_over(house: Remote, text: str = WORDS, **fields: Any) -> str:
    """A request goes to the other hotline and arrives there; returns its number here."""
    number = house("order", text=text, **fields)
    house(
        "step", who="dispatcher", number=number, step="transfer", reason_code="other_city", text="事发地在邻州",
        unit_id=house.facts["away"],
    )  # fmt: skip
    return str(number)


def rounds(*houses: Remote) -> None:
    for _ in range(2):
        for house in houses:
            house("deliver")


def test_an_order_goes_over_and_its_result_comes_back(houses: tuple[Remote, Remote]) -> None:
    left, right = houses
    number = hand_over(left)
    assert left("look", number=number)["state"] == "transferred"
    rounds(left, right)
    here = left("look", number=number)
    theirs = here["transfer"]["their_number"]
    assert len(theirs) == 13, "their number is the receipt"
    there = right("look", number=theirs)
    assert (there["name"], there["phone"]) == ("欧阳晓明", "13812345678"), "the agreement of this side allows it"
    assert "邻州高铁站" in there["text"]
    if there["state"] == "received":
        right("step", who="dispatcher", number=theirs, step="accept")
    right("step", who="dispatcher", number=theirs, step="dispatch", unit_id=right.facts["water"])
    right("step", who="water_handler", number=theirs, step="sign")
    rounds(right, left)
    here = left("look", number=number)
    assert here["transfer"]["state"] == "taken"
    assert here["unit"] == "邻州市热线中心"
    assert any("已接收" in line for line in here["lines"])
    assert any("反馈" in line and "签收" in line for line in here["lines"]), here["lines"]
    right("step", who="water_handler", number=theirs, step="contact", text="已联系", contact_result="reached")
    right("step", who="water_handler", number=theirs, step="reply", reply="已责令退还八十元。", solved=True)
    right("step", who="water_head", number=theirs, step="approve_reply")
    rounds(right, left)
    here = left("look", number=number)
    assert (here["state"], here["reply"]) == ("to_call_back", "已责令退还八十元。")
    assert here["transfer"]["state"] == "done"


def test_the_other_way_without_an_agreement_no_person_goes_over(houses: tuple[Remote, Remote]) -> None:
    left, right = houses
    number = hand_over(right)
    rounds(right, left)
    theirs = right("look", number=number)["transfer"]["their_number"]
    there = left("look", number=theirs)
    assert (there["name"], there["phone"]) == ("", "")
    assert "13812345678" not in there["text"]
    if there["state"] == "received":
        left("step", who="dispatcher", number=theirs, step="accept")
    left("step", who="dispatcher", number=theirs, step="answer_directly", reply="请拨打当地出租车管理处电话。")
    rounds(left, right)
    assert right("look", number=number)["reply"] == "请拨打当地出租车管理处电话。"


def test_confidence_is_kept_also_where_the_agreement_allows_persons(houses: tuple[Remote, Remote]) -> None:
    left, right = houses
    number = hand_over(left, confidential=True)
    rounds(left, right)
    there = right("look", number=left("look", number=number)["transfer"]["their_number"])
    assert (there["name"], there["phone"]) == ("", "")
    assert "13812345678" not in there["text"]


def test_a_refusal_brings_the_order_back_to_dispatch(houses: tuple[Remote, Remote]) -> None:
    left, right = houses
    number = hand_over(left)
    rounds(left, right)
    theirs = left("look", number=number)["transfer"]["their_number"]
    right("step", who="dispatcher", number=theirs, step="refuse", reason_code="elsewhere", text="事发地不在邻州辖区。")
    rounds(right, left)
    here = left("look", number=number)
    assert (here["state"], here["unit"], here["transfer"]["state"]) == ("to_dispatch", "", "refused")
    again = left(
        "step", who="dispatcher", number=number, step="dispatch", unit_id=left.facts["water"],
    )  # fmt: skip
    assert again == "dispatched"


def test_what_was_taken_back_is_told_and_no_longer_reported(houses: tuple[Remote, Remote]) -> None:
    left, right = houses
    number = hand_over(left)
    rounds(left, right)
    theirs = left("look", number=number)["transfer"]["their_number"]
    left("step", who="dispatcher", number=number, step="take_back", text="经核实属于本市。")
    rounds(left, right)
    assert right("look", number=theirs)["transfer"]["state"] == "taken_back"
    if right("look", number=theirs)["state"] == "received":
        right("step", who="dispatcher", number=theirs, step="accept")
    right("step", who="dispatcher", number=theirs, step="answer_directly", reply="已电话答复。")
    rounds(right, left)
    assert left("look", number=number)["state"] == "to_dispatch"


def png(size: int) -> bytes:
    """A picture of one colour, as long as asked for: a real one with a text chunk in it."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        whole = kind + content
        return len(content).to_bytes(4, "big") + whole + zlib.crc32(whole).to_bytes(4, "big")

    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", (1).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0]))
    end = chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    return head + chunk(b"tEXt", b"Comment\0" + b"x" * max(0, size - len(head) - len(end) - 20)) + end


def digests(house: Remote, number: str, kind: str) -> list[tuple[str, str]]:
    return [(name, digest) for one, name, digest in house("look", number=number)["files"] if one == kind]


def test_files_go_over_and_the_files_of_the_reply_come_back(houses: tuple[Remote, Remote]) -> None:
    left, right = houses
    photo, large = png(2_000), png(5 << 20)
    number = hand_over(left, files={"车牌.png": photo.hex(), "全程.png": large.hex()})
    rounds(left, left, right)
    theirs = left("look", number=number)["transfer"]["their_number"]
    sent = [("车牌.png", sha256(photo).hexdigest()), ("全程.png", sha256(large).hexdigest())]
    assert digests(right, theirs, "citizen") == sent, "every byte, also of what is longer than usual"
    assert [item[3] for item in left("look", number=number)["items"]] == ["delivered", "delivered"]
    if right("look", number=theirs)["state"] == "received":
        right("step", who="dispatcher", number=theirs, step="accept")
    answer = png(3_000)
    right("attach", number=theirs, kind="unit", files={"内部.png": png(4_000).hex()})
    right("attach", number=theirs, kind="reply", files={"退款凭证.png": answer.hex()})
    right("step", who="dispatcher", number=theirs, step="answer_directly", reply="已责令退还八十元。")
    rounds(right, left)
    assert digests(left, number, "reply") == [("退款凭证.png", sha256(answer).hexdigest())]
    assert digests(left, number, "unit") == [], "their own record stays with them"


def test_files_stay_where_the_person_stays(houses: tuple[Remote, Remote]) -> None:
    left, right = houses
    number = hand_over(left, confidential=True, files={"身份证.png": png(900).hex()})
    rounds(left, right, left)
    theirs = left("look", number=number)["transfer"]["their_number"]
    assert right("look", number=theirs)["files"] == []
    ((kind, outgoing, _, state, reason),) = left("look", number=number)["items"]
    assert (kind, outgoing, state) == ("file", True, "kept")
    assert "保密" in reason


def test_a_file_that_is_not_what_was_named_is_refused_by_itself(houses: tuple[Remote, Remote]) -> None:
    left, right = houses
    number = hand_over(left, files={"现场.png": png(900).hex()})
    left("deliver")
    theirs = right("newest")
    right("spoil", number=theirs)
    rounds(left, right)
    ((_, _, _, state, reason),) = left("look", number=number)["items"]
    assert state == "refused"
    assert "校验值" in reason
    there = right("look", number=theirs)
    assert (there["files"], there["items"][0][3]) == ([], "refused")


def test_what_the_citizen_adds_follows_the_order_with_a_receipt(houses: tuple[Remote, Remote]) -> None:
    left, right = houses
    number = hand_over(left)
    left("add", number=number, text="补充：车牌号是云A00001。", files={"车票.png": png(700).hex()})
    assert [item[3] for item in left("look", number=number)["items"]] == ["waiting"], "the offer has not arrived yet"
    rounds(left, left, right)
    here = left("look", number=number)
    there = right("look", number=here["transfer"]["their_number"])
    assert there["supplements"] == ["补充：车牌号是云A00001。"]
    assert [name for _, name, _ in there["files"]] == ["车票.png"]
    assert [(item[0], item[3]) for item in here["items"]] == [("supplement", "delivered"), ("file", "delivered")]
    assert [(item[0], item[1]) for item in there["items"]] == [("supplement", False), ("file", False)]


def test_a_withdrawal_ends_both_orders(houses: tuple[Remote, Remote]) -> None:
    left, right = houses
    number = hand_over(left)
    rounds(left, right)
    assert left("withdraw", number=number) == "withdrawn"
    rounds(left, right)
    here = left("look", number=number)
    there = right("look", number=here["transfer"]["their_number"])
    assert (there["state"], there["transfer"]["state"]) == ("withdrawn", "withdrawn")
    assert [(item[0], item[3]) for item in here["items"]] == [("withdrawal", "delivered")]


def test_a_withdrawal_that_comes_too_late_is_said_on_the_page(houses: tuple[Remote, Remote]) -> None:
    left, right = houses
    number = hand_over(left)
    rounds(left, right)
    theirs = left("look", number=number)["transfer"]["their_number"]
    right("step", who="dispatcher", number=theirs, step="refuse", reason_code="elsewhere", text="不在邻州辖区。")
    left("withdraw", number=number)
    rounds(left, right)
    ((kind, _, _, state, reason),) = left("look", number=number)["items"]
    assert (kind, state) == ("withdrawal", "refused")
    assert "已经结束" in reason
