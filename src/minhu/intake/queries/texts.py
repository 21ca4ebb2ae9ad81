"""Text messages as supervisors see them: what telephones got, masked numbers, and why some got nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.engines.secrets import normalise_phone
from minhu.intake.domain.texts import TEMPLATES
from minhu.intake.models import TextMessage, TextProvider
from minhu.intake.types import TextKind, TextState
from minhu.kernel import masks
from minhu.kernel.clock import now
from minhu.kernel.errors import NotFound
from minhu.kernel.labels import marked as _

MOST_ROWS: Final = 100
REASONS: Final = {
    "no_provider": _("还没有启用短信服务"), "stopped": _("对方已退订"), "too_many": _("今天发给这个号码的已够多"),
    "too_late": _("已过有效时间"), "undelivered": _("对方没有收到"), "refused_by_provider": _("短信服务拒收"),
    "no_connection": _("多次连接失败"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TextRow:
    """One message; the number is masked."""

    uid: UUID
    phone: str
    template: str
    words: str
    state: TextState
    reason: str
    at: datetime
    simulated: bool
    """Its telephone is one of the simulator's, and may answer on the page."""


@dataclass(frozen=True, slots=True)
class TextsView:
    """The page: the latest messages, and how many of each state within a day."""

    rows: tuple[TextRow, ...]
    counts: dict[str, int]
    simulated: bool
    ready: bool


def latest() -> TextsView:
    """The latest messages, for who watches over talks; raises NotAllowed for others."""
    require(Action.WATCH_TALKS)
    rows = TextMessage.objects.select_related("provider").order_by("-id")[:MOST_ROWS]
    since = TextMessage.objects.filter(created_at__gt=now() - timedelta(days=1)).order_by()
    counts = dict(since.values_list("state").annotate(Count("id")))
    active = TextProvider.objects.filter(active=True).first()
    simulated = active is not None and active.kind == TextKind.SIMULATOR.value
    return TextsView(
        tuple(_row(row) for row in rows), {one.value: counts.get(one.value, 0) for one in TextState}, simulated,
        active is not None,
    )  # fmt: skip


def simulated_phone(uid: UUID) -> str:
    """The number of a message that the simulator carried, while it carries; raises NotFound for any other."""
    require(Action.WATCH_TALKS)
    row = TextMessage.objects.select_related("provider").filter(uid=uid).first()
    if row is None or not _is_simulated(row):
        raise NotFound("没有这条模拟短信。", code="no_such_text")
    return normalise_phone(row.phone)


def _row(row: TextMessage) -> TextRow:
    template = TEMPLATES.get(row.template)
    return TextRow(
        row.uid, masks.phone(row.phone), template.label if template else row.template, row.words, TextState(row.state),
        REASONS.get(row.reason, row.reason), row.sent_at or row.created_at, _is_simulated(row),
    )  # fmt: skip


def _is_simulated(row: TextMessage) -> bool:
    """Once a real carrier took over, nobody answers in a citizen's name."""
    return row.provider is not None and row.provider.active and row.provider.kind == TextKind.SIMULATOR.value
