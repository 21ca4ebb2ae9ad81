"""What people type wrong, by mistake or on purpose: a clear message, and nothing is lost or broken."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.people import Person, follow, row_of, submit

Enter = Callable[..., Person]


def test_wrong_code_again_and_again_locks(person: Enter) -> None:
    citizen = person(phone=True)
    kept = submit(
        citizen, "请问云溪市办理居住证需要带哪些材料，工作日以外的时间可以办理吗？", phone="13800130031", kind="咨询"
    )
    wrong = "111111" if kept.code != "111111" else "222222"
    for _attempt in range(5):
        follow(citizen, kept, wrong)
        citizen.sees("编号或查询码不正确")
    citizen.everyone_can_use_it()
    follow(citizen, kept, wrong)
    citizen.sees("分钟后再试")
    follow(citizen, kept)
    citizen.sees("分钟后再试")


def test_nothing_typed_is_told_at_the_field(person: Enter) -> None:
    citizen = person(phone=True)
    page = citizen.go("/submit/")
    onward = page.get_by_role("button", name="下一步").locator("visible=true")
    onward.click()
    assert page.locator("[name=text]:focus").is_visible()  # the first step is not left without words
    page.get_by_label("您要反映什么问题？").fill("   ")
    for _step in range(2):
        onward.click()
    page.get_by_role("button", name="提交", exact=True).click()
    citizen.sees("请写下您要反映的问题", "请留下联系电话")
    citizen.everyone_can_use_it()


def test_too_many_words_are_refused_and_kept(person: Enter) -> None:
    citizen = person()
    words = "路面坑洼不平，雨天积水。" * 1_700
    page = citizen.go("/submit/")
    page.get_by_label("您要反映什么问题？").fill(words)
    for _step in range(2):
        page.get_by_role("button", name="下一步").locator("visible=true").click()
    page.get_by_label("联系电话").fill("13800130032")
    page.get_by_role("button", name="提交", exact=True).click()
    page.locator(".field-errors").first.wait_for()
    assert "20000" in citizen.words().replace(",", "")
    assert len(page.get_by_label("您要反映什么问题？").input_value()) == len(words), "nothing that was typed is lost"


def test_script_is_shown_as_text(person: Enter) -> None:
    citizen = person(phone=True)
    evil = "<script>window.broken=1</script><img src=x onerror='window.broken=1'>清江区柳荫街道垂杨社区公交站牌被撞歪了，请修复。"
    kept = submit(citizen, evil, place="<b>柳荫街道垂杨社区</b>", name="<i>韩女士</i>", phone="13800130033")
    follow(citizen, kept)
    citizen.sees("<script>window.broken=1</script>")
    dispatcher = person("paidan")
    page = dispatcher.page
    row_of(page, kept.number).get_by_role("link").first.click()
    dispatcher.sees("<script>window.broken=1</script>", where="#desk-panel")
    dispatcher.go(f"/orders/{kept.number}/")
    dispatcher.sees("<script>window.broken=1</script>")
    for one in (citizen, dispatcher):
        assert one.page.evaluate("window.broken") is None


def test_a_file_of_the_wrong_kind_is_refused(person: Enter) -> None:
    """The page tells it before sending; without scripts the server does."""
    citizen = person(phone=True)
    page = citizen.go("/submit/")
    page.get_by_role("button", name="下一步").locator("visible=true").click()
    page.set_input_files(
        "input[type=file]", {"name": "程序.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"}
    )
    assert "格式不支持" in page.locator("[data-upload-list]").inner_text()
    plain = person(scripts=False)
    page = plain.go("/submit/")
    page.get_by_label("您要反映什么问题？").fill("清江区柳荫街道垂杨社区的健身器材松动了，老人使用不安全。")
    page.get_by_label("联系电话").fill("13800130034")
    page.set_input_files(
        "input[type=file]", {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": b"MZ\x90\x00" * 300}
    )
    page.get_by_role("button", name="提交", exact=True).click()
    page.locator(".upload .field-errors").wait_for()
    assert page.get_by_label("联系电话").input_value() == "13800130034"


@pytest.mark.parametrize("path", ["/orders/2600000000000/", "/r/2600000000000/", "/no/such/page/"])
def test_no_dead_end(person: Enter, path: str) -> None:
    """What does not exist is said in words, with a way on."""
    who = person("paidan") if path.startswith("/orders") else person()
    who.page.goto(who.base + path)
    who.ready()
    assert who.page.get_by_role("link").count() > 0
    assert "Traceback" not in who.words("body")
