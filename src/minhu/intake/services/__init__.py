"""Use cases of intake: each is one transaction, announces its news and writes the ledger."""

from minhu.intake.limits import Rate, spend
from minhu.intake.services.judging import confirm_decision, record_outcome, share, withhold
from minhu.intake.services.opening import looks_like_number, open_by_code
from minhu.intake.services.owning import owner_of, partner
from minhu.intake.services.receiving import receive
from minhu.intake.services.splitting import with_requester_of
from minhu.intake.services.supplements import attach, supplement

__all__ = [
    "Rate",
    "attach",
    "confirm_decision",
    "looks_like_number",
    "open_by_code",
    "owner_of",
    "partner",
    "receive",
    "record_outcome",
    "share",
    "spend",
    "supplement",
    "with_requester_of",
    "withhold",
]
