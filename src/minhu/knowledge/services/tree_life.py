"""The life of a tree: checked, submitted, published by another person, withdrawn; kept in step with its documents."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.db.models import Q

from minhu.directory.policy import Action
from minhu.kernel.actors import SYSTEM, current_actor, use_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed
from minhu.knowledge.domain.keys import PUBLIC, audience_keys, keeper_keys
from minhu.knowledge.domain.states import today
from minhu.knowledge.domain.trees import Node, NodeKind, TreeState, Trouble, troubles
from minhu.knowledge.models import Document, Notice, PassageRow, Tree, TreeNode, TreeStep, TreeVersion, Version
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.trees import grow
from minhu.knowledge.queries.trees_shown import NodeView
from minhu.knowledge.services.common import changing
from minhu.knowledge.services.trees import at_work, noted, tree_for
from minhu.knowledge.types import LIVE, NoticeKind
from minhu.language.answers.support import unsupported

BATCH: Final = 200
_LIVE: Final = [state.value for state in LIVE]
_KEPT_IN_STEP: Final = [TreeState.DRAFT.value, TreeState.REVIEW.value, TreeState.PUBLISHED.value]
CHANGED: Final = "条款已修改"
ENDED: Final = "文件已失效"


def check(tree_id: int) -> list[Trouble]:
    """What must be mended before the version at work may be published; also at ends that the reader may not see."""
    with changing():
        tree = tree_for(tree_id)
        return _check(at_work(tree, TreeState.DRAFT, TreeState.REVIEW))


def _check(version: TreeVersion) -> list[Trouble]:
    with reading(SYSTEM):
        root = grow([version]).get(version.pk)
    return troubles(_flat(root, None) if root else [])


def _flat(view: NodeView, parent: int | None) -> list[Node]:
    cited = view.cited
    wrong = ""
    if cited is not None and cited.passage is not None and view.text:
        read = "\n".join([*cited.passage.path, cited.passage.context, cited.passage.text])
        wrong = next((reason for _, reason in unsupported(view.text, read)), "")
    node = Node(
        view.id, parent, view.label, view.kind, view.text, view.address,
        None if cited is None else cited.holds and not view.stale, wrong,
    )  # fmt: skip
    return [node, *(below for child in view.children for below in _flat(child, view.id))]


def submit(tree_id: int) -> None:
    """Hand a draft over for review; raises Conflict while something must be mended."""
    with changing():
        tree = tree_for(tree_id)
        version = at_work(tree)
        _check_sound(version)
        _move(tree, version, TreeState.REVIEW)


def send_back(tree_id: int, note: str) -> None:
    """Give it back to its writers with what to mend; raises Invalid without it, NotAllowed for one of them."""
    said = note.strip()[:300]
    if not said:
        raise Invalid("请写明需要修改什么。", fields={"reason": "请写明需要修改什么。"})
    with changing():
        tree = tree_for(tree_id, Action.REVIEW_KNOWLEDGE)
        version = at_work(tree, TreeState.REVIEW)
        _check_another(version)
        version.review_note = said
        _move(tree, version, TreeState.DRAFT)


def publish(tree_id: int) -> None:
    """Publish what others wrote; the version before it is superseded. Raises NotAllowed for a writer, Conflict."""
    with changing():
        tree = tree_for(tree_id, Action.REVIEW_KNOWLEDGE)
        version = at_work(tree, TreeState.REVIEW)
        _check_another(version)
        _check_sound(version)
        old = tree.versions.filter(state=TreeState.PUBLISHED.value).first()
        if old is not None:
            _move(tree, old, TreeState.SUPERSEDED)
        with reading(SYSTEM):
            TreeStep.objects.filter(node__version=version).delete()
            version.nodes.exclude(removed_at=None).delete()
        version.reviewed_by, version.reviewed_at, version.review_note = current_actor().id, now(), ""
        _move(tree, version, TreeState.PUBLISHED)


def withdraw(tree_id: int, reason: str) -> None:
    """Take the published version out of use; raises Invalid without a reason."""
    said = reason.strip()[:300]
    if not said:
        raise Invalid("请写明撤下的原因。", fields={"reason": "请写明撤下的原因。"})
    with changing():
        tree = tree_for(tree_id)
        version = at_work(tree, TreeState.PUBLISHED)
        version.review_note = said
        _move(tree, version, TreeState.WITHDRAWN)


def discard(tree_id: int) -> bool:
    """Throw the draft away; what is published stays. Whether the tree went with it because nothing else of it is there."""
    with changing():
        tree = tree_for(tree_id)
        version = at_work(tree)
        noted("moved", tree.pk, version=version.number, before=version.state, after="discarded")
        with reading(SYSTEM):
            version.delete()
            gone = not tree.versions.exists()
            if gone:
                tree.delete()
        return gone


def _check_sound(version: TreeVersion) -> None:
    if found := _check(version):
        raise Conflict(f"还有 {len(found)} 处需要修改：{found[0].words}", code="tree_unsound")


def _check_another(version: TreeVersion) -> None:
    if current_actor().id in {version.created_by, *version.edited_by}:
        raise NotAllowed("自己编写或修改过的情景树须由另一人审核。", code="own_work")


def _move(tree: Tree, version: TreeVersion, state: TreeState) -> None:
    before, version.state = version.state, state.value
    version.save(update_fields=["state", "review_note", "reviewed_by", "reviewed_at"])
    Tree.objects.filter(pk=tree.pk).update(changed_at=now())
    rekey(tree)
    noted("moved", tree.pk, version=version.number, before=before, after=state.value)


def rekey(tree: Tree) -> bool:
    """Write the keys of a tree and its versions anew; whether any changed.

    A published version is opened by whoever may read one of its documents, by everybody where an end needs none.
    """
    keepers = keeper_keys(tree.owner_unit_id)
    live = frozenset[str]()
    changed = False
    with reading(SYSTEM):
        for version in tree.versions.all():
            readers = _readers(version) if version.state == TreeState.PUBLISHED.value else frozenset[str]()
            live |= readers
            changed |= bool(_rewrite(version, sorted(keepers | readers)))
        return _rewrite(tree, sorted(keepers | live)) or changed


def _rewrite(row: Tree | TreeVersion, keys: list[str]) -> bool:
    if row.keys == keys:
        return False
    row.keys = keys
    row.save(update_fields=["keys"])
    return True


def _readers(version: TreeVersion) -> frozenset[str]:
    ends = version.nodes.filter(removed_at=None).exclude(kind=NodeKind.QUESTION.value)
    found = frozenset({PUBLIC}) if ends.filter(cited=None).exists() else frozenset[str]()
    documents = Document.objects.filter(pk__in=ends.exclude(cited=None).values("cited__document"))
    return found.union(*(audience_keys(one.rights) for one in documents))


# -- in step with documents


def follow() -> int:
    """Let ends follow their documents to a new version where the words are the same; mark those where they are not.

    Their keepers are told. Also lets a change of rights reach the trees. How many ends and trees changed; for the loop.
    """
    with use_actor(SYSTEM), transaction.atomic(), reading():
        lost = Q(cited__repealed__lt=today()) | ~Q(cited__state__in=_LIVE)
        nodes = TreeNode.objects.filter(lost, version__state__in=_KEPT_IN_STEP, removed_at=None, stale="").exclude(cited=None)  # fmt: skip
        rows = list(
            nodes.select_for_update(of=("self",), skip_locked=True)
            .select_related("version__tree", "cited").defer("cited__text", "cited__found")[:BATCH]
        )  # fmt: skip
        for row in rows:
            _follow(row)
        published = Tree.objects.filter(versions__state=TreeState.PUBLISHED.value)
        return len(rows) + sum(rekey(tree) for tree in published)


def _follow(row: TreeNode) -> None:
    old = row.cited
    if old is None:
        return
    new = Version.objects.filter(document_id=old.document_id, state__in=_LIVE).exclude(repealed__lt=today())
    found = new.only("id").first()
    number = _same(old.pk, row.passage, found.pk) if found and row.passage else 0
    if found is not None and (number or not row.passage):
        row.cited, row.passage = found, number
    else:
        row.stale = CHANGED if found else ENDED
        _tell(row)
    row.save(update_fields=["cited", "passage", "stale"])
    tree = row.version.tree
    noted("followed", tree.pk, version=row.version.number, node=row.pk, stale=bool(row.stale))


def _same(old: int, passage: int, new: int) -> int:
    """The passage of the new version with the very words of the old one, the nearest by number; 0 where none has them."""
    before = PassageRow.objects.filter(version_id=old, number=passage).values_list("text", "context").first()
    if before is None:
        return 0
    rows = PassageRow.objects.filter(version_id=new, text=before[0], context=before[1])
    return min(rows.values_list("number", flat=True), key=lambda number: abs(number - passage), default=0)


def _tell(row: TreeNode) -> None:
    tree = row.version.tree
    Notice.objects.create(
        kind=NoticeKind.TREE.value, tree=tree, at=now(), keys=sorted(keeper_keys(tree.owner_unit_id)),
        text=f"情景树“{tree.title}”的“{row.label}”引用的{row.stale}，走到那里的人暂时看不到它，请重新选择条款后发布新版本。"[:300],
    )  # fmt: skip
