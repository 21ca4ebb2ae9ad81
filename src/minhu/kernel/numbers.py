"""Order numbers: YYMMDD + six digits of the day's sequence + one check digit (13 digits).

The check digit is Damm's (H. M. Damm, 2004): it finds every single wrong digit and every swap of two
neighbours, the two commonest slips when a number is read out over the telephone.
"""

import re
import unicodedata
from datetime import date

LENGTH = 13
MAX_SEQUENCE = 999_999

_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_CHINESE_DIGITS = str.maketrans("〇零一幺二三四五六七八九", "001123456789")


def _damm(digits: str) -> int:
    state = 0
    for digit in digits:
        state = _DAMM[state][int(digit)]
    return state


def make_number(day: date, sequence: int) -> str:
    """Return the 13-digit number of the `sequence`-th (0…999999) order of `day` (2000…2099).

    Raises ValueError when either is out of range.
    """
    if not 0 <= sequence <= MAX_SEQUENCE:
        raise ValueError(f"sequence {sequence} is not within 0…{MAX_SEQUENCE}")
    if not 2000 <= day.year <= 2099:
        raise ValueError(f"year {day.year} is not within 2000…2099")
    body = f"{day:%y%m%d}{sequence:06d}"
    return f"{body}{_damm(body)}"


def is_valid_number(text: str) -> bool:
    """Tell whether `text` is exactly a well-formed number: 13 ASCII digits, a real date, right check."""
    if not re.fullmatch(r"[0-9]{13}", text):
        return False
    try:
        date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        return False
    return _damm(text) == 0


def normalise_number(text: str) -> str:
    """Return the digits of a number as a person may write it: full width, Chinese digits, separators.

    '编号：２６０３０１-000012 7' becomes '2603010000127'. Checks nothing: ask `is_valid_number` then.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_CHINESE_DIGITS)
    return re.sub(r"[^0-9]", "", plain)
