"""Tables of handling."""

from minhu.handling.models.history import Lesson, OrderStep, Review
from minhu.handling.models.orders import Assignment, Clock, Order
from minhu.handling.models.supervision import Attendance, Supervision, Whistle

__all__ = [
    "Assignment",
    "Attendance",
    "Clock",
    "Lesson",
    "Order",
    "OrderStep",
    "Review",
    "Supervision",
    "Whistle",
]
