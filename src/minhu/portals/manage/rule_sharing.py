"""What a draft of the sharing rules would change: units and people that look, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from minhu.directory.queries.rules import PARSERS, AccessRules
from minhu.directory.queries.sharing import readers_under
from minhu.directory.types import RuleKind
from minhu.kernel.errors import Invalid
from minhu.portals.manage.rule_settings import reader_word


@dataclass(frozen=True, slots=True)
class SharingLine:
    """One kind of reader with how many units and people look now and would look."""

    direction: str
    reader: str
    units_before: int
    people_before: int
    units_after: int
    people_after: int

    @property
    def changes(self) -> bool:
        """Whether the draft gives or takes sight here."""
        return (self.units_before, self.people_before) != (self.units_after, self.people_after)


def sharing_preview(current: Mapping[str, Any], draft: Mapping[str, Any]) -> list[SharingLine]:
    """The readers of either version; empty when a version cannot be read."""
    try:
        before, after = (_counts(PARSERS[RuleKind.ACCESS](content, "")) for content in (current, draft))
    except Invalid:
        return []
    keys = sorted({*before, *after}, key=lambda key: (not key[0], key[1]))
    return [
        SharingLine(
            _("向上") if upward else _("向下"), reader_word(reader),
            *before.get((upward, reader), (0, 0)), *after.get((upward, reader), (0, 0)),
        )
        for upward, reader in keys
    ]  # fmt: skip


def _counts(rules: AccessRules) -> dict[tuple[bool, str], tuple[int, int]]:
    return {(one.upward, one.reader): (one.units, one.people) for one in readers_under(rules)}
