"""What the ledger does: append entries, log readings, integrate, verify, prove."""

from minhu.ledger.services.append import append, append_many, record_access
from minhu.ledger.services.integrate import integrate, sequencer_tick
from minhu.ledger.services.prove import prove
from minhu.ledger.services.verify import verify

__all__ = ["append", "append_many", "integrate", "prove", "record_access", "sequencer_tick", "verify"]
