"""Sign-in by an OpenID Connect provider: code flow with PKCE, state and nonce (Authlib), matched to an account here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect

from minhu.directory.models import Staff
from minhu.directory.services.accounts import USERNAME, create_account
from minhu.kernel.actors import SYSTEM, use_actor
from minhu.kernel.errors import NotAllowed, Unavailable

NAME: Final = "minhu"
SECONDS: Final = 5
SIGNED_BY: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Asymmetric signatures only: neither 'none' nor a shared secret may sign who somebody is."""
MFA: Final = frozenset({"mfa", "otp", "hwk", "fpt", "face", "pin"})
log = structlog.get_logger("minhu.accounts")


@dataclass(frozen=True, slots=True)
class Known:
    """The account behind a provider's answer, and whether the provider saw a second factor that counts here."""

    staff_id: int
    second: bool


def is_on() -> bool:
    """Whether the operator named a provider."""
    return bool(settings.ACCOUNTS.oidc_issuer)


def label() -> str:
    """Words on the button."""
    return str(settings.ACCOUNTS.oidc_label)


@lru_cache(maxsize=4)
def _client(issuer: str, client_id: str, secret: str) -> Any:
    from authlib.integrations.django_client import OAuth

    oauth = OAuth()
    shown = {} if secret else {"token_endpoint_auth_method": "none"}  # a public client proves itself by PKCE alone
    oauth.register(
        NAME, client_id=client_id, client_secret=secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256", "default_timeout": SECONDS, **shown},
    )  # fmt: skip
    return oauth.create_client(NAME)


def _ready() -> Any:
    chosen = settings.ACCOUNTS
    client = _client(chosen.oidc_issuer, chosen.oidc_client_id, chosen.oidc_client_secret)
    metadata = client.load_server_metadata()
    if str(metadata.get("issuer", "")).rstrip("/") != chosen.oidc_issuer.rstrip("/"):
        raise ValueError("the provider calls itself by another name")
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [name for name in offered if name in SIGNED_BY]
    return client


def _away(error: Exception) -> Unavailable:
    log.warning("oidc_unavailable", error=type(error).__name__)
    return Unavailable("统一身份认证暂时无法连接，请稍后重试，或用账号密码登录。", code="oidc_unavailable")


def begin(request: HttpRequest, address: str) -> HttpResponseRedirect:
    """Send the browser to the provider; ``address`` is where it comes back. State, nonce and verifier stay in the session.

    Raises Unavailable when the provider cannot be reached.
    """
    from authlib.common.errors import AuthlibBaseError
    from requests import RequestException

    try:
        answer: HttpResponseRedirect = _ready().authorize_redirect(request, address)
    except (RequestException, AuthlibBaseError, ValueError, RuntimeError) as error:
        raise _away(error) from error
    return answer


def finish(request: HttpRequest) -> Known:
    """Judge what the browser brings back; raises NotAllowed for a wrong answer or an unknown person."""
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError
    from requests import RequestException

    refused = NotAllowed("统一身份认证没有通过，请重新登录。", code="oidc_refused", status=401)
    try:
        client = _ready()
        issuer = client.server_metadata["issuer"]
        wanted = {"iss": {"essential": True, "values": [issuer]}, "sub": {"essential": True}}
        told = client.authorize_access_token(request, claims_options=wanted, leeway=60).get("userinfo")
    except RequestException as error:
        raise _away(error) from error
    except (AuthlibBaseError, JoseError, ValueError, RuntimeError, KeyError, TypeError) as error:
        log.warning("oidc_refused", error=type(error).__name__)
        raise refused from error
    if not told:
        raise refused
    staff = _account(told)
    chosen = settings.ACCOUNTS
    amr = {str(way) for way in told.get("amr") or [] if isinstance(told.get("amr"), list)}
    return Known(staff.pk, chosen.oidc_trust_mfa and bool(amr & MFA))


def _account(told: dict[str, Any]) -> Staff:
    """The account that the claim names; a new one without posts only where the operator wants that."""
    chosen = settings.ACCOUNTS
    value = told.get(chosen.oidc_claim)
    value = value.strip() if isinstance(value, str) else ""
    unknown = NotAllowed("您在本系统没有账号，请联系本单位的安全管理员。", code="no_account", status=403)
    if not value:
        raise unknown
    if chosen.oidc_match == "employee_number":
        rows = list(Staff.objects.filter(employee_number=value)[:2])
    else:
        rows = list(Staff.objects.filter(username=value.lower())[:1])
    if len(rows) == 1 and rows[0].is_active:
        return rows[0]
    name = str(told.get("name") or value).strip()[:64]
    may_make = chosen.oidc_create and chosen.oidc_match == "username" and not rows
    if may_make and USERNAME.fullmatch(value.lower()):
        with use_actor(SYSTEM):
            return create_account(value.lower(), name)
    raise unknown
