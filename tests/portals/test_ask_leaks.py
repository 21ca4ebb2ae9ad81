"""No door tells anybody of a paper that he may not read: not its words, not its title, not by a number or a refusal.

Five sorts of rights, a draft and an ended paper, fourteen people; each asks for each paper in several ways through the
service, and once through every door. What readers may see is taken from the table of the rights' own test.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.knowledge.keepers import Keepers, gather
from tests.knowledge.papers import paper
from tests.knowledge.test_rights import EXPECTED, RIGHTS, readers
from tests.portals.test_knowledge import client_of

from minhu.directory.access import acting_as, as_system
from minhu.directory.models import Staff
from minhu.kernel.actors import ANONYMOUS
from minhu.knowledge.models import Version
from minhu.knowledge.queries import documents
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.store import forget_papers
from minhu.knowledge.services import life, quota
from minhu.knowledge.services.answering import Asked, ask
from minhu.knowledge.types import Door, Tone
from minhu.server.mcp import tools

pytestmark = pytest.mark.django_db
EVERYTHING = os.environ.get("MINHU_FAULTS", "") in {"ci", "bench"}
"""All triples and all people at all doors are part of `.ci/run`; `make test` plays a third of them."""
MATTERS = {
    "public": ("青石井修缮", "柳湾泵房"), "staff": ("绿藻应急处置", "望云水厂"), "urban bureau": ("窨井盖巡查", "澄湖营业所"),
    "streets": ("水表轮换登记", "桐山街道窗口"), "district": ("二次供水清洗", "滨江水务站"), "draft": ("再生水试点", "石桥中水站"),
    "ended": ("旧管网普查", "永渡档案室"),
}  # fmt: skip
"""For each sort of paper: what it is about, and the words that only it holds."""
ASKED = (
    "{}在哪里办理", "{}的办理地点是什么", "请问{}去哪儿办", "{}由谁负责", "{}要多少钱", "我想咨询{}的地址", "{}",
    "{}几个工作日办结", "{}需要什么材料", "哪些人可以申请{}", "关于{}有什么规定", "{}怎么申请",
)  # fmt: skip


def document_about(matter: str, place: str) -> bytes:
    return paper(f"云溪市{matter}管理办法", more=(f"第五条 {matter}的办理地点在{place}，由{place}负责。",))


@pytest.fixture
def keepers(home: Path, db: None) -> Iterator[Keepers]:
    forget_papers()
    quota._used.clear()
    yield gather()
    quota._used.clear()
    forget_papers()


def publish_all(keepers: Keepers) -> dict[str, int]:
    """A paper of each sort; what is drafted or ended is for its keepers."""
    made = {
        name: keepers.published(document_about(*MATTERS[name]), rights=rights(keepers))
        for name, rights in RIGHTS.items()
    }
    made["draft"] = keepers.add(document_about(*MATTERS["draft"]))
    made["ended"] = keepers.published(document_about(*MATTERS["ended"]))
    with acting_as(keepers.editor):
        life.withdraw(documents.card(made["ended"]).version.id, "内容有误")
    return made


def may_answer(who: str, name: str) -> bool:
    """Whether an answer to this person may come from the paper: live, and his to read."""
    return name in RIGHTS and who in EXPECTED[name]


def told(text: str, name: str) -> bool:
    """Whether a text holds what only one paper holds: its title (with words that no question has) or its place."""
    matter, place = MATTERS[name]
    return place in text or f"云溪市{matter}管理办法" in text


def test_no_answer_and_no_hit_is_from_a_paper_that_the_asker_may_not_read(keepers: Keepers) -> None:
    made = publish_all(keepers)
    triples = leaks = given = 0
    for who, actor in readers(keepers).items():
        with acting_as(actor):
            for name, (matter, _place) in MATTERS.items():
                for form in ASKED[:: 1 if EVERYTHING else 3]:
                    got = ask(Asked(form.format(matter), Door.DESK), record=False)
                    shown = {one.document_id for one in (*got.clauses, *got.near, *got.hits)}
                    choices = " ".join(one.label + one.question for one in got.back.choices) if got.back else ""
                    text = (
                        f"{got.said} {got.words} {choices} {' '.join(one.title + one.passage.text for one in got.hits)}"
                    )
                    for other in MATTERS:
                        if not may_answer(who, other):
                            leaks += made[other] in shown or told(text, other)
                    triples += 1
                    given += may_answer(who, name) and made[name] in shown
    assert triples >= (1000 if EVERYTHING else 350)
    assert leaks == 0
    assert given > (100 if EVERYTHING else 30), "whoever may read is answered"


def test_every_door_tells_nobody_more(keepers: Keepers) -> None:
    made = publish_all(keepers)
    with as_system(), reading():
        versions = dict(Version.objects.values_list("document_id", "pk"))
    people: dict[str, Client] = {"citizen": Client(), "partner": Client()}
    names = {actor.staff_id: who for who, actor in readers(keepers).items() if actor.staff_id}
    people |= {names[row.pk]: client_of(row.username) for row in Staff.objects.filter(pk__in=names)}
    looked = answered = 0
    for who, client in list(people.items())[:: 1 if EVERYTHING else 3]:
        for name, (matter, _place) in MATTERS.items():
            question = ASKED[0].format(matter)
            for door, got in through_every_door(client, question, made[name], versions[made[name]]):
                text = got.content.decode() if not got.streaming else ""
                outside = door.startswith("public")
                for other in MATTERS:
                    keeps = who in EXPECTED["draft"] and not outside and door.startswith("paper")
                    may = may_answer("citizen" if outside else who, other) or keeps
                    assert may or not told(text, other), (who, door, name, other)
                looked += 1
                answered += told(text, name)
    assert looked >= (900 if EVERYTHING else 300)
    assert answered > (100 if EVERYTHING else 30)


def through_every_door(client: Client, question: str, document: int, version: int) -> Iterator[tuple[str, Any]]:
    quota._used.clear()
    yield "desk", client.get("/knowledge/ask/", {"question": question})
    yield (
        "desk live",
        client.get("/knowledge/ask/", {"question": question, "live": "1"}, headers={"HX-Request": "true"}),
    )
    yield "desk search", client.get("/knowledge/search/", {"q": question})
    yield "paper list", client.get("/knowledge/", {"q": question[:4]})
    yield "paper", client.get(f"/knowledge/{document}/")
    yield "paper beside", client.get(f"/knowledge/passage/{version}/12/")
    yield "public page", client.post("/ask/", {"question": question})
    yield "public window", client.post("/ask/window/", {"question": question})
    yield (
        "public interface",
        client.post("/api/v1/ask", json.dumps({"question": question}), content_type="application/json"),
    )
    yield "public search", client.get("/api/v1/knowledge/search", {"q": question})


def test_tools_of_assistants_see_what_their_caller_sees(keepers: Keepers) -> None:
    publish_all(keepers)
    for who, actor in readers(keepers).items():
        for name, (matter, _place) in MATTERS.items():
            for tool in ("ask_papers", "search_papers"):
                got = tools.call(lambda one=actor: one, tool, {"question": ASKED[0].format(matter)})  # type: ignore[misc]
                assert not got["isError"], got
                for other in MATTERS:
                    assert may_answer(who, other) or not told(got["content"][0]["text"], other), (
                        who,
                        tool,
                        name,
                        other,
                    )


def test_neither_numbers_nor_refusals_tell_that_a_hidden_paper_exists(keepers: Keepers) -> None:
    keepers.published(document_about(*MATTERS["public"]))
    questions = [form.format(matter) for matter, _ in MATTERS.values() for form in ASKED]

    def answers() -> list[object]:
        with acting_as(ANONYMOUS):
            return [replace(ask(Asked(one, Door.PAGE, Tone.FORMAL), record=False), milliseconds=0) for one in questions]

    before = answers()
    for name, rights in RIGHTS.items():
        if name != "public":
            keepers.published(document_about(*MATTERS[name]), rights=rights(keepers))
    keepers.add(document_about(*MATTERS["draft"]))
    assert answers() == before
