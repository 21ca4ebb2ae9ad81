"""The graph across documents, for whoever asks: matters, and what valid papers that he may read say of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from minhu.directory.queries.units import unit_name
from minhu.knowledge.domain.states import today
from minhu.knowledge.models import GraphTriple, PassageRow
from minhu.knowledge.queries import contradictions
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.store import PaperStore
from minhu.knowledge.types import LIVE, Validity
from minhu.language.answers.question import terms_of, understand_question
from minhu.language.answers.ranking import rank
from minhu.language.papers.naming import matter_key
from minhu.language.papers.triples import Relation

MOST_MATTERS: Final = 30
MOST_THINGS: Final = 200
MOST_SHARING: Final = 5
_HITS: Final = 15
_HALF: Final = 0.5
_LIVE: Final = [state.value for state in LIVE]
_SHARED: Final = (Relation.MATERIAL, Relation.UNIT, Relation.POLICY)
"""What ties one matter to others."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter: the names that papers give it are one by ``key``; ``papers``: how many speak of it."""

    key: str
    name: str
    papers: int
    things: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """Where a triple stands; ``passage`` 0: told by the facts of the version. ``contradiction``: id of an open one."""

    document_id: int
    version_id: int
    title: str
    passage: int
    label: str
    validity: Validity
    words: str
    contradiction: int | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that a matter has, as one or several papers say; ``also``: other matters that have it too."""

    relation: Relation
    words: str
    detail: str
    unit: str
    """The unit of the directory that is meant; empty where it is none or not certain."""
    sources: tuple[Source, ...]
    also: tuple[Matter, ...] = ()

    @property
    def contradiction(self) -> int | None:
        """The id of an open contradiction about one of its clauses."""
        return next((one.contradiction for one in self.sources if one.contradiction), None)


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A unit that a clause names for the matter of its paper, or for the part ``detail`` of it."""

    words: str
    detail: str
    document_id: int
    title: str
    label: str
    passage: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A matter with all that papers say of it, by relation."""

    matter: Matter
    names: tuple[str, ...]
    things: tuple[Thing, ...]
    papers: tuple[tuple[int, str], ...]
    """Documents (id, title)."""
    cut: bool = False
    """Whether there is more than is shown."""

    def of(self, *relations: Relation) -> tuple[Thing, ...]:
        """Its things of some relations."""
        return tuple(one for one in self.things if one.relation in relations)


def matters(words: str = "", most: int = MOST_MATTERS) -> list[Matter]:
    """Matters that fit the words, best first: named so, then those of papers that fit. Without words: the largest."""
    with transaction.atomic(), reading() as keys:
        rows, asked = _held(keys), words.strip()
        if not asked:
            return _counted(rows.order_by(), most)
        own = matter_key(asked)
        named = rows.filter(Q(matter__icontains=asked) | Q(matter_key__icontains=own) | Q(detail__icontains=asked))
        ranked = sorted(_counted(named.order_by(), most), key=lambda one: (one.key != own, not one.key.startswith(own)))
        found = {one.key: one for one in ranked}
        store = PaperStore(keys, None, frozenset({Validity.VALID, Validity.PENDING}))
        hits = [int(one.sheet.key) for one in rank(understand_question(asked), store)[0]][:_HITS]
        by_version = dict(rows.filter(version__in=hits).order_by().values_list("version_id", "matter_key").distinct())
        wanted = [by_version[one] for one in hits if one in by_version and by_version[one] not in found]
        more = {one.key: one for one in _counted(rows.filter(matter_key__in=wanted).order_by(), most)}
        found |= {key: more[key] for key in wanted if key in more}
        return list(found.values())[:most]


def surroundings(key: str, relations: Iterable[Relation] = ()) -> Surroundings | None:
    """What valid papers say of a matter, merged over papers; None for a matter that no paper he may read speaks of."""
    wanted = [one.value for one in relations] or [one.value for one in Relation]
    with transaction.atomic(), reading() as keys:
        held = _held(keys).filter(matter_key=key)
        rows = list(held.filter(relation__in=wanted).select_related("version")[: MOST_THINGS + 1])
        papers = sorted(set(held.values_list("version__document_id", "version__title")))
        if not papers:
            return None
        names = sorted({one.matter for one in rows} or {papers[0][1]}, key=lambda name: (len(name), name))
        things = _things(rows[:MOST_THINGS], keys)
        matter = Matter(key, names[0], len(papers), len(things))
        return Surroundings(matter, tuple(names), tuple(things), tuple(papers), len(rows) > MOST_THINGS)


def named_units(categories: Iterable[str]) -> dict[str, list[NamedUnit]]:
    """Units that clauses of valid papers name, by the category of the paper; nobody who only issued a paper."""
    codes = set(categories) - {""}
    if not codes:
        return {}
    with transaction.atomic(), reading() as keys:
        wanted = _held(keys).filter(
            relation=Relation.UNIT.value, passage__gt=0, version__document__category_code__in=codes
        )
        rows = [one for one in wanted.select_related("version__document") if one.version.validity is Validity.VALID]
        labels = _labels(rows)
    found: dict[str, list[NamedUnit]] = {}
    for one in rows:
        label, _words = labels.get((one.version_id, one.passage), ("", ""))
        named = NamedUnit(one.thing, one.detail, one.version.document_id, one.version.title, label, one.passage)
        found.setdefault(one.version.document.category_code, []).append(named)
    return found


def speaks_of(detail: str, text: str) -> bool:
    """Whether a text speaks of a part of a matter: of the whole always, else where it has half of its terms."""
    own = set(terms_of(detail))
    return not own or len(own & set(terms_of(text))) >= _HALF * len(own)


def matters_of(versions: Iterable[int]) -> dict[int, tuple[str, str]]:
    """The matter of each of some versions, as (key, name); versions that are not in the graph are left out."""
    with transaction.atomic(), reading() as keys:
        rows = _held(keys).filter(version__in=list(versions)).order_by()
        found = rows.values_list("version_id", "matter_key", "matter").distinct()
        return {version: (key, name) for version, key, name in found}


def _held(keys: frozenset[str]) -> QuerySet[GraphTriple]:
    """Triples of papers in use that hold today or later and that the reader may see."""
    in_time = Q(version__repealed__isnull=True) | Q(version__repealed__gte=today())
    return (
        GraphTriple.objects.filter(in_time, version__state__in=_LIVE, version__keys__overlap=sorted(keys))
        .defer("version__text", "version__found")
        .order_by("version_id", "id")
    )  # fmt: skip


def _counted(rows: QuerySet[GraphTriple], most: int) -> list[Matter]:
    counted = (
        rows.values("matter_key")
        .annotate(papers=Count("version", distinct=True), things=Count("id"))
        .order_by("-papers", "-things", "matter_key")[:most]
    )
    counts = {row["matter_key"]: (row["papers"], row["things"]) for row in counted}
    names: dict[str, str] = {}
    for key, name in rows.filter(matter_key__in=list(counts)).values_list("matter_key", "matter").distinct():
        names[key] = min(names.get(key, name), name, key=lambda one: (len(one), one))
    return [Matter(key, names.get(key, key), papers, things) for key, (papers, things) in counts.items()]


def _things(rows: Sequence[GraphTriple], keys: frozenset[str]) -> list[Thing]:
    labels, disputes = _labels(rows), contradictions.disputed({(one.version_id, one.passage) for one in rows})
    merged: dict[tuple[str, str, str], list[GraphTriple]] = {}
    for one in rows:
        thing = f"u{one.unit_id}" if one.unit_id else one.thing_key
        merged.setdefault((one.relation, thing, one.detail), []).append(one)
    shared = _sharing(rows, keys)
    order = {one.value: at for at, one in enumerate(Relation)}
    found = []
    for (relation, _key, detail), group in sorted(merged.items(), key=lambda item: order[item[0][0]]):
        told = tuple(_source(one, labels, disputes) for one in group)
        also = shared.get((relation, group[0].thing_key), ())
        words = min((one.thing for one in group), key=len)
        found.append(Thing(Relation(relation), words, detail, unit_name(group[0].unit_id), told, also))
    return found


def _source(
    one: GraphTriple, labels: dict[tuple[int, int], tuple[str, str]], disputes: dict[tuple[int, int], int]
) -> Source:
    version, (label, words) = one.version, labels.get((one.version_id, one.passage), ("", ""))
    return Source(
        version.document_id, version.pk, version.title, one.passage, label, version.validity, words or one.thing,
        disputes.get((version.pk, one.passage)),
    )  # fmt: skip


def _labels(rows: Iterable[GraphTriple]) -> dict[tuple[int, int], tuple[str, str]]:
    """The label and the words of each clause that is cited."""
    wanted: dict[int, set[int]] = {}
    for one in rows:
        wanted.setdefault(one.version_id, set()).add(one.passage)
    places = Q(pk__in=[])
    for version, numbers in wanted.items():
        places |= Q(version_id=version, number__in=numbers)
    found = PassageRow.objects.filter(places).values_list("version_id", "number", "label", "text")
    return {(version, number): (label or f"第{number}段", text) for version, number, label, text in found}


def _sharing(rows: Sequence[GraphTriple], keys: frozenset[str]) -> dict[tuple[str, str], tuple[Matter, ...]]:
    """Other matters that have the same material, unit or policy, those with most papers first."""
    wanted = {(one.relation, one.thing_key) for one in rows if Relation(one.relation) in _SHARED}
    if not wanted:
        return {}
    others = _held(keys).exclude(matter_key=rows[0].matter_key).order_by()
    found: dict[tuple[str, str], dict[str, Matter]] = {}
    counted = others.filter(
        relation__in={relation for relation, _ in wanted}, thing_key__in={key for _, key in wanted}
    ).values_list("relation", "thing_key", "matter_key", "matter")
    for relation, thing, key, name, papers in counted.annotate(papers=Count("version", distinct=True)):
        if (relation, thing) in wanted:
            found.setdefault((relation, thing), {}).setdefault(key, Matter(key, name, papers))
    return {place: tuple(some.values())[:MOST_SHARING] for place, some in found.items()}
