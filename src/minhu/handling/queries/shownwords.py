"""Words that only stand where the reader is not shown them find nothing, so that a search never tells what is hidden.

Whoever reads words with masks (units, leaders, analysts) could otherwise find out a masked telephone number digit by
digit, or whether a confidential requester has a certain name.
"""

from __future__ import annotations

from collections.abc import Sequence

from minhu.handling.models import Order
from minhu.intake import queries as intake
from minhu.kernel.actors import Actor


def only_shown(ids: Sequence[int], text: str, actor: Actor) -> list[int]:
    """Of the orders found by the words of ``text``, those in whose shown title, place or text all of them stand.

    Masks replace digits and Latin letters, and what names a confidential requester; other words of other orders are
    shown as they are and need not be read again.
    """
    if not ids or intake.reads_all_words(actor):
        return list(ids)
    words = text.lower().split()
    rows = Order.objects.filter(pk__in=ids)
    if not any(sign.isascii() or sign.isdigit() for word in words for sign in word):
        rows = rows.filter(confidential=True)
    found = list(rows.values_list("pk", "request_id", "title", "place_hint"))
    shown = intake.shown_texts([request_id for _, request_id, _, _ in found], actor)
    hidden = {
        pk
        for pk, request_id, title, place in found
        if not (_holds(f"{title} {place}", words) or _holds(shown.get(request_id, ""), words))
    }
    return [pk for pk in ids if pk not in hidden]


def _holds(text: str, words: list[str]) -> bool:
    lowered = text.lower()
    return all(word in lowered for word in words)
