"""Use cases of the administrator: who carries text messages is added, changed, switched; keys are shown once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.directory.services.changes import change, record
from minhu.engines import outbound, webhooks
from minhu.intake.models import TextProvider
from minhu.intake.types import TextKind
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from minhu.kernel.locks import Change

LOCK: Final = Change.TEXT_PROVIDERS
LONGEST_SIGN: Final = 12


@dataclass(frozen=True, slots=True)
class ProviderData:
    """What an administrator fills in."""

    label: str
    kind: str
    url: str
    sign: str
    receipts: bool
    progress: bool


@dataclass(frozen=True, slots=True)
class ProviderView:
    """A provider as the administrator sees it; keys are never part of it."""

    id: int
    uid: str
    label: str
    kind: TextKind
    url: str
    sign: str
    receipts: bool
    progress: bool
    active: bool
    last_out_at: datetime | None
    last_in_at: datetime | None
    problem: str


def add(data: ProviderData) -> tuple[int, str, str]:
    """Add a provider, switched off; returns its id and both keys, shown this once. Raises Invalid, Conflict."""
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        provider = TextProvider(
            created_at=now(), secret_out=webhooks.new_secret(), secret_in=webhooks.new_secret(), active=False
        )
        _fill(provider, data)
        provider.save()
        record("texting_added", ("texting", provider.pk), what=provider.kind)
        return provider.pk, provider.secret_out, provider.secret_in


def edit(provider_id: int, data: ProviderData) -> None:
    """Change a provider; its keys stay."""
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        provider = _get(provider_id)
        _fill(provider, data)
        provider.problem = ""
        provider.save()
        record("texting_changed", ("texting", provider.pk), what=provider.kind)


def switch(provider_id: int, *, active: bool) -> None:
    """Let this provider carry messages, and no other; or none at all."""
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        provider = _get(provider_id)
        if active:
            TextProvider.objects.exclude(pk=provider.pk).update(active=False)
        provider.active = active
        provider.save(update_fields=["active"])
        record("texting_switched", ("texting", provider.pk), active=active)


def listed() -> list[ProviderView]:
    """All providers by name; raises NotAllowed for who does not administer them."""
    require(Action.MANAGE_TOKENS)
    return [_view(row) for row in TextProvider.objects.order_by("label")]


def card(provider_id: int) -> ProviderView:
    """One provider; raises NotFound."""
    require(Action.MANAGE_TOKENS)
    return _view(_get(provider_id))


def believed(uid: str) -> tuple[int, str, bool]:
    """Id of the provider at an address, the key that signs what it brings, and whether it is active.

    Raises NotAllowed 401 for an address that is none.
    """
    try:
        found = TextProvider.objects.filter(uid=UUID(uid)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotAllowed("没有这个接收地址，或签名不正确。", code="bad_signature", status=401)
    return found.pk, found.secret_in, found.active


def came(provider_id: int) -> None:
    """A provider brought something just now."""
    TextProvider.objects.filter(pk=provider_id).update(last_in_at=now())


def _fill(provider: TextProvider, data: ProviderData) -> None:
    label, sign, url = data.label.strip(), data.sign.strip().strip("【】"), data.url.strip()
    wrong: dict[str, str] = {}
    if not label or len(label) > 64:
        wrong["label"] = "请填写名称，不超过 64 个字。"
    if not 2 <= len(sign) <= LONGEST_SIGN or not sign.isprintable():
        wrong["sign"] = "短信签名应为 2 至 12 个字，与在服务商处报备的一致。"
    if data.kind not in {one.value for one in TextKind}:
        wrong["kind"] = "请选择一种方式。"
    if data.kind == TextKind.HTTP.value:
        try:
            outbound.check(url)
            if not outbound.is_private_way(url):
                wrong["url"] = "短信带有电话号码，网关地址须用 https。"
        except Invalid as error:
            wrong["url"] = error.message
    if wrong:
        raise Invalid("短信服务的设置有误，请改正后再保存。", fields=wrong)
    if TextProvider.objects.exclude(pk=provider.pk).filter(label=label).exists():
        raise Conflict("已有同名的短信服务。", fields={"label": "已被使用"})
    provider.label, provider.kind, provider.sign = label, data.kind, sign
    provider.url = url if data.kind == TextKind.HTTP.value else ""
    provider.receipts, provider.progress = data.receipts, data.progress


def _get(provider_id: int) -> TextProvider:
    found = TextProvider.objects.select_for_update().filter(pk=provider_id).first()
    if found is None:
        raise NotFound("没有这个短信服务。", code="no_such_provider")
    return found


def _view(row: TextProvider) -> ProviderView:
    return ProviderView(
        row.pk, str(row.uid), row.label, TextKind(row.kind), row.url, row.sign, row.receipts, row.progress, row.active,
        row.last_out_at, row.last_in_at, row.problem,
    )  # fmt: skip
