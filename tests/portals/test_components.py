"""Components carry meaning beyond colour, escape what citizens write, and keep the address as state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory

from minhu.handling.types import State
from minhu.kernel import clock
from minhu.portals.charts import Chart, Series
from minhu.portals.icons import ICONS
from minhu.portals.words import STATES, URGENCIES

NOON = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>\"' onmouseover=x"


def show(source: str, **values: object) -> str:
    with clock.at(NOON):
        return Template("{% load minhu minhu_text %}" + source).render(Context(values))


def test_an_overdue_light_says_so_in_words_with_the_exact_time() -> None:
    html = show("{% light_badge 'red' due %}", due=NOON - timedelta(hours=5))
    assert "已超期" in html
    assert "5小时" in html
    assert 'title="2026年3月5日 07:00"' in html


def test_a_stopped_clock_shows_no_countdown() -> None:
    assert "<time" not in show("{% light_badge 'paused' due %}", due=NOON + timedelta(hours=5))


def test_every_state_of_an_order_has_a_sign_with_the_same_word() -> None:
    for state in State:
        assert str(STATES[state.value].word) == state.said


def test_every_icon_named_in_code_is_in_the_sprite() -> None:
    assert {sign.icon for sign in [*STATES.values(), *URGENCIES.values()]} <= ICONS


def test_a_misspelt_icon_is_found_in_tests_not_by_users() -> None:
    with pytest.raises(TemplateSyntaxError):
        show("{% icon 'no-such-icon' %}")


class _Markup(HTMLParser):
    """Notes the attributes and the kinds of script that a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.attributes: set[str] = set()
        self.scripts: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes |= {name for name, _ in attrs}
        if tag == "script":
            self.scripts.add(dict(attrs).get("type") or "script")


@pytest.mark.parametrize(
    "source",
    [
        "{% suggestion text text 0.9 text '/a' '/b' %}",
        "{% timeline entries %}",
        "{% empty text text '/x' text %}",
        "{% figure_card text text text %}",
        "{% masked text '/reveal' text %}",
        "{% breadcrumbs text '/x' text %}",
        "{% reason_dialog name='d' title=text url='/x' action=text text=text %}",
        "{% progress_bar text 1 2 note=text %}",
        "{% state_badge text %}",
        "{% chart figure %}",
    ],
)
def test_what_people_write_never_becomes_markup(source: str) -> None:
    figure = Chart("c", HOSTILE, "bar", [HOSTILE], [Series(HOSTILE, [1])], unit=HOSTILE)
    html = show(source, text=HOSTILE, entries=[{"at": NOON, "title": HOSTILE, "text": HOSTILE}], figure=figure)
    seen = _Markup()
    seen.feed(html)
    assert not {"onmouseover", "alert(1)"} & seen.attributes
    assert seen.scripts <= {"application/json"}


def test_a_chart_always_brings_its_table_source_and_time() -> None:
    figure = Chart(
        "c",
        "受理量",
        "line",
        ["1月", "2月"],
        [Series("受理", [1200, None])],
        "件",
        source="工单库",
        at=NOON,
        links=["/orders/?m=1", ""],
    )
    html = show("{% chart figure %}", figure=figure)
    assert "1,200" in html
    assert "—" in html
    assert "/orders/?m=1" in html
    assert "工单库" in html
    assert "3月5日 12:00" in html


def test_a_chart_whose_values_do_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Chart("c", "t", "bar", ["a"], [Series("s", [1, 2])])


def test_pages_and_sorting_keep_the_filters_of_the_address() -> None:
    request = RequestFactory().get("/orders/", {"state": "closed", "page": "2", "sort": "due"})
    page = Paginator(range(100), 20).get_page(2)
    html = show("{% pagination page %}{% sort_header '时限' 'due' %}", page=page, request=request)
    assert "?state=closed&amp;page=3" in html
    assert "?state=closed&amp;sort=-due" in html


class _Form(forms.Form):
    phone = forms.CharField(label="联系电话", help_text="仅用于联系您")


def test_a_mistake_is_tied_to_its_field_for_screen_readers() -> None:
    html = show("{% error_summary form %}{% field form.phone %}", form=_Form({}))
    assert 'href="#id_phone"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_phone_hint id_phone_errors"' in html
    assert 'id="id_phone_errors"' in html


def test_a_field_that_is_needed_sometimes_is_never_called_optional() -> None:
    class Sometimes(forms.Form):
        needed_sometimes = frozenset({"unit"})
        unit = forms.CharField(label="单位", required=False)
        note = forms.CharField(label="备注", required=False)

    form = Sometimes()
    assert "选填" not in show("{% field bound %}", bound=form["unit"])
    assert "选填" in show("{% field bound %}", bound=form["note"])
