"""Words of hand-overs that people read."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from minhu.exchange.queries.emergency import EntryView, News

NEWS: Final[dict[News, str | Promise]] = {
    News.RECEIPT: _("对方已收到"),
    News.ACCEPT: _("对方受理"),
    News.DECLINE: _("对方不受理"),
    News.CALL_OFF: _("撤回"),
    News.DONE: _("反馈：已处置"),
    News.RETURN: _("反馈：退回"),
}
_KINDS: Final[dict[str, str | Promise]] = {
    "opened": _("开始移交"),
    "offered": _("移交给"),
    "receipt": _("对方已收到"),
    "accept": _("对方受理"),
    "decline": _("对方不受理"),
    "call_off": _("撤回"),
    "done": _("对方反馈已处置"),
    "return": _("对方退回"),
    "joined": _("加入通话"),
    "hung_up": _("三方通话结束"),
    "consulted": _("会商"),
    "kept": _("本热线首接负责"),
    "to_hotline": _("对方认为属本热线办理，已退回"),
    "alarm": _("超时未答复，已提醒话务台和督办员"),
    "closed": _("结束移交"),
}
ROLES: Final[dict[str, str | Promise]] = {
    "citizen": _("群众"),
    "agent": _("热线"),
    "service": _("对方"),
    "other": _("其他方"),
}


def entry_words(entry: EntryView) -> str:
    """What a line of the record is called; a late or repeated word of the other side says so."""
    plain = entry.kind.removeprefix("late_")
    words = str(_KINDS.get(plain, plain))
    if plain != entry.kind:
        words = str(_("迟到或重复：%(what)s")) % {"what": words}
    return f"{words} {entry.service}".strip()
