"""Beside a talk stands where else its person wrote, and nobody else's; what an agent says of it counts."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db.models import Q

from factories import make_city
from minhu.directory.access import as_system
from minhu.intake.models import Talk, VoiceMark
from minhu.intake.services import receive, talking
from minhu.intake.services.forgetting import _drop_words
from minhu.intake.types import Channel, NewRequest, TalkChannel
from minhu.ledger.models import Access
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db
PHONE = "19900001234"
LONG = "锦华苑小区连续三天停水，物业一直不解释，请尽快恢复供水"


def talk(channel: TalkChannel, words: str, *, sender: str = "", phone: str = "") -> UUID:
    uid = talking.begin(channel, sender=sender, phone=phone).uid
    talking.hear(uid, words)
    talking.hear(uid, "转人工")
    return uid


def test_an_agent_sees_that_the_same_person_wrote_elsewhere_and_says_so(home: object) -> None:
    city = make_city()
    mail = talk(TalkChannel.EMAIL, f"春晖路路灯坏了，我的电话{PHONE}", sender="li@example.com")
    stranger = talk(TalkChannel.SMS, "春晖路路灯坏了", sender="19900001235", phone="19900001235")
    text = talk(TalkChannel.SMS, LONG, sender=PHONE, phone=PHONE)
    copied = talk(TalkChannel.WECHAT, f"{LONG}。", sender="oWhoever")
    earlier = receive(NewRequest(text="春晖路12号路灯坏了三天", requester_phone=PHONE, channel=Channel.WEB))
    receive(NewRequest(text="举报领导收礼", requester_phone=PHONE, confidential=True, channel=Channel.WEB))
    client = signed_in(city, "agent")
    address = f"/desk/talks/{text}/person/"
    page = body(client.get(address))
    assert "电子邮件" in page
    assert earlier.number in page
    assert page.count("<li>") == 3, "mail, request, the copied words; not the stranger, not what is confidential"
    assert PHONE not in page
    assert "li@example.com" not in page
    assert "春晖路" not in page, "reasons, not words"
    assert page.index("电子邮件") < page.index("微信"), "the surest first"
    with as_system():
        assert Access.objects.filter(subject_type="phone").count() == 1
    assert "<li>" not in body(client.get(f"/desk/talks/{stranger}/person/")), "a number beside learns nothing"
    page = body(client.post(f"{address}{copied}/", {"same": "0"}))
    assert "不是同一人" in page
    assert "99%" in body(client.post(f"{address}{mail}/", {"same": "1"}))
    assert "99%" in body(client.get(f"/desk/talks/{mail}/person/")), "it holds from both sides"
    assert 'id="td-person"' in body(client.get(f"/desk/talks/{text}/"))
    with as_system():
        Talk.objects.filter(uid=stranger).update(state="ended")
    assert client.post(f"{address}{stranger}/", {"same": "1"}).status_code == 404, "neither beside it nor his to read"
    for who in ("water_handler", "dispatcher"):
        assert signed_in(city, who).get(address).status_code in (403, 404)
    with as_system():
        _drop_words(Q(uid=mail))
        assert not VoiceMark.objects.filter(talk__uid=mail).exists()
