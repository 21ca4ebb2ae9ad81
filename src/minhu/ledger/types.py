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
    "signature_missing",
    "signature_wrong",
    "proofs_changed",
    "step_without_entry",
    "entry_without_step",
    "step_changed",
    "history_gap",
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
class RegisteredEntry:
    """An entry with its leaf hash (hexadecimal)."""

    entry: EntryView
    leaf: str


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What the ledgers' pages are narrowed to; `book` is a value of `Book`, `end` is excluded."""

    book: str = ""
    kinds: tuple[str, ...] = ()
    actor_id: str = ""
    subjects: tuple[Subject, ...] = ()
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One page of entries; the next one begins below `before`, None when this is the last."""

    rows: tuple[EntryView, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: `first` and `last` are positions (both included), `detail` is Chinese."""

    kind: FindingKind
    detail: str
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A checkpoint as it stands outside the database; `root` is hexadecimal, `note` empty where nothing was signed."""

    number: int
    size: int
    root: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of checking the whole ledger; `root` is hexadecimal, `pending` not yet integrated."""

    size: int
    root: str
    checkpoints: int
    pending: int
    seconds: float
    findings: tuple[Finding, ...] = ()
    good_size: int = 0
    """The largest checkpoint up to which everything agrees, inside and outside the database."""
    good_at: datetime | None = None
    """When that checkpoint was made: what was touched was touched later, or entered later."""
    signed_size: int = 0
    """How far the newest good signature reaches."""

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
class ConsistencyProof:
    """Proof (RFC 9162, 2.1.4) that the tree of `old` entries is the beginning of that of `new`; hashes hexadecimal."""

    old: int
    new: int
    old_root: str
    new_root: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProvenRecord:
    """An entry's canonical record, as it was hashed, with its proof."""

    record: str
    proof: InclusionProof


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows a stranger that entries stand in the ledger: signed checkpoint, printable key, records with proofs."""

    note: str
    verifier: str
    records: tuple[ProvenRecord, ...]


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
class WitnessState:
    """How one witness stands: what it has, and why not more. `kind` is empty for an address that cannot be used."""

    address: str
    kind: str
    size: int = 0
    at: datetime | None = None
    failures: int = 0
    error: str = ""
    next_at: datetime | None = None
    answer: str = ""
    """What a web witness signed in return."""


@dataclass(frozen=True, slots=True)
class ContractView:
    """How far a contract is: everything below `position` of the `size` entries has had its effect."""

    name: str
    label: str
    about: str
    position: int
    results: int
    failures: int
    at: datetime | None
    size: int


@dataclass(frozen=True, slots=True)
class Seal:
    """All entries about some subjects up to a position: how many, and SHA-256 over their leaf hashes in order."""

    entries: int
    upto: int
    digest: str


@dataclass(frozen=True, slots=True)
class CheckpointView:
    """The tree at one size; `root` is hexadecimal."""

    size: int
    root: str
    at: datetime
    key_id: str = ""
    """Of the key that signed it; empty for one of the time before keys."""


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


@dataclass(frozen=True, slots=True)
class Comparison:
    """Checkpoints kept elsewhere against the ledger: `agreeing` is the largest size up to which they agree."""

    lines: int
    signed: int
    forged: int
    size: int
    theirs: int
    agreeing: int
    differing: tuple[int, ...]
    bad_lines: tuple[int, ...]

    @property
    def rolled_back(self) -> bool:
        """Whether they know of more entries than the ledger has."""
        return self.theirs > self.size

    @property
    def ok(self) -> bool:
        """Whether nothing contradicts."""
        return not (self.differing or self.bad_lines or self.forged or self.rolled_back)


@dataclass(frozen=True, slots=True)
class InspectedEntry:
    """An entry, and whether it still is what its leaf hash says."""

    entry: EntryView
    intact: bool


@dataclass(frozen=True, slots=True)
class Inspection:
    """A stretch of the ledger: what is there, what is missing, and the checkpoints before and after."""

    entries: tuple[InspectedEntry, ...]
    missing: tuple[int, ...]
    before: CheckpointView | None
    after: CheckpointView | None
