"""The certificate of one order: its entries as they were hashed, proofs, the signed checkpoint. No personal values."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import transaction

from minhu.directory.access import elevated
from minhu.directory.policy import Action, decide
from minhu.handling.models import Order
from minhu.handling.queries.orders import order_of
from minhu.handling.services.contracts import subjects_of
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import NotFound
from minhu.ledger import services as ledger

FORMAT = "minhu-certificate/1"


def issue_certificate(number: str, actor: Actor | None = None) -> dict[str, Any]:
    """Return the certificate of an order as JSON can hold it, and enter that it was issued.

    `ledger/offline/verify_certificate.py` checks it without this program. For staff who may see the order, and for the
    audit administrator, who sees entries only. Raises NotFound for others and for an order nothing is integrated
    of, Conflict when the ledger is broken or unsigned.
    """
    order = order_for_audit(number, actor)
    subjects = subjects_of(order)
    with transaction.atomic():
        found = ledger.evidence(subjects)
        certificate: dict[str, Any] = {
            "format": FORMAT,
            "order": order.number,
            "subjects": [[kind, str(key)] for kind, key in subjects],
            "issued_at": now().isoformat(timespec="seconds"),
            "key": found.verifier,
            "checkpoint": found.note,
            "entries": [
                {"position": one.proof.position, "record": one.record, "path": list(one.proof.path)}
                for one in found.records
            ],
        }
        ledger.append(
            "evidence.issued",
            ("order", order.number),
            {"entries": len(found.records), "digest": digest_of(certificate)},
        )
    return certificate


def digest_of(certificate: dict[str, Any]) -> str:
    """SHA-256 of the file that `as_file` writes."""
    return hashlib.sha256(as_file(certificate)).hexdigest()


def as_file(certificate: dict[str, Any]) -> bytes:
    """The certificate as the file that is handed out."""
    return json.dumps(certificate, ensure_ascii=False, indent=1).encode()


def order_for_audit(number: str, actor: Actor | None = None) -> Order:
    """The order, for who may see it; to the audit administrator only so that its entries can be found."""
    who = actor or current_actor()
    if who.kind == "staff" and decide(who, Action.VIEW_LEDGER):
        with transaction.atomic(), elevated("the audit administrator finds the entries of an order by its number"):
            found = Order.objects.filter(number=number).first()
        if found is None:
            raise NotFound("没有找到这张工单，请核对编号。", code="order_not_found")
        return found
    if who.kind not in ("staff", "system"):
        raise NotFound("没有找到这张工单，或者您无权查看。请核对编号。", code="order_not_found")
    return order_of(number, who)
