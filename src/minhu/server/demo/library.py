"""Puts the demo city's papers into its knowledge room as people would: taken in, confirmed, reviewed by another, published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.db import transaction

from minhu.directory.access import as_system
from minhu.directory.queries.actors import actor_named
from minhu.directory.queries.freshness import local_day
from minhu.directory.queries.units import unit_by_code
from minhu.directory.services.posts import load_staff
from minhu.kernel.actors import Actor, use_actor
from minhu.kernel.errors import NotFound
from minhu.knowledge.queries import documents
from minhu.knowledge.services import editing, life
from minhu.knowledge.types import Audience, EntryData, FactValues, Filters, Nature, Rights, State
from minhu.server.demo import world
from minhu.server.demo.paper_files import file_of
from minhu.server.demo.papers import DemoPaper, papers

KEEPER: Final = "luguanwen"
"""Takes the papers in for all units."""
REVIEWER: Final = "shenhe"
_MOST: Final = 10_000
_NATURES: Final[Mapping[str, Nature]] = {str(one.label): one for one in Nature}


def load_papers() -> int:
    """Bring every paper into the knowledge room that is not there yet, the oldest first; how many were brought.

    What an interrupted load left as a draft or in review goes on where it stopped. A second run changes nothing.
    """
    keeper, reviewer = actor_of(KEEPER), actor_of(REVIEWER)
    today = local_day()
    city = papers(today)
    with use_actor(keeper):
        there = {row.title: (row.id, row.state) for row in documents.listed(Filters(), 0, _MOST)[0]}
    titles = {paper.number: paper.title for paper in city if paper.number}
    brought = 0
    for paper in sorted(city, key=lambda x: (x.in_force, x.stem)):
        document, state = there.get(paper.title, (0, None))
        if state not in (None, State.DRAFT, State.REVIEW):
            continue
        document = document or _take_in(paper, keeper)
        if state is not State.REVIEW:
            _hand_over(paper, document, keeper, titles)
        _publish(document, reviewer)
        brought += 1
    _end_repealed(city, keeper, today)
    return brought


def _take_in(paper: DemoPaper, keeper: Actor) -> int:
    name, content = file_of(paper)
    with use_actor(keeper):
        return editing.add(
            content, name, unit_of(paper.unit), _rights(paper), _entry(paper), origin=f"演示城市 {paper.stem}"
        )


def _entry(paper: DemoPaper) -> EntryData:
    return EntryData(_NATURES[paper.nature], paper.category, paper.keywords)


def _rights(paper: DemoPaper) -> Rights:
    kind, _, code = paper.right.partition(":")
    if kind == "单位":
        return Rights(Audience.NAMED, units=(unit_of(code),))
    return Rights(Audience.PUBLIC if kind == "公开" else Audience.STAFF)


def _hand_over(paper: DemoPaper, document: int, keeper: Actor, titles: Mapping[str, str]) -> None:
    """Confirm the facts as the paper's head has them, answer for what the publishing check found, submit."""
    issuer = next(row["name"] for row in world.load("units")["units"] if row["code"] == paper.unit)
    values = FactValues(
        title=paper.title, document_number=paper.number, issuer=issuer, issued=paper.issued, in_force=paper.in_force,
        repealed=paper.expires, repeals=tuple(f"《{titles[number]}》（{number}）" for number in paper.repeals),
        applies_areas=(world.areas()[paper.area].name,), applies_groups=paper.groups,
    )  # fmt: skip
    with use_actor(keeper):
        version = documents.card(document).version.id
        editing.confirm(version, values)
        for finding in documents.card(document).findings:
            if finding.answered_at is None:
                editing.answer(finding.id, "演示城市的办公电话或虚构内容，可以发布")
        life.submit(version)


def _publish(document: int, reviewer: Actor) -> None:
    with use_actor(reviewer):
        life.publish(documents.card(document).version.id)


def _end_repealed(city: tuple[DemoPaper, ...], keeper: Actor, today: date) -> None:
    """A person ends what a newer paper repeals, on the day that it says."""
    newer = {number: paper for paper in city for number in paper.repeals}
    with use_actor(keeper):
        there = {row.title: row for row in documents.listed(Filters(), 0, _MOST)[0]}
        for paper in city:
            row = there.get(paper.title)
            if row and paper.repealed and paper.repealed <= today and row.state in (State.PUBLISHED, State.EXPIRING):
                by = newer[paper.number]
                life.repeal(documents.card(row.id).version.id, f"被《{by.title}》（{by.number}）废止")


def unit_of(code: str) -> int:
    """The unit with this code; raises NotFound."""
    unit = unit_by_code(code)
    if unit is None:
        raise NotFound(f"演示城市里没有单位 {code}，请先装载演示城市的基础数据。")
    return unit.id


def actor_of(username: str) -> Actor:
    """The account; a city loaded by an earlier release does not have it yet."""
    found = actor_named(username)
    if found is None:
        with transaction.atomic(), as_system():
            load_staff(world.load("staff")["staff"], demo=True)
        found = actor_named(username)
    if found is None:
        raise NotFound(f"演示城市里没有账号 {username}，请先装载演示城市的基础数据。")
    return found
