"""Whatever somebody with full power over the database does to the ledger is found and named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.ledger_helpers import Write, owner
from minhu.kernel.errors import Conflict, NotFound
from minhu.ledger import services
from minhu.ledger.domain.merkle import is_included, leaf_hash
from minhu.ledger.domain.record import RECORD_SQL
from minhu.ledger.witness import witness_path

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.data_layer]
Session = psycopg.Connection[Any]


def consistent_edit(session: Session) -> None:
    """Change an entry and its leaf hash, so that only the tree can tell."""
    session.execute("UPDATE ledger_entry SET payload = '{\"n\": 999}' WHERE position = 7")
    (record,) = session.execute(f"SELECT {RECORD_SQL} FROM ledger_entry WHERE position = 7").fetchone() or (b"",)
    session.execute("UPDATE ledger_entry SET leaf_hash = %s WHERE position = 7", [leaf_hash(record)])


def swap(session: Session) -> None:
    session.execute("UPDATE ledger_entry SET position = -1 WHERE position = 6")
    session.execute("UPDATE ledger_entry SET position = 6 WHERE position = 8")
    session.execute("UPDATE ledger_entry SET position = 8 WHERE position = -1")


def delete_and_close_the_gap(session: Session) -> None:
    session.execute("DELETE FROM ledger_entry WHERE position = 6")
    for position in range(7, 15):
        session.execute("UPDATE ledger_entry SET position = %s WHERE position = %s", [position - 1, position])


def do(*statements: str) -> Callable[[Session], None]:
    def harm(session: Session) -> None:
        for statement in statements:
            session.execute(statement)  # type: ignore[call-overload]

    return harm


HARM: list[tuple[str, Callable[[Session], None], str, tuple[int | None, int | None]]] = [
    ("edit", do("UPDATE ledger_entry SET payload = '{}' WHERE position = 7"), "entry_changed", (7, 7)),
    ("actor", do("UPDATE ledger_entry SET actor_id = 'x' WHERE position = 7"), "entry_changed", (7, 7)),
    ("time", do("UPDATE ledger_entry SET occurred_at = now() WHERE position = 7"), "entry_changed", (7, 7)),
    ("roles", do("UPDATE ledger_entry SET roles = '{a,b}' WHERE position = 7"), "entry_changed", (7, 7)),
    ("edit with its hash", consistent_edit, "entries_replaced", (5, 9)),
    ("deletion", do("DELETE FROM ledger_entry WHERE position BETWEEN 6 AND 7"), "entries_missing", (6, 7)),
    ("deletion, gap closed", delete_and_close_the_gap, "entries_replaced", (5, 9)),
    ("order", swap, "entries_replaced", (5, 9)),
    ("tail", do("DELETE FROM ledger_entry WHERE position >= 13"), "ledger_truncated", (13, 14)),
    (
        "roll-back",
        do("DELETE FROM ledger_entry WHERE position >= 10", "DELETE FROM ledger_checkpoint WHERE size > 10"),
        "ledger_rolled_back",
        (10, 14),
    ),
    ("checkpoint", do("UPDATE ledger_checkpoint SET root = 'x' WHERE size = 10"), "checkpoint_changed", (None, 9)),
    ("frontier", do("UPDATE ledger_checkpoint SET frontier = 'x' WHERE size = 15"), "checkpoint_changed", (None, 14)),
    ("lost checkpoint", do("DELETE FROM ledger_checkpoint WHERE size = 10"), "checkpoint_missing", (None, 9)),
    ("all checkpoints", do("DELETE FROM ledger_checkpoint"), "checkpoint_missing", (0, 14)),
    ("everything", do("TRUNCATE ledger_entry, ledger_checkpoint"), "ledger_rolled_back", (0, 14)),
]


@pytest.mark.parametrize(("harm", "kind", "span"), [case[1:] for case in HARM], ids=[case[0] for case in HARM])
def test_harm_is_found_and_named(
    write: Write, harm: Callable[[Session], None], kind: str, span: tuple[int | None, int | None]
) -> None:
    for _ in range(3):
        write(5)
    assert services.verify().ok
    with owner() as session:
        harm(session)
    result = services.verify(page=4)
    assert not result.ok
    assert (kind, *span) in [(finding.kind, finding.first, finding.last) for finding in result.findings]
    assert all(finding.detail for finding in result.findings)


def test_a_wholly_rewritten_history_contradicts_the_file_outside(write: Write, outside: Path) -> None:
    write(5)
    write(5)
    kept = outside.read_bytes()
    with owner() as session:
        session.execute("DELETE FROM ledger_entry WHERE position = 6")
        session.execute("DELETE FROM ledger_checkpoint")
        session.execute("UPDATE ledger_entry SET position = NULL")
    services.sequencer_tick()
    write(1)
    outside.write_bytes(kept)
    result = services.verify()
    assert ("entries_replaced", 5, 9) in [(found.kind, found.first, found.last) for found in result.findings]
    assert any("库外" in finding.detail for finding in result.findings)


def unsigned(line: str, **changes: Any) -> str:
    """A line as it was written before there were keys."""
    body = {**json.loads(line), **changes}
    body.pop("note")
    return json.dumps(body)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda lines: [], "witness_missing"),
        (lambda lines: [lines[0], "nonsense", *lines[1:]], "witness_damaged"),
        (lambda lines: [lines[1], lines[0], lines[2]], "witness_damaged"),
        (lambda lines: [lines[0], lines[2]], "witness_damaged"),
        (lambda lines: [lines[0], lines[1].replace('"root": "', '"root": "0'), lines[2]], "witness_damaged"),
        (lambda lines: [lines[0], unsigned(lines[1], root="00" * 32), lines[2]], "entries_replaced"),
    ],
)
def test_a_damaged_file_outside_is_said(write: Write, outside: Path, change: Any, kind: str) -> None:
    for _ in range(3):
        write(2)
    outside.write_text("".join(f"{line}\n" for line in change(outside.read_text().splitlines())))
    assert kind in [finding.kind for finding in services.verify().findings]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    column=st.sampled_from(["uid", "occurred_at", "actor_kind", "actor_id", "kind", "subject_type", "subject_id"]),
    position=st.integers(0, 9),
)
def test_no_column_can_be_changed_unseen(write: Write, column: str, position: int) -> None:
    change = {"uid": "gen_random_uuid()", "occurred_at": "occurred_at + interval '1 microsecond'"}
    with transaction.atomic():
        services.append_many([("k", ("order", number), {"n": number}) for number in range(10)])
    services.sequencer_tick()
    with owner() as session:
        session.execute(
            f"UPDATE ledger_entry SET {column} = {change.get(column, column + ' || chr(31)')} WHERE position = %s",  # type: ignore[arg-type]
            [position],
        )
        found = services.verify().findings
        session.execute("UPDATE ledger_entry SET position = NULL")
        session.execute("TRUNCATE ledger_entry, ledger_checkpoint")
    witness_path().unlink()
    assert [(finding.kind, finding.first) for finding in found] == [("entry_changed", position)]


def test_an_empty_ledger_is_whole_and_progress_is_reported(write: Write) -> None:
    assert services.verify().ok
    write(7)
    seen: list[tuple[int, int]] = []
    services.verify(lambda done, total: seen.append((done, total)), page=3)
    assert seen == [(3, 7), (6, 7), (7, 7)]


def test_an_auditor_can_check_one_entry_alone(write: Write, outside: Path) -> None:
    write(11)
    with owner() as session:
        rows = session.execute(f"SELECT uid, {RECORD_SQL} FROM ledger_entry WHERE position IN (0, 7, 10)").fetchall()
    published = json.loads(outside.read_text().splitlines()[-1])["root"]
    for uid, record in rows:
        proof = services.prove(str(uid))
        path = [bytes.fromhex(node) for node in proof.path]
        assert proof.root == published
        assert is_included(leaf_hash(record), proof.position, proof.size, path, bytes.fromhex(published))


def test_a_proof_is_refused_for_the_unknown_the_waiting_and_the_broken(write: Write) -> None:
    with pytest.raises(NotFound):
        services.prove("00000000-0000-0000-0000-000000000000")
    write(3)
    write(1, integrate=False)
    with owner() as session:
        uids = [str(row[0]) for row in session.execute("SELECT uid FROM ledger_entry ORDER BY id").fetchall()]
        with pytest.raises(Conflict, match="还没有登记"):
            services.prove(uids[3])
        session.execute("DELETE FROM ledger_entry WHERE position = 1")
    with pytest.raises(Conflict, match="缺失"):
        services.prove(uids[0])
