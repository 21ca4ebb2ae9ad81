"""One tree: its outline with what must be mended, edited by mouse or keyboard, and its life."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action
from minhu.kernel.errors import Invalid, MinhuError
from minhu.knowledge.queries import trees
from minhu.knowledge.queries.trees_shown import NodeKind, NodeView, TreeState
from minhu.knowledge.services import tree_editing, tree_files, tree_life
from minhu.knowledge.services import trees as services
from minhu.knowledge.services.finding import find
from minhu.knowledge.types import Validity
from minhu.portals.knowledge.forms import lines, parts
from minhu.portals.manage.common import act, number_of
from minhu.portals.orders.guards import for_staff
from minhu.portals.trees import words

readers = for_staff(Action.VIEW_KNOWLEDGE)
keepers = for_staff(Action.EDIT_KNOWLEDGE)
HITS: Final = 8
MOST_TYPED: Final = 200
STEPS: Final[dict[str, tuple[Callable[..., Any], bool, Any]]] = {
    "submit": (tree_life.submit, False, gettext_lazy("已提交审核。")),
    "publish": (tree_life.publish, False, gettext_lazy("已发布，可以按情形查询了。")),
    "send-back": (tree_life.send_back, True, gettext_lazy("已退回修改。")),
    "withdraw": (tree_life.withdraw, True, gettext_lazy("已撤下。")),
    "rewrite": (services.rewrite, False, gettext_lazy("已开始新版本，现有版本继续使用到新版本发布。")),
}


def _context(tree: int) -> dict[str, object]:
    card = trees.card(tree)
    draft = card.state is TreeState.DRAFT and card.may_edit
    at_work = card.state in (TreeState.DRAFT, TreeState.REVIEW)
    found = tree_life.check(tree) if at_work and (card.may_edit or card.may_review) else []
    by_node: dict[int, list[str]] = {}
    for one in found:
        by_node.setdefault(one.node, []).append(one.words)
    return {
        "card": card, "draft": draft, "row": _row(card.root, by_node) if card.root else None, "troubles": len(found), "whole": by_node.get(0, []),
        "kinds": [(kind.value, kind.label) for kind in NodeKind], "sign": words.STATES[card.state.value],
        "reviewing": card.state is TreeState.REVIEW and card.may_review,
        "rewritable": card.may_edit and not at_work,
    }  # fmt: skip


def _row(node: NodeView, by_node: dict[int, list[str]]) -> dict[str, Any]:
    """A node as the outline shows it, with those below."""
    return {
        "node": node, "sign": words.KINDS[node.kind.value], "troubles": by_node.get(node.id, []),
        "says": "、".join(node.says), "addressed": node.kind in (NodeKind.FORM, NodeKind.PERSON),
        "children": [_row(child, by_node) for child in node.children],
    }  # fmt: skip


@readers
@require_GET
def page(request: HttpRequest, tree: int) -> HttpResponse:
    """The outline; who keeps the tree edits it here."""
    context = _context(tree)
    return render(request, "trees/outline.html" if request.headers.get("HX-Request") else "trees/page.html", context)


@keepers
@require_POST
def edit(request: HttpRequest, tree: int) -> HttpResponse:
    """One step of editing; for htmx the outline comes back, with where to stand and what to announce."""
    if not request.headers.get("HX-Request"):
        return act(request, lambda: _edited(request, tree), _("已修改。"), reverse("tree", args=[tree]))
    node, text = _edited(request, tree)
    response = render(request, "trees/outline.html", _context(tree))
    response["HX-Trigger-After-Settle"] = json.dumps({"minhu:tree": {"node": node, "text": text}})
    return response


def _edited(request: HttpRequest, tree: int) -> tuple[int, str]:
    """Carry one step out: the node to stand on afterwards, and what was done."""
    given = request.POST
    node, what = number_of(given.get("node")) or 0, given.get("op", "")
    if what == "name":
        tree_editing.name(tree, given.get("title", ""), lines(given.get("names", "")))
        return 0, _("名称已修改。")
    if what == "undo":
        return 0, _("已撤销：") + str(tree_editing.undo(tree).label)
    if what == "add":
        return tree_editing.add(tree, node, _words(request)), _("已添加。")
    if what == "change":
        tree_editing.change(tree, node, _words(request))
        return node, _("已修改。")
    if what == "remove":
        tree_editing.remove(tree, node)
        return 0, _("已删除，可以撤销。")
    if what == "cite":
        tree_editing.cite(tree, node, number_of(given.get("version")) or 0, number_of(given.get("passage")) or 0)
        return node, _("已选择条款。")
    if what == "move":
        tree_editing.move(tree, node, number_of(given.get("parent")) or 0, number_of(given.get("after")) or 0)
    elif what in ("up", "down", "in", "out"):
        tree_editing.shift(tree, node, what)
    else:
        raise Invalid(_("请选择要做的修改。"))
    return node, _place(tree, node)


def _place(tree: int, node: int) -> str:
    """Where a node stands now, to be read out."""
    root = trees.card(tree).root
    way = root.way(node) if root else ()
    if len(way) < 2:
        return _("已移动。")
    beside = [one.id for one in way[-2].children]
    return _("已移到“%(parent)s”下，第 %(at)d 个，共 %(all)d 个。") % {
        "parent": way[-2].label or way[-2].text, "at": beside.index(node) + 1, "all": len(beside),
    }  # fmt: skip


def _words(request: HttpRequest) -> tree_editing.Words:
    given = request.POST
    kind = NodeKind(given["kind"]) if given.get("kind") in {one.value for one in NodeKind} else None
    return tree_editing.Words(
        given.get("label", ""), given.get("text", ""), parts(given.get("says", "")), given.get("address", ""), kind
    )


@keepers
@require_GET
def sources(request: HttpRequest, tree: int) -> HttpResponse:
    """Clauses to choose from for an end."""
    card = trees.card(tree)
    node = number_of(request.GET.get("node")) or 0
    typed = request.GET.get("q", "")[:MOST_TYPED].strip()
    papers = find(typed, validity=Validity.VALID, size=HITS).papers if typed else ()
    hits = [(paper, passage) for paper in papers for passage in paper.passages]
    context = {"card": card, "node": node, "typed": typed, "hits": hits}
    part = "trees/sources.html" if request.headers.get("HX-Request") else "trees/sources_page.html"
    return render(request, part, context)


@keepers
@require_POST
def move(request: HttpRequest, tree: int, step: str) -> HttpResponse:
    """One step in the life of a tree."""
    if step == "discard":
        return _discard(request, tree)
    if step not in STEPS:
        raise Http404
    work, reasoned, done = STEPS[step]
    given = (request.POST.get("reason", ""),) if reasoned else ()
    return act(request, lambda: work(tree, *given), str(done), reverse("tree", args=[tree]))


def _discard(request: HttpRequest, tree: int) -> HttpResponse:
    gone: list[bool] = []
    there, listing = reverse("tree", args=[tree]), reverse("trees")
    act(request, lambda: gone.append(tree_life.discard(tree)), _("已丢弃草稿。"), there)
    return redirect(listing if gone == [True] else there)


@keepers
@require_GET
def file(request: HttpRequest, tree: int) -> HttpResponse:
    """The tree as a file that can be brought in again."""
    try:
        content = tree_files.export(tree)
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect("trees")
    response = HttpResponse(content, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="tree-{tree}.json"'
    return response
