"""Frozen views of what comes in: batches of files, watched sources, and what the keepers are told of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from minhu.knowledge.types import ItemState, NoticeKind, SourceKind


@dataclass(frozen=True, slots=True)
class ItemView:
    """One uploaded file and what came of it."""

    id: int
    name: str
    size: int
    state: ItemState
    message: str
    document_id: int | None
    attempts: int


@dataclass(frozen=True, slots=True)
class UploadView:
    """A batch of files."""

    id: int
    started_at: datetime
    started_by: str
    owner_unit_id: int
    items: tuple[ItemView, ...] = field(default=())

    @property
    def done(self) -> int:
        """Files that wait no more."""
        return sum(item.state not in (ItemState.WAITING, ItemState.READING) for item in self.items)

    @property
    def failed(self) -> int:
        """Files that could not be read."""
        return sum(item.state is ItemState.FAILED for item in self.items)

    @property
    def finished(self) -> bool:
        """Whether nothing waits."""
        return self.done == len(self.items)

    @property
    def again(self) -> int:
        """Files that could not be read and can be read once more, because they were kept."""
        return sum(item.state is ItemState.FAILED and item.attempts > 0 for item in self.items)


@dataclass(frozen=True, slots=True)
class NoticeView:
    """Something that the keepers of a document or source should look at."""

    id: int
    kind: NoticeKind
    text: str
    at: datetime
    document_id: int | None
    version: int | None
    tree_id: int | None = None


@dataclass(frozen=True, slots=True)
class SourceView:
    """A watched source: what it is, when it was looked at last, what is wrong with it."""

    id: int
    label: str
    kind: SourceKind
    address: str
    owner_unit: str
    minutes: int
    active: bool
    looked_at: datetime | None
    problem: str
    files: int
    next_at: datetime
    held: int = 0
    """So many addresses gave something that waits for a person."""


@dataclass(frozen=True, slots=True)
class SourceItemView:
    """One file or page of a source: where it stands, its document, what is wrong."""

    id: int
    place: str
    document_id: int | None
    title: str
    seen_at: datetime
    gone_at: datetime | None
    problem: str
    misses: int
    held: str
