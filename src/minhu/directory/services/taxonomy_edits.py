"""Single changes of a draft of the category tree: add, edit, move, switch off, take out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minhu.directory.models import Taxonomy
from minhu.directory.policy import Action
from minhu.directory.services.changes import LOCK_TAXONOMY, change
from minhu.directory.services.taxonomy import replace_nodes, rows_of_version
from minhu.directory.services.versions import get_draft
from minhu.kernel.errors import Conflict, Invalid, NotFound


def put_node(draft_id: int, values: Mapping[str, Any], *, code: str = "") -> None:
    """Add a node (without ``code``) or change the node ``code`` of a draft; ``values`` as in ``load_categories``.

    A new code moves everything below along. Raises Invalid or Conflict by field.
    """
    with change(Action.MANAGE_RULES, lock=LOCK_TAXONOMY):
        get_draft(Taxonomy, draft_id)
        rows = rows_of_version(draft_id)
        _check(rows, values, code)
        made = {**values, "code": str(values["code"]).strip(), "parent": values.get("parent") or None}
        if not code:
            replace_nodes(draft_id, [*rows, made])
            return
        for row in rows:
            if row["parent"] == code:
                row["parent"] = made["code"]
        replace_nodes(draft_id, [made if row["code"] == code else row for row in rows])


def _check(rows: list[dict[str, Any]], values: Mapping[str, Any], code: str) -> None:
    by_code = {row["code"]: row for row in rows}
    wanted, parent = str(values["code"]).strip(), values.get("parent") or ""
    if code and code not in by_code:
        raise NotFound("草稿里没有这个分类，可能刚被删除。", code="no_such_category")
    if wanted != code and wanted in by_code:
        message = f"代码“{wanted}”已被“{by_code[wanted]['name']}”使用。"
        raise Conflict(message, code="duplicate", fields={"code": message})
    if not wanted or len(wanted) > 32 or "/" in wanted:
        raise Invalid("代码不正确。", fields={"code": "代码必须填写，不超过 32 个字符，不能含“/”。"})
    if parent and parent not in by_code:
        raise Invalid("上级分类不存在。", fields={"parent": "草稿里没有这个上级分类。"})
    above = str(parent)
    while above:
        if above == code:
            raise Invalid("上级分类不正确。", fields={"parent": "不能移到自己或自己的下级之下。"})
        above = str(by_code[above]["parent"] or "") if above in by_code else ""
    name = str(values.get("name") or "").strip()
    if not name or len(name) > 64 or "/" in name:
        raise Invalid("名称不正确。", fields={"name": "名称必须填写，不超过 64 个字，不能含“/”。"})
    if any(r["name"] == name and (r["parent"] or "") == parent and r["code"] != code for r in rows):
        raise Conflict("名称重复。", code="duplicate", fields={"name": "同一上级下已有同名分类。"})


def drop_node(draft_id: int, code: str) -> None:
    """Take a node without children out of a draft; orders keep the categories of their own version."""
    with change(Action.MANAGE_RULES, lock=LOCK_TAXONOMY):
        get_draft(Taxonomy, draft_id)
        rows = rows_of_version(draft_id)
        if any(row["parent"] == code for row in rows):
            raise Conflict("这个分类还有下级，请先移走或删除下级。", code="has_children")
        replace_nodes(draft_id, [row for row in rows if row["code"] != code])
