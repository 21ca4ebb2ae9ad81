"""Watched pages propose what is new or changed, tell what is gone, and hold what has turned into something else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.knowledge.keepers import Keepers
from tests.knowledge.papers import paper
from tests.knowledge.site import Site, running

from minhu.directory.access import acting_as, as_system
from minhu.directory.queries import freshness
from minhu.directory.services import rule_sets
from minhu.directory.types import RuleKind
from minhu.engines.visits import fetching
from minhu.engines.visits.fetching import Fetched
from minhu.kernel import clock
from minhu.kernel.errors import Invalid, MinhuError
from minhu.knowledge.domain.turns import Seen, turned
from minhu.knowledge.queries import documents, notices
from minhu.knowledge.services import sources, visiting
from minhu.knowledge.types import EntryData, Filters, NoticeKind, Rights, SourceKind, State

ARTICLE = "<p>第一条 低保家庭每户每月减免五立方米水费，由市水务局负责解释并组织实施。</p><p>第二条 申请由街道便民服务中心受理，{days}个工作日内办结。</p>"
LOGIN = "<html><head><title>统一身份认证</title></head><body><form>用户登录<input type=password name=p></form></body></html>"


def page(days: str = "五", title: str = "云溪市水费减免办法", more: str = "") -> str:
    return f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1><article>{ARTICLE.format(days=days)}{more}</article></body></html>"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("MINHU_OUTBOUND_NETWORKS", "127.0.0.0/8")
    monkeypatch.setattr(fetching, "PAUSE", 0.0)
    visiting._visitor.cache_clear()
    with running() as made:
        yield made
    visiting._visitor.cache_clear()


def allow(*hosts: str) -> None:
    with as_system():
        rule_sets.put(RuleKind.SOURCES, {"hosts": [{"host": host} for host in hosts]})
    freshness.forget()


def kinds(keepers: Keepers) -> list[NoticeKind]:
    with acting_as(keepers.editor):
        return [notice.kind for notice in notices.open_notices()]


def again(keepers: Keepers, source: int, times: int = 1) -> None:
    for _ in range(times):
        with acting_as(keepers.editor):
            sources.switch(source, active=True)
        visiting.tick()


@pytest.mark.django_db
def test_a_page_and_its_documents_are_proposed_and_changes_too(keepers: Keepers, site: Site) -> None:
    site.put("/p.html", page(more='<p><a href="f/水价.docx">附件</a><a href="http://elsewhere.cn/x.pdf">别处</a></p>'))
    site.put("/f/%E6%B0%B4%E4%BB%B7.docx", paper(), kind="application/octet-stream", headers={"ETag": '"a"'})
    unit = keepers.city.unit("water")
    with acting_as(keepers.editor):
        with pytest.raises(Invalid, match="白名单"):
            visiting.add_site(SourceKind.PAGE, "水务局", site.at("/p.html"), unit, Rights(), EntryData())
        assert site.visits == []
    allow(f"127.0.0.1:{site.port}")
    with acting_as(keepers.other_editor), pytest.raises(MinhuError):
        visiting.add_site(SourceKind.PAGE, "水务局", site.at("/p.html"), unit, Rights(), EntryData())
    with acting_as(keepers.editor):
        source = visiting.add_site(SourceKind.PAGE, "水务局", site.at("/p.html"), unit, Rights(), EntryData())
    visiting.tick()
    assert kinds(keepers) == [NoticeKind.CHANGED, NoticeKind.CHANGED]
    with acting_as(keepers.editor):
        rows, total = documents.listed(Filters(), 0, 10)
        assert (total, {row.state for row in rows}) == (2, {State.DRAFT})
        document = next(row.id for row in rows if row.title == "云溪市水费减免办法")
        card = documents.card(document)
        assert card.entry.address == site.at("/p.html")
        assert any("第二条" in one.label for one in card.passages)
    again(keepers, source)
    assert len(kinds(keepers)) == 2, "what did not change is told once"
    assert site.visits[-1][1]["if-none-match"] == '"a"'
    site.put("/p.html", page("三", more='<p><a href="f/水价.docx">附件</a></p>'))
    again(keepers, source)
    with acting_as(keepers.editor):
        assert [one.number for one in documents.card(document).versions] == [2, 1]
        view, items = notices.source_items(source)
        assert (view.files, view.problem, {item.problem[:4] for item in items}) == (3, "", {"", "else"})


@pytest.mark.django_db
def test_what_turns_into_something_else_is_held_and_what_goes_away_is_told_after_three_visits(
    keepers: Keepers, site: Site
) -> None:
    allow(f"127.0.0.1:{site.port}")
    site.put("/p.html", page())
    with acting_as(keepers.editor):
        source = visiting.add_site(
            SourceKind.PAGE, "水务局", site.at("/p.html"), keepers.city.unit("water"), Rights(), EntryData()
        )
    visiting.tick()
    for body in (LOGIN, page(title="城市绿化养护招标公告")):
        site.put("/p.html", body)
        again(keepers, source, 2)
    assert kinds(keepers) == [NoticeKind.HELD, NoticeKind.HELD, NoticeKind.CHANGED]
    with acting_as(keepers.editor):
        document = documents.listed(Filters(), 0, 10)[0][0].id
        assert len(documents.card(document).versions) == 1
        (held,) = notices.held_items()
        with acting_as(keepers.other_editor), pytest.raises(MinhuError):
            sources.judge_held(held.id, same=True)
        sources.judge_held(held.id, same=True)
    visiting.tick()
    with acting_as(keepers.editor):
        assert len(documents.card(document).versions) == 2, "a person said that it is the same paper"
        assert notices.held_items() == []
    del site.pages["/p.html"]
    again(keepers, source, 2)
    assert kinds(keepers)[0] is NoticeKind.CHANGED
    again(keepers, source, 2)
    assert kinds(keepers).count(NoticeKind.GONE) == 1
    with acting_as(keepers.editor):
        assert len(documents.card(document).versions) == 2, "papers stay"
        assert "404" in notices.sources()[0].problem


@pytest.mark.django_db
def test_a_source_that_breaks_the_reader_keeps_nobody_from_looking_at_the_others(
    keepers: Keepers, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(f"127.0.0.1:{site.port}")
    site.put("/a.html", page())
    site.put("/b.html", page(title="云溪市燃气补贴办法"))
    with acting_as(keepers.editor):
        for name in ("a", "b"):
            at = site.at(f"/{name}.html")
            visiting.add_site(SourceKind.PAGE, name, at, keepers.city.unit("water"), Rights(), EntryData())
    inner = visiting.name_of

    def broken(fetched: Fetched, body: bytes) -> str:
        if fetched.address.endswith("/a.html"):
            raise RuntimeError("a page that nobody thought of")
        return inner(fetched, body)

    monkeypatch.setattr(visiting, "name_of", broken)
    visiting.tick()
    with acting_as(keepers.editor):
        problems = {one.label: one.problem for one in notices.sources()}
        rows, _total = documents.listed(Filters(), 0, 10)
    assert "无法处理" in problems["a"]
    assert problems["b"] == ""
    assert [row.title for row in rows] == ["云溪市燃气补贴办法"]
    assert sorted(kinds(keepers)) == sorted([NoticeKind.FAILED, NoticeKind.CHANGED])


@pytest.mark.django_db
def test_a_host_that_is_away_is_asked_less_and_less_and_a_feed_brings_its_pages(keepers: Keepers, site: Site) -> None:
    allow(f"127.0.0.1:{site.port}")
    entries = "".join(f"<item><title>{n}</title><link>/{n}.html</link></item>" for n in ("a", "b"))
    site.put("/feed", f"<rss><channel>{entries}</channel></rss>", kind="application/rss+xml")
    site.put("/a.html", page())
    site.put("/b.html", page(title="云溪市燃气补贴办法"))
    with acting_as(keepers.editor):
        visiting.add_site(
            SourceKind.FEED, "公报", site.at("/feed"), keepers.city.unit("water"), Rights(), EntryData(), 60
        )
    visiting.tick()
    assert kinds(keepers) == [NoticeKind.CHANGED, NoticeKind.CHANGED]
    site.put("/feed", "", status=503)
    moment = clock.now()
    for _ in range(4):
        with acting_as(keepers.editor):
            moment = max(moment, notices.sources()[0].next_at) + timedelta(seconds=1)
        with clock.at(moment):
            visiting.tick()
    assert kinds(keepers).count(NoticeKind.FAILED) == 1
    with acting_as(keepers.editor):
        assert notices.sources()[0].next_at - moment > timedelta(hours=7)


PAPER = Seen("text/html", "水费减免办法", "第一条 减免五立方米。\n第二条 五日办结。" * 30)


@pytest.mark.parametrize(
    ("after", "held"),
    [
        (PAPER, False),
        (Seen("text/html", "水费减免办法（修订）", PAPER.text.replace("五日", "三日")), False),
        (Seen("application/pdf", "水费减免办法", PAPER.text), True),
        (Seen("text/html", "招标公告", PAPER.text), True),
        (Seen("text/html", "水费减免办法", "关于绿化养护的公告内容完全不同。" * 30), True),
        (Seen("text/html", "水费减免办法", PAPER.text, signs_in=True), True),
        (Seen("text/html", "提示", "您访问的页面不存在"), True),
    ],
)  # fmt: skip
def test_another_paper_at_the_same_address_is_noticed(after: Seen, held: bool) -> None:
    assert bool(turned(PAPER, after)) is held
