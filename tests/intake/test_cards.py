"""Who sees what of a requester; every value seen in clear stands in the reading log."""

from __future__ import annotations

import pytest
from django.test import Client

from minhu.directory.access import acting_as, as_system
from minhu.directory.policy import Action, decide
from minhu.intake import queries, services
from minhu.intake.models import Attachment
from minhu.intake.queries.cards import _place
from minhu.intake.types import NewRequest, UploadedFile
from minhu.kernel.actors import Actor
from minhu.kernel.errors import Invalid, MinhuError, NotAllowed, NotFound
from minhu.ledger.models import Access

from .conftest import TEXT, new_token, png, post_json, staff

pytestmark = pytest.mark.django_db
UNIT = 77
PHONE, NAME, IDENTITY = "13800138000", "欧阳明", "11010519491231002X"


def received(*, confidential: bool = False) -> int:
    receipt = services.receive(
        NewRequest(
            text=f"{TEXT}请打 {PHONE} 联系我。", requester_name=NAME, requester_phone=PHONE, requester_id_number=IDENTITY,
            requester_address="云溪市滨江区柳湾街道春晖路12号", place_text="春晖小区3号楼", confidential=confidential,
        )
    )  # fmt: skip
    with as_system():
        services.share(receipt.request_id, [UNIT])
    return receipt.request_id


def card_for(actor: Actor, request_id: int) -> tuple[str, dict[str, str]]:
    with acting_as(actor):
        card = queries.request_card(request_id, actor, "办理")
    return card.text, {value.field.value: value.shown for value in card.personal}


def readings() -> list[tuple[str, list[str]]]:
    with as_system():
        return list(Access.objects.order_by("id").values_list("purpose", "fields"))


def test_a_citizen_sees_the_own_values_masked() -> None:
    request_id = received()
    citizen = Actor("citizen", "citizen", roles=frozenset({"citizen"}), own_requests=(request_id,))
    text, shown = card_for(citizen, request_id)
    assert shown["phone"] == "138****8000"
    assert shown["name"] == "欧阳**"
    assert PHONE in text


def test_a_dispatcher_opens_a_value_with_a_reason_that_is_logged() -> None:
    request_id = received()
    dispatcher = staff("dispatcher")
    assert card_for(dispatcher, request_id)[1]["phone"] == "138****8000"
    assert readings() == [("办理", ["words"])], "the words hold a telephone number"
    with acting_as(dispatcher):
        with pytest.raises(Invalid):
            queries.reveal(request_id, "phone", " ")
        assert queries.reveal(request_id, "requester_phone", "核实停水地点") == PHONE
    assert readings()[1:] == [("核实停水地点", ["phone"])]


def test_a_unit_sees_whom_to_call_but_not_the_identity_number() -> None:
    request_id = received()
    _, shown = card_for(staff("unit_handler", units=(UNIT,)), request_id)
    assert (shown["phone"], shown["name"]) == (PHONE, NAME)
    assert IDENTITY not in shown["id_number"]
    assert readings() == [("办理", ["name", "phone", "place", "words"])]


def test_a_confidential_requester_is_hidden_from_units_in_every_way() -> None:
    request_id = received(confidential=True)
    handler = staff("unit_handler", "unit_head", units=(UNIT,))
    text, shown = card_for(handler, request_id)
    assert set(shown) == {"place"}
    assert PHONE not in text
    with acting_as(handler):
        for field in ("name", "phone", "id_number", "address"):
            with pytest.raises(NotAllowed):
                queries.reveal(request_id, field, "想联系诉求人")


@pytest.mark.parametrize("role", ["leader", "analyst", "inspector"])
def test_those_who_only_look_see_masks_and_open_nothing(role: str) -> None:
    request_id = received()
    text, shown = card_for(staff(role), request_id)
    assert shown["phone"] == "138****8000"
    assert PHONE not in text
    with acting_as(staff(role)), pytest.raises(NotAllowed):
        queries.reveal(request_id, "phone", "想看看")


@pytest.mark.parametrize(
    "actor",
    [
        staff("unit_handler", units=(UNIT + 1,)), staff("system_admin"), staff("security_admin"), staff("audit_admin"),
        Actor("citizen", "citizen", roles=frozenset({"citizen"})), Actor("citizen", "nobody"),
    ],
    ids=lambda actor: actor.id,
)  # fmt: skip
def test_others_do_not_learn_that_it_exists(actor: Actor) -> None:
    request_id = received()
    assert not decide(actor, Action.VIEW_ORDER)
    with acting_as(actor), pytest.raises(NotFound):
        queries.request_card(request_id, actor)
    with acting_as(actor), pytest.raises(MinhuError):
        services.supplement(request_id, "补充一下情况", actor=actor)


def test_a_caller_is_known_by_the_number_without_being_read() -> None:
    first, _ = received(), received()
    with acting_as(staff("agent")):
        services.confirm_decision(first, "malicious", "反复辱骂接线员")
        assert queries.caller_history_of_phone("138-0013-8000").words == "近一年来电 2 次，其中 1 次为噪声"
        assert queries.caller_history_of_phone("13900000000").words == "近一年首次来电"


def test_a_file_is_never_served_as_a_page_nor_to_strangers(home: object) -> None:
    receipt = services.receive(NewRequest(text=TEXT, files=(UploadedFile("现场.png", png()),)))
    with as_system():
        uid = Attachment.objects.get().uid
    stranger = Client(raise_request_exception=False).get(f"/attachments/{uid}/")
    assert stranger.status_code == 404
    owner = Client()
    session = owner.session
    session["own_requests"] = [receipt.request_id]
    session.save()
    owner.cookies["sessionid"] = session.session_key
    answer = owner.get(f"/attachments/{uid}/")
    assert b"".join(answer.streaming_content) == png()  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_program_sees_its_own_requests_and_others_by_code(token: str) -> None:
    made = post_json(token, {"text": TEXT, "phone": PHONE}).json()
    other = new_token("other", "requests:write", "requests:read")
    client = Client(raise_request_exception=False)
    path = f"/api/v1/requests/{made['number']}"
    mine = client.get(path, headers={"Authorization": f"Bearer {token}"})
    assert mine.json()["personal"]["phone"] == "138****8000"
    assert client.get(path, headers={"Authorization": f"Bearer {other}"}).status_code == 404
    with_code = client.get(f"{path}?code={made['code']}", headers={"Authorization": f"Bearer {other}"})
    assert with_code.status_code == 200
    added = post_json(token, {"text": "今天上午来水了，但水是黄的。"}, path=f"{path}/supplements")
    assert added.status_code == 201, added.content.decode()
    assert len(client.get(path, headers={"Authorization": f"Bearer {token}"}).json()["supplements"]) == 1


def test_the_description_of_the_api_is_there(db: None) -> None:
    schema = Client().get("/api/v1/openapi.json")
    assert schema.status_code == 200
    assert "requestBody" in schema.json()["paths"]["/api/v1/requests"]["post"]


@pytest.mark.parametrize(
    ("said", "shown"),
    [("就在那个老地方旁边", "地点未识别"), ("", ""), ("云溪市滨江区柳湾街道春晖路12号", "云溪市滨江区柳湾街道****")],
)
def test_a_place_that_nobody_recognised_is_said_in_words_and_not_in_stars(said: str, shown: str) -> None:
    assert _place(said) == shown
