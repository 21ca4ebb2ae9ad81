"""A wrong time on a page sends people too late or to the wrong day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from minhu.kernel import clock
from minhu.portals import formats

NOON = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)  # 12:00 in Beijing, a Thursday


@pytest.mark.parametrize(
    ("shift", "words"),
    [
        (timedelta(seconds=-20), "刚刚"),
        (timedelta(seconds=20), "马上"),
        (timedelta(minutes=-5), "5分钟前"),
        (timedelta(hours=3, minutes=40), "3小时后"),
        (timedelta(days=-1, hours=-2), "昨天 10:00"),
        (timedelta(days=1, hours=2), "明天 14:00"),
        (timedelta(days=2), "后天 12:00"),
        (timedelta(days=-5), "5天前"),
        (timedelta(days=-40), "1月24日 12:00"),
        (timedelta(days=-400), "2025年1月29日 12:00"),
    ],
)
def test_relative_time_reads_like_speech(shift: timedelta, words: str) -> None:
    with clock.at(NOON):
        assert formats.cn_relative(NOON + shift) == words


def test_times_are_shown_in_beijing_whatever_zone_they_carry() -> None:
    late = datetime(2026, 3, 5, 18, 30, tzinfo=UTC)
    with clock.at(NOON):
        assert formats.cn_datetime(late) == "2026年3月6日 02:30"
        assert formats.cn_datetime(late, "date") == "2026年3月6日"
        assert formats.cn_datetime(late, "iso") == "2026-03-06T02:30:00+08:00"


def test_remaining_and_overdue_are_never_mixed_up() -> None:
    with clock.at(NOON):
        assert formats.remaining(NOON + timedelta(days=2, hours=3)) == "剩2天3小时"
        assert formats.remaining(NOON - timedelta(hours=5)) == "超5小时"
        assert formats.remaining(None) == ""


def test_english_pages_get_english_times() -> None:
    with clock.at(NOON), translation.override("en"):
        assert formats.remaining(NOON + timedelta(days=1, hours=3)) == "1 day 3 hours left"


@given(st.integers(min_value=0, max_value=400 * 86400))
def test_a_duration_is_never_overstated_and_never_empty(seconds: int) -> None:
    words = formats.duration_cn(seconds, 3)
    assert words
    assert formats.duration_cn(-seconds, 3) == words


@pytest.mark.parametrize("code", ["green", "yellow", "orange", "red", "done", "paused", "unheard of"])
def test_every_light_has_a_word_and_an_icon(code: str) -> None:
    light = formats.light_of(code)
    assert light.word
    assert light.icon
