"""Writing to the ledger: with its transaction, by anybody, readable by few, changeable by none."""

from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from ledger.ledger_helpers import Write, owner
from minhu.kernel.actors import Actor, use_actor
from minhu.ledger import queries, services
from minhu.ledger.models import Entry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.data_layer]
CITIZEN = Actor(kind="citizen", id="request:1", own_requests=(1,))


def scoped(role: str, scope: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true), set_config('minhu.scope', %s, true)", [role, scope])


def test_an_entry_lives_and_dies_with_its_transaction(home: Path) -> None:
    with transaction.atomic():
        services.append("order.created", ("order", 1), {})
        transaction.set_rollback(True)
    assert queries.status().pending == 0
    with pytest.raises(RuntimeError, match="transaction"):
        services.append("order.created", ("order", 1), {})


def test_a_citizen_may_write_but_not_read(home: Path) -> None:
    with transaction.atomic(), use_actor(CITIZEN):
        scoped("minhu_app", "own")
        services.append("request.received", ("request", 1), {"channel": "web"})
        assert queries.entries_of(("request", 1)) == []
    with transaction.atomic():
        scoped("minhu_app", "")
        assert queries.latest() == []
    for role, scope in (("minhu_app", "audit"), ("minhu_wide", "all")):
        with transaction.atomic():
            scoped(role, scope)
            (entry,) = queries.entries_of(("request", "1"))
            assert (entry.actor_kind, entry.actor_id, entry.payload) == ("citizen", "request:1", {"channel": "web"})
            assert queries.latest(kind="request.received") == [entry]
            assert entry.position is None


def test_many_entries_at_once_are_the_same_as_one_by_one(home: Path) -> None:
    with transaction.atomic():
        services.append_many([("row.imported", ("order", n), {"row": n}) for n in range(1203)])
        services.append_many([])
    assert services.sequencer_tick() == 1203
    assert services.verify().ok


@pytest.mark.parametrize(
    "bad", [("", ("order", 1)), ("a\x1fb", ("order", 1)), ("a", ("", 1)), ("a", ("order", "1\n2"))]
)
def test_names_that_could_be_mistaken_are_refused(home: Path, bad: tuple[str, tuple[str, str]]) -> None:
    with transaction.atomic(), pytest.raises(ValueError, match="not a name"):
        services.append(*bad, {})


@pytest.mark.parametrize("role", ["minhu_app", "minhu_wide"])
@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE ledger_entry SET kind = 'x'",
        "UPDATE ledger_entry SET position = position + 100",
        "DELETE FROM ledger_entry",
        "DELETE FROM ledger_checkpoint",
        "UPDATE ledger_checkpoint SET root = ''",
        "DELETE FROM ledger_access",
        "TRUNCATE ledger_entry",
    ],
)
def test_the_application_cannot_change_anything_even_with_the_guard_off(write: Write, role: str, harm: str) -> None:
    write(3)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            scoped(role, "all")
            cursor.execute("SET LOCAL minhu.ledger_guard = 'off'")
            cursor.execute(harm)
            assert cursor.rowcount == 0
    except DatabaseError:
        pass
    assert services.verify().ok
    assert services.verify().size == 3


@pytest.mark.parametrize(
    "harm", ["UPDATE ledger_entry SET kind = 'x'", "DELETE FROM ledger_entry", "TRUNCATE ledger_entry"]
)
def test_the_owner_is_stopped_unless_the_guard_is_off_on_purpose(write: Write, harm: str) -> None:
    write(3)
    with owner(guard="on") as session, pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="only grows"):
        session.execute(harm)
    assert services.verify().ok
    with owner() as session:
        session.execute(harm)
    assert not services.verify().ok


def test_the_reading_log_tells_who_read_what_for_what(home: Path) -> None:
    with transaction.atomic(), use_actor(Actor(kind="staff", id="staff:7")):
        scoped("minhu_app", "units")
        services.record_access(("request", 1), "回访", ["phone"])
    with owner() as session:
        row = session.execute("SELECT actor_id, subject_id, fields, purpose FROM ledger_access").fetchone()
    assert row == ("staff:7", "1", ["phone"], "回访")
    with transaction.atomic():
        scoped("minhu_wide", "all")
        assert str(Entry(kind="a", subject_type="b", subject_id="c")) == "a b:c"
