"""Use cases of intake: each is one transaction, announces its news and writes the ledger."""

from minhu.intake.services.receiving import receive

__all__ = ["receive"]
