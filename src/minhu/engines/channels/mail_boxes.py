"""A mailbox of the house: new mails are read over IMAP, ours leave over SMTP; nothing in the mailbox is changed.

Hosts were typed in by an administrator, so they are resolved once, judged (`outbound`) and connected to as judged; TLS
verifies the name. Without TLS only hosts in a network that the operator allows are spoken to.
"""

from __future__ import annotations

import imaplib
import ipaddress
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, Final

from minhu.engines import outbound
from minhu.engines.outbound import Unsent
from minhu.kernel.errors import MinhuError
from minhu.kernel.patterns import regex

SECONDS: Final = 20.0
MOST_BYTES: Final = 15 * 1024 * 1024
"""Of one mail as it travels; 10 MB of files fit in."""
AT_ONCE: Final = 20
_SIZE = regex(rb"RFC822\.SIZE (\d{1,12})")
_UID = regex(rb"UID (\d{1,12})")


class Refused(MinhuError):
    """The mail server will not take this mail, however often it is sent."""

    default_code = "refused_by_mail_server"
    default_status = 502
    title = "邮件服务器没有接收"


@dataclass(frozen=True, slots=True)
class Box:
    """How a mailbox is reached; ``secure`` off means no TLS at all."""

    address: str
    imap_host: str
    imap_port: int
    smtp_host: str
    smtp_port: int
    user: str
    password: str = field(repr=False)
    secure: bool = True


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail of the mailbox: its number there, and its bytes; None when it is too large, then ``size`` says how large."""

    uid: int
    size: int
    data: bytes | None


class Imap:
    """An open mailbox, only looked at."""

    def __init__(self, line: imaplib.IMAP4) -> None:
        self._line = line
        self.validity, self.next_uid = 0, 0

    def open(self) -> None:
        """Look into the inbox; sets ``validity`` and ``next_uid``."""
        self._told(self._line.select("INBOX", readonly=True))
        self.validity = self._number("UIDVALIDITY")
        self.next_uid = self._number("UIDNEXT")

    def uids_after(self, last: int) -> list[int]:
        """Numbers of the mails behind ``last``, lowest first."""
        found = self._told(self._line.uid("SEARCH", f"UID {last + 1}:*"))
        numbers = sorted({int(one) for one in (found[0] or b"").split()})
        return [one for one in numbers if one > last]  # 'n:*' always names the last mail

    def fetch(self, uid: int) -> Fetched | None:
        """One mail, its size asked first; None when it is gone."""
        sizes = [
            m
            for part in self._told(self._line.uid("FETCH", str(uid), "(RFC822.SIZE)"))
            for m in _SIZE.findall(_head(part))
        ]
        if not sizes:
            return None
        size = int(sizes[0])
        if size > MOST_BYTES:
            return Fetched(uid, size, None)
        for part in self._told(self._line.uid("FETCH", str(uid), "(BODY.PEEK[])")):
            if isinstance(part, tuple) and len(part) == 2:
                return Fetched(uid, size, bytes(part[1]))
        return None

    def _number(self, name: str) -> int:
        _, values = self._line.response(name)
        value = values[0] if values else None
        return int(value) if value and bytes(value).isdigit() else 0

    @staticmethod
    def _told(answer: tuple[str, Any]) -> list[Any]:
        status, values = answer
        if status != "OK":
            raise Unsent("邮箱没有按要求答复。", code="mailbox_error")
        return list(values)


@contextmanager
def looking(box: Box) -> Iterator[Imap]:
    """The mailbox, opened for reading; raises Unsent when it cannot be reached or does not let us in."""
    with _problems():
        line: imaplib.IMAP4 = (_SecureImap if box.secure else _PlainImap)(box.imap_host, box.imap_port, box.secure)
        try:
            line.login(box.user, box.password)
            opened = Imap(line)
            opened.open()
            yield opened
        finally:
            try:
                line.logout()
            except (OSError, imaplib.IMAP4.error):
                line.shutdown()


def send(box: Box, mail: EmailMessage, to: str) -> None:
    """Hand one mail over; raises Unsent for what may be tried again, Refused for what will never be taken."""
    with _problems():
        implicit = box.secure and box.smtp_port == 465
        line: smtplib.SMTP = (_SecureSmtp if implicit else _PlainSmtp)(box)
        try:
            line.ehlo()
            if box.secure and not implicit:
                line.starttls(context=_context())
                line.ehlo()
            if box.user and line.has_extn("auth"):
                line.login(box.user, box.password)
            line.send_message(mail, box.address, [to])
        finally:
            line.close()


class _SecureImap(imaplib.IMAP4_SSL):
    def __init__(self, host: str, port: int, secure: bool) -> None:
        super().__init__(host, port, timeout=SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return _context().wrap_socket(_connected(self.host, self.port, secure=True), server_hostname=self.host)


class _PlainImap(imaplib.IMAP4):
    def __init__(self, host: str, port: int, secure: bool) -> None:
        super().__init__(host, port, timeout=SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return _connected(self.host, self.port, secure=False)


class _PlainSmtp(smtplib.SMTP):
    def __init__(self, box: Box) -> None:
        self._secure = box.secure
        super().__init__(box.smtp_host, box.smtp_port, local_hostname="minhu.localdomain", timeout=SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return _connected(host, port, secure=self._secure)


class _SecureSmtp(_PlainSmtp):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return _context().wrap_socket(_connected(host, port, secure=True), server_hostname=host)


def _connected(host: str, port: int, *, secure: bool) -> socket.socket:
    """A connection to the address that was judged; without TLS only to a network that the operator allows."""
    target = outbound.Target(secure, host, port, "/")
    address = outbound.resolve(target)
    if not secure and not _listed(address):
        raise Unsent("不加密的连接只能用于 MINHU_OUTBOUND_NETWORKS 中列出的网络。", code="not_secure")
    line = socket.create_connection((address, port), timeout=SECONDS)
    line.settimeout(SECONDS)
    return line


def _listed(address: str) -> bool:
    number = ipaddress.ip_address(address)
    return any(number.version == one.version and number in one for one in outbound.allowed_networks())


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _head(part: object) -> bytes:
    if isinstance(part, tuple):
        return bytes(part[0])
    return part if isinstance(part, bytes) else b""


@contextmanager
def _problems() -> Iterator[None]:
    """Errors of the libraries in the words of the house; nothing a server wrote is passed on."""
    try:
        yield
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        if _is_final(error):
            raise Refused("邮件服务器拒收这封邮件。") from error
        raise Unsent("邮件服务器暂时没有接收。", code="mail_later") from error
    except smtplib.SMTPAuthenticationError as error:
        raise Unsent("邮件服务器不接受这个账号和密码。", code="mail_login") from error
    except ssl.SSLError as error:
        raise Unsent("邮件服务器的安全证书无法验证。", code="bad_certificate") from error
    except imaplib.IMAP4.error as error:
        raise Unsent("邮箱不接受这个账号和密码，或答复无法识别。", code="mailbox_error") from error
    except (smtplib.SMTPException, OSError, EOFError, ValueError) as error:
        raise Unsent("无法连接邮件服务器。", code="no_connection") from error


def _is_final(error: smtplib.SMTPException) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and 500 <= error.smtp_code < 600
