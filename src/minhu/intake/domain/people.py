"""Checks of what a person says of themselves: telephone and identity number."""

from __future__ import annotations

import re
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_SEPARATORS = re.compile(r"[\s\-–—·.()（）]")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(?:0\d{2,3})?[2-8]\d{6,7}(?:转\d{1,6})?")
_SERVICE = re.compile(r"[48]00\d{7}|1\d{2,4}|9\d{4,7}")
_ABROAD = re.compile(r"(?:\+|00)(?!86)\d{7,15}")


def phone_problem(text: str) -> str | None:
    """Why `text` is no telephone number, in words; None when it is one (mobile, landline, 400, abroad)."""
    digits = _SEPARATORS.sub("", text)
    digits = re.sub(r"^(?:\+86|0086)", "", digits)
    if any(form.fullmatch(digits) for form in (_MOBILE, _LANDLINE, _SERVICE, _ABROAD)):
        return None
    if re.fullmatch(r"1\d*", digits) and len(digits) != 11:
        return f"手机号应为 11 位，现在是 {len(digits)} 位，请核对。"
    return "电话号码格式不正确，请填写 11 位手机号，或带区号的固定电话。"


def identity_problem(text: str, today: date) -> str | None:
    """Why `text` is no citizen's identity number (GB 11643-1999, MOD 11-2), in words; None when it is."""
    value = text.upper()
    if re.fullmatch(r"\d{15}", value):
        value = f"{value[:6]}19{value[6:]}"
        return None if _born(value, today) else "身份证号中的出生日期不正确，请核对。"
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", value):
        return "身份证号应为 18 位数字，最后一位可以是 X，请核对。"
    if not _born(value, today):
        return "身份证号中的出生日期不正确，请核对。"
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, value, strict=False))
    return None if _CHECKS[total % 11] == value[17] else "身份证号校验位不正确，可能有一位填错，请核对。"


def _born(value: str, today: date) -> bool:
    try:
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return False
    return date(1850, 1, 1) <= born <= today
