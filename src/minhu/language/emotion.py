"""Emotion of what people say: six emotions of short texts, what they mean at a hotline, and the course of a dialogue.

A small learnt model (hashed n-grams) knows happy, angry, sad, fear, surprise and neutral; words of the hotline decide
where they speak clearly (thanks, grief, anxiety), since citizens complain in other words than posts do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from minhu.kernel.patterns import regex
from minhu.language.categories import CategoryModel
from minhu.language.types import Span

MAKER: Final = "emotion/2026.1"
DEFAULT_MODEL: Final = Path(__file__).parent / "models" / "emotion-default"
_LINK: Final = regex(r"https?://\S+|//?@[^:：\s]+[:：]?|@[\w\-\u4e00-\u9fff]+")
_SIGN: Final = regex("[\U0001f300-\U0001faff\u2600-\u27bf]|[!！?？~～]|[.。…]{2,}|\\[")
# Emoji and marks become rare characters, because the features keep Han characters only.
_RARE: Final = 0x9000
_RARE_COUNT: Final = 0xFFF


class Emotion(StrEnum):
    """What an agent should know of the caller's state."""

    CALM = "calm"
    ANGER = "anger"
    ANXIETY = "anxiety"
    GRIEF = "grief"
    FEAR = "fear"
    GRATITUDE = "gratitude"


EMOTION_LABELS: Final = {
    Emotion.CALM: "平静", Emotion.ANGER: "愤怒", Emotion.ANXIETY: "焦虑", Emotion.GRIEF: "悲伤", Emotion.FEAR: "恐惧", Emotion.GRATITUDE: "感谢",
}  # fmt: skip
# How heavy an emotion weighs on a talk, from relief to alarm: the course is followed on this scale.
_TENSION: Final = {
    Emotion.GRATITUDE: -1.0, Emotion.CALM: 0.0, Emotion.ANXIETY: 1.0, Emotion.GRIEF: 1.5, Emotion.ANGER: 2.0, Emotion.FEAR: 2.0,
}  # fmt: skip
_OF_POSTS: Final = {
    "angry": Emotion.ANGER, "fear": Emotion.FEAR, "sad": Emotion.GRIEF, "happy": Emotion.GRATITUDE, "surprise": Emotion.ANXIETY,
    "neutral": Emotion.CALM,
}  # fmt: skip
_WORDS: Final = (
    (Emotion.GRATITUDE, 3.0, regex("谢谢|多谢|谢了|感谢|多亏(?:了)?|恩情|恩人|辛苦各位|为(?:老百姓|群众|人民)办实事|好样的|真管用|很满意|非常满意|(?:服务|态度|人)(?:真|很|特别|非常)(?:好|周到|热情)|(?:特别|非常|很|真)(?:耐心|热心|负责|贴心)|比亲(?:闺女|儿子|人)还亲|好评|夸(?:一?夸|夸)|念你们的好|真好(?=$|[，。！])|(?:都|问题|已经)解决了(?=$|[，。！])|踏实多了|来得真快|(?:非常|特别|十分|真心|衷心|太|万分)(?:的)?(?:感谢|谢谢|感激)|感谢(?:你|您|们|政府|社区|民警|师傅|大夫|热线|及时|帮)|谢谢你们?(?:帮|及时|的帮助|解决)|锦旗|感激不尽|点赞|表扬|辛苦(?:你|您|了)|帮了(?:我|大忙)|太好了|暖心|解决(?:得|的)(?:很|真)(?:快|好)|为[^，。]{0,10}点赞")),
    (Emotion.FEAR, 3.0, regex("不敢(?:在|下|关|开|睡|回|上学|去|走|出|大声)|恐吓|哆嗦|躲在|缩在|(?:知道|找到)我(?:家|孩子|爸妈)(?:住|在|上)[^，。]{0,6}|放话|扬言|收拾我|泼(?:了)?(?:红)?漆|大气不敢出|吓(?:得|坏|着|了)|慌了|心惊胆|找人(?:打|弄|收拾)|堵在[^，。]{0,6}(?:门|楼下)|跟踪我|尾随|砸(?:我家)?门|不肯去|拿着刀|害怕|吓(?:死|坏|得|人)|不敢(?:睡|出门|回家|出去|一个人|开门|报)|恐惧|恐慌|提心吊胆|胆战心惊|发抖|救命|威胁(?:我|要)|心惊|后怕|毛骨悚然|好怕|很怕|怕得|担惊受怕|做噩梦")),
    (Emotion.GRIEF, 3.0, regex("以泪洗面|掉眼泪|(?:儿子|女儿|孩子|老伴|丈夫|妻子|妈妈|爸爸|母亲|父亲|奶奶|爷爷|他|她)(?:没了|走了|走的|走得|走以后|出事|瘫了)|临走|白血病|(?:心|像)[^，。]{0,3}(?:凉透|刀割|刀绞|碎)|心里(?:难受|憋屈|苦)|(?:烧|骗|赔|输)光了|什么都没(?:剩|了)|一夜[^，。]{0,3}没了|全没了|白费|缓不过来|没缓过来|苦得很|我们的苦|一个人(?:带|拉扯|过)|就剩我一个|没人来(?:看|$)|没脸见|受罪|说不出的难受|像压着块?石头|这辈子(?:算是)?(?:完了|毁了)|没笑声|偷着哭|伤心|难过|痛苦|哭(?:了|着|得|一|泪|过|诉)|眼泪|流泪|心碎|绝望|走投无路|活不下去|心酸|委屈|悲(?:痛|伤|哀)|去世|走了[^，。]{0,8}(?:年|月|天)|过世|没了(?:爸|妈|儿子|女儿|孩子|老伴)|想不开|心灰意冷|孤(?:独|单)|没有盼头|没盼头|命苦|寒心|心寒|空落落|熬不(?:下去|住)")),
    (Emotion.ANGER, 3.0, regex("恶劣|大呼小叫|忍(?:了)?(?:很|好|太)久|给(?:我)?(?:一)?个说法|官官相护|胡扯|胡说八道|明抢|听够了|嘴脸|恶心|翻脸不认|什么东西|(?:还)?敢这么横|太?嚣张|早该关门|不是命吗|最后一遍|垃圾(?:服务|公司|物业|单位)|没天理|黑了心|耍(?:我们|我|赖|无赖)|欺骗|凭(?:什么|啥)|当猴耍|缺德|不讲理|蛮横|一再(?:推|拖)|气(?:死|愤|人|炸|得|不过|疯)|愤怒|愤慨|岂有此理|太过分|欺人太甚|欺负(?:人|老百姓|我们)|凭什么|什么态度|不要脸|无耻|混蛋|黑心|坑人|骗子|霸道|忍无可忍|忍不了|受够了?|可恶|可恨|王八|他妈|妈的|滚|狗|不作为|踢皮球|互相推诿|推来推去|敷衍|糊弄|太(?:不像话|离谱|嚣张|猖狂)|简直是?(?:强盗|流氓|无法无天|欺骗)|无法无天|忽悠|投诉到底|曝光|讨个说法|有没有王法|吃人|强烈(?:不满|谴责|抗议|投诉)|到底(?:管不管|有没有人管)|良心(?:何在|被狗)|丧尽天良|当(?:老百姓|我们)是(?:傻|猴)")),
    (Emotion.ANXIETY, 2.0, regex("(?:明天|后天|下周|今晚|今天|这周|马上|两天|几天|小时后)[^，。]{0,8}(?:到期|截止|开学|起飞|要交|要用|上班|结束|过期|走|开庭|手术|考试)|(?:再|还)(?:不|没)[^，。]{0,8}就[^，。]{0,10}(?:了|不上|没法)|再拖(?:下去)?|(?:只|就)够[^，。]{0,6}(?:天|顿)|怎么还(?:没|不)|等(?:着用|不了|不及)|(?:可)?怎么(?:弄|办)|快一?点|加急|(?:住|去)(?:哪儿|哪里)啊|七上八下|心里(?:慌|没底|不踏实|打鼓)|慌得很|发愁|会不会(?:影响|耽误|来不及)|到底能不能|就指着|一直登不上|没人回(?:话|复|消息)|一直不回|着急|急(?:死|得|坏|需|盼|等|切)|焦(?:急|虑)|担心|担忧|忧心|怎么办|该咋办|来不及|快点|赶紧|尽快|马上就要|等不(?:起|及)|睡不(?:着|好)|寝食难安|坐立不安|揪心|心急|束手无策|没办法了|求(?:求|你|您|助)|拜托|急用|眼看|火烧眉毛|六神无主|不知(?:道)?(?:怎么|如何|该)|压力(?:很|太|好)?大|愁|崩溃")),
)  # fmt: skip
_DENIED: Final = regex("(?:不|没|没有|别|并不|不用|不必|无需|勿)(?:太|再|那么|怎么|是)?$")
_OTHERS: Final = regex("(?:避免|防止|以免|预防|有没有)$")
# The posts' model was made for other texts: without a word it must be this sure.
_SURE: Final = 0.75
_LONGEST: Final = 400


@dataclass(frozen=True, slots=True)
class Feeling:
    """The emotion of one text: how strong (0 to 1), the words it came from (none when only the model spoke)."""

    emotion: Emotion
    strength: float
    words: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()

    @property
    def label(self) -> str:
        """The Chinese word."""
        return EMOTION_LABELS[self.emotion]


@dataclass(frozen=True, slots=True)
class Course:
    """Emotions through a dialogue: one per utterance, the trend, and where it turned (index or None)."""

    feelings: tuple[Feeling, ...]
    trend: str
    turning_point: int | None


def prepared(text: str) -> str:
    """A post for the model: links and names of accounts out, emoji, brackets and repeated marks as characters."""
    return _SIGN.sub(
        lambda match: chr(_RARE + (ord(match.group()[0]) * 31 + min(len(match.group()), 4)) % _RARE_COUNT),
        _LINK.sub(" ", text),
    )


@lru_cache(maxsize=1)
def emotion_model() -> CategoryModel:
    """The small model that ships: six emotions of posts."""
    return CategoryModel.load(DEFAULT_MODEL)


def feel(text: str) -> Feeling:
    """The emotion of a text as the hotline needs it; calm when nothing speaks."""
    text = text[:_LONGEST]
    points: dict[Emotion, float] = {}
    found: dict[Emotion, list[Span]] = {}
    denied = False
    for emotion, weight, pattern in _WORDS:
        said = [match.span() for match in pattern.finditer(text)]
        spans = [span for span in said if not _is_denied(text[: span[0]])]
        denied = denied or len(spans) < len(said)
        if spans:
            points[emotion] = weight + 0.7 * (len(spans) - 1)
            found[emotion] = spans
    if points:
        best = max(points, key=lambda one: points[one])
        loud = 0.1 if re.search("[!！]{2,}|[?？]{2,}", text) else 0.0
        spans = found[best]
        strength = min(1.0, 0.4 + 0.1 * points[best] + loud)
        return Feeling(best, round(strength, 2), tuple(text[start:end] for start, end in spans), tuple(spans))
    if len(text) < 2 or denied:
        return Feeling(Emotion.CALM, 0.0)
    model = emotion_model()
    chances = model.probabilities(prepared(text))
    at = int(np.argmax(chances))
    label, chance = model.labels[at], float(chances[at])
    # Joy in a post is seldom thanks to a hotline, surprise seldom anxiety: only heavy emotions pass without a word.
    if label in ("angry", "sad", "fear") and chance >= _SURE:
        return Feeling(_OF_POSTS[label], round(0.5 * chance, 2))
    return Feeling(Emotion.CALM, 0.0)


def course(utterances: Sequence[str]) -> Course:
    """The emotion of each utterance of one person, whether it rises, eases or stays, and the utterance where it turned."""
    feelings = tuple(feel(one) for one in utterances)
    if len(feelings) < 2:
        return Course(feelings, "steady", None)
    tension = [_TENSION[one.emotion] * max(one.strength, 0.3) for one in feelings]
    half = (len(tension) + 1) // 2
    change = float(np.mean(tension[half:]) - np.mean(tension[:half])) if tension[half:] else 0.0
    trend = "rising" if change > 0.25 else "easing" if change < -0.25 else "steady"
    steps = np.abs(np.diff(tension))
    turning = int(np.argmax(steps)) + 1 if steps.size and float(steps.max()) >= 0.5 else None
    return Course(feelings, trend, turning)


def balanced(model: CategoryModel, chances: npt.NDArray[np.float64], wanted: Sequence[str]) -> CategoryModel:
    """``model`` with offsets that give the best macro-F1 on held-out ``chances`` (rows, labels) with labels ``wanted``."""
    logs, position = np.log(chances + 1e-9), {label: at for at, label in enumerate(model.labels)}
    truth = np.array([position[label] for label in wanted])
    offsets = np.zeros(len(model.labels))
    best = _macro_f1(truth, logs.argmax(axis=1), len(model.labels))
    for _ in range(3):
        for at in range(len(model.labels)):
            for step in np.linspace(-1.5, 1.5, 31):
                trial = offsets.copy()
                trial[at] += step
                figure = _macro_f1(truth, (logs + trial).argmax(axis=1), len(model.labels))
                if figure > best + 1e-5:
                    best, offsets = figure, trial
    return replace(model, offset=(model.offset + offsets).astype(np.float32))


def _macro_f1(wanted: npt.NDArray[Any], got: npt.NDArray[Any], size: int) -> float:
    table = np.bincount(wanted * size + got, minlength=size * size).reshape(size, size)
    sums = table.sum(axis=0) + table.sum(axis=1)
    return float(np.mean(2 * np.diag(table) / np.maximum(sums, 1)))


def _is_denied(before: str) -> bool:
    return bool(_DENIED.search(before) or _OTHERS.search(before))
