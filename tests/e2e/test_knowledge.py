"""Knowledge by the keyboard alone: a file is brought, checked, reviewed by another, asked for; usable by everyone, narrow too."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Error
from tests.knowledge.papers import TITLE, paper

from e2e.people import PHONE, Person
from waiting import comes_true

Enter = Callable[..., Person]
FILES = (("水价.docx", paper(more=("联系人：张三丰，手机13800138000。",))), ("坏.pdf", b"%PDF-1.7"))
QUESTION = "第二阶梯水价是多少"
PAGES = (
    ("zhishi", (
        "/knowledge/notices/", "/knowledge/sources/", "/knowledge/table/", "/knowledge/questions/", "/knowledge/questions/?done=1",
        "/knowledge/contradictions/?decided=1", "/knowledge/pairs/?state=accepted", "/knowledge/?q=没有这样的文件",
    )),
    ("paidan", ("/desk/incidents/", "/desk/incidents/?closed=1", "/joint/?ended=1")),
    ("duban", ("/supervision/warnings/", "/supervision/warnings/?settled=1")),
    ("xitong", ("/manage/crosswalks/", "/manage/crosswalks/import/")),
)  # fmt: skip
"""Pages that stand behind those of the menus."""


def test_a_document_is_brought_checked_reviewed_and_asked_for_without_a_mouse(person: Enter) -> None:
    editor, reviewer = person("zhishi"), person("shenhe")
    page = editor.go("/knowledge/")
    editor.press_on(page.locator(".desk-actions").get_by_role("link", name="上传文件"))
    editor.everyone_can_use_it()
    with page.expect_file_chooser() as chooser:
        editor.tab_to(page.get_by_label("文件", exact=True)).press("Enter")
    chooser.value.set_files([{"name": name, "mimeType": "", "buffer": content} for name, content in FILES])
    editor.press_on(page.get_by_role("button", name="上传并读取"))
    page.get_by_role("link", name="核对").wait_for(timeout=30_000)
    editor.sees("未能读取")
    editor.everyone_can_use_it()
    editor.press_on(page.get_by_role("link", name="核对"))
    editor.everyone_can_use_it()
    address = page.url
    page.set_viewport_size(PHONE)
    editor.everyone_can_use_it()
    page.set_viewport_size({"width": 1440, "height": 900})
    while (answers := page.get_by_label("为何可以发布")).count():
        editor.tab_to(answers.first)
        page.keyboard.insert_text("值班电话，可以公开")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: url.endswith("#findings"))
        editor.ready()
    editor.press_on(page.get_by_role("button", name="核对无误"))
    editor.press_on(page.get_by_role("button", name="提交审核"))
    editor.sees("待审核")
    desk = reviewer.go("/knowledge/")
    reviewer.press_on(desk.get_by_role("link", name="待审核（1）"))
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    desk.wait_for_url(lambda url: url.partition("?")[0] == address.partition("?")[0])
    reviewer.ready()
    reviewer.everyone_can_use_it()
    reviewer.press_on(desk.get_by_role("button", name="审核通过并发布"))
    reviewer.sees("已发布")
    for path in ("graph/", "entry/", "changes/"):
        reviewer.go(address.removeprefix(reviewer.base).partition("?")[0] + path)
        reviewer.everyone_can_use_it()
    staff_ask(person("zuoxi"))
    citizens_ask(person(phone=True))


def staff_ask(agent: Person) -> None:
    page = agent.go("/knowledge/ask/")
    page.keyboard.insert_text(QUESTION)
    page.keyboard.press("Enter")
    agent.sees("3.15", where=".ask-answer")
    assert TITLE in agent.words(".ask-clause")
    agent.everyone_can_use_it()
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    page.locator('[data-ask-tone="formal"][aria-pressed="true"]').wait_for()
    page = agent.go("/knowledge/search/")
    page.keyboard.press("/")
    page.keyboard.insert_text(QUESTION)
    page.locator("#find-results mark").first.wait_for()
    agent.sees("3.15")
    agent.everyone_can_use_it()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.locator("#ask-beside", has_text="3.15").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/knowledge/*/#p*")


def citizens_ask(citizen: Person) -> None:
    page = citizen.go("/ask/")
    citizen.everyone_can_use_it()
    citizen.tab_to(page.get_by_label("您想了解什么"))
    page.keyboard.insert_text(QUESTION)
    citizen.press_on(page.get_by_role("button", name="提问"))
    citizen.sees("3.15", where=".ask-turn")
    assert "ask-turn" in citizen.focused(), "whoever hears the page is led to the answer"
    citizen.everyone_can_use_it()
    citizen.press_on(page.get_by_role("button", name="有帮助", exact=True))
    citizen.sees("谢谢", "3.15")
    citizen.everyone_can_use_it()
    page.goto(f"{citizen.base}/ask/window/")
    citizen.everyone_can_use_it()
    page.goto(f"{citizen.base}/talk/")
    citizen.everyone_can_use_it()


def test_pages_behind_the_menu_are_usable_by_everyone_wide_and_narrow(person: Enter) -> None:
    wrong = []
    for name, paths in PAGES:
        who = person(name)
        for path in paths:
            try:
                who.go(path)
                who.everyone_can_use_it()
                who.page.set_viewport_size(PHONE)
                comes_true(who.page, f"document.documentElement.scrollWidth <= {PHONE['width']}")
            except (AssertionError, Error) as reason:
                wrong.append(f"{path}: {str(reason)[:900]}")
            who.page.set_viewport_size({"width": 1440, "height": 900})
    assert wrong == []
