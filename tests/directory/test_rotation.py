"""A new data key: everything is sealed anew without anybody losing a value, waiting, or being able to edit on the way."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from tests.faults.hostile.blocks import pdf

from minhu.directory.access import as_system
from minhu.directory.models import Rotation
from minhu.directory.services import rotation
from minhu.directory.services.key_status import keys_view
from minhu.engines import files, keyring, sealed, secrets
from minhu.intake.models import Request
from minhu.kernel.clock import at, now
from minhu.kernel.errors import Conflict, Unavailable

pytestmark = [pytest.mark.django_db, pytest.mark.data_layer]
ROWS = 25
NAME_FIELD = Request._meta.get_field("requester_name")
SEALED = ("place_text", "requester_name", "requester_phone", "requester_phone2", "requester_id_number",
          "requester_address")  # fmt: skip


@pytest.fixture(autouse=True)
def own_keys(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(secrets, "_opened", {})
    yield
    secrets._opened.clear()


def plant(monkeypatch: pytest.MonkeyPatch, *, bound: bool, begin: int = 0) -> None:
    """Requests as this version stores them, or as earlier ones did: not bound to their rows."""
    with monkeypatch.context() as patch, as_system():
        if not bound:
            for name in SEALED:
                patch.setattr(Request._meta.get_field(name), "row", "")
        Request.objects.bulk_create(
            Request(number=f"R{n}", channel="web", received_at=now(), text="路灯不亮", requester_name=f"欧阳{n}",
                    requester_phone=f"138{n:08d}", requester_address="春晖路12号" * (n % 3), place_text="")
            for n in range(begin, begin + ROWS)
        )  # fmt: skip


def values() -> list[tuple[str, ...]]:
    with as_system():
        return [tuple(getattr(row, name) for name in SEALED) for row in Request.objects.order_by("number")]


def heads() -> set[bytes]:
    found: set[bytes] = set()
    with as_system(), connection.cursor() as cursor:
        for name in SEALED:
            cursor.execute(f"SELECT DISTINCT substring({name} FROM 1 FOR 3) FROM intake_request")
            found |= {bytes(head) for (head,) in cursor.fetchall()}
    return found


def finish() -> int:
    total = 0
    with at(now() + timedelta(minutes=1)):
        for _round in range(200):
            total += rotation.reseal_some(10)
            if not Rotation.objects.filter(finished_at=None).exists():
                return total
    raise AssertionError("the rotation does not end")


@contextmanager
def refused() -> Iterator[None]:
    """What is done inside is refused by the request's guard."""
    with pytest.raises(DatabaseError, match="kept as it was received"), transaction.atomic():
        yield


@contextmanager
def as_owner() -> Iterator[None]:
    """As somebody with the database in the hands: no row security, no triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("SET LOCAL ROLE minhu_app")


def test_old_and_new_values_are_sealed_anew_and_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, bound=False)
    plant(monkeypatch, bound=True, begin=ROWS)
    before = values()
    assert heads() == {b"\1\0\1", b"\3\0\1"}
    assert rotation.start() == 2
    assert finish() == 2 * ROWS * len(SEALED)
    assert heads() == {b"\3\0\2"}, "every value now has the new key and is bound to its row"
    assert values() == before


def test_a_round_that_was_killed_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, bound=True)
    before = values()
    rotation.start()
    while not (part := Rotation.objects.get().parts.get(name="intake_request")).resealed:
        with at(now() + timedelta(minutes=1)):
            rotation.reseal_some(10)
    assert part.resealed == 10 * len(SEALED)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sealed, "_write", killed)
        with pytest.raises(KeyboardInterrupt):
            rotation.reseal_some(10)
    assert values() == before
    assert finish() == (ROWS - 10) * len(SEALED), "what was done is not done again"
    assert values() == before
    assert heads() == {b"\3\0\2"}


def test_status_tells_what_is_left_and_an_old_key_goes_only_when_nothing_uses_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant(monkeypatch, bound=True)
    stored = files.save(pdf(b"<<>>")).sha256
    rotation.start()
    view = keys_view()
    assert (view.current, view.versions, view.used, view.left) == (2, (1, 2), {1: 150}, 150)
    with pytest.raises(Conflict, match="没有完成"):
        rotation.retire(1)
    finish()
    assert keys_view().left == 0
    assert files.version_of(stored) == 2
    with pytest.raises(Conflict):
        rotation.retire(2)
    plant(monkeypatch, bound=True, begin=ROWS)
    rotation.retire(1)
    assert secrets.versions() == (2, (2,))
    assert len(values()) == 2 * ROWS
    assert files.read(stored).startswith(b"%PDF")


def test_an_old_key_in_use_is_not_retired(monkeypatch: pytest.MonkeyPatch) -> None:
    rotation.start()
    finish()
    old = keyring.open_keyring().data[1]
    with monkeypatch.context() as patch:
        patch.setattr(secrets, "_keyring", lambda **_: keyring.Keyring(1, {1: old}, b"i" * 32, 1, {1: b"i" * 32}))
        plant(monkeypatch, bound=True)
    with pytest.raises(Conflict, match="intake_request 150 项"):
        rotation.retire(1)


def test_a_damaged_value_is_counted_and_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, bound=True)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE intake_request SET requester_name = set_byte(requester_name, 20,"
                       " get_byte(requester_name, 20) # 1) WHERE number = 'R3'")  # fmt: skip
    rotation.start()
    assert finish() == ROWS * len(SEALED) - 1
    part = Rotation.objects.get().parts.get(name="intake_request")
    assert part.failed == 1
    with pytest.raises(Conflict, match="intake_request 1 项"):
        rotation.retire(1)


@pytest.mark.parametrize("bound", [True, False])
def test_a_value_moved_to_another_row_column_or_table_does_not_open(
    monkeypatch: pytest.MonkeyPatch, bound: bool
) -> None:
    plant(monkeypatch, bound=bound)
    rotation.start()
    finish()
    for change in (
        "requester_name = (SELECT requester_name FROM intake_request WHERE number = 'R2')",
        "requester_name = requester_phone",
    ):
        with transaction.atomic():
            with as_owner(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE intake_request SET {change} WHERE number = 'R1'")
            with as_system(), pytest.raises(Unavailable):
                _ = Request.objects.get(number="R1").requester_name
            transaction.set_rollback(True)
    with as_system():
        row = Request.objects.get(number="R1")
        blob = secrets.seal(row.requester_name, "intake_request.requester_name", str(row.uid))
    with pytest.raises(Unavailable):
        secrets.unseal(blob, "exchange_partner.secret_out", str(row.uid))


@pytest.mark.parametrize(
    "change",
    [
        "text = '改过的话'",
        "requester_name = '\\x0300020102030405060708090a0b0c0d0e0f1011121314151617'",
        "requester_name = requester_name || '\\x00'",
        "requester_name = NULL",
        "requester_name = set_byte(requester_name, 2, 0)",
        "requester_name = set_byte(requester_name, 0, 9)",
        "phone_index = '\\x00'",
        "confidential = NOT confidential",
        "uid = gen_random_uuid()",
    ],
)
def test_the_way_for_sealing_anew_is_no_way_for_editing(monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    plant(monkeypatch, bound=True)
    with as_system(), refused(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('minhu.resealing', 'on', true)")
        cursor.execute(f"UPDATE intake_request SET {change} WHERE number = 'R1'")


def test_without_the_announcement_not_even_a_sealed_value_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, bound=True)
    with as_system():
        row = Request.objects.get(number="R1")
        blob = secrets.seal(row.requester_name, "intake_request.requester_name", str(row.uid))
        with refused(), connection.cursor() as cursor:
            cursor.execute("UPDATE intake_request SET requester_name = %s WHERE number = 'R1'", [blob])


def test_a_request_stored_by_the_service_is_bound_to_its_row() -> None:
    from minhu.intake import services
    from minhu.intake.types import NewRequest

    receipt = services.receive(
        NewRequest(text="柳湾街道春晖小区3号楼停水一天了，请尽快处理。", requester_phone="13812345678")
    )
    with as_system(), connection.cursor() as cursor:
        cursor.execute("SELECT uid, requester_phone FROM intake_request WHERE id = %s", [receipt.request_id])
        uid, blob = cursor.fetchone()
    assert secrets.unseal(bytes(blob), "intake_request.requester_phone", str(uid)) == "13812345678"
    with pytest.raises(Unavailable):
        secrets.unseal(bytes(blob), "intake_request.requester_phone", str(uuid.uuid4()))
    assert {one.row for table in sealed.tables() for one in table.columns} == {"uid", "message_id", "staff_id"}
