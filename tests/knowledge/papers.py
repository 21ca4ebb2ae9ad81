"""Papers of the fictional city as files, made in the test."""

from __future__ import annotations

import io

import docx

TITLE = "云溪市居民阶梯水价实施办法"
LINES = (
    "云政发〔2025〕12号",
    "第一章 总则",
    "第一条 为促进节约用水，制定本办法。本办法适用于本市行政区域内的居民用户。",
    "第二章 优惠",
    "第二条 低保家庭申请水价优惠，应当提交下列材料：",
    "（一）申请人身份证；",
    "（二）低保证原件。",
    "第三条 申请由街道便民服务中心受理，五个工作日内办结。",
)
END = (
    "第四条 本办法自2025年7月1日起施行，有效期5年。《云溪市居民用水价格管理规定》（云政发〔2010〕3号）同时废止。",
    "云溪市人民政府",
    "2025年5月20日",
)
PRICES = (
    ("类别", "年用水量（立方米）", "价格（元/立方米）"),
    ("第一阶梯", "180以下", "2.10"),
    ("第二阶梯", "181至260", "3.15"),
)


def paper(title: str = TITLE, *, more: tuple[str, ...] = (), prices: tuple[tuple[str, ...], ...] = PRICES) -> bytes:
    """A regulation in Word with a table; ``more`` are further paragraphs before its end."""
    document = docx.Document()
    document.add_heading(title, 0)
    for line in LINES:
        document.add_paragraph(line)
    document.add_paragraph("表1 居民水价标准")
    table = document.add_table(rows=len(prices), cols=len(prices[0]))
    for y, row in enumerate(prices):
        for x, cell in enumerate(row):
            table.cell(y, x).text = cell
    for line in (*more, *END):
        document.add_paragraph(line)
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()
