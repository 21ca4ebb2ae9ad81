"""Use cases of the administrator: a partner is added, changed, switched, gets new keys, a message goes out again."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from minhu.directory.policy import Action
from minhu.directory.queries import staff_pages
from minhu.directory.queries.areas import area_info
from minhu.directory.queries.categories import category_by_code
from minhu.directory.queries.units import unit_info
from minhu.directory.services.accounts import staff_by_username
from minhu.directory.services.changes import change, record
from minhu.directory.types import ADMINISTRATORS, UnitKind
from minhu.engines import outbound, webhooks
from minhu.exchange.models import Delivery, OldKeys, Partner
from minhu.exchange.services.outbox import put
from minhu.exchange.types import DeliveryState, EventKind, PartnerData, PartnerKind, Reach
from minhu.kernel.clock import is_doubted, now
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotFound
from minhu.kernel.locks import Change

LOCK: Final = Change.PARTNERS
TEST_KIND: Final = "webhook.test"
MOST_HOURS: Final = 168
"""The longest time that old keys go on beside new ones."""


def add(data: PartnerData, *, secret_out: str = "", secret_in: str = "") -> tuple[str, str, str]:
    """Make a partner; returns its uid (the end of our address for it) and both keys, shown this once.

    Keys that the partner gave are taken over; else new ones are made. Raises Invalid with all fields that are wrong.
    """
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        values = _checked(data, None)
        for name, secret in (("secret_out", secret_out), ("secret_in", secret_in)):
            if secret and not webhooks.is_secret(secret):
                message = "密钥应为 whsec_ 开头的 Base64 文本，24 至 64 字节。"
                raise Invalid(message, fields={name: message})
        out, into = secret_out or webhooks.new_secret(), secret_in or webhooks.new_secret()
        partner = Partner.objects.create(**values, secret_out=out, secret_in=into, created_at=now())
        record("partner_added", ("partner", partner.pk), what=data.kind, events=list(data.events), reach=data.reach)
        return str(partner.uid), out, into


def edit(partner_id: int, data: PartnerData) -> None:
    """Change what a partner is told and as whom it acts; its kind and keys stay."""
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        partner = _get(partner_id)
        values = _checked(data, partner)
        for name, value in values.items():
            setattr(partner, name, value)
        partner.save(update_fields=list(values))
        record("partner_changed", ("partner", partner.pk), events=list(data.events), reach=data.reach)


def new_secrets(partner_id: int, hours: int = 0) -> tuple[str, str]:
    """Give a partner new keys; for so many ``hours`` (at most a week) the old ones are valid beside them.

    Meanwhile messages carry both signatures, as Standard Webhooks has it, and what either key signed is believed, so
    that the partner can change over when it suits. 0: the old keys end now (they are lost or known to others). Raises
    Invalid for other numbers.
    """
    if not 0 <= hours <= MOST_HOURS:
        raise Invalid(f"旧密钥最多再用 {MOST_HOURS} 小时。", fields={"hours": "请选择列出的时长"})
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        partner = _get(partner_id)
        OldKeys.objects.filter(partner=partner).delete()
        if hours:
            until = now() + timedelta(hours=hours)
            OldKeys.objects.create(
                partner=partner, secret_out=partner.secret_out, secret_in=partner.secret_in, until=until
            )
        partner.secret_out, partner.secret_in = webhooks.new_secret(), webhooks.new_secret()
        partner.save(update_fields=["secret_out", "secret_in"])
        record("partner_rekeyed", ("partner", partner.pk), overlap_hours=hours)
        return partner.secret_out, partner.secret_in


def end_old_keys(partner_id: int) -> None:
    """The partner has changed over: its old keys end now. Raises Conflict where there are none."""
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        partner = _get(partner_id)
        if not OldKeys.objects.filter(partner=partner).delete()[0]:
            raise Conflict("没有仍在使用的旧密钥。", code="no_old_keys")
        record("partner_old_keys_ended", ("partner", partner.pk))


def forget_old_keys() -> int:
    """Forget old keys whose time is over; they are believed no longer from that moment on, whenever this runs.

    A clock that leapt forward forgets none: the partner may not have changed over yet.
    """
    return 0 if is_doubted() else OldKeys.objects.filter(until__lte=now()).delete()[0]


def after_set_back() -> int:
    """Old keys that a clock ahead of time left valid end after the longest time from now; returns how many."""
    longest = now() + timedelta(hours=MOST_HOURS)
    return OldKeys.objects.filter(until__gt=longest).update(until=longest)


def switch(partner_id: int, *, active: bool) -> None:
    """Switch a partner off, or on again: then what waited goes out."""
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        partner = _get(partner_id)
        partner.active = active
        partner.failing_since = None
        partner.disabled_at, partner.disabled_reason = (None, "") if active else (now(), "管理员停用")
        partner.save(update_fields=["active", "failing_since", "disabled_at", "disabled_reason"])
        record("partner_switched", ("partner", partner.pk), active=active)


def replay(delivery_id: int) -> None:
    """Send a message again, with the same id and the same words, whatever came of it before."""
    with change(Action.MANAGE_TOKENS):
        _again(Delivery.objects.select_for_update().filter(pk=delivery_id).first())


def replay_own(message_id: str, token_id: int) -> None:
    """A partner's own program asks for a message again; raises NotFound for the messages of others."""
    rows = Delivery.objects.select_for_update().filter(message_id=message_id, partner__token_id=token_id)
    _again(rows.first())


def test(partner_id: int) -> None:
    """Send a message that says nothing, so that both sides see whether the way works."""
    with change(Action.MANAGE_TOKENS):
        partner = _get(partner_id)
        if not partner.url:
            raise Invalid("没有填写接收地址，无法发送测试消息。", fields={"url": "请先填写地址"})
        put(partner, TEST_KIND, {"hello": "民呼"}, now())
        record("partner_tested", ("partner", partner.pk))


def _again(delivery: Delivery | None) -> None:
    if delivery is None:
        raise NotFound("没有这条消息。", code="no_such_message")
    delivery.state, delivery.next_at, delivery.done_at = DeliveryState.WAITING.value, now(), None
    delivery.attempts = 0
    delivery.save(update_fields=["state", "next_at", "done_at", "attempts"])
    record("message_replayed", ("partner", delivery.partner_id), message=delivery.message_id)


def _get(partner_id: int) -> Partner:
    partner = Partner.objects.select_for_update().filter(pk=partner_id).first()
    if partner is None:
        raise NotFound("没有这个对接方。", code="no_such_partner")
    return partner


def _checked(data: PartnerData, partner: Partner | None) -> dict[str, object]:
    """The columns of a partner; raises Invalid naming every field that cannot be used."""
    wrong: dict[str, str] = {}
    label = data.label.strip()
    if not label or len(label) > 64:
        wrong["label"] = "请填写名称，不超过 64 个字。"
    elif Partner.objects.filter(label=label).exclude(pk=partner.pk if partner else 0).exists():
        raise Conflict(f"已有名为“{label}”的对接方，请换一个名称。", fields={"label": "名称已被使用"})
    kind = partner.kind if partner else data.kind
    if kind not in {one.value for one in PartnerKind}:
        wrong["kind"] = "请选择对接方的类别。"
    if data.url:
        try:
            outbound.check(data.url)
        except Invalid as error:
            wrong["url"] = error.message
        else:
            if data.personal and not outbound.is_private_way(data.url):
                wrong["url"] = "转办时提供个人信息的，接收地址须以 https:// 开头。"
    if unknown := set(data.events) - {one.value for one in EventKind}:
        wrong["events"] = f"没有这些事件：{'、'.join(sorted(unknown))}"
    if data.events and not data.url:
        wrong["url"] = "选了事件就要填写接收地址。"
    _check_filters(data, wrong)
    values = _links(data, kind, wrong)
    if wrong:
        raise Invalid("填写的内容有误，请按提示修改。", fields=wrong)
    return {
        "label": label, "kind": kind, "url": data.url, "events": sorted(set(data.events)), "reach": data.reach,
        "category_codes": list(data.category_codes), "area_codes": list(data.area_codes),
        "personal": data.personal and kind in (PartnerKind.HOTLINE.value, PartnerKind.EMERGENCY.value), **values,
    }  # fmt: skip


def _check_filters(data: PartnerData, wrong: dict[str, str]) -> None:
    if unknown := [code for code in data.category_codes if category_by_code(code) is None]:
        wrong["category_codes"] = f"没有这些分类代码：{'、'.join(unknown)[:200]}"
    if unknown := [code for code in data.area_codes if area_info(code) is None]:
        wrong["area_codes"] = f"没有这些区划代码：{'、'.join(unknown)[:200]}"


def _links(data: PartnerData, kind: str, wrong: dict[str, str]) -> dict[str, object]:
    """Token, unit and account by their keys, and whether they fit the kind and the reach."""
    token = next((row for row in staff_pages.tokens() if row.name == data.token and not row.revoked_at), None)
    if data.token and token is None:
        wrong["token"] = "没有这个令牌，或已吊销。"
    unit = unit_info(data.unit_id)
    if data.unit_id and unit is None:
        wrong["unit_id"] = "没有这个单位。"
    if kind in (PartnerKind.UNIT.value, PartnerKind.HOTLINE.value) and unit is None:
        wrong["unit_id"] = "请选择对方在机构目录中的单位。"
    if kind == PartnerKind.HOTLINE.value and unit and unit.kind is not UnitKind.HOTLINE_CENTRE:
        wrong["unit_id"] = "其他热线在机构目录中应登记为热线中心。"
    if data.reach not in {one.value for one in Reach}:
        wrong["reach"] = "请选择告知哪些工单。"
    elif data.events and data.reach == Reach.OWN.value and not data.token:
        wrong["token"] = "只告知其自己提交的诉求时，请选择它的令牌。"
    elif data.events and data.reach == Reach.UNIT.value and unit is None:
        wrong["unit_id"] = "只告知派给该单位的工单时，请选择单位。"
    elif data.reach == Reach.ALL.value and kind != PartnerKind.PLATFORM.value:
        wrong["reach"] = "只有协作平台可以接收全部工单。"
    return {
        "token_id": token.id if token else None, "unit_id": unit.id if unit else None,
        "account_id": _account(data, kind, wrong),
    }  # fmt: skip


def _account(data: PartnerData, kind: str, wrong: dict[str, str]) -> int | None:
    if not data.account:
        return None
    if kind != PartnerKind.UNIT.value:
        wrong["account"] = "只有承办单位系统需要集成账号。"
        return None
    try:
        staff = staff_by_username(data.account)
    except MinhuError as error:
        wrong["account"] = error.message
        return None
    card = staff_pages.card(staff.pk)
    if {post.role for post in card.current_posts} & {role.value for role in ADMINISTRATORS}:
        wrong["account"] = "管理员账号不能用作集成账号。"
    if staff.has_usable_password():
        wrong["account"] = "集成账号不应能用密码登录，请另建一个不设密码的账号。"
    return staff.pk
