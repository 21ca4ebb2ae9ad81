"""Tables of handling."""

from minhu.handling.models.aid import AidCase
from minhu.handling.models.assisted import AssistantAdvice
from minhu.handling.models.contracts import ContractWarning, ReplyMark
from minhu.handling.models.history import Lesson, OrderStep, Review
from minhu.handling.models.incidents import Incident, IncidentNotice, IncidentTold
from minhu.handling.models.joint import JointCase, JointOpinion, NewMatter, TypeProposal
from minhu.handling.models.orders import Assignment, Clock, Order
from minhu.handling.models.simulations import Simulation
from minhu.handling.models.supervision import Attendance, Supervision, Whistle

__all__ = [
    "AidCase",
    "Assignment",
    "AssistantAdvice",
    "Attendance",
    "Clock",
    "ContractWarning",
    "Incident",
    "IncidentNotice",
    "IncidentTold",
    "JointCase",
    "JointOpinion",
    "Lesson",
    "NewMatter",
    "Order",
    "OrderStep",
    "ReplyMark",
    "Review",
    "Simulation",
    "Supervision",
    "TypeProposal",
    "Whistle",
]
