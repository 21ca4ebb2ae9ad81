"""News from intake; handling and the boards listen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from minhu.intake.types import CallOutcome
from minhu.kernel.events import Event

# sequences whose next values a subscriber wants with each `RequestReceived`: a round trip less for every request
RESERVED: Final[list[str]] = []


@dataclass(frozen=True)
class RequestReceived(Event):
    """A request has been stored and understood; handling opens its order in the same transaction."""

    request_id: int
    number: str
    channel: str
    received_at: datetime
    title: str
    """As lists may show it: of a confidential requester nothing is named in it."""
    request_type: str
    category_id: int | None
    category_confidence: float
    area_code: str | None
    place_hint: str
    urgency: str
    confidential: bool
    sensitive: bool
    decision: str
    """Recommended intake class (see ``intake.types.IntakeClass``)."""
    auto_accept: bool
    """The rule table and the automation setting allow acceptance without a person."""
    repeat_of_request_id: int | None
    caller_month_count: int
    caller_year_count: int
    place_month_count: int
    place_year_count: int
    joins_request_id: int | None = None
    """The request of which this surely is the same matter, where the rule lets it join by itself."""
    joins_basis: str = ""
    hardships: str = ""
    """Signs of hardship in its words, as kind:start:end with commas between (``language.hardship``)."""
    reserved: tuple[int, ...] = ()
    """The next values of the sequences in `RESERVED`, in that order; empty where none were drawn."""


@dataclass(frozen=True)
class TalkMoved(Event):
    """Somebody spoke in a talk, or somebody else has the word in it now."""

    uid: UUID
    waits: bool
    """It stands in the queue of people."""


@dataclass(frozen=True)
class SupplementAdded(Event):
    """The citizen or an agent added words or files to a request."""

    request_id: int
    supplement_id: int


@dataclass(frozen=True)
class RequestForgotten(Event):
    """A request's personal data is being overwritten; rooms that keep words about it strike them out with `strike`."""

    request_id: int
    strike: Callable[[str], str]
    """Masks personal data, and whatever names this requester, in a text."""


@dataclass(frozen=True)
class HistoricRow:
    """One row of an import after it became a request: what handling needs for the order."""

    request_id: int
    number: str
    received_at: datetime
    title: str
    request_type: str
    category_id: int | None
    area_code: str | None
    place_hint: str
    urgency: str
    unit_id: int | None
    """The handling unit named in the source, where it could be recognised."""
    reply: str
    replied_at: datetime | None
    satisfaction: str = ""
    """What the citizen said of the answer in the source: satisfied, mostly, so_so, dissatisfied, or nothing."""
    solved: bool | None = None


@dataclass(frozen=True)
class RequestsImported(Event):
    """A batch of historic requests; replied ones become closed orders, the others are received."""

    batch_id: int
    rows: tuple[HistoricRow, ...]


@dataclass(frozen=True)
class UnderstoodRow:
    """What the first understanding says of one imported request."""

    request_id: int
    request_type: str
    category_id: int | None
    area_code: str | None
    place_hint: str
    urgency: str
    sensitive: bool


@dataclass(frozen=True)
class RequestsUnderstood(Event):
    """Imported requests have been read; orders take over what their source did not say."""

    batch_id: int
    rows: tuple[UnderstoodRow, ...]


@dataclass(frozen=True)
class SurveyEnded(Event):
    """The person whom a survey called said what came of it (``survey_call.ENDS``), with the time that was wished."""

    talk_id: int
    end: str
    wished: str


@dataclass(frozen=True)
class CallSettled(Event):
    """What became of a telephone call is known, or known otherwise than ``before`` because an event came late."""

    call_id: int
    uid: UUID
    line: str
    outcome: CallOutcome
    before: CallOutcome | None
    arrived_at: datetime
    ended_at: datetime
    has_caller: bool
    """The caller's number is known."""
    outgoing: bool = False
    """The house placed it."""
    talk_uid: UUID | None = None

    @property
    def missed(self) -> bool:
        """Nobody spoke with the caller: to be called back."""
        return self.outcome in (CallOutcome.ABANDONED, CallOutcome.MISSED)


@dataclass(frozen=True)
class SeatsChanged(Event):
    """Seats of these accounts changed, or something was offered to them; pages of theirs and walls look again."""

    staff_ids: tuple[int, ...]
