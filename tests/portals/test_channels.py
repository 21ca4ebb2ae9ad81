"""Pages of channels: the security administrator connects an official account, and reads no key again."""

from __future__ import annotations

import pytest

from factories import City, make_city, make_staff
from minhu.directory.types import Role
from minhu.exchange.models import ChannelAccount, Mailbox
from minhu.intake.models import TextProvider
from minhu.intake.services import text_carrying, texting
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db
AES = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"
FORM = {"label": "柳湾12345", "appid": "wx0123456789abcdef", "token": "liuwan12345", "aes_key": AES, "secret": ""}


@pytest.fixture
def city(db: None) -> City:
    made = make_city()
    made.staff["security"] = make_staff("security", made.units["centre"], Role.SECURITY_ADMIN, "安全员")
    return made


def test_an_account_is_connected_changed_and_switched_off(city: City) -> None:
    client = signed_in(city, "security")
    assert "还没有公众号" in body(client.get("/manage/channels/"))
    wrong = client.post("/manage/channels/new/", {**FORM, "appid": "12", "aes_key": "short"})
    assert wrong.status_code == 422
    assert "43 位" in body(wrong)
    assert "short" not in body(wrong)
    page = body(client.post("/manage/channels/new/", FORM, follow=True))
    account = ChannelAccount.objects.get()
    assert f"/hooks/wechat/{account.uid}/" in page
    assert client.post("/manage/channels/new/", FORM).status_code == 409
    address = f"/manage/channels/{account.pk}/"
    assert (
        client.post(address, {**FORM, "label": "柳湾热线", "token": "", "aes_key": "", "secret": "abc"}).status_code
        == 302
    )
    account.refresh_from_db()
    assert (account.label, account.token, account.aes_key, account.secret) == ("柳湾热线", "liuwan12345", AES, "abc")
    client.post(f"{address}active/", {"active": "0"})
    listed = body(client.get("/manage/channels/"))
    assert "已停用" in listed
    for shown in (listed, body(client.get(address))):
        assert "liuwan12345" not in shown
        assert AES not in shown
    assert client.get("/manage/channels/99/").status_code == 404
    assert signed_in(city, "supervisor").get("/manage/channels/").status_code == 403


def test_text_messages_are_set_up_seen_and_answered(city: City) -> None:
    client, watcher = signed_in(city, "security"), signed_in(city, "supervisor")
    assert "还没有启用短信服务" in body(watcher.get("/desk/texts/"))
    form = {"label": "网关", "kind": "http", "url": "http://10.0.0.1/sms", "sign": "云溪12345", "receipts": "on"}
    assert client.post("/manage/channels/texts/new/", form).status_code == 422, "a private address"
    page = client.post("/manage/channels/texts/new/", {**form, "url": "https://sms.example.com/send"})
    gateway = TextProvider.objects.get()
    assert gateway.secret_in in body(page)
    assert gateway.secret_in not in body(client.get(f"/manage/channels/texts/{gateway.pk}/"))
    client.post("/manage/channels/texts/new/", {**form, "label": "模拟器", "kind": "simulator"})
    simulator = TextProvider.objects.get(kind="simulator")
    for one in (gateway, simulator):
        client.post(f"/manage/channels/texts/{one.pk}/active/", {"active": "1"})
    gateway.refresh_from_db()
    assert not gateway.active, "one carries them"
    assert "模拟器" in body(client.get("/manage/channels/"))
    sent = texting.send_text("19900001234", "missed", {"when": "稍后"}, key="k")
    text_carrying.carry()
    shown = body(watcher.get("/desk/texts/"))
    assert "199****1234" in shown
    assert "19900001234" not in shown
    watcher.post(f"/desk/texts/{sent.uid}/answer/", {"words": "转人工", "key": "1"})
    assert "短信" in body(watcher.get("/desk/talks/"))
    client.post(f"/manage/channels/texts/{gateway.pk}/active/", {"active": "1"})
    page = body(watcher.post(f"/desk/texts/{sent.uid}/answer/", {"words": "我同意撤回", "key": "2"}, follow=True))
    assert "没有这条模拟短信" in page, "a real carrier is there: nobody answers in a citizen's name"
    assert client.get("/desk/texts/").status_code == 403, "an administrator reads no citizen's words"


def test_a_mailbox_is_connected_and_its_password_is_not_shown(city: City) -> None:
    client = signed_in(city, "security")
    form = {
        "label": "群众信箱", "address": "12345@yunxi.example", "imap_host": "imap.yunxi.example", "imap_port": "993",
        "smtp_host": "10.0.0.1", "smtp_port": "465", "user": "12345", "password": "gh3-tsk", "secure": "on",
    }  # fmt: skip
    assert "MINHU_OUTBOUND_NETWORKS" in body(client.post("/manage/channels/mail/new/", form))
    form["smtp_host"] = "smtp.yunxi.example"
    page = body(client.post("/manage/channels/mail/new/", form, follow=True))
    box = Mailbox.objects.get()
    assert "gh3-tsk" not in page
    client.post(f"/manage/channels/mail/{box.pk}/", {**form, "label": "信箱", "password": ""})
    client.post(f"/manage/channels/mail/{box.pk}/active/", {"active": "0"})
    box.refresh_from_db()
    assert (box.label, box.password, box.active) == ("信箱", "gh3-tsk", False)
    for change in ({"imap_host": "imap.elsewhere.example"}, {"smtp_port": "2525"}, {"user": "other"}, {"secure": ""}):
        refused = client.post(f"/manage/channels/mail/{box.pk}/", {**form, "password": "", **change})
        assert refused.status_code == 422, "a kept password goes to nobody else"
    assert "已停用" in body(client.get("/manage/channels/"))
