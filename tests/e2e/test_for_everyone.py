"""Large type, contrast, English, no scripts; and what leaves the house: printed sheets and tables."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl

from e2e.people import Person, receipt_on, submit
from e2e.pictures import take

Enter = Callable[..., Person]


def test_large_type_contrast_and_english(person: Enter) -> None:
    citizen = person(phone=True)
    page = citizen.go("/submit/")
    page.get_by_role("button", name="大字版").click()
    page.get_by_role("button", name="高对比").click()
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "20px"
    citizen.everyone_can_use_it()
    citizen.go("/")
    assert "contrast-high" in (page.locator("html").get_attribute("class") or "")
    citizen.everyone_can_use_it()
    page.get_by_role("button", name="English").click()
    citizen.ready()
    assert page.locator("html").get_attribute("lang") == "en"
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in page.locator("h1").inner_text())
    citizen.everyone_can_use_it()


def test_without_scripts_one_can_submit_and_follow(person: Enter) -> None:
    citizen = person(scripts=False)
    page = citizen.go("/submit/")
    page.get_by_label("您要反映什么问题？").fill(
        "清江区柳荫街道柳荫社区的公共厕所晚上八点就锁门，遛弯的老人很不方便，建议延长开放时间。"
    )
    page.get_by_label("联系电话").fill("13800130051")
    page.get_by_role("button", name="提交", exact=True).click()
    kept = receipt_on(page)
    page.get_by_role("link", name="查看办理进度").click()
    citizen.sees("公共厕所")
    assert kept.number in page.url


def test_a_sheet_for_paper_and_a_table_for_the_desk(person: Enter) -> None:
    citizen = person(phone=True)
    kept = submit(
        citizen, "=HYPERLINK(\"http://example.com\",\"点我\") 清江区柳荫街道百花社区的垃圾桶满了好几天没人收。",
        place="清江区柳荫街道百花社区", name="于女士", phone="13800130052",
    )  # fmt: skip
    dispatcher = person("paidan")
    page = dispatcher.go(f"/orders/{kept.number}/print/")
    dispatcher.sees("承办人签字", kept.number)
    dispatcher.everyone_can_use_it()
    assert page.pdf(format="A4").startswith(b"%PDF")
    page = dispatcher.go("/orders/")
    dispatcher.everyone_can_use_it()
    take(page, "orders")
    page.get_by_role("button", name="导出表格").click()
    page.get_by_label("导出用途").fill("每周例会材料")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="导出", exact=True).click()
    book = openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert any(kept.number in str(cell.value) for cell in cells)
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == [], "no cell may be a formula"


def test_a_citys_own_table_comes_in(person: Enter) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "一级标签"])
    for at in range(1, 6):
        sheet.append(
            [
                f"E2E-{at}",
                f"用户{at}",
                "小区停车难",
                "2026/3/5 10:20:00",
                f"清江区柳荫街道第{at}号楼前车位被长期占用，请协调处理。",
                "城乡建设",
            ]
        )
    sheet.append(["E2E-9", "用户9", "", "", "", ""])
    stream = io.BytesIO()
    book.save(stream)
    keeper = person("paidan")
    page = keeper.go("/import/")
    keeper.everyone_can_use_it()
    page.set_input_files(
        "#import-file", {"name": "错.xlsx", "mimeType": "application/octet-stream", "buffer": b"not a table"}
    )
    page.get_by_role("button", name="上传并查看列").click()
    page.locator("#import-file-errors").wait_for()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.set_input_files("#import-file", {"name": "留言.xlsx", "mimeType": kind, "buffer": stream.getvalue()})
    page.get_by_role("button", name="上传并查看列").click()
    keeper.sees("确认列的含义")
    keeper.everyone_can_use_it()
    page.get_by_role("button", name="开始导入").click()
    page.locator(".figures").wait_for(timeout=40_000)
    keeper.ready()
    keeper.sees("未导入的行")
    assert "5" in page.locator(".figures").inner_text()
    keeper.everyone_can_use_it()
