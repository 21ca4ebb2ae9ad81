"""Pure rules of the ledger: the canonical record and the Merkle tree."""
