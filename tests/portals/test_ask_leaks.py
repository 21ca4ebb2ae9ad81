"""No door tells anybody of a paper that he may not read: not its words, not its title, not by a number or a refusal.

Five sorts of rights, a draft and an ended paper, fourteen people; each asks for each paper in several ways through the
service, and once through every door. What readers may see is taken from the table of the rights' own test.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
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
from minhu.knowledge.models import MadePair, Version
from minhu.knowledge.queries import documents
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.store import forget_papers
from minhu.knowledge.services import contradictions, life, pairs, quota
from minhu.knowledge.services.answering import Asked, ask
from minhu.knowledge.types import Door, Tone
from minhu.language.papers.naming import matter_key
from minhu.language.papers.questions import topic_of
from minhu.server.mcp import tools

pytestmark = pytest.mark.django_db
EVERYTHING = os.environ.get("MINHU_FAULTS", "") in {"ci", "bench"}
EVERY_NTH = {"bench": 1, "ci": 2}.get(os.environ.get("MINHU_FAULTS", ""), 5)
"""Of the people who go through all doors of pages and programs; whoever asks without a page always is everybody."""
"""All triples and all people at all doors are part of `.ci/run`; `make test` plays a part of them."""
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
                for form in ASKED[:: 1 if EVERYTHING else 6]:
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
    assert triples >= (1000 if EVERYTHING else 190)
    assert leaks == 0
    assert given > (100 if EVERYTHING else 15), "whoever may read is answered"


def people_of(keepers: Keepers) -> dict[str, Client]:
    """A browser for each reader."""
    people: dict[str, Client] = {"citizen": Client(), "partner": Client()}
    names = {actor.staff_id: who for who, actor in readers(keepers).items() if actor.staff_id}
    return people | {names[row.pk]: client_of(row.username) for row in Staff.objects.filter(pk__in=names)}


def versions_of() -> dict[int, int]:
    with as_system(), reading():
        return dict(Version.objects.values_list("document_id", "pk"))


def test_every_door_tells_nobody_more(keepers: Keepers) -> None:
    made = publish_all(keepers)
    versions, people = versions_of(), people_of(keepers)
    looked = answered = 0
    telling: set[str] = set()
    for who, client in list(people.items())[::EVERY_NTH]:
        for name, (matter, _place) in MATTERS.items():
            question = ASKED[0].format(matter)
            for door, got in through_every_door(client, question, made[name], versions[made[name]]):
                text = got.content.decode() if not got.streaming else ""
                outside = door.startswith("public")
                for other in MATTERS:
                    keeps = who in EXPECTED["draft"] and not outside and door.startswith("paper")
                    may = may_answer("citizen" if outside else who, other) or keeps
                    named = door == "desk matters" and MATTERS[other][0] in text
                    assert may or not (told(text, other) or named), (who, door, name, other)
                    telling |= {door} if told(text, other) or named else set()
                looked += 1
                answered += told(text, name)
    assert telling >= {"desk matters", "desk matter", "public matter", "public card"}, "each of them tells who may know"
    assert looked >= 900 // EVERY_NTH
    assert answered > 90 // EVERY_NTH


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
    yield from through_graph_and_tools(client, question.removesuffix(ASKED[0].format("")))


def through_graph_and_tools(client: Client, matter: str) -> Iterator[tuple[str, Any]]:
    """What is put together over papers: matters, what surrounds one, a tool's card."""
    key = matter_key(topic_of(f"云溪市{matter}管理办法"))
    yield "desk matters", client.get("/knowledge/graph/")
    yield "desk matter", client.get("/knowledge/graph/", {"matter": key})
    yield "public graph", client.get("/api/v1/knowledge/graph", {"q": matter})
    yield "public matter", client.get("/api/v1/knowledge/graph", {"matter": key})
    yield (
        "public card",
        client.post("/api/v1/tools/matter_facts", json.dumps({"matter": matter}), content_type="application/json"),
    )


def test_what_is_made_of_papers_tells_nobody_more_and_no_list_that_leaves_does(keepers: Keepers) -> None:
    """Questions made from papers, interpretations (page and Word file), graphs, comparisons, the table that is exported."""
    made = publish_all(keepers)
    contradictions.look()
    pairs.make()
    versions, people = versions_of(), people_of(keepers)
    with as_system(), reading():
        assert set(MadePair.objects.values_list("version__document_id", flat=True)) >= {made[name] for name in RIGHTS}
    chosen = people if EVERYTHING else {who: people[who] for who in ("citizen", "urban_head", "reviewer")}
    told_of = dict.fromkeys(chosen, 0)
    for who, client in chosen.items():
        seen = [("export", words_in(client.post("/knowledge/table/export/", {"reason": "核对文件"})))]
        for name in MATTERS:
            seen += [(door, words_in(client.get(door))) for door in made_of(made[name], versions[made[name]])]
        for door, text in seen:
            for other in MATTERS:
                may = may_answer(who, other) or who in EXPECTED["draft"]
                assert may or not told(text, other), (who, door, other)
                told_of[who] += told(text, other)
    assert told_of["citizen"] == 0
    assert 0 < told_of["urban_head"] < told_of["reviewer"]


def made_of(document: int, version: int) -> tuple[str, ...]:
    """Addresses of what is made of one paper."""
    return (
        f"/knowledge/pairs/?document={document}", f"/knowledge/pairs/?state=accepted&document={document}",
        f"/knowledge/interpretation/{version}/", f"/knowledge/interpretation/{version}/file.docx",
        f"/knowledge/{document}/graph/", f"/knowledge/{document}/changes/", f"/knowledge/version/{version}/original/",
    )  # fmt: skip


def words_in(got: Any) -> str:
    """The words of an answer; a file of Word or Excel is unpacked."""
    if not got.content.startswith(b"PK"):
        return str(got.content.decode())
    with zipfile.ZipFile(io.BytesIO(got.content)) as parts:
        return " ".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml"))


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
