"""A house for all browser tests of a session, and people who come and go."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from e2e.house import ROOT, House, close_house, open_house, read
from e2e.people import Person
from homes import BROWSER

FLAGS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--font-render-hinting=none",
]  # fmt: skip
SIGHTS = ROOT / "build" / "e2e"
"""Where the last sight of everybody in a failed test is kept."""
FAILED = pytest.StashKey[bool]()
SESSION = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder plays people; the house's own conftest skips those where there is no browser."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """One house for all processes of the session: the first one opens it, the last one closes it.

    MINHU_E2E_HOUSE names the `house.json` of a house that is open already and stays open: for writing tests.
    """
    if kept := os.environ.get("MINHU_E2E_HOUSE"):
        yield read(Path(kept))
        return
    place = Path(tempfile.gettempdir()) / f"minhu-e2e-{os.getuid()}-{SESSION}"
    place.mkdir(exist_ok=True)
    guests, found = place / "guests", place / "house.json"
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not found.exists():
            house = open_house()
            house.save(found)
            print("house:", house.seconds)  # shown with -s or when a test fails
        guests.write_text(str(int(guests.read_text() if guests.exists() else 0) + 1))
        opened = read(found)
        fcntl.flock(lock, fcntl.LOCK_UN)
    yield opened
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        left = int(guests.read_text()) - 1
        guests.write_text(str(left))
        if left == 0:
            found.unlink()
            close_house(opened)
    if left == 0:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; not longer than a module, because Playwright's loop would keep Django from its database."""
    assert BROWSER, "MINHU_REQUIRE_E2E=1, but there is no Chromium: run `make setup` as root or install it"
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=BROWSER, args=flags)
        yield opened
        opened.close()


Enter = Callable[..., Person]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember a failure, so that the last sight of everybody can be kept."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture
def person(browser: Browser, house: House, request: pytest.FixtureRequest) -> Iterator[Enter]:
    """Lets people in: `person()` is a citizen at a screen, `person("paidan")` is staff, `phone=True` a telephone.

    When the test is over, nobody may have met a broken script or a server error.
    """
    inside: list[Person] = []

    def enter(username: str = "", *, phone: bool = False, scripts: bool = True) -> Person:
        one = Person(browser, house.address, phone=phone, scripts=scripts)
        inside.append(one)
        if username:
            one.sign_in(username)
        return one

    yield enter
    if request.node.stash.get(FAILED, False):
        SIGHTS.mkdir(parents=True, exist_ok=True)
        for at, one in enumerate(inside):
            one.page.screenshot(path=SIGHTS / f"{request.node.name[:60]}-{at}.png", full_page=True)
    wrong = [text for one in inside for text in one.wrong]
    for one in inside:
        one.close()
    assert wrong == [], f"{wrong}\n{house.log()}"
