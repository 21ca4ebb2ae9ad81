"""The door: everything somebody tries who is not the person he says he is."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as house
from django.test import Client
from django.urls import get_resolver

from factories import City
from minhu.directory.access import as_system
from minhu.directory.models import Staff
from minhu.kernel import clock
from minhu.kernel.clock import now
from minhu.ledger.queries import entries_of
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


def test_the_book_names_who_signed_in_and_no_citizen(city: City) -> None:
    sign_in("dispatcher")
    with as_system():
        opened = [one for one in entries_of(("staff", city.actor("dispatcher").id)) if one.kind == "session.opened"]
    assert [(one.actor_kind, one.actor_id) for one in opened] == [("staff", city.actor("dispatcher").id)]


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


@pytest.mark.parametrize("spelling", ["Dispatcher", " dispatcher ", "ｄｉｓｐａｔｃｈｅｒ", "DISPATCHER"])
def test_another_spelling_is_no_other_name_to_the_lock(city: City, spelling: str) -> None:
    for _attempt in range(5):
        Client().post("/login/", {"username": spelling, "password": "wrong"})
    assert Client().post("/login/", {"username": "dispatcher", "password": SECRET}).status_code in (403, 429)
    away = Client(REMOTE_ADDR="10.1.1.1")
    assert away.post("/login/", {"username": spelling, "password": SECRET}).status_code == 302


def test_an_account_closed_between_the_steps_stays_outside(city: City) -> None:
    _seed, codes = enrol(city.staff["dispatcher"])
    client = sign_in("dispatcher")
    Staff.objects.filter(username="dispatcher").update(is_active=False)
    assert client.post("/login/second/", {"code": codes[0]})["Location"] == "/login/"


def test_the_old_password_cannot_be_guessed_from_inside(city: City) -> None:
    client = sign_in("dispatcher")
    status = 0
    for number in range(25):
        data = {"old": f"wrong-{number}", "new": "Another-9-password", "again": "Another-9-password"}
        status = client.post("/account/password/", data).status_code
    assert status == 429


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
