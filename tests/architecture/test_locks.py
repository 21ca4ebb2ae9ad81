"""Advisory locks: one register of their numbers, and none anywhere else."""

from __future__ import annotations

import re
from pathlib import Path

from minhu.kernel.locks import Change, Lock

SOURCE = Path(__file__).parents[2] / "src" / "minhu"
NUMBERED = re.compile(r"advisory_(?:xact_)?lock\(\s*\d+|\block=\d+|^_?LOCK\w*(?:: \w+)? = \d", re.MULTILINE)
IN_A_TRIGGER = {"directory/guards.py"}


def test_no_two_locks_share_a_number_and_none_stands_outside_the_register() -> None:
    for register in (Lock, Change):
        assert len({int(one) for one in register}) == len(register.__members__)
    found = {
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if "migrations" not in file.parts and NUMBERED.search(file.read_text(encoding="utf-8"))
    }
    assert found == IN_A_TRIGGER
    assert f"lock({Lock.KEEP_APART:d}," in (SOURCE / "directory/guards.py").read_text(encoding="utf-8")
