"""Directory (机构): areas, units, duties, staff, roles, and what each may see.

Owns: the six-level tree of areas and its landmarks, units, the category tree, the dispatch
catalogue, versioned rule sets (deadlines, intake rules, calendar …), staff, posts and tokens.

Invariants:
* Published versions (categories, catalogue, rule sets) are never edited: a change is a new version.
* ``policy.POLICY`` is the only place that says who may do what; ``decide``, ``visible_to`` and the
  row-security settings all follow from it (``tests/directory/test_policy.py``).
* Default deny: an actor without a post sees nothing, in Python and in PostgreSQL.

Start reading at ``policy.py``, then ``access.py``.
"""
