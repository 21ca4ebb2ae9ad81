"""Personal values at rest: sealed text, a blind index to find it again, and a Django field.

A sealed value is `format byte · data key version (2 bytes) · nonce (12) · ciphertext and tag`. The
format byte names the cipher: 1 AES-256-GCM (default), 2 SM4-GCM (MINHU_CIPHER=sm4). The header and the
context ('table.column') are authenticated, so a value moved to another column does not open.
"""

import hmac
import os
import re
import threading
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import FieldError
from django.db import models

from minhu.engines.keyring import Keyring, add_data_key, open_keyring
from minhu.kernel.errors import Unavailable

AES_256_GCM: Final = 1
SM4_GCM: Final = 2
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
HEADER_BYTES: Final = 3
INDEX_BYTES: Final = 16

if TYPE_CHECKING:
    _Text = models.TextField[str, str]
else:
    _Text = models.TextField

_UNREADABLE = "这条个人信息无法解密：数据已损坏，或使用的不是原来的密钥。请联系系统管理员核对密钥备份。"
_LIKE_A_PHONE: Final = re.compile(r"\+?[\d\s().\-]+")
_WITH_COUNTRY: Final = re.compile(r"86(1\d{10}|0\d{9,11})")
_guard = threading.Lock()
_opened: dict[tuple[str, str], Keyring] = {}


def _keyring(*, wants: int | None = None) -> Keyring:
    """Return the cached keyring, read again when it lacks the wanted version (another process rotated)."""
    place = os.environ.get("MINHU_HOME", ""), os.environ.get("MINHU_MASTER_KEY_FILE", "")
    found = _opened.get(place)
    if found is not None and (wants is None or wants in found.data):
        return found
    with _guard:
        _opened[place] = open_keyring()
        return _opened[place]


def rotate() -> int:
    """Start a new data key and return its version; values sealed before stay readable."""
    version = add_data_key()
    _keyring(wants=version)
    return version


@lru_cache(maxsize=64)
def _aes(key: bytes) -> AESGCM:
    return AESGCM(key)


@lru_cache(maxsize=64)
def _sm4(key: bytes) -> algorithms.SM4:
    return algorithms.SM4(hmac.digest(key, b"minhu sm4 key", "sha256")[:16])


def seal(text: str, context: str) -> bytes:
    """Encrypt `text` for `context` ('table.column') with the current data key.

    Raises Unavailable when the keys cannot be opened.
    """
    ring = _keyring()
    cipher = SM4_GCM if os.environ.get("MINHU_CIPHER", "").lower() == "sm4" else AES_256_GCM
    return seal_bytes(text.encode(), context, ring, cipher)


def seal_bytes(plain: bytes, context: str, ring: Keyring | None = None, cipher: int = AES_256_GCM) -> bytes:
    """Encrypt bytes for `context`; the form that `unseal_bytes` opens."""
    ring = ring or _keyring()
    key = ring.data[ring.current]
    header = bytes((cipher,)) + ring.current.to_bytes(2, "big")
    nonce = os.urandom(NONCE_BYTES)
    bound = header + context.encode()
    if cipher == AES_256_GCM:
        return header + nonce + _aes(key).encrypt(nonce, plain, bound)
    encryptor = Cipher(_sm4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound)
    return header + nonce + encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def unseal(blob: bytes | memoryview, context: str) -> str:
    """Decrypt what `seal` made for the same context.

    Raises Unavailable when the value is damaged, belongs elsewhere or its key is not in the keyring.
    """
    return unseal_bytes(bytes(blob), context).decode()


def unseal_bytes(blob: bytes, context: str) -> bytes:
    """Decrypt what `seal_bytes` made for the same context (errors as `unseal`)."""
    if len(blob) < HEADER_BYTES + NONCE_BYTES + TAG_BYTES:
        raise Unavailable(_UNREADABLE, code="unreadable_secret")
    cipher, version = blob[0], int.from_bytes(blob[1:HEADER_BYTES], "big")
    key = _keyring(wants=version).data.get(version)
    if key is None or cipher not in (AES_256_GCM, SM4_GCM):
        raise Unavailable(_UNREADABLE, code="unreadable_secret")
    start = HEADER_BYTES + NONCE_BYTES
    nonce, bound = blob[HEADER_BYTES:start], blob[:HEADER_BYTES] + context.encode()
    try:
        if cipher == AES_256_GCM:
            return _aes(key).decrypt(nonce, blob[start:], bound)
        decryptor = Cipher(_sm4(key), modes.GCM(nonce, blob[-TAG_BYTES:])).decryptor()
        decryptor.authenticate_additional_data(bound)
        return decryptor.update(blob[start:-TAG_BYTES]) + decryptor.finalize()
    except InvalidTag as error:
        raise Unavailable(_UNREADABLE, code="unreadable_secret") from error


def normalise_phone(text: str) -> str:
    """Return a telephone number as digits: '+86 138-1234-5678', '１３８…' → '13812345678'."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text), flags=re.ASCII)
    digits = digits.removeprefix("00")
    return digits[2:] if _WITH_COUNTRY.fullmatch(digits) else digits


def blind_index(value: str, context: str) -> bytes:
    """Return 16 bytes by which an encrypted value is found again without being readable.

    HMAC-SHA256 with the index key over the context and the value, truncated. Equal values give equal
    bytes within a context; anything that looks like a telephone number is normalised first. The
    context is a name shared by all columns that must be compared, for instance 'phone'.
    """
    plain = unicodedata.normalize("NFKC", value).strip()
    if _LIKE_A_PHONE.fullmatch(plain):
        plain = normalise_phone(plain)
    message = context.encode() + b"\0" + plain.upper().encode()
    return hmac.digest(_keyring().index, message, "sha256")[:INDEX_BYTES]


class EncryptedTextField(_Text):
    """Text stored as a sealed `bytea`, bound to its table and column (or to `context`, if given).

    It cannot be searched, sorted or compared in SQL: keep a blind index column beside it. Give
    `context` explicitly before renaming a table or column, so that old values stay readable.
    """

    description = "sealed text"

    def __init__(self, *args: Any, context: str = "", **options: Any) -> None:
        self.context = context
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        """Describe the field for migrations."""
        name, path, args, options = super().deconstruct()
        if self.context:
            options["context"] = self.context
        return name, path, args, options

    def get_internal_type(self) -> str:
        """Answer 'BinaryField': the column is `bytea`."""
        return "BinaryField"

    def sealing_context(self) -> str:
        """Return the context that values of this column are bound to."""
        return self.context or f"{self.model._meta.db_table}.{self.column}"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Seal a Python string on its way into the database (None stays NULL)."""
        if value is None or isinstance(value, bytes):
            return value
        return seal(str(value), self.sealing_context())

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        """Unseal what came out of the database."""
        return None if value is None else unseal(value, self.sealing_context())

    def get_lookup(self, lookup_name: str) -> Any:
        """Allow `isnull` only; anything else would compare ciphertexts and find nothing."""
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(
            f"{self.sealing_context()} is encrypted and cannot be looked up by '{lookup_name}': "
            "filter its blind index column instead (engines.secrets.blind_index)"
        )

    def get_transform(self, lookup_name: str) -> Any:
        """Refuse every transform (see `get_lookup`)."""
        raise FieldError(f"{self.sealing_context()} is encrypted and has no '{lookup_name}'")
