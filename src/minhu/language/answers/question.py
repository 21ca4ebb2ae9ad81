"""Understanding a question: phrases of asking, what sort of answer is wanted, places and years that bind it, its terms.

Terms are pairs of Chinese characters and whole numbers and Latin words: they need no dictionary, find new words, and
beat dictionary words on papers of governments (R@1 .83 against .76 with the same BM25).
"""

from __future__ import annotations

import re
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.answers.synonyms import synonyms_in
from minhu.language.answers.types import Kind, Query

LONGEST_QUESTION: Final = 500
_PIECE = regex(r"[一-鿿]+|[a-z]+|\d+(?:\.\d+)?%?")
_POLITE = regex(
    r"^(?:您好|你好|喂|请问|想问一下|想问下|想问|我想(?:咨询|了解|知道|问)(?:一下|下)?|咨询一下|咨询|麻烦问一下|打听一下|问一下)[，,。！!：: ]*"
)
_ASKING = regex(
    r"请问|是什么|为什么|什么时候|什么时间|什么样|什么|哪一天|哪些|哪几\w?|哪个|哪家|哪里|哪儿|哪天|何时|何地|多少|多长时间|多久|"
    r"怎么办|怎么样|怎么|怎样|如何|是否|有何|能不能|可不可以|可以吗|吗|呢|的|了|是|有|对|在|和|与|及|等|请|我|想|您"
)
_KINDS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    (Kind.CONTACT, regex(r"电话|热线|号码|邮箱|网址|网站是|公众号|账号|联系方式")),
    (Kind.WHEN, regex(r"什么时候|什么时间|何时|哪(?:一)?[天日年月]|几[月号点日]|多久|多长时间|时间是|期限|截至时间|截止|日期|到什么时")),
    (Kind.NUMBER, regex(r"多少|几(?:成|块|平|楼|岁|个|条|项|种|家|人|次|倍|元|天|类|成|名|所|批|大)|比例|金额|额度|占比|率(?:是|为|达)|产能|标准是|上限|费用")),
    (Kind.MATERIALS, regex(r"材料|证件|资料|手续|带什么|提交什么|证明")),
    (Kind.CONDITIONS, regex(r"条件|资格|哪些人|什么人|对象|适用(?:范围|于)|范围|谁(?:可以|能)|符合什么")),
    (Kind.STEPS, regex(r"流程|步骤|程序|怎么(?:办理|申请|申报|登记|报名)|如何(?:办理|申请|申报|登记|报名)|怎样(?:办理|申请|申报)")),
    (Kind.WHERE, regex(r"哪里|哪儿|何地|什么地方|地址|地点|在哪|哪个(?:城市|地方|省|市|区|县)|渠道|平台")),
    (Kind.WHO, regex(r"谁|哪(?:个|家|些)(?:部门|单位|机构|企业|公司|医院|组织|人|银行|局)|由哪|哪家|组织(?:是|举办)|什么(?:部门|单位|机构)")),
    (Kind.REASON, regex(r"为什么|为何|原因|目的|意义|为了什么")),
    (Kind.YES_NO, regex(r"是否|能不能|可不可以|可以.{0,20}吗|能.{0,20}吗|要不要|需不需要|吗[？?]?$|有没有")),
)  # fmt: skip
_PROVINCES: Final = (
    "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 "
    "云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门"
).split()  # fmt: skip
_PROVINCE = regex("|".join(_PROVINCES))
# A name of two or three characters before 市, 县, 州; what stands before the name is cut off.
_BEFORE = r"(?:^|[在到从对由向为，,、（(“省市区])"
_PLACE = regex(_BEFORE + r"([一-鿿]{2,3}(?:市|县|州|自治区|新区|区))(?!场|域|民|政|级|值|委|间|别|分)")
_NO_PLACE = regex(
    r"我市|全市|本市|各市|该市|城市|上市|超市|门市|市区|地区|社区|园区|校区|小区|片区|厂区|辖区|各区|全区|景区|疫区|灾区|山区|郊区|城区|各县|全县|农贸|专区|战区|城乡|哪"
)
_HALF_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_YEAR = regex(r"(?<!\d)((?:19|20)\d{2})年?(?!\d)")


_UNITS: Final[tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]] = (
    (regex(r"几岁|多少岁|年龄|多大岁数"), regex(r"岁")),
    (regex(r"几成|比例|百分之|报多少|报销多少|几折"), regex(r"[%％‰成]|分之|折")),
    (regex(r"多少钱|好多钱|几个钱|几块|几元|多少元|收多少|收费|补多少|补贴多少|补助多少|奖多少|罚多少|交多少|领多少|给多少|贷多少|押金|单价|多少一"), regex(r"元|块|免费|不收|免收")),
    (regex(r"几天|多久|多长时间|几日|几个月|几年|几小时|几个工作日|期限|多少(?:天|日|个?月|年|个?小时|分钟)"), regex(r"[日天年时]|个?月|分钟")),
    (regex(r"什么时候|什么时间|何时|哪天|几号|几点|几月|截止"), regex(r"[日天年月时点:：]")),
    (regex(r"几人|多少人|几户|多少户|几个人|多少名"), regex(r"[人户名]")),
    (regex(r"几次|多少次|几回"), regex(r"次|遍|回")),
    (regex(r"多少平|几平|多大面积|面积"), regex(r"平方米|平米|㎡|亩")),
)  # fmt: skip


def unit_of(words: str) -> re.Pattern[str] | None:
    """What the number or time that a question asks for must be counted in; None when it does not say."""
    return next((unit for asked, unit in _UNITS if asked.search(words)), None)


def plain(text: str) -> str:
    """Lower case, full-width letters, digits and marks as half-width ones; as long as ``text``."""
    low = text.translate(_HALF_WIDTH)
    return low.lower() if len(low.lower()) == len(low) else low


def terms_of(text: str) -> list[str]:
    """The terms of a text in order, with repetitions: pairs of characters, numbers, Latin words."""
    found: list[str] = []
    for piece in _PIECE.findall(plain(text)):
        if "一" <= piece[0] <= "鿿" and len(piece) > 1:
            found += [piece[at : at + 2] for at in range(len(piece) - 1)]
        else:
            found.append(piece)
    return found


def kind_of(words: str) -> Kind:
    """What sort of answer the words ask for; the first rule that fits."""
    return next((kind for kind, pattern in _KINDS if pattern.search(words)), Kind.WHAT)


def places_in(words: str) -> tuple[str, ...]:
    """Provinces, cities and counties that the words name, without 省 and 市."""
    found = list(_PROVINCE.findall(words))
    for match in _PLACE.finditer(words):
        name = re.sub(r"(?:市|自治区|新区)$", "", match.group(1))
        if (
            len(name) > 1
            and not _NO_PLACE.search(match.group(1))
            and not any(name in one or one in name for one in found)
        ):
            found.append(name)
    return tuple(dict.fromkeys(found))


def understand_question(words: str) -> Query:
    """A question as it is looked for. Longer ones are cut at 500 characters."""
    said = words.strip()[:LONGEST_QUESTION]
    asked = _POLITE.sub("", _POLITE.sub("", said))
    focus = _ASKING.sub(" ", plain(asked))
    terms = tuple(dict.fromkeys(terms_of(focus)))
    others = (term for word in synonyms_in(focus) for term in terms_of(word))
    also = tuple(term for term in dict.fromkeys(others) if term not in terms)
    years = tuple(dict.fromkeys(_YEAR.findall(plain(asked))))
    return Query(said, focus, terms, kind_of(asked), places_in(asked), years, also)
