"""诉求分类: the tree in force and older ones; a draft is edited node by node, compared, published."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries import categories, dispatch, versions
from minhu.directory.queries.categories import CategoryTree
from minhu.directory.services import taxonomy
from minhu.directory.services.loading import texts
from minhu.directory.services.taxonomy_edits import drop_node, put_node
from minhu.directory.types import CategoryInfo
from minhu.handling.queries import joint
from minhu.kernel.errors import Conflict, MinhuError, NotFound
from minhu.portals.manage import words
from minhu.portals.manage.common import act, may, saved, show
from minhu.portals.manage.differences import Difference, of_rows
from minhu.portals.orders.guards import for_staff

MOST_SHOWN = 200


class NodeForm(forms.Form):
    """One node of a draft."""

    code = forms.CharField(label=gettext_lazy("代码"), max_length=32)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=64)
    parent = forms.ChoiceField(
        label=gettext_lazy("上级分类"), required=False, help_text=gettext_lazy("改变上级即移动，下级一起移动。")
    )
    keywords = forms.CharField(
        label=gettext_lazy("关键词"), required=False, max_length=1000,
        help_text=gettext_lazy("群众会怎么说，用顿号分开；自动分类和查找都用它。"),
    )  # fmt: skip
    description = forms.CharField(
        label=gettext_lazy("说明"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    active = forms.BooleanField(label=gettext_lazy("可以选用"), required=False, initial=True)

    def __init__(self, *args: Any, tree: CategoryTree, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parents = [(node.code, f"{node.full_name}（{node.code}）") for node in tree.nodes]
        self.fields["parent"] = forms.ChoiceField(
            label=self.fields["parent"].label, required=False, help_text=self.fields["parent"].help_text,
            choices=[("", _("（第一级）")), *parents],
        )  # fmt: skip
        self.order_fields(["code", "name", "parent", "keywords", "description", "active"])

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        return {**data, "name": data["name"].strip(), "keywords": texts(data["keywords"])}


def _grown(tree: CategoryTree) -> list[dict[str, Any]]:
    """The nodes as a nested list, switched-off ones too."""
    below: dict[str, list[CategoryInfo]] = {}
    for node in tree.nodes:
        below.setdefault(node.path[-2] if len(node.path) > 1 else "", []).append(node)

    def grow(node: CategoryInfo) -> dict[str, Any]:
        return {"node": node, "below": [grow(child) for child in below.get(node.code, ())]}

    return [grow(node) for node in below.get("", ())]


def _changes(version_id: int) -> list[Difference]:
    current = next((view for view in versions.taxonomy_versions() if view.in_force), None)
    before = taxonomy.rows_of_version(current.id) if current else []
    labels = {
        "name": _("名称"), "parent": _("上级"), "keywords": _("关键词"), "description": _("说明"), "active": _("可以选用"),
    }  # fmt: skip
    return of_rows(before, taxonomy.rows_of_version(version_id), ("code",), labels)


def _page(request: HttpRequest, view: versions.VersionView | None, error: MinhuError | None = None) -> HttpResponse:
    tree = categories.tree_of(view.id, view.number) if view else categories.current()
    changes = _changes(view.id) if view and view.is_draft else []
    gone = {change.where for change in changes if change.what == "removed"}
    lines = dispatch.catalogue().lines_on(gone) if gone else []
    context = {
        "view": view, "tree": _grown(tree), "total": len(tree.nodes), "leaves": len(tree.leaves), "error": error,
        "versions": _listed(versions.taxonomy_versions()), "changes": changes[:MOST_SHOWN], "change_count": len(changes),
        "state_word": words.word(words.STATES, view.state) if view else "", "lost_lines": len(lines),
        "proposals": joint.proposals() if may(request, Action.MANAGE_RULES) else [],
        "editing": bool(view and view.is_draft and may(request, Action.MANAGE_RULES)),
    }  # fmt: skip
    return show(request, "categories", "categories", context, error.status if error else 200)


def _listed(views: list[versions.VersionView]) -> list[dict[str, Any]]:
    return [
        {"view": view, "word": words.word(words.STATES, view.state), "url": f"/manage/categories/{view.id}/"}
        for view in views
    ]


@for_staff(Action.VIEW_DIRECTORY)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The tree in force."""
    return _page(request, next((view for view in versions.taxonomy_versions() if view.in_force), None))


@for_staff(Action.VIEW_DIRECTORY)
@require_GET
def version(request: HttpRequest, version: int) -> HttpResponse:
    """One version; a draft with its differences and the means to edit it."""
    return _page(request, versions.taxonomy_version(version))


@for_staff(Action.MANAGE_RULES)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin a draft as a copy of the tree in force."""
    made = taxonomy.draft(request.POST.get("note", ""))
    messages.success(request, _("已从现行分类起草第 {n} 版。").format(n=made.version))
    return redirect("manage_category_version", made.pk)


def _draft(version_id: int) -> versions.VersionView:
    view = versions.taxonomy_version(version_id)
    if not view.is_draft:
        raise Conflict(_("这个版本已经发布，不能再修改。请新建一个草稿。"), code="version_published")
    return view


@for_staff(Action.MANAGE_RULES)
@require_http_methods(["GET", "POST"])
def node(request: HttpRequest, version: int, code: str = "") -> HttpResponse:
    """Add a node to a draft, or change one."""
    view = _draft(version)
    tree = categories.tree_of(view.id, view.number)
    there = tree.by_code.get(code) if code else None
    if code and there is None:
        raise NotFound(_("草稿里没有这个分类，可能刚被删除。"), code="no_such_category")
    initial: dict[str, Any] = {"parent": request.GET.get("parent", ""), "active": True}
    if there:
        initial = {
            "code": there.code, "name": there.name, "parent": there.path[-2] if len(there.path) > 1 else "",
            "keywords": "、".join(there.keywords), "description": there.description, "active": there.active,
        }  # fmt: skip
    form = NodeForm(request.POST if request.method == "POST" else None, initial=initial, tree=tree)
    status = 200
    if request.method == "POST":
        status = saved(form, lambda: put_node(version, form.values(), code=code))
        if status == 200:
            messages.success(request, _("分类“{name}”已存入草稿。").format(name=form.cleaned_data["name"]))
            return redirect("manage_category_version", version)
    has_children = any(other.path[-2:-1] == (code,) for other in tree.nodes) if there else False
    context = {"form": form, "view": view, "there": there, "has_children": has_children}
    return show(request, "categories", "category_node", context, status)


@for_staff(Action.MANAGE_RULES)
@require_POST
def drop(request: HttpRequest, version: int, code: str) -> HttpResponse:
    """Take a node out of a draft."""
    return act(request, lambda: drop_node(version, code), _("已从草稿中删除。"), f"/manage/categories/{version}/")


@for_staff(Action.MANAGE_RULES)
@require_POST
def publish(request: HttpRequest, version: int) -> HttpResponse:
    """Put a draft in force."""
    try:
        made = taxonomy.publish(version)
    except MinhuError as error:
        return _page(request, versions.taxonomy_version(version), error)
    messages.success(request, _("诉求分类第 {n} 版已发布，新登记的诉求按它分类。").format(n=made.version))
    return redirect("manage_categories")


@for_staff(Action.MANAGE_RULES)
@require_POST
def discard(request: HttpRequest, version: int) -> HttpResponse:
    """Throw a draft away."""
    return act(request, lambda: taxonomy.discard(version), _("草稿已删除。"), "/manage/categories/")
