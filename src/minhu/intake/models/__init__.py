"""Tables of intake."""

from minhu.intake.models.bulletins import Affected, Bulletin, BulletinMessage
from minhu.intake.models.callbacks import CallBack, CallBackAsk, CallBackTry
from minhu.intake.models.calls import Call, CallEvent, Recording
from minhu.intake.models.caring import CareMark
from minhu.intake.models.chat import ChatCount, ChatDay, ChatState, Consultation
from minhu.intake.models.drafts import Draft
from minhu.intake.models.erasure import Erasure, ErasureCase
from minhu.intake.models.guards import Attempt, TokenUse
from minhu.intake.models.imports import ImportBatch, ImportedRow, ImportMapping, ImportReject
from minhu.intake.models.kept import KeptElement
from minhu.intake.models.learning import Drift, FrozenSet, Label, LabelCase, LearnedModel
from minhu.intake.models.phrases import Phrase, PhraseUse
from minhu.intake.models.requests import Attachment, Fingerprint, Request, Supplement
from minhu.intake.models.seats import EmergencyMode, FrontDoor, Listener, Seat, SeatChange, SeatOffer, Whisper
from minhu.intake.models.survey_calls import CallStop, ExchangeLink, SurveyCall
from minhu.intake.models.talks import Talk, Utterance
from minhu.intake.models.texts import TextMessage, TextProvider, TextStop, TextWish
from minhu.intake.models.understanding import IntakeDecision, Suggestion
from minhu.intake.models.voices import PersonBond, VoiceMark

__all__ = [
    "Affected",
    "Attachment",
    "Attempt",
    "Bulletin",
    "BulletinMessage",
    "Call",
    "CallBack",
    "CallBackAsk",
    "CallBackTry",
    "CallEvent",
    "CallStop",
    "CareMark",
    "ChatCount",
    "ChatDay",
    "ChatState",
    "Consultation",
    "Draft",
    "Drift",
    "EmergencyMode",
    "Erasure",
    "ErasureCase",
    "ExchangeLink",
    "Fingerprint",
    "FrontDoor",
    "FrozenSet",
    "ImportBatch",
    "ImportMapping",
    "ImportReject",
    "ImportedRow",
    "IntakeDecision",
    "KeptElement",
    "Label",
    "LabelCase",
    "LearnedModel",
    "Listener",
    "PersonBond",
    "Phrase",
    "PhraseUse",
    "Recording",
    "Request",
    "Seat",
    "SeatChange",
    "SeatOffer",
    "Suggestion",
    "Supplement",
    "SurveyCall",
    "Talk",
    "TextMessage",
    "TextProvider",
    "TextStop",
    "TextWish",
    "TokenUse",
    "Utterance",
    "VoiceMark",
    "Whisper",
]
