"""What the ledger does: append entries, log readings, integrate, verify, prove."""

from minhu.ledger.services.append import append, append_many, record_access
from minhu.ledger.services.compare import compare_kept, inspect
from minhu.ledger.services.contracts import Result, contract, contracts, follow, run_contracts
from minhu.ledger.services.integrate import integrate, sequencer_tick
from minhu.ledger.services.keys import keys, parse_verifiers
from minhu.ledger.services.prove import evidence, prove, prove_growth, roots_at, seal
from minhu.ledger.services.resume import resume
from minhu.ledger.services.subtrees import grow
from minhu.ledger.services.verify import cross_check, verify
from minhu.ledger.services.witnesses import deliver
from minhu.ledger.services.witnesses import states as witness_states

__all__ = [
    "Result",
    "append",
    "append_many",
    "compare_kept",
    "contract",
    "contracts",
    "cross_check",
    "deliver",
    "evidence",
    "follow",
    "grow",
    "inspect",
    "integrate",
    "keys",
    "parse_verifiers",
    "prove",
    "prove_growth",
    "record_access",
    "resume",
    "roots_at",
    "run_contracts",
    "seal",
    "sequencer_tick",
    "verify",
    "witness_states",
]
