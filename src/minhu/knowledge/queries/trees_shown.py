"""What pages and answers show of scenario trees. Frozen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from minhu.knowledge.domain.trees import NodeKind, TreeState
from minhu.knowledge.types import Validity
from minhu.language.papers.types import Passage

__all__ = ["Cited", "NodeKind", "NodeView", "TreeCard", "TreeRow", "TreeState"]


@dataclass(frozen=True, slots=True)
class Cited:
    """What an end stands on: the document, and the passage (None: the whole document, or it is gone)."""

    document_id: int
    version_id: int
    title: str
    document_number: str
    issuer: str
    validity: Validity
    number: int
    passage: Passage | None

    @property
    def holds(self) -> bool:
        """Whether the document is in force and has what is cited."""
        return self.validity is Validity.VALID and (self.number == 0 or self.passage is not None)


@dataclass(frozen=True, slots=True)
class NodeView:
    """A step with its choices, or an end; only what the reader may see."""

    id: int
    kind: NodeKind
    label: str
    says: tuple[str, ...]
    text: str
    address: str
    stale: str
    cited: Cited | None
    children: tuple[NodeView, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether it is a step."""
        return self.kind is NodeKind.QUESTION

    @property
    def holds(self) -> bool:
        """Whether it may be told today: an end with its source in force, a step that leads to one."""
        if self.asks:
            return bool(self.children)
        return not self.stale and (self.cited is None or self.cited.holds)

    @property
    def said(self) -> str:
        """The answer of an end: its own words, else those of the clause."""
        return self.text or (self.cited.passage.text if self.cited and self.cited.passage else "")

    def walk(self) -> Iterator[NodeView]:
        """This node and all below, in order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def way(self, node: int) -> tuple[NodeView, ...]:
        """The nodes from here to the one with this id; empty where it is not below."""
        if self.id == node:
            return (self,)
        return next(((self, *rest) for child in self.children if (rest := child.way(node))), ())


@dataclass(frozen=True, slots=True)
class TreeRow:
    """A tree in a list: ``state`` of its newest version that the reader may see; ``ends`` that hold, ``stale`` ones."""

    id: int
    title: str
    owner_unit: str
    state: TreeState
    published: bool
    ends: int
    stale: int
    changed_at: datetime
    may_edit: bool


@dataclass(frozen=True, slots=True)
class TreeCard:
    """A version of a tree with everything that its page shows; ``root`` None: no node yet, or none to be seen."""

    id: int
    title: str
    names: tuple[str, ...]
    owner_unit_id: int
    owner_unit: str
    version_id: int
    number: int
    state: TreeState
    root: NodeView | None
    created_by: str
    reviewed_by: str
    review_note: str
    may_edit: bool
    may_review: bool
    steps: int
    published: bool
