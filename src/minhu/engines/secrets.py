"""Personal values at rest: sealed text, a blind index to find it again, and a Django field.

A sealed value is `format byte · data key version (2 bytes) · nonce (12) · ciphertext and tag`. The format byte names
the cipher and what is authenticated beside the header: 1 AES-256-GCM and 2 SM4-GCM (MINHU_CIPHER=sm4) bind the value
to its context ('table.column'), 3 and 4 are the same ciphers bound to context **and row**. So a value that is moved to
another column, or a new one to another row, does not open. Values of all four formats stay readable.
"""

import hmac
import os
import re
import threading
import time
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from minhu.engines.keyring import Keyring, add_data_key, drop_data_key, open_keyring, ring_changed
from minhu.kernel.errors import Unavailable

AES_256_GCM: Final = 1
SM4_GCM: Final = 2
ROW: Final = 2
"""Added to a cipher's number where the row is bound too."""
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
_LOOK_SECONDS: Final = 5.0
_guard = threading.Lock()


@dataclass(slots=True)
class _Ring:
    """The opened keyring, when its file was written, and when that was last looked at."""

    keys: Keyring
    written: int
    looked: float


_opened: dict[tuple[str, str], _Ring] = {}


def _keyring(*, wants: int | None = None) -> Keyring:
    """Return the cached keyring, read again when its file was changed (another process rotated).

    The file is looked at every five seconds, and at once where a version is wanted that is not known.
    """
    place = os.environ.get("MINHU_HOME", ""), os.environ.get("MINHU_MASTER_KEY_FILE", "")
    found = _opened.get(place)
    if found is not None:
        known = wants is None or wants in found.keys.data
        moment = time.monotonic()
        if known and moment - found.looked < _LOOK_SECONDS:
            return found.keys
        if ring_changed() == found.written:
            found.looked = moment
            return found.keys
    with _guard:
        written = ring_changed()
        keys = open_keyring()
        _opened[place] = _Ring(keys, written or ring_changed(), time.monotonic())
        return keys


def rotate() -> int:
    """Start a new data key and return its version; values sealed before stay readable."""
    version = add_data_key()
    _keyring(wants=version)
    return version


def retire(version: int) -> None:
    """Forget an old data key for good (see `keyring.drop_data_key`); whoever calls has made sure nothing uses it."""
    drop_data_key(version)
    read_keys_again()


def versions() -> tuple[int, tuple[int, ...]]:
    """The version that seals new values, and all versions of the keyring."""
    ring = _keyring()
    return ring.current, tuple(sorted(ring.data))


def current_header(*, row: bool) -> bytes:
    """The first three bytes of whatever is sealed now: cipher (bound to the row or not) and key version."""
    return bytes((_cipher() + ROW * row,)) + _keyring().current.to_bytes(2, "big")


def _cipher() -> int:
    return SM4_GCM if os.environ.get("MINHU_CIPHER", "").lower() == "sm4" else AES_256_GCM


@lru_cache(maxsize=64)
def _aes(key: bytes) -> AESGCM:
    return AESGCM(key)


@lru_cache(maxsize=64)
def _sm4(key: bytes) -> algorithms.SM4:
    return algorithms.SM4(hmac.digest(key, b"minhu sm4 key", "sha256")[:16])


def seal(text: str, context: str, row: str = "") -> bytes:
    """Encrypt `text` for `context` ('table.column') with the current data key, and for `row` where its name is given.

    Raises Unavailable when the keys cannot be opened.
    """
    return seal_bytes(text.encode(), context, cipher=_cipher(), row=row)


def seal_bytes(
    plain: bytes, context: str, ring: Keyring | None = None, cipher: int = AES_256_GCM, row: str = ""
) -> bytes:
    """Encrypt bytes for `context` (and `row`); the form that `unseal_bytes` opens."""
    ring = ring or _keyring()
    key = ring.data[ring.current]
    header = bytes((cipher + ROW if row else cipher,)) + ring.current.to_bytes(2, "big")
    nonce = os.urandom(NONCE_BYTES)
    bound = header + _place(context, row)
    if cipher == AES_256_GCM:
        return header + nonce + _aes(key).encrypt(nonce, plain, bound)
    encryptor = Cipher(_sm4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound)
    return header + nonce + encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def _place(context: str, row: str) -> bytes:
    return f"{context}\0{row}".encode() if row else context.encode()


def unseal(blob: bytes | memoryview, context: str, row: str = "") -> str:
    """Decrypt what `seal` made for the same context (and row).

    Raises Unavailable when the value is damaged, belongs elsewhere or its key is not in the keyring.
    """
    return unseal_bytes(bytes(blob), context, row).decode()


def unseal_bytes(blob: bytes, context: str, row: str = "") -> bytes:
    """Decrypt what `seal_bytes` made for the same context and row (errors as `unseal`)."""
    if len(blob) < HEADER_BYTES + NONCE_BYTES + TAG_BYTES:
        raise Unavailable(_UNREADABLE, code="unreadable_secret")
    version, bound_to_row = int.from_bytes(blob[1:HEADER_BYTES], "big"), blob[0] > ROW
    cipher = blob[0] - ROW if bound_to_row else blob[0]
    key = _keyring(wants=version).data.get(version)
    if key is None or cipher not in (AES_256_GCM, SM4_GCM) or (bound_to_row and not row):
        raise Unavailable(_UNREADABLE, code="unreadable_secret")
    start = HEADER_BYTES + NONCE_BYTES
    nonce, bound = blob[HEADER_BYTES:start], blob[:HEADER_BYTES] + _place(context, row if bound_to_row else "")
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
    """Return 16 bytes that stand for a value without being readable, under the key that never changes.

    For what was given out or derived and must stay the same (follow codes, digests, counters); persons are found by
    `engines.lookup`, whose keys rotate.

    HMAC-SHA256 with the index key over the context and the value, truncated. Equal values give equal
    bytes within a context; anything that looks like a telephone number is normalised first. The
    context is a name shared by all columns that must be compared, for instance 'phone'.
    """
    return hmac.digest(_keyring().index, indexed_form(value, context), "sha256")[:INDEX_BYTES]


def indexed_form(value: str, context: str) -> bytes:
    """What an index is made over: the context and the value, telephone numbers normalised."""
    plain = unicodedata.normalize("NFKC", value).strip()
    if _LIKE_A_PHONE.fullmatch(plain):
        plain = normalise_phone(plain)
    return context.encode() + b"\0" + plain.upper().encode()


def lookup_keys() -> tuple[int, dict[int, bytes]]:
    """The current version and the keys of the indexes by which stored persons are found (see `engines.lookup`)."""
    ring = _keyring()
    return ring.lookup_current, ring.lookup


def read_keys_again() -> None:
    """Forget what was read of the keyring: this process has changed it."""
    _opened.clear()


class SealedText(bytes):
    """A value that came out of the database and is opened where its row is known: on the object, or by `open`."""

    context: str

    def open(self, row: str) -> str:
        """Decrypt it for the row it was read from (errors as `unseal`)."""
        return unseal(self, self.context, row)


class _OpenedOnReading(DeferredAttribute):
    """Opens a sealed value when the object is first asked for it: only then is the row at hand."""

    field: "EncryptedTextField"

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        value = super().__get__(instance, cls)
        if isinstance(value, SealedText):
            value = value.open(self.field.row_of(instance))
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(_Text):
    """Text stored as a sealed `bytea`, bound to its table and column (or to `context`, if given).

    `row` names an attribute of the model that is known before the row is stored and never changes (a drawn
    identifier): new values are then bound to it too. The field cannot be searched, sorted or compared in SQL: keep a
    blind index column beside it. Give `context` explicitly before renaming a table or column.
    """

    description = "sealed text"
    descriptor_class = _OpenedOnReading

    def __init__(self, *args: Any, context: str = "", row: str = "", **options: Any) -> None:
        self.context, self.row = context, row
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        """Describe the field for migrations (`row` says nothing about the column)."""
        name, path, args, options = super().deconstruct()
        if self.context:
            options["context"] = self.context
        return name, path, args, options

    def row_of(self, instance: models.Model) -> str:
        """The name of the row that values of `instance` are bound to; '' where only table and column are."""
        return str(getattr(instance, self.row)) if self.row else ""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Seal the value for its row on the way to the database."""
        value = super().pre_save(model_instance, add)
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return seal(str(value), self.sealing_context(), self.row_of(model_instance))

    def get_internal_type(self) -> str:
        """Answer 'BinaryField': the column is `bytea`."""
        return "BinaryField"

    def sealing_context(self) -> str:
        """Return the context that values of this column are bound to."""
        return self.context or f"{self.model._meta.db_table}.{self.column}"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Seal a Python string on its way into the database (None stays NULL).

        Raises FieldError for a column bound to rows: there only `save`, `create` and their like know the row.
        """
        if value is None or isinstance(value, bytes):
            return value
        if self.row:
            raise FieldError(f"{self.sealing_context()} is bound to its row: set it on the object and save that")
        return seal(str(value), self.sealing_context())

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Unseal what came out of the database; where the row is bound, on the object's first reading."""
        if value is None or not self.row:
            return None if value is None else unseal(value, self.sealing_context())
        sealed = SealedText(value)
        sealed.context = self.sealing_context()
        return sealed

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
