"""Filters of the floor's pages: `{% load floor %}`."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from minhu.directory.queries import lines

register = template.Library()


@register.filter
def seconds_cn(seconds: float | None) -> str:
    """'8秒', '3分05秒', '1时02分'; '—' where there is nothing to tell."""
    if seconds is None:
        return "—"
    whole = round(seconds)
    if whole < 60:
        return _("%(s)d秒") % {"s": whole}
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return _("%(m)d分%(s)02d秒") % {"m": minutes, "s": rest}
    return _("%(h)d时%(m)02d分") % {"h": minutes // 60, "m": minutes % 60}


@register.filter
def line_name(code: str) -> str:
    """What people call a line of business; the main line for a code that is none."""
    return lines.line(code).name
