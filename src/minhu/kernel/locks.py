"""Numbers of the advisory locks of the house's database, in one register so that no two doors share a key by accident.

PostgreSQL keeps them apart by number only; a test looks for numbers that stand anywhere else. Locks by words
(``hashtextextended``) name what they hold and need no number.
"""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class Lock(IntEnum):
    """What only one process may do at a time."""

    SET_UP = 712345
    """Making and migrating the database."""
    LEDGER = 712346
    CLOCK_WATCH = 712347
    RETENTION = 712350
    PAST_FIGURES = 712351
    PASSAGES = 712353
    ORDER_WORDS = 712354
    QUEUE = 712360
    LEARNING = 712361
    NEW_TYPES = 712370
    FILES = 712371
    """With a second number, of the file's digest."""
    KEEP_APART = 7123450
    """With the number of a person: written into a trigger of the database, never to be changed."""
    CHANGES = 7123451
    """With a second number: ``Change``."""
    IMPORTS = 71234510
    OFFERS = 81234501


@unique
class Change(IntEnum):
    """What of the house is changed by one person at a time (``directory.services.changes.change``)."""

    AREAS = 1
    UNITS = 2
    TAXONOMY = 3
    CATALOGUE = 4
    RULES = 5
    STAFF = 6
    DUTIES = 7
    CROSSWALKS = 8
    PARTNERS = 20
    EMERGENCY_SERVICES = 21
    ENTERPRISES = 22
    MAILBOXES = 23
    WECHAT_ACCOUNTS = 24
    TEXT_PROVIDERS = 25
    BOARDS = 26
