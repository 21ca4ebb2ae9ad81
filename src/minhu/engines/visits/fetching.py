"""Fetch what stands at a public address: only from hosts on a list, only where robots.txt allows, slowly, with limits.

Every address on the way is judged anew: a redirect to another host, to a private network or to another scheme is
refused like a first address (`outbound`). Nothing is sent but the name of this program and the marks of the last visit.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from minhu.engines import outbound
from minhu.engines.visits import robots
from minhu.engines.visits.robots import Robots
from minhu.kernel.errors import Invalid, MinhuError

AGENT: Final = "Minhu"
MOST_BYTES: Final = 50 * 1024 * 1024
MOST_PAGE: Final = 5 * 1024 * 1024
SECONDS: Final = 60.0
MOST_TURNS: Final = 5
PAUSE = 2.0
"""Seconds between two visits of one host, where its robots.txt does not wish for more."""
KEPT: Final = 24 * 3600.0
"""Seconds for which a robots.txt counts (RFC 9309, 2.4)."""
Allows = Callable[[str, int], bool]
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_CUT: Final = "网站给出的内容不完整，稍后再试。"
_SAFE: Final = "/%:=&?~#+!$,;'@()*[]"


class NotVisited(MinhuError):
    """The address was not fetched, and why; ``code`` is away, gone, forbidden, busy, large, refused, turned or robots."""

    default_code = "away"
    default_status = 502
    title = "没有取到网页"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: ``body`` is None when nothing changed since the marks; ``address`` is where it stood in the end."""

    address: str
    body: bytes | None
    media_type: str = ""
    name: str = ""
    etag: str = ""
    modified: str = ""


class Visitor:
    """One visitor of many hosts: remembers what each asks of it and when it was there last. For many threads."""

    def __init__(self, allows: Allows, pause: float | None = None) -> None:
        self._allows = allows
        self._pause = pause
        self._robots: dict[str, tuple[float, Robots]] = {}
        self._last: dict[str, float] = {}
        self._guard = threading.Lock()

    def fetch(self, url: str, *, etag: str = "", modified: str = "", most: int = MOST_BYTES) -> Fetched:
        """What stands at an address now; raises NotVisited, and Invalid for an address that is none."""
        address = tidy(url)
        marks = {name: value for name, value in (("If-None-Match", etag), ("If-Modified-Since", modified)) if value}
        for _turn in range(MOST_TURNS + 1):
            self._check(address)
            answer = self._asked(address, marks, most)
            if answer.status in _REDIRECTS and answer.headers.get("location"):
                address = _turned(address, answer.headers["location"])
                continue
            return _fetched(address, answer, most)
        raise NotVisited(f"网址转来转去超过 {MOST_TURNS} 次，没有读取。", code="turned")

    def _check(self, address: str) -> None:
        """The host is on the list and asks nothing that speaks against it."""
        target = outbound.parse(address)
        if not self._allows(target.host, target.port):
            raise NotVisited(
                f"{target.header} 不在网站白名单内，没有访问。需要时请系统管理员在“规则—网站白名单”中添加。",
                code="refused",
            )
        if not self._robots_of(address).allows(target.path):
            raise NotVisited(
                "网站的 robots.txt 不允许程序访问这个地址。请人工下载后上传，或与对方商量。", code="robots"
            )

    def _asked(self, address: str, marks: Mapping[str, str], most: int) -> outbound.Answer:
        self._wait(address)
        headers = {"Accept-Encoding": "gzip, identity", "Accept": "*/*", "User-Agent": AGENT, **marks}
        try:
            return outbound.get(address, headers, seconds=SECONDS, most=most + 1)
        except outbound.Unsent as error:
            code = "refused" if error.code == "forbidden_address" else "away"
            raise NotVisited(error.message.replace("，未发送", "，没有访问"), code=code) from error

    def _robots_of(self, address: str) -> Robots:
        """What the host asks; one that has no robots.txt asks nothing, one that cannot tell forbids for now (RFC 9309, 2.3.1)."""
        site = _site(address)
        with self._guard:
            known = self._robots.get(site)
        if known is not None and time.monotonic() - known[0] < KEPT:
            return known[1]
        place, found = f"{site}/robots.txt", robots.NOTHING_ASKED
        for _turn in range(MOST_TURNS):
            target = outbound.parse(place)
            if not self._allows(target.host, target.port):
                break
            answer = self._asked(place, {}, robots.MOST_BYTES)
            if answer.status in _REDIRECTS and answer.headers.get("location"):
                place = _turned(place, answer.headers["location"])
                continue
            if answer.status >= 500 or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                raise NotVisited("网站暂时不能回答（robots.txt 读不到），稍后再试。", code="busy")
            if answer.status == HTTPStatus.OK:
                found = robots.read(_unpacked(answer, robots.MOST_BYTES), AGENT)
            break
        with self._guard:
            self._robots[site] = (time.monotonic(), found)
        return found

    def _wait(self, address: str) -> None:
        """Keep the pace of a host; the next visitor's turn is noted before this one sleeps."""
        site = _site(address)
        with self._guard:
            known = self._robots.get(site)
            pause = max(PAUSE if self._pause is None else self._pause, known[1].pause if known else 0.0)
            turn = max(time.monotonic(), self._last.get(site, 0.0) + pause)
            self._last[site] = turn
        if (left := turn - time.monotonic()) > 0:
            time.sleep(left)


def tidy(url: str) -> str:
    """An address as it is sent: without its fragment, words of other scripts encoded; raises Invalid for one that is none."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
        named = f"[{host}]" if ":" in host else host.encode("idna").decode("ascii") if not host.isascii() else host
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError) as error:
        raise Invalid(
            "网址不正确，请从浏览器的地址栏复制。", code="bad_url", fields={"address": "网址不正确"}
        ) from error
    if parts.username or parts.password:
        raise Invalid("网址中不能带用户名或密码。", code="bad_url", fields={"address": "不能带用户名或密码"})
    made = urlunsplit((parts.scheme.lower(), f"{named.lower()}{port}", quote(parts.path or "/", safe=_SAFE), quote(parts.query, safe=_SAFE), ""))  # fmt: skip
    outbound.parse(made)
    return made


def _site(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _turned(address: str, location: str) -> str:
    """Where a redirect leads; one from TLS to plain text is refused."""
    try:
        there = tidy(urljoin(address, location.encode("latin-1", "replace").decode("utf-8", "replace")))
    except Invalid as error:
        raise NotVisited("网址转向了不正确的地址，没有读取。", code="turned") from error
    if address.startswith("https:") and not there.startswith("https:"):
        raise NotVisited("网址转向了不加密的地址，没有读取。", code="turned")
    return there


def _fetched(address: str, answer: outbound.Answer, most: int) -> Fetched:
    told = answer.headers
    marks = (told.get("etag", "")[:200], told.get("last-modified", "")[:60])
    if answer.status == HTTPStatus.NOT_MODIFIED:
        return Fetched(address, None, etag=marks[0], modified=marks[1])
    if answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        raise NotVisited(f"网页已不存在（{answer.status}）。", code="gone")
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise NotVisited(f"网站要求登录或拒绝访问（{answer.status}）。", code="forbidden")
    if answer.status != HTTPStatus.OK:
        raise NotVisited(f"网站没有给出内容（{answer.status}），稍后再试。", code="busy")
    body = _unpacked(answer, most)
    kind = told.get("content-type", "").partition(";")[0].strip().lower()
    return Fetched(address, body, kind[:100], _name_of(told.get("content-disposition", "")), *marks)


def _unpacked(answer: outbound.Answer, most: int) -> bytes:
    """The body as it was before it was packed; raises NotVisited when it is larger than asked for, packed or not."""
    body, way = answer.body, answer.headers.get("content-encoding", "").strip().lower()
    length = answer.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and len(body) < min(int(length[:15]), most):
        raise NotVisited(_CUT, code="busy")
    if len(body) <= most and way in {"gzip", "x-gzip"}:
        body = _unzipped(body, most)
    elif way not in {"", "identity", "gzip", "x-gzip"}:
        raise NotVisited("网站给出的内容用了不认识的压缩方式，没有读取。", code="refused")
    if len(body) > most:
        raise NotVisited(f"内容超过 {most >> 20 or 1} MB，没有读取。请人工下载后上传。", code="large")
    return body


def _unzipped(body: bytes, most: int) -> bytes:
    """What was packed, up to one byte more than is allowed."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        made = unpacking.decompress(body, most + 1)
    except zlib.error as error:
        raise NotVisited(_CUT, code="busy") from error
    if not unpacking.eof and len(made) <= most:
        raise NotVisited(_CUT, code="busy")
    return made


def _name_of(disposition: str) -> str:
    """The file's name where the site tells one, without any folder."""
    from email.message import Message  # noqa: PLC0415 - for the few addresses that tell a name

    message = Message()
    message["content-disposition"] = disposition.encode("latin-1", "replace").decode("utf-8", "replace")[:500]
    return (message.get_filename() or "").replace("\\", "/").rpartition("/")[2][:200]
