"""Codes of the second step: time-based ones (RFC 6238: SHA-1, 6 digits, 30 s, as every telephone app makes them)
and recovery codes of 80 bits.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
import unicodedata
from datetime import datetime
from typing import Final
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

STEP_SECONDS: Final = 30
DIGITS: Final = 6
DRIFT: Final = 1
"""Steps that the clock of a telephone may be ahead or behind."""
SECRET_BYTES: Final = 20
RECOVERY_CODES: Final = 10
RECOVERY_LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"
"""Crockford's 32 signs; I, L, O and U are not among them."""
RECOVERY_LENGTH: Final = 16
_TAKEN_FOR: Final = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


def new_secret() -> str:
    """A seed of 160 bits in base 32."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def step_of(moment: datetime) -> int:
    """The number of the 30-second step that a moment lies in."""
    return int(moment.timestamp()) // STEP_SECONDS


def code_at(secret: str, step: int) -> str:
    """The six digits that a telephone shows during ``step``."""
    made = HOTP(base64.b32decode(secret), DIGITS, SHA1(), enforce_key_length=False).generate(step)  # noqa: S303
    return made.decode()


def matching_step(secret: str, code: str, moment: datetime, after: int) -> int | None:
    """The step for which ``code`` is right, if it is later than ``after`` (a code counts once); else None."""
    wanted = unicodedata.normalize("NFKC", code)
    wanted = re.sub(r"[\s-]", "", wanted)
    if not re.fullmatch(r"[0-9]{6}", wanted):
        return None
    here = step_of(moment)
    found = None
    for step in range(max(0, here - DRIFT), here + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step), wanted) and step > after:
            found = step
    return found


def address_for_app(secret: str, account: str, issuer: str) -> str:
    """The address that an app reads from the picture (otpauth, Key URI format)."""
    label = quote(f"{issuer}:{account}", safe="")
    return (
        f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer, safe='')}&digits={DIGITS}&period={STEP_SECONDS}"
    )


def new_recovery_codes() -> list[str]:
    """Ten codes as they are printed: four groups of four."""
    return [_grouped("".join(secrets.choice(RECOVERY_LETTERS) for _sign in range(RECOVERY_LENGTH)))
            for _code in range(RECOVERY_CODES)]  # fmt: skip


def _grouped(code: str) -> str:
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def plain_recovery_code(typed: str) -> str:
    """A typed recovery code in its one form; '' when it cannot be one."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    plain = re.sub(r"[\s-]", "", plain).translate(_TAKEN_FOR)
    right = len(plain) == RECOVERY_LENGTH and all(sign in RECOVERY_LETTERS for sign in plain)
    return plain if right else ""
