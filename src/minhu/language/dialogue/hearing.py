"""What a citizen wants with one turn: rules over the words, with what the other rooms of language already know of them.

Nothing in a turn is obeyed: words that give orders to the machine are a wish like any other, and the least of them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from minhu.kernel.numbers import is_valid_number, normalise_number
from minhu.kernel.patterns import regex
from minhu.language.demands import find_demands, sentences, split_matters
from minhu.language.dialogue.complaints import asks_how, complains, names_a_thing
from minhu.language.dialogue.orders import gives_orders, without_orders
from minhu.language.dialogue.types import Heard, Phase, Wish
from minhu.language.emotion import feel
from minhu.language.intake_class import classify, request_type
from minhu.language.needs import needs_of
from minhu.language.speech import recognise, simplified
from minhu.language.types import IntakeClass, RequestType
from minhu.language.urgency import assess

LONGEST: Final = 2_000
"""Characters of a turn that are read; a longer one is kept whole and read to here."""
_SHORT: Final = 14
"""Characters up to which a turn may be nothing but a yes, a no or a politeness."""

_LEAST_TOLD: Final = 6
"""Characters that must be left beside an order to the machine to be a matter."""
_BARE: Final = 6
"""Characters up to which a yes, a no or 'nothing more' is one though nothing was asked."""

_PERSON: Final = regex(
    r"(?:转|找|要|接|换|叫|给我)(?:一?[个位]|到|成)?(?:你们)?(?:的)?(?:人工|真人|活人|客服|接线员|话务员|坐席|工作人员)"
    r"(?!道歉|赔|解释|处理|解决|整改|上门|退|也|都|却|但|态度|不理|不接|没|草|湖|费|智能|林|受孕|授精|费用|成本)"
    r"|(?:^|[，。,！!\s])人工(?:服务|客服|坐席|台)?(?:[。！!，,]|$)|(?:不|别)(?:想|要)?(?:跟|和|同)?(?:你|机器|机器人)(?:说|讲|聊|废话)"
    r"|有没有(?:真|活)?人(?:在|接)?(?:电话|听)?[啊呀吗么]*(?:[？?。！!，,]|$)|(?<![没沒])有(?:真|活)?人(?:吗|啊|(?:在|接)(?:电话)?[吗么不呢])"
    r"|(?:想|要)(?:跟|和)(?:真|活)?人(?:说|讲|聊)|别用机器|real person|human|operator|agent please"
    r"|搵真人|揾真人|同真人讲|转真人",
    re.IGNORECASE,
)
_OF_OTHERS: Final = regex(
    r"(?:物业|公司|银行|医院|快递|平台|商家|店家|移动|电信|联通|他们|对方|学校|营业厅|商场|小区|开发商|厂家|官方|网站)[^，。！？；,!?;]{0,8}"
    r"(?:转|找|要|接|换|叫|给我)(?:一?[个位]|到|成)?(?:你们)?(?:的)?(?:人工|真人|活人|客服|接线员|话务员|坐席|工作人员)"
)
"""Somebody else's staff, of whom a matter tells: 'I rang the company and got no operator'."""
_CALL_BACK: Final = regex(
    r"^(?:那|好的?|请|麻烦|能不能|可不可以|可以|你们|您|让人|叫人|安排人?|稍后|待会儿?|等会儿?|我要|我想要?|[，,])*"
    r"(?:(?:给我|跟我)(?:回|打)(?:一?个|过来)?(?:电话|电)|(?:回|打)(?:一?个)?电话(?:给我|过来)|回电(?:给我)?|预约回电)(?:过来|行吗|可以吗|好吗|好不好|吧|吗|[。！？?!，,谢]|一下)*$"
)
"""Nothing but the wish to be called back: a person's work, and his number belongs on the page that asks for it."""
_NO_PERSON: Final = regex(
    r"(?:不用|不要|不想|别|先别|无需|不需要)(?:给我)?(?:转|找|接)(?:到)?(?:人工|真人|客服|工作人员)"
)
_PROGRESS: Final = regex(
    r"(?:工单|单子|诉求|投诉|反映|登记|上报|举报)[^。！？]{0,14}(?:进度|进展|到哪|咋样|怎么样了|如何了|处理了(?:没|吗)|办(?:好|完|结)?了?(?:没|吗)|有结果|结果了?(?:没|吗)|谁在处理)"
    r"|(?:查|问|看)(?:一?下|询)?[^。！？]{0,10}(?:进度|进展|工单|单号|办理情况|处理情况|处理结果)"
    r"|(?:上次|上回|之前|前几天|昨天|上周)[^。！？]{0,16}(?:投诉|反映|登记|上报)[^。！？]{0,14}(?:怎么样|咋样|有没有(?:结果|消息)|处理(?:了)?(?:没|吗)|到哪)"
    r"|我(?:的|反映的?|说的|这|那)[^。！？，,]{0,6}(?:事情?|问题|情况)[^。！？，,]{0,4}(?:办|处理|解决)(?:得|的)?(?:怎么样|咋样|如何|到哪)"
    r"|(?:处理|跟进|办|搞|跟|弄)成点(?:样)?(?:[呀啊啦㗎噶嘎呢]|[，,。！？!?]|$)|(?:进度|进展)(?:而家|依家)?(?:成)?点(?:样)?(?:[呀啊啦㗎噶嘎呢]|[，,。！？!?]|$)"
    r"|(?:[我嗰呢]单(?:嘢|投诉)?|投诉|反映|报)[^。！？]{0,12}(?:(?:搞掂|搞定|办好|处理(?:好|完)?|跟进)(?:咗)?未|有[冇无](?:消息|结果|下文|进展|人跟))"
)  # fmt: skip
_CODE: Final = regex(r"(?<!\d)\d{6}(?!\d)")
_GAPS_IN_CODE: Final = regex(r"(?<=\d)[\s\-](?=\d)")
_YES: Final = regex(
    r"^(?:嗯+|对+的?(?:对的?)?|是的?|是啊|没错|正确|可以的?|行的?|好的?|好吧|好啊|要的?|需要|确认|提交吧?|登记吧?|ok|yes|没问题|就这样|系[啊呀嘅]*|得|中(?:嘞)?|要得|妥了?|对头|对[额嘞滴哒]|是[嘞哒额]|对对对?|没有?(?:问题|错|不对)|都对|帮我(?:登记|提交)(?:吧|一下)?)"
    r"(?:[，,。！!]|$|吧|呀|了|谢谢|麻烦|提交|登记|没错|对)",
    re.IGNORECASE,
)
_BUT: Final = regex(r"但|不过|只是|还有|另外|再加|补充|应该是|改成|是\d")
"""A yes with one of these, with a matter or a question, is more than a yes: nothing is opened by it."""
_NO: Final = regex(
    r"^(?:不对|不是|不要了?|不用了?|不需要|错了?|有误|no\b|唔系|唔使|不行|不准确|先不|别(?:提交|登记))", re.IGNORECASE
)
_ENOUGH: Final = regex(
    r"^(?:不用(?:再)?问了[，,]?|别(?:再)?问了[，,]?)?(?:我|俺|阿拉|咱)?(?:也|都|是)?(?:真的?)?(?:(?:就)?(?:这些|这样|这么多)(?:了|吧)?|没有?了|没(?:别的|其他|啥)了?|不知道|不清楚|不记得|忘了|记不清|说不(?:好|准|清)楚?|[唔勿弗](?:知|晓得|清楚|记得|识)道?|晓不得|不晓得|不用(?:再)?问了|别(?:再)?问了|没注意|无|跳过|不方便(?:说|透露)?|都说了|没有)[。！!，,吧呀啊了]*$"
)
_CANCEL: Final = regex(
    r"(?:算了|算咗|唔(?:使|用)(?:登记|投诉|搞)|不(?:想)?(?:投诉|反映|登记|举报|说|问|弄)了|撤(?:回|销|了)|取消(?:吧|登记|投诉)?|别登记了?|不用登记|我改主意)"
)
_GREETING: Final = regex(
    r"^(?:喂+|你们?好|您好|hello|hi|哈喽|在吗|有人吗|早上好|下午好|晚上好|早|你好呀)[，,。！!？?啊呀吗 ]*$",
    re.IGNORECASE,
)
_THANKS: Final = regex(
    r"^(?:好的?[，,]?)?(?:非常|太)?(?:妥了?[，,]?)?(?:谢谢|感谢|多谢|辛苦|唔该|3q|thanks|thank you)(?:你们?|您|了|啦|哈|啊|嘞|晒|姑娘|同志|师傅)*[，,。！!]*(?:不用了|没有了|没别的了)?[。！!]*$",
    re.IGNORECASE,
)
_GOODBYE: Final = regex(
    r"(?:再见|拜拜|bye|挂了|先这样)[。！!了啊吧]*$|^(?:没有?(?:别的|其他)?(?:事|问题)?了?|没事了?|不用了)[，,。！!]*(?:谢谢|再见|辛苦).*$",
    re.IGNORECASE,
)
_ASKS: Final = regex(
    r"[？?]|吗[。！!]?$|呢[。！!]?$|请问|咨询|想问|问一?下|想(?:了解|知道)|(?:怎么|如何|咋)(?:办理?|申请|交|查|领|报|弄|算|开|去|走|预约|补|改|转|提取|落户|样才能)"
    r"|(?:多少|几)(?:钱|天|岁|个|年|分|号|点|次|元)|什么(?:时候|材料|条件|手续|证件|流程|标准|政策|部门|地方|时间)|哪(?:里|儿|些|个|家)(?:办|能|可以|可|有|部门|单位|材料|窗口)|需要(?:带|准备|提供|交)?(?:什么|哪些|啥)|能不能|可不可以|可以.{0,12}吗|有没有.{0,10}(?:补贴|政策|规定|优惠)|是不是(?:要|需要|可以)|符合.{0,8}条件"
)
_ASKS_SHORT: Final = regex(
    r"多久|多长时间|几(?:天|点|号|时|岁|次)|哪(?:里|儿|个|些|家|天|办)|在哪|上哪|去哪|找谁|谁管|归谁|什么|啥|怎么|怎样|咋|点样|乜嘢|几多|多少|好多钱|能不|可以不|(?:收费|要钱|免费|行|能|要|可以|有)不[。？?]*$|呢[。？?]*$|[㗎嘛咩么][。？?]*$"
)
"""How a question with few words is asked, where nothing is told."""
_WHOSE: Final = regex(
    r"(?:找|归|由|去|到)(?:谁|哪)|哪个(?:部门|单位|局)|怎么(?:投诉|举报|反映|处理|罚)|什么(?:标准|规定)"
)
_OWN: Final = regex(r"我|俺|咱|阿拉|没人|派人|希望|恳请|赶紧|尽快")
_ASKED_PLAINLY: Final = regex(r"请问|咨询|想问|问一?下|想(?:了解|知道)|[？?]|吗[。！!]?$")
_BESIDE_NEED: Final = regex(
    r"我|是|也|所以|而且|就|只能|只好|只会|没法|不能|不方便|不太?会|打字|写字|说话|讲话|听|电话|接|慢|一点|慢慢来|请|谢谢|了|的|[\W_]"
)
"""What may stand beside a need and tells of nothing else."""
_TALK: Final = regex(
    r"你(?:到底|究竟)?是(?:不是)?(?:机器人?|真人|人工智能|AI|智能|谁|男|女|人)|你(?:叫(?:什么|啥)|多大|几岁|吃饭|吃了|睡觉|累不累|好聪明|真聪明|真棒|真笨|好笨|怎么(?:这么|那么)(?:笨|傻)|会(?:什么|唱|讲|做什么)|能(?:干|做)(?:什么|啥|点)|有(?:没有)?女?男?朋友|喜欢|几点下班)"
)
_CHAT: Final = regex(r"天气|讲个?笑话|唱(?:首|个)歌|陪我(?:聊|说)|(?:吃饭|吃)了(?:没|吗)|节日快乐|新年快乐|无聊|晚安")
_CHAT_LONGEST: Final = 10
_WEAK: Final = regex(r"帮(?:我|忙|个忙)|麻烦|求助")
"""Asking for a favour tells of nothing yet."""
_INSULT: Final = regex(
    r"废物|饭桶|狗屁|狗东西|放屁|王八|混蛋|混账|去死|傻[逼Bb叉X]|脑残|滚蛋|滚犊子|不要脸|(?:吃干|白吃)饭|他妈|妈的|垃圾(?:12345|热线|客服|机器|东西|政府)|智障|神经病|蠢(?:货|猪)"
)
_MATTER: Final = regex(
    r"投诉|举报|反映|扰民|没人(?:管|修|清理|处理)|坏了|不亮|漏水|停(?:水|电|气|暖)|堵|占道|违建|违停|乱(?:停|扔|倒|收)|拖欠|欠薪|不发工资|不退|拒不|异味|臭|噪音|噪声|太吵|吵得|塌|积水|脱落|破损|垃圾|油烟|帮(?:我|忙)|希望(?:你们|有关|相关|尽快|能)|要求|请(?:尽快|派人|有关|相关)|管一?管|求助|影响(?:出行|休息|生活)|态度(?:恶劣|差|不好)|建议|表扬|感谢.{2,}"
)
_REQUEST_ASKED: Final = regex(
    r"(?:我要|我想|帮我|给我|想要|要)(?:投诉|举报|反映|登记|提(?:个)?(?:意见|建议|诉求)|报修|求助|表扬)"
)
_HALF_WIDTH: Final = {
    0x3000: " ",
    **{0xFEE0 + sign: chr(sign) for sign in range(0x21, 0x7F) if chr(sign).isalnum() or chr(sign) in "<>/{}$"},
}
_CODED: Final = regex(
    r"(?<![A-Za-z0-9+/=_-])(?:[0-9a-fA-F]{24,}|(?=[A-Za-z0-9+/_-]*[a-z])(?=[A-Za-z0-9+/_-]*[A-Z])(?=[A-Za-z_-]*[0-9+/])[A-Za-z0-9+/_-]{16,}={0,2}"
    r"|(?=[A-Za-z0-9+/]*[a-z])(?=[A-Za-z0-9+/]*[A-Z])[A-Za-z0-9+/]{14,}={1,2})(?![A-Za-z0-9+/=_-])"
)
"""Words in a code for machines (base64, hexadecimal): no language, never decoded, heard as nothing."""
_GAP: Final = regex(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_MANY_GAPS: Final = 4
_INSULTED: Final = 0.7
_WARY: Final = regex(
    r"窗[户子]?[^，。；]{0,4}不敢(?:打?开|关)|(?:不敢|没法|不能)[^，。；]{0,3}(?:打?开|关)[^，。；]{0,3}(?:窗|空调)|吓(?:了[^，。；]{0,2})?一跳|不敢(?:喝|吃|用|晾|晒|停车|买)"
)
"""Ways of saying that something is a nuisance: nobody is afraid who keeps his windows shut against the smell."""
_HAN: Final = regex(r"[\u4e00-\u9fff]")
_ONLY_FILLERS: Final = regex(r"^[\W_\d啊哦嗯呃额哈嘿呀哎唉噢喔嗷\s]*$")
_SAME_AGAIN: Final = regex(r"^(.{1,3})\1{3,}$")
_OTHER_WRITING: Final = regex(
    r"[A-Za-z]{2,}|[\u0400-\u04ff\u0600-\u06ff\u0e00-\u0e7f\u3040-\u30ff\uac00-\ud7af\u0f00-\u0fff\u1800-\u18af]{2,}"
)


def hear(words: str, phase: Phase = Phase.OPEN, waiting: bool = False) -> Heard:
    """Understand one turn. ``waiting``: the bot asked for something, so that short words are an answer to it."""
    said = words.replace("\0", "").strip()
    read = _CODED.sub("", plain(said[:LONGEST])).strip()
    urgency = assess(read)
    if not said:
        return Heard(said, (Wish.SILENCE,), urgency)
    number = _number(read)
    ruled = urgency.life_danger and not urgency.learnt
    wishes = tuple(dict.fromkeys(_wishes(read, phase, waiting, bool(number), ruled)))
    feeling, strength = _feeling(read, wishes)
    asks = _question_in(read) if Wish.REQUEST in wishes and Wish.QUESTION in wishes else ""
    return Heard(
        words=said, wishes=wishes, urgency=urgency, feeling=feeling, strength=strength,
        language=recognise(read).language, code=code_in(read), number=number,
        parts=_parts((read if asks else said[:LONGEST]).replace(asks, "")) if Wish.REQUEST in wishes else (), asks=asks,
    )  # fmt: skip


def asks_for_person(words: str) -> bool:
    """Whether words ask for a person and say nothing else that matters."""
    return _wants_person(words) and not _tells(words)


def _wants_person(said: str) -> bool:
    return bool(_PERSON.search(_OF_OTHERS.sub("", said))) and not _NO_PERSON.search(said)


def plain(words: str) -> str:
    """The words as they are read: letters and digits half-width, simplified, without invisible signs and without gaps between single Han signs."""
    seen = "".join(sign for sign in words if unicodedata.category(sign) != "Cf").translate(_HALF_WIDTH)
    seen = simplified(seen)
    return _GAP.sub("", seen) if len(_GAP.findall(seen)) >= _MANY_GAPS else seen


def code_in(words: str) -> str:
    """The query code (six digits) in a turn, also said in groups, or nothing."""
    found = _CODE.search(words) or _CODE.search(_GAPS_IN_CODE.sub("", words))
    return found[0] if found else ""


def _wishes(said: str, phase: Phase, waiting: bool, number: bool, danger: bool) -> list[Wish]:
    """The wishes by weight; at least one."""
    found: list[Wish] = []
    if _wants_person(said) or _CALL_BACK.search(said):
        found.append(Wish.PERSON)
    if danger:
        return [*found, Wish.REQUEST]
    if gives_orders(said):
        rest = without_orders(said)
        if len(rest) < _LEAST_TOLD or not _MATTER.search(rest):
            return [*found, Wish.COMMAND]
        said = rest
    short = len(said) <= _SHORT
    called_off = _CANCEL.search(said) and phase is not Phase.OPEN and len(said) <= 2 * _SHORT
    if called_off and not _tells(_CANCEL.sub("", said)):
        return [*found, Wish.CANCEL]
    if phase in (Phase.READING_BACK, Phase.OFFERING) or waiting:
        found += _answers(said, short)
    told = number and phase is not Phase.COLLECTING
    if told or _PROGRESS.search(said) or (waiting and phase in (Phase.OPEN, Phase.DONE) and code_in(said)):
        found.append(Wish.PROGRESS)
    if short and not found:
        found += _polite(said) or (_answers(said, short) if len(said) <= _BARE else [])
    if found:
        return found
    if phase in (Phase.OPEN, Phase.DONE) and not waiting and _only_needs(said):
        return [Wish.NEED]
    return _matters(said, waiting)


def _answers(said: str, short: bool) -> list[Wish]:
    """A yes, a no, 'nothing more'; longer words after a no are what is to be mended."""
    if _ENOUGH.search(said):
        return [Wish.ENOUGH]
    if _NO.search(said):
        return [Wish.NO]
    more = _BUT.search(said) or _tells(said) or _ASKS.search(said) or _ASKS_SHORT.search(said)
    return [Wish.YES] if short and _YES.search(said) and not more else []


def _polite(said: str) -> list[Wish]:
    pairs = ((Wish.GREETING, _GREETING), (Wish.GOODBYE, _GOODBYE), (Wish.THANKS, _THANKS))
    return [wish for wish, pattern in pairs if pattern.search(said)][:1]


def _matters(said: str, waiting: bool) -> list[Wish]:
    """A question, a request, both, small talk, abuse, or nothing that can be understood."""
    if _means_nothing(said):
        return [Wish.NONSENSE]
    if plainly := _plainly(said):
        return plainly
    tells = _tells(said) or (bool(_WEAK.search(said)) and not _ASKS_SHORT.search(said))
    if not tells and len(said) <= 2 * _SHORT:
        if _INSULT.search(said):
            return [Wish.ABUSE]
        if _TALK.search(said) or (len(said) <= _CHAT_LONGEST and _CHAT.search(said)):
            return [Wish.TALK]
    judged = classify(said)
    if judged.value == IntakeClass.MALICIOUS and judged.code.endswith("abuse") and not tells:
        return [Wish.ABUSE]
    if _REQUEST_ASKED.search(said) and not _question_in(said):
        return [Wish.REQUEST]
    asks = _asks(said, tells)
    if asks and tells:
        return _both(said)
    if asks:
        return [Wish.QUESTION]
    if waiting or tells:
        return [Wish.REQUEST]
    if judged.value == IntakeClass.NO_CONTENT:
        return [Wish.NONSENSE] if len(said) < 6 else [Wish.REQUEST]
    return [_by_type(said)]


def _plainly(said: str) -> list[Wish]:
    """A short complaint or a short question of everyday words; empty where a longer look is needed."""
    if names_a_thing(said) or (complains(said) and not _INSULT.search(said)):
        return [Wish.REQUEST]
    return [Wish.QUESTION] if asks_how(said) and not _OWN.search(said) else []


def _only_needs(said: str) -> bool:
    """Whether a turn says how its speaker wants to be served and neither tells nor asks anything."""
    if len(said) > 2 * _SHORT or _MATTER.search(said) or _asks(said, tells=False) or _REQUEST_ASKED.search(said):
        return False
    needs = needs_of(said)
    rest = "".join(
        sign for place, sign in enumerate(said) if not any(one.span[0] <= place < one.span[1] for one in needs)
    )
    return bool(needs) and not _BESIDE_NEED.sub("", rest)


def _tells(said: str) -> bool:
    """Whether words tell of a matter, insults and the asking for a favour left out."""
    return bool(_MATTER.search(_WEAK.sub("", _INSULT.sub("", said))))


def _asks(said: str, tells: bool) -> bool:
    return bool(_ASKS.search(said) or (not tells and len(said) <= 2 * _SHORT and _ASKS_SHORT.search(said)))


def _both(said: str) -> list[Wish]:
    """Words that ask and tell: a question beside a matter, a question about one, or a matter told in a question's words."""
    if _question_in(said):
        return [Wish.REQUEST, Wish.QUESTION]
    if not _OWN.search(said) and _WHOSE.search(said):
        return [Wish.QUESTION]
    if _OWN.search(said) and not _ASKED_PLAINLY.search(said):
        return [Wish.REQUEST]
    return [_by_type(said)]


def _feeling(said: str, wishes: tuple[Wish, ...]) -> tuple[str, float]:
    """The feeling and its strength; an insult beside a matter is strong anger whatever the rest sounds like."""
    found = feel(_WARY.sub("", said))
    if _INSULT.search(said) and Wish.ABUSE not in wishes:
        return "anger", max(found.strength, _INSULTED)
    return found.emotion.value, found.strength


def _by_type(said: str) -> Wish:
    return Wish.QUESTION if request_type(said).value == RequestType.CONSULTATION else Wish.REQUEST


def _means_nothing(said: str) -> bool:
    """No words of any language: fillers, one sign again and again, keys hit at random."""
    if _ONLY_FILLERS.match(said) or _SAME_AGAIN.match(said):
        return True
    return not _HAN.search(said) and (" " not in said.strip()) and bool(re.fullmatch(r"[A-Za-z0-9\W_]{1,40}", said)) and (
        recognise(said).language in ("zh", "latin") or len(said) < 4
    )  # fmt: skip


def _number(said: str) -> str:
    for run in re.findall(r"[0-9０-９][0-9０-９\s\-－]{11,22}", said):
        digits = normalise_number(run)
        if is_valid_number(digits):
            return digits
    return ""


def _parts(said: str) -> tuple[str, ...]:
    """The citizen's own words of each matter, where there is more than one."""
    matters = split_matters(said, find_demands(said))
    words = tuple(one.words(said) for one in matters)
    return words if len(words) > 1 and all(len(one) >= 6 for one in words) else ()


def _question_in(said: str) -> str:
    """The sentence of a mixed turn that asks for a rule and tells of nothing, or asks plainly beside others that tell."""
    whole = [said[start:end].strip() for start, end in sentences(said)]
    asked = [one for one in whole if _ASKS.search(one) and len(one) >= 6]
    if pure := [one for one in asked if not _MATTER.search(one)]:
        return pure[0]
    told = [one for one in whole if _MATTER.search(one) and not _ASKS.search(one)]
    begun = [one for one in asked if _ASKED_PLAINLY.search(one) and not _REQUEST_ASKED.search(one)]
    return begun[0] if told and begun else ""
