"""Language: what a Chinese text says — category, place, urgency, intake class, likeness, title.

Owns pure functions and small models; no Django, no database, no network. Every answer names its basis and maker.
Invariants: nothing here changes a text; a place is never guessed silently (``ask``); a model file holds no text.
Start reading at ``types`` and ``understanding``.
"""
