"""Some weeks of questions to the demo city's papers, as people would ask, rate and judge them: so that pages of quality are not empty.

Everything goes through the services: answers, refusals and times are what the program really gave. Whether somebody is
content follows from the answer that the city's own questions expect, and from a seed.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from minhu.directory.queries.actors import actor_named
from minhu.directory.queries.freshness import local_day
from minhu.kernel import clock
from minhu.kernel.actors import ANONYMOUS, Actor, use_actor
from minhu.kernel.errors import NotFound
from minhu.knowledge.queries import documents, samples, sets
from minhu.knowledge.queries.judged import Judged, Rated
from minhu.knowledge.services import assigning, questions, rating, running, sampling
from minhu.knowledge.services import sets as making
from minhu.knowledge.services.answering import Asked, ask
from minhu.knowledge.types import Door, Filters, Outcome, Settled
from minhu.language.answers.measures import SAME_ANSWER, character_f1
from minhu.server.demo.library import KEEPER, REVIEWER
from minhu.server.demo.papers import DemoQuestion, papers
from minhu.server.demo.papers import questions as city_questions

SEED: Final = 12345
WEEKS: Final = 6
A_WEEK: Final = 24
AGENT: Final = "zuoxi"
SET: Final = "常问政策（演示）"
SAMPLE: Final = "演示抽检：前两周"
SAMPLE_SIZE: Final = 24
SET_SIZE: Final = 40
_DOORS: Final = ((Door.PAGE, 35), (Door.WINDOW, 20), (Door.DESK, 35), (Door.API, 10))
_COMPLAINTS: Final = ("没说清楚要带哪些材料", "和我问的不是一回事", "只说了一半", "找不到办理地点")
_OUTCOMES: Final = (
    (Rated.WRONG, "和文件说的不一样"),
    (Rated.OUTDATED, "今年的标准调整了"),
    (Rated.INCOMPLETE, "缺办理时限"),
)
_SLIP: Final = 0.12
"""So often the second judge sees an answer differently, for people do."""


def load_quality() -> int:
    """Ask, rate, judge and measure once; how many questions were asked. A second run changes nothing."""
    reviewer, keeper = _actor(REVIEWER), _actor(KEEPER)
    with use_actor(reviewer):
        if any(one.name == SET for one in sets.listed()):
            return 0
    chance = random.Random(SEED)  # noqa: S311 - a demonstration that is the same every time
    today = local_day()
    city = [one for one in city_questions(today) if not one.earlier]
    asked = _ask_some(city, chance)
    _settle_some(reviewer, frozenset(one.question for one in city if not one.document))
    _judge(reviewer, keeper, {one.question: one for one in city}, chance)
    _measure(reviewer, city, chance)
    return asked


def _ask_some(city: Sequence[DemoQuestion], chance: random.Random) -> int:
    """So many a week, a few more each week, spread over days; returns how many."""
    agent = _actor(AGENT)
    doors = [door for door, weight in _DOORS for _ in range(weight)]
    present, count = clock.now(), 0
    for week in range(WEEKS - 1, -1, -1):
        for one in chance.choices(city, k=A_WEEK + 2 * (WEEKS - week)):
            moment = present - timedelta(days=7 * week + chance.randrange(7), minutes=chance.randrange(1, 600))
            door = chance.choice(doors)
            with clock.at(min(moment, present)):
                _one(one, door, agent if door is Door.DESK else ANONYMOUS, chance)
            count += 1
    return count


def _one(one: DemoQuestion, door: Door, actor: Actor, chance: random.Random) -> None:
    with use_actor(actor):
        got = ask(Asked(one.question, door))
        if not got.token:
            return
        if got.outcome is Outcome.NOT_FOUND:
            if door in (Door.PAGE, Door.WINDOW) and chance.random() < 0.4:
                rating.hand_over(got.token)
            return
        if chance.random() > 0.45:
            return
        content = _right(one, got.words) if chance.random() < 0.9 else chance.random() < 0.5
        if actor is ANONYMOUS:
            rating.rate(got.token, content, "" if content else chance.choice(_COMPLAINTS))
        elif content:
            rating.rate_as_staff(got.token, Rated.HELPFUL)
        else:
            rating.rate_as_staff(got.token, *chance.choice(_OUTCOMES))


def _right(one: DemoQuestion, words: str) -> bool:
    """Whether an answer says what the city's question expects."""
    return bool(one.document) and character_f1(words, one.answer) >= SAME_ANSWER


def _settle_some(reviewer: Actor, foreign: frozenset[str]) -> None:
    """What no paper of this city should answer is not ours; of the others one is given to somebody, the rest waits."""
    with use_actor(reviewer):
        rows, _total = questions.waiting(size=1_000)
        ours = [row for row in rows if row.question not in foreign]
        for row in rows:
            if row.question in foreign:
                questions.settle(row.id, Settled.NOT_OURS, text="不属于本市政策，请咨询相应主管部门。")
        for row in ours[:1]:
            assigning.assign(row.id, reviewer.id)


def _judge(reviewer: Actor, keeper: Actor, city: Mapping[str, DemoQuestion], chance: random.Random) -> None:
    """A sample of the last two weeks: two judges, who sometimes differ; a third is awaited there."""
    today = local_day()
    with use_actor(reviewer):
        drawn = sampling.draw(sampling.Draw(SAMPLE, today - timedelta(days=14), today, SAMPLE_SIZE, SEED))
        items = samples.items(drawn)
    for judge, slips in ((reviewer, 0.0), (keeper, _SLIP)):
        with use_actor(judge):
            for item in items:
                verdict, citation = _verdict(item, city)
                if item.answered and chance.random() < slips:
                    verdict = Judged.PARTLY if verdict is not Judged.PARTLY else Judged.WRONG
                sampling.judge(item.id, verdict, citation)


def _verdict(item: samples.Item, city: Mapping[str, DemoQuestion]) -> tuple[Judged, bool | None]:
    one = city.get(item.asking.question) if item.asking else None
    if one is None or item.asking is None:
        return Judged.RIGHT, True if item.answered else None
    if not item.answered:
        return (Judged.SHOULD_ANSWER if one.document else Judged.RIGHT), None
    if not one.document:
        return Judged.SHOULD_REFUSE, False
    f1 = character_f1(item.asking.answer, one.answer)
    return (
        Judged.RIGHT if f1 >= SAME_ANSWER else Judged.PARTLY if f1 > SAME_ANSWER / 2 else Judged.WRONG
    ), f1 > SAME_ANSWER / 2


def _measure(reviewer: Actor, city: Sequence[DemoQuestion], chance: random.Random) -> None:
    """An evaluation set of the city's questions about public papers, run once."""
    titles = {paper.stem: paper.title for paper in papers(local_day()) if paper.right == "公开"}
    with use_actor(reviewer):
        there = {row.title: row.id for row in documents.listed(Filters(), 0, 10_000)[0]}
        unique = {one.question: one for one in city}.values()
        known = [one for one in unique if not one.document or titles.get(one.document) in there]
        pk = making.make(SET, "public")
        for one in chance.sample(known, min(SET_SIZE, len(known))):
            document = there[titles[one.document]] if one.document else None
            clause, answer = (one.clause, one.answer) if document else ("", "")
            making.add(pk, making.Asked(one.question, document, clause, answer, one.kind))
        run = running.start(pk)
    running.run_in_background(run)


def _actor(username: str) -> Actor:
    found = actor_named(username)
    if found is None:
        raise NotFound(f"演示城市里没有账号 {username}，请先装载演示城市的基础数据。")
    return found
