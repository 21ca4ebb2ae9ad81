"""Another version of the phrases is in force: what waits or is in use is looked at anew, its keepers are told."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from minhu.directory.access import as_system
from minhu.directory.queries.rules import publishing_rules
from minhu.knowledge.models import Document, Finding, Version
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.services.making import checked, store_marks
from minhu.knowledge.services.telling import tell
from minhu.knowledge.types import LIVE, NoticeKind, State

BATCH: Final = 20
_LOOKED_AT: Final = [State.DRAFT.value, State.REVIEW.value, *(state.value for state in LIVE)]


def tick() -> int:
    """Look at some versions that were checked by other phrases; returns how many.

    A finding in a draft has to be answered for before it is handed over; of one in use its keepers are told.
    """
    rules = publishing_rules().version
    with transaction.atomic(), as_system(), reading():
        waiting = Version.objects.filter(state__in=_LOOKED_AT).exclude(checked=rules).order_by("id")
        ids = list(waiting.values_list("pk", flat=True)[:BATCH])
    for version_id in ids:
        _check(version_id, rules)
    return len(ids)


def _check(version_id: int, rules: str) -> None:
    with transaction.atomic(), as_system(), reading():
        version = Version.objects.defer("found").get(pk=version_id)
        Document.objects.select_for_update().get(pk=version.document_id)
        known = list(Finding.objects.filter(version=version).values_list("start", "end"))
        fresh = [
            one for one in checked(version.text) if not any(one.start < end and start < one.end for start, end in known)
        ]
        Version.objects.filter(pk=version_id).update(checked=rules)
        if not fresh:
            return
        store_marks(version, fresh, [row.passage for row in version.passages.all()])
        if State(version.state) is not State.DRAFT:
            word = version.text[fresh[0].start : fresh[0].end]
            tell(
                NoticeKind.WORDS, f"《{version.title}》含新列入发布检查的“{word}”等 {len(fresh)} 处，请核对。", version
            )
