"""Rules in force: without them no clock has a length and no refusal has a basis."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from minhu.directory.models import RuleSet
from minhu.directory.queries import freshness, rules
from minhu.directory.services import rule_sets
from minhu.directory.types import RuleKind
from minhu.kernel.calendar import Duration
from minhu.kernel.errors import Conflict, Invalid, NotFound

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", list(RuleKind))
def test_shipped_rules_are_valid(kind: RuleKind) -> None:
    rule_sets.check(kind, rules.shipped_content(kind))


@pytest.mark.parametrize(
    ("clock", "facts", "expected"),
    [
        ("sign", {}, Duration(2, "hours", True)),
        ("contact", {}, Duration(1, "working_days")),
        ("handle", {"request_type": "consultation"}, Duration(1, "working_days")),
        ("handle", {"request_type": "help"}, Duration(5, "working_days")),
        ("handle", {"request_type": "suggestion"}, Duration(5, "working_days")),
        ("handle", {"request_type": "complaint"}, Duration(10, "working_days")),
        ("handle", {"request_type": "report"}, Duration(10, "working_days")),
        ("handle", {"request_type": ""}, Duration(10, "working_days")),
        ("handle", {"request_type": "complaint", "deadline_key": "hard"}, Duration(15, "working_days")),
        ("handle", {"request_type": "complaint", "urgency": "urgent"}, Duration(24, "hours")),
        ("handle", {"request_type": "complaint", "urgency": "danger", "deadline_key": "hard"}, Duration(2, "hours")),
        ("handle", {"request_type": "complaint", "deadline_key": "no such key"}, Duration(10, "working_days")),
        ("supervision", {"level": "reminder"}, Duration(4, "hours", True)),
        ("supervision", {"level": "supervision"}, Duration(1, "working_days")),
    ],
)
def test_the_default_deadlines_are_those_of_the_hotline_rules(
    clock: str, facts: dict[str, str], expected: Duration
) -> None:
    assert rules.deadline_rules().line_for(clock, **facts).duration == expected


def test_every_clock_has_a_line_for_anything() -> None:
    for clock in rules.CLOCKS:
        assert rules.deadline_rules().line_for(clock, request_type="?", urgency="?", level="?", category_path="?/?")


def test_the_deepest_category_decides_and_unrelated_ones_do_not() -> None:
    content = _copy(RuleKind.DEADLINES)
    content["lines"] += [
        {"key": "a", "clock": "handle", "category": "01", "amount": 4, "unit": "working_days"},
        {"key": "b", "clock": "handle", "category": "0102", "amount": 3, "unit": "working_days"},
    ]
    table = rules.parse_deadlines(content, "1")
    assert table.line_for("handle", category_path="01/0102/010203", request_type="complaint").key == "b"
    assert table.line_for("handle", category_path="01/0101", request_type="complaint").key == "a"
    assert table.line_for("handle", category_path="0/010", request_type="complaint").key == "handle.complaint"


def _copy(kind: RuleKind) -> dict[str, Any]:
    return copy.deepcopy(rules.shipped_content(kind))


def test_wrong_lines_are_named_one_by_one_and_nothing_is_saved() -> None:
    content = _copy(RuleKind.DEADLINES)
    content["lines"][0]["amount"] = -3
    content["lines"][1]["clock"] = "lunch"
    content["lines"][2]["amuont"] = 3
    content["lines"] = [line for line in content["lines"] if line["key"] != "sign"]
    content["lights"] = {"yellow": 0.1, "orange": 0.4}
    with pytest.raises(Invalid) as caught:
        rule_sets.put(RuleKind.DEADLINES, content)
    fields = caught.value.fields or {}
    assert {"lines[1].amount", "lines[2].clock", "lines[3].amuont", "lines(sign)", "lights.orange"} <= set(fields)
    assert not RuleSet.objects.exists()


@pytest.mark.parametrize(
    ("kind", "content", "where"),
    [
        ("intake", {"rows": []}, "rows(accept)"),
        ("reasons", {"groups": {"refuse": [{"code": "a", "label": ""}]}}, "groups.refuse[1].label"),
        (
            "supervision",
            {"rules": [{"code": "a", "trigger": "overdue", "level": "reminder", "text": "t"}]},
            "rules[1].clock",
        ),
        ("automation", {"auto_dispatch": "yes"}, "auto_dispatch"),
        ("calendar", {"profiles": {"office": {"mon": "8 to 5"}}}, "profiles.office.mon"),
        ("calendar", {"profiles": {"night": {"mon": "00:00-24:00"}}}, "profiles.office"),
        ("rates", {"composite": {"response": 0.9}}, "composite"),
        ("deadlines", {"lines": "many"}, "lines"),
        ("deadlines", {"lines": ["one"]}, "lines[1]"),
        (
            "deadlines",
            {"lines": [{"key": "x", "clock": "sign", "amount": 9999, "unit": "working_days"}]},
            "lines[1].amount",
        ),
    ],
)
def test_each_kind_of_rules_says_where_it_is_wrong(kind: str, content: dict[str, Any], where: str) -> None:
    with pytest.raises(Invalid) as caught:
        rule_sets.check(RuleKind(kind), content)
    assert where in (caught.value.fields or {})


def test_a_rule_set_that_is_no_object_is_refused() -> None:
    with pytest.raises(Invalid):
        rule_sets.check(RuleKind.RATES, [1, 2])


def test_a_published_version_rules_at_once_and_the_old_one_stays_readable() -> None:
    made = rule_sets.draft(RuleKind.DEADLINES, "试行")
    content = copy.deepcopy(made.content)
    content["returns_before_arbitration"] = 5
    rule_sets.save(made.pk, content)
    assert rules.deadline_rules().returns_before_arbitration == 2
    rule_sets.publish(made.pk)
    assert rules.deadline_rules().returns_before_arbitration == 5
    assert rules.deadline_rules().version == "1"
    second = rule_sets.draft(RuleKind.DEADLINES)
    rule_sets.publish(second.pk)
    assert [(row.version, row.state) for row in RuleSet.objects.all()] == [(2, "published"), (1, "retired")]
    rule_sets.retire(RuleKind.DEADLINES)
    assert rules.deadline_rules().version == rules.SHIPPED
    with pytest.raises(NotFound):
        rule_sets.retire(RuleKind.DEADLINES)


def test_the_same_content_again_makes_no_new_version() -> None:
    content = _copy(RuleKind.REASONS)
    assert rule_sets.put(RuleKind.REASONS, content) == (1, True)
    assert rule_sets.put(RuleKind.REASONS, content) == (1, False)


def test_a_published_version_cannot_be_changed_by_anybody() -> None:
    made = rule_sets.draft(RuleKind.RATES)
    rule_sets.publish(made.pk)
    for wrong in (rule_sets.publish, rule_sets.discard, lambda pk: rule_sets.save(pk, made.content)):
        with pytest.raises(Conflict):
            wrong(made.pk)
    for statement in (
        "UPDATE directory_ruleset SET content = '{}' WHERE state = 'published'",
        "UPDATE directory_ruleset SET state = 'draft' WHERE state = 'published'",
        "DELETE FROM directory_ruleset WHERE state = 'published'",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_draft_can_be_thrown_away() -> None:
    made = rule_sets.draft(RuleKind.RATES)
    rule_sets.discard(made.pk)
    assert not RuleSet.objects.exists()


def test_rules_cost_no_query_while_nobody_changes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshness, "CHECK_SECONDS", 60.0)
    rules.deadline_rules(), rules.reasons()
    freshness.forget()
    with CaptureQueriesContext(connection) as queries:
        for _ in range(1000):
            rules.deadline_rules(), rules.reasons(), rules.working_calendar()
    assert len(queries) <= 2
    freshness.forget()


def test_units_work_their_own_hours() -> None:
    from datetime import datetime

    from minhu.kernel.calendar import CHINA_TIME

    midnight = datetime(2026, 11, 22, 2, 0, tzinfo=CHINA_TIME)
    assert not rules.working_calendar().is_working(midnight)
    assert rules.working_calendar("always").is_working(midnight)
    assert rules.working_calendar("unknown profile") is rules.working_calendar()


def test_reasons_and_intake_rows_are_found_by_code() -> None:
    assert rules.reasons().label("ask_return", "not_our_duty") == "不属于本单位职责"
    assert rules.reasons().label("ask_return", "gone") == "gone"
    assert rules.reasons().of("no such step") == ()
    row = rules.intake_rules().row("legal.litigation")
    assert row.intake_class == "legal_route"
    assert row.needs_person
    assert row.basis
    assert rules.intake_rules().row("unheard of", "malicious").code == "malicious"
    assert not rules.intake_rules().row("accept").needs_person
    assert all(row.needs_person for row in rules.intake_rules().rows if row.intake_class != "accept")


def test_supervision_rules_watch_the_right_clock() -> None:
    assert [rule.code for rule in rules.supervision_rules().on("overdue", "handle")] == ["handle_overdue"]
    assert [rule.threshold for rule in rules.supervision_rules().on("reopened")] == [3]


def test_no_machine_dispatches_until_the_city_allows_it() -> None:
    assert rules.automation().dispatch_line("01/0101", 1.0) is None
    content = _copy(RuleKind.AUTOMATION)
    content["dispatch_lines"] = [{"category": "01", "confidence": 0.9}, {"category": "0101", "confidence": 0.99}]
    assert rules.parse_automation(content, "1").dispatch_line("01/0101", 1.0) is None
    content["auto_dispatch"] = True
    switched_on = rules.parse_automation(content, "1")
    assert switched_on.dispatch_line("01/0101", 0.95) is None
    assert switched_on.dispatch_line("01/0102", 0.95)
    assert switched_on.dispatch_line("02", 1.0) is None
