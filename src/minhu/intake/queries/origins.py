"""Who may stand behind a request, for comparing requests; telephones are compared by their indexes, nothing is opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from minhu.engines import lookup
from minhu.intake.models import Request
from minhu.intake.reading import same_caller


def entered_by(request_id: int) -> int | None:
    """The account that typed a request in; None for what came by itself or is not seen in this transaction."""
    return Request.objects.filter(pk=request_id).values_list("agent_id", flat=True).first()


def came_from(request_id: int, phones: Iterable[str]) -> bool:
    """Whether a request that the transaction may see came from one of these telephones."""
    row = Request.objects.filter(pk=request_id).first()
    own = set(same_caller(row)) if row else set()
    return bool(own) and any(own & set(lookup.indexes(phone, "phone")) for phone in phones if phone)


def same_caller_among(request_id: int, others: Sequence[int]) -> int:
    """How many of the other requests came from the telephone of this one; 0 where it has none."""
    row = Request.objects.filter(pk=request_id).first()
    own = same_caller(row) if row else []
    return Request.objects.filter(pk__in=list(others), phone_index__in=own).count() if own else 0
