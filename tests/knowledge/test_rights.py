"""Who reads which document: the keys, the lists, the search and the database itself say the same."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from django.db import connection
from tests.knowledge.keepers import Keepers
from tests.knowledge.papers import paper

from minhu.directory.access import acting_as
from minhu.directory.types import AreaLevel
from minhu.kernel.actors import ANONYMOUS, SYSTEM, Actor
from minhu.kernel.errors import Invalid, MinhuError, NotFound
from minhu.knowledge.domain.keys import opens
from minhu.knowledge.models import Document
from minhu.knowledge.queries import documents
from minhu.knowledge.queries.reach import reader_keys, reading
from minhu.knowledge.services import editing
from minhu.knowledge.services.finding import find
from minhu.knowledge.types import Audience, EntryData, Filters, Rights

pytestmark = pytest.mark.django_db


def readers(keepers: Keepers) -> dict[str, Actor]:
    city = keepers.city
    names = (
        "agent",
        "dispatcher",
        "water_handler",
        "urban_head",
        "branch_handler",
        "street_handler",
        "grid_worker",
        "leader",
        "system_admin",
    )
    partner = Actor(kind="partner", id="p", roles=frozenset({"partner"}))
    staff = {name: city.actor(name) for name in names}
    return staff | {"citizen": ANONYMOUS, "partner": partner, "editor": keepers.editor, "other": keepers.other_editor, "reviewer": keepers.reviewer}  # fmt: skip


RIGHTS = {
    "public": lambda k: Rights(),
    "staff": lambda k: Rights(Audience.STAFF),
    "urban bureau": lambda k: Rights(Audience.NAMED, units=(k.city.unit("urban"),)),
    "streets": lambda k: Rights(Audience.NAMED, levels=(AreaLevel.STREET.value,)),
    "district": lambda k: Rights(Audience.NAMED, areas=("990101",)),
}
KEEP = {"editor", "reviewer"}
STAFF = {
    "agent",
    "dispatcher",
    "water_handler",
    "urban_head",
    "branch_handler",
    "street_handler",
    "grid_worker",
    "leader",
    "other",
}
EXPECTED = {  # whoever works for a bureau works for its branches too
    "public": STAFF | KEEP | {"citizen", "partner", "system_admin"},
    "staff": STAFF | KEEP,
    "urban bureau": KEEP | {"urban_head", "branch_handler", "other"},
    "streets": KEEP | {"street_handler"},
    "district": KEEP | {"other", "urban_head", "branch_handler", "street_handler", "grid_worker"},
    "draft": KEEP,
}


def test_lists_search_cards_and_the_database_agree_for_everybody(keepers: Keepers) -> None:
    made = {}
    for at, (name, rights) in enumerate(RIGHTS.items()):
        title = f"云溪市第{'一二三四五'[at]}号供水办法"
        made[name] = keepers.published(paper(title), rights=rights(keepers))
    made["draft"] = keepers.add(paper("云溪市草拟中的供水办法"))
    triples = leaks = 0
    for who, actor in readers(keepers).items():
        may = {made[name] for name, people in EXPECTED.items() if who in people}
        with acting_as(actor):
            listed = {row.id for row in documents.listed(Filters(), 0, 100)[0]}
            parts = [find(text, size=50) for text in ("供水办法", "低保家庭优惠材料", "第二阶梯价格")]
            found = {one.document_id for part in parts for one in part.papers}
            assert {part.total for part in parts} == {len(found)}, "counts are of what the reader may see"
            with reading(actor), connection.cursor() as cursor:
                cursor.execute("SELECT id FROM knowledge_document")
                raw = {row[0] for row in cursor.fetchall()}
                cursor.execute(
                    "SELECT DISTINCT version.document_id FROM knowledge_passagerow row JOIN knowledge_version version ON version.id = version_id"
                )
                below = {row[0] for row in cursor.fetchall()}
            carded = set()
            for document in made.values():
                with suppress(NotFound):
                    carded.add(documents.card(document).id)
        with acting_as(SYSTEM), reading(SYSTEM):
            keyed = {row.pk for row in Document.objects.all() if opens(row.keys, reader_keys(actor))}
        assert listed == raw == below == carded == keyed == may, who
        assert found == may - {made["draft"]}, who
        triples += 3 * len(made)
        leaks += len((found | listed | carded) - may)
    assert (triples, leaks) == (3 * len(made) * len(readers(keepers)), 0)


def test_a_change_of_rights_works_at_once_and_only_keepers_make_it(keepers: Keepers) -> None:
    document = keepers.published()
    with acting_as(keepers.other_editor), pytest.raises(MinhuError):
        editing.set_rights(document, Rights(Audience.STAFF))
    with acting_as(keepers.editor):
        editing.set_rights(document, Rights(Audience.STAFF))
    with acting_as(ANONYMOUS):
        assert find("阶梯水价").total == 0
        with pytest.raises(NotFound):
            documents.original(1)
    with acting_as(keepers.city.actor("agent")):
        assert find("阶梯水价").total == 1


def test_named_rights_must_name_somebody_who_exists(keepers: Keepers) -> None:
    named = Rights(Audience.NAMED)
    wrong = (named, replace(named, units=(987654,)), replace(named, levels=(9,)), replace(named, areas=("77",)))
    with acting_as(keepers.editor):
        for rights in wrong:
            with pytest.raises(Invalid):
                keepers.add(rights=rights)


def test_an_editor_keeps_the_documents_of_his_own_unit_only(keepers: Keepers) -> None:
    document = keepers.add()
    with acting_as(keepers.other_editor):
        with pytest.raises(NotFound):
            documents.card(document)
        with pytest.raises(NotFound):
            editing.add_version(document, paper("别的办法"), "x.docx")
    with acting_as(keepers.city.actor("dispatcher")), pytest.raises(MinhuError):
        editing.add(paper(), "x.docx", keepers.city.unit("water"), Rights(), EntryData())


def test_every_table_of_the_room_is_judged_by_keys_for_the_wide_role_too(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'knowledge%'")
        tables = {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "SELECT tablename, policyname, cmd, roles::text FROM pg_policies WHERE tablename = ANY(%s)",
            [sorted(tables)],
        )
        policies = set(cursor.fetchall())
    assert len(tables) >= 9
    assert policies == {(table, "keyed", "ALL", "{minhu_app,minhu_wide}") for table in tables}
