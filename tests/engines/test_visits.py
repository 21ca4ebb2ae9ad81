"""A visitor of public sites goes only where the list and robots.txt let it, never inside, slowly, and within limits."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator

import pytest
from tests.knowledge.site import Site, running

from minhu.engines.visits import feeds, robots
from minhu.engines.visits.fetching import NotVisited, Visitor, tidy
from minhu.kernel.errors import Invalid


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("MINHU_OUTBOUND_NETWORKS", "127.0.0.0/8")
    with running() as made:
        yield made


def visitor(*hosts: str) -> Visitor:
    return Visitor(lambda host, port: f"{host}:{port}" in hosts, pause=0.0)


def refusal(one: Visitor, address: str) -> str:
    with pytest.raises(NotVisited) as refused:
        one.fetch(address)
    return refused.value.code


def test_only_listed_hosts_are_visited_and_redirects_are_judged_anew(site: Site) -> None:
    one = visitor(f"127.0.0.1:{site.port}")
    site.put("/a", "甲", headers={"ETag": '"1"'})
    site.put("/to-a", "", status=302, headers={"Location": "/a"})
    site.put("/away", "", status=302, headers={"Location": f"http://localhost:{site.port}/a"})
    site.put("/round", "", status=302, headers={"Location": "/round"})
    assert one.fetch(site.at("/to-a")).address == site.at("/a")
    assert one.fetch(site.at("/a"), etag='"1"').body is None
    assert refusal(one, site.at("/away")) == "refused"
    assert refusal(one, f"http://localhost:{site.port}/a") == "refused"
    assert refusal(one, site.at("/round")) == "turned"
    assert {place for place, _ in site.visits} == {"/robots.txt", "/to-a", "/a", "/away", "/round"}
    assert site.asked("/robots.txt") == 1
    assert all(not headers.keys() & {"cookie", "authorization", "referer"} for _, headers in site.visits)


def test_nobody_inside_is_reached_though_a_list_names_him(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MINHU_OUTBOUND_NETWORKS")
    assert refusal(visitor(f"127.0.0.1:{site.port}"), site.at("/a")) == "refused"
    assert site.visits == []


def test_what_is_gone_too_large_cut_or_forbidden_is_told_apart(site: Site) -> None:
    one = visitor(f"127.0.0.1:{site.port}")
    site.put("/robots.txt", "User-agent: *\nDisallow: /secret\nAllow: /secret/open$\n", kind="text/plain")
    site.put("/secret/open", "公开")
    site.put("/large", b"x" * 2000)
    site.put("/bomb", gzip.compress(bytes(5_000_000)), headers={"Content-Encoding": "gzip"})
    site.put("/cut", b"half", headers={"X-Length": "99"})
    site.put("/login", "", status=403)
    site.put("/down", "", status=503)
    assert one.fetch(site.at("/secret/open")).body == "公开".encode()
    for path, code in (
        ("/secret", "robots"),
        ("/gone", "gone"),
        ("/cut", "busy"),
        ("/login", "forbidden"),
        ("/down", "busy"),
    ):
        assert refusal(one, site.at(path)) == code, path
    assert site.asked("/secret") == 0
    for path in ("/large", "/bomb"):
        with pytest.raises(NotVisited) as refused:
            one.fetch(site.at(path), most=1000)
        assert refused.value.code == "large"
    site.put("/zip", gzip.compress("压缩的网页".encode()), headers={"Content-Encoding": "gzip"})
    assert one.fetch(site.at("/zip")).body == "压缩的网页".encode()


def test_a_site_that_cannot_tell_its_rules_is_left_alone(site: Site) -> None:
    site.put("/robots.txt", "", status=500)
    assert refusal(visitor(f"127.0.0.1:{site.port}"), site.at("/a")) == "busy"


def test_visits_of_one_host_keep_their_distance(site: Site) -> None:
    one = Visitor(lambda _host, _port: True, pause=0.1)
    site.put("/a", "甲")
    begun = time.monotonic()
    for _ in range(2):
        one.fetch(site.at("/a"))
    assert time.monotonic() - begun >= 0.19, "robots.txt, then two pages"


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /", "/x", False),
        ("User-agent: other\nDisallow: /", "/x", True),
        ("User-agent: Minhu\nDisallow: /a\n\nUser-agent: *\nDisallow: /", "/b", True),
        ("User-agent: a\nUser-agent: minhu\nDisallow: /a", "/a/b", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/files/a.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/files/a.pdf?x=1", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nDisallow: /政策/", "/%E6%94%BF%E7%AD%96/1.html", False),
        ("User-agent: *\nDisallow:", "/x", True),
        ("<html>not a robots file", "/x", True),
    ],
)
def test_robots_are_read_as_rfc_9309_says(rules: str, path: str, allowed: bool) -> None:
    assert robots.read(rules.encode(), "Minhu").allows(path) is allowed


def test_a_wish_for_slowness_is_kept_within_reason() -> None:
    assert robots.read(b"User-agent: *\nCrawl-delay: 7\n", "Minhu").pause == 7
    assert robots.read(b"User-agent: *\nCrawl-delay: 99999\n", "Minhu").pause == robots.LONGEST_WISH


RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>x</title><link>http://e.cn/</link>
<item><title>水价</title><link>/a.html</link><pubDate>Mon, 01 Jan 2029</pubDate></item>
<item><title>同一页</title><link>http://e.cn/a.html</link></item><item><guid>http://e.cn/b.html</guid></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><link href="http://e.cn/self" rel="self"/><entry><title>t</title>
<link rel="edit" href="/no"/><link href="c.html"/><updated>2029-01-01T00:00:00Z</updated></entry></feed>"""


def test_feeds_of_both_families_are_read_and_traps_are_refused() -> None:
    assert [(one.address, one.title) for one in feeds.entries(RSS.encode(), "http://e.cn/feed")] == [("http://e.cn/a.html", "水价"), ("http://e.cn/b.html", "")]  # fmt: skip
    assert [(one.address, one.changed) for one in feeds.entries(ATOM.encode(), "http://e.cn/f/x")] == [("http://e.cn/f/c.html", "2029-01-01T00:00:00Z")]  # fmt: skip
    for trap in (b"<html></html>", b"", b"{}", b'<!DOCTYPE x [<!ENTITY a "b">]><rss>&a;</rss>', b"<rss><item>"):
        with pytest.raises(Invalid):
            feeds.entries(trap, "http://e.cn/")


def test_addresses_are_made_tidy_or_refused() -> None:
    assert tidy(" HTTP://例子.cn/政策?a=水#x ") == "http://xn--fsqu00a.cn/%E6%94%BF%E7%AD%96?a=%E6%B0%B4"
    for wrong in ("ftp://e.cn/", "http://u:p@e.cn/", "javascript:1", "", "http://[::1", "/a"):
        with pytest.raises(Invalid):
            tidy(wrong)
