"""People who keep knowledge, and what they do before a test begins."""

from __future__ import annotations

from dataclasses import dataclass

from tests.factories import City, make_city, make_staff
from tests.knowledge.papers import paper

from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.actors import actor_of_staff
from minhu.directory.types import Role
from minhu.kernel.actors import Actor
from minhu.knowledge.queries import documents
from minhu.knowledge.services import editing, life
from minhu.knowledge.types import EntryData, Rights


@dataclass
class Keepers:
    """A city, two editors of the water bureau and the urban bureau, a reviewer of the centre."""

    city: City
    editor: Actor
    other_editor: Actor
    reviewer: Actor

    def add(self, content: bytes | None = None, name: str = "水价.docx", rights: Rights = Rights()) -> int:
        """A draft of the water bureau's editor; returns its document."""
        with acting_as(self.editor):
            return editing.add(content or paper(), name, self.city.unit("water"), rights, EntryData())

    def ready(self, document: int) -> int:
        """The newest version confirmed, answered for and handed over; returns its id."""
        with acting_as(self.editor):
            version = documents.card(document).version
            editing.confirm(version.id, version.facts)
            for finding in documents.card(document).findings:
                editing.answer(finding.id, "办公电话，可以公开")
            life.submit(version.id)
        return version.id

    def published(self, content: bytes | None = None, name: str = "水价.docx", rights: Rights = Rights()) -> int:
        """A published document."""
        document = self.add(content, name, rights)
        version = self.ready(document)
        with acting_as(self.reviewer):
            life.publish(version)
        return document


def gather() -> Keepers:
    """Make the city and its keepers."""
    with as_system():
        city = make_city()
        editor = make_staff("water_editor", city.units["water"], Role.EDITOR, "编辑甲")
        other = make_staff("urban_editor", city.units["urban"], Role.EDITOR, "编辑乙")
        reviewer = make_staff("reviewer", city.units["centre"], Role.REVIEWER, "审核丙")
        return Keepers(city, actor_of_staff(editor), actor_of_staff(other), actor_of_staff(reviewer))
