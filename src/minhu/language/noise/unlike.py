"""Marks unlike the words: praise registered as a complaint, a category of another world, a danger marked as ordinary.

Told only where the words are clear; help, complaint and report lie too close together to correct anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.circumstances import find_secrecy
from minhu.language.noise.types import Found, Marks, Noise
from minhu.language.types import RankedLabel, RequestType, Understanding

T = RequestType
_TO_HANDLE: Final = frozenset({T.COMPLAINT.value, T.REPORT.value, T.HELP.value})
_THANKS: Final = regex(
    r"表扬|锦旗|点[个一]?赞|感谢信|(?:特来|特此|非常|特别|衷心|十分|万分|很|真心|真的)(?:感谢|致谢|谢谢)|感谢(?!信用)[^，。；]{0,16}(?:同志|师傅|民警|医生|护士|工作人员|社区|救|帮|队员|老师|及时|热心)|谢谢(?:他|她|您们|这|那)|拾金不昧|致敬|(?:态度|服务)[^，。；]{0,4}(?:真好|很好|特别好|非常好|好又|一流)|(?:特别|非常|真|十分)(?:负责|热心|耐心|敬业)|修得真|好评"
)
_WRONG: Final = regex(
    r"投诉|举报|(?<!没有)拖欠|不退|乱收|多收|臭|脏|吵|骂|打(?:人|孩子|我|骂)|坏了|没人管|不管|不理|堵(?:了|得|死)|欺骗|骗|必须|要求|希望(?:处理|解决|尽快)|尽快|处理一下|解决一下|请(?:你们)?(?:解决|处理|派人|查处|核实)|差劲|恶劣|跑路|漏水|停水|停电|不亮|破损|玩手机|推诿|敷衍|没用|还在"
)
_ASKING: Final = regex(
    r"请问|咨询|打听|想问|问一下|问下|怎么(?:办理?|补|算|申请|查|交|转|领|报|走|预约)|如何|需要(?:带|准备|提供|什么|哪些)|哪些材料|在哪里办|在哪办|多少钱|几张|能不能|可以[^，。]{0,14}吗|能[^，。]{0,16}吗|能领|有什么(?:条件|要求|流程)|标准|流程|条件"
)
_DEMANDS: Final = regex(
    r"投诉|举报|必须|要求(?!是|有)|请[^，。；]{0,4}(?:处理|查处|解决|整治|核查|严查)|查处|讨个说法|讨回|退(?:钱|款)|不退|聚众|赌博|打孩子|拖欠|关门跑路|扰民|没人管|不管|帮我|求助|救命|受伤|坏了|不亮|堵"
)
_SURE_TOP: Final = 0.2
_NEAR: Final = 0.02
"""Probability from which a leaf, or the class of a leaf, is among what the words may mean."""


def unlike(text: str, read_as: Understanding, marks: Marks) -> Iterator[Found]:
    """The marks that the words speak against; nothing for marks that nobody has set."""
    kind = _kind_said(text, marks.request_type)
    if kind:
        yield Found(Noise.OTHER_TYPE, kind, kind)
    code = category_said(read_as.categories, marks.category)
    if code:
        yield Found(Noise.OTHER_CATEGORY, code, code)
    if marks.urgency and marks.urgency != "danger" and read_as.urgency.level == "danger":
        yield Found(Noise.OTHER_URGENCY, "", "danger")
    wish = find_secrecy(text) if marks.confidential is False else ()
    if wish:
        yield Found(Noise.SECRET, wish[0].text, "1")


def _kind_said(text: str, marked: str) -> str:
    """The type that the words are, where it is surely not the one marked; '' else."""
    if not marked:
        return ""
    thanks, wrong = _THANKS.search(text), _WRONG.search(text)
    if thanks and not wrong and not _ASKING.search(text):
        return "" if marked == T.PRAISE else T.PRAISE.value
    if marked == T.PRAISE:
        return (T.COMPLAINT if wrong else T.HELP).value if not thanks else ""
    asks, demands = _ASKING.search(text), _DEMANDS.search(text)
    if asks and not demands and not wrong and marked in _TO_HANDLE:
        return T.CONSULTATION.value
    if demands and not asks and marked == T.CONSULTATION:
        return T.COMPLAINT.value
    return ""


def category_said(ranked: tuple[RankedLabel, ...], marked: str) -> str:
    """The leaf that the words mean, where the marked one lies in a class that they do not even touch; '' else."""
    if not marked or not ranked or ranked[0].probability < _SURE_TOP:
        return ""
    classes = {one.value[:2] for one in ranked if one.probability >= _NEAR}
    return "" if marked[:2] in classes else ranked[0].value
