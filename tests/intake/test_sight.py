"""How each value looks to each role for each purpose, and how much one person may read in an hour."""

from __future__ import annotations

from datetime import timedelta

import pytest

from minhu.directory.access import acting_as, as_system
from minhu.directory.types import Role
from minhu.intake import queries, services
from minhu.intake.domain.sight import LIMITS, TABLE, Limit, Shown, Standing, Where, shown
from minhu.intake.models import Request
from minhu.intake.queries import desk
from minhu.intake.queries.cards import standing_of
from minhu.intake.types import NewRequest, PersonalField
from minhu.kernel.actors import Actor, ActorKind
from minhu.kernel.clock import at, now
from minhu.kernel.errors import TooMany
from minhu.ledger.models import Access, Entry

from .conftest import TEXT, staff

UNIT = 78
F, S = PersonalField, Shown
PHONE = "13800138000"
# letters: name, phone, phone2, id_number, address, place; c clear, o openable, m masked, - hidden
EXPECTED = {
    Role.AGENT: ("oooooo", "oooooo"),
    Role.DISPATCHER: ("oooooo", "oooooo"),
    Role.SUPERVISOR: ("oooooo", "oooooo"),
    Role.UNIT_HANDLER: ("cccooc", "-----c"),
    Role.UNIT_HEAD: ("cccooc", "-----c"),
    Role.GRID_WORKER: ("cccooc", "-----c"),
    Role.INSPECTOR: ("mmmmmm", "mmmmmm"),
    Role.ANALYST: ("mmmmmm", "mmmmmm"),
    Role.LEADER: ("mmmmmm", "mmmmmm"),
    Role.PARTNER: ("mmmmmm", "mmmmmm"),
}
LETTERS = {S.CLEAR: "c", S.OPENABLE: "o", S.MASKED: "m", S.HIDDEN: "-"}


def a_request(confidential: bool = False) -> Request:
    return Request(pk=5, unit_ids=[UNIT], confidential=confidential)


@pytest.mark.parametrize("confidential", [False, True])
@pytest.mark.parametrize("role", list(EXPECTED))
def test_the_card_of_each_role(role: Role, confidential: bool) -> None:
    kind: ActorKind = "partner" if role is Role.PARTNER else "staff"
    who = Actor(kind, "x", roles=frozenset({role.value}), unit_ids=(UNIT,))
    standing = standing_of(a_request(confidential), who)
    assert "".join(LETTERS[shown(field, standing, Where.CARD)] for field in F) == EXPECTED[role][confidential]


def test_what_leaves_the_screen_is_never_clear_nor_openable() -> None:
    for standing in Standing:
        for purpose in (Where.LIST, Where.EXPORT):
            looks = {shown(field, standing, purpose) for field in F}
            assert looks <= {S.MASKED, S.HIDDEN}, (standing, purpose)
        clear = {field for field in F if shown(field, standing, Where.API) in (S.CLEAR, S.OPENABLE)}
        assert clear <= {F.PLACE}, standing


def test_the_table_has_every_cell() -> None:
    assert {(s, p, f) for s, row in TABLE.items() for p, cells in row.items() for f in cells} == {
        (s, p, f) for s in Standing for p in Where for f in F
    }


def received(count: int) -> list[int]:
    ids = [
        services.receive(
            NewRequest(text=f"{TEXT}第{at}次反映", requester_phone=PHONE, requester_name="欧阳明")
        ).request_id
        for at in range(count)
    ]
    with as_system():
        for one in ids:
            services.share(one, [UNIT])
    return ids


def shown_phone(who: Actor, request_id: int) -> tuple[str, bool]:
    with acting_as(who):
        card = queries.request_card(request_id, who, "办理")
    value = next(one for one in card.personal if one.field is F.PHONE)
    return value.shown, value.may_reveal


@pytest.mark.django_db
def test_beyond_an_hours_limit_each_value_needs_a_reason_and_then_nothing_opens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(LIMITS, Role.UNIT_HANDLER, Limit(2, 3))
    handler = staff("unit_handler", units=(UNIT,))
    first, second, third, fourth = received(4)
    assert [shown_phone(handler, one)[0] for one in (first, second, first)] == [PHONE] * 3
    assert shown_phone(handler, third) == ("138****8000", True)
    assert shown_phone(handler, first)[0] == PHONE, "who was read already may be read again"
    with acting_as(handler):
        assert queries.reveal(third, "phone", "当面核实情况") == PHONE
        with pytest.raises(TooMany, match="3 人"):
            queries.reveal(fourth, "phone", "还想看")
        assert queries.reveal(third, "name", "当面核实情况") == "欧阳明"
    with as_system():
        assert Entry.objects.filter(kind="privacy.limit_reached", actor_id=handler.id).count() == 1
        assert Access.objects.filter(subject_id=str(fourth)).count() == 0
    with at(now() + timedelta(minutes=61)):
        assert shown_phone(handler, fourth)[0] == PHONE


@pytest.mark.django_db
def test_a_search_by_telephone_is_in_the_reading_log_once_and_without_the_number() -> None:
    agent = staff("agent")
    with acting_as(agent):
        for _typed in range(3):
            queries.caller_history_of_phone(PHONE)
    with as_system():
        rows = list(Access.objects.filter(subject_type="phone").values_list("actor_id", "subject_id", "purpose"))
    assert len(rows) == 1
    assert rows[0][0] == "agent"
    assert PHONE not in "".join(rows[0])


@pytest.mark.django_db
def test_a_file_shows_masks_to_those_who_may_open_the_value_on_the_page() -> None:
    (one,) = received(1)
    for who in (staff("dispatcher"), staff("unit_head", units=(UNIT,)), staff("analyst")):
        with acting_as(who):
            assert desk.people_for([one], who) == {one: ("欧阳**", "138****8000")}
    with as_system():
        assert Access.objects.count() == 0
