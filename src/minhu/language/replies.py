"""What somebody who approves a unit's reply should look at: it quotes the words that make it doubtful, and refuses nothing.

Source: the hotline rules on the third check of quality (does the reply answer the demand; are cause, check, measure and
result concrete; is 'solved' backed; does the record of contact agree; tone). Each finding but 'nothing of the matter'
quotes a span that is really in the reply.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.likeness import shared_words
from minhu.language.personal import PersonalKind, find_personal
from minhu.language.types import Span

SHORTEST: Final = 20
"""Characters that a reply has at least when courtesies are left out."""
MAKER: Final = "replies/1"


class ReplyDoubt(StrEnum):
    """What is doubtful about a reply."""

    EMPTY = "empty"
    NO_CONTACT = "no_contact"
    NOT_DONE = "not_done"
    NO_DATE = "no_date"
    PASSED_ON = "passed_on"
    NOTHING_OF_IT = "nothing_of_it"
    PERSONAL = "personal"
    TONE = "tone"


GRAVE: Final = frozenset(ReplyDoubt) - {ReplyDoubt.NO_DATE}
"""Doubts for which giving the reply back is proposed."""


@dataclass(frozen=True, slots=True)
class ReplyFinding:
    """One doubt: why, in Chinese, and where in the reply (an empty span: nowhere)."""

    doubt: ReplyDoubt
    why: str
    span: Span = (0, 0)


_COURTESY: Final = regex(
    r"尊敬的[^，：:]{0,12}[，：:]|您好|你好|感谢您?[^。！]{0,30}[。！]|(?:如有疑问|如您?还有)[^。]{0,40}[。]?|特此(?:回复|答复)|祝您[^。！]{0,16}|"
    r"(?:您|你)?反映的(?:问题|情况|诉求)(?:我[们单局处]?[位]?)?(?:已)?(?:收悉|收到|知悉)"
)
_CLAIMS_CONTACT: Final = regex(
    r"(?:已|经)[^。，；]{0,8}(?:电话)?(?:联系|致电|回访|沟通|见面)(?:了)?(?:您|你|诉求人|来电人|反映人|群众|市民|当事人)|"
    r"(?:与|和|向)(?:您|你|诉求人|来电人|反映人|当事人)[^。，；]{0,8}(?:联系|沟通|解释|说明|见面)"
)
_LATER: Final = regex(
    r"(?:(?<!现)将(?!有关情况|相关情况|情况)|拟(?=于|对|安排|在|采取|通过|将)|尽快|尽早|近期|下一步|后续|择期|待[^。，]{1,12}(?:后|时)再?|正在(?:协调|研究|推进|申请|处理|整改))[^。；]{0,40}"
)
_DONE: Final = regex(
    r"已(?:经|全部|于[^。，]{1,16})?(?:[^。，；]{0,12})(?:完成|修复|修好|清理|清运|拆除|退还|退款|退费|发放|补发|更换|恢复|整改到位|处理完毕|解决|办结|整改完|关闭|停止|疏通|支付|安装|办理|缴|到账)"
    r"|(?:完成|恢复|解决)了|现(?:已|已经)|处理完毕|整改到位|(?:经|根据)[^。]{0,40}(?:规定|政策|条例|办法)"
)
_PASSING: Final = regex(
    r"(?:不属于|不在|非)(?:我|本)[^。，；]{0,10}(?:职责|管辖|职能|权限|管理)[^。；]{0,12}|(?:建议|请)(?:您|你|市民|群众|诉求人)?(?:向|到|找|与|联系|咨询|拨打)[^。，；]{0,20}(?:部门|局|委|中心|街道|社区|物业|公司|单位)(?:[^。，；]{0,6})(?:反映|咨询|联系|协商|解决|办理)?"
)
_TONE: Final = regex(
    r"无理取闹|胡搅蛮缠|无理要求|不要(?:再|一再|反复)(?:反映|投诉|拨打|来电)|早已(?:告知|答复)|已(?:多次|反复)(?:告知|答复|解释)[^。]{0,10}(?:仍|还)|自行承担(?:一切)?后果|爱[去找]哪"
)
_WHEN: Final = regex(
    r"\d{1,2}月(?:\d{1,2}日|[初中底末旬])|[\d一二两三四五六七八九十半]+个?(?:工作)?[日天周月年]|(?:本|下|今|明)(?:周|月|年|季度)|[年月]底|季度|[春夏秋冬]季|今[天晚日]|明[天日]"
)


def check_reply(request: str, reply: str, *, contact: bool, solved: bool | None) -> tuple[ReplyFinding, ...]:
    """Doubts about a unit's reply to a request, in the order of the reply.

    ``contact``: whether a contact with the citizen is on record; ``solved``: what the unit says, None when it says nothing.
    """
    found = [
        *_little(reply),
        *_contact(reply, contact),
        *_result(reply, solved),
        *_elsewhere(reply),
        *_about(request, reply),
        *_persons(reply),
        *_tone(reply),
    ]
    return tuple(sorted(found, key=lambda one: (one.span[0], one.doubt)))


def proposes_return(findings: tuple[ReplyFinding, ...]) -> bool:
    """Whether giving the reply back is proposed."""
    return any(one.doubt in GRAVE for one in findings)


def _said(reply: str) -> int:
    """Characters of a reply without courtesies and signs."""
    return len(re.sub(r"[\s，。、！；：？,.!;:?]", "", _COURTESY.sub("", reply)))


def _little(reply: str) -> Iterator[ReplyFinding]:
    if (length := _said(reply)) < SHORTEST:
        why = f"除客套话外只有 {length} 个字，没有写清核实了什么、怎么处理、结果如何。"
        yield ReplyFinding(ReplyDoubt.EMPTY, why, (0, len(reply)))


def _contact(reply: str, contact: bool) -> Iterator[ReplyFinding]:
    claim = _CLAIMS_CONTACT.search(reply)
    if claim and not contact:
        yield ReplyFinding(ReplyDoubt.NO_CONTACT, "写了与群众联系，但没有联系记录。", claim.span())


def _result(reply: str, solved: bool | None) -> Iterator[ReplyFinding]:
    later = _LATER.search(reply)
    if later is None:
        return
    if solved and not _DONE.search(reply):
        yield ReplyFinding(ReplyDoubt.NOT_DONE, "填报“已解决”，但答复里只有打算，没有已经做完的事。", later.span())
    elif not _WHEN.search(reply, later.start()):
        yield ReplyFinding(ReplyDoubt.NO_DATE, "说了以后要做，没有说到什么时候。", later.span())


def _elsewhere(reply: str) -> Iterator[ReplyFinding]:
    passed = _PASSING.search(reply)
    if passed and not _DONE.search(reply):
        why = "请群众另找别处，却没有说清依据，也没有转办。不归本单位管的，应当申请退单。"
        yield ReplyFinding(ReplyDoubt.PASSED_ON, why, passed.span())


def _about(request: str, reply: str) -> Iterator[ReplyFinding]:
    if request.strip() and _said(reply) >= SHORTEST and not shared_words(request, reply, 1):
        yield ReplyFinding(ReplyDoubt.NOTHING_OF_IT, "答复里没有一个词说到诉求的事，可能答非所问或粘贴错了。")


def _persons(reply: str) -> Iterator[ReplyFinding]:
    kinds = {PersonalKind.PHONE: "手机号", PersonalKind.IDENTITY: "身份证号", PersonalKind.CARD: "银行卡号"}
    for one in find_personal(reply):
        if one.kind in kinds:
            yield ReplyFinding(
                ReplyDoubt.PERSONAL, f"答复会给群众看，里面有{kinds[one.kind]}，请确认是否必要。", one.span
            )


def _tone(reply: str) -> Iterator[ReplyFinding]:
    said = _TONE.search(reply)
    if said:
        yield ReplyFinding(ReplyDoubt.TONE, "语气生硬，容易激化矛盾。", said.span())
