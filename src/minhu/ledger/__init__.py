"""Ledger (账本): what happened, in a form from which nothing can be taken out unnoticed.

Owns: entries (one for each command, written in its transaction), checkpoints of the Merkle tree over
them, and the reading log (who looked at whose data, for what).

Invariants:
* Writers only insert, take no common lock and wait for nobody; `services.integrate` gives positions
  later, and an entry that commits late is merely integrated later (`tests/ledger/test_sequencer.py`).
* An entry is never changed or deleted; the database refuses it, and `services.verify` finds it when
  someone went past the database (`tests/ledger/test_verify.py`).
* Checkpoints also lie in MINHU_HOME/ledger/checkpoints.jsonl, outside the database.
* No telephone or identity number or e-mail address stands in a payload.

Start reading: `domain/merkle.py`, `domain/record.py`, then `services/`.
"""
