"""What an agent needs training in is counted from his forms against those of others, and never judged from few."""

from __future__ import annotations

from random import Random

import pytest

from minhu.intake.domain.coaching import LEAST, Handled, Need, lower_end, recommended, topics_of

ME, OTHER = 1, 2


def forms(
    staff: int, count: int, *, topic: str = "噪声", wrong: int = 0, seconds: int = 120, **more: object
) -> list[Handled]:
    """So many forms of an agent, the first ``wrong`` of them with a corrected suggestion."""
    return [
        Handled(staff, topic, f"{staff}{topic}{at}", seconds, ("category",) if at < wrong else (), **more)  # type: ignore[arg-type]
        for at in range(count)
    ]


def test_a_topic_whose_suggestions_are_often_corrected_stands_out() -> None:
    found = topics_of(ME, [*forms(ME, 20, wrong=12), *forms(OTHER, 40, wrong=8)])[0]
    assert found.needs == (Need.CORRECTED,)
    assert (found.corrected.part, found.corrected.whole, found.corrected.others_part, found.corrected.others_whole) == (
        12,
        20,
        8,
        40,
    )
    assert len(found.corrected.numbers) == 12, "each count leads to its orders"


@pytest.mark.parametrize("few", range(LEAST))
def test_nothing_is_judged_from_few_forms_of_either_side(few: int) -> None:
    mine = topics_of(ME, [*forms(ME, few, wrong=few, seconds=900), *forms(OTHER, 50)])
    theirs = topics_of(ME, [*forms(ME, 50, wrong=50, seconds=900), *forms(OTHER, few)])
    for one in (*mine, *theirs):
        assert not one.enough
        assert one.needs == ()
    assert recommended(mine) is None


def test_a_small_difference_is_chance() -> None:
    assert topics_of(ME, [*forms(ME, 10, wrong=3), *forms(OTHER, 100, wrong=25)])[0].needs == ()


def test_an_accident_is_no_share() -> None:
    assert topics_of(ME, [*forms(ME, 5, wrong=2), *forms(OTHER, 60)])[0].needs == ()
    assert topics_of(ME, [*forms(ME, 5, wrong=3), *forms(OTHER, 60)])[0].needs == (Need.CORRECTED,)
    assert topics_of(ME, [*forms(ME, 5, wrong=5), *forms(OTHER, 5, wrong=3)])[0].needs == (), "others are few"


def test_agents_alike_are_seldom_told_apart() -> None:
    """By chance alone, of agents who do everything alike, fewer than one topic in ten stands out."""
    rng, told, topics = Random(7), 0, 0
    for _ in range(60):
        rows = [
            Handled(staff, f"{topic}", "", round(rng.lognormvariate(5.2, 0.35)), ("x",) * (rng.random() < 0.16), ("y",) * (rng.random() < 0.08))
            for staff in range(6) for topic in range(8) for _ in range(rng.randrange(4, 14))
        ]  # fmt: skip
        for one in topics_of(1, rows):
            topics += one.enough
            told += bool(one.needs)
    assert topics > 300
    assert told / topics < 0.1


def test_slow_is_a_quarter_above_the_median_of_the_others() -> None:
    assert topics_of(ME, [*forms(ME, 6, seconds=149), *forms(OTHER, 6, seconds=120)])[0].needs == ()
    slow = topics_of(ME, [*forms(ME, 6, seconds=150), *forms(OTHER, 6, seconds=120)])[0]
    assert slow.needs == (Need.SLOW,)
    assert len(slow.slow_numbers) == 6


def test_low_ratings_count_ratings_not_forms() -> None:
    rows = [*forms(ME, 30, rated=0), *forms(ME, 4, rated=1, low=1), *forms(OTHER, 40, rated=1)]
    assert topics_of(ME, rows)[0].needs == (), "four ratings are few"
    assert topics_of(ME, [*rows, *forms(ME, 3, rated=1, low=1)])[0].needs == (Need.LOW,)


def test_the_topic_with_most_reasons_is_proposed_and_others_topics_are_not_mine() -> None:
    rows = [
        *forms(ME, 20, wrong=12), *forms(OTHER, 40, wrong=2),
        *forms(ME, 20, topic="供水", wrong=10, seconds=300), *forms(OTHER, 40, topic="供水", seconds=100),
        *forms(OTHER, 40, topic="物业", wrong=40),
    ]  # fmt: skip
    found = topics_of(ME, rows)
    assert [one.name for one in found] == ["供水", "噪声"]
    train = recommended(found)
    assert train is not None
    assert train.name == "供水"
    assert set(train.needs) == {Need.CORRECTED, Need.SLOW}


def test_the_interval_is_wilsons() -> None:
    assert lower_end(0, 0) == 0.0
    assert lower_end(0, 10) == pytest.approx(0.0, abs=1e-9)
    assert lower_end(8, 10) == pytest.approx(0.541, abs=0.001)
    assert lower_end(80, 100) > lower_end(8, 10)
