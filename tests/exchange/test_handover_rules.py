"""The rules of a hand-over to an emergency service as tables, whatever is said in whatever order, and its ten seconds."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.exchange.domain.handover_sheet import LONGEST_SECONDS, Sheet, seconds, spoken
from minhu.exchange.domain.handovers import LIVE, TABLE, HandoverState, News, OfferState, after, standing

S, N, H = OfferState, News, HandoverState


@pytest.mark.parametrize(
    ("states", "kept", "ended", "expected"),
    [
        ((S.OFFERED,), False, False, H.WAITING),
        ((S.OFFERED, S.ACCEPTED), False, False, H.WAITING),  # the second service is still awaited
        ((S.ACCEPTED, S.DECLINED), False, False, H.ACCEPTED),
        ((S.DECLINED, S.DECLINED), False, False, H.UNDECIDED),
        ((S.DECLINED, S.CALLED_OFF), False, False, H.UNDECIDED),
        ((S.DECLINED,), True, False, H.KEPT),
        ((S.OFFERED,), True, False, H.KEPT),
        ((S.DONE,), False, False, H.CLOSED),
        ((S.DONE, S.RETURNED), False, False, H.UNDECIDED),  # what one gave back is nobody's
        ((S.CALLED_OFF,), False, False, H.CLOSED),
        ((S.ACCEPTED,), True, True, H.CLOSED),
        ((), False, False, H.UNDECIDED),
    ],
)
def test_the_whole_follows_from_its_offers(states: tuple[S, ...], kept: bool, ended: bool, expected: H) -> None:
    assert standing(states, kept=kept, ended=ended) is expected


def test_every_live_state_has_a_way_out_and_the_ended_have_none_but_a_change_of_mind() -> None:
    ways = {state: {news for (source, news) in TABLE if source is state} for state in S}
    assert all(ways[state] for state in LIVE)
    assert ways[S.DECLINED] == {N.ACCEPT}
    assert not any(ways[state] for state in (S.DONE, S.RETURNED, S.CALLED_OFF))


@given(st.lists(st.sampled_from(News), max_size=12))
def test_repeats_change_nothing_and_an_acceptance_is_never_lost(said: list[News]) -> None:
    state = twice = S.OFFERED
    accepted = False
    for news in said:
        state = after(state, news)
        twice = after(after(twice, news), news)
        assert state is twice
        accepted = accepted or state is S.ACCEPTED
        if accepted and state is S.DECLINED:
            raise AssertionError("a late 'no' took back an acceptance")
    if accepted:
        assert state in {S.ACCEPTED, S.DONE, S.RETURNED, S.CALLED_OFF}


def test_receipt_and_acceptance_come_to_the_same_in_any_order() -> None:
    for order in itertools.permutations((N.RECEIPT, N.ACCEPT, N.RECEIPT)):
        state = S.OFFERED
        for news in order:
            state = after(state, news)
        assert state is S.ACCEPTED, order


@given(st.lists(st.lists(st.sampled_from(News), max_size=8), min_size=1, max_size=4))
def test_nothing_is_closed_while_somebody_may_act_or_everybody_declined(services: list[list[News]]) -> None:
    states = []
    for said in services:
        state = S.OFFERED
        for news in said:
            state = after(state, news)
        states.append(state)
    whole = standing(states)
    if any(state in LIVE for state in states):
        assert whole in (H.WAITING, H.ACCEPTED, H.UNDECIDED)
        assert whole is not H.CLOSED
    if all(state is S.DECLINED for state in states):
        assert whole is H.UNDECIDED


WORDS = st.text(alphabet="火灾人被困楼三号院门口水，。13800 abc", max_size=60)


@given(st.builds(Sheet, *[WORDS] * 10))
def test_what_is_read_aloud_takes_ten_seconds_at_most(sheet: Sheet) -> None:
    assert seconds(spoken(sheet)) <= LONGEST_SECONDS


def test_danger_place_and_number_come_first_and_stay() -> None:
    sheet = Sheet(
        what="家里煤气罐着火了，火越来越大，邻居也闻到味道了，我们正在往外跑", danger="着火了", place="柳湾小区3号楼2单元501",
        area="云溪市/滨江区/柳湾街道", landmark="农贸市场", people="3人", since="十分钟前", name="欧阳试明", phone="13800000000",
    )  # fmt: skip
    said = spoken(sheet)
    assert seconds(said) <= LONGEST_SECONDS
    assert said.startswith(("家里煤气罐着火了", "着火了"))
    for part in ("柳湾小区3号楼2单元501", "13800000000"):
        assert part in said
    assert "欧阳试明" not in said  # the name goes first where time is short
    assert Sheet.from_json(sheet.to_json()) == sheet
