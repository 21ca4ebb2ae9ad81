"""Scenario trees in answers: a question without the condition that decides is asked back, a chosen one gets its clause."""

from __future__ import annotations

from dataclasses import dataclass, replace

from minhu.knowledge.domain.trees import NodeKind
from minhu.knowledge.queries import trees
from minhu.knowledge.queries.shown import Answered, Back, Choice
from minhu.knowledge.queries.trees_shown import NodeView
from minhu.language.answers.types import Answer, Citation, NotFound
from minhu.language.trees.matching import named, picked, with_choice


@dataclass(frozen=True, slots=True)
class Lead:
    """How far a question leads in the tree that it is about. ``chosen``: whether its last step was chosen, not guessed."""

    tree: int
    root: NodeView
    at: NodeView
    chosen: bool


def lead(question: str) -> Lead | None:
    """The tree that a question is about and where its conditions lead; None where none or several are meant.

    Call it within `reach.reading`: an end that the asker may not see is not there.
    """
    found = trees.published(question)
    if len(found) != 1:
        return None
    tree, _, root = found[0]
    node, chosen = root, False
    while node.asks:
        at = picked([child.label for child in node.children], question)
        chosen = at is not None
        if at is None:
            at = named([(child.label, *child.says) for child in node.children], question)
        if at is None:
            break
        node = node.children[at]
    return Lead(tree, root, node, chosen)


def settled(found: Answer, led: Lead | None) -> Answer:
    """What to answer where a tree is meant: the clause of the end that its conditions lead to, or the papers' own answer.

    Where a condition is missing, a clause that holds for one case only is a guess and is not said.
    """
    if led is None:
        return found
    if led.at.asks:
        guessed = found.not_found is None and (led.at is not led.root or _of_one_case(found, led.root))
        return replace(found, text="", citations=(), not_found=NotFound.CONDITION) if guessed else found
    return _clause_instead(found, led)


def _of_one_case(found: Answer, root: NodeView) -> bool:
    """Whether the answer is a clause that stands behind a further question of the tree."""
    deep = {_place(end) for step in root.children if step.asks for end in step.walk()}
    return any((one.key, one.passage) in deep for one in found.citations)


def _clause_instead(found: Answer, led: Lead) -> Answer:
    """The clause of the end, unless the papers gave words of this very passage, or of a paper that the tree knows not."""
    cited = led.at.cited
    if cited is None or cited.passage is None or any((one.key, one.passage) == _place(led.at) for one in found.citations):  # fmt: skip
        return found
    own = {end.cited.version_id for end in led.root.walk() if end.cited}
    if found.not_found is None and not led.chosen and not any(int(one.key) in own for one in found.citations):
        return found
    passage = cited.passage
    whole = Citation(
        str(cited.version_id), cited.title, passage.number, passage.label, passage.path, passage.start, passage.end, passage.text,
    )  # fmt: skip
    return replace(found, text=led.at.said, citations=(whole,), not_found=None)


def _place(end: NodeView) -> tuple[str, int]:
    return (str(end.cited.version_id), end.cited.number) if end.cited else ("", 0)


def asked_back(got: Answered, led: Lead | None) -> Answered:
    """The answer with the choices of the step at which the question's conditions end, each as a complete question."""
    if led is None:
        return got
    if led.at.asks:
        choices = tuple(Choice(one.label, with_choice(got.understood, one.label)) for one in led.at.children)
        return replace(got, back=Back(led.at.text, choices, led.tree, led.at.id))
    if led.at.kind is NodeKind.CLAUSE:
        return replace(got, back=None) if led.chosen else got
    return replace(got, back=Back(led.at.said or led.at.label, (), led.tree, led.at.id))
