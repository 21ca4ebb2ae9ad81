"""Whether words are about something bought, paid or owed by a seller; by grammar, not by a list of words alone.

Signs are: a word of trade in its own right; a refund that is refused ('不给退'); money that was taken with a word that says
it should not have been ('多扣车费'); money asked back ('请退还'). Where wages, social insurance, taxes, fines or land are
spoken of beside the refusal, or anywhere beside the last two, it is between a citizen and an employer or an office, and no
purchase. Compounds in which a word of trade means something else ('空气质量', '劳动合同', '收费站') are taken out first.

Measured by `benchmarks/buying_words.py`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from minhu.kernel.patterns import regex

_TRADE: Final = regex(
    r"买|购|下单|订单|退款|退货|退钱|换货|充值|会员|预付|办卡|客服|商家|店家|门店|发货|保修|维修|假货|质量|扣费|收费|押金|合同|套餐|消费"
)
_OTHERWISE: Final = regex(
    r"(?:空气|环境|水体|水源|教学|教育|教师|生活|工程|施工|道路|路面|建筑|办学|工作|绿化|睡眠)[的]?质量|质量(?:技术)?监督|"
    r"(?:劳动|劳务|聘用|用工|承包|征地|拆迁|安置|征收|工程|施工|聘任|就业)(?:的|关系)?合同|合同(?:工|制)|收费(?:站|员|公路|高速)|"
    r"(?:收|贿)买|买(?:社保|医保|养老)|购买?(?:社保|医保|养老)|买断工龄|政府购买|采购|购置税|"
    r"(?:道路|路面|公路|公用|公共|市政|路灯)[^，。！？；,!?;]{0,4}维修|消费水平"
)
_CLAUSES: Final = regex(r"[，。！？；：,!?;:\s]+")
_PUBLIC: Final = regex(
    r"工资|薪|奖金|绩效|社保|医保|社会保险|公积金|养老|新?农合|税|罚|征|拆迁|补偿|补贴|补助|低保|抚养费|职工|退休|扣分|诉讼|执行款|党费|"
    r"工程款|经营权|学位|补课|补考|班费|考试费|捐赠|假期|请假|护理假"
)
_MONEY: Final = r"(?:费|款|钱|金额|押金|定金|订金|保证金|余额|话费|流量|元|块)"
_TAKEN: Final = regex(
    r"(?:多|重复|反复|两次|二次|擅自|强行|强制|私自|偷偷|自动|莫名其?妙?|无故|无缘无故|误|错|恶意|乱|又|仍|还在|一直|照样|继续|每月都?|被|给我)"
    r"[^，。！？；,!?;\s要]{0,3}?(?:扣|划|刷|收|续)(?:了|走|掉|去|取|除|的|我|我的|我们)*[^，。！？；,!?;\s]{0,5}?"
    + _MONEY
)
_BACK: Final = r"退(?!休|役|伍|学|耕|税|林|牧|出|让|步|缩|档|保|转|群|烧|热|化|房(?!费|款|钱)|回原|居|位|赃|捕|渔|婚|彩礼|兵|职|党|团|案|件)"
_NEAR: Final = r"[^，。！？；,!?;\s]"
_REFUSED: Final = regex(
    rf"(?:(?:不|没|未|难)(?:给|予|肯|让|能|同意|愿意?|办理|得|人|法|准|可以|许|允许)+|拒绝?|拒不|无法|没法)"
    rf"(?:我们?|客户|顾客|消费者)?(?:办理?|全额)?{_BACK}"
    rf"|{_MONEY}{_NEAR}{{0,8}}(?:不|没|未){_BACK}|(?:不|没|未){_BACK}{_NEAR}{{0,4}}{_MONEY}"
)
_WANTED: Final = regex(
    rf"(?:退还|返还|退回|退给|退)给?(?:我们?|本人|业主|消费者|乘客|家长)?{_NEAR}{{0,6}}?{_MONEY}"
    rf"|{_MONEY}{_NEAR}{{0,4}}(?:退还|返还|退回|退)给?(?:我|本人)"
    rf"|(?:请|要求|希望|帮|协调|能否|申请|求){_NEAR}{{0,6}}?(?:退还|返还|退给|退费|退一下|退了)"
)


class Sign(StrEnum):
    """By what words were taken for a purchase."""

    TRADE = "trade"
    TAKEN = "taken"
    REFUSED = "refused"
    WANTED = "wanted"


_GRAMMAR: Final = ((Sign.TAKEN, _TAKEN), (Sign.WANTED, _WANTED))


def sign_of_buying(text: str) -> Sign | None:
    """The first sign that ``text`` is about a purchase, a charge or a refund between a citizen and a seller."""
    left = _OTHERWISE.sub("＿", text)
    if _TRADE.search(left):
        return Sign.TRADE
    clauses = _CLAUSES.split(left)
    public = [_PUBLIC.search(one) is not None for one in clauses]
    if any(_REFUSED.search(one) and not any(public[max(at - 1, 0) : at + 2]) for at, one in enumerate(clauses)):
        return Sign.REFUSED
    if any(public):
        return None
    return next((sign for one in clauses for sign, form in _GRAMMAR if form.search(one)), None)


def speaks_of_buying(text: str) -> bool:
    """Whether ``text`` is about a purchase, a charge or a refund between a citizen and a seller."""
    return sign_of_buying(text) is not None
