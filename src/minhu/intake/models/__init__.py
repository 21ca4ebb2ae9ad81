"""Tables of intake."""

from minhu.intake.models.chat import ChatCount, ChatDay, ChatState, Consultation
from minhu.intake.models.erasure import Erasure, ErasureCase
from minhu.intake.models.guards import Attempt, TokenUse
from minhu.intake.models.imports import ImportBatch, ImportedRow, ImportMapping, ImportReject
from minhu.intake.models.kept import KeptElement
from minhu.intake.models.learning import Drift, FrozenSet, Label, LabelCase, LearnedModel
from minhu.intake.models.requests import Attachment, Fingerprint, Request, Supplement
from minhu.intake.models.understanding import IntakeDecision, Suggestion

__all__ = [
    "Attachment",
    "Attempt",
    "ChatCount",
    "ChatDay",
    "ChatState",
    "Consultation",
    "Drift",
    "Erasure",
    "ErasureCase",
    "Fingerprint",
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
    "Request",
    "Suggestion",
    "Supplement",
    "TokenUse",
]
