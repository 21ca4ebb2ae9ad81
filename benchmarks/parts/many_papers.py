"""Fills a knowledge room with papers made from the clauses of the demo city's: as many passages as wanted.

Every paper is a demo paper of another place: its city has another name (names are drawn by Zipf's law), a third of its
clauses come from other demo papers, its numbers are others, and every thirtieth sign is another one, drawn as often as
the sign stands in the demo papers. So frequent pairs of signs stay frequent, and rare ones (names, matters of one place
only) come in with every paper as they do in a real collection. Units, natures, categories, rights (7 of 10 public, 2 for
staff, 1 for a unit by name) and days (1 of 30 not yet in force) vary; the demo papers themselves stand among them unchanged.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

SIGNS: Final = "安北昌东恩丰广河吉江康兰明宁平青荣山泰文西新阳永云中川岭浦桥溪泉"
_NUMBER: Final = re.compile(r"(?<![\d.])\d{1,4}(?![\d.年])")


@dataclass
class Maker:
    """Makes papers from the blocks of the demo papers; the same seed makes the same papers."""

    papers: Sequence[Any]
    blocks: Sequence[Sequence[Any]]
    dice: random.Random = field(default_factory=lambda: random.Random(2026))
    names: list[str] = field(init=False)
    signs: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.names = [a + b for a in SIGNS for b in SIGNS if a != b]
        self.dice.shuffle(self.names)
        counted: Counter[str] = Counter(s for paper in self.papers for s in paper.body if "一" <= s <= "鿿")
        self.signs = [*counted.elements()]

    def paper(self, number: int) -> tuple[Any, list[Any]]:
        """The demo paper that number ``number`` is made from, and its blocks."""
        at = number % len(self.papers)
        if number < len(self.papers):
            return self.papers[at], list(self.blocks[at])
        name = self.names[min(int(self.dice.paretovariate(0.9)) - 1, len(self.names) - 1)]
        made = [self._other(one, name) for one in self.blocks[at]]
        for place in range(1, len(made)):
            if made[place].level == 0 and not made[place].rows and self.dice.random() < 1 / 3:
                taken = self.dice.choice(self.dice.choice(self.blocks))
                if taken.kind is made[place].kind and not taken.rows and taken.level == 0:
                    made[place] = self._other(taken, name)
        return self.papers[at], made

    def _other(self, block: Any, name: str) -> Any:
        return replace(
            block, text=self._said(block.text, name), rows=tuple(tuple(self._said(c, name) for c in row) for row in block.rows)
        )  # fmt: skip

    def _said(self, text: str, name: str) -> str:
        text = _NUMBER.sub(lambda found: str(int(found[0]) + self.dice.randrange(9)), text.replace("云溪", name))
        signs = list(text)
        for at in range(self.dice.randrange(30), len(signs), 30):
            if "一" <= signs[at] <= "鿿":
                signs[at] = self.dice.choice(self.signs)
        return "".join(signs)


def fill(wanted: int) -> dict[str, int]:
    """Put published papers in until there are ``wanted`` passages; the room must be empty."""
    import psycopg
    from psycopg.conninfo import make_conninfo

    from minhu.engines.database import conninfo
    from minhu.kernel import clock
    from minhu.server.demo import papers as city

    today = clock.now().date()
    read = city.papers(today)
    maker = Maker(read, [city.blocks(one) for one in read])
    number = passages = 0
    circles: dict[tuple[str, ...], int] = {}
    with psycopg.connect(make_conninfo(**conninfo()), autocommit=True) as owner:
        owner.execute("SET synchronous_commit = off; SET work_mem = '64MB'")
        while passages < wanted:
            made: list[Any] = []
            while len(made) < 200 and passages < wanted:
                number += 1
                made.append(_made(number, *maker.paper(number - 1), maker.dice, today))
                passages += len(made[-1].paper.passages)
            _store(owner, made, circles)
            print(f"\r{passages:,} of {wanted:,} passages", end="", flush=True)
        print(flush=True)
        for keys, key in circles.items():
            owner.execute(_CIRCLE, {"id": key, "keys": list(keys)})
        owner.execute(_COUNT)
        owner.execute(
            "SELECT setval(pg_get_serial_sequence('knowledge_circle', 'id'), (SELECT max(id) FROM knowledge_circle))"
        )
        owner.execute("VACUUM ANALYZE")
        owner.execute("CHECKPOINT")
        terms = owner.execute("SELECT count(DISTINCT term), count(*) FROM knowledge_posting").fetchone()
    assert terms is not None
    return {"papers": number, "passages": passages, "terms": terms[0], "postings": terms[1], "circles": len(circles)}


_CIRCLE: Final = """
INSERT INTO knowledge_circle (id, keys, papers, characters, passages, passage_characters)
SELECT %(id)s, %(keys)s, count(*), sum(characters), sum(passages), sum(passage_characters)
FROM knowledge_indexedversion WHERE circle_id = %(id)s
"""
_COUNT: Final = """
INSERT INTO knowledge_termcount (circle_id, term, papers)
SELECT circle_id, term, count(*) FROM knowledge_posting GROUP BY 1, 2
"""


@dataclass
class Made:
    """A paper with the rows of its document and version, not stored yet."""

    paper: Any
    document: Any
    version: Any


def _made(number: int, source: Any, blocks: Sequence[Any], dice: random.Random, today: date) -> Made:
    """One published paper."""
    from minhu.directory.queries import units
    from minhu.knowledge.domain.keys import row_keys
    from minhu.knowledge.models import Document, Version
    from minhu.knowledge.types import Audience, Nature, Rights, State
    from minhu.language.papers.cutting import cut

    paper = cut(blocks, source.title)
    title = f"{paper.title[:110]}（{number}）"
    owner = dice.choice(units.active_units())
    roll = dice.random()
    rights = Rights() if roll < 0.7 else Rights(Audience.STAFF)
    if roll >= 0.9:
        rights = Rights(Audience.NAMED, units=(owner.id,))
    keys = row_keys(rights, owner.id, [State.PUBLISHED])
    nature = next(one.value for one in Nature if str(one.label) == source.nature)
    moment = datetime.now(UTC) - timedelta(minutes=number)
    begun = today + timedelta(days=20) if dice.random() < 1 / 30 else today - timedelta(days=dice.randrange(2000))
    document = Document(
        title=title, nature=nature, category_code=source.category, keywords=list(source.keywords), owner_unit_id=owner.id,
        audience=rights.audience.value, audience_units=list(rights.units), keys=keys, created_at=moment, changed_at=moment,
    )  # fmt: skip
    version = Version(
        number=1, state=State.PUBLISHED.value, keys=keys, file_digest=f"{number:064x}", file_name=f"{number}.md",
        media_type="text/markdown", size=len(paper.text), text=paper.text, title=title, issuer=owner.name[:100],
        document_number=f"云政发〔{2010 + number % 16}〕{number}号", issued=begun, in_force=begun, confirmed_by="keeper",
        confirmed_at=moment, created_by="keeper", created_at=moment, submitted_by="keeper", submitted_at=moment,
        reviewed_by="reviewer", reviewed_at=moment, published_at=moment,
    )  # fmt: skip
    return Made(paper, document, version)


def _store(owner: Any, made: Sequence[Made], circles: dict[tuple[str, ...], int]) -> None:
    """Rows of documents, versions, passages and of their index, as publishing leaves them."""
    from django.db import transaction

    from minhu.directory.access import as_system
    from minhu.knowledge.models import Document, PassageRow, Version
    from minhu.knowledge.queries.reach import reading
    from minhu.knowledge.services.indexing import circle_keys, terms_counted

    indexed, postings, rows = [], [], []
    with transaction.atomic(), as_system(), reading():
        Document.objects.bulk_create([one.document for one in made])
        for one in made:
            one.version.document_id = one.document.pk
        Version.objects.bulk_create([one.version for one in made])
        for one in made:
            key, passages = one.version.pk, one.paper.passages
            rows += [
                PassageRow(
                    version_id=key, number=p.number, kind=p.kind.value, label=p.label[:120], path=list(p.path), text=p.text,
                    context=p.context, page=p.page, start=p.start, end=p.end, cells=[list(pair) for pair in p.cells],
                    keys=one.version.keys, live=True,
                )
                for p in passages
            ]  # fmt: skip
            circle = circles.setdefault(tuple(circle_keys(one.version.keys)), len(circles) + 1)
            counted = terms_counted(one.version.title, (p.text for p in passages))
            length = sum(counted.values())
            indexed.append(
                (key, circle, len(one.paper.text), len(passages), sum(len(p.text) for p in passages), length)
            )
            postings += [(term, circle, key, often, length) for term, often in counted.items()]
        PassageRow.objects.bulk_create(rows, batch_size=1000)
    owner.execute("SET session_replication_role = replica")
    _copy(
        owner,
        "knowledge_indexedversion (version_id, circle_id, characters, passages, passage_characters, length)",
        indexed,
    )
    _copy(owner, "knowledge_posting (term, circle_id, version_id, count, length)", postings)


def _copy(owner: Any, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with owner.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def questions(most: int) -> Iterator[str]:
    """Questions of the demo city, every third, as callers ask them."""
    from minhu.kernel import clock
    from minhu.server.demo import papers as city

    for one in city.questions(clock.now().date())[::3][:most]:
        yield one.question
