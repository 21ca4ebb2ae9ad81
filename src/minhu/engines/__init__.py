"""One small adapter per engine: the database server, secrets, the file store.

Invariants: an engine knows no room above it; a missing engine is said in one plain sentence and never
half-works. Start reading in `database.py`.
"""
