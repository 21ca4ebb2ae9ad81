"""People say what a case is about; each says it once, may skip and take back, and two are better than one."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.directory.queries import categories
from minhu.intake.models import Label, LabelCase
from minhu.intake.reading import visible_request
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.ledger import services as ledger

ENOUGH: Final = 2
MOST: Final = 3
"""Where two differ a third decides; more are not asked."""


def label(request_id: int, code: str) -> None:
    """Say that a case belongs to a leaf of the published tree; an empty code skips it.

    Raises NotFound, NotAllowed, Invalid for an unknown code, Conflict where one has spoken already or it is closed.
    """
    info = categories.category_by_code(code) if code else None
    if code and (info is None or not info.is_leaf or not info.active):
        raise Invalid("请选择现行分类中的末级分类。", fields={"code": "请选择现行分类中的末级分类。"})
    with transaction.atomic():
        case, who = _open(request_id)
        if case.closed_at is not None:
            raise Conflict("这件诉求已经标注完成，请看下一件。", code="case_closed")
        if Label.objects.filter(request_id=request_id, made_by=who.id).exists():
            raise Conflict("您已经标注过这件诉求；要改请先撤销。", code="already_labelled")
        Label.objects.create(request_id=request_id, code=code, made_by=who.id, made_at=now())
        _close(case)
        ledger.append("learning.labelled", ("request", request_id), {"code": code})


def undo() -> int | None:
    """Take one's latest label back; returns the request, None where there is none. The case is open again."""
    who = current_actor()
    require(Action.DECIDE_INTAKE)
    with transaction.atomic():
        row = Label.objects.filter(made_by=who.id).order_by("-made_at", "-id").first()
        if row is None:
            return None
        case, _ = _open(row.request_id)
        row.delete()
        _close(case)
        ledger.append("learning.label_undone", ("request", row.request_id), {})
        return int(row.request_id)


def agreed(codes: list[str]) -> str:
    """The label of a case: what all said, or most of three; empty while people differ or nobody knows."""
    said = [code for code in codes if code]
    best = max(sorted(set(said)), key=said.count, default="")
    return best if best and said.count(best) * 2 > len(said) else ""


def _open(request_id: int) -> tuple[LabelCase, Actor]:
    who = current_actor()
    require(Action.DECIDE_INTAKE, visible_request(request_id, who).facts(), who)
    case = LabelCase.objects.select_for_update().filter(pk=request_id).first()
    if case is None:
        raise NotFound("这件诉求不在待标注队列中。", code="not_found")
    return case, who


def _close(case: LabelCase) -> None:
    """Closed when two agree or three have spoken; open again when that is no longer so."""
    codes = list(Label.objects.filter(request_id=case.pk).values_list("code", flat=True))
    enough = len(codes) >= MOST or (len(codes) >= ENOUGH and bool(agreed(codes)))
    case.closed_at = now() if enough else None
    case.save(update_fields=["closed_at"])
