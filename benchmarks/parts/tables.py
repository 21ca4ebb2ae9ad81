"""Own tables for the readers' benchmark: what stands in each cell, and the same table as HTML, Word and Excel."""

from __future__ import annotations

import html
import io
import random
from collections.abc import Callable
from dataclasses import dataclass

import docx
import openpyxl

Cell = tuple[str, int, int]
"""Words, rows down, columns across."""

STREETS = ("清河", "望山", "南桥", "新港", "石门", "柳林", "东湖", "云台", "双溪", "长乐")
MATTERS = (
    "生育登记",
    "居住证办理",
    "门牌证明",
    "低保申请",
    "残疾人证",
    "停车许可",
    "摊位备案",
    "养老服务补贴",
    "临时救助",
    "廉租住房",
)
STYLES = {
    "ruled": "td,th{border:1px solid #000}",
    "plain": "td,th{border:0}",
    "three lines": "table{border-top:2px solid #000;border-bottom:2px solid #000}thead{border-bottom:1px solid #000}td,th{border:0}",
    "levels": "tr{border-bottom:1px solid #777}td,th{border:0}",
    "open sides": "td,th{border:1px solid #000}td:first-child,th:first-child{border-left:0}td:last-child,th:last-child{border-right:0}",
    "centred": "td,th{border:0;text-align:center;padding:2px 10px}",
    "tight": "td,th{border:0;padding:0 4px}",
    "shaded": "td,th{border:0}tbody tr:nth-child(odd){background:#eef}",
}


@dataclass(frozen=True)
class Table:
    """A table: its caption, rows of cells, and how many of them are headers."""

    name: str
    caption: str
    rows: tuple[tuple[Cell, ...], ...]
    headers: int = 1

    @property
    def grid(self) -> list[list[str]]:
        """What a reader should find: a merged cell in each place that it covers."""
        places: dict[tuple[int, int], str] = {}
        for y, row in enumerate(self.rows):
            x = 0
            for text, down, across in row:
                while (y, x) in places:
                    x += 1
                places.update({(y + i, x + j): text for i in range(down) for j in range(across)})
        width = max(x for _, x in places) + 1
        return [[places.get((y, x), "") for x in range(width)] for y in range(len(self.rows))]

    def html(self, style: str = "ruled", font: float = 10.5) -> str:
        """A page with a sentence before and after the table."""

        def row(cells: tuple[Cell, ...], tag: str) -> str:
            return (
                "<tr>"
                + "".join(
                    f'<{tag} rowspan="{down}" colspan="{across}">{html.escape(text)}</{tag}>'
                    for text, down, across in cells
                )
                + "</tr>"
            )

        head = "".join(row(one, "th") for one in self.rows[: self.headers])
        body = "".join(row(one, "td") for one in self.rows[self.headers :])
        return (
            f"<!doctype html><html lang='zh-CN'><head><meta charset='utf-8'><title>{self.caption}</title><style>"
            f"body{{font:{font}pt/1.5 'Noto Serif CJK SC',serif;margin:0}}table{{border-collapse:collapse;width:100%}}"
            f"td,th{{padding:3px 8px;text-align:left;font-weight:normal}}{STYLES[style]}</style></head><body><article>"
            f"<p>为了方便群众办事，现将有关标准公布如下，请各单位遵照执行，并做好宣传解释工作。</p><p>{self.caption}</p>"
            f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"
            f"<p>以上标准自公布之日起执行，由云溪市政务服务中心负责解释，未尽事宜另行通知。</p></article></body></html>"
        )

    def docx(self) -> bytes:
        """As a Word file, cells merged."""
        document, kept, grid = docx.Document(), io.BytesIO(), self.grid
        document.add_paragraph(self.caption)
        made = document.add_table(rows=len(grid), cols=len(grid[0]))
        for y, x, text, down, across in self._placed():
            cell = made.cell(y, x)
            if down > 1 or across > 1:
                cell = cell.merge(made.cell(y + down - 1, x + across - 1))
            cell.text = text
        document.save(kept)
        return kept.getvalue()

    def xlsx(self) -> bytes:
        """As a workbook, cells merged."""
        book, kept = openpyxl.Workbook(), io.BytesIO()
        sheet = book.active
        assert sheet is not None
        for y, x, text, down, across in self._placed():
            sheet.cell(y + 1, x + 1, text)
            if down > 1 or across > 1:
                sheet.merge_cells(start_row=y + 1, start_column=x + 1, end_row=y + down, end_column=x + across)
        book.save(kept)
        return kept.getvalue()

    def _placed(self) -> list[tuple[int, int, str, int, int]]:
        taken: set[tuple[int, int]] = set()
        found = []
        for y, row in enumerate(self.rows):
            x = 0
            for text, down, across in row:
                while (y, x) in taken:
                    x += 1
                taken |= {(y + i, x + j) for i in range(down) for j in range(across)}
                found.append((y, x, text, down, across))
        return found


def flat(*rows: tuple[str, ...]) -> tuple[tuple[Cell, ...], ...]:
    """Rows without merged cells."""
    return tuple(tuple((text, 1, 1) for text in row) for row in rows)


def tables(seed: int = 11) -> list[Table]:
    """Twelve kinds of tables as cities print them, filled by a seeded dice."""
    dice = random.Random(seed)
    makers: tuple[tuple[str, Callable[[random.Random], Table]], ...] = (
        ("fees", _fees), ("tiers", _tiers), ("merged head", _merged_head), ("materials", _materials), ("offices", _offices),
        ("terms", _terms), ("figures", _figures), ("pairs", _pairs), ("groups", _groups), ("long", _long), ("gaps", _with_gaps),
        ("schedule", _schedule),
    )  # fmt: skip
    return [make(dice) for _, make in makers]


def _fees(dice: random.Random) -> Table:
    rows = [
        (
            str(n),
            f"{name}工本费",
            f"{dice.randrange(2, 60)}元/件",
            f"云价〔20{dice.randrange(15, 25)}〕{dice.randrange(1, 90)}号",
        )
        for n, name in enumerate(dice.sample(MATTERS, 7), 1)
    ]
    return Table("fees", "表1 行政事业性收费目录", flat(("序号", "收费项目", "收费标准", "依据"), *rows))


def _tiers(dice: random.Random) -> Table:
    base = dice.randrange(180, 300, 10)
    rows = [(f"第{n}阶梯", f"{base * i}至{base * (i + 1)}", f"{2.1 + i * 1.05:.2f}") for i, n in enumerate("一二三")]
    return Table("tiers", "表2 居民生活用水阶梯价格", flat(("类别", "年用水量（立方米）", "价格（元/立方米）"), *rows))


def _merged_head(dice: random.Random) -> Table:
    head: tuple[tuple[Cell, ...], ...] = ((("对象", 2, 1), ("城镇（元/月）", 1, 2), ("农村（元/月）", 1, 2)), (("2024年", 1, 1), ("2025年", 1, 1), ("2024年", 1, 1), ("2025年", 1, 1)))  # fmt: skip
    rows = flat(
        *(
            (who, *(str(dice.randrange(300, 1900, 5)) for _ in range(4)))
            for who in ("全日制护理", "半护理", "全自理", "孤儿集中养育")
        )
    )
    return Table("merged head", "表3 特困人员供养标准", (*head, *rows), 2)


def _materials(dice: random.Random) -> Table:
    rows = (
        ("1", "申请表", "原件2份，由申请人本人签字；不会写字的由社区工作人员代写，申请人按手印确认", "自备"),
        ("2", "身份证", "核对原件，收复印件1份", "自备"),
        (
            "3",
            "收入证明",
            f"由用人单位出具，须写明近{dice.randrange(3, 12)}个月的平均收入；没有单位的由居住地社区出具情况说明",
            "单位或社区",
        ),
        ("4", "银行账户", "申请人本人名下的储蓄账户", "自备"),
    )
    return Table("materials", "表4 申请材料清单", flat(("序号", "材料名称", "要求", "来源"), *rows))


def _offices(dice: random.Random) -> Table:
    rows = [
        (
            f"{name}街道便民服务中心",
            f"{name}路{dice.randrange(1, 300)}号",
            f"6{dice.randrange(100, 999)}{dice.randrange(1000, 9999)}",
            "周一至周六",
        )
        for name in STREETS[:8]
    ]
    return Table("offices", "表5 办理地点", flat(("名称", "地址", "电话", "办公时间"), *rows))


def _terms(dice: random.Random) -> Table:
    rows = [
        (name, f"{dice.randrange(5, 30)}个工作日", f"{dice.randrange(1, 5)}个工作日", dice.choice(("是", "否")))
        for name in dice.sample(MATTERS, 6)
    ]
    return Table("terms", "表6 办理时限", flat(("事项", "法定时限", "承诺时限", "可否网办"), *rows))


def _figures(dice: random.Random) -> Table:
    rows = [(name, *(f"{dice.randrange(100, 99999):,}" for _ in range(7))) for name in STREETS[:9]]
    return Table(
        "figures",
        "表7 各街道来电量（件）",
        flat(("街道", "一月", "二月", "三月", "四月", "五月", "六月", "合计"), *rows),
    )


def _pairs(dice: random.Random) -> Table:
    rows = (("事项名称", dice.choice(MATTERS)), ("实施主体", "云溪市民政局"), ("服务对象", "自然人"), ("办结时限", f"{dice.randrange(3, 20)}个工作日"), ("是否收费", "不收费"), ("咨询电话", "0600-12345"))  # fmt: skip
    return Table("pairs", "表8 基本信息", flat(("项目", "内容"), *rows))


def _groups(dice: random.Random) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (("区域", 1, 1), ("车型", 1, 1), ("首小时（元）", 1, 1), ("以后每小时（元）", 1, 1))
    ]
    for area in ("一类区域", "二类区域", "三类区域"):
        for at, kind in enumerate(("小型车", "大型车", "新能源车")):
            cells: tuple[Cell, ...] = (
                (kind, 1, 1),
                (str(dice.randrange(2, 12)), 1, 1),
                (str(dice.randrange(1, 9)), 1, 1),
            )
            rows.append(((area, 3, 1), *cells) if at == 0 else cells)
    return Table("groups", "表9 停车收费标准", tuple(rows))


def _long(dice: random.Random) -> Table:
    rows = [
        (
            str(n),
            f"{dice.choice(STREETS)}社区第{n}网格",
            f"{dice.randrange(100, 900)}户",
            f"{dice.choice('张李王赵陈')}网格员",
        )
        for n in range(1, 75)
    ]
    return Table("long", "表10 网格划分", flat(("序号", "网格", "户数", "负责人"), *rows))


def _with_gaps(dice: random.Random) -> Table:
    rows = [
        (name, str(dice.randrange(10, 90)) if n % 2 else "", "" if n % 3 else "减半", f"{dice.randrange(50, 400)}元")
        for n, name in enumerate(dice.sample(MATTERS, 7))
    ]
    return Table("gaps", "表11 补贴与减免", flat(("项目", "年龄", "减免", "金额"), *rows))


def _schedule(dice: random.Random) -> Table:
    rows = [
        (
            f"{line}路",
            f"{name}站",
            f"5:{dice.randrange(10, 59)}",
            f"2{dice.randrange(0, 3)}:{dice.randrange(10, 59)}",
            f"{dice.randrange(5, 25)}分钟",
        )
        for line, name in zip(dice.sample(range(1, 99), 7), STREETS, strict=False)
    ]
    return Table("schedule", "表12 公交首末班时间", flat(("线路", "起点", "首班", "末班", "间隔"), *rows))
