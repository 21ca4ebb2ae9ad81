"""Versions of rule sets: draft from what is in force, check line by line, publish, retire, export."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from minhu.directory.models import RuleSet
from minhu.directory.policy import Action
from minhu.directory.queries.rules import PARSERS, published
from minhu.directory.services.changes import LOCK_RULES, change, record
from minhu.directory.services.versions import discard_draft, get_draft, new_draft, put_in_force, retire_version
from minhu.directory.types import RuleKind, VersionState
from minhu.kernel.errors import Invalid, NotFound


def kind_of(name: str) -> RuleKind:
    """The kind with a name; raises NotFound that lists the kinds."""
    try:
        return RuleKind(name)
    except ValueError as error:
        raise NotFound(f"没有“{name}”这类规则，可选：{'、'.join(RuleKind)}。", code="no_such_rules") from error


def check(kind: RuleKind, content: object) -> None:
    """Raise Invalid naming each wrong line (``fields``); say nothing when the content can be published."""
    if not isinstance(content, Mapping):
        raise Invalid("规则应当是一个 JSON 对象。", code="bad_rules")
    PARSERS[kind](content, "草稿")


def draft(kind: RuleKind, note: str = "") -> RuleSet:
    """A new draft that begins as a copy of the rules in force."""
    with change(Action.MANAGE_RULES, lock=LOCK_RULES):
        content, _ = published(kind)
        made = new_draft(RuleSet, note, kind=kind.value, content=copy.deepcopy(content))
        record("version_drafted", (kind.value, made.version))
        return made


def save(draft_id: int, content: Mapping[str, Any], note: str | None = None) -> RuleSet:
    """Put content into a draft; raises Invalid for wrong lines and Conflict for a published version."""
    with change(Action.MANAGE_RULES, lock=LOCK_RULES):
        found = get_draft(RuleSet, draft_id)
        check(RuleKind(found.kind), content)
        found.content = dict(content)
        found.note = found.note if note is None else note[:255]
        found.save(update_fields=["content", "note"])
        record("version_saved", (found.kind, found.version))
        return found


def publish(draft_id: int) -> RuleSet:
    """Put a draft in force everywhere; running clocks keep the deadlines they were given."""
    with change(Action.MANAGE_RULES, lock=LOCK_RULES):
        found = get_draft(RuleSet, draft_id)
        check(RuleKind(found.kind), found.content)
        return put_in_force(found)


def retire(kind: RuleKind) -> None:
    """Return to the rules shipped with the product."""
    with change(Action.MANAGE_RULES, lock=LOCK_RULES):
        found = RuleSet.objects.select_for_update().filter(kind=kind.value, state=VersionState.PUBLISHED.value).first()
        if found is None:
            raise NotFound("这类规则没有已发布的版本，正在使用产品默认值。", code="no_such_version")
        retire_version(found)


def discard(draft_id: int) -> None:
    """Throw a draft away."""
    with change(Action.MANAGE_RULES, lock=LOCK_RULES):
        discard_draft(get_draft(RuleSet, draft_id))


def put(kind: RuleKind, content: Mapping[str, Any], note: str = "") -> tuple[int, bool]:
    """Publish content as a new version unless it is what is in force; returns its number and whether it is new."""
    with change(Action.MANAGE_RULES, lock=LOCK_RULES):
        check(kind, content)
        there = RuleSet.objects.filter(kind=kind.value, state=VersionState.PUBLISHED.value).first()
        if there is not None and there.content == content:
            return there.version, False
        made = new_draft(RuleSet, note, kind=kind.value, content=dict(content))
        return put_in_force(made).version, True
