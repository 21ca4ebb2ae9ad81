"""The door: everything somebody tries who is not the person he says he is."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as house
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import get_resolver

from factories import City
from minhu.directory.models import Emergency, SignIn, Staff
from minhu.directory.services.sign_ins import device_words
from minhu.kernel import clock
from minhu.kernel.clock import now
from portals.accounts_help import SECRET, city, code, enrol, is_in, sign_in
from soft_key import SoftKey

__all__ = ["city"]
pytestmark = pytest.mark.django_db


def body(response: Any) -> str:
    return str(response.content.decode())


# -- the way in ---------------------------------------------------------------------------------------------------


def test_without_a_factor_the_password_is_enough_where_nothing_else_is_asked(city: City) -> None:
    client = Client()
    answer = client.post("/login/", {"username": "dispatcher", "password": SECRET})
    assert answer.status_code == 302
    assert is_in(client)


def test_with_a_factor_the_password_alone_opens_nothing(city: City) -> None:
    seed, _codes = enrol(city.staff["dispatcher"])
    client = Client()
    answer = client.post("/login/", {"username": "dispatcher", "password": SECRET, "next": "/orders/"})
    assert answer["Location"] == "/login/second/"
    for path in ("/account/", "/desk/", "/orders/", "/account/factors/"):
        assert client.get(path).status_code == 302, path
    assert client.post("/login/second/", {"code": "000000"}).status_code == 401
    with clock.at(now() + timedelta(seconds=31)):
        answer = client.post("/login/second/", {"code": code(seed)})
    assert answer["Location"] == "/orders/"
    assert is_in(client)


def test_a_recovery_code_signs_in_once(city: City) -> None:
    _seed, codes = enrol(city.staff["dispatcher"])
    first, second = sign_in("dispatcher"), sign_in("dispatcher")
    assert first.post("/login/second/", {"code": codes[0]}).status_code == 302
    assert is_in(first)
    assert second.post("/login/second/", {"code": codes[0]}).status_code == 401
    assert not is_in(second)


def test_the_second_step_waits_five_minutes(city: City) -> None:
    seed, _codes = enrol(city.staff["dispatcher"])
    client = sign_in("dispatcher")
    with clock.at(now() + timedelta(minutes=6)):
        assert client.post("/login/second/", {"code": code(seed)})["Location"] == "/login/"
    assert not is_in(client)


def test_the_second_step_of_nobody_leads_to_the_door(city: City) -> None:
    assert Client().get("/login/second/")["Location"] == "/login/"
    assert Client().post("/login/second/", {"code": "123456"})["Location"] == "/login/"


def test_a_session_older_than_the_factor_is_not_enough(city: City) -> None:
    before = sign_in("dispatcher")
    assert is_in(before)
    enrol(city.staff["dispatcher"])
    assert not is_in(before)


def test_codes_are_locked_across_browsers_and_addresses(city: City) -> None:
    seed, _codes = enrol(city.staff["dispatcher"])
    for number in range(5):
        client = sign_in("dispatcher", REMOTE_ADDR=f"10.0.0.{number}")
        client.post("/login/second/", {"code": "111111"})
    last = sign_in("dispatcher", REMOTE_ADDR="10.0.0.99")
    with clock.at(now() + timedelta(seconds=31)):
        answer = last.post("/login/second/", {"code": code(seed)})
    assert answer.status_code == 429
    assert "锁定" in body(answer)


def test_roles_that_see_people_must_enrol_first(city: City, settings: Any) -> None:
    settings.MINHU_SECOND_FACTOR = "sensitive"
    client = sign_in("dispatcher")
    for path in ("/desk/", "/orders/", "/account/", "/account/sessions/", "/account/emergency/"):
        assert client.get(path)["Location"] == "/account/factors/", path
    page = client.post("/account/factors/app/")
    seed = re.sub(r"\s", "", re.search(r'id="seed">([^<]+)<', body(page)).group(1))  # type: ignore[union-attr]
    assert "data:image/svg+xml" in body(page)
    assert client.post("/account/factors/app/", {"code": "000000"}).status_code == 422
    done = client.post("/account/factors/app/", {"code": code(seed)})
    assert len(re.findall(r"<li><code>", body(done))) == 10
    assert "no-store" in done["Cache-Control"]
    assert client.get("/desk/").status_code == 200
    assert Client().get("/account/factors/").status_code == 302


def test_a_first_password_comes_before_everything(city: City) -> None:
    Staff.objects.filter(username="dispatcher").update(must_change_password=True)
    client = sign_in("dispatcher")
    for path in ("/desk/", "/account/", "/account/factors/", "/account/sessions/"):
        assert client.get(path)["Location"] == "/account/password/", path


def test_an_old_password_must_be_changed_in_dengbao_only(city: City, settings: Any) -> None:
    Staff.objects.filter(username="dispatcher").update(password_set_at=now() - timedelta(days=91))
    assert sign_in("dispatcher").get("/desk/")["Location"] == "/account/password/"
    settings.MINHU_PASSWORD_PROFILE = "asvs"
    assert sign_in("dispatcher").get("/desk/").status_code == 200


# -- passkeys -----------------------------------------------------------------------------------------------------


def bind(client: Client, key: SoftKey) -> Any:
    options = json.loads(client.post("/account/factors/passkey/begin/", HTTP_HOST="localhost").content)
    answer = {"answer": json.dumps(key.make(options)), "name": "钥匙"}
    return client.post("/account/factors/passkey/", answer, HTTP_HOST="localhost")


def test_a_passkey_is_bound_and_is_both_factors(city: City) -> None:
    key, client = SoftKey(), sign_in("dispatcher")
    assert "恢复码" in body(bind(client, key))
    fresh = Client(HTTP_HOST="localhost")
    options = json.loads(fresh.post("/login/passkey/begin/").content)
    proof = {"answer": json.dumps(key.prove(options)), "next": "/orders/"}
    assert fresh.post("/login/passkey/", proof)["Location"] == "/orders/"
    assert is_in(fresh)
    again = Client(HTTP_HOST="localhost")
    again.post("/login/passkey/begin/")
    assert again.post("/login/passkey/", proof).status_code == 401, "an answer counts for its own question only"


def test_a_passkey_is_the_second_step(city: City) -> None:
    key = SoftKey(verified=False)
    bind(sign_in("dispatcher"), key)
    client = Client(HTTP_HOST="localhost")
    client.post("/login/", {"username": "dispatcher", "password": SECRET})
    options = json.loads(client.post("/login/passkey/begin/").content)
    assert client.post("/login/passkey/", {"answer": json.dumps(key.prove(options))}).status_code == 302
    assert is_in(client)


@pytest.mark.parametrize("answer", ["", "{", "[]", "null", '{"rawId": 5}', "x" * 30_000])
def test_nonsense_instead_of_a_proof(city: City, answer: str) -> None:
    client = Client(HTTP_HOST="localhost")
    client.post("/login/passkey/begin/")
    assert client.post("/login/passkey/", {"answer": answer}).status_code == 401
    assert client.post("/login/passkey/", {"answer": answer})["Location"] == "/login/", "a challenge counts once"


def test_addresses_in_numbers_have_no_passkeys(city: City) -> None:
    client = sign_in("dispatcher", HTTP_HOST="127.0.0.1")
    assert client.post("/account/factors/passkey/begin/").status_code == 409
    assert "data-passkey" not in body(Client(HTTP_HOST="127.0.0.1").get("/login/"))


# -- guessing and telling -----------------------------------------------------------------------------------------


def test_the_door_does_not_tell_who_exists(city: City) -> None:
    enrol(city.staff["dispatcher"])
    Staff.objects.filter(username="leader").update(is_active=False)
    said = set()
    for username, password in (
        ("dispatcher", "wrong"),
        ("nobody-here", "wrong"),
        ("leader", "wrong"),
        ("leader", SECRET),
    ):
        answer = Client().post("/login/", {"username": username, "password": password})
        assert answer.status_code == 401
        words = re.sub(r'value="[^"]*"|csrf-token" content="[^"]*"', "", body(answer))
        said.add(re.sub(r"\b[0-9A-F]{12}\b", "", words))
    assert len(said) == 1


def test_unknown_names_cost_as_much_time_as_known_ones(
    city: City, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    calls: list[str] = []
    before = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *a, **k: calls.append("x") or before(*a, **k))
    Staff.objects.filter(username="leader").update(password="!")
    counts = {}
    for username in ("dispatcher", "nobody-here", "leader"):
        calls.clear()
        Client().post("/login/", {"username": username, "password": "wrong"})
        counts[username] = len(calls)
    assert len(set(counts.values())) == 1, counts
    assert counts["dispatcher"] >= 1


def test_wrong_passwords_lock_name_and_address_then_the_name_everywhere(city: City) -> None:
    for _attempt in range(5):
        answer = Client().post("/login/", {"username": "dispatcher", "password": "wrong"})
    assert answer.status_code in (403, 429)
    assert Client().post("/login/", {"username": "dispatcher", "password": SECRET}).status_code in (403, 429)
    away = Client(REMOTE_ADDR="10.1.1.1")
    assert away.post("/login/", {"username": "dispatcher", "password": SECRET}).status_code == 302
    for number in range(2, 20):
        Client(REMOTE_ADDR=f"10.1.1.{number}").post("/login/", {"username": "leader", "password": "wrong"})
        Client(REMOTE_ADDR=f"10.1.1.{number}").post("/login/", {"username": "leader", "password": "wrong"})
    last = Client(REMOTE_ADDR="10.9.9.9")
    assert last.post("/login/", {"username": "leader", "password": SECRET}).status_code == 429


def test_the_old_password_cannot_be_guessed_from_inside(city: City) -> None:
    client = sign_in("dispatcher")
    status = 0
    for number in range(25):
        data = {"old": f"wrong-{number}", "new": "Another-9-password", "again": "Another-9-password"}
        status = client.post("/account/password/", data).status_code
    assert status == 429


# -- sessions -----------------------------------------------------------------------------------------------------


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


# -- addresses, forms, hosts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:evil.example", "///evil",
     "/login/?next=/login/", "\thttps://evil.example", "/logout/"],
)  # fmt: skip
def test_nobody_is_sent_away_after_signing_in(city: City, wanted: str) -> None:
    _seed, codes = enrol(city.staff["leader"])
    for username in ("dispatcher", "leader"):
        client = Client()
        answer = client.post("/login/", {"username": username, "password": SECRET, "next": wanted})
        if answer["Location"] == "/login/second/":
            answer = client.post("/login/second/", {"code": codes[0]})
        assert answer.status_code == 302
        assert answer["Location"] in {"/desk/", "/leader/"}


def _posting() -> list[str]:
    found = []

    def walk(patterns: Any, prefix: str) -> None:
        for one in patterns:
            if hasattr(one, "url_patterns"):
                walk(one.url_patterns, prefix + str(one.pattern))
            elif getattr(one, "name", None) and str(prefix + str(one.pattern)).startswith(
                ("login", "account", "logout", "manage/staff", "manage/conf", "manage/emer")
            ):
                found.append("/" + re.sub(r"<[^>]+>", "1", prefix + str(one.pattern)))

    walk(get_resolver().url_patterns, "")
    return found


def test_every_post_of_accounts_wants_its_token(city: City) -> None:
    paths = _posting()
    assert len(paths) >= 30
    inside = Client(enforce_csrf_checks=True)
    inside.force_login(city.staff["security"], backend="django.contrib.auth.backends.ModelBackend")
    for path in paths:
        assert inside.post(path).status_code in (403, 405), path


def test_a_foreign_host_is_refused_and_never_repeated(city: City) -> None:
    answer = Client(HTTP_HOST="evil.example").get("/login/")
    assert answer.status_code == 400
    assert "evil.example" not in body(answer)
    assert Client(HTTP_HOST="evil.example").post("/login/passkey/begin/").status_code == 400


def test_sign_in_pages_are_never_kept(city: City) -> None:
    client = sign_in("dispatcher")
    for path in ("/login/", "/account/", "/account/factors/", "/account/sessions/"):
        assert "no-store" in client.get(path)["Cache-Control"], path
    assert house.SESSION_COOKIE_HTTPONLY
    assert house.SESSION_COOKIE_SAMESITE == "Lax"


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
