"""A history rewritten together with its checkpoints is found, because nobody but the ledger can sign."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.ledger_helpers import Write, owner
from minhu.engines.keyring import master_path
from minhu.kernel.errors import Invalid, Unavailable
from minhu.ledger import services, signing, witness
from minhu.ledger.domain import notes
from minhu.ledger.domain.merkle import Frontier, leaf_hash
from minhu.ledger.domain.record import RECORD_SQL
from minhu.ledger.models import Checkpoint
from minhu.ledger.queries import checkpoints, last_note, verifiers
from minhu.server.config import Config, ConfigError

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.data_layer]
Session = psycopg.Connection[Any]


def kinds() -> list[str]:
    return [finding.kind for finding in services.verify().findings]


def rewrite_everything(session: Session, sign: Callable[[int, bytes], bytes | None]) -> None:
    """What somebody with all power over the database and the file does: change history, then make all of it agree."""
    session.execute("UPDATE ledger_entry SET payload = '{\"n\": 999}' WHERE position = 1")
    rows = session.execute(f"SELECT position, {RECORD_SQL} FROM ledger_entry ORDER BY position").fetchall()
    old = session.execute("SELECT size, at FROM ledger_checkpoint ORDER BY size").fetchall()
    session.execute("DELETE FROM ledger_checkpoint")
    session.execute("DELETE FROM ledger_subtree")
    tree, lines = Frontier(), []
    sizes = dict(old)
    for position, record in rows:
        session.execute("UPDATE ledger_entry SET leaf_hash = %s WHERE position = %s", [leaf_hash(record), position])
        tree.append(leaf_hash(record))
        if tree.size in sizes:
            values = [tree.size, tree.root(), tree.pack(), sizes[tree.size], sign(tree.size, tree.root())]
            session.execute(
                "INSERT INTO ledger_checkpoint (size, root, frontier, at, signature) VALUES (%s, %s, %s, %s, %s)",
                values,
            )
            lines.append(json.dumps({"size": tree.size, "root": tree.root().hex(), "at": str(sizes[tree.size])}))
    witness.witness_path().write_text("".join(f"{line}\n" for line in lines))


def test_a_rewritten_history_without_the_key_is_found(write: Write) -> None:
    for _ in range(3):
        write(3)
    assert services.verify().signed_size == 9
    with owner() as session:
        rewrite_everything(session, lambda size, root: None)
    result = services.verify()
    assert [(found.kind, found.first, found.last) for found in result.findings] == [("signature_missing", 0, 8)]
    write(2)
    result = services.verify()
    assert [(found.kind, found.last) for found in result.findings] == [("signature_missing", 10)], (
        "the ledger must not sign over what somebody else put under it"
    )


def test_a_history_signed_by_another_key_is_found(write: Write) -> None:
    write(4)
    other = Ed25519PrivateKey.generate()
    name = signing.all_keys()[-1].name

    def sign(size: int, root: bytes) -> bytes:
        return signing.all_keys()[-1].hash + other.sign(notes.text_of(name, size, root).encode())

    with owner() as session:
        rewrite_everything(session, sign)
    assert kinds() == ["signature_wrong"]


def test_a_key_slipped_into_the_home_is_not_believed_by_who_holds_the_real_one(write: Write) -> None:
    write(3)
    real = services.parse_verifiers(verifiers())
    assert services.verify(trusted=real).ok
    signing.keys_path().unlink()
    with owner() as session:
        session.execute("DELETE FROM ledger_checkpoint")
        session.execute("UPDATE ledger_entry SET position = NULL")
    witness.witness_path().unlink()
    services.sequencer_tick()
    assert services.verify().ok, "to the home itself all looks well"
    assert {"signature_wrong"} == {found.kind for found in services.verify(trusted=real).findings}


def test_checkpoints_of_the_time_before_keys_stay_readable(write: Write, outside: Path) -> None:
    write(4)
    with owner() as session:
        session.execute("UPDATE ledger_checkpoint SET signature = NULL")
    body = {key: value for key, value in json.loads(outside.read_text()).items() if key != "note"}
    outside.write_text(json.dumps(body) + "\n")
    signing.keys_path().unlink()
    result = services.verify()
    assert (result.ok, result.signed_size) == (True, 0)
    write(2)
    result = services.verify()
    assert (result.ok, result.signed_size) == (True, 6)
    assert [point.key_id != "" for point in checkpoints()] == [True, False]


def test_a_signature_cannot_be_left_out_by_pretending_to_be_old(write: Write, outside: Path) -> None:
    write(4)
    write(4)
    with owner() as session:
        session.execute("UPDATE ledger_checkpoint SET signature = NULL")
    outside.write_text(re.sub(r', "note": "[^"]*"', "", outside.read_text()))
    assert kinds() == ["signature_missing"]
    keys = json.loads(signing.keys_path().read_text())
    keys["keys"][0]["first_size"] = 99
    signing.keys_path().write_text(json.dumps(keys))
    assert kinds() == ["signature_missing"], "from when on signatures are needed stands under the seal"


def test_a_rolled_back_database_is_not_signed_until_the_operator_says_why(write: Write, outside: Path) -> None:
    write(4)
    write(4)
    with owner() as session:
        session.execute("DELETE FROM ledger_entry WHERE position >= 4")
        session.execute("DELETE FROM ledger_checkpoint WHERE size > 4")
    write(6, kind="order.sign")
    found = services.verify()
    assert {"entries_replaced", "signature_missing"} <= {finding.kind for finding in found.findings}
    with pytest.raises(Invalid, match="原因"):
        services.resume("")
    kept = services.resume("数据库磁盘损坏，按备份恢复")
    result = services.verify()
    assert result.ok, result.findings
    assert result.signed_size == result.size == 12
    assert (outside.parent / kept).exists()
    write(1)
    assert services.verify().signed_size == 13


def test_a_new_key_goes_on_and_old_signatures_stay_good(write: Write) -> None:
    write(3)
    first = verifiers()
    services.keys(new=True, name="hotline.example/ledger")
    write(2)
    assert services.verify().ok
    assert len(verifiers()) == 2
    assert verifiers()[0] == first[0]
    assert last_note().startswith("hotline.example/ledger\n6\n")
    for bad in ("a b", "a+b", "x" * 101):
        with pytest.raises(Invalid):
            services.keys(new=True, name=bad)


def test_the_private_key_lies_sealed(write: Write) -> None:
    write(1)
    raw = signing.keys_path().read_text()
    assert signing.all_keys()[0].private.hex() not in raw
    assert signing.keys_path().stat().st_mode & 0o077 == 0
    master_path().write_bytes(b"A" * 43 + b"=\n")
    signing._opened.clear()
    with pytest.raises(Unavailable, match="密钥"):
        signing.all_keys()
    write(1)
    assert kinds() == ["signature_wrong"], "the sequencer went on, and what it could not sign is named"


def test_notes_are_those_that_other_logs_write(write: Write) -> None:
    write(5)
    note = last_note()
    parsed = notes.parse(note)
    assert parsed.size == 5
    assert note.endswith("\n")
    assert note == notes.with_signature(parsed.text, parsed.signatures[0])
    name, public = notes.parse_verifier(verifiers()[0])
    assert notes.verifier(name, public) == verifiers()[0]
    assert signing.is_genuine(parsed, ((name, public),))
    assert not signing.is_genuine(notes.parse(note.replace("\n5\n", "\n6\n")), ((name, public),))


@pytest.mark.parametrize(
    "text",
    ["", "a\n1\n", "a\n1\nAAAA\n\n— a AAAA\n", "a\nx\n" + "A" * 43 + "=\n\n— a AAAAAAAA\n", "a\n01\n" + "A" * 43 + "=\n\n— a AAAAAAAA\n",
     "a\n1\n" + "A" * 43 + "=\n\n- a AAAAAAAA\n", "a\n1\n" + "A" * 43 + "=\n\n— a b AAAAAAAA\n", "a\n1\n" + "A" * 43 + "=\n\n— a !!\n"],
)  # fmt: skip
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        notes.parse(text)


@pytest.mark.parametrize("line", ["", "a", "a+b", "a+00000000+AAAA", "a+zz+" + "A" * 44])
def test_what_is_no_key_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        notes.parse_verifier(line)
    if line:
        with pytest.raises(Invalid):
            services.parse_verifiers([line])


def test_notes_one_after_the_other_are_read_like_lines(write: Write) -> None:
    found = []
    for _ in range(3):
        write(2)
        found.append(last_note())
    lines, bad = witness.parse("\n".join(found).encode())
    assert (sorted(lines), bad) == ([2, 4, 6], [])
    assert lines[4].root == bytes(Checkpoint.objects.get(size=4).root).hex()
    lines, bad = witness.parse("".join([found[0], "rubbish\n"]).encode())
    assert (sorted(lines), len(bad)) == ([2], 1)


def test_settings_name_what_is_wrong() -> None:
    for variable, value in (
        ("MINHU_WITNESSES", "relative/path"),
        ("MINHU_MAIL", "http://x"),
        ("MINHU_MAIL", "smtp://"),
    ):
        with pytest.raises(ConfigError, match=variable):
            Config.read({variable: value})
    assert Config.read({"MINHU_WITNESSES": "/mnt/a, mailto:a@example.org"}).witnesses
