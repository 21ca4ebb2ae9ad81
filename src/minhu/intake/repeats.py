"""Has this been said before? Candidates by shared likeness bands and by the same caller, then the words decide.

Cheap on purpose: the index on bands finds candidates of the last weeks among 10⁶ requests, at most a few texts are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from minhu.directory.queries import rules
from minhu.engines import prepared
from minhu.intake.domain.bands import dated_between
from minhu.intake.store import array_of, array_of_bytes
from minhu.intake.types import NewRequest, SuggestedField
from minhu.intake.understood import Proposed, Understood
from minhu.language.likeness import Compared, distance

CALLER_DAYS = 90
SAME_WORDS = 0.9
FARTHEST = 24
"""Bits by which the sim-hashes of like texts may differ; unrelated ones differ by about 32 of 64."""
MAKER = "repeats/1"

# Bands by themselves (OFFSET 0): beside them the planner would read a whole month of another index.
# The inner part stops after 300 rows: in a mass incident any of thousands of like requests will do.
CANDIDATES = """
SELECT near.request_id, request.number, near.simhash, left(request.text, 2000), near.area_code,
  coalesce(request.phone_index = ANY(%s::text::bytea[]), false)
FROM (
  SELECT request_id, area_code, simhash FROM (
    SELECT request_id, area_code, marks[1] AS simhash, bit_count((marks[1] # %s::bigint)::bit(64)) AS distance
    FROM (SELECT * FROM intake_fingerprint WHERE bands && %s::text::bigint[] OFFSET 0) marked
    WHERE received_at > %s::timestamptz AND received_at <= %s::timestamptz AND (area_code = %s OR area_code = '' OR %s = '')
    LIMIT 300
  ) likely ORDER BY likely.distance LIMIT 4
) near JOIN intake_request request ON request.id = near.request_id
UNION
SELECT * FROM (
  SELECT request.id, request.number, fingerprint.marks[1], left(request.text, 2000), fingerprint.area_code, true
  FROM intake_request request JOIN intake_fingerprint fingerprint ON fingerprint.request_id = request.id
  WHERE request.phone_index = ANY(%s::text::bytea[]) AND request.received_at > %s::timestamptz
    AND request.received_at <= %s::timestamptz
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

    @property
    def says_the_same(self) -> bool:
        """The same caller in nearly the same words: joining them is the better recommendation."""
        return self.same_caller and self.score >= SAME_WORDS


def searching(understood: Understood, phones: Sequence[bytes], moment: datetime) -> prepared.Command:
    """The statement that finds candidates: same bands at the same place, or the same caller."""
    since = moment - timedelta(days=rules.automation().repeat_days)
    area, phone = understood.area_code or "", array_of_bytes(phones)
    return CANDIDATES, (
        phone, understood.simhash, array_of(dated_between(understood.bands, since, moment)), since, moment, area, area, phone,
        moment - timedelta(days=CALLER_DAYS), moment,
    )  # fmt: skip


def find_repeat(new: NewRequest, understood: Understood, candidates: Sequence[tuple[Any, ...]]) -> Repeat | None:
    """The likest earlier request above the threshold of the automation rule, or None."""
    least = rules.automation().repeat_likeness
    area = understood.area_code or ""
    best: Repeat | None = None
    mine = Compared(new.text[:2000])
    for request_id, number, simhash, text, other_area, same_caller in candidates:
        if simhash is None or distance(simhash, understood.simhash) > FARTHEST:
            continue
        score = mine.score(text)
        if score < least or (best is not None and score <= best.score):
            continue
        same_area = bool(area) and area == other_area
        basis = _explain(understood, score, same_caller, same_area)
        best = Repeat(request_id, number, score, same_caller, same_area, basis)
    return best


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
