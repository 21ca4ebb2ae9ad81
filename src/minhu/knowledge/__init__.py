"""Knowledge (知识): documents come in, live, and are read by whom they are for.

Owns: documents, their versions and passages, what a check found in them, uploads, watched sources, alerts.

Invariants:
* Who may read what is decided by keys alone: a row is seen by whoever holds one of its keys, on pages, in the API, in
  search and in answers alike, and row security applies the same keys (``domain/keys.py``).
* Nothing is published by the person who wrote it, nor before its facts are confirmed and each finding is answered.
* A version that was published is never edited: what changes is a new version.

Start reading at ``domain/states.py``, ``domain/keys.py``, then ``services/``.
"""
