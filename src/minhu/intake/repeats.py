"""Has this been said before, by whomever and in whatever words? Candidates by their marks, then person, place and words decide.

Candidates share bands of likeness (copies), keys of a named place or of a kind of matter in a street (other words), or
the caller. The index finds those of the last weeks among 10⁶ requests; at most a few texts are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from minhu.directory.queries import rules
from minhu.directory.types import ProcessStep, Urgency
from minhu.engines import prepared
from minhu.intake.domain.bands import dated_between
from minhu.intake.store import array_of, array_of_bytes
from minhu.intake.types import NewRequest, SuggestedField
from minhu.intake.understood import Proposed, Understood
from minhu.kernel.clock import now
from minhu.language.demands import split_matters
from minhu.language.joinable import named_loss, same_estate
from minhu.language.likeness import Compared, distance
from minhu.language.marks import MarkKind, find_marks
from minhu.language.matters import LONGEST, Sameness, Told, Verdict, compare

CALLER_DAYS = 90
SAME_WORDS = 0.9
FARTHEST = 24
"""Bits by which the sim-hashes of like texts may differ; unrelated ones differ by about 32 of 64."""
MAKER = "repeats/2"
FEW, MANY = 3, 12
"""Candidates in other words: while a request is stored; when somebody looks at them."""

# Bands and callers by themselves (OFFSET 0): beside them the planner would read a whole month of another index.
# The inner parts stop after 300 rows: in a mass incident any of thousands of like requests will do.
CANDIDATES = """
SELECT near.request_id, request.number, near.simhash, left(concat_ws(' ', nullif(request.title, ''), request.text), 2000),
  near.area_code, coalesce(request.phone_index = ANY(%s::text::bytea[]), false), request.received_at
FROM (
  SELECT request_id, area_code, simhash FROM (
    SELECT request_id, area_code, marks[1] AS simhash, bit_count((marks[1] # %s::bigint)::bit(64)) AS distance
    FROM (SELECT * FROM intake_fingerprint WHERE bands && %s::text::bigint[] OFFSET 0) marked
    WHERE received_at > %s::timestamptz AND received_at <= %s::timestamptz AND (area_code = %s OR area_code = '' OR %s = '')
    LIMIT 300
  ) likely ORDER BY likely.distance LIMIT 4
) near JOIN intake_request request ON request.id = near.request_id
UNION
SELECT told.request_id, request.number, told.simhash, left(concat_ws(' ', nullif(request.title, ''), request.text), 2000),
  told.area_code, coalesce(request.phone_index = ANY(%s::text::bytea[]), false), request.received_at
FROM (
  SELECT request_id, area_code, simhash FROM (
    SELECT request_id, area_code, marks[1] AS simhash, received_at,
      (SELECT count(*) FROM unnest(bands) key WHERE key = ANY (%s::text::bigint[])) AS shared
    FROM (SELECT * FROM intake_fingerprint WHERE bands && %s::text::bigint[] OFFSET 0) marked
    WHERE received_at > %s::timestamptz AND received_at <= %s::timestamptz
      AND (left(area_code, 6) = left(%s, 6) OR area_code = '' OR %s = '')
    LIMIT 300
  ) likely ORDER BY likely.shared DESC, likely.received_at DESC LIMIT %s
) told JOIN intake_request request ON request.id = told.request_id
UNION
SELECT * FROM (
  SELECT request.id, request.number, fingerprint.marks[1], left(concat_ws(' ', nullif(request.title, ''), request.text), 2000),
    fingerprint.area_code, true, request.received_at
  FROM (SELECT id, number, title, text, received_at FROM intake_request
      WHERE phone_index = ANY(%s::text::bytea[]) OFFSET 0) request
    JOIN intake_fingerprint fingerprint ON fingerprint.request_id = request.id
  WHERE request.received_at > %s::timestamptz AND request.received_at <= %s::timestamptz
  ORDER BY request.received_at DESC LIMIT 3
) own
"""


@dataclass(frozen=True, slots=True)
class Repeat:
    """An earlier request that says the same, and why we think so."""

    request_id: int
    number: str
    score: float
    same_caller: bool
    same_area: bool
    basis: str
    sure: bool = True
    """Calibrated enough to be called the same; otherwise perhaps the same."""

    @property
    def says_the_same(self) -> bool:
        """The same caller in nearly the same words: joining them is the better recommendation."""
        return self.same_caller and self.score >= SAME_WORDS


def searching(understood: Understood, phones: Sequence[bytes], moment: datetime, many: int = FEW) -> prepared.Command:
    """The statement that finds candidates: the same words or the same place and kind of matter, or the same caller."""
    since = moment - timedelta(days=rules.automation().repeat_days)
    area, phone = understood.area_code or "", array_of_bytes(phones)
    keys = array_of(dated_between(understood.keys, since, moment))
    return CANDIDATES, (
        phone, understood.simhash, array_of(dated_between(understood.bands, since, moment)), since, moment, area, area,
        phone, keys, keys, since, moment, area, area, many,
        phone, moment - timedelta(days=CALLER_DAYS), moment,
    )  # fmt: skip


def find_repeat(new: NewRequest, understood: Understood, candidates: Sequence[tuple[Any, ...]]) -> Repeat | None:
    """The likest earlier request, or None: a copy above the threshold of the automation rule, else the surely same matter."""
    if not _checks():
        return None
    copies = _copies(new, understood, candidates)
    if copies:
        return max(copies, key=lambda one: one.score)
    told = [one for one in _told_otherwise(new, understood, candidates[: 2 * FEW]) if one.sure]
    return max(told, key=lambda one: one.score, default=None)


def find_repeats(
    new: NewRequest, understood: Understood, candidates: Sequence[tuple[Any, ...]], limit: int = 5
) -> tuple[Repeat, ...]:
    """All earlier requests that are or may be the same matter, the likest first; one of one number."""
    best: dict[int, Repeat] = {}
    if not _checks():
        return ()
    for one in (*_told_otherwise(new, understood, candidates), *_copies(new, understood, candidates)):
        if one.request_id not in best or best[one.request_id].score < one.score:
            best[one.request_id] = one
    return tuple(sorted(best.values(), key=lambda one: (not one.sure, -one.score))[:limit])


def joining(new: NewRequest, understood: Understood, candidates: Sequence[tuple[Any, ...]]) -> Repeat | None:
    """The request that this one may join by rule: surely the same matter, of the same person or at the same estate.

    None while the rule is off, for danger, sensitive and confidential matters, losses of one's own, whatever is not
    simply accepted, what tells of anything beside the one matter, and what is too long to be compared whole.
    """
    rule = rules.automation()
    if not rule.auto_join or not _checks() or not _plain(new, understood):
        return None
    moment, area = now(), understood.area_code or ""
    mine, found = Told(_words(new), moment, "caller" if new.requester_phone else "", area, new.place_text), []
    for request_id, number, _, text, other_area, same_caller, received_at in candidates:
        if received_at < moment - timedelta(hours=rule.auto_join_hours):
            continue
        theirs = Told(text, received_at, "caller" if same_caller else "other", other_area)
        one = compare(mine, theirs)
        same_area = bool(area) and area == other_area
        estate = same_estate(f"{_words(new)}。{new.place_text}", text)
        same_object = bool(one.kinds) and (estate is not False if same_caller else bool(same_area and estate))
        same_object = same_object and mine.kinds <= theirs.kinds
        same = one.verdict is Verdict.SAME and one.probability >= rule.auto_join_score and same_object
        if same and not _sensitive(text):
            found.append(Repeat(request_id, number, one.probability, same_caller, same_area, one.basis))
    return max(found, key=lambda one: one.score, default=None)


def _checks() -> bool:
    """Whether the assistant that compares requests works."""
    return rules.assistants().on(ProcessStep.CHECK)


def _plain(new: NewRequest, understood: Understood) -> bool:
    """Whether a rule may touch a request at all: nothing delicate, one matter, read to its last word."""
    delicate = understood.sensitive or new.confidential or understood.urgency == Urgency.DANGER.value
    words = f"{new.title} {new.text}".strip()
    delicate = delicate or _sensitive(words)
    whole = len(words) + len(new.place_text) < LONGEST and len(split_matters(new.text, ())) < 2
    return whole and not delicate and understood.decision.action == "accept" and not named_loss(words)


def _sensitive(text: str) -> bool:
    """Whether the words are of the sensitive kind (petitions, mass matters …), which danger to life alone does not say."""
    return any(mark.kind is MarkKind.SENSITIVE for mark in find_marks(text))


def _copies(new: NewRequest, understood: Understood, candidates: Sequence[tuple[Any, ...]]) -> list[Repeat]:
    least = rules.automation().repeat_likeness
    area = understood.area_code or ""
    mine, found = Compared(_words(new)), []
    for request_id, number, simhash, text, other_area, same_caller, _ in candidates:
        if simhash is None or distance(simhash, understood.simhash) > FARTHEST:
            continue
        score = mine.score(text)
        if score >= least:
            same_area = bool(area) and area == other_area
            basis = _explain(understood, score, same_caller, same_area)
            found.append(Repeat(request_id, number, score, same_caller, same_area, basis))
    return found


def _told_otherwise(new: NewRequest, understood: Understood, candidates: Sequence[tuple[Any, ...]]) -> list[Repeat]:
    area, found = understood.area_code or "", []
    mine = Told(_words(new), now(), "caller" if new.requester_phone else "", area, new.place_text)
    for request_id, number, _, text, other_area, same_caller, received_at in candidates:
        one: Sameness = compare(mine, Told(text, received_at, "caller" if same_caller else "other", other_area))
        if one.verdict is not Verdict.NO:
            same_area = bool(area) and area == other_area
            sure = one.verdict is Verdict.SAME
            found.append(Repeat(request_id, number, one.probability, same_caller, same_area, one.basis, sure))
    return found


def _words(new: NewRequest) -> str:
    return f"{new.title} {new.text}".strip()[:2000]


def suggestion_of(repeat: Repeat) -> Proposed:
    """The repeat as a suggestion for the dispatcher."""
    return Proposed(
        SuggestedField.REPEAT,
        {"request_id": repeat.request_id, "number": repeat.number, "same_caller": repeat.same_caller},
        f"疑似与 {repeat.number} 重复",
        round(repeat.score, 3),
        repeat.basis,
        MAKER,
    )


def _explain(understood: Understood, score: float, same_caller: bool, same_area: bool) -> str:
    parts = []
    if same_caller:
        parts.append("同一来电人")
    if same_area:
        parts.append(f"同一地点（{understood.area_name}）" if understood.area_name else "同一地点")
    parts.append(f"文字相似 {round(score * 100)}%")
    return "，".join(parts)
