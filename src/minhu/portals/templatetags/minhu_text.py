"""Filters for Chinese moments, lengths of time, masks and numbers: `{% load minhu_text %}`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import zip_longest

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from minhu.directory.types import RequestType
from minhu.kernel import masks
from minhu.kernel.patterns import regex
from minhu.portals import formats
from minhu.portals.navigation import role_word as _role_word
from minhu.portals.words import words_of

register = template.Library()


_NUMBERS_TO_CALL = regex(r"(?<![0-9])(?:110|119|120|122|12345)(?![0-9])")


@register.filter
def with_calls(text: str) -> SafeString:
    """Words of the house with the emergency numbers as links that call them; everything else is escaped."""
    parts = _NUMBERS_TO_CALL.split(text)
    links = [format_html('<a href="tel:{}">{}</a>', number, number) for number in _NUMBERS_TO_CALL.findall(text)]
    return format_html_join("", "{}{}", zip_longest(parts, links, fillvalue=""))


@register.filter
def cn_datetime(moment: datetime | None, style: str = "full") -> str:
    """`{{ order.created_at|cn_datetime }}` → '2026年3月5日 14:30'; styles full, short, date, iso."""
    return formats.cn_datetime(moment, style)


@register.filter
def cn_relative(moment: datetime | None) -> str:
    """Plain relative words; prefer the `when` filter, which also carries the exact time."""
    return formats.cn_relative(moment)


@register.filter
def unless_said(label: str, text: str) -> str:
    """The label of a passage; '' where the text begins with it, so that it does not stand there twice."""
    return "" if text.lstrip().startswith(label) else label


@register.filter
def caption(context: str, cells: object) -> str:
    """Where a passage stands, without the row of headers where each value is told with its own (``cells``)."""
    return "；".join(part for part in context.split("；") if " | " not in part) if cells else context


@register.filter
def when(moment: datetime | None) -> SafeString | str:
    """Relative time in a `<time>` with the exact one on hover, kept up to date by times.js."""
    if moment is None:
        return "—"
    return format_html(
        '<time datetime="{}" title="{}" data-relative>{}</time>',
        formats.cn_datetime(moment, "iso"),
        formats.cn_datetime(moment),
        formats.cn_relative(moment),
    )


@register.filter
def duration_cn(span: timedelta | float | None, parts: int = 2) -> str:
    """A timedelta or seconds → '2天3小时'."""
    return formats.duration_cn(span, parts)


@register.filter
def remaining(due_at: datetime | None) -> str:
    """A deadline → '剩2小时' or '超1天'."""
    return formats.remaining(due_at)


@register.filter
def light_word(code: str) -> str:
    """'orange' → '即将到期'."""
    return formats.light_word(code)


@register.filter
def type_word(code: str) -> str:
    """'complaint' → '投诉'; '' for none."""
    return str(words_of(RequestType).get(code, code))


@register.filter
def role_word(code: str) -> str:
    """'unit_head' → '承办单位负责人'."""
    return _role_word(code)


def _masker(mask: Callable[[str], str], about: str) -> Callable[[object], str]:
    def apply(value: object) -> str:
        return mask(str(value)) if value else ""

    apply.__doc__ = about
    return apply


register.filter("mask_phone", _masker(masks.phone, "138****5678"))
register.filter("mask_identity", _masker(masks.identity, "110***********1234"))
register.filter("mask_name", _masker(masks.name, "欧阳**"))
register.filter("mask_address", _masker(masks.address, "An address down to the street."))
register.filter("mask_email", _masker(masks.email, "a***@example.org"))
register.filter("mask_plate", _masker(masks.plate, "京A·***12"))
register.filter("mask_text", _masker(masks.free_text, "Numbers and addresses inside a text."))


@register.filter
def number_cn(value: float | Decimal | None, places: int = 0) -> str:
    """12345.6 → '12,346'; None → '—'."""
    return "—" if value is None else f"{value:,.{places}f}"


@register.filter
def percent_cn(share: float | Decimal | None, places: int = 1) -> str:
    """A share of one: 0.9532 → '95.3%'; None → '—'."""
    return "—" if share is None else f"{share:.{places}%}"


@register.filter
def order_number(number: object) -> SafeString | str:
    """'2603051234567' in groups of 6, 6, 1 for the eye; copied without spaces."""
    text = str(number or "")
    if len(text) != 13:
        return text
    return format_html('<span class="order-number">{}<i></i>{}<i></i>{}</span>', text[:6], text[6:12], text[12:])
