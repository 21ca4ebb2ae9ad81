"""Use cases of the directory: each checks the policy, works in one transaction and leaves a ledger entry."""
