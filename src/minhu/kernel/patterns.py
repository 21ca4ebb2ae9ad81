"""Regular expressions that are compiled when they are first used, not when their module is imported.

The rules of language are about a thousand. A command or a server that starts meets few of them; compiling all at
import cost every program a fifth of its start.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, Final, Generic, cast

_LENT: Final = (
    "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn", "groups", "groupindex"
)  # fmt: skip


class Uncompiled(Generic[AnyStr]):
    """Stands for a compiled pattern; the first use of any method compiles it and keeps the methods, at no cost after."""

    __slots__ = ("flags", "pattern", *_LENT)
    pattern: AnyStr
    flags: int

    def __init__(self, pattern: AnyStr, flags: int) -> None:
        self.pattern = pattern
        self.flags = flags

    def __getattr__(self, name: str) -> Any:
        """Called only for what is not kept yet."""
        if name not in _LENT:
            raise AttributeError(name)
        self.compile()
        return object.__getattribute__(self, name)

    def compile(self) -> re.Pattern[AnyStr]:
        """The compiled pattern; re.error where it is none."""
        compiled = re.compile(self.pattern, self.flags)
        for name in _LENT:
            setattr(self, name, getattr(compiled, name))
        return compiled

    def __repr__(self) -> str:
        return f"regex({self.pattern!r})"


def regex(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """A pattern for a constant of a module, compiled at its first use.

    It has the methods of a compiled pattern; functions of `re` that take a pattern need its ``.pattern``.
    """
    return cast("re.Pattern[AnyStr]", Uncompiled(pattern, flags))
