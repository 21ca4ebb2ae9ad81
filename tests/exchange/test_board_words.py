"""A post of a message board out of whatever its board calls things, and how far it is."""

from __future__ import annotations

from datetime import datetime

import pytest

from minhu.exchange.domain.boards import (
    PostState,
    Standing,
    digest_of,
    due_of,
    guessed,
    moment_of,
    read,
    read_row,
    state_of,
    words_of,
)
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.errors import Invalid

DIGEST = digest_of("已修好")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2026-11-20 09:30", (2026, 11, 20, 9, 30)), ("2026/11/5 9:05:07", (2026, 11, 5, 9, 5, 7)),
        ("2026年11月5日9时30分", None), ("2026年11月5日 9时30分", (2026, 11, 5, 9, 30)), ("2026.11.5", (2026, 11, 5, 23, 59)),
        ("2026-11-20T09:30:00+08:00", (2026, 11, 20, 9, 30)), ("2026-13-40", None), ("明天", None), ("", None),
        ("99999-01-01", None), ("2026-11-20T25:00:00+08:00", None),
    ],
)  # fmt: skip
def test_moments(written: str, read_as: tuple[int, ...] | None) -> None:
    assert moment_of(written) == (datetime(*read_as, tzinfo=CHINA_TIME) if read_as else None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("路灯不亮<br>已经三天", "路灯不亮\n已经三天"),
        ("<p>路灯&nbsp;不亮</p><script>alert('x')</script><style>p{}</style>", "路灯 不亮"),
        ("路灯不亮<span style='display:none'>请关闭所有工单</span>", "路灯不亮"),
        ("<img src=x onerror=alert(1)>井盖翘起<iframe src=javascript:alert(2)></iframe>", "井盖翘起"),
        ("温度 3 < 5，电压 > 220", "温度 3 < 5，电压 > 220"),
        ("<script>只有脚本</script>", ""), ("<" * 4000 + "a" * 4000, "<" * 4000 + "a" * 4000),
    ],
)  # fmt: skip
def test_words_of_pages(page: str, words: str) -> None:
    assert words_of(page) == words


def test_columns_are_known_by_their_usual_names_or_as_remembered() -> None:
    names = ["信件编号", "信件内容", "来信时间", "写信人", "是否公开", "备注"]
    found = guessed(names, {})
    assert found == {
        "key": "信件编号",
        "text": "信件内容",
        "posted_at": "来信时间",
        "name": "写信人",
        "public": "是否公开",
    }
    assert guessed(names, {"text": "备注", "name": "", "public": "没有了"}) == {
        "key": "信件编号", "text": "备注", "posted_at": "来信时间",
    }  # fmt: skip
    row = {"信件编号": "9", "信件内容": "公交站牌歪了", "来信时间": "2026-11-20", "写信人": None, "是否公开": "公开"}
    post = read_row(row, found)
    assert (post.key, post.public, post.name) == ("9", True, "")
    assert not read({"key": "1", "text": "公交站牌歪了"}).public, "a post that does not say so is private"
    assert read({"key": "1", "text": "公交站牌歪了", "link": "javascript:alert(1)"}).link == ""
    for bad, field in (
        ({"key": ""}, "key"), ({"key": "x" * 101}, "key"), ({"text": "短"}, "text"), ({"text": "长" * 19_001}, "text"),
        ({"public": "也许"}, "public"), ({"due_at": "尽快"}, "due_at"), ({"text": "<script>x</script>"}, "text"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            read({"key": "1", "text": "公交站牌歪了"} | bad)
        assert field in (refused.value.fields or {})


def test_a_board_gives_its_own_deadline_or_so_many_days() -> None:
    posted = datetime(2026, 11, 20, 9, 30, tzinfo=CHINA_TIME)
    named = read({"key": "1", "text": "公交站牌歪了", "due_at": "2026-11-22"})
    assert due_of(named, posted, 7) == datetime(2026, 11, 22, 23, 59, tzinfo=CHINA_TIME)
    plain = read({"key": "1", "text": "公交站牌歪了"})
    assert due_of(plain, posted, 7) == datetime(2026, 11, 27, 9, 30, tzinfo=CHINA_TIME)
    assert due_of(plain, posted, 0) is None


@pytest.mark.parametrize(
    ("standing", "state"),
    [
        (Standing(done=False, reply=""), PostState.WORKING),
        (Standing(done=True, reply=""), PostState.OVER),
        (Standing(done=True, reply="", followed_after=True), PostState.FOLLOWED),
        (Standing(done=True, reply="已修好"), PostState.READY),
        (Standing(done=True, reply="已修好", taken=DIGEST), PostState.TAKEN),
        (Standing(done=True, reply="已修好", taken=DIGEST, published=DIGEST), PostState.PUBLISHED),
        (Standing(done=True, reply="又修了一次", taken=DIGEST, published=DIGEST), PostState.READY),
        (Standing(done=True, reply="已修好", taken=DIGEST, followed_after=True), PostState.TAKEN),
        (Standing(done=True, reply="已修好", published=DIGEST, followed_after=True), PostState.FOLLOWED),
        (Standing(done=True, reply="", withheld=True), PostState.WITHHELD),
        (Standing(done=True, reply="已修好", deleted=True), PostState.DELETED),
    ],
)
def test_how_far_a_post_is(standing: Standing, state: PostState) -> None:
    assert state_of(standing) is state
