"""The frame of pages: the right menu for each role, display modes without JavaScript, errors with a way on."""

from __future__ import annotations

from collections import Counter

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from minhu.directory.types import Role
from minhu.kernel.actors import Actor
from minhu.kernel.errors import Conflict, Unavailable
from minhu.portals import context, display, navigation, urls


def _paths(*roles: Role, at: str = "/", unread: dict[str, int] | None = None) -> list[str]:
    groups = navigation.groups_for([role.value for role in roles], at, unread or {})
    return [entry.path for group in groups for entry in group.entries]


def test_a_grid_worker_is_not_offered_the_dispatch_board() -> None:
    assert "/grid/" in _paths(Role.GRID_WORKER)
    assert "/desk/" not in _paths(Role.GRID_WORKER)
    assert _paths(Role.CITIZEN) == []


def test_only_the_nearest_entry_is_marked_as_here() -> None:
    groups = navigation.groups_for([Role.DISPATCHER.value], "/desk/new/", {"desk": 4})
    entries = {entry.path: entry for group in groups for entry in group.entries}
    assert entries["/desk/new/"].active
    assert not entries["/desk/"].active
    assert entries["/desk/"].unread == 4


def test_no_two_pages_share_a_name_or_a_form_would_be_sent_to_the_wrong_one() -> None:
    names = [one.name for group in urls.urlpatterns for one in getattr(group, "url_patterns", [group]) if one.name]
    assert len(names) > 100
    assert [name for name, times in Counter(names).items() if times > 1] == []


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.CITIZEN, Role.PARTNER, Role.SYSTEM}])
def test_every_role_lands_on_a_page_and_has_a_chinese_name(role: Role) -> None:
    assert navigation.home_of([role.value]) != "/"
    assert navigation.role_word(role.value) != role.value


def test_display_modes_are_stored_and_lead_back_to_the_page() -> None:
    request = RequestFactory().post("/display/", {"size": "large", "contrast": "nonsense", "next": "/submit/?a=1"})
    response = display.set_display(request)
    assert response.status_code == 302
    assert response["Location"] == "/submit/?a=1"
    assert response.cookies["minhu_size"].value == "large"
    assert "minhu_contrast" not in response.cookies


def test_display_never_sends_people_to_another_site() -> None:
    response = display.set_display(RequestFactory().post("/display/", {"next": "https://elsewhere.example/"}))
    assert response["Location"] == "/"


def test_the_first_paint_is_already_large_and_dark() -> None:
    request = RequestFactory().get("/")
    request.COOKIES.update({"minhu_size": "large", "minhu_theme": "dark", "minhu_contrast": "x"})
    modes = display.display_of(request)
    assert modes.html_class == "type-large"
    assert modes.bs_theme == "dark"


def test_an_error_page_says_what_to_do_and_leads_on() -> None:
    request = RequestFactory().get("/desk/")
    request.actor = Actor(kind="staff", id="1", name="测试", roles=frozenset({"dispatcher"}))  # type: ignore[attr-defined]
    html = render_to_string("errors/409.html", {"problem": Conflict("这张工单刚被派发。").problem()}, request=request)
    assert "这张工单刚被派发。" in html
    assert 'href="/desk/"' in html
    assert "conflict" in html


def test_the_page_for_a_lost_database_needs_no_request() -> None:
    html = render_to_string("errors/unavailable.html", {"problem": Unavailable("系统正在恢复。").problem()})
    assert "系统正在恢复。" in html
    assert "tel:119" in html


def test_unread_counts_are_not_asked_for_citizens() -> None:
    asked: list[str] = []
    counter = context.count_unread(lambda actor: asked.append(actor.id) or {})  # type: ignore[func-returns-value]
    try:
        assert context.Shell(RequestFactory().get("/")).nav == ()
        assert asked == []
    finally:
        context._counters.remove(counter)
