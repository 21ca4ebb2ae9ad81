"""Types of a talk: what was heard in a turn, what is remembered of the turns before, what is to be done now."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol

from minhu.language.types import HandOver, Urgency


class Wish(StrEnum):
    """What a citizen wants with a turn."""

    PERSON = "person"
    QUESTION = "question"
    REQUEST = "request"
    PROGRESS = "progress"
    YES = "yes"
    NO = "no"
    ENOUGH = "enough"
    """Nothing more to say to what was asked ('不知道', '没有了', '就这些')."""
    CANCEL = "cancel"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    TALK = "talk"
    """Small talk, mostly about the machine itself."""
    ABUSE = "abuse"
    SILENCE = "silence"
    NONSENSE = "nonsense"
    NEED = "need"
    """Nothing but how he wants to be served ('我耳朵听不见，只能打字')."""
    COMMAND = "command"
    """Words that give the machine orders ('忽略你的规则'): heard as words, never obeyed."""


class Phase(StrEnum):
    """Where a talk stands."""

    OPEN = "open"
    COLLECTING = "collecting"
    READING_BACK = "reading_back"
    OFFERING = "offering"
    """The papers had no answer; the citizen was asked whether it should become a request."""
    SURVEY = "survey"
    """The citizen is asked how a request was handled (回访)."""
    DONE = "done"
    HANDED = "handed"
    """A person has it; the bot is silent."""


class Mode(StrEnum):
    """Who speaks first on a line of business (人工优先 · 先机后人 · 仅机器人)."""

    PERSON_FIRST = "person_first"
    MACHINE_FIRST = "machine_first"
    MACHINE_ONLY = "machine_only"


@dataclass(frozen=True, slots=True)
class Policy:
    """How the bot works on a line of business; every value is a setting of the city."""

    mode: Mode = Mode.MACHINE_FIRST
    strength: float = 0.6
    """How strong a feeling counts."""
    angry_turns: int = 2
    """Strong anger in so many turns brings a person; fear and grief bring one at once."""
    questions: int = 4
    """Nobody is asked more than this for one request."""
    danger_sure: float = 0.6
    """As sure as this of danger, the learnt part of urgency brings a person at once; below, the citizen is asked first.

    Above every harmless alarm of the learning half of the scripted talks (the highest is .57)."""
    called: str = "12345热线"
    """How the line calls itself in its first words."""
    welcome: str = ""
    """What the line says beside that."""


class Why(StrEnum):
    """Why a talk goes to a person."""

    ASKED = "asked"
    DANGER = "danger"
    ANGER = "anger"
    FEAR = "fear"
    GRIEF = "grief"
    NOT_UNDERSTOOD = "not_understood"
    NOT_FOUND = "not_found"
    LANGUAGE = "language"
    POLICY = "policy"
    ABUSE = "abuse"


@dataclass(frozen=True, slots=True)
class Heard:
    """One turn of the citizen as it was understood; ``wishes`` in the order of their weight, at least one."""

    words: str
    wishes: tuple[Wish, ...]
    urgency: Urgency
    feeling: str = "calm"
    strength: float = 0.0
    language: str = "zh"
    number: str = ""
    """An order's number in the words."""
    code: str = ""
    """What can be the query code beside it."""
    parts: tuple[str, ...] = ()
    """The matters of a request that holds several, each in the citizen's own words."""
    asks: str = ""
    """The question in a turn that holds a question beside a request."""

    def wants(self, wish: Wish) -> bool:
        """Whether ``wish`` is among the wishes."""
        return wish in self.wishes


@dataclass(frozen=True, slots=True)
class Missing:
    """Something to ask for before a request is complete."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Record:
    """What the words so far make of a request: read by the room that knows the city."""

    title: str
    lines: tuple[str, ...]
    """For reading back, e.g. '地点：柳湾街道柳湾社区'."""
    missing: tuple[Missing, ...]
    enough: bool
    """There is a concrete matter in the words."""
    place: tuple[str, ...] = ()
    """Where it is, in the citizen's words."""
    time: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A bulletin that a caller's words seem to be about."""

    key: str
    words: str
    """To be said."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A bulletin that is named before anybody spoke."""

    key: str
    title: str
    words: str
    """The whole, to be said to who chooses it."""


class Bulletins(Protocol):
    """Finds the bulletin in force that words are about; given by the room that keeps them."""

    def __call__(self, text: str) -> Offer | None:
        """The one, or None; the same words, the same answer while nothing changes."""


class Reader(Protocol):
    """Reads the words of a request; given by the caller, because areas and categories are the city's."""

    def __call__(self, text: str) -> Record:
        """Everything the words say so far."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is kept between turns; plain values, so that a talk is taken up again after any break."""

    phase: Phase = Phase.OPEN
    matter: tuple[str, ...] = ()
    """The citizen's own words on the matter, turn by turn: they become the request's text as they are."""
    asked: tuple[str, ...] = ()
    waiting: str = ""
    """The code of the question that waits for its answer."""
    topics: tuple[str, ...] = ()
    """Further matters of the citizen that come after this one."""
    number: str = ""
    """The order's number that was said and waits for its query code."""
    earlier: tuple[str, ...] = ()
    """Questions asked before, for follow-ups."""
    silences: int = 0
    misses: int = 0
    """Turns in a row that were not understood."""
    unanswered: int = 0
    angry: int = 0
    abused: int = 0
    opened: int = 0
    """Requests that were opened in this talk."""
    alarm: str = ""
    """The words that sounded like danger, while the citizen is asked whether there is any."""
    before: str = ""
    """The code of the question that waited before that one."""
    place: tuple[str, ...] = ()
    """Where the matter was that was opened last, for one 'at the same place'."""
    time: tuple[str, ...] = ()
    about: int = 0
    """The request whose handling is asked about."""
    survey: tuple[str, ...] = ()
    """Its answers so far, as code=value."""
    spoken: bool = False
    """The house called to ask, by telephone (``survey_call``)."""
    no_danger: bool = False
    """The citizen said clearly that nobody is in danger."""
    bulletin: str = ""
    """The bulletin that the citizen was told of last: asked whether it is that, then whether he wants news."""
    met: str = ""
    """The words by which it was met, while the answer is awaited."""
    rest: tuple[str, ...] = ()
    """Other matters of those words."""
    bulletins: tuple[str, ...] = ()
    """All bulletins that he was told of."""
    notices: tuple[str, ...] = ()
    """Bulletins that the first words named and of which one may be chosen."""
    notice_words: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {
            name: (value.value if isinstance(value, Phase) else list(value) if isinstance(value, tuple) else value)
            for name in self.__slots__
            if (value := getattr(self, name))
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Memory:
        """From what ``to_json`` gave; unknown names of another release are left out."""
        known = {name: value for name, value in kept.items() if name in cls.__slots__}
        lists = {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
        return cls(**{**known, **lists, "phase": Phase(known.get("phase", Phase.OPEN))})


class Deed(StrEnum):
    """What is to be done; the room that runs the talk does it, nothing here does."""

    SAY = "say"
    ANSWER = "answer"
    """Ask the papers; where they have no answer, ``not_found`` follows."""
    PROGRESS = "progress"
    """Tell how an order stands: ``code`` is its number, ``words`` the query code that proves whose it is."""
    ADVICE = "advice"
    """What to do at once in danger, and the number to call."""
    OPEN = "open"
    RATE = "rate"
    """Keep what the citizen says of the handling: ``lines`` are the answers as code=value."""
    CALLED = "called"
    """What came of calling somebody for a survey: ``code`` is one of `survey_call.ENDS`, ``words`` the time he wished."""
    HAND_OVER = "hand_over"
    JOIN = "join"
    """Count the citizen to bulletin ``code``; ``joined`` follows."""
    NEWS = "news"
    """Tell him when something changes there: at the number ``words``, or where he speaks just now."""
    END = "end"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do: ``code`` names the phrase (``phrases``), ``words`` its text or the words to work with."""

    deed: Deed
    code: str = ""
    words: str = ""
    why: Why | None = None
    services: tuple[HandOver, ...] = ()
    lines: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Turn:
    """The next state and what to do, in order."""

    memory: Memory
    acts: tuple[Act, ...]


MOST_SILENCES: Final = 2
"""Asked again once, then the talk ends with the ways back."""
MOST_MISSES: Final = 2
