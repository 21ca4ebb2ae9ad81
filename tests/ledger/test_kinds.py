"""An auditor who opens one of the five ledgers must find all of it there: no kind is missing, none stands in two."""

import ast
from collections.abc import Iterator
from pathlib import Path

from minhu.handling.types import Step
from minhu.knowledge.domain.states import Move
from minhu.ledger.domain.kinds import BOOK_LABELS, BOOK_MEANINGS, KINDS, Book, kinds_of, label_of

SOURCE = Path(__file__).resolve().parents[2] / "src" / "minhu"
APPENDERS = {"append", "append_many", "ledger_append", "record", "announce"}


def texts(node: ast.expr) -> Iterator[str]:
    """The texts a first argument may be; an f-string as a pattern with * for its holes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
    elif isinstance(node, ast.GeneratorExp | ast.ListComp) and isinstance(node.elt, ast.Tuple):
        yield from texts(node.elt.elts[0])


def appended() -> Iterator[tuple[str, str]]:
    """Where something is appended, and under which kind (patterns where it is put together)."""
    for path in sorted(SOURCE.rglob("*.py")):
        room = next((one for one in ("directory", "knowledge") if f"{one}/services" in path.as_posix()), "")
        text = path.read_text(encoding="utf-8")
        if not any(f"{name}(" in text for name in APPENDERS):
            continue
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in APPENDERS or (name == "record" and not room):
                continue
            for kind in texts(node.args[0]):
                full = f"{room}.{kind}" if name == "record" else kind
                if (
                    "." in full
                    and " " not in full
                    and not full.endswith(".")
                    and len(node.args) + len(node.keywords) > 1
                ):
                    yield f"{path.name}:{node.lineno}", full


def noted(path: Path) -> Iterator[str]:
    """The kinds that the services of scenario trees note."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) == "noted":
            yield from texts(node.args[0])


def test_every_kind_that_is_appended_anywhere_is_in_the_table() -> None:
    found = list(appended())
    plain = {kind for _, kind in found if "*" not in kind}
    assert len(plain) > 60, "the walk must see the calls it is about"
    assert sorted((where, kind) for where, kind in found if "*" not in kind and kind not in KINDS) == []


def test_kinds_that_are_put_together_are_in_the_table() -> None:
    patterns = {kind for _, kind in appended() if "*" in kind}
    assert patterns <= {"order.*", "directory.*", "directory.proposal_*", "knowledge.*", "knowledge.tree_*"}, (
        "a new pattern needs its own check here"
    )
    assert [step for step in Step if f"order.{step.value}" not in KINDS] == []
    assert [move for move in Move if f"knowledge.{move.value}" not in KINDS] == []
    trees = {kind for where in (SOURCE / "knowledge/services").glob("tree*.py") for kind in noted(where)}
    assert len(trees) >= 5
    assert [kind for kind in trees if f"knowledge.tree_{kind}" not in KINDS] == []


def test_each_kind_belongs_to_exactly_one_ledger() -> None:
    listed = [kind for book in Book for kind in kinds_of(book)]
    assert len(listed) == len(set(listed)) == len(KINDS)
    assert all(KINDS[kind].book is book for book in Book for kind in kinds_of(book))
    assert set(BOOK_LABELS) == set(BOOK_MEANINGS) == set(Book)
    assert (label_of("order.dispatch"), label_of("no.such")) == ("派单", "no.such")
