"""Knowledge by mouse and keyboard: a file is brought, checked, reviewed by another, found; usable by everyone, narrow too."""

from __future__ import annotations

from collections.abc import Callable

from tests.knowledge.papers import TITLE, paper

from e2e.people import Person

Enter = Callable[..., Person]


def test_a_document_is_brought_checked_reviewed_and_found(person: Enter) -> None:
    editor, reviewer = person("zhishi"), person("shenhe")
    editor.go("/knowledge/")
    editor.everyone_can_use_it()
    page = editor.go("/knowledge/upload/")
    editor.everyone_can_use_it()
    page.get_by_label("文件", exact=True).set_input_files(
        [{"name": "水价.docx", "mimeType": "", "buffer": paper(more=("联系人：张三丰，手机13800138000。",))}, {"name": "坏.pdf", "mimeType": "", "buffer": b"%PDF-1.7"}]
    )  # fmt: skip
    page.get_by_role("button", name="上传并读取").click()
    page.get_by_role("link", name="核对").wait_for(timeout=30_000)
    editor.sees("未能读取")
    editor.everyone_can_use_it()
    page.get_by_role("link", name="核对").click()
    editor.ready()
    editor.everyone_can_use_it()
    page.set_viewport_size({"width": 390, "height": 844})
    editor.everyone_can_use_it()
    page.set_viewport_size({"width": 1440, "height": 900})
    while (answers := page.get_by_label("为何可以发布")).count():
        answers.first.fill("值班电话，可以公开")
        answers.first.press("Enter")
        editor.ready()
    page.get_by_role("button", name="核对无误").click()
    editor.ready()
    page.get_by_role("button", name="提交审核").click()
    editor.sees("待审核")
    reviewer.go("/knowledge/?state=review").get_by_role("link", name=TITLE).first.click()
    reviewer.ready()
    reviewer.everyone_can_use_it()
    reviewer.page.get_by_role("button", name="审核通过并发布").click()
    reviewer.sees("已发布")
    agent = person("zuoxi")
    agent.go("/knowledge/search/?q=第二阶梯价格")
    agent.sees("3.15")
    agent.everyone_can_use_it()
