"""What leaves the ledger room."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Subject = tuple[str, str | int]
FindingKind = Literal[
    "entry_changed",
    "entries_missing",
    "entries_replaced",
    "ledger_truncated",
    "ledger_rolled_back",
    "checkpoint_changed",
    "checkpoint_missing",
    "witness_missing",
    "witness_damaged",
]


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry as a reader sees it; `position` is None until it is integrated."""

    uid: str
    position: int | None
    occurred_at: datetime
    actor_kind: str
    actor_id: str
    roles: tuple[str, ...]
    kind: str
    subject_type: str
    subject_id: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: `first` and `last` are positions (both included), `detail` is Chinese."""

    kind: FindingKind
    detail: str
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of checking the whole ledger; `root` is hexadecimal, `pending` not yet integrated."""

    size: int
    root: str
    checkpoints: int
    pending: int
    seconds: float
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Proof (RFC 9162, 2.1.3) that an entry stands at `position` of the tree with `size` and `root`.

    All hashes are hexadecimal; `path` goes from the leaf to the root.
    """

    position: int
    size: int
    leaf: str
    path: tuple[str, ...]
    root: str


@dataclass(frozen=True, slots=True)
class Status:
    """How the ledger stands; `oldest_pending` is the moment of the oldest entry without a position."""

    size: int
    root: str
    checkpoints: int
    last_checkpoint_at: datetime | None
    pending: int
    oldest_pending: datetime | None
    witness: str = field(default="")


@dataclass(frozen=True, slots=True)
class CheckpointView:
    """The tree at one size; `root` is hexadecimal."""

    size: int
    root: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AccessView:
    """One reading of personal data: who, when, of what, which fields, for what."""

    at: datetime
    actor_kind: str
    actor_id: str
    subject_type: str
    subject_id: str
    fields: tuple[str, ...]
    purpose: str


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """What the log of readings is narrowed to; `subject_ids` None means every subject, `end` is excluded."""

    actor_id: str = ""
    subject_type: str = ""
    subject_ids: tuple[str, ...] | None = None
    purpose: str = ""
    start: datetime | None = None
    end: datetime | None = None
