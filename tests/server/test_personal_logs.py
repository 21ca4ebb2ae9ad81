"""Logs leave the house with whoever reads them: no telephone, name or identity number may stand in a line."""

from __future__ import annotations

import logging

import pytest

from minhu.server.logs import StayedToTheEnd, logging_config, without_personal_data

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
