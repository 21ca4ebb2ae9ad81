"""Passkeys (WebAuthn): enrolment and proof, checked by the fido2 library; the browser's half is ``passkeys.js``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fido2.server import Fido2Server
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from minhu.directory.models import Factor
from minhu.directory.services.accounts import get_staff
from minhu.directory.services.changes import change, record
from minhu.directory.services.factors import ISSUER, MOST_PASSKEYS, added
from minhu.directory.types import FactorKind
from minhu.engines.secrets import blind_index
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Begun:
    """What the browser is asked, and what the session must remember to judge the answer (once)."""

    options: dict[str, Any]
    state: State


def _server(host: str) -> Fido2Server:
    return Fido2Server(PublicKeyCredentialRpEntity(name=ISSUER, id=host))


def _plain(options: Any) -> dict[str, Any]:
    """Options as JSON has them (binary values in base64url, which is the library's own mapping)."""
    found: dict[str, Any] = json.loads(json.dumps(dict(options)))
    return found


def _remembered(state: Mapping[str, Any]) -> State:
    return {key: None if value is None else str(value) for key, value in state.items()}


def _keys(staff_id: int) -> list[PublicKeyCredentialDescriptor]:
    rows = Factor.objects.filter(staff_id=staff_id, kind=FactorKind.PASSKEY, confirmed_at__isnull=False)
    return [
        PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=bytes(row.credential_id or b""))
        for row in rows
    ]


def begin_enrolment(staff_id: int, host: str) -> Begun:
    """Ask the browser for a new passkey of this person at ``host``; those he has are left out."""
    staff = get_staff(staff_id)
    there = _keys(staff_id)
    if len(there) >= MOST_PASSKEYS:
        raise Conflict(f"最多绑定 {MOST_PASSKEYS} 个通行密钥，请先删除不用的。", code="too_many_passkeys")
    user = PublicKeyCredentialUserEntity(
        id=blind_index(f"staff {staff.pk}", "passkey"), name=staff.username, display_name=staff.name
    )
    options, state = _server(host).register_begin(
        user, there, resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )  # fmt: skip
    return Begun(_plain(options), _remembered(state))


def finish_enrolment(staff_id: int, host: str, state: State, answer: Mapping[str, Any], name: str) -> list[str]:
    """Keep the public half of a new passkey; returns new recovery codes when there were none."""
    if current_actor().staff_id != staff_id:
        raise NotAllowed("只能设置自己的验证方式。", code="not_allowed")
    try:
        made = _server(host).register_complete(state, answer)
        data = made.credential_data
        assert data is not None  # noqa: S101 - the library says so
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError) as error:
        raise Invalid("通行密钥没有绑定成功，请重试。", code="bad_passkey") from error
    with change(None):
        staff = get_staff(staff_id, lock=True)
        if Factor.objects.filter(credential_id=data.credential_id).exists():
            raise Conflict("这个通行密钥已经绑定过。", code="passkey_there")
        Factor.objects.create(
            staff=staff, kind=FactorKind.PASSKEY.value, name=name.strip()[:64] or "通行密钥", confirmed_at=now(),
            credential_id=data.credential_id, public_key=bytes(data), sign_count=made.counter,
        )  # fmt: skip
        return added(staff, FactorKind.PASSKEY)


def begin_proof(host: str, staff_id: int | None = None) -> Begun:
    """Ask the browser for a proof: of somebody whose password was right, else of anybody with a stored passkey.

    Without a password the passkey stands for both factors, so its own lock (PIN, finger, face) is required.
    """
    wanted = UserVerificationRequirement.REQUIRED if staff_id is None else UserVerificationRequirement.PREFERRED
    options, state = _server(host).authenticate_begin(
        _keys(staff_id) if staff_id is not None else None, user_verification=wanted
    )
    return Begun(_plain(options), _remembered(state))


def holder(answer: Mapping[str, Any]) -> Factor | None:
    """The passkey that an answer names, not yet proved."""
    try:
        credential = websafe_decode(str(answer["rawId"]))
    except (KeyError, ValueError, TypeError):
        return None
    rows = Factor.objects.filter(kind=FactorKind.PASSKEY, confirmed_at__isnull=False, staff__is_active=True)
    return rows.select_related("staff").filter(credential_id=credential).first()


def prove(host: str, state: State, answer: Mapping[str, Any], staff_id: int | None = None) -> int | None:
    """The account that proved itself with a passkey; None when the proof is wrong, or its counter went back (a copied key)."""
    factor = holder(answer)
    if factor is None or factor.public_key is None or (staff_id is not None and factor.staff_id != staff_id):
        return None
    try:
        known = AttestedCredentialData(bytes(factor.public_key))
        _server(host).authenticate_complete(state, [known], answer)
        count = AuthenticationResponse.from_dict(answer).response.authenticator_data.counter
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if (count or factor.sign_count) and count <= factor.sign_count:
        record("passkey_copied", ("staff", factor.staff.username), factor=factor.pk)
        return None
    Factor.objects.filter(pk=factor.pk).update(sign_count=count, used_at=now())
    return factor.staff_id
