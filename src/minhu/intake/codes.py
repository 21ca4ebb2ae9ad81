"""The follow code (查询码): six digits that open a request together with its number.

It is computed from the request's random `uid` with the installation's index key, so it can be told again
to a program that repeats its call, while a dump of the database reveals neither code nor a way to test one.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
import uuid

from minhu.engines.secrets import blind_index

CODE_LENGTH = 6


def code_of(uid: uuid.UUID) -> str:
    """The follow code of the request with this uid."""
    return f"{int.from_bytes(blind_index(f'u{uid.hex}', 'follow code')) % 10**CODE_LENGTH:0{CODE_LENGTH}d}"


def digest_of(number: str, code: str) -> str:
    """What is stored of a code: a keyed digest bound to the number."""
    return blind_index(f"{number}/{code}", "follow digest").hex()


def matches(number: str, code: str, digest: str) -> bool:
    """Whether `code` opens `number`; takes the same time whatever is wrong. An empty digest opens nothing."""
    said = re.sub(r"\D", "", unicodedata.normalize("NFKC", code), flags=re.ASCII)
    return hmac.compare_digest(digest_of(number, said), digest or "-") and bool(digest)
