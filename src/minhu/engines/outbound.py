"""Messages to addresses that somebody typed in, and pages from such: nobody inside our networks is reached by them.

A name is resolved once and the connection goes to exactly the address that was checked (no second resolution, so a name
that changes its answer gains nothing); TLS still verifies the name. Private, loopback, link-local, multicast, reserved
and metadata networks are refused, also when written as IPv4 in IPv6, NAT64, 6to4 or Teredo, unless the operator
allows a network. No redirects, no proxies, no credentials in addresses, a time limit for the whole exchange and a size
limit for the answer.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from minhu.engines import tracing
from minhu.kernel.errors import Invalid, MinhuError

SECONDS: Final = 10.0
MOST_ANSWER: Final = 64 * 1024
LONGEST_URL: Final = 500
ALLOWED: Final = "MINHU_OUTBOUND_NETWORKS"
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?", re.ASCII)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


class Unsent(MinhuError):
    """The message did not arrive: no connection, no answer in time, or an address that may not be called."""

    default_code = "unsent"
    default_status = 502
    title = "消息没有送达"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said; ``body`` ends at the caller's limit, ``retry_after`` whole seconds if it named them.

    ``headers``: the last value of each, names in small letters.
    """

    status: int
    body: bytes
    retry_after: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart: what to connect to and what to call it."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def header(self) -> str:
        """The value of the Host header."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.secure else 80) else f"{name}:{self.port}"


def allowed_networks(text: str | None = None) -> tuple[Network, ...]:
    """The networks that may be called although they are private; raises ValueError for what is no network."""
    source = os.environ.get(ALLOWED, "") if text is None else text
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in source.split(",") if part.strip())


def parse(url: str) -> Target:
    """Take an address apart; raises Invalid for anything but http(s) with a plain host name or number."""
    if len(url) > LONGEST_URL or not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        raise _wrong(f"地址应为不超过 {LONGEST_URL} 个英文字符的网址，不含空格。")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _wrong("地址不是有效的网址。") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _wrong("地址应以 https:// 或 http:// 开头。")
    if parts.username is not None or parts.password is not None:
        raise _wrong("地址中不能带用户名或密码。")
    host = parts.hostname.lower()
    if _literal(host) is None and not _HOST.fullmatch(host):
        raise _wrong("地址中的主机名不正确。")
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, host, port if port is not None else (443 if secure else 80), path)


def check(url: str) -> None:
    """Raise Invalid for an address that could never be called; names are resolved only when something is sent."""
    target = parse(url)
    literal = _literal(target.host)
    if literal is not None and not may_call(literal):
        raise _wrong("不允许调用内网、本机或保留地址；确需对接时请系统管理员设置 MINHU_OUTBOUND_NETWORKS。")


def is_private_way(url: str) -> bool:
    """Whether what is sent cannot be read on the way: TLS, or a number in a network that the operator allows."""
    target = parse(url)
    literal = _literal(target.host)
    inside = literal is not None and any(
        literal.version == network.version and literal in network for network in allowed_networks()
    )
    return target.secure or inside


def may_call(address: Address, allowed: tuple[Network, ...] | None = None) -> bool:
    """Whether a message may go to this address: public, or in a network that the operator allows."""
    networks = allowed_networks() if allowed is None else allowed
    if any(address.version == network.version and address in network for network in networks):
        return True
    inner = _inside(address)
    if inner:
        return all(may_call(one, networks) for one in inner)
    usual = isinstance(address, ipaddress.IPv4Address) or address in _GLOBAL_UNICAST
    return usual and address.is_global and not address.is_multicast


def _inside(address: Address) -> tuple[Address, ...]:
    """The IPv4 addresses that an IPv6 address leads to."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address.sixtofour:
        return (address.sixtofour,)
    if address.teredo:
        return address.teredo
    low = int(address) & 0xFFFFFFFF
    if any(address in network for network in _NAT64) or (int(address) >> 32 == 0 and low > 1):
        return (ipaddress.IPv4Address(low),)
    return ()


def _literal(host: str) -> Address | None:
    """An address written as a number; the short, octal and hexadecimal forms of IPv4 count, as resolvers take them."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    if re.fullmatch(r"(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+)){0,3}\.?", host):
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host.rstrip(".")))
        except OSError:
            return None
    return None


def resolve(target: Target, permit: Callable[[Address], bool] = may_call) -> str:
    """The one address to connect to; raises Unsent when the name is unknown or ``permit`` refuses one of its addresses."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as error:
        raise Unsent("找不到对方主机，请核对地址或域名解析。", code="unknown_host") from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not addresses:
        raise Unsent("找不到对方主机，请核对地址或域名解析。", code="unknown_host")
    if not all(permit(ipaddress.ip_address(address)) for address in addresses):
        raise Unsent(
            "对方地址在内网、本机或保留网段，未发送；确需对接时请系统管理员设置 MINHU_OUTBOUND_NETWORKS。",
            code="forbidden_address",
        )
    return addresses[0]


class _Plain(http.client.HTTPConnection):
    """Connects to the address that was checked, whatever the name would answer now."""

    def __init__(self, target: Target, address: str, deadline: float) -> None:
        super().__init__(target.host, target.port, timeout=_left(deadline))
        self._target, self._pinned, self._deadline = target, address, deadline
        # http.client lets go of its socket while an answer that ends with the connection is still being read
        self.line: socket.socket | None = None

    def connect(self) -> None:
        """Open the connection; TLS verifies the name."""
        raw = socket.create_connection((self._pinned, self._target.port), timeout=_left(self._deadline))
        raw.settimeout(_left(self._deadline))
        if self._target.secure:
            context = ssl.create_default_context()
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            raw = context.wrap_socket(raw, server_hostname=self._target.host)
        self.sock = self.line = raw


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float = SECONDS,
    permit: Callable[[Address], bool] = may_call,
    most: int = MOST_ANSWER,
) -> Answer:
    """Send ``body`` and return the answer, whatever its status (a redirect is an answer and is not followed).

    ``permit`` judges every address that the name has; the usual one is for names that somebody typed into a page.
    Of the answer's body at most ``most`` bytes are read.
    Raises Invalid for an address that is none, Unsent when nobody may be or could be reached in ``seconds``.
    """
    sent = {"Content-Type": "application/json", **headers}
    return _asked("POST", parse(url), body, sent, time.monotonic() + seconds, permit, most)


def get(
    url: str,
    headers: Mapping[str, str],
    *,
    seconds: float = SECONDS,
    permit: Callable[[Address], bool] = may_call,
    most: int = MOST_ANSWER,
) -> Answer:
    """Fetch what stands at an address; as `post` in all else."""
    return _asked("GET", parse(url), None, headers, time.monotonic() + seconds, permit, most)


def _asked(
    method: str,
    target: Target,
    body: bytes | None,
    headers: Mapping[str, str],
    deadline: float,
    permit: Callable[[Address], bool],
    most: int,
) -> Answer:
    with tracing.span(method, "client", http__request__method=method, server__address=target.host) as span:
        answer = _answered(method, target, body, headers, deadline, permit, most)
        tracing.note(span, "http.response.status_code", answer.status)
        if answer.status >= 400:
            tracing.failed(span, str(answer.status))
        return answer


def _answered(
    method: str,
    target: Target,
    body: bytes | None,
    headers: Mapping[str, str],
    deadline: float,
    permit: Callable[[Address], bool],
    most: int,
) -> Answer:
    connection = _Plain(target, resolve(target, permit), deadline)
    try:
        with _ending(connection, deadline):
            return _exchange(connection, method, target, body, headers, most)
    except TimeoutError as error:
        raise Unsent("对方没有在规定时间内答复。", code="timeout") from error
    except ssl.SSLError as error:
        raise Unsent("对方的安全证书无法验证，未发送。", code="bad_certificate") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unsent("无法连接对方系统，或对方的答复不完整。", code="no_connection") from error
    finally:
        connection.close()


def _exchange(
    connection: _Plain, method: str, target: Target, body: bytes | None, headers: Mapping[str, str], most: int
) -> Answer:
    connection.request(
        method, target.path, body=body, headers={"User-Agent": "Minhu", **headers, "Host": target.header}
    )
    response = connection.getresponse()
    retry = response.headers.get("Retry-After", "")
    known = int(retry) if retry.isascii() and retry.isdigit() and len(retry) < 7 else None
    told = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, response.read(most), known, told)


@contextmanager
def _ending(connection: _Plain, deadline: float) -> Iterator[None]:
    """Cut the line when the time is up: an answer that trickles in byte by byte would go on for ever."""
    over = threading.Event()

    def cut() -> None:
        over.set()
        if connection.line is not None:
            with suppress(OSError):
                connection.line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(_left(deadline), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if over.is_set():
            raise TimeoutError


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _wrong(message: str) -> Invalid:
    return Invalid(message, code="bad_url", fields={"url": message})
