"""Scenario trees: drafted, edited with undo, checked, published by another, walked by whoever may read their documents,
kept in step with them, asked back in answers, taken out and in."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from tests.knowledge.keepers import Keepers
from tests.knowledge.papers import paper

from minhu.directory.access import acting_as, as_system
from minhu.kernel.actors import ANONYMOUS, Actor
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from minhu.knowledge.domain.trees import MOST_DEEP, Node, NodeKind, TreeState, troubles
from minhu.knowledge.models import Notice
from minhu.knowledge.queries import documents, trees
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.store import forget_papers
from minhu.knowledge.queries.trees_shown import Cited, NodeView
from minhu.knowledge.services import editing, life, tree_answers, tree_editing, tree_files, tree_life, tree_sheets
from minhu.knowledge.services import trees as services
from minhu.knowledge.services.answering import Asked, ask
from minhu.knowledge.services.tree_editing import Words
from minhu.knowledge.types import Audience, Door, Rights, Validity
from minhu.language.answers.types import Answer, Citation, Kind
from minhu.language.papers.types import Passage, PassageKind
from minhu.portals.sheets import workbook

pytestmark = pytest.mark.django_db
SECRET = "云溪市供水内部抢修办法"
NAMES = ["水价 多少", "阶梯"]


@pytest.fixture(autouse=True)
def _no_papers_of_other_tests() -> None:
    forget_papers()


def drafted(keepers: Keepers, *documents_: int) -> int:
    with acting_as(keepers.editor):
        return services.begin("居民水价", NAMES, keepers.city.unit("water"), documents_)


def published(keepers: Keepers, tree: int) -> int:
    with acting_as(keepers.editor):
        tree_life.submit(tree)
    with acting_as(keepers.reviewer):
        tree_life.publish(tree)
    return tree


def choices(who: Actor, tree: int) -> list[str]:
    with acting_as(who):
        return [one.label for one in trees.walked(tree)[1][-1].children]


def test_what_stops_publishing_is_named_at_its_node() -> None:
    question = NodeKind.QUESTION
    sound = [
        Node(1, None, "", question, "问？"), Node(2, 1, "甲", NodeKind.CLAUSE, "", holds=True),
        Node(3, 1, "乙", NodeKind.PERSON, "社区"), Node(4, 1, "丙", NodeKind.FORM, "", "/submit/"),
    ]  # fmt: skip
    assert troubles(sound) == []
    cases = {
        "没有选项": Node(5, 1, "丁", question, "再问？"), "没有写问什么": Node(5, 1, "丁", question, ""),
        "没有出处": Node(5, 1, "丁", NodeKind.CLAUSE, ""), "已变化或失效": Node(5, 1, "丁", NodeKind.CLAUSE, "", holds=False),
        "与条款不一致": Node(5, 1, "丁", NodeKind.CLAUSE, "9元", holds=True, unsupported="没有数字"),
        "都叫“甲”": Node(5, 1, "甲", NodeKind.CLAUSE, "", holds=True), "没有名称": Node(5, 1, " ", NodeKind.CLAUSE, "", holds=True),
        "没有办理的地址": Node(5, 1, "丁", NodeKind.FORM, ""), "没有写找谁": Node(5, 1, "丁", NodeKind.PERSON, " "),
        "绕回了自己": Node(5, 5, "丁", question, "再问？"), "只有一个开头": Node(5, None, "", question, "问？"),
    }  # fmt: skip
    for words, wrong in cases.items():
        assert any(words in one.words for one in troubles([*sound, wrong])), words
    many = [Node(9 + at, 1, f"第{at}", NodeKind.CLAUSE, "", holds=True) for at in range(7)]
    assert any("请不超过 7 个" in one.words for one in troubles([*sound, *many]))
    deep = [Node(1, None, "", question, "？")] + [
        Node(at, at - 1, "下", question, "？") for at in range(2, MOST_DEEP + 3)
    ]
    assert any("层数太多" in one.words for one in troubles(deep))


def test_a_tree_is_drafted_edited_undone_and_published_by_another_person(keepers: Keepers) -> None:
    document = keepers.published()
    tree = drafted(keepers, document)
    with acting_as(keepers.editor):
        root = trees.card(tree).root
        assert root is not None
        assert [one.label for one in root.children] == ["第一阶梯", "第二阶梯"]
        before = trees.card(tree).root
        first, second = root.children
        added = tree_editing.add(tree, root.id, Words("第三阶梯", kind=NodeKind.CLAUSE))
        with pytest.raises(Conflict, match="没有出处"):
            tree_life.submit(tree)
        tree_editing.change(tree, first.id, Words("一档", says=("180以内",)))
        tree_editing.shift(tree, second.id, "up")
        tree_editing.remove(tree, added)
        with pytest.raises(Invalid, match="不能移到它自己"):
            tree_editing.move(tree, *([tree_editing.add(tree, root.id, Words("再问"))] * 2))
        for _ in range(5):
            tree_editing.undo(tree)
        assert trees.card(tree).root == before
        with pytest.raises(Conflict):
            tree_editing.undo(tree)
        with pytest.raises(Invalid, match="本站地址"):
            tree_editing.add(tree, root.id, Words("去办", "", (), "javascript:alert(1)", NodeKind.FORM))
        tree_editing.add(tree, root.id, Words("人工", "拨打供水热线", (), "tel:12345", NodeKind.PERSON))
        tree_life.submit(tree)
        with pytest.raises(Conflict):
            tree_editing.remove(tree, first.id)
        with pytest.raises((NotAllowed, NotFound)):
            tree_life.publish(tree)
    with acting_as(keepers.reviewer):
        tree_life.send_back(tree, "名称请写全")
    with acting_as(keepers.other_editor), pytest.raises(NotFound):
        trees.card(tree)
    published(keepers, tree)
    assert choices(ANONYMOUS, tree) == ["第一阶梯", "第二阶梯", "人工"]
    with acting_as(keepers.editor):
        services.rewrite(tree)
        assert trees.card(tree).number == 2
        assert trees.card(tree, published=True).number == 1
        tree_editing.change(tree, trees.card(tree).root.children[0].id, Words("价格", "每立方米9.99元"))  # type: ignore[union-attr]
        with pytest.raises(Conflict, match=r"9\.99"):
            tree_life.submit(tree)
    with acting_as(keepers.reviewer), pytest.raises(Conflict):
        services.rewrite(tree)


def test_nobody_sees_an_end_or_a_step_of_a_document_that_he_may_not_read(keepers: Keepers) -> None:
    public = keepers.published()
    inside = keepers.published(
        paper(SECRET, prices=(("险情", "到场"), ("大口径爆管", "40分钟"), ("泵房进水", "50分钟"))),
        rights=Rights(Audience.NAMED, units=(keepers.city.unit("water"),)),
    )
    tree = published(keepers, drafted(keepers, public, inside))
    water, urban = keepers.city.actor("water_handler"), keepers.city.actor("urban_head")
    with acting_as(water):
        root = trees.walked(tree)[0].root
        assert root is not None
        assert {one.label for one in root.walk()} >= {"大口径爆管", "第一阶梯"}
    for who in (urban, ANONYMOUS):
        with acting_as(who):
            told = trees.walked(tree)[0].root
            assert told is not None
            assert not {one.label for one in told.walk()} & {"大口径爆管", "泵房进水"}
            assert all("供水内部抢修" not in one.label for one in told.walk())
        with reading(who), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM knowledge_treenode WHERE label IN ('大口径爆管', '泵房进水')")
            assert cursor.fetchone() == (0,)
    only = services_only(keepers, inside)
    with acting_as(urban):
        assert only not in {row.id for row in trees.listed()}
        with pytest.raises(NotFound):
            trees.walked(only)
    with acting_as(keepers.editor):
        editing.set_rights(inside, Rights(Audience.STAFF))
    tree_life.follow()
    assert set(choices(urban, only)) == {"大口径爆管", "泵房进水"}
    with acting_as(ANONYMOUS), pytest.raises(NotFound):
        trees.walked(only)


def services_only(keepers: Keepers, document: int) -> int:
    with acting_as(keepers.editor):
        return published(keepers, services.begin("抢修时限", [], keepers.city.unit("water"), [document]))


def test_ends_follow_their_document_or_are_marked_and_their_keepers_told(keepers: Keepers) -> None:
    document = keepers.published()
    tree = published(keepers, drafted(keepers, document))
    with acting_as(keepers.editor):
        prices = (
            ("类别", "年用水量（立方米）", "价格（元/立方米）"),
            ("第一阶梯", "180以下", "2.10"),
            ("第二阶梯", "181至260", "3.55"),
        )
        editing.add_version(document, paper(prices=prices), "水价.docx")
    keepers.ready(document)
    with acting_as(keepers.reviewer):
        life.publish(documents.card(document).version.id)
    assert tree_life.follow() > 0
    assert tree_life.follow() == 0
    with acting_as(ANONYMOUS):
        root = trees.walked(tree)[1][0]
        assert [one.label for one in root.children] == ["第一阶梯"], "the price of the second changed"
    with acting_as(keepers.editor), reading():
        assert "第二阶梯" in Notice.objects.get(tree=tree).text
    with acting_as(keepers.editor):
        assert trees.listed()[0].stale == 1
        services.rewrite(tree)
        with pytest.raises(Conflict, match="已变化"):
            tree_life.submit(tree)
        card = documents.card(document)
        stale = trees.card(tree).root.children[1]  # type: ignore[union-attr]
        row = next(one.number for one in card.passages if "3.55" in one.text)
        tree_editing.cite(tree, stale.id, card.version.id, row)
    published(keepers, tree)
    assert choices(ANONYMOUS, tree) == ["第一阶梯", "第二阶梯"]
    with acting_as(keepers.editor):
        life.withdraw(documents.card(document).version.id, "内容有误")
    with acting_as(ANONYMOUS), pytest.raises(NotFound):
        trees.walked(tree)


def test_a_missing_condition_is_asked_back_and_the_choice_leads_to_its_clause(keepers: Keepers) -> None:
    tree = published(keepers, drafted(keepers, keepers.published()))
    with acting_as(ANONYMOUS):
        got = ask(Asked("居民水价是多少", Door.PAGE))
        assert got.back is not None
        assert got.back.tree == tree
        assert [one.label for one in got.back.choices] == ["第一阶梯", "第二阶梯"]
        then = ask(Asked(got.back.choices[1].question, Door.PAGE))
        assert "3.15" in then.said
        assert then.back is None
        assert then.clauses[0].label
        assert ask(Asked("低保家庭要什么材料", Door.PAGE)).back is None
        with as_system(), reading():
            assert "水价" not in str(trees.published("公交票价"))


def test_a_clause_of_one_case_is_not_said_while_the_case_is_open() -> None:
    def end(label: str, number: int) -> NodeView:
        passage = Passage(number, PassageKind.ROW, f"{label}｜{number}00元")
        cited = Cited(1, 7, "办法", "", "", Validity.VALID, number, passage)
        return NodeView(number, NodeKind.CLAUSE, label, (), "", "", "", cited)

    amounts = NodeView(50, NodeKind.QUESTION, "多少钱", (), "哪一档？", "", "", None, (end("一档", 1), end("二档", 2)))
    root = NodeView(60, NodeKind.QUESTION, "", (), "哪一项？", "", "", None, (amounts, end("收费", 3)))

    def said(number: int, at: NodeView, key: str = "7", *, chosen: bool = False) -> tuple[str, str]:
        words = Citation(key, "办法", number, "", (), 0, 4, "原话")
        got = tree_answers.settled(Answer("原话", Kind.NUMBER, 0.9, (words,)), tree_answers.Lead(1, root, at, chosen))
        return got.text, str(got.not_found or "")

    assert said(1, root) == ("", "condition"), "a guess of the case"
    assert said(3, root) == ("原话", "")
    assert said(3, amounts) == ("", "condition"), "the amount was asked, not the fee"
    assert said(2, amounts.children[0]) == ("一档｜100元", ""), "another case"
    assert said(1, amounts.children[0]) == ("原话", ""), "the very words of the clause"
    assert said(1, amounts.children[0], "8") == ("原话", ""), "another paper"
    assert said(1, amounts.children[0], "8", chosen=True) == ("一档｜100元", "")


def test_a_tree_leaves_as_a_file_and_comes_back(keepers: Keepers) -> None:
    tree = drafted(keepers, keepers.published())
    with acting_as(keepers.editor):
        content = tree_files.export(tree)
        unit = keepers.city.unit("water")
        with pytest.raises(Conflict):
            tree_files.take(content, unit)
        data = json.loads(content) | {"title": "另一棵"}
        data["root"]["choices"][1]["starts"] = "没有这样的话"
        data["root"]["choices"][1]["clause"] = "第九\0十九条"
        data["root"]["choices"][1]["label"] = "第二\0阶梯\ud800"
        taken = tree_files.take(json.dumps(data).encode(), unit)
        assert taken.missing == ("第二阶梯",)
        root = trees.card(taken.tree_id).root
        assert root is not None
        first, second = root.children
        assert first.cited is not None
        assert second.cited is None
        wrong = (b"{", b"[]", b'{"format": "x"}', json.dumps({**data, "names": [1]}).encode(), b"[" * 100_000)
        for one in wrong:
            with pytest.raises(Invalid):
                tree_files.take(one, unit)
    with acting_as(keepers.other_editor), pytest.raises(NotAllowed):
        tree_files.take(content, unit)
    with acting_as(keepers.reviewer):
        assert trees.card(tree).state is TreeState.DRAFT
        assert tree_life.discard(tree) is True
        with pytest.raises(NotFound):
            trees.card(tree)


def test_trees_leave_as_a_table_and_come_back_each_whole_or_not_at_all(keepers: Keepers) -> None:
    tree, unit = drafted(keepers, keepers.published()), keepers.city.unit("water")
    with acting_as(keepers.editor):
        root = trees.card(tree).root
        assert root is not None
        deep = tree_editing.add(tree, root.id, Words("=再问", "哪一片？", ("片区", "小区"), "", NodeKind.QUESTION))
        tree_editing.add(tree, deep, Words("人工", "拨打供水热线", (), "tel:12345", NodeKind.PERSON))
        with pytest.raises(Invalid, match="用途"):
            tree_sheets.export(" ")
        rows = tree_sheets.export("核对")
        header = tree_sheets.HEADER
        again = [("另一棵", *row[1:]) for row in rows]
        broken = [("跳级", *row[1:2], 3 if row[2] == 1 else row[2], *row[3:]) for row in rows]
        gone = [("缺文件", *row[1:7], "没有这份文件", *row[8:]) if row[7] else ("缺文件", *row[1:]) for row in rows]
        book = workbook("情景树", header, [*rows, *again, *broken, *gone])
        same, other, jump, lost = tree_sheets.take(book, "树.xlsx", unit)
        assert (same.tree_id, jump.tree_id) == (None, None)
        assert "同名" in same.message
        assert f"第 {jump.row + 1} 行" in jump.message
        assert lost.missing == ("第一阶梯", "第二阶梯")
        assert (other.message, other.missing) == ("已登记为草稿，5 项", ())
        told = [tree_files.told(trees.card(one)) for one in (tree, other.tree_id or 0)]
        assert told[0]["root"] == told[1]["root"]
        assert told[0]["names"] == told[1]["names"]
        csv = "情景树,层级,类型\n,0,问一步\n"
        for wrong in (b"x,y\n1,2\n", csv.encode(), b"{}"):
            with pytest.raises(Invalid):
                tree_sheets.take(wrong, "树.csv", unit)
    with acting_as(keepers.other_editor):
        assert tree_sheets.export("核对") == []
        with pytest.raises(NotAllowed):
            tree_sheets.take(book, "树.xlsx", unit)


def test_questions_that_were_asked_become_a_draft(keepers: Keepers) -> None:
    keepers.published()
    with acting_as(ANONYMOUS):
        for step in ("第一阶梯", "第二阶梯"):
            assert ask(Asked(f"居民用水{step}的价格是多少", Door.PAGE)).clauses
    with acting_as(keepers.editor):
        found = services.asked_families()
        assert [{end.label for end in one.tree.children} for one in found] == [{"第一", "第二"}]
        tree = services.begin_from_questions("阶梯价格", found[0].shared, keepers.city.unit("water"), 0)
        root = trees.card(tree).root
        assert root is not None
        assert all(one.cited and one.cited.holds for one in root.children)
        with pytest.raises(Invalid):
            services.begin_from_questions("再来一棵", [], keepers.city.unit("water"), 9)
    with acting_as(keepers.other_editor):
        assert services.asked_families() == [], "what was asked is seen by those who keep the paper"
    with acting_as(keepers.city.actor("agent")), pytest.raises(NotAllowed):
        services.asked_families()
