"""The rules of accessibility that every page of the house is held to."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LATER_ROWS = {"exclude": [["tbody tr:nth-child(n+9)"]]}
"""Rows of one list are made by one template: eight of them are looked at."""


def violations(page: Page) -> list[dict[str, Any]]:
    """What breaks a rule on this page, as axe tells it; what was passed is not listed, which halves the time."""
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found: list[dict[str, Any]] = Axe().run(page, context=LATER_ROWS, options=options).response["violations"]
    return found
