"""Published versions are compared with the others; what looks like a contradiction waits for a person."""

from __future__ import annotations

import hashlib
from typing import Final

from django.db import transaction

from minhu.directory.policy import Action, decide
from minhu.kernel.actors import SYSTEM, current_actor, use_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from minhu.knowledge.models import Contradiction, Looked, Notice, Version
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.rules import rules
from minhu.knowledge.services.common import changing, record
from minhu.knowledge.types import LIVE, NoticeKind, Verdict
from minhu.language.contradictions.finding import find
from minhu.language.contradictions.types import Pair

AT_ONCE: Final = 200
"""So many versions are looked at in one round."""
_LIVE: Final = [state.value for state in LIVE]
_SETTLED: Final = (Verdict.BOTH.value, Verdict.OTHER.value)


def look() -> int:
    """Compare versions that nobody compared yet with all others in use; how many were looked at. For the loop."""
    with use_actor(SYSTEM):
        with transaction.atomic(), reading():
            fresh = list(
                Version.objects.filter(state__in=_LIVE, looked=None)
                .order_by("id")
                .values_list("pk", flat=True)[:AT_ONCE]
            )
            compared = rules(fresh) if fresh else []
        if not fresh:
            return 0
        pairs = find(compared, fresh={str(pk) for pk in fresh})
        with transaction.atomic(), reading():
            _keep(pairs)
            Looked.objects.bulk_create([Looked(version_id=pk, at=now()) for pk in fresh], ignore_conflicts=True)
    return len(fresh)


def memory_of(pair: Pair) -> str:
    """By which a pair is known again when a figure or a version changed: both sentences without figures, in any order."""
    return hashlib.sha256("\n".join(sorted((pair.first.skeleton, pair.second.skeleton))).encode()).hexdigest()


def _keep(pairs: list[Pair]) -> None:
    """Store what is new; what a person said of the same two sentences before holds on."""
    memories = {memory_of(pair) for pair in pairs}
    settled = set(
        Contradiction.objects.filter(memory__in=memories, verdict__in=_SETTLED).values_list("memory", flat=True)
    )
    Contradiction.objects.bulk_create(
        [
            Contradiction(
                sort=pair.sort.value, score=pair.score, first_id=int(pair.first.key), first_passage=pair.first.passage,
                first_start=pair.first.start, first_end=pair.first.end, second_id=int(pair.second.key),
                second_passage=pair.second.passage, second_start=pair.second.start, second_end=pair.second.end,
                memory=memory_of(pair), found_at=now(),
            )
            for pair in pairs if memory_of(pair) not in settled
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def judge(pk: int, verdict: Verdict, reason: str) -> None:
    """A person who keeps or reviews one of the documents says what holds.

    The keepers of a document that is wrong are told; two right ones and two matters are remembered and not shown
    again. Raises Invalid without a reason, Conflict where somebody said it before, NotAllowed.
    """
    said = reason.strip()[:300]
    if verdict is Verdict.OPEN:
        raise Invalid("请选择判断结果。", fields={"verdict": "请选择判断结果。"})
    if not said:
        raise Invalid("请写明判断的依据。", fields={"reason": "请写明判断的依据。"})
    with changing():
        row = Contradiction.objects.select_for_update(of=("self",)).filter(pk=pk).first()
        if row is None:
            raise NotFound("没有找到这处矛盾，或者您无权查看。", code="no_such_contradiction")
        _check_may(row)
        if row.verdict != Verdict.OPEN.value:
            raise Conflict("已经有人判断过了，请刷新页面查看。", code="already_judged")
        row.verdict, row.reason, row.decided_by, row.decided_at = verdict.value, said, current_actor().id, now()
        row.save(update_fields=["verdict", "reason", "decided_by", "decided_at"])
        record("judged", row.first.document_id, verdict=verdict.value, other=row.second.document_id)
    if verdict in (Verdict.FIRST, Verdict.SECOND):
        right, wrong = (row.first, row.second) if verdict is Verdict.FIRST else (row.second, row.first)
        _tell(right, wrong, said)


def _check_may(row: Contradiction) -> None:
    actor = current_actor()
    for version in (row.first, row.second):
        facts = version.document.facts()
        if decide(actor, Action.EDIT_KNOWLEDGE, facts) or decide(actor, Action.REVIEW_KNOWLEDGE, facts):
            return
    raise NotAllowed("只有这两份文件的知识编辑或审核人可以判断。", code="not_keeper")


def _tell(right: Version, wrong: Version, reason: str) -> None:
    """A task for those who keep the document that is wrong; the program writes it, for it is not the judge's to see."""
    with use_actor(SYSTEM), transaction.atomic(), reading():
        Notice.objects.create(
            kind=NoticeKind.DIFFERS.value, document_id=wrong.document_id, version=wrong, at=now(),
            keys=[key for key in wrong.keys if key[0] in "k*"],
            text=f"与《{right.title}》说法不一致，经判断以该文件为准，请修改后上传新版本。依据：{reason}"[:300],
        )  # fmt: skip
