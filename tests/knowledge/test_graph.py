"""The graph across documents: one matter in several papers is one, each thing with its clause, hidden from whoever may not read."""

from __future__ import annotations

import pytest
from django.test import Client

from knowledge.keepers import Keepers
from knowledge.papers import paper
from minhu.directory.access import acting_as, as_system
from minhu.directory.models import Staff
from minhu.kernel.actors import ANONYMOUS
from minhu.knowledge.models import Drawn, GraphTriple
from minhu.knowledge.queries import documents, graph
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.services import contradictions, graphing, life
from minhu.knowledge.types import Audience, Rights
from minhu.language.papers.triples import Relation

pytestmark = pytest.mark.django_db
RULES = paper(
    "云溪市居住证申领办法",
    more=(
        "第五条 申领居住证，应当提交下列材料：", "（一）身份证复印件；", "（二）租赁合同。",
        "第六条 居住证由派出所受理，向水务局提出申请，15个工作日内办结，工本费收取20元。",
    ),
)  # fmt: skip
GUIDE = paper(
    "关于办理居住证的指南",
    more=(
        "申领居住证，应当提交下列材料：",
        "（一）本人身份证；",
        "（二）近期照片。",
        "工本费收取30元，15个工作日内办结。",
    ),
)
INSIDE = paper("云溪市居住证审核要点", more=("受理时另须核对下列材料：", "（一）内部核查单。"))


def test_papers_of_one_matter_come_together_with_their_clauses_and_contradictions(keepers: Keepers) -> None:
    first, second = keepers.published(RULES), keepers.published(GUIDE)
    keepers.published(INSIDE, rights=Rights(Audience.NAMED, units=(keepers.city.unit("water"),)))
    contradictions.look()
    with acting_as(keepers.reviewer):
        assert next(one.key for one in graph.matters("居住证")) == "居住证"
    with acting_as(ANONYMOUS):
        (matter,) = [one for one in graph.matters("居住证") if one.key == "居住证"]
        found = graph.surroundings("居住证")
        assert (matter.papers, [key for key, _ in found.papers] if found else []) == (2, [first, second])
        assert found is not None
        by_words = {one.words: one for one in found.things}
        identity = next(one for words, one in by_words.items() if "身份证" in words)
        assert {one.document_id for one in identity.sources} == {first, second}  # 身份证复印件 and 本人身份证 are one
        assert all("身份证" in one.words for one in identity.sources)
        assert by_words["租赁合同"].sources[0].label
        assert any(one.contradiction for one in found.of(Relation.FEE))
        assert not any("内部核查单" in one.words for one in found.things)
        only = graph.surroundings("居住证", [Relation.MATERIAL])
        assert only is not None
        assert {one.relation for one in only.things} == {Relation.MATERIAL}
        assert graph.surroundings("不存在的事") is None
        assert graph.matters("内部核查单") == []
        with reading():
            assert not GraphTriple.objects.filter(thing__contains="内部核查单").exists()


def test_what_ends_leaves_the_graph_and_what_older_rules_read_is_read_anew(keepers: Keepers) -> None:
    document = keepers.published(RULES)
    with acting_as(keepers.reviewer):
        found = graph.surroundings("居住证")
        assert found is not None
        water = next(one for one in found.of(Relation.UNIT) if one.words == "水务局")
        assert water.sources[0].passage > 0
    with as_system(), reading():
        Drawn.objects.update(rules=0)
        GraphTriple.objects.all().delete()
    assert (graphing.catch_up(), graphing.catch_up()) == (1, 0)
    with acting_as(keepers.reviewer):
        assert graph.surroundings("居住证") == found
    with acting_as(keepers.editor):
        life.withdraw(documents.card(document).version.id, "写错了")
    with acting_as(keepers.editor):
        assert graph.surroundings("居住证") is None
        assert graph.matters() == []
        with reading():
            assert not GraphTriple.objects.exists()


def test_the_page_finds_a_matter_shows_its_surroundings_and_filters_by_kind(keepers: Keepers) -> None:
    client = Client()
    client.force_login(Staff.objects.get(username="reviewer"), backend="django.contrib.auth.backends.ModelBackend")
    assert "图谱还是空的" in client.get("/knowledge/graph/").content.decode()
    keepers.published(RULES)
    keepers.published(GUIDE)
    contradictions.look()
    assert "matter=%E5%B1%85%E4%BD%8F%E8%AF%81" in client.get("/knowledge/graph/?q=居住证").content.decode()
    page = client.get("/knowledge/graph/?matter=居住证").content.decode()
    for words in ("近期照片", "租赁合同", "说法不一致", "《云溪市居住证申领办法》", "2 份有效文件"):
        assert words in page
    narrowed = client.get("/knowledge/graph/?matter=居住证&kind=material").content.decode()
    assert "租赁合同" in narrowed
    assert "工本费" not in narrowed
    assert "没有找到这件事" in client.get("/knowledge/graph/?matter=x&q=y").content.decode()
    assert Client().get("/knowledge/graph/").status_code in (302, 403)
