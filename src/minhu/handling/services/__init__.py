"""Use cases of handling: every step of an order, opening, importing, sweeping."""

from minhu.handling.services.opening import open_order
from minhu.handling.services.perform import hold, take
from minhu.handling.services.shown import perform
from minhu.handling.services.sweeper import next_due, sweep

__all__ = ["hold", "next_due", "open_order", "perform", "sweep", "take"]
