"""Rules, calendar, people, tokens and ledger: drafts are checked, secrets shown once, administrators kept apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt
from tests.portals.test_manage import city, enter  # noqa: F401 - fixtures

from minhu.directory.models import ApiToken, Post, RuleSet, Staff
from minhu.directory.queries.rules import deadline_rules, rate_rules, shipped_content, working_calendar
from minhu.directory.types import RuleKind
from minhu.kernel.clock import now
from minhu.portals.audit import verification
from minhu.portals.manage.calendar_pages import days_of
from minhu.portals.manage.rule_text import line_of, written

pytestmark = pytest.mark.django_db


def _draft(client: Any, kind: RuleKind) -> tuple[RuleSet, str]:
    home = "/manage/calendar/" if kind is RuleKind.CALENDAR else f"/manage/rules/{kind.value}/"
    assert client.post(f"{home}draft/").status_code == 302
    draft = RuleSet.objects.get(kind=kind.value, state="draft")
    return draft, f"{home}{draft.pk}/"


def test_the_deadline_table_is_saved_at_once_and_published(enter: Any) -> None:  # noqa: F811
    client = enter("system")
    draft, base = _draft(client, RuleKind.DEADLINES)
    assert client.get(base).status_code == 200
    rows = draft.content["lines"]
    data = {f"amount_{n}": str(row["amount"]) for n, row in enumerate(rows)} | {
        f"unit_{n}": row["unit"] for n, row in enumerate(rows)
    }
    data |= {f"hours_{n}": "1" for n, row in enumerate(rows) if row.get("working_hours")}
    bad = client.post(f"{base}amounts/", {**data, "amount_0": "0"})
    assert (bad.status_code, "大于 0 的整数" in bad.content.decode()) == (422, True)
    assert client.post(f"{base}amounts/", {**data, "amount_0": "12"}).status_code == 302
    stale = client.post(f"{base}amounts/", {**data, "stamp": "seen before"})
    assert (stale.status_code, "被别人改过" in stale.content.decode()) == (409, True)
    assert client.post(f"{base}publish/").status_code == 302
    assert next(line for line in deadline_rules().lines if line.key == rows[0]["key"]).duration.amount == 12


def test_a_row_and_a_setting_are_edited_and_doubles_refused(enter: Any) -> None:  # noqa: F811
    client = enter("system")
    _found, base = _draft(client, RuleKind.REASONS)
    row = {"code": "new_reason", "label": "需要上级部门协调"}
    assert client.post(f"{base}row/ask_return/", row).status_code == 302
    assert client.post(f"{base}row/ask_return/", row).status_code == 409
    rates, base = _draft(client, RuleKind.RATES)
    weights = {"response": "0.5", "solution": "0.3", "satisfaction": "0.3", "satisfied": "1", "mostly": "0.8", "so_so": "0.5",
               "dissatisfied": "0", "at_once_days": "30", "question_days": "5", "answers_lost": "0"}  # fmt: skip
    wrong = client.post(f"{base}settings/", weights)
    assert (wrong.status_code, "应当等于 1" in wrong.content.decode()) == (422, True)
    assert client.post(f"{base}settings/", {**weights, "response": "0.4", "ranking": "on"}).status_code == 302
    client.post(f"/manage/rules/rates/{rates.pk}/publish/")
    assert rate_rules().ranking


def test_text_names_the_line_of_a_mistake(enter: Any) -> None:  # noqa: F811
    client = enter("system")
    draft, base = _draft(client, RuleKind.SUPERVISION)
    broken = client.post(f"{base}text/", {"text": '{\n"rules": [,]}'})
    assert "第 2 行" in broken.content.decode()
    content = json.loads(json.dumps(draft.content))
    content["rules"][1]["clock"] = "nonsense"
    page = client.post(f"{base}text/", {"text": json.dumps(content)}).content.decode()
    line = line_of("rules[2].clock", written(content)[1])
    assert f"第 {line} 行" in page


@pytest.mark.parametrize("kind", list(RuleKind))
def test_what_is_written_reads_back_the_same(kind: RuleKind) -> None:
    content = shipped_content(kind)
    assert json.loads(written(content)[0]) == content


def test_a_year_is_added_from_the_announcement(enter: Any) -> None:  # noqa: F811
    client = enter("system")
    draft, base = _draft(client, RuleKind.CALENDAR)
    year = {
        "year": "2031",
        "source": "国务院办公厅通知",
        "holidays": "2031-01-01 元旦\n2031-01-22 至 2031-01-28 春节",
        "makeup": "2031-01-19 春节调休",
    }
    wrong = client.post(f"{base}year/", {**year, "makeup": "二月三日"})
    assert (wrong.status_code, "第 1 行看不懂" in wrong.content.decode()) == (422, True)
    assert client.post(f"{base}year/", year).status_code == 302
    assert client.get(f"{base}?year=2031").status_code == 200
    client.post(f"/manage/rules/calendar/{draft.pk}/publish/")
    assert 2031 in working_calendar().announced
    profile = {"code": "night", "label": "夜班", "mon": "25:00-26:00"}
    _second, base = _draft(client, RuleKind.CALENDAR)
    assert client.post(f"{base}profile/", profile).status_code == 422
    assert client.post(f"{base}profile/", {**profile, "mon": "18:00-24:00"}).status_code == 302


def test_days_of_an_announcement() -> None:
    days, wrong = days_of("2027-02-05 至 2027-02-07 春节\n2026-01-01 元旦\n2027-02-30 x", 2027)
    assert (list(days), len(wrong)) == (["2027-02-05", "2027-02-06", "2027-02-07"], 2)


def test_an_account_gets_a_password_shown_once_and_must_change_it(enter: Any) -> None:  # noqa: F811
    client = enter("security")
    made = client.post("/manage/staff/new/", {"username": "xinren", "name": "新人"})
    person = Staff.objects.get(username="xinren")
    password = made.content.decode().split("<code>")[1].split("</code>")[0]
    assert person.check_password(password)
    assert person.must_change_password
    assert "no-store" in made["Cache-Control"]
    assert password not in client.get(f"/manage/staff/{person.pk}/").content.decode()
    assert client.post("/manage/staff/new/", {"username": "xinren", "name": "别人"}).status_code == 409


def test_administrators_are_kept_apart_with_a_clear_message(enter: Any, city: Any) -> None:  # noqa: F811
    client, dispatcher = enter("security"), city.staff["dispatcher"]
    post = {"unit": "云溪市热线中心", "role": "system_admin"}
    refused = client.post(f"/manage/staff/{dispatcher.pk}/post/", post)
    assert (refused.status_code, "管理员不能兼任业务岗位" in refused.content.decode()) == (409, True)
    mine = client.post(f"/manage/staff/{city.staff['security'].pk}/post/", {**post, "role": "agent"})
    assert mine.status_code == 403
    assert not Post.objects.filter(staff=dispatcher, role="system_admin").exists()


def test_a_locked_account_is_shown_and_opened(enter: Any) -> None:  # noqa: F811
    AccessAttempt.objects.create(username="agent", ip_address="10.0.0.9", failures_since_start=5, attempt_time=now())
    client = enter("security")
    assert "10.0.0.9" in client.get("/manage/staff/").content.decode()
    client.post("/manage/staff/unlock/", {"username": "agent"})
    assert not AccessAttempt.objects.filter(username="agent").exists()


def test_a_token_is_shown_once_and_can_be_revoked(enter: Any) -> None:  # noqa: F811
    client = enter("security")
    given = {"name": "市监局对接", "scopes": ["requests:write"], "days": "30", "per_minute": "60"}
    shown = client.post("/manage/tokens/", given).content.decode()
    assert "mh_" in shown
    plain = shown.split("<code>")[1].split("</code>")[0]
    assert plain not in client.get("/manage/tokens/").content.decode()
    assert client.post("/manage/tokens/", given).status_code == 409
    client.post("/manage/tokens/revoke/", {"name": "市监局对接"})
    assert ApiToken.objects.get().revoked_at is not None


def test_the_ledger_is_checked_and_the_result_stays(enter: Any, home: Path) -> None:  # noqa: F811
    verification.run("audit")
    assert verification.state()["running"] is False
    page = enter("audit").get("/audit/").content.decode()
    assert "核对 " in page
