"""A scenario tree begins: blank, drafted from documents, or from questions that were asked; a further version likewise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from minhu.directory.access import require
from minhu.directory.policy import Action, may_ever
from minhu.kernel.actors import SYSTEM, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from minhu.kernel.storable import storable
from minhu.knowledge.domain.keys import keeper_keys
from minhu.knowledge.domain.trees import MAX_LABEL, MAX_NAMES, MAX_TEXT, MAX_TITLE, MOST_NODES, NodeKind, TreeState
from minhu.knowledge.models import Asking, MadePair, Tree, TreeNode, TreeVersion, Version
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.services.common import changing
from minhu.knowledge.services.editing import check_may_keep
from minhu.knowledge.types import LIVE, PairState
from minhu.language.trees.asked import Family, families
from minhu.language.trees.drafting import draft
from minhu.language.trees.types import Asked, Source, Sprout
from minhu.ledger import services as ledger

MOST_SOURCES: Final = 6
_MOST_ASKED: Final = 2_000
_LIVE: Final = [state.value for state in LIVE]
_FIRST_QUESTION: Final = "您想了解哪一种情形？"


def tree_for(tree_id: int, action: Action = Action.EDIT_KNOWLEDGE) -> Tree:
    """Load a tree to change it (locked); raises NotFound where it may not be seen, NotAllowed without the right."""
    found = Tree.objects.select_for_update().filter(pk=tree_id).first()
    if found is None:
        raise NotFound("没有找到这棵情景树，或者您无权查看。", code="no_such_tree")
    require(action, found.facts())
    return found


def at_work(tree: Tree, *states: TreeState) -> TreeVersion:
    """The version of a tree that is in one of ``states`` (default: a draft); raises Conflict where none is."""
    wanted = [state.value for state in states or (TreeState.DRAFT,)]
    found = tree.versions.filter(state__in=wanted).first()
    if found is None:
        raise Conflict("这棵情景树现在没有可以这样处理的版本，请刷新页面查看最新状态。", code="wrong_state")
    return found


def noted(kind: str, tree_id: int, **payload: object) -> None:
    """Append what was done to the ledger; numbers and states, no words of a tree."""
    ledger.append(f"knowledge.tree_{kind}", ("tree", tree_id), payload)


def begin(title: str, names: Sequence[str], owner_unit: int, documents: Sequence[int] = ()) -> int:
    """A new tree with a draft: from documents (their ids) where given, else with its first question alone.

    Raises Invalid where nothing of the documents tells cases apart, NotAllowed for somebody else's unit, Conflict.
    """
    check_may_keep(owner_unit)
    with changing():
        grown = drafted(documents) if documents else None
        if documents and grown is None:
            raise Invalid(
                "这些文件里没有读出分情形的规定，请换文件，或从空白开始。", fields={"documents": "没有读出分情形的规定"}
            )
        return int(plant(title, names, owner_unit, grown or Sprout("", _FIRST_QUESTION)).tree_id)


def plant(title: str, names: Sequence[str], owner_unit: int, grown: Sprout) -> TreeVersion:
    """Store a new tree with its first draft; the caller has checked the policy. Raises Invalid, Conflict."""
    called, words = checked(title, names)
    check_title(called)
    keys = sorted(keeper_keys(owner_unit))
    tree = Tree.objects.create(
        title=called, names=words, owner_unit_id=owner_unit, keys=keys, created_at=now(), changed_at=now()
    )
    version = new_version(tree, 1)
    put(version, grown)
    noted("drafted", tree.pk, version=1, nodes=version.nodes.count())
    return version


def checked(title: str, names: Sequence[str]) -> tuple[str, list[str]]:
    """Title and names as they are stored; raises Invalid with the field that is wrong."""
    called = " ".join(storable(title).split())
    words = list(dict.fromkeys(" ".join(storable(one).split()) for one in names if storable(one)))
    if not called or len(called) > MAX_TITLE:
        raise Invalid(f"请填写名称，不超过 {MAX_TITLE} 个字。", fields={"title": f"请填写，不超过 {MAX_TITLE} 个字"})
    if len(words) > MAX_NAMES or any(not 2 <= len(one) <= 40 for one in words):
        text = f"每行一种说法，2 到 40 个字，最多 {MAX_NAMES} 行。"
        raise Invalid(text, fields={"names": text})
    return called, words


def check_title(title: str, but: int = 0) -> None:
    """Raise Conflict where another tree has this title already, seen or not."""
    with reading(SYSTEM):
        if Tree.objects.filter(title=title).exclude(pk=but).exists():
            raise Conflict("已有同名的情景树，请换一个名称，或在那棵树上修改。", code="same_title")


def new_version(tree: Tree, number: int) -> TreeVersion:
    """An empty draft of a tree."""
    who = current_actor().id
    return TreeVersion.objects.create(
        tree=tree, number=number, keys=sorted(keeper_keys(tree.owner_unit_id)), created_by=who, created_at=now(),
        edited_by=[who],
    )  # fmt: skip


def put(version: TreeVersion, sprout: Sprout, parent: TreeNode | None = None, position: int = 0) -> None:
    """Store a draft's nodes below a parent."""
    kind = NodeKind.QUESTION if sprout.question else NodeKind.CLAUSE if sprout.passage else NodeKind.DOCUMENT
    node = TreeNode.objects.create(
        version=version, parent=parent, position=position, kind=kind.value, label=sprout.label[:MAX_LABEL],
        text=(sprout.question or sprout.text)[:MAX_TEXT], cited_id=int(sprout.key) if sprout.key else None, passage=sprout.passage,
    )  # fmt: skip
    for at, child in enumerate(sprout.children):
        put(version, child, node, at)


def drafted(documents: Sequence[int]) -> Sprout | None:
    """What the machine makes of live documents that the reader may see; within `reach.reading`. Raises Invalid."""
    rows = {
        row.document_id: row
        for row in Version.objects.filter(document__in=documents, state__in=_LIVE).defer("text", "found")
    }
    if len(documents) > MOST_SOURCES or set(documents) - rows.keys():
        text = f"请选择已发布、您能看到的文件，最多 {MOST_SOURCES} 份。"
        raise Invalid(text, fields={"documents": text})
    grown = draft(
        [
            Source(str(row.pk), row.title, [one.passage for one in row.passages.all()])
            for row in (rows[document] for document in dict.fromkeys(documents))
        ]
    )
    if grown is not None and len(list(grown.ends())) > MOST_NODES:
        raise Invalid("读出的情形太多，请少选几份文件。", fields={"documents": "情形太多"})
    return grown


def asked_families(most: int = 20) -> list[Family]:
    """Questions of the same matter that differ in one condition, asked or accepted, each with its clause.

    Only those whose answer stands in a live document that the current actor may see.
    """
    with changing():
        if not may_ever(current_actor(), Action.EDIT_KNOWLEDGE):
            raise NotAllowed("您的岗位不编写情景树。")
        rows = Asking.objects.filter(version__state__in=_LIVE, passage__gt=0).order_by("-id")
        found = [
            Asked(words, str(version), passage)
            for words, version, passage in rows.values_list("question", "version_id", "passage")[:_MOST_ASKED]
        ]
        pairs = MadePair.objects.filter(version__state__in=_LIVE, state=PairState.ACCEPTED.value)[:_MOST_ASKED]
        found += [Asked(pair.questions[0], str(pair.version_id), pair.passages[0]) for pair in pairs]
        return families(list({one.words: one for one in found}.values()))[:most]


def begin_from_questions(title: str, names: Sequence[str], owner_unit: int, at: int) -> int:
    """A new tree from the family at this place of `asked_families`; raises Invalid where there is none any more."""
    check_may_keep(owner_unit)
    known = asked_families()
    if not 0 <= at < len(known):
        raise Invalid("这组提问已有变化，请重新选择。", fields={"family": "请重新选择"})
    with changing():
        return int(plant(title, names, owner_unit, known[at].tree).tree_id)


def rewrite(tree_id: int) -> int:
    """A further draft from the published version, also of ends that its writer may not see; returns its number.

    Raises Conflict where one is at work already.
    """
    with changing():
        tree = tree_for(tree_id)
        if tree.versions.filter(state__in=[TreeState.DRAFT.value, TreeState.REVIEW.value]).exists():
            raise Conflict("已有一个版本正在编写或审核，请在那个版本上修改。", code="already_at_work")
        newest = tree.versions.order_by("-number").first()
        version = new_version(tree, (newest.number if newest else 0) + 1)
        with reading(SYSTEM):
            old = tree.versions.filter(state=TreeState.PUBLISHED.value).first() or newest
            if old is not None:
                _copy(old, version)
        noted("drafted", tree.pk, version=version.number, nodes=version.nodes.count())
        return int(version.number)


def _copy(old: TreeVersion, new: TreeVersion) -> None:
    """The nodes of one version for another; call it as the program."""
    rows = list(old.nodes.filter(removed_at=None))
    made = {row.pk: _twin(row, new) for row in rows}
    TreeNode.objects.bulk_create(made.values())
    for row in rows:
        if row.parent_id in made:
            made[row.pk].parent = made[row.parent_id]
    TreeNode.objects.bulk_update(made.values(), ["parent"])


def _twin(row: TreeNode, version: TreeVersion) -> TreeNode:
    return TreeNode(
        version=version, position=row.position, kind=row.kind, label=row.label, says=row.says, text=row.text,
        address=row.address, cited_id=row.cited_id, passage=row.passage, stale=row.stale,
    )  # fmt: skip
