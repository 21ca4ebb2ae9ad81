"""What an installation asks of passwords and sessions: two profiles, as values.

``dengbao`` follows GB/T 22239-2019, third level, 8.1.4.1 (identity authentication: complexity, regular change, limits on
failed attempts, time-out of idle connections, two factors). ``asvs`` follows OWASP ASVS 5.0, chapter 6 (length instead
of composition, no forced change, known passwords refused).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

CLASSES: Final = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"[0-9]"), re.compile(r"[^A-Za-z0-9]"))
WORDS_OF_THE_HOUSE: Final = ("minhu", "12345", "hotline", "rexian")
LONGEST: Final = 128


@dataclass(frozen=True, slots=True)
class Profile:
    """One set of rules; ``change_days``, ``remembered`` and ``classes`` are 0 where nothing is asked.

    ``attempts`` wrong second factors lock that step for ``lock_for``; a session ends after ``idle`` without a
    request and ``longest`` after it began.
    """

    name: str
    least: int
    classes: int
    change_days: int
    remembered: int
    attempts: int
    lock_for: timedelta
    idle: timedelta
    longest: timedelta


PROFILES: Final = {
    "dengbao": Profile("dengbao", 10, 3, 90, 5, 5, timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=12)),
    "asvs": Profile("asvs", 12, 0, 0, 0, 5, timedelta(minutes=15), timedelta(hours=1), timedelta(hours=12)),
}


def classes_in(password: str) -> int:
    """How many of small letters, capital letters, digits and other signs occur."""
    return sum(bool(kind.search(password)) for kind in CLASSES)


def complaints(password: str, profile: Profile) -> list[str]:
    """What ``profile`` finds wrong with a password, in words; known and similar passwords are judged elsewhere."""
    found = []
    if len(password) < profile.least:
        found.append(f"密码至少 {profile.least} 位。")
    if len(password) > LONGEST:
        found.append(f"密码最多 {LONGEST} 位。")
    if classes_in(password) < profile.classes:
        found.append(f"密码要包含大写字母、小写字母、数字、符号中的至少 {profile.classes} 种。")
    plain = password.lower()
    rest = plain
    for word in WORDS_OF_THE_HOUSE:
        rest = rest.replace(word, "")
    if len(rest) < len(plain) and len(rest) < profile.least // 2:
        found.append("密码不能主要由“minhu”“12345”等与热线有关的词组成。")
    if len(set(password)) < 5:
        found.append("密码中不同的字符太少。")
    return found
