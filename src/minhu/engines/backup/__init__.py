"""Backups: one folder from which the whole house can be restored, and the proof that it was.

A backup holds the database (PostgreSQL's own dump format), the sealed attachments, the keys (without the master
key unless asked for), the ledger's checkpoints, and a manifest with a digest of every table taken in the same
snapshot as the dump. Restoring compares those digests with the restored tables. Start reading in `making.py`.

Invariants: a folder that bears a backup's name is complete (it is renamed when done); restoring never writes over
a database or a key that is there.
"""
