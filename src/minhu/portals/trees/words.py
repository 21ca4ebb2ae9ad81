"""How states of trees and kinds of nodes look: word, tone, icon."""

from __future__ import annotations

from typing import Final

from minhu.knowledge.queries.trees_shown import NodeKind, TreeState
from minhu.portals.words import Sign, sign_of

STATES: Final[dict[str, Sign]] = {
    TreeState.DRAFT.value: sign_of(TreeState.DRAFT, "grey", "pencil"),
    TreeState.REVIEW.value: sign_of(TreeState.REVIEW, "calm", "hourglass"),
    TreeState.PUBLISHED.value: sign_of(TreeState.PUBLISHED, "green", "circle-check"),
    TreeState.SUPERSEDED.value: sign_of(TreeState.SUPERSEDED, "grey", "versions"),
    TreeState.WITHDRAWN.value: sign_of(TreeState.WITHDRAWN, "grey", "archive"),
}
KINDS: Final[dict[str, Sign]] = {
    NodeKind.QUESTION.value: sign_of(NodeKind.QUESTION, "calm", "message-question"),
    NodeKind.CLAUSE.value: sign_of(NodeKind.CLAUSE, "grey", "book"),
    NodeKind.DOCUMENT.value: sign_of(NodeKind.DOCUMENT, "grey", "file-text"),
    NodeKind.FORM.value: sign_of(NodeKind.FORM, "grey", "forms"),
    NodeKind.PERSON.value: sign_of(NodeKind.PERSON, "grey", "user"),
}
