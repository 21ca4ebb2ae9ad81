"""Reads of intake: everything is judged by the policy and by row security, personal values are masked."""

from minhu.intake.queries.callers import (
    caller_history,
    caller_history_of_phone,
    caller_history_of_request,
    is_caller_of,
)
from minhu.intake.queries.cards import reads_all_words, request_card, request_id_of, reveal, shown_texts
from minhu.intake.queries.consultations import chat_counts, consultation_of
from minhu.intake.queries.elements import elements_of, elements_of_words, kept_of
from minhu.intake.queries.files import attachments_of, open_attachment
from minhu.intake.queries.handing import HandedFile, added_words, files_to_hand_on, handed_on
from minhu.intake.queries.impressions import impression_of, impression_of_words
from minhu.intake.queries.marks import openings, simhashes
from minhu.intake.queries.origins import came_from, entered_by, same_caller_among
from minhu.intake.queries.suggestions import decision_of, suggestions_of

__all__ = [
    "HandedFile",
    "added_words",
    "attachments_of",
    "caller_history",
    "caller_history_of_phone",
    "caller_history_of_request",
    "came_from",
    "chat_counts",
    "consultation_of",
    "decision_of",
    "elements_of",
    "elements_of_words",
    "entered_by",
    "files_to_hand_on",
    "handed_on",
    "impression_of",
    "impression_of_words",
    "is_caller_of",
    "kept_of",
    "open_attachment",
    "openings",
    "reads_all_words",
    "request_card",
    "request_id_of",
    "reveal",
    "same_caller_among",
    "shown_texts",
    "simhashes",
    "suggestions_of",
]
