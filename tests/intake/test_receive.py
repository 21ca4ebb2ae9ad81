"""A citizen's words come in whole: number, code, suggestions, recommendation and ledger entry, or nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from minhu.directory.access import as_system
from minhu.intake import services
from minhu.intake.events import RequestReceived
from minhu.intake.models import Fingerprint, IntakeDecision, Request, Suggestion
from minhu.intake.types import Channel, NewRequest, SuggestedField
from minhu.kernel import clock, events
from minhu.kernel.errors import Invalid, NotAllowed
from minhu.kernel.numbers import is_valid_number
from minhu.ledger.queries import entries_of

from .conftest import TEXT, staff

pytestmark = pytest.mark.django_db
LIKE = "柳湾街道春晖小区3号楼从昨天晚上开始停水，到现在没有恢复，家里有老人，请尽快来处理。"


def test_a_request_gets_a_number_a_code_and_keeps_its_words() -> None:
    receipt = services.receive(NewRequest(text=TEXT, requester_name="王明", requester_phone="138 0013 8000"))
    assert is_valid_number(receipt.number)
    assert len(receipt.code) == 6
    with as_system():
        request = Request.objects.get(pk=receipt.request_id)
        assert (request.text, request.requester_phone, request.requester_name) == (TEXT, "138 0013 8000", "王明")
        assert receipt.code not in request.code_digest
        assert Suggestion.objects.filter(request=request, field="urgency").exists()
        assert IntakeDecision.objects.get(request=request).final == ""
        assert Fingerprint.objects.filter(pk=request.pk).exists()
        assert [entry.kind for entry in entries_of(("request", request.pk))] == ["request.received"]
        assert TEXT not in str(entries_of(("request", request.pk))[0].payload)


def test_every_request_has_an_order() -> None:
    receipt = services.receive(NewRequest(text=TEXT))
    with as_system(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM handling_order WHERE request_id = %s", [receipt.request_id])
        assert cursor.fetchone() == (1,)


def test_every_column_of_a_request_is_written() -> None:
    """A new field of the model must not be forgotten in the statement by hand."""
    columns = {field.column for field in Request._meta.concrete_fields}
    from minhu.intake import store

    head = store._WRITE.split("(", 2)[2].split(")")[0]
    assert {name.strip() for name in head.split(",")} == columns


def test_the_same_key_answers_the_same_receipt() -> None:
    new = NewRequest(text=TEXT, channel=Channel.API, idempotency_key="a-1")
    first, again = services.receive(new), services.receive(new)
    assert (first.number, first.code, first.request_id) == (again.number, again.code, again.request_id)
    assert (first.created, again.created) == (True, False)
    with pytest.raises(Invalid, match="幂等键"):
        services.receive(NewRequest(text=TEXT + "另外一件事", channel=Channel.API, idempotency_key="a-1"))


def test_two_programs_may_use_the_same_key() -> None:
    from .conftest import new_token

    new_token("a")
    new_token("b")
    with as_system():
        from minhu.directory.models import ApiToken

        one, two = ApiToken.objects.order_by("id").values_list("id", flat=True)
    new = NewRequest(text=TEXT, channel=Channel.API, idempotency_key="same")
    assert services.receive(new, token=one).number != services.receive(new, token=two).number


def test_a_repeat_of_the_same_caller_is_found_and_explained() -> None:
    first = services.receive(NewRequest(text=TEXT, requester_phone="13800138000"))
    second = services.receive(NewRequest(text=LIKE, requester_phone="+86 13800138000"))
    with as_system():
        found = Suggestion.objects.get(request_id=second.request_id, field=SuggestedField.REPEAT)
        assert found.value["number"] == first.number
        assert "同一来电人" in found.basis
        assert "文字相似" in found.basis
        decision = IntakeDecision.objects.get(request_id=second.request_id)
        assert decision.recommended in {"repeated", "accept"}


def test_another_matter_is_no_repeat() -> None:
    services.receive(NewRequest(text=TEXT, requester_phone="13800138000"))
    other = services.receive(
        NewRequest(text="请问办理居住证需要带哪些材料，周末能不能办理？", requester_phone="13800138000")
    )
    with as_system():
        assert not Suggestion.objects.filter(request_id=other.request_id, field=SuggestedField.REPEAT).exists()


def test_counters_count_a_callers_month_and_year() -> None:
    seen: list[RequestReceived] = []
    events.subscribe(RequestReceived)(seen.append)
    try:
        start = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
        for days in (0, 100, 110):
            with clock.at(start + timedelta(days=days)):
                services.receive(NewRequest(text=TEXT, requester_phone="13800138000"))
    finally:
        events._handlers[RequestReceived] = {
            name: handler for name, handler in events._handlers[RequestReceived].items() if handler != seen.append
        }
    assert [(event.caller_month_count, event.caller_year_count) for event in seen] == [(1, 1), (1, 2), (2, 3)]


def test_danger_at_the_end_of_a_long_text_is_seen() -> None:
    text = "反映小区绿化养护的情况。" * 900 + "现在楼里着火了，有人被困在五楼！"
    receipt = services.receive(NewRequest(text=text))
    with as_system():
        decision = IntakeDecision.objects.get(request_id=receipt.request_id)
        assert decision.recommended == "emergency"
        assert decision.final == ""
        assert "119" in decision.wording


def test_only_a_person_refuses() -> None:
    receipt = services.receive(NewRequest(text=TEXT))
    with as_system(), pytest.raises(NotAllowed):
        services.confirm_decision(receipt.request_id, "legal_route", "应走诉讼途径")
    from minhu.directory.access import acting_as

    with acting_as(staff("dispatcher")):
        with pytest.raises(Invalid):
            services.confirm_decision(receipt.request_id, "legal_route", "")
        services.confirm_decision(receipt.request_id, "legal_route", "合同纠纷，已告知向法院起诉")
    with as_system():
        assert IntakeDecision.objects.get(request_id=receipt.request_id).final == "legal_route"


def test_what_a_person_makes_of_a_suggestion_is_kept() -> None:
    receipt = services.receive(NewRequest(text=TEXT))
    from minhu.directory.access import acting_as

    with acting_as(staff("dispatcher")):
        assert services.record_outcome(receipt.request_id, "urgency", "changed", {"level": "urgent"}) == 1
        assert services.record_outcome(receipt.request_id, "urgency", "accepted", None) == 0
    with acting_as(staff("leader")), pytest.raises(NotAllowed):
        services.record_outcome(receipt.request_id, "title", "accepted", "x")
