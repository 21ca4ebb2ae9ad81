"""Words of talks that people read."""

from __future__ import annotations

from django.utils.translation import gettext as _

from minhu.language.dialogue.types import Why


def why_words(why: Why | None) -> str:
    """Why a talk waits for a person."""
    words = {
        Why.ASKED: _("群众要求人工"),
        Why.DANGER: _("可能有人身危险"),
        Why.ANGER: _("情绪激动"),
        Why.FEAR: _("感到害怕"),
        Why.GRIEF: _("情绪悲伤"),
        Why.NOT_UNDERSTOOD: _("智能助手没听懂"),
        Why.NOT_FOUND: _("没有找到答复依据"),
        Why.LANGUAGE: _("使用其他语言"),
        Why.POLICY: _("这类事人工优先"),
        Why.ABUSE: _("言辞激烈"),
    }
    return words[why] if why else ""


def language_word(code: str) -> str:
    """A language that a line serves."""
    words = {
        "zh": _("普通话"), "yue": _("粤语"), "en": _("英语"), "ja": _("日语"), "ko": _("韩语"), "ru": _("俄语"),
        "ug": _("维吾尔语"), "bo": _("藏语"), "mn": _("蒙古语"), "kk": _("哈萨克语"),
    }  # fmt: skip
    return words.get(code, code)
