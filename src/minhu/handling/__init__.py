"""Handling (办理): work orders from dispatch to closing, with their clocks and supervision.

Owns: orders, assignments to units, clocks, steps (the history), reviews, supervision, whistles.

Invariants:
* The transition table ``domain.states.TRANSITIONS`` is the only way a state changes; every state
  has an exit and an alarm (``tests/handling/test_states.py``).
* Deadlines are rows that a sweeper claims, never sleeping code.
* Two clerks at once: every command names the version it saw; the later one gets a conflict.
* Each command writes its step and its ledger entry in the same transaction.

Start reading at ``domain/states.py``, then ``services/``.
"""
