"""A citizen's words come in whole: number, code, suggestions, recommendation and ledger entry, or nothing."""

from __future__ import annotations

import pytest

from minhu.directory.access import as_system
from minhu.intake import services
from minhu.intake.models import Fingerprint, IntakeDecision, Request, Suggestion
from minhu.intake.types import Channel, NewRequest
from minhu.kernel.errors import Invalid
from minhu.kernel.numbers import is_valid_number

TEXT = "柳湾街道春晖小区3号楼从昨天晚上开始停水，到现在还没有恢复，家里有老人，请尽快处理。"


@pytest.mark.django_db
def test_a_request_gets_a_number_a_code_and_keeps_its_words() -> None:
    receipt = services.receive(NewRequest(text=TEXT, requester_name="王明", requester_phone="138 0013 8000"))
    assert is_valid_number(receipt.number)
    assert len(receipt.code) == 6
    with as_system():
        request = Request.objects.get(pk=receipt.request_id)
        assert request.text == TEXT
        assert request.requester_phone == "138 0013 8000"
        assert request.requester_name == "王明"
        assert receipt.code not in request.code_digest
        assert Suggestion.objects.filter(request=request).exists()
        assert IntakeDecision.objects.get(request=request).final == ""
        assert Fingerprint.objects.filter(pk=request.pk).exists()


@pytest.mark.django_db
def test_the_same_key_answers_the_same_receipt() -> None:
    new = NewRequest(text=TEXT, channel=Channel.API, idempotency_key="a-1")
    first, again = services.receive(new, token=None), services.receive(new, token=None)
    assert (first.number, first.code, first.request_id) == (again.number, again.code, again.request_id)
    assert (first.created, again.created) == (True, False)
    with pytest.raises(Invalid, match="幂等键"):
        services.receive(NewRequest(text=TEXT + "另外一件事", channel=Channel.API, idempotency_key="a-1"))
