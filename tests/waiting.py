"""Waiting for a page, and hearing what goes wrong in it."""

from __future__ import annotations

import time

from playwright.sync_api import ConsoleMessage, Page


def comes_true(page: Page, expression: str, seconds: float = 15.0) -> None:
    """Ask the page anew, without having it compile words (its policy forbids that), until the expression is true; whoever waits longer than that is told what it was."""
    until = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < until, f"{page.url}: not within {seconds} s: {expression}"
        page.wait_for_timeout(50)


def hear_errors(page: Page, wrong: list[str]) -> None:
    """Keep what scripts complain of; the tests' own server has no live updates (503), which pages bear."""

    def noted(message: ConsoleMessage) -> None:
        if message.type == "error" and "/events/" not in message.location.get("url", ""):
            wrong.append(message.text)

    page.on("console", noted)
    page.on("pageerror", lambda error: wrong.append(str(error)))
