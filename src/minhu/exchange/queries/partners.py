"""Partners and their messages as the administrator sees them; no key and no body is among it."""

from __future__ import annotations

from django.db.models import Count, Q

from minhu.directory.queries.units import unit_name
from minhu.exchange.models import Delivery, Partner
from minhu.exchange.types import DeliveryState, DeliveryView, PartnerKind, PartnerView, Reach
from minhu.kernel.errors import NotFound


def _view(row: Partner) -> PartnerView:
    return PartnerView(
        id=row.pk, uid=str(row.uid), label=row.label, kind=PartnerKind(row.kind), url=row.url, events=tuple(row.events),
        reach=Reach(row.reach), token=row.token.name if row.token else "", unit_id=row.unit_id,
        unit_name=unit_name(row.unit_id), account=row.account.username if row.account else "",
        category_codes=tuple(row.category_codes), area_codes=tuple(row.area_codes), personal=row.personal,
        active=row.active, created_at=row.created_at, failing_since=row.failing_since, disabled_at=row.disabled_at,
        disabled_reason=row.disabled_reason, last_ok_at=row.last_ok_at, old_keys_until=getattr(getattr(row, "old_keys", None), "until", None),
        waiting=getattr(row, "waiting", 0), failed=getattr(row, "failed", 0),
    )  # fmt: skip


def listed() -> list[PartnerView]:
    """All partners by name, with how many messages wait and how many were given up."""
    waiting = Count("deliveries", filter=Q(deliveries__state=DeliveryState.WAITING.value))
    failed = Count("deliveries", filter=Q(deliveries__state=DeliveryState.FAILED.value))
    rows = Partner.objects.select_related("token", "account", "old_keys").annotate(waiting=waiting, failed=failed)
    return [_view(row) for row in rows.order_by("label")]


def card(partner_id: int) -> PartnerView:
    """One partner; raises NotFound."""
    row = Partner.objects.select_related("token", "account", "old_keys").filter(pk=partner_id).first()
    if row is None:
        raise NotFound("没有这个对接方。", code="no_such_partner")
    return _view(row)


def ailing() -> list[PartnerView]:
    """Partners that the program switched off, or that take nothing at present."""
    rows = Partner.objects.select_related("token", "account", "old_keys")
    wrong = Q(active=True, failing_since__isnull=False) | Q(active=False, failing_since__isnull=False)
    return [_view(row) for row in rows.filter(wrong).order_by("label")]


def deliveries(partner_id: int, state: str, start: int, size: int) -> tuple[list[DeliveryView], int]:
    """A partner's messages from ``start`` on, the newest first, and how many there are."""
    rows = Delivery.objects.filter(partner_id=partner_id)
    if state in {one.value for one in DeliveryState}:
        rows = rows.filter(state=state)
    return [_delivery(row) for row in rows.order_by("-id").defer("body")[start : start + size]], rows.count()


def deliveries_of_token(token_id: int, most: int = 100) -> list[DeliveryView]:
    """The newest messages to the partners of a token, for its own program."""
    rows = Delivery.objects.filter(partner__token_id=token_id).order_by("-id").defer("body")[:most]
    return [_delivery(row) for row in rows]


def _delivery(row: Delivery) -> DeliveryView:
    return DeliveryView(
        row.pk, row.message_id, row.kind, row.created_at, row.attempts, DeliveryState(row.state), row.next_at,
        row.done_at, row.answer, row.error,
    )  # fmt: skip
