"""A question that leans on the one before, made complete: 'what about pensioners?', 'and where do I hand it in?'.

Three ways of leaning: a changed condition (那居民医保呢) takes the place of its like in the question before; a pronoun
(它、这个) stands for what that question was about; a question without a matter of its own (要带什么材料) gets it. What is
complete by itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.answers.question import places_in


class Leaning(StrEnum):
    """How a question leans on the one before."""

    NONE = "none"
    CHANGED = "changed"
    PRONOUN = "pronoun"
    MATTER = "matter"


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The complete question and how it was made; ``matter``: what both are about, shown to people; ``paper``: the
    key of the one that the conversation is about, where that is known."""

    words: str
    leaning: Leaning
    matter: str = ""
    paper: str = ""


_POLITE = regex(
    r"^(?:您好|你好|请问|麻烦问一下|想问一下|我想(?:咨询|了解|问)(?:一下)?|好的|好|可以(?=[，,])|行(?=[，,])|对(?=[，,])|那行|嗯|哦|谢谢)[，,。、！ ]*"
)
_CHANGED = regex(r"^(?:那么?|如果是?|要是|假如是?|换成|对于)?(?P<what>.{1,20}?)(?:的话)?呢[？?。]?$")
_CONDITION = regex(
    r"^(?:那么?)?(?:如果是?|要是|假如是?|换成)(?P<what>[^，,？?]{2,20})[，,]?(?:的话)?(?P<rest>[^？?]{0,20})[？?。]?$"
)
_PRONOUN = regex(
    r"(?:这个|那个|该|这项|那项|此项|这种|那种|上述|前面说的|刚才说的|这)(?:证件|证|卡|业务|事情|事|政策|补贴|补助|手续|服务|规定|费用)?|它们?|其(?!他|它|中|余|实)"
)
_ASKED = regex(
    r"(?:一般|大概|具体|都|还|又|最多|最少|最晚|最早|现在|到底)*(?:需要|应该|应当|应|要|得|可以|能|可)?(?:在|到|去|从|向|由|按|给|收|交|带|提交|准备|提供|花|等|罚|补|发|领|打|找|有|是)*"
    r"(?:什么时候|什么时间|什么地方|什么|哪些|哪里|哪儿|哪个|哪家|哪天|几|多少|多久|多长|怎么|怎样|如何|是否|能不能|可不可以|要不要|需不需要|用不用|有没有|谁).*$|(?:可以|能|行|对|是|有)?[吗么][？?]?$|[？?。！]+$"
)
_THING = regex(r"(?:多少|什么|哪些|几[个项种张])(?P<it>[一-鿿]{2,6}?)(?:[吗呢呀啊？?。]|$)")
_TIE = regex(r"^那么?(?![里边个种儿])")
_GENERIC = regex(
    r"什么|时候|时间|地方|哪里|哪儿|哪些|哪个|哪家|哪天|部门|单位|多少|多久|多长|怎么|怎样|如何|是否|能不能|可不可以|可以|需要|应该|应当|材料|证件|资料|手续|"
    r"电话|热线|地址|地点|窗口|网上|线上|现场|费用|收费|免费|收钱|要钱|花钱|流程|步骤|程序|条件|资格|期限|有效期|标准|比例|金额|办理|申请|受理|审核|审批|负责|办结|提交|准备|携带|咨询|查询|结果|进度|代办|"
    r"办|交|带|领|去|到|在|给|收|钱|元|天|吗|呢|么|的|了|是|有|要|能|得|还|又|也|都|就|那|请问|我|您|你|这|它|几|谁|打|找|由|向|从|和|与|或|一|下|其|为|会|可|行|再|后|前|里|啊|呀|，|。|？|\?|!|！|\s"
)
_EVENT = regex(r"^(?:那|那么|要是|如果)?(?:违反|有人?|没有?|不|逾期|超过|丢|遗失|忘|错过|拒绝|迟|反对|填错|写错)")
_LEAST_OWN: Final = 2
_LONGEST_EVENT: Final = 14
_KINDS: Final = (
    regex(r"职工医保|居民医保|职工|居民"), regex(r"在职(?:职工|人员)?|退休(?:职工|人员|老人)?|灵活就业人员"),
    regex(r"本地(?:户籍|人)?|本市户籍|外地(?:户籍|人)?|非本市户籍|随迁子女"), regex(r"[一二三四五]级医院|社区医院|乡镇卫生院"),
    regex(r"小学|初中|高中|幼儿园|大学"), regex(r"单身|夫妻|多子女家庭|低保家庭"), regex(r"第[一二三四五六七八九十]+[级档类次胎套]|首套|二套"),
    regex(r"(?:19|20)\d{2}年|今年|去年|明年"), regex(r"小型企业|中型企业|大型企业|小微企业|个体工商户|个体户|企业|个人"),
    regex(r"老年人|老人|儿童|学生|残疾人|军人|孕妇|新生儿"), regex(r"网上|线上|现场|窗口"), regex(r"男[性的]?|女[性的]?"),
    regex(r"夜间|白天|工作日|周末|节假日"), regex(r"新办|换领|补办|换证|注销|年检|首次办理"),
)  # fmt: skip


def matter_of(question: str) -> str:
    """What a question is about: its words before the phrase of asking; the whole where nothing else is left."""
    plain = _POLITE.sub("", question.strip())
    asked = _ASKED.search(plain)
    first = (plain[: asked.start()] if asked else plain).strip("，, 的")
    thing = _THING.search(asked.group()) if asked else None
    if thing and len(own_words(thing["it"])) >= _LEAST_OWN:
        first += thing["it"]
    return first if len(first) >= _LEAST_OWN else plain.rstrip("？?。！ ")


def topic_of(earlier: Sequence[str]) -> str:
    """What a conversation is about: the matter of its last question that did not only lean on the one before."""
    topic = ""
    for question in earlier:
        if not topic or not question.startswith(topic):
            topic = matter_of(question)
    return topic


def own_words(question: str) -> str:
    """What is left of a question without phrases of asking and words that any question has."""
    return _GENERIC.sub("", _POLITE.sub("", question.strip()))


def bare_of(said: str) -> str:
    """A follow-up without courtesy and without the word that ties it to what was said before."""
    return _TIE.sub("", _POLITE.sub("", said.strip()))


def complete(question: str) -> bool:
    """Whether a question names a matter of its own."""
    return len(own_words(question)) >= _LEAST_OWN


def rewrite(earlier: Sequence[str], question: str) -> Rewritten:
    """``question`` made complete from the complete questions ``earlier`` (oldest first); unchanged without any."""
    said = _POLITE.sub("", question.strip())
    if not earlier or not said:
        return Rewritten(question.strip(), Leaning.NONE)
    before = earlier[-1].strip()
    matter = topic_of(earlier)
    if changed := _changed(before, said):
        return Rewritten(changed, Leaning.CHANGED, matter)
    own = _GENERIC.sub("", _PRONOUN.sub("", said))
    pronoun = _PRONOUN.search(said)
    if pronoun and (len(own) < 2 * _LEAST_OWN or pronoun.start() <= 1):
        return Rewritten(f"{said[: pronoun.start()]}{matter}{said[pronoun.end() :]}", Leaning.PRONOUN, matter)
    if not complete(said) or (len(said) <= _LONGEST_EVENT and _EVENT.match(said)):
        return Rewritten(f"{matter}{bare_of(said)}", Leaning.MATTER, matter)
    return Rewritten(said, Leaning.NONE)


def _changed(before: str, said: str) -> str:
    """The question before with one condition changed; empty when ``said`` changes none."""
    match = _CHANGED.match(said) or _CONDITION.match(said)
    if match is None:
        return ""
    what = match["what"].strip("，, 的")
    rest = match.groupdict().get("rest") or ""
    if rest and complete(rest) and not rest.startswith("的"):
        return ""
    if not what or (not _GENERIC.sub("", what) and not any(kind.search(what) for kind in _KINDS)):
        return ""
    place = places_in(what)
    old = places_in(before)
    if place and old:
        return before.replace(old[0], place[0], 1)
    for kind in _KINDS:
        new, there = kind.search(what), kind.search(before)
        if new and there:
            return before[: there.start()] + what + before[there.end() :]
    tail = _same_tail(before, what)
    return before.replace(tail, what, 1) if tail else f"{what}{before}"


def _same_tail(before: str, what: str) -> str:
    """Words of the question before that are as long as ``what`` and end alike: 身份证 for 居住证."""
    for length in (2, 1):
        if len(what) <= length:
            continue
        at = before.find(what[-length:])
        if at >= len(what) - length and length + 1 <= len(what) <= 6:
            return before[at - (len(what) - length) : at + length]
    return ""
