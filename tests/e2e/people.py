"""People at their browsers: each has a window of the own, a screen size and eyes for what goes wrong."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response

from axe import violations

SCREEN = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


class Person:
    """One person in one window."""

    def __init__(self, browser: Browser, base: str, *, phone: bool = False, scripts: bool = True) -> None:
        self.base = base
        self.context: BrowserContext = browser.new_context(
            viewport=PHONE if phone else SCREEN, device_scale_factor=2 if phone else 1, has_touch=phone,
            is_mobile=phone, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce",
            color_scheme="light", java_script_enabled=scripts, accept_downloads=True,
        )  # fmt: skip
        self.context.set_default_timeout(15_000)
        self.scripts = scripts
        self.page: Page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda note: self._note(note.type, note.text))
        self.page.on("response", self._answer)

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text:
            self.wrong.append(text)

    def _answer(self, response: Response) -> None:
        if response.status >= 500:
            self.wrong.append(f"{response.status} {response.request.method} {response.url}")

    def go(self, path: str, status: int = 200) -> Page:
        """Open a page and wait until its scripts have started."""
        response = self.page.goto(self.base + path)
        assert response is not None
        assert response.status == status, f"{path}: {response.status}\n{self.page.inner_text('body')[:600]}"
        return self.ready()

    def ready(self) -> Page:
        """Wait until the page's scripts have started."""
        if self.scripts:
            self.page.locator("html[data-ready]").wait_for(state="attached")
        return self.page

    def sign_in(self, username: str) -> Page:
        """The demo's one click."""
        self.go("/login/")
        self.page.locator(f'form[action="/demo/login/{username}/"] button').click()
        self.page.wait_for_url(lambda address: "/login/" not in address)
        return self.ready()

    def words(self, where: str = "main") -> str:
        """What the page says, with single blanks."""
        return re.sub(r"\s+", " ", self.page.locator(where).first.inner_text())

    def tab_to(self, wanted: Locator, most: int = 60) -> Locator:
        """By the keyboard alone: past the menu by the first link of the page, then Tab until it has the focus."""
        wanted.wait_for()
        if self.page.evaluate("document.activeElement === document.body"):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.className") == "skip-link":
                self.page.keyboard.press("Enter")
        for _step in range(most):
            if wanted.evaluate("one => one === document.activeElement"):
                return wanted
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{wanted} is not reached by Tab; the focus is on {self.focused()}")

    def focused(self) -> str:
        """What has the focus, as it stands in the page."""
        return str(self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)"))

    def press_on(self, wanted: Locator) -> Page:
        """Tab to a link or button, then Enter; the page that follows is ready."""
        self.tab_to(wanted).press("Enter")
        return self.ready()

    def sees(self, *texts: str, where: str = "main") -> None:
        """Each text is on the page, now or in a moment."""
        for text in texts:
            self.page.locator(where).get_by_text(text).first.wait_for()

    def everyone_can_use_it(self) -> None:
        """No rule of accessibility is broken, nothing hangs over the edge, no script failed."""
        self.page.evaluate("scrollTo(0, 0)")  # what lies half under the bar of the page counts as small
        found = violations(self.page)
        broken = [(rule["id"], [n["html"][:160] for n in rule["nodes"]][:4]) for rule in found]
        assert broken == [], f"{self.page.url}: {broken}"
        width = (self.page.viewport_size or SCREEN)["width"]
        assert self.page.evaluate("document.documentElement.scrollWidth") <= width, f"{self.page.url} is too wide"
        assert self.wrong == [], f"{self.page.url}: {self.wrong}"

    def close(self) -> None:
        """Shut the window."""
        self.context.close()


@dataclass(frozen=True)
class Receipt:
    """What the citizen keeps."""

    number: str
    code: str


def photo(words: str = "", colour: str = "#7a8a99") -> dict[str, Any]:
    """A picture from a telephone, small and without people."""
    picture = Image.new("RGB", (960, 720), colour)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 470, 960, 720), fill="#5b5f63")
    draw.rectangle((120, 240, 430, 520), fill="#b9442e")
    draw.polygon([(90, 250), (275, 140), (460, 250)], fill="#d8cfc0")
    draw.ellipse((560, 430, 690, 560), fill="#22262a")
    draw.text((20, 20), words or "photo", fill="white")
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=80)
    return {"name": "现场照片.jpg", "mimeType": "image/jpeg", "buffer": stream.getvalue()}


def submit(
    citizen: Person, text: str, *, place: str = "", name: str = "", phone: str = "13800138000",
    confidential: bool = False, with_photo: bool = False, kind: str = "",
) -> Receipt:  # fmt: skip
    """Go through the three steps as a person does, and keep number and code."""
    page = citizen.go("/submit/")
    page.get_by_label("您要反映什么问题？").fill(text)
    if kind:
        page.get_by_label(kind).check()
    page.get_by_role("button", name="下一步").locator("visible=true").click()
    page.get_by_label("事情发生在哪里？").fill(place)
    if with_photo:
        page.set_input_files("input[type=file]", photo())
        page.locator("[data-upload-list] img").wait_for()
    page.get_by_role("button", name="下一步").locator("visible=true").click()
    page.get_by_label("怎么称呼您？").fill(name)
    page.get_by_label("联系电话").fill(phone)
    if confidential:
        page.get_by_label("请为我保密").check()
    page.get_by_role("button", name="提交", exact=True).click()
    page.locator("#receipt-number").wait_for()
    citizen.ready()
    return receipt_on(page)


def receipt_on(page: Page) -> Receipt:
    """Number and code from the page after submitting."""
    number = re.sub(r"\D", "", page.locator("#receipt-number").inner_text())
    return Receipt(number, page.locator("#receipt-code").inner_text().strip())


def follow(citizen: Person, receipt: Receipt, code: str = "") -> Page:
    """Ask how far it is, with number and code."""
    page = citizen.go("/follow/")
    page.get_by_label("诉求编号").fill(receipt.number)
    page.get_by_label("查询码").fill(code or receipt.code)
    page.get_by_role("button", name="查询", exact=True).click()
    return page


def row_of(page: Page, number: str) -> Locator:
    """The line of a list that stands for this order."""
    return page.locator("[data-keys-row]").filter(has=page.locator(f'a[href="/orders/{number}/"]')).first


def step(who: Person, number: str, label: str) -> Locator:
    """Open the form of one step on the page of the order."""
    page = who.go(f"/orders/{number}/")
    page.locator(".order-buttons").get_by_role("link", name=re.compile(f"^{label}")).click()
    form = page.locator("#step-panel form")
    form.wait_for()
    return form


def done(who: Person, form: Locator, label: str) -> None:
    """Send a step's form; the order's page comes back and says so."""
    form.get_by_role("button", name=label, exact=True).click()
    who.page.locator("#toasts").get_by_text(f"已完成“{label}”").wait_for()
    who.ready()


def press(who: Person, number: str, label: str) -> None:
    """A step that needs no words: one press on the page of the order."""
    page = who.go(f"/orders/{number}/")
    page.locator(".order-buttons").get_by_role("button", name=re.compile(f"^{label}")).click()
    who.page.locator("#toasts").get_by_text(f"已完成“{label}”").wait_for()
    who.ready()


def dispatch_as_suggested(dispatcher: Person, number: str) -> None:
    """On the board: down to the order's line with j, then the key 1."""
    page = dispatcher.go("/desk/")
    row_of(page, number).wait_for()
    for _line in range(page.locator("[data-keys-row]").count()):
        page.keyboard.press("j")
        if page.locator(f"#row-{number}.is-current").count():
            break
    page.keyboard.press("1")
    page.locator(f"#row-{number}.is-done").wait_for()


def dispatch_to(dispatcher: Person, number: str, unit: str) -> None:
    """Another unit than the suggested one, chosen by name."""
    form = step(dispatcher, number, "派单")
    form.get_by_label("主办单位").fill(unit)
    for assisting in form.locator("[data-pick-many] input").all():
        assisting.fill("")
    done(dispatcher, form, "派单")
