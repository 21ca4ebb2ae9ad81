"""Logs leave the house with whoever reads them: no telephone, name or identity number may stand in a line."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator

import pytest
import structlog
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from minhu.server.logs import StayedToTheEnd, logging_config, without_personal_data

SECRET = "q7Xk2-ZrT9_vLwNbYc4HsJd8"

PLANTED = ("13812345678", "110101199003070230", "王小明", "anna@example.org", "6222021001122334459", "京A12312")


@pytest.mark.parametrize("field", ["event", "request", "exception", "detail"])
def test_planted_values_are_not_found_in_logs(field: str) -> None:
    said = "我叫王小明，电话13812345678，身份证110101199003070230，卡号6222021001122334459，邮箱anna@example.org，车牌京A12312"
    event = without_personal_data(None, "", {field: f"failed: {said}", "request_id": "a" * 32})
    line = str(event[field])
    assert [one for one in PLANTED if one in line] == []
    assert event["request_id"] == "a" * 32


def test_an_order_number_and_an_address_of_a_page_stay() -> None:
    event = without_personal_data(
        None, "", {"request": "GET /orders/2605070000123/?q=王小明", "order": "2605070000123"}
    )
    assert event == {"request": "GET /orders/2605070000123/?…", "order": "2605070000123"}


def test_a_browser_that_goes_on_to_the_next_page_is_no_warning() -> None:
    name = "django_structlog.middlewares.request"

    def written(event: str) -> bool:
        return StayedToTheEnd().filter(logging.makeLogRecord({"name": name, "msg": {"event": event}}))

    assert not written("streaming_cancelled")
    assert written("request_failed")
    assert logging_config("INFO")["loggers"][name]["filters"] == ["stayed"]


def addresses(patterns: Iterable[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    """Every address of the house whose last word only its holder knows."""
    for one in patterns:
        found = before + str(one.pattern).lstrip("^")
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, found)
        elif {"link", "token"} & set(one.pattern.converters) or re.search(r"\?P<token>|hooks/.*<str:uid>", found):
            found = re.sub(r"<str:\w+>", SECRET, found)
            yield re.sub(r"\(\?P<\w+>.*", SECRET, found)


@pytest.mark.parametrize("where", ["{}", "GET {}", "Not Found: {}", "Traceback …\nValueError: {} cannot be read"])
def test_no_log_shows_what_opens_a_door(where: str) -> None:
    found = list(addresses(get_resolver().url_patterns))
    assert len(found) == 6, f"an enterprise's door, four hooks and a token of Open311: {found}"
    for address in found:
        for key in ("request", "event", "exception"):
            said = str(without_personal_data(None, "", {key: where.format(f"{address}?code={SECRET}")})[key])
            assert SECRET not in said, (address, key, said)
            assert address.partition(SECRET)[0] in said, "who runs the house still sees which door it was"


def test_tokens_and_queries_in_words_are_struck_too() -> None:
    said = f"refused https://sms.example/send?key={SECRET}&to=1 with Bearer mh_{SECRET}: 为什么？不知道=否"
    assert without_personal_data(None, "", {"event": said})["event"] == (
        "refused https://sms.example/send?… with Bearer mh_…: 为什么？不知道=否"
    )


@pytest.mark.django_db
def test_an_enterprise_that_comes_in_vain_leaves_no_link_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Through the whole house, as the lines are written."""
    with caplog.at_level("DEBUG"):
        assert Client().get(f"/enterprise/open/{SECRET}/").status_code in (200, 404)
        assert Client().get(f"/enterprise/open/{SECRET}/nowhere/").status_code == 404
    told = logging_config("DEBUG")["formatters"]["json"]
    formatter = structlog.stdlib.ProcessorFormatter(**{k: v for k, v in told.items() if k != "()"})
    lines = [formatter.format(record) for record in caplog.records]
    assert any("/enterprise/open/" in line for line in lines), "something was logged at all"
    assert not [line for line in lines if SECRET in line]
