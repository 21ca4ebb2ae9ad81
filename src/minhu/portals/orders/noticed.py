"""What a person should notice in a request, made ready for a page: signs with the words they came from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minhu.language.emotion import Emotion
from minhu.language.marks import FourType, MarkKind
from minhu.language.speech import CHINESE
from minhu.language.types import Impression

_TYPES: Final = {
    FourType.NOW: (gettext_lazy("紧急重要，马上办"), "red"), FourType.PUSH: (gettext_lazy("重要难办，推动办"), "orange"),
    FourType.SMALL: (gettext_lazy("紧急小事，快速办"), "yellow"), FourType.EXPLAIN: (gettext_lazy("常规事项，解释或按序办"), "calm"),
}  # fmt: skip
_MARKS: Final = {
    MarkKind.SENSITIVE: gettext_lazy("敏感"), MarkKind.GROUP: gettext_lazy("群体性"), MarkKind.MINOR: gettext_lazy("涉未成年人"),
    MarkKind.ELDERLY_ALONE: gettext_lazy("独居或高龄老人"), MarkKind.DISABLED: gettext_lazy("残疾人"),
    MarkKind.PREGNANT: gettext_lazy("孕产妇"), MarkKind.SERIOUSLY_ILL: gettext_lazy("重病患者"),
}  # fmt: skip
_EMOTIONS: Final = {
    Emotion.CALM: gettext_lazy("平静"), Emotion.ANGER: gettext_lazy("愤怒"), Emotion.ANXIETY: gettext_lazy("焦虑"),
    Emotion.GRIEF: gettext_lazy("悲伤"), Emotion.FEAR: gettext_lazy("恐惧"), Emotion.GRATITUDE: gettext_lazy("感谢"),
}  # fmt: skip
_TONE: Final = {
    Emotion.ANGER: "orange",
    Emotion.FEAR: "red",
    Emotion.GRIEF: "orange",
    Emotion.ANXIETY: "yellow",
    Emotion.GRATITUDE: "green",
}
_MOST: Final = 3


def tag_words(tags: Iterable[str]) -> list[str]:
    """The tags of an order in words; one that is no mark is shown as it is."""
    known = {kind.value: str(label) for kind, label in _MARKS.items()}
    return [known.get(tag, tag) for tag in tags]


def shown(found: Impression) -> dict[str, Any]:
    """Rows for the card: four type with reasons, services, marks, emotion, language; empty ones are left out."""
    name, colour = _TYPES[found.priority.type]
    speech, feeling = found.speech, found.feeling
    hint = ""
    if speech.language != CHINESE:
        hint = _("来信使用%(language)s，请转会这种语言的坐席或译员") % {"language": speech.label}
    elif speech.dialect:
        hint = _("来电人说%(dialect)s，已按普通话理解；需要时转会方言的坐席") % {"dialect": speech.label}
    elif speech.traditional:
        hint = _("使用繁体字，已按简体理解")
    return {
        "type": name, "type_colour": colour, "reasons": found.priority.reasons[:_MOST], "services": found.services,
        "marks": [{"label": _MARKS[one.kind], "words": one.words, "people": one.people} for one in found.marks],
        "emotion": _EMOTIONS[feeling.emotion] if feeling.emotion is not Emotion.CALM else "",
        "emotion_colour": _TONE.get(feeling.emotion, "calm"), "emotion_words": "、".join(feeling.words[:_MOST]),
        "language": hint, "language_words": "、".join(speech.words[:_MOST]),
    }  # fmt: skip
