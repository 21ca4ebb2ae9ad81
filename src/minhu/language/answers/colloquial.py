"""Questions as people say them at home, in the standard words that papers and patterns of asking know."""

from __future__ import annotations

import re
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.plain import normalise
from minhu.language.speech import CHINESE, recognise

_NUMBERS_BEFORE: Final = "(?<![更最变又太很真不])"
_WORDS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (regex(r"(?:该)?咋(?:个)?(?:整|办|弄|搞)"), "怎么办"), (regex(r"啷个办|咋子办|点样办"), "怎么办"),
    (regex(r"咋(?:个)?样"), "怎么样"), (regex(r"咋(?:个|子)?|啷个"), "怎么"),
    (regex(r"啥子|么子|嘛玩意|乜嘢|咩嘢"), "什么"), (regex(r"啥时候|啥时间|几时|多咱|好久(?=[办报交发收开到截拿能才])"), "什么时候"),
    (regex(r"(?<=[是要得])好久"), "多久"), (regex(r"啥地方|哪搭|哪块儿|搁哪(?:儿|疙瘩)?|哪疙瘩|边度"), "哪里"), (regex(r"啥"), "什么"),
    (regex(_NUMBERS_BEFORE + r"好多(?=[钱块元天岁个次年人]|$)"), "多少"), (regex(r"几多"), "多少"), (regex(r"好大(?=才|能|可以|收|办)"), "几岁"),
    (regex(r"莫得|冇得|没得"), "没有"), (regex(r"中不中|要得不|得行不|成不成|行不|成不"), "可以吗"),
    (regex(r"(?<=[要交收给退管能办])不(?=[？?。]?$)|(?<=[证钱着字去])不(?=[？?。]?$)"), "吗"),
    (regex(r"娃儿|(?<![一-鿿])娃(?=上|的|要|能|打|读)|细路(?:仔)?|伢子"), "孩子"), (regex(r"俺们|咱们?"), "我们"), (regex(r"俺"), "我"),
    (regex(r"自个儿"), "自己"), (regex(r"老汉儿?|爹"), "父亲"), (regex(r"要得[，,]"), ""), (regex(r"唔该"), "请问"),
)  # fmt: skip


def standard(words: str) -> str:
    """``words`` with dialect and household words of asking as standard ones; unchanged where there are none."""
    heard = recognise(words)
    plain = normalise(words, heard).text if heard.language == CHINESE else words
    for pattern, new in _WORDS:
        plain = pattern.sub(new, plain)
    return plain
