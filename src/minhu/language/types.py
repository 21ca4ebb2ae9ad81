"""What leaves the language room: frozen, plain values without any framework.

Spans are half-open character offsets ``(start, end)`` into the text that was given.
Confidences and probabilities are between 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from minhu.language.emotion import Feeling
    from minhu.language.marks import Mark, Priority
    from minhu.language.speech import Speech

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A value proposed by the software, with everything a person needs to judge it.

    ``basis`` is one line of Chinese; ``maker`` names the part and version, e.g. ``categories/2026.1``;
    ``code`` is a stable reason code where a rule table gave the value, else empty.
    """

    value: str
    confidence: float
    basis: str
    spans: tuple[Span, ...] = ()
    maker: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class RankedLabel:
    """One category with its calibrated probability; ``path`` runs from the first level down."""

    value: str
    probability: float
    path: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of a city's category tree, as far as classification needs it."""

    code: str
    name: str
    path: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    description: str = ""
    examples: tuple[str, ...] = ()


class AreaLevel(StrEnum):
    """The six levels of the area tree, from the province down to the grid."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"


@dataclass(frozen=True, slots=True)
class AreaEntry:
    """An area as the gazetteer sees it; ``parent`` is empty at the top; invalid areas only explain old names."""

    code: str
    parent: str
    name: str
    level: AreaLevel
    aliases: tuple[str, ...] = ()
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Landmark:
    """An estate, road, school, market … that lies in one area."""

    name: str
    area_code: str
    kind: str = "estate"
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceCandidate:
    """A place that the text may mean; ``ask`` says that the caller has to be asked before anybody relies on it."""

    area_code: str
    level: str
    confidence: float
    reason: str
    spans: tuple[Span, ...] = ()
    ask: bool = False
    road: str = ""
    point: str = ""


UrgencyLevel = Literal["danger", "urgent", "normal"]
HandOver = Literal["110", "119", "120", "122", "none"]


@dataclass(frozen=True, slots=True)
class Urgency:
    """How urgent a text is and which emergency service it belongs to; ``reasons`` are Chinese lines.

    ``hand_over`` is the service to call first; ``services`` names all that are needed, in that order.
    """

    level: UrgencyLevel
    life_danger: bool
    hand_over: HandOver
    reasons: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    confidence: float = 1.0
    maker: str = ""
    services: tuple[HandOver, ...] = ()
    learnt: float = 0.0
    """How sure the learnt part is where it alone finds danger; 0 where a rule speaks."""


class IntakeClass(StrEnum):
    """The classes of the intake decision."""

    ACCEPT = "accept"
    EMERGENCY = "emergency"
    LEGAL_ROUTE = "legal_route"
    SECRET_OR_PRIVATE = "secret_or_private"
    MALICIOUS = "malicious"
    ELSEWHERE = "elsewhere"
    REPEATED = "repeated"
    NO_CONTENT = "no_content"


class RequestType(StrEnum):
    """The six types of a request."""

    CONSULTATION = "咨询"
    HELP = "求助"
    COMPLAINT = "投诉"
    REPORT = "举报"
    SUGGESTION = "建议"
    PRAISE = "表扬"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Likeness of a text: ``simhash`` is a signed 64-bit number, ``bands`` are signed 64-bit min-hash bands.

    Two texts that share at least one band are candidates; ``bands`` fits ``bigint[]`` with a GIN index.
    """

    simhash: int
    bands: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two texts are and which words they share."""

    score: float
    shared: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class Impression:
    """What a person at the desk should notice beside the matter itself; made from the words when they are shown."""

    marks: tuple[Mark, ...]
    priority: Priority
    feeling: Feeling
    speech: Speech
    services: tuple[HandOver, ...]


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything the first understanding says about one text."""

    title: str
    categories: tuple[RankedLabel, ...]
    category: Suggestion
    places: tuple[PlaceCandidate, ...]
    urgency: Urgency
    intake: Suggestion
    request_type: Suggestion
    fingerprint: Fingerprint
    speech: Speech
    milliseconds: float = field(default=0.0, compare=False)
