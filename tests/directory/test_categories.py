"""The category tree: orders of five years ago must keep the category they were given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from minhu.directory.models import Category, Taxonomy
from minhu.directory.queries import categories
from minhu.directory.services import taxonomy as service
from minhu.kernel.errors import Conflict, Invalid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]
Rows = Callable[[str], list[dict[str, Any]]]


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["城市管理", "市容环境", "占道经营"], "010101"),
        (["城市管理", "市容环境", "垃圾清运", "楼道堆物"], "01010201"),
        (["城市管理", "占道经营", "", ""], "010101"),
        ([" 占道 经营 "], "010101"),
        (["城市管理", "垃圾清运"], "010102"),
        (["水利", "垃圾清运"], "020101"),
        (["城市管理"], "01"),
        (["城市管理", "供水", "停水"], "010201"),
        (["供水", "城市管理"], None),
        (["没有的分类"], None),
        ([], None),
        (["", " "], None),
    ],
)
def test_names_of_three_to_five_levels_find_their_category(names: list[str], code: str | None) -> None:
    found = categories.category_by_names(names)
    assert (found.code if found else None) == code


def test_a_name_that_two_places_share_is_not_guessed() -> None:
    rows = service.rows_of_version(Taxonomy.objects.get().pk)
    rows += [{"code": "0103", "name": "道路", "parent": "01"}, {"code": "010301", "name": "停水", "parent": "0103"}]
    service.load_categories(rows)
    assert categories.category_by_names(["停水"]) is None
    assert categories.category_by_names(["道路", "停水"]) is not None


def test_leaves_are_what_the_classifier_learns() -> None:
    leaves = {leaf.code: leaf for leaf in categories.index()}
    assert set(leaves) == {"010101", "01010201", "010201", "020101"}
    assert leaves["010101"].path == ("城市管理", "市容环境", "占道经营")
    assert leaves["010101"].keywords == ("摆摊", "占道")
    assert categories.index() is categories.index()


def test_an_old_category_keeps_its_meaning(rows: Rows) -> None:
    old = categories.category_by_code("010101")
    assert old is not None
    changed = rows("categories")
    changed[2]["name"] = "流动摊贩"
    report = service.load_categories(changed)
    assert (report.version, report.changed) == (2, 1)
    assert categories.category_by_code("010101").name == "流动摊贩"  # type: ignore[union-attr]
    assert categories.category_info(old.id) == old
    assert categories.category_info(None) is None
    assert [node.name for node in categories.current().children("0101")] == ["流动摊贩", "垃圾清运"]


def test_the_same_tree_again_makes_no_new_version(rows: Rows) -> None:
    assert service.load_categories(rows("categories")).version is None
    assert Taxonomy.objects.count() == 1


def test_a_draft_is_edited_and_published() -> None:
    made = service.draft("增补")
    nodes = service.rows_of_version(made.pk)
    nodes.append({"code": "0202", "name": "防汛", "parent": "02"})
    service.replace_nodes(made.pk, nodes)
    assert categories.category_by_code("0202") is None
    service.publish(made.pk)
    assert categories.category_by_code("0202") is not None
    with pytest.raises(Conflict):
        service.replace_nodes(made.pk, nodes)


def test_a_draft_can_be_thrown_away() -> None:
    service.discard(service.draft().pk)
    assert Taxonomy.objects.get().state == "published"


def test_an_empty_draft_cannot_be_published() -> None:
    made = service.draft()
    Category.objects.filter(taxonomy=made).update(active=False)
    with pytest.raises(Invalid):
        service.publish(made.pk)


@pytest.mark.parametrize(
    "wrong",
    [
        [{"code": "", "name": "x"}],
        [{"code": "1", "name": ""}],
        [{"code": "1", "name": "x/y"}],
        [{"code": "1", "name": "x"}, {"code": "1", "name": "y"}],
        [{"code": "1", "name": "x"}, {"code": "2", "name": "x"}],
        [{"code": "1", "name": "x", "parent": "9"}],
        [{"code": "1", "name": "x", "parent": "2"}, {"code": "2", "name": "y", "parent": "1"}],
        [{"code": str(n), "name": str(n), "parent": str(n - 1) if n else None} for n in range(12)],
        [],
    ],
)
def test_a_broken_tree_is_refused_whole(wrong: list[dict[str, Any]]) -> None:
    with pytest.raises(Invalid):
        service.load_categories(wrong)
    assert Taxonomy.objects.count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE directory_category SET name = 'x'",
        "DELETE FROM directory_category WHERE is_leaf",
        "UPDATE directory_taxonomy SET note = 'x'",
        "DELETE FROM directory_taxonomy",
    ],
)
def test_a_published_tree_cannot_be_changed_even_in_sql(statement: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
