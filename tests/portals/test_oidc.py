"""Sign-in by a provider, against a real one: whoever forges an answer is whoever he likes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.test import Client
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from factories import City
from minhu.directory.models import Staff
from minhu.directory.services import oidc
from minhu.kernel.clock import now
from minhu.server.account_config import AccountConfig
from portals.accounts_help import city, enrol, is_in

__all__ = ["city"]
pytestmark = [
    pytest.mark.django_db, pytest.mark.filterwarnings("ignore::Warning"),
]  # fmt: skip


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider with four people."""
    from oidc_provider_mock import User, run_server_in_thread

    people = [
        User(sub="u1", claims={"preferred_username": "dispatcher", "name": "派单员"}),
        User(sub="u2", claims={"preferred_username": "newcomer", "name": "新同事"}),
        User(sub="u3", claims={"name": "没有账号名"}),
        User(sub="u4", claims={"preferred_username": "dispatcher", "amr": ["pwd", "otp"]}),
    ]
    with run_server_in_thread(user_claims=people) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def chosen(issuer: str, settings: Any) -> AccountConfig:
    """The settings of an operator who uses it."""
    settings.ACCOUNTS = AccountConfig.read(
        {
            "MINHU_OIDC_ISSUER": issuer,
            "MINHU_OIDC_CLIENT_ID": "minhu",
            "MINHU_OIDC_CLIENT_SECRET": "shared-secret-0123456789",
        }
    )
    chosen: AccountConfig = settings.ACCOUNTS
    return chosen


def answer_of(client: Client, sub: str, wanted: str = "") -> str:
    """Go to the provider, sign in there, and give the address it sends the browser back to."""
    away = client.get(f"/login/oidc/?next={wanted}")
    assert away.status_code == 302
    back = httpx.post(away["Location"], data={"sub": sub, "action": "authorize"})
    assert back.status_code == 302, back.text
    parts = urlsplit(back.headers["Location"])
    assert parts.path == "/login/oidc/return/"
    return f"{parts.path}?{parts.query}"


def test_somebody_known_comes_in(city: City, chosen: AccountConfig) -> None:
    client = Client()
    assert "/login/oidc/" in client.get("/login/").content.decode()
    answer = client.get(answer_of(client, "u1", "/orders/"))
    assert answer["Location"] == "/orders/"
    assert is_in(client)


def test_the_question_carries_state_nonce_and_a_hashed_verifier(city: City, chosen: AccountConfig) -> None:
    asked = parse_qs(urlsplit(Client().get("/login/oidc/")["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert len(asked["state"][0]) >= 20
    assert len(asked["nonce"][0]) >= 20
    assert asked["redirect_uri"] == ["http://testserver/login/oidc/return/"]


def test_the_code_is_exchanged_with_the_verifier(
    city: City, chosen: AccountConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    from requests import Session

    sent: list[str] = []
    before = Session.send

    def noted(self: Session, request: Any, **kwargs: Any) -> Any:
        sent.append(str(request.body))
        assert kwargs.get("timeout"), "a provider that hangs must not hang the house"
        return before(self, request, **kwargs)

    client = Client()
    address = answer_of(client, "u1")
    monkeypatch.setattr(Session, "send", noted)
    client.get(address)
    assert any("code_verifier=" in body for body in sent)


@pytest.mark.parametrize("sub", ["u2", "u3"])
def test_unknown_people_stay_outside_and_leave_no_account(city: City, chosen: AccountConfig, sub: str) -> None:
    client, before = Client(), Staff.objects.count()
    assert client.get(answer_of(client, sub)).status_code == 403
    assert Staff.objects.count() == before
    assert not is_in(client)


def test_an_account_is_made_only_where_the_operator_wants_it_and_may_do_nothing(
    city: City, chosen: AccountConfig, settings: Any
) -> None:
    settings.ACCOUNTS = replace(chosen, oidc_create=True)
    client = Client()
    assert client.get(answer_of(client, "u2")).status_code == 302
    made = Staff.objects.get(username="newcomer")
    assert not made.posts.exists()
    assert not made.has_usable_password()
    assert client.get("/desk/").status_code == 403


def test_a_closed_account_stays_outside(city: City, chosen: AccountConfig) -> None:
    Staff.objects.filter(username="dispatcher").update(is_active=False)
    client = Client()
    assert client.get(answer_of(client, "u1")).status_code == 403


def test_the_number_of_an_employee_may_be_what_matches(city: City, chosen: AccountConfig, settings: Any) -> None:
    settings.ACCOUNTS = replace(chosen, oidc_match="employee_number")
    Staff.objects.filter(username="leader").update(employee_number="dispatcher")
    client = Client()
    client.get(answer_of(client, "u1"))
    assert client.get("/account/").context["staff"].username == "leader"
    Staff.objects.filter(username="agent").update(employee_number="dispatcher")
    other = Client()
    assert other.get(answer_of(other, "u1")).status_code == 403, "two people with one number are nobody"


def test_our_second_step_follows_unless_the_providers_counts(city: City, chosen: AccountConfig, settings: Any) -> None:
    enrol(city.staff["dispatcher"])
    for sub, trust, lands in (("u1", False, "/login/second/"), ("u4", False, "/login/second/"), ("u1", True, "/login/second/"),
                              ("u4", True, "/desk/")):  # fmt: skip
        settings.ACCOUNTS = replace(chosen, oidc_trust_mfa=trust)
        client = Client()
        assert client.get(answer_of(client, sub))["Location"] == lands, (sub, trust)


def test_an_answer_to_another_browser_or_a_second_time_is_refused(city: City, chosen: AccountConfig) -> None:
    client, victim = Client(), Client()
    address = answer_of(client, "u1")
    victim.get("/login/oidc/")
    assert victim.get(address).status_code == 401, "signed in as the attacker without noticing"
    assert not is_in(victim)
    assert client.get(address).status_code == 302
    assert Client().get(address).status_code == 401


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?state=x", "?error=access_denied", "?code=x&state=x", "?error=<script>"]
)
def test_nonsense_instead_of_an_answer(city: City, chosen: AccountConfig, query: str) -> None:
    client = Client()
    client.get("/login/oidc/")
    answer = client.get(f"/login/oidc/return/{query}")
    assert answer.status_code == 401
    assert "<script>" not in answer.content.decode().replace('<script src="', "")


KEY, OTHER = RSAKey.generate_key(2048), RSAKey.generate_key(2048)


@pytest.mark.parametrize(
    ("wrong", "key", "alg"),
    [
        ({}, KEY, "RS256"), ({}, OTHER, "RS256"), ({}, OctKey.import_key("shared-secret-0123456789"), "HS256"),
        ({"aud": "another"}, KEY, "RS256"), ({"iss": "https://evil.example"}, KEY, "RS256"), ({"iss": None}, KEY, "RS256"),
        ({"nonce": "old"}, KEY, "RS256"), ({"nonce": None}, KEY, "RS256"), ({"exp": 1}, KEY, "RS256"),
        ({"sub": None}, KEY, "RS256"), ({"preferred_username": ["dispatcher"]}, KEY, "RS256"), (None, KEY, "none"),
    ],
)  # fmt: skip
def test_forged_tokens(
    city: City, chosen: AccountConfig, wrong: dict[str, Any] | None, key: Any, alg: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import base64
    import json

    client = Client()
    asked = parse_qs(urlsplit(client.get("/login/oidc/")["Location"]).query)
    moment = int(now().timestamp())
    claims = {
        "iss": chosen.oidc_issuer, "aud": "minhu", "sub": "u1", "preferred_username": "dispatcher", "iat": moment,
        "exp": moment + 300, "nonce": asked["nonce"][0],
    }  # fmt: skip
    claims = {name: value for name, value in {**claims, **(wrong or {})}.items() if value is not None}
    if alg == "none":
        parts = (json.dumps({"alg": "none"}), json.dumps(claims))
        token = ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts) + "."
    else:
        token = jwt.encode({"alg": alg}, claims, key, algorithms=[alg])
    provider = oidc._client(chosen.oidc_issuer, "minhu", chosen.oidc_client_secret)
    monkeypatch.setitem(provider.server_metadata, "jwks", {"keys": [KEY.as_dict(private=False)]})
    monkeypatch.setattr(provider, "fetch_jwk_set", lambda force=False: {"keys": [KEY.as_dict(private=False)]})
    monkeypatch.setattr(provider, "fetch_access_token", lambda **_rest: {"access_token": "x", "id_token": token})
    answer = client.get(f"/login/oidc/return/?code=x&state={asked['state'][0]}")
    if wrong == {} and key is KEY:
        assert answer.status_code == 302
    else:
        assert answer.status_code in (401, 403)
        assert not is_in(client)


def test_a_provider_that_is_away_is_said_so(city: City, settings: Any) -> None:
    settings.ACCOUNTS = AccountConfig.read({"MINHU_OIDC_ISSUER": "http://localhost:9", "MINHU_OIDC_CLIENT_ID": "minhu"})
    answer = Client().get("/login/oidc/")
    assert answer.status_code == 503
    assert "统一身份认证" in answer.content.decode()


def test_without_a_provider_there_is_no_such_door(city: City) -> None:
    assert Client().get("/login/oidc/").status_code == 404
    assert Client().get("/login/oidc/return/").status_code == 404
    assert "/login/oidc/" not in Client().get("/login/").content.decode()
