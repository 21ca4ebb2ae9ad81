"""规则: which rule sets there are, what is in force, drafts and how they differ, publishing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries import versions
from minhu.directory.queries.rules import SHIPPED, published
from minhu.directory.services import rule_sets
from minhu.directory.types import RuleKind
from minhu.kernel.errors import MinhuError
from minhu.portals.manage import rule_shapes, words
from minhu.portals.manage.common import act, show
from minhu.portals.manage.differences import of_rules
from minhu.portals.manage.rule_settings import SETTINGS, SettingsForm
from minhu.portals.manage.rule_sharing import sharing_preview
from minhu.portals.manage.rule_text import stamp_of, written
from minhu.portals.orders.guards import for_staff

MOST_SHOWN = 200
ORDER = (
    RuleKind.DEADLINES, RuleKind.SUPERVISION, RuleKind.INTAKE, RuleKind.REASONS, RuleKind.AUTOMATION, RuleKind.RATES,
    RuleKind.ACCESS, RuleKind.PUBLISHING, RuleKind.SOURCES, RuleKind.LINES,
)  # fmt: skip


def home(kind: RuleKind) -> str:
    """The page of a kind of rules."""
    return "/manage/calendar/" if kind is RuleKind.CALENDAR else f"/manage/rules/{kind.value}/"


def version_address(kind: RuleKind, version_id: int) -> str:
    """The page of one version of rules."""
    return f"{home(kind)}{version_id}/"


def listed(kind: RuleKind) -> list[dict[str, Any]]:
    """The versions of a kind for the list at the foot of the page."""
    return [
        {"view": view, "word": words.word(words.STATES, view.state), "url": version_address(kind, view.id)}
        for view in versions.rule_versions(kind)
    ]


@for_staff(Action.MANAGE_RULES)
@require_GET
def kinds(request: HttpRequest) -> HttpResponse:
    """All kinds of rules with the version in force and the drafts."""
    found = []
    for kind in ORDER:
        drafts = [view for view in versions.rule_versions(kind) if view.is_draft]
        version = published(kind)[1]
        found.append({
            "kind": kind.value, "word": words.RULES[kind], "text": words.RULE_TEXTS[kind], "drafts": drafts,
            "version": version, "shipped": version == SHIPPED,
        })  # fmt: skip
    return show(request, "rules", "rules", {"kinds": found})


def settings_of(kind: RuleKind, content: dict[str, Any], stamp: str) -> SettingsForm | None:
    """The form of the single settings of a kind, filled in; None for a kind that has none."""
    form = SETTINGS.get(kind)
    return form(initial={**form.initial_of(content), "stamp": stamp}) if form else None


def page(
    request: HttpRequest, kind: RuleKind, found: versions.RuleVersion | None, *, error: MinhuError | None = None,
    settings_form: SettingsForm | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """One version of a kind of rules (none: what is in force), as tables and settings; a draft can be edited."""
    current, name = published(kind)
    content = found.content if found else current
    editing = bool(found and found.view.is_draft)
    changes = of_rules(current, content) if editing else []
    stamp = stamp_of(content)
    context = {
        "kind": kind.value, "word": words.RULES[kind], "text": words.RULE_TEXTS[kind], "view": found.view if found else None,
        "version_name": name, "shipped": name == SHIPPED, "editing": editing, "changes": changes[:MOST_SHOWN],
        "change_count": len(changes), "versions": listed(kind), "error": error, "stamp": stamp,
        "deadlines": rule_shapes.deadlines(content) if kind is RuleKind.DEADLINES else [],
        "tables": rule_shapes.tables(kind, content),
        "sharing": sharing_preview(current, content) if kind is RuleKind.ACCESS else None, "units": words.choices(words.UNITS_OF_TIME),
        "settings": settings_form or settings_of(kind, content, stamp), "source": written(content)[0],
        "state_word": words.word(words.STATES, found.view.state) if found else "",
        "warns": kind is RuleKind.AUTOMATION, "has_text": True,
    }  # fmt: skip
    return show(request, "rules", "rule", context, error.status if error else status)


@for_staff(Action.MANAGE_RULES)
@require_GET
def in_force(request: HttpRequest, kind: str) -> HttpResponse:
    """What is in force for a kind."""
    wanted = rule_sets.kind_of(kind)
    if wanted is RuleKind.CALENDAR:
        return redirect("manage_calendar")
    return page(request, wanted, None)


@for_staff(Action.MANAGE_RULES)
@require_GET
def version(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    """One version of a kind."""
    wanted = rule_sets.kind_of(kind)
    if wanted is RuleKind.CALENDAR:
        return redirect("manage_calendar_version", version)
    return page(request, wanted, versions.rule_version(version, wanted))


@for_staff(Action.MANAGE_RULES)
@require_POST
def start(request: HttpRequest, kind: str) -> HttpResponse:
    """Begin a draft as a copy of what is in force."""
    wanted = rule_sets.kind_of(kind)
    made = rule_sets.draft(wanted, request.POST.get("note", ""))
    messages.success(request, _("已从现行规则起草第 {n} 版。").format(n=made.version))
    return redirect(version_address(wanted, made.pk))


@for_staff(Action.MANAGE_RULES)
@require_POST
def publish(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    """Check a draft once more and put it in force."""
    wanted = rule_sets.kind_of(kind)
    try:
        made = rule_sets.publish(version)
    except MinhuError as error:
        if wanted is RuleKind.CALENDAR:
            messages.error(request, error.message)
            return redirect(version_address(wanted, version))
        return page(request, wanted, versions.rule_version(version, wanted), error=error)
    text = _("“{name}”第 {n} 版已发布。正在走的时钟仍按原来的规则走完。")
    messages.success(request, text.format(name=words.RULES[wanted], n=made.version))
    return redirect(home(wanted))


@for_staff(Action.MANAGE_RULES)
@require_POST
def discard(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    """Throw a draft away."""
    return act(request, lambda: rule_sets.discard(version), _("草稿已删除。"), home(rule_sets.kind_of(kind)))


@for_staff(Action.MANAGE_RULES)
@require_POST
def retire(request: HttpRequest, kind: str) -> HttpResponse:
    """Go back to the rules that come with the product."""
    wanted = rule_sets.kind_of(kind)
    return act(request, lambda: rule_sets.retire(wanted), _("已恢复产品默认规则。"), home(wanted))
