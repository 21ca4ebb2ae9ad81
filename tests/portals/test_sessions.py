"""Sessions and the administrators' pages: a session that outlives its person, or one person who decides alone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from factories import City
from minhu.directory.models import Emergency, SignIn, Staff
from minhu.directory.services.sign_ins import device_words
from minhu.kernel import clock
from minhu.kernel.clock import now
from minhu.server.staff_proof import holds
from portals.accounts_help import SECRET, city, enrol, is_in, sign_in

__all__ = ["city"]
pytestmark = pytest.mark.django_db


def body(response: Any) -> str:
    return str(response.content.decode())


# -- sessions -----------------------------------------------------------------------------------------------------


def test_only_a_signed_in_browser_carries_the_proof_that_opens_the_staffs_room(city: City) -> None:
    def sent(client: Client) -> str:
        return "; ".join(f"{name}={found.value}" for name, found in client.cookies.items())

    client = Client()
    client.get("/login/")
    client.post("/login/", {"username": "dispatcher", "password": "wrong"})
    assert "minhu_staff" not in client.cookies
    client.post("/login/", {"username": "dispatcher", "password": SECRET})
    assert holds(sent(client))
    assert client.cookies["minhu_staff"]["httponly"]
    session = client.cookies["minhu_session"].value
    client.cookies["minhu_staff"] = "made.up"
    assert not holds(sent(client))
    assert is_in(client), "the proof opens no page and closes none"
    assert holds(sent(client)), "who has a session gets a proof anew"
    client.post("/logout/")
    assert not holds(f"{sent(client)}; minhu_session={session}")


def test_a_planted_session_key_is_worthless(city: City) -> None:
    client = Client()
    client.get("/login/oidc/")
    client.get("/follow/")
    session = client.session
    session["planted"] = "1"
    session.save()
    planted = session.session_key
    client.post("/login/", {"username": "dispatcher", "password": SECRET})
    assert client.session.session_key != planted
    assert "planted" not in client.session
    assert not Session.objects.filter(session_key=planted).exists()


def test_signing_in_between_the_two_steps_changes_the_key_again(city: City) -> None:
    _seed, codes = enrol(city.staff["dispatcher"])
    client = sign_in("dispatcher")
    middle = client.session.session_key
    client.post("/login/second/", {"code": codes[0]})
    assert client.session.session_key != middle


def test_idle_and_long_sessions_end(city: City) -> None:
    client = sign_in("dispatcher")
    start = now()
    with clock.at(start + timedelta(minutes=29)):
        assert is_in(client)
    with clock.at(start + timedelta(minutes=58)):
        assert is_in(client)
    with clock.at(start + timedelta(minutes=89)):
        assert not is_in(client)
    assert SignIn.objects.filter(ended_why="idle").count() == 1
    client = sign_in("dispatcher")
    start, minute = now(), 0
    while minute < 12 * 60:
        with clock.at(start + timedelta(minutes=minute)):
            assert is_in(client)
        minute += 20
    with clock.at(start + timedelta(minutes=12 * 60 + 1)):
        assert not is_in(client)


def test_an_idle_session_gets_no_live_stream_either(city: City) -> None:
    from django.test import RequestFactory

    from minhu.directory.queries import actor_of_session

    client = sign_in("dispatcher")
    request = RequestFactory().get("/events/")
    request.session, request.user = client.session, city.staff["dispatcher"]
    assert actor_of_session(request).kind == "staff"
    with clock.at(now() + timedelta(minutes=31)):
        assert actor_of_session(request).kind == "citizen"


def test_rows_of_ended_sessions_are_kept_for_half_a_year(city: City) -> None:
    from minhu.directory.services.sign_ins import forget_old
    from minhu.server.retention import expire

    client = sign_in("dispatcher")
    assert forget_old() == 0
    assert is_in(client)
    with clock.at(now() + timedelta(days=2)):
        forget_old()
        assert SignIn.objects.get().ended_why == "longest"
        assert expire("sign_ins") == 0
    with clock.at(now() + timedelta(days=190)):
        assert expire("sign_ins") == 1


def test_my_sessions_are_listed_and_ended(city: City) -> None:
    here = sign_in("dispatcher", HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537")
    there = sign_in("dispatcher", REMOTE_ADDR="114.114.114.114", HTTP_USER_AGENT="Mozilla/5.0 (iPhone) Safari/604")
    page = body(here.get("/account/sessions/"))
    assert "Chrome · Windows" in page
    assert "114.114.114.114（外网）" in page
    assert here.session.session_key not in page
    assert here.post("/account/sessions/others/end/").status_code == 302
    assert is_in(here)
    assert not is_in(there)


def test_nobody_ends_somebody_elses_session(city: City) -> None:
    victim, attacker = sign_in("dispatcher"), sign_in("leader")
    row = SignIn.objects.get(staff=city.staff["dispatcher"])
    attacker.post(f"/account/sessions/{row.pk}/end/")
    assert is_in(victim)
    assert attacker.post(f"/manage/staff/{city.staff['dispatcher'].pk}/sessions/end/").status_code == 403


def test_the_security_administrator_sees_and_ends_sessions(city: City) -> None:
    victim = sign_in("dispatcher")
    pk = city.staff["dispatcher"].pk
    admin = sign_in("security")
    assert "127.0.0.1" in body(admin.get(f"/manage/staff/{pk}/security/"))
    admin.post(f"/manage/staff/{pk}/sessions/end/")
    assert not is_in(victim)


def test_a_new_password_or_a_closed_account_ends_all_sessions(city: City) -> None:
    here, there = sign_in("dispatcher"), sign_in("dispatcher")
    data = {"old": SECRET, "new": "Another-9-password", "again": "Another-9-password"}
    assert here.post("/account/password/", data).status_code == 302
    assert is_in(here)
    assert not is_in(there)
    sign_in("security").post(f"/manage/staff/{city.staff['dispatcher'].pk}/active/", {"active": "0"})
    assert not is_in(here)


def test_changing_factors_wants_a_fresh_sign_in(city: City) -> None:
    client = sign_in("dispatcher")
    with clock.at(now() + timedelta(minutes=16)):
        answer = client.post("/account/factors/app/")
        assert answer["Location"].startswith("/login/?next=")
        assert not is_in(client)


def test_devices_in_words() -> None:
    assert device_words("Mozilla/5.0 (Linux; Android 14) Chrome/140 Mobile") == "Chrome · Android"
    assert device_words("curl/8") == ""


# -- administration -----------------------------------------------------------------------------------------------


def test_the_alarm_stands_on_every_administrators_page(city: City) -> None:
    handler = city.staff["water_handler"]
    Staff.objects.filter(pk=handler.pk).update(may_break_glass=True)
    client = sign_in("water_handler")
    assert client.post("/account/emergency/", {"reason": "短"}).status_code == 422
    answer = client.post("/account/emergency/", {"reason": "夜间燃气泄漏，派单员电话无人接听"})
    assert answer.status_code == 302
    assert client.get("/desk/").status_code == 200, "emergency access opens the dispatcher's board"
    assert client.get("/manage/").status_code == 403
    for name in ("system_admin", "security", "audit"):
        assert "紧急访问进行中" in body(sign_in(name).get("/manage/")), name
    assert "紧急访问进行中" not in body(sign_in("dispatcher").get("/desk/"))
    client.post("/account/emergency/end/")
    assert client.get("/desk/").status_code == 403
    audit = sign_in("audit")
    assert "等待复核" in body(audit.get("/manage/"))
    row = Emergency.objects.get()
    data = {"emergency": str(row.pk), "justified": "1", "finding": "属实"}
    assert sign_in("security").post("/manage/emergencies/", data).status_code == 403
    assert audit.post("/manage/emergencies/", data).status_code == 302
    assert "等待复核" not in body(audit.get("/manage/"))


def test_an_administrators_post_goes_through_two_browsers(city: City) -> None:
    security, system = sign_in("security"), sign_in("system_admin")
    newcomer = Staff.objects.create(username="xinren", name="新人")
    data = {"unit": city.units["centre"].name, "role": "audit_admin"}
    assert security.post(f"/manage/staff/{newcomer.pk}/post/", data)["Location"] == "/manage/confirmations/"
    page = body(security.get("/manage/confirmations/"))
    assert "须另一人确认" in page
    number = re.search(r"/manage/confirmations/(\d+)/", body(system.get("/manage/confirmations/")))
    assert number is not None
    security.post(number.group(0), {"answer": "confirm"})
    assert not newcomer.posts.exists()
    system.post(number.group(0), {"answer": "confirm"})
    assert newcomer.posts.get().role == "audit_admin"


def test_an_administrators_password_is_made_of_two_halves(city: City) -> None:
    security, system = sign_in("security"), sign_in("system_admin")
    auditor = city.staff["audit"]
    assert security.post(f"/manage/staff/{auditor.pk}/password/").status_code == 409
    page = security.post(f"/manage/staff/{auditor.pk}/ask/", {"kind": "password", "reason": "本人忘记，已当面核实"})
    first = re.search(r'class="secret"><code>([^<]+)<', body(page)).group(1)  # type: ignore[union-attr]
    address = re.search(r"/manage/confirmations/\d+/", body(system.get("/manage/confirmations/"))).group(0)  # type: ignore[union-attr]
    page = system.post(address, {"answer": "confirm"})
    second = re.search(r'class="secret"><code>([^<]+)<', body(page)).group(1)  # type: ignore[union-attr]
    assert "no-store" in page["Cache-Control"]
    client = sign_in("audit", password=f"{first}-{second}")
    assert client.get("/manage/")["Location"] == "/account/password/"


def test_absence_and_leaving_by_page(city: City) -> None:
    from minhu.directory.queries.freshness import local_day

    security, handler = sign_in("security"), city.staff["water_handler"]
    mate = Staff.objects.create(username="tongshi", name="同事")
    mate.posts.create(unit_id=handler.posts.get().unit_id, role="unit_handler")
    day = local_day().isoformat()
    data = {"acting": str(mate.pk), "reason": "leave", "first_day": day, "last_day": day}
    client = sign_in("water_handler")
    assert client.post("/account/away/", {**data, "acting": ""}).status_code == 422
    assert client.post("/account/away/", data).status_code == 302
    assert "代理中" in body(client.get("/account/away/"))
    assert "代理中" in body(security.get(f"/manage/staff/{handler.pk}/security/"))
    assert security.post(f"/manage/staff/{handler.pk}/leave/").status_code == 302
    assert not is_in(client)
    handler.refresh_from_db()
    assert not handler.is_active
