"""The shipped Chinese calendar and the sentence under every deadline."""

from datetime import date, datetime, timedelta

import chinese_calendar
import pytest

from minhu.kernel.calendar import (
    CHINA_TIME,
    Due,
    Duration,
    Period,
    WorkingCalendar,
    announced_years,
    china_calendar,
    explain,
    parse_periods,
    parse_year,
)

CITY = china_calendar()
TEN = Duration(10, "working_days")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA_TIME)


def test_every_day_of_the_announced_years_agrees_with_the_public_list() -> None:
    assert [item.year for item in announced_years()] == [2024, 2025, 2026]
    for item in announced_years():
        assert item.version
        assert item.source
        day = date(item.year, 1, 1)
        while day.year == item.year:
            assert CITY.is_working_day(day) == chinese_calendar.is_workday(day), day
            day += timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        ("2026-11-23 15:20", TEN, "2026-12-07 17:30"),
        ("2026-02-10 09:00", TEN, "2026-03-02 17:30"),  # over the Spring Festival, two make-up days
        ("2026-09-19 10:00", Duration(1, "working_days"), "2026-09-20 17:30"),  # a Sunday that is made up
        ("2026-01-02 10:00", Duration(1, "working_days"), "2026-01-04 17:30"),  # a Sunday again
        ("2026-11-27 17:00", Duration(2, "hours", working_hours=True), "2026-11-30 10:00"),
        ("2026-11-27 15:30", Duration(2, "hours", working_hours=True), "2026-11-27 17:30"),
        ("2026-11-27 23:30", Duration(24, "hours"), "2026-11-28 23:30"),
        ("2026-11-23 15:20", Duration(5, "natural_days"), "2026-11-28 15:20"),
        ("2026-11-23 15:20", Duration(5, "natural_days", working_hours=True), "2026-11-30 17:30"),
    ],
)
def test_deadlines_that_people_can_check_by_hand(start: str, duration: Duration, due: str) -> None:
    assert CITY.due(at(start), duration).at == at(due)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-23 15:20", "2026-11-24 15:20"),
        ("2026-11-27 15:20", "2026-11-30 15:20"),
        ("2026-11-28 11:00", "2026-11-30 17:30"),
        ("2026-11-23 13:00", "2026-11-24 12:00"),
    ],
)
def test_precise_counting_gives_the_same_time_of_day(start: str, due: str) -> None:
    precise = china_calendar(day_counting="precise")
    assert precise.due(at(start), Duration(1, "working_days")).at == at(due)
    assert "precise" in precise.version


def test_a_partly_paused_day_counts_by_its_share() -> None:
    start = at("2026-11-23 09:00")
    half = (at("2026-11-24 08:30"), at("2026-11-24 12:00"))
    other_half = (at("2026-11-25 14:00"), at("2026-11-25 17:30"))
    one = Duration(1, "working_days")
    assert CITY.due(start, one, [half]).at == at("2026-11-25 17:30")
    assert CITY.due(start, one, [half, other_half]).at == at("2026-11-25 17:30"), "two halves are a day"
    assert CITY.due(start, one, [(at("2026-11-23 09:00"), at("2026-11-24 00:00"))]).at == at("2026-11-24 17:30")


def test_a_year_not_announced_is_assumed_and_said() -> None:
    due = CITY.due(at("2026-12-28 09:00"), TEN)
    assert due.assumed_years == (2027,)
    assert due.at == at("2027-01-11 17:30")
    assert "2027 年节假日安排尚未公布" in explain(due)
    announced = parse_year(
        {"year": 2027, "version": "t", "source": "t", "holidays": {"2027-01-01": "元旦"}, "makeup_days": {}}
    )
    later = china_calendar(extra_years=[announced]).due(at("2026-12-28 09:00"), TEN)
    assert later.assumed_years == ()
    assert later.at == at("2027-01-12 17:30")
    assert CITY.due(at("2026-12-31 09:00"), Duration(24, "hours")).assumed_years == ()


def test_the_sentence_explains_the_deadline() -> None:
    pause = (at("2026-11-25 08:30"), at("2026-11-26 08:30"))
    due = CITY.due(at("2026-11-23 15:20"), TEN, [pause])
    assert explain(due, "投诉类") == (
        "投诉类 10 个工作日：11月23日 15:20 起算，跳过周末 4 天，暂停 1 天，应于12月8日 17:30 前办结"
    )
    spring = CITY.due(at("2026-02-10 15:20"), TEN, [(at("2026-02-11 09:00"), at("2026-02-11 11:50"))])
    assert explain(spring) == (
        "10 个工作日：2月10日 15:20 起算，跳过春节 9 天、周末 1 天，含调休上班 2 天，暂停 2 小时 50 分钟，"
        "应于3月3日 17:30 前办结"
    )
    assert explain(CITY.due(at("2026-11-23 15:20"), Duration(2, "hours")), "签收", "签收") == (
        "签收 2 小时：11月23日 15:20 起算，应于11月23日 17:20 前签收"
    )
    assert explain(CITY.due(at("2026-11-27 17:00"), Duration(2, "hours", True)), "首次联系", "联系群众") == (
        "首次联系 2 个工作小时：11月27日 17:00 起算，跳过周末 2 天，应于11月30日 10:00 前联系群众"
    )
    assert explain(Due(at("2026-11-24 00:00"))) == "应于2026年11月23日 24:00 前办结"
    quick = (at("2026-11-23 15:30"), at("2026-11-23 15:30") + timedelta(seconds=20))
    assert "暂停 不足 1 分钟" in explain(CITY.due(at("2026-11-23 15:20"), Duration(30, "minutes", True), [quick]))


def test_a_repair_service_works_through_days_and_nights() -> None:
    always = WorkingCalendar(
        periods=dict.fromkeys(range(7), parse_periods("00:00-24:00")),
        holidays=CITY.holidays,
        observes_holidays=False,
    )
    due = always.due(at("2026-02-17 22:00"), Duration(4, "hours", working_hours=True))
    assert due.at == at("2026-02-18 02:00")
    assert due.skipped == ()
    assert due.assumed_years == ()
    assert explain(always.due(at("2026-02-17 22:00"), Duration(1, "working_days"))).endswith("2月18日 24:00 前办结")


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("08:30-12:00,14:00-17:30", (Period(510, 720), Period(840, 1050))),
        ("14：00—17：30、8:30～12:00", (Period(510, 720), Period(840, 1050))),
        ("0:00至24:00", (Period(0, 1440),)),
    ],
)
def test_working_hours_may_be_written_in_the_usual_ways(text: str, periods: tuple[Period, ...]) -> None:
    assert parse_periods(text) == periods


@pytest.mark.parametrize("text", ["", "8-12", "08:30-12:60", "12:00-08:00", "08:00-25:00", "08:00-12:00,11:00-15:00"])
def test_nonsense_working_hours_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"period|time"):
        parse_periods(text)


def test_a_calendar_without_working_time_is_refused() -> None:
    for periods in ({}, {0: ()}, {7: (Period(0, 60),), 0: (Period(0, 60),)}):
        with pytest.raises(ValueError, match="working time"):
            WorkingCalendar(periods=periods)
    endless = {date(2026, 1, 1) + timedelta(days=n): "停工" for n in range(9000)}
    closed = WorkingCalendar(periods={0: (Period(0, 60),)}, holidays=endless)
    pause = (at("2026-01-01 00:00"), at("2026-01-02 00:00"))
    for unit, pauses in (("working_days", []), ("working_days", [pause]), ("hours", [])):
        with pytest.raises(ValueError, match="too little"):
            closed.due(at("2026-01-01 00:00"), Duration(1, unit, True), pauses)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"year": "abc"},
        {"holidays": None},
        {"holidays": {"2026-01-01": "元旦"}},
        {"holidays": {"2027-13-01": "元旦"}},
        {"makeup_days": {"2027-01-01": "元旦"}},
    ],
)
def test_a_wrong_arrangement_of_a_year_is_refused(change: dict[str, object]) -> None:
    good = {"year": 2027, "version": "v", "source": "s", "holidays": {"2027-01-01": "元旦"}, "makeup_days": {}}
    assert parse_year(good).year == 2027
    with pytest.raises(ValueError, match=r"arrangement|year|both|isoformat|invalid|month"):
        parse_year({**good, **change})
    with pytest.raises(ValueError, match="not the arrangement"):
        parse_year({"year": 2027})


def test_moments_without_zone_and_backward_pauses_are_defects_of_the_caller() -> None:
    with pytest.raises(ValueError, match="aware"):
        CITY.due(datetime(2026, 1, 5), TEN)
    with pytest.raises(ValueError, match="before it begins"):
        CITY.due(at("2026-01-05 09:00"), TEN, [(at("2026-01-07 09:00"), at("2026-01-06 09:00"))])
