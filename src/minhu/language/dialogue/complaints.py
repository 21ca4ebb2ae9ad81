"""Short plain complaints of everyday words: '路灯坏了', '怎么家里停水了？'. A matter told in a question's words is told.

Who is surprised ('怎么又停电了') complains; who asks for a rule, a time or an office ('停水了怎么报修') asks.
"""

from __future__ import annotations

from typing import Final

from minhu.kernel.patterns import regex

LONGEST: Final = 20
"""Characters up to which words are read as one plain complaint; longer ones tell more and are read as a whole."""
_OFF: Final = (
    r"(?:停|断)(?:了|着)?(?:水|电|气|暖|网|信号)|(?:没有?|无)(?:了)?(?:自来|热|暖)?(?:水|电|网|气|暖气?|燃气|信号)(?!平|准|质|话|视|梯)"
    r"|(?:电|水|网|气|暖气?|燃气|天然气|自来水|信号|车|公交)(?:又|都|全|一直|老|总)*(?:停|断|没|没来|不来|不通|没有)(?:了|着)"
    r"|没来(?:水|电|气|暖)|不(?:出|来)水|打不着火"
)
_BROKEN: Final = (
    r"坏(?:了|的|掉)|(?<!不)(?:破|断|倒|塌|堵|漏|爆|裂|碎|松|掉|丢|歪|锈)了|塌[了陷]|爆(?:了|裂)|漏(?:水|气|电|雨)|堵(?:了|住|死|塞)|积水|脱落"
    r"|不(?:亮|热|动|通|灵|走水|制冷|转|管用|好用|能用|出水|来)了?|(?:井盖|盖子|路灯|车|站牌|桶|牌子|灯)(?:也|都|又)?(?:没|丢|不见)了|冰凉|有个?(?:大)?坑|(?:大|好多)坑"
)
_DIRTY: Final = r"发(?:黄|浑|黑|臭|霉)|是(?:黄|浑|黑|臭)的|(?:反|返|冒)(?:臭|味)|(?:异|怪|臭|霉)味|(?:太|好|很|真|特别)?(?:臭|脏)(?:死|得|了|啊)|满了|没人(?:扫|打扫|收|管|修|清|清理|赔|来)|乱(?:停|扔|倒|堆|丢)"
_LOUD: Final = r"(?:太|好|很|真|特别|一直|天天|老|老是|总|总是|又)(?:吵|闹|叫|响)|吵死|吵得|还在(?:施工|吵|叫|响|唱)"
_DUE: Final = r"(?:工资|工钱|押金|定金|钱|货|补贴|养老金)(?:都|也|还|一直|就是?)?(?:没|不)(?:发|给|退|到|来)|不(?:给|发)(?:我)?(?:工资|工钱|退)|不(?:好|行|合格|达标)(?:了|啊)?$"
_STATE: Final = regex("|".join((_OFF, _BROKEN, _DIRTY, _LOUD, _DUE)))
_SURPRISED: Final = regex(
    r"(?:怎么|为(?:什么|啥|何)|咋|干嘛|啥情况|什么情况|怎么回事|咋回事|咋整的)(?!(?:样)?(?:报|修|办|交|收|投诉|举报|反映|处理|处罚|申请|联系|赔|算|弄|补|换|申|查|找|解决|预约|缴|退))"
)
_ASKED: Final = regex(
    r"什么时候|啥时候|几[点天号时]|多[少久长]|(?:归|由|找|该|是)谁|哪[里儿个些家]?|(?:怎么|如何|咋)(?:样才能|样)?(?:报|修|办|交|收|投诉|举报|反映|处理|处罚|申请|联系|赔|算|弄|补|换|申|查|找|解决|预约|缴|退)"
    r"|吗[。？?！!]*$|能不能|会不会|是不是|有没有|要不要|请问|咨询|想问|问一?下|规定|标准|政策|明天|后天|以后|电话"
)
_THING: Final = regex(
    r"^(?:我家|家里|我们|小区|楼下|楼道|门口)?的?(?:路灯|电梯|井盖|窨井盖|停水|停电|停气|断网|漏水|漏电|下水道|暖气|供暖|燃气|天然气|自来水|噪音|噪声|油烟|垃圾|扰民|占道|违停|违建|堵车|积水|公厕|厕所|红绿灯|公交|工资|欠薪|物业|施工|广场舞|水管|马路|路面|树枝|流浪狗|门禁|车位)[。！!]*$"
)
_HOW: Final = regex(r"(?:怎么|如何|咋)(?:分类?|分辨|区分|计算|收费|收取|报修|缴费?|过户|落户)(?:[啊呀呢的])*[。？?]*$")
_WHOSE: Final = regex(
    r"(?:归|由|找|该)(?:谁|哪个(?:部门|单位|局))(?:来|去)?(?:管|修|负责|处理|赔)?(?:[啊呀呢的])*[。？?]*$"
)


def complains(said: str) -> bool:
    """Whether short words tell of something that is wrong just now, also where they are put as a surprised question."""
    if len(said) > LONGEST or not _STATE.search(said):
        return False
    rest = _SURPRISED.sub("", said)
    return not _ASKED.search(rest)


def names_a_thing(said: str) -> bool:
    """Whether the words are nothing but the thing that something is to be said about ('路灯'): asked about, not refused."""
    return bool(_THING.search(said))


def asks_how(said: str) -> bool:
    """Whether short words with a matter's word ask for the way or the office and tell of nothing ('垃圾怎么分类')."""
    return len(said) <= LONGEST and bool(_HOW.search(said) or _WHOSE.search(said))
