"""Messages of a WeChat official account (微信公众号): signature, plain and encrypted mode, XML in and out.

As the platform documents it: the address carries `timestamp`, `nonce` and `signature`, the SHA-1 of token, timestamp
and nonce in order of their characters. In the encrypted mode the body holds `Encrypt` and `msg_signature` covers it
too: AES-256 in CBC mode with the 32 bytes of EncodingAESKey (its first 16 as initial vector) over 16 random bytes, the
length of the XML (4 bytes, big end first), the XML and the account's AppID, filled up as PKCS#7 does to blocks of 32.

The signature of the plain mode does not cover the body: whoever calls remembers `Opened.mark` and takes no other body
under it, and an account with a key takes encrypted messages alone.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from minhu.kernel.errors import Invalid, NotAllowed

TOLERANCE: Final = timedelta(minutes=5)
MOST_BYTES: Final = 64 * 1024
"""Of one body; the platform's longest messages have some 6,000 bytes encrypted."""
MOST_TEXT: Final = 2048
"""Bytes of the text of one answer, in UTF-8."""
BLOCK: Final = 32
_RANDOM, _LENGTH = 16, 4
_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}", re.ASCII)
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}", re.ASCII)
_APPID = re.compile(r"wx[0-9a-f]{16}", re.ASCII)
_NONCE = re.compile(r"[\x21-\x7e]{1,64}", re.ASCII)
_ECHO = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_@.-]{1,64}", re.ASCII)
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Keys:
    """What an account is known by; ``aes_key`` is the EncodingAESKey, empty in the plain mode."""

    token: str = field(repr=False)
    appid: str
    aes_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """One message or event; ``fields`` are the texts of the elements of its XML by name."""

    sender: str
    account: str
    kind: str
    fields: Mapping[str, str]

    @property
    def key(self) -> str:
        """What the platform's repetitions of a message have in common: MsgId, else the sender and the second."""
        return self.fields.get("MsgId", "")[:64] or f"{self.sender}-{self.fields.get('CreateTime', '')[:20]}"


@dataclass(frozen=True, slots=True)
class Opened:
    """A message that was believed, and the ``mark`` under which no other body may come."""

    message: Message
    mark: str


def is_token(text: str) -> bool:
    """Whether a text can be the token of an account: 3 to 32 letters and digits."""
    return _TOKEN.fullmatch(text) is not None


def is_aes_key(text: str) -> bool:
    """Whether a text can be an EncodingAESKey: 43 letters and digits that stand for 32 bytes."""
    return _AES_KEY.fullmatch(text) is not None


def is_appid(text: str) -> bool:
    """Whether a text can be the AppID of an account."""
    return _APPID.fullmatch(text) is not None


def signature(*parts: str) -> str:
    """The platform's signature: SHA-1 over the parts, put together in the order of their characters."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def echo(keys: Keys, query: Mapping[str, str], moment: datetime) -> str:
    """What the platform wants to read again when the address is registered; raises NotAllowed 401 for anybody else."""
    _fresh(query, moment)
    _signed(query.get("signature", ""), keys.token, query.get("timestamp", ""), query.get("nonce", ""))
    text = query.get("echostr", "")
    if not _ECHO.fullmatch(text):
        raise _refused("echostr 缺失或格式不正确。")
    return text


def opened(keys: Keys, query: Mapping[str, str], body: bytes, moment: datetime) -> Opened:
    """The message in a body that the platform signed within five minutes of ``moment``.

    Raises NotAllowed 401 for a wrong or old signature, a wrong mode or another account's message, Invalid for what is
    too large or no message.
    """
    if len(body) > MOST_BYTES:
        raise Invalid("消息过大，未接收。", code="too_large", status=413)
    _fresh(query, moment)
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    if not keys.aes_key:
        _signed(query.get("signature", ""), keys.token, timestamp, nonce)
        return Opened(_message(_fields(body)), query["signature"])
    if query.get("encrypt_type", "") != "aes":
        raise _refused("此账号只接收加密消息，请在公众平台选择安全模式。", "wrong_mode")
    sealed = _fields(body).get("Encrypt", "")
    _signed(query.get("msg_signature", ""), keys.token, timestamp, nonce, sealed)
    return Opened(_message(_fields(decrypted(keys, sealed))), query["msg_signature"])


def decrypted(keys: Keys, sealed: str) -> bytes:
    """The XML in an ``Encrypt`` element; raises NotAllowed when it was not made with the key or for this account."""
    try:
        data = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unreadable() from error
    if not data or len(data) % 16:
        raise _unreadable()
    key = _key(keys)
    opening = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = opening.update(data) + opening.finalize()
    filling = plain[-1]
    if not 1 <= filling <= BLOCK or len(plain) < filling or plain[-filling:] != bytes([filling]) * filling:
        raise _unreadable()
    plain = plain[_RANDOM:-filling]
    length = int.from_bytes(plain[:_LENGTH], "big")
    content, appid = plain[_LENGTH : _LENGTH + length], plain[_LENGTH + length :]
    if len(content) != length or not hmac.compare_digest(appid, keys.appid.encode()):
        raise _unreadable()
    return content


def encrypted(keys: Keys, content: bytes, salt: bytes | None = None) -> str:
    """``content`` as it stands in an ``Encrypt`` element; ``salt`` are the 16 random bytes before it."""
    plain = (salt or secrets.token_bytes(_RANDOM)) + len(content).to_bytes(_LENGTH, "big") + content
    plain += keys.appid.encode()
    filling = BLOCK - len(plain) % BLOCK
    key = _key(keys)
    sealing = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(sealing.update(plain + bytes([filling]) * filling) + sealing.finalize()).decode()


def answer(keys: Keys, message: Message, text: str, moment: datetime) -> bytes:
    """The body that answers a message with a text, encrypted where the account is."""
    seconds = str(int(moment.timestamp()))
    plain = _xml(
        {"ToUserName": message.sender, "FromUserName": message.account, "CreateTime": seconds, "MsgType": "text",
         "Content": text}
    )  # fmt: skip
    if not keys.aes_key:
        return plain
    sealed, nonce = encrypted(keys, plain), secrets.token_hex(8)
    signed = signature(keys.token, seconds, nonce, sealed)
    return _xml({"Encrypt": sealed, "MsgSignature": signed, "TimeStamp": seconds, "Nonce": nonce})


def _xml(fields: Mapping[str, str]) -> bytes:
    """Elements with their texts; a text cannot end its own element."""
    parts = []
    for name, text in fields.items():
        safe = _NOT_IN_XML.sub("", text).replace("]]>", "]]]]><![CDATA[>")
        parts.append(f"<{name}><![CDATA[{safe}]]></{name}>")
    return f"<xml>{''.join(parts)}</xml>".encode()


def _fields(body: bytes) -> dict[str, str]:
    """The texts of the elements right below the root; raises Invalid for what is no XML or declares entities."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Invalid("消息不是有效的 XML。", code="bad_body") from error
    found: dict[str, str] = {}
    for one in root:
        found.setdefault(str(one.tag), one.text or "")
    return found


def _message(fields: Mapping[str, str]) -> Message:
    sender, account = fields.get("FromUserName", ""), fields.get("ToUserName", "")
    if not _NAME.fullmatch(sender) or not _NAME.fullmatch(account):
        raise Invalid("消息没有发送者或接收者。", code="bad_body")
    return Message(sender, account, fields.get("MsgType", ""), fields)


def _fresh(query: Mapping[str, str], moment: datetime) -> None:
    seconds, nonce = query.get("timestamp", ""), query.get("nonce", "")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 12) or not _NONCE.fullmatch(nonce):
        raise _refused("timestamp 或 nonce 缺失或格式不正确。")
    if abs(moment.timestamp() - int(seconds)) > TOLERANCE.total_seconds():
        raise _refused("消息时间与本机相差超过 5 分钟，请校准时钟。", "too_old")


def _signed(given: str, *parts: str) -> None:
    if not hmac.compare_digest(signature(*parts).encode(), given.encode("utf-8", "replace")):
        raise _refused("签名不正确，请核对公众平台中的令牌（Token）。")


def _key(keys: Keys) -> bytes:
    return base64.b64decode(keys.aes_key + "=")


def _unreadable() -> NotAllowed:
    return _refused("消息无法解密，请核对公众平台中的 EncodingAESKey 和 AppID。")


def _refused(message: str, code: str = "bad_signature") -> NotAllowed:
    return NotAllowed(message, code=code, status=401)
