"""The index of terms follows what is live and who may read it; one place writes it, in the publisher's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from django.db import connection, transaction
from django.db.models import F

from minhu.directory.access import as_system
from minhu.kernel.locks import Lock
from minhu.knowledge.domain.keys import KEEPERS, PROGRAM, PUBLIC, STAFF
from minhu.knowledge.models import Circle, IndexedVersion, Version
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.types import LIVE
from minhu.language.answers.question import terms_of

LONGEST_TERM: Final = 40
_LIVE: Final = [state.value for state in LIVE]
_AT_ONCE: Final = 20
_ALONE: Final = f"SELECT pg_advisory_xact_lock({Lock.PASSAGES:d})"
_COUNT: Final = """
INSERT INTO knowledge_termcount AS t (circle_id, term, papers)
SELECT %s, term, 1 FROM unnest(%s::text[]) AS u(term) ORDER BY term
ON CONFLICT (term, circle_id) DO UPDATE SET papers = t.papers + 1
"""
_UNCOUNT: Final = """
WITH gone AS (DELETE FROM knowledge_posting WHERE version_id = %s RETURNING term),
     held AS (SELECT t.id FROM knowledge_termcount t JOIN gone USING (term) WHERE t.circle_id = %s ORDER BY term FOR UPDATE OF t)
UPDATE knowledge_termcount SET papers = papers - 1 WHERE id IN (SELECT id FROM held)
"""


def circle_keys(keys: Iterable[str]) -> list[str]:
    """The keys of the circle that a live row with ``keys`` belongs to.

    What everybody (or all staff) may read has the same readers whichever unit keeps it; only named readers differ.
    """
    given = frozenset(keys)
    for wide in (PUBLIC, STAFF):
        if wide in given:
            return sorted({PROGRAM, KEEPERS, wide})
    return sorted(given)


def index(version: Version) -> None:
    """Put a version into the index, move it to its circle, or take it out, as its state and keys say.

    Writers of the index take turns (until their transactions end): each counts many of the same terms, and two that
    replaced versions at once would wait for each other. Readers never wait.
    """
    held = IndexedVersion.objects.select_related("circle").filter(version=version).first()
    wanted = circle_keys(version.keys) if version.state in _LIVE else None
    if (held.circle.keys if held else None) == wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute(_ALONE)
    if held is not None:
        _take_out(held)
    if wanted is not None:
        _put_in(version, wanted)


def _put_in(version: Version, keys: list[str]) -> None:
    circle, _made = Circle.objects.get_or_create(keys=keys)
    passages = list(version.passages.values_list("text", flat=True))
    counted = terms_counted(version.title, passages)
    length = sum(counted.values())
    row = IndexedVersion.objects.create(
        version=version, circle=circle, characters=len(version.text), passages=len(passages),
        passage_characters=sum(map(len, passages)), length=length,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO knowledge_posting (term, circle_id, version_id, count, length)"
            " SELECT term, %s, %s, often, %s FROM unnest(%s::text[], %s::int[]) AS u(term, often)",
            [circle.pk, version.pk, length, list(counted), list(counted.values())],
        )
        cursor.execute(_COUNT, [circle.pk, list(counted)])
    _weigh(row, 1)


def _take_out(row: IndexedVersion) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_UNCOUNT, [row.version_id, row.circle_id])
    _weigh(row, -1)
    row.delete()


def _weigh(row: IndexedVersion, sign: int) -> None:
    Circle.objects.filter(pk=row.circle_id).update(
        papers=F("papers") + sign, characters=F("characters") + sign * row.characters,
        passages=F("passages") + sign * row.passages,
        passage_characters=F("passage_characters") + sign * row.passage_characters,
    )  # fmt: skip


def terms_counted(title: str, passages: Iterable[str]) -> Mapping[str, int]:
    """How often each term stands in a paper: its title and its passages."""
    counted: Counter[str] = Counter(terms_of(title))
    for text in passages:
        counted.update(terms_of(text))
    return {term: often for term, often in sorted(counted.items()) if len(term) <= LONGEST_TERM}


def catch_up() -> int:
    """Index live versions that are not in it yet (brought in before there was an index); returns how many."""
    with transaction.atomic(), as_system(), reading():
        left = Version.objects.filter(state__in=_LIVE, indexed__isnull=True).select_for_update(
            skip_locked=True, of=("self",)
        )
        found = list(left[:_AT_ONCE])
        for version in found:
            index(version)
        return len(found)
