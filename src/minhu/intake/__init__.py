"""Intake (接诉): the request as it was received, what was understood of it, and what to do with it.

Owns: requests (never edited), supplements, attachments, suggestions, intake decisions, imports.

Invariants:
* A request's words are never changed: corrections are suggestions and supplements beside it
  (a database trigger refuses; ``tests/intake/test_request_is_kept.py``).
* Every request announces ``RequestReceived`` in its own transaction; handling opens the order.
* The intake decision is a recommendation; every refusal is confirmed by a person.

Start reading at ``services.py``.
"""
