"""Likeness marks of requests: hashes only, nothing of the words can be read from them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models.functions import Left

from minhu.intake.models import Fingerprint, Request


def simhashes(request_ids: Iterable[int]) -> dict[int, int]:
    """The sim-hash of each request that has one."""
    rows = Fingerprint.objects.filter(request_id__in=list(request_ids)).values_list("request_id", "marks")
    return {request_id: marks[0] for request_id, marks in rows if marks}


def openings(request_ids: Iterable[int], length: int = 500) -> dict[int, str]:
    """The first characters of requests that the actor of the transaction may see, for matching words, not for showing."""
    rows = Request.objects.filter(pk__in=list(request_ids))
    return dict(rows.values_list("pk", Left("text", length)))
