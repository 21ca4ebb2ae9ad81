"""Samples as their pages show them: how far they are, what the judges found, how far these agree. Frozen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from minhu.directory.queries.staff import staff_names
from minhu.kernel.actors import SYSTEM
from minhu.kernel.errors import NotFound
from minhu.knowledge.domain.agreement import Estimate, Stratum, kappa, share_of_all
from minhu.knowledge.domain.quality import Judged
from minhu.knowledge.models import Judgement, PassageRow, Sample, SampleItem
from minhu.knowledge.queries.open_questions import AskingView, view_of
from minhu.knowledge.queries.reach import reading
from minhu.language.papers.types import Passage


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A sample in the list with what came of it."""

    id: int
    name: str
    first_day: date
    last_day: date
    size: int
    seed: int
    drawn_by: str
    drawn_at: datetime
    settled: int
    """Items with a verdict that stands."""
    right: Estimate | None
    """Right answers and right refusals among all askings of these days, by strata."""
    agreement: Estimate | None
    """Cohen's κ of the two independent judges."""
    citation: tuple[int, int]
    """Right clauses, and answers of which the clause was judged."""
    verdicts: Mapping[Judged, int]
    strata: tuple[Stratum, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What one judge said."""

    judge: str
    place: int
    verdict: Judged
    citation: bool | None
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a sample; ``said`` is empty until two have judged, ``asking`` None when its time is over."""

    id: int
    sample_id: int
    number: int
    stratum: str
    answered: bool
    final: Judged | None
    citation: bool | None
    third: bool
    asking: AskingView | None
    clause: Passage | None
    said: tuple[Said, ...]


def listed() -> list[SampleRow]:
    """The samples that the current actor may see, the newest first, with their results."""
    with transaction.atomic(), reading():
        return _rows(list(Sample.objects.all()[:100]))


def one(sample_id: int) -> SampleRow:
    """One of them; raises NotFound."""
    with transaction.atomic(), reading():
        found = _rows(list(Sample.objects.filter(pk=sample_id)))
    if not found:
        raise NotFound("没有找到这个样本，或者您无权查看。", code="no_such_sample")
    return found[0]


def items(sample_id: int) -> list[Item]:
    """All items of a sample that the current actor may see, with what was said where two have judged."""
    with transaction.atomic(), reading():
        rows = SampleItem.objects.filter(sample_id=sample_id).select_related("asking__version")
        return _items(rows.defer("asking__version__text", "asking__version__found"))


def item(item_id: int) -> Item:
    """One item to judge; raises NotFound."""
    with transaction.atomic(), reading():
        found = _items(SampleItem.objects.filter(pk=item_id).select_related("asking__version"))
    if not found:
        raise NotFound("没有找到这一条，或者您无权评判。", code="no_such_item")
    return found[0]


def _rows(samples: list[Sample]) -> list[SampleRow]:
    """Results are counted over every item, also those whose papers the reader does not keep: numbers, no words."""
    ids = [one.pk for one in samples]
    with reading(SYSTEM):
        found: dict[int, list[SampleItem]] = defaultdict(list)
        for row in SampleItem.objects.filter(sample_id__in=ids):
            found[row.sample_id].append(row)
        pairs: dict[int, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        said = Judgement.objects.filter(item__sample_id__in=ids, place__lte=2).order_by("place")
        for sample, number, verdict in said.values_list("item__sample_id", "item_id", "verdict"):
            pairs[sample][number].append(verdict)
    names = staff_names(one.drawn_by for one in samples)
    return [_row(one, found[one.pk], pairs[one.pk].values(), names.get(one.drawn_by, one.drawn_by)) for one in samples]


def _row(sample: Sample, rows: list[SampleItem], pairs: Iterable[list[str]], by: str) -> SampleRow:
    final = [row for row in rows if row.final]
    by_stratum = Counter(row.stratum for row in final)
    right = Counter(row.stratum for row in final if row.final == Judged.RIGHT.value)
    strata = tuple(Stratum(name, count, by_stratum[name], right[name]) for name, count in sorted(sample.strata.items()))
    cited = [row.citation for row in final if row.citation is not None]
    return SampleRow(
        sample.pk, sample.name, sample.first_day, sample.last_day, sample.size, sample.seed, by, sample.drawn_at, len(final),
        share_of_all(strata), kappa([(one[0], one[1]) for one in pairs if len(one) == 2]), (sum(cited), len(cited)),
        {one: sum(row.final == one.value for row in final) for one in Judged}, strata,
    )  # fmt: skip


def _items(rows: Iterable[SampleItem]) -> list[Item]:
    found = list(rows)
    said: dict[int, list[Judgement]] = defaultdict(list)
    for row in Judgement.objects.filter(item__in=[one.pk for one in found]).order_by("place"):
        said[row.item_id].append(row)
    names = staff_names(row.judge for some in said.values() for row in some)
    return [
        Item(
            one.pk, one.sample_id, one.number, one.stratum, one.answered, Judged(one.final) if one.final else None,
            one.citation, one.third, view_of(one.asking) if one.asking else None, _clause(one),
            tuple(
                Said(names.get(row.judge, row.judge), row.place, Judged(row.verdict), row.citation, row.note, row.at)
                for row in said[one.pk]
            ) if len(said[one.pk]) >= 2 else (),
        )
        for one in found
    ]  # fmt: skip


def _clause(one: SampleItem) -> Passage | None:
    """The passage that the answer cited, in the version of then."""
    if one.asking is None or one.asking.version_id is None:
        return None
    row = PassageRow.objects.filter(version_id=one.asking.version_id, number=one.asking.passage).first()
    return row.passage if row else None
