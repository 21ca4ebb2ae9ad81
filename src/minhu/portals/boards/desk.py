"""留言板 on the desk: the posts of message boards, files in and replies out, for who takes requests in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.exchange.queries import boards as queries
from minhu.exchange.queries.boards import PostState
from minhu.exchange.services import board_files, board_replies
from minhu.kernel.errors import Invalid, MinhuError
from minhu.ledger import services as ledger
from minhu.portals import bulk
from minhu.portals.kept import kept_reason
from minhu.portals.manage.catalogue_sheet import MEGABYTES
from minhu.portals.manage.common import act, number_of
from minhu.portals.manage.uploaded import bad_file, uploaded_rows
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.sheets import as_download, workbook

FIELD_WORDS: Final = {
    "key": gettext_lazy("留言编号"), "title": gettext_lazy("标题"), "text": gettext_lazy("内容"),
    "name": gettext_lazy("留言人"), "phone": gettext_lazy("联系电话"), "place": gettext_lazy("地点"),
    "category": gettext_lazy("分类"), "posted_at": gettext_lazy("留言时间"), "due_at": gettext_lazy("答复期限"),
    "public": gettext_lazy("是否公开"), "link": gettext_lazy("链接"), "follow": gettext_lazy("追评"),
    "deleted": gettext_lazy("是否删除"),
}  # fmt: skip
_HEADER: Final = ("留言编号", "工单编号", "是否公开", "答复期限", "承办单位", "答复内容", "答复时间")


@for_staff(Action.IMPORT)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The posts, those that need somebody first; `?board=` and `?state=` narrow them."""
    return _page(request, {})


@for_staff(Action.IMPORT)
@require_POST
def bring(request: HttpRequest) -> HttpResponse:
    """A file of a board; where its columns are not known yet, they are asked for."""
    board, file = number_of(request.POST.get("board")), request.FILES.get("file")
    if board is None or file is None:
        return _page(request, {"problem": _("请选择留言板和文件。")}, 422)
    begun: dict[str, Any] = {"chosen": board}
    try:
        rows = _rows(file)
        names, guessed = board_files.columns_of(board, rows)
        given = {name: request.POST.get(f"column-{name}", "") for name in FIELD_WORDS}
        columns = {name: one for name, one in given.items() if one in names} if "columns" in request.POST else guessed
        begun["mapping"] = _mapping(names, columns)
        report = board_files.bring(board, rows, columns)
    except MinhuError as error:
        wrong = error.fields or {}  # a column that is missing is told beside its choice
        elsewhere = [text for name, text in wrong.items() if name not in FIELD_WORDS and text not in error.message]
        beside = "；".join(dict.fromkeys(elsewhere))
        return _page(request, {**begun, "problem": f"{error.message}{beside}"}, error.status)
    if report.problems:
        return _page(request, {"report": report, "chosen": board})
    messages.success(request, _said(report))
    return redirect("boards")


def _said(report: board_files.Report) -> str:
    return _("新增 %(new)s 条，变化 %(changed)s 条，来源删除 %(deleted)s 条，未变 %(same)s 条。") % report.counts


@for_staff(Action.IMPORT)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Replies of one board that wait to be published, as a spreadsheet, for a reason that is kept."""
    actor, reason = actor_of(request), request.POST.get("reason", "")
    try:
        bulk.begin(actor, reason)
        board, told = board_replies.to_publish(number_of(request.POST.get("board")) or 0)
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect("boards")
    rows = [
        (
            one.post.key, one.post.order.number, _("是") if one.post.public else _("否"), one.post.due_at, one.unit,
            one.reply, one.replied_at,
        )
        for one in told
    ]  # fmt: skip
    entry = {"rows": len(rows), "board": board, "reason": kept_reason(reason)}
    ledger.append("messageboard.exported", ("staff", actor.id), entry)
    return as_download(workbook(_("留言答复"), [_(name) for name in _HEADER], rows), "board-replies")


@for_staff(Action.IMPORT)
@require_POST
def published(request: HttpRequest, post: int) -> HttpResponse:
    """A person put the reply on the board."""
    digest = request.POST.get("digest", "")[:64]
    return act(request, lambda: board_replies.published_by_hand(post, digest), _("已登记为已发布。"), "/desk/boards/")


def _page(request: HttpRequest, more: Mapping[str, Any], status: int = 200) -> HttpResponse:
    board, state = number_of(request.GET.get("board")), request.GET.get("state", "")
    wanted = PostState(state) if state in {one.value for one in PostState} else None
    context = {
        "view": queries.posts(board, wanted), "boards": queries.names(), "board": board, "state": wanted,
        "may_export": may_ever(actor_of(request), Action.EXPORT), **more,
    }  # fmt: skip
    if "report" in more:
        context["said"] = _said(more["report"])
    return render(request, "boards/list.html", context, status=status)


def _mapping(names: list[str], columns: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "field": field,
            "label": FIELD_WORDS[field],
            "needed": needed,
            "names": names,
            "chosen": columns.get(field, ""),
        }
        for field, needed in queries.fields()
    ]


def _rows(file: Any) -> list[dict[str, Any]]:
    if (file.size or 0) > MEGABYTES * 1024 * 1024:
        raise bad_file(_("文件超过 {n} MB，请拆分后导入。").format(n=MEGABYTES))
    name, content = file.name or "", file.read()
    if name.lower().endswith(".json"):
        return board_files.rows_of_json(content)
    if not name.lower().endswith((".csv", ".xlsx", ".xls")):
        raise Invalid(_("请选择 CSV、XLSX 或 JSON 文件。"), fields={"file": _("类型不对")})
    return list(uploaded_rows(content, name, board_files.MOST_ROWS + 1))
