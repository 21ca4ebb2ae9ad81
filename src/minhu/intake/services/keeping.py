"""A person accepts or corrects an element of a request: it is kept with who did it and the words it came from."""

from __future__ import annotations

from django.db import transaction

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.intake.models import KeptElement
from minhu.intake.reading import visible_request
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, NotFound
from minhu.language.element_types import ElementKind
from minhu.ledger import services as ledger

MOST = 500


def keep_element(request_id: int, kind: str, words: str, value: str, *, corrected: bool = False) -> None:
    """Keep one element; the same words of the same kind again replace the value.

    ``words`` must stand in the request. Raises NotFound, NotAllowed, Invalid.
    """
    who = current_actor()
    with transaction.atomic():
        request = visible_request(request_id, who)
        require(Action.DECIDE_INTAKE, request.facts(), who)
        said = value.strip()
        if kind not in set(ElementKind):
            raise Invalid("不认识的要素，请刷新页面。", code="unknown_kind")
        if not 0 < len(said) <= MOST:
            raise Invalid(f"请写明要素的内容（1 至 {MOST} 字）。", fields={"value": "请写明内容"})
        if not words or len(words) > MOST or words not in f"{request.title}\n{request.text}":
            raise Invalid("原话里没有这些字，请刷新页面后重试。", code="words_unknown")
        KeptElement.objects.update_or_create(
            request=request, kind=kind, words=words,
            defaults={"value": said, "corrected": corrected, "kept_at": now(), "kept_by": who.id},
        )  # fmt: skip
        ledger.append("request.element_kept", ("request", request_id), {"kind": kind, "corrected": corrected})


def drop_element(request_id: int, kept_id: int) -> None:
    """Take a kept element back."""
    who = current_actor()
    with transaction.atomic():
        require(Action.DECIDE_INTAKE, visible_request(request_id, who).facts(), who)
        row = KeptElement.objects.filter(pk=kept_id, request_id=request_id).first()
        if row is None:
            raise NotFound("没有这项要素，可能已被他人撤回。", code="element_not_found")
        ledger.append("request.element_dropped", ("request", request_id), {"kind": row.kind})
        row.delete()
