"""Tables that administrators bring: CSV or XLSX, their first line the names of the columns."""

from __future__ import annotations

from django.utils.translation import gettext as _

from minhu.directory.services.loading import parse_csv
from minhu.engines import workbooks
from minhu.kernel.errors import Invalid
from minhu.portals.manage.catalogue_sheet import cell_text


def bad_file(message: str) -> Invalid:
    """The refusal of a file, shown at its field."""
    return Invalid(message, code="bad_file", fields={"file": message})


def uploaded_rows(content: bytes, name: str, most: int) -> list[dict[str, str]]:
    """Rows of a file by the names in its first line, at most ``most`` of a workbook; raises Invalid in words."""
    rows = parse_csv(content, name) if name.lower().endswith(".csv") else _sheet_rows(content, most)
    if not rows:
        raise bad_file(_("表中没有数据行：第一行写列名，从第二行起每行一条。"))
    return rows


def _sheet_rows(content: bytes, most: int) -> list[dict[str, str]]:
    try:
        if not content.startswith(workbooks.ZIP):
            raise workbooks.broken()
        book = workbooks.opened(content)
        cells = workbooks.rows_of(book, book.sheet_names[0], most + 1) if book.sheet_names else []
    except Invalid as error:
        raise bad_file(_("这个文件{reason}").format(reason=error.message)) from error
    header = [str(cell).strip() for cell in cells[0]] if cells else []
    return [dict(zip(header, map(cell_text, row), strict=False)) for row in cells[1:]]
