"""Masks: how personal values look to those who need not know them (domain rules, law and safety).

Every function takes any text and never returns more than its rule allows: what it does not recognise
is hidden entirely. Masks are for display; stored values are encrypted by `engines.secrets`.
"""

import re

_COMPOUND = frozenset(
    "欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 令狐 慕容 夏侯 司徒 司空 宇文 长孙 端木 百里 南宫 "
    "西门 独孤 轩辕 澹台 赫连 闻人 申屠 太史 公冶 宗政 濮阳 淳于 单于 太叔 仲孙 钟离 鲜于 闾丘 "
    "万俟 呼延 纳兰 拓跋 贺兰 第五 东郭 南门 左丘 梁丘 谷梁 公羊".split()
)
_STREET = re.compile(r"^(.*?(?:街道|地区办事处|苏木|[^路街巷道号]{1,8}[镇乡]))")
_DISTRICT = re.compile(r"^(.*(?:自治县|自治旗|新区|林区|特区|[^小园社地片]区|县|旗|市|州|盟|省))")
_ROAD = re.compile(r"^([一-鿿]{1,12}?(?:大道|大街|公路|路|街|巷|胡同|弄))")


def phone(text: str) -> str:
    """'13812345678' → '138****5678'; a landline keeps its area code and last two digits."""
    value = text.strip()
    digits = re.sub(r"\D", "", value)
    if digits.startswith("86") and len(digits) == 13:
        digits = digits[2:]
    if len(digits) == 11 and digits.startswith("1"):
        return f"{digits[:3]}****{digits[-4:]}"
    landline = re.fullmatch(r"(0\d{2,3})[-\s]?(\d{7,8})", value)
    if landline:
        return f"{landline[1]}-{'*' * (len(landline[2]) - 2)}{landline[2][-2:]}"
    return "****"


def identity(text: str) -> str:
    """'110101199001011234' → '110***********1234' (also the old form of 15 digits)."""
    value = text.strip().upper()
    if re.fullmatch(r"\d{17}[\dX]|\d{15}", value):
        return f"{value[:3]}{'*' * (len(value) - 7)}{value[-4:]}"
    return "****"


def name(text: str) -> str:
    """'欧阳修' → '欧阳**': the surname and always two stars, so that the length tells nothing."""
    value = text.strip()
    if not value:
        return ""
    surname = value[:2] if value[:2] in _COMPOUND and len(value) > 2 else value[:1]
    return f"{surname}**"


def address(text: str) -> str:
    """Keep an address down to the street or township: '云溪市青川区望江街道春晖路12号' → '…望江街道****'.

    Without one, down to the county; else the name of the road; else nothing but stars.
    """
    value = text.strip()
    if not value:
        return ""
    for pattern in (_STREET, _DISTRICT, _ROAD):
        match = pattern.match(value)
        if match:
            return match[1] if match[1] == value else f"{match[1]}****"
    return "****"


def email(text: str) -> str:
    """'anna@example.org' → 'a***@example.org'."""
    local, at, host = text.strip().rpartition("@")
    return f"{local[0]}***@{host}" if at and local and host else "****"


def plate(text: str) -> str:
    """'京A12312' → '京A·***12' (new-energy plates have one more star)."""
    value = re.sub(r"[\s·•.\-]", "", text).upper()
    if re.fullmatch(r"[一-鿿][A-Z][0-9A-Z学警港澳挂]{5,6}", value):
        return f"{value[:2]}·{'*' * (len(value) - 4)}{value[-2:]}"
    return "****"


_IDENTITY_IN_TEXT = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{9}[\dXx](?!\d)")
_PHONE_IN_TEXT = re.compile(r"(?<!\d)(?:(?:\+|00)86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}(?!\d)")
_EMAIL_IN_TEXT = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,}")
# every pattern above and below needs one of these
_MAY_BE_PERSONAL = re.compile(r"[0-9@]")
_LANDLINE_IN_TEXT = re.compile(r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)")


def free_text(text: str) -> str:
    """Mask telephone and identity numbers and e-mail addresses wherever they stand in a text."""
    if not _MAY_BE_PERSONAL.search(text):
        return text
    masked = _IDENTITY_IN_TEXT.sub(lambda m: identity(m[0]), text)
    masked = _EMAIL_IN_TEXT.sub(lambda m: email(m[0]), masked)
    masked = _PHONE_IN_TEXT.sub(lambda m: phone(m[0]), masked)
    return _LANDLINE_IN_TEXT.sub(lambda m: phone(m[0]), masked)
