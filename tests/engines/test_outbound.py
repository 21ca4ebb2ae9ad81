"""Whoever types in an address must not reach our own networks through us, whatever he writes or his name answers."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from exchange.listener import Listener, listening
from minhu.engines import outbound
from minhu.engines.outbound import Unsent, allowed_networks, check, may_call, parse, post, resolve
from minhu.kernel.errors import Invalid

FORBIDDEN = (
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255", "100.100.100.200", "::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::7f00:1",
    "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::", "2001:db8::1", "100::1",
)  # fmt: skip


@pytest.mark.parametrize("text", FORBIDDEN)
def test_our_own_and_reserved_networks_are_not_called(text: str) -> None:
    assert not may_call(ipaddress.ip_address(text), ())


@pytest.mark.parametrize("text", ["8.8.8.8", "223.5.5.5", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are(text: str) -> None:
    assert may_call(ipaddress.ip_address(text), ())


def test_an_operator_allows_a_network_and_only_that() -> None:
    networks = allowed_networks("10.2.0.0/16, fd00:1::/32")
    assert may_call(ipaddress.ip_address("10.2.9.9"), networks)
    assert may_call(ipaddress.ip_address("::ffff:10.2.9.9"), networks)
    assert may_call(ipaddress.ip_address("fd00:1::9"), networks)
    assert not may_call(ipaddress.ip_address("10.3.0.1"), networks)
    with pytest.raises(ValueError, match="network"):
        allowed_networks("everything")


@pytest.mark.parametrize(
    "url",
    [
        "", "ftp://example.org/", "file:///etc/passwd", "gopher://x/", "//example.org/", "example.org", "http://",
        "https://user@example.org/", "https://user:pw@example.org/", "https://exa mple.org/", "http://[::1",
        "http://example.org:99999/", "http://example.org:x/", "http://exa%6dple.org/", "http://-bad.example/",
        "http://ex\tample.org/", "http://example.org\\@127.0.0.1/", "http://例子.cn/", "http://a..b/",
        "https://example.org/" + "x" * 600, "http://example.org/\r\nHost: other", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_addresses_that_are_none_are_refused_when_they_are_typed(url: str) -> None:
    with pytest.raises(Invalid):
        parse(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://2130706433/", "http://0x7f000001/", "http://017700000001/", "http://127.1/",
        "http://0x7f.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "https://169.254.169.254/latest/",
        "http://[fe80::1%25eth0]/", "http://0/", "http://10.0.0.1:8080/x",
    ],
)  # fmt: skip
def test_numbers_in_any_notation_are_seen_through(url: str) -> None:
    with pytest.raises(Invalid):
        check(url)


@pytest.mark.parametrize("name", ["localhost", "localhost."])
def test_names_of_this_machine_are_not_called(name: str) -> None:
    with pytest.raises(Unsent):
        post(f"http://{name}:1/", b"{}", {}, seconds=2)


def answering(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Names resolve to these addresses, one call after another; returns the names asked for."""
    asked: list[str] = []

    def lookup(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        found = addresses if len(addresses) > 1 and "," not in addresses[0] else addresses[0].split(",")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "8.8.8.8", "10.0.0.5")
    with pytest.raises(Unsent) as refused:
        resolve(parse("https://rebinding.example/"))
    assert refused.value.code == "forbidden_address"


def test_a_name_is_resolved_once_and_the_line_goes_to_what_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, "8.8.8.8")
    dialled: list[tuple[str, int]] = []

    def dial(address: tuple[str, int], **_: Any) -> socket.socket:
        dialled.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", dial)
    with pytest.raises(Unsent):
        post("https://rebinding.example/x", b"{}", {})
    assert asked == ["rebinding.example"]
    assert dialled == [("8.8.8.8", 443)]


@pytest.fixture
def partner(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    monkeypatch.setenv("MINHU_OUTBOUND_NETWORKS", "127.0.0.0/8")
    with listening() as listener:
        yield listener


def test_a_message_arrives_whole_with_its_headers(partner: Listener) -> None:
    answer = post(partner.url, '{"a": "民呼"}'.encode(), {"webhook-id": "m1"})
    assert answer.status == 200
    assert partner.bodies == ['{"a": "民呼"}'.encode()]
    assert partner.headers[0]["webhook-id"] == "m1"
    assert partner.headers[0]["host"] == partner.url.split("/")[2]
    assert partner.paths == ["/inbox?x=1"]


def test_redirects_are_answers_and_not_followed(partner: Listener) -> None:
    partner.answers = [(302, b"", {"Location": partner.url})]
    assert post(partner.url, b"{}", {}).status == 302
    assert len(partner.bodies) == 1


def test_long_answers_are_cut_and_asked_pauses_are_read(partner: Listener) -> None:
    partner.answers = [(429, b"x" * 500_000, {"Retry-After": "120"})]
    answer = post(partner.url, b"{}", {})
    assert len(answer.body) == outbound.MOST_ANSWER
    assert answer.retry_after == 120
    partner.answers = [(503, b"", {"Retry-After": "Mon, 09 Mar 2026 01:00:00 GMT"})]
    assert post(partner.url, b"{}", {}).retry_after is None


@pytest.mark.parametrize(
    "trickle", [b"", b"H", b"HTTP/1.0 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"]
)
def test_who_answers_too_slowly_is_left_in_time(monkeypatch: pytest.MonkeyPatch, trickle: bytes) -> None:
    monkeypatch.setenv("MINHU_OUTBOUND_NETWORKS", "127.0.0.0/8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        stop = threading.Event()

        def slow() -> None:
            line, _ = server.accept()
            with line:
                line.sendall(trickle)
                while not stop.wait(0.2):
                    try:
                        line.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=slow, daemon=True)
        thread.start()
        began = time.monotonic()
        with suppress(Unsent):  # a status that came in time counts; a body that does not end is cut
            post(f"http://127.0.0.1:{port}/", b"{}", {}, seconds=1)
        assert time.monotonic() - began < 20, "the body never ends"
        stop.set()
        thread.join(2)


def test_a_certificate_that_nobody_vouches_for_is_refused(partner: Listener) -> None:
    with pytest.raises(Unsent):
        post(partner.url.replace("http://", "https://"), b"{}", {}, seconds=3)
    assert partner.bodies == []
    assert ssl.create_default_context().check_hostname
