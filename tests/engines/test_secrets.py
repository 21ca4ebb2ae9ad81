"""Personal values at rest: readable only with the keys, only where they belong, and findable."""

import base64
import threading
from pathlib import Path

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models
from hypothesis import given
from hypothesis import strategies as st

from minhu.engines import keyring, secrets
from minhu.kernel.errors import Unavailable


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MINHU_HOME", str(tmp_path))
    monkeypatch.delenv("MINHU_MASTER_KEY_FILE", raising=False)
    monkeypatch.delenv("MINHU_CIPHER", raising=False)
    monkeypatch.setattr(secrets, "_opened", {})
    return tmp_path


class Caller(models.Model):
    """A table such as rooms have: a sealed telephone number beside its blind index."""

    phone = secrets.EncryptedTextField()
    note = secrets.EncryptedTextField(null=True, context="caller.note")
    phone_index = models.BinaryField()

    class Meta:
        app_label = "tests_secrets"
        db_table = "tests_secrets_caller"

    def __str__(self) -> str:
        return "caller"


@pytest.mark.parametrize("cipher", ["", "sm4"])
def test_a_sealed_value_opens_only_in_its_context(home: Path, monkeypatch: pytest.MonkeyPatch, cipher: str) -> None:
    monkeypatch.setenv("MINHU_CIPHER", cipher)
    blob = secrets.seal("13812345678", "caller.phone")
    assert b"13812345678" not in blob
    assert blob[0] == (secrets.SM4_GCM if cipher else secrets.AES_256_GCM)
    assert secrets.unseal(blob, "caller.phone") == "13812345678"
    with pytest.raises(Unavailable):
        secrets.unseal(blob, "caller.address")


@given(st.text(max_size=200), st.integers(0, 10_000), st.sampled_from([1, 2]))
def test_any_text_survives_and_any_changed_byte_is_noticed(text: str, at: int, cipher: int) -> None:
    blob = bytearray(secrets.seal_bytes(text.encode(), "t.c", cipher=cipher))
    assert secrets.unseal(bytes(blob), "t.c") == text
    blob[at % len(blob)] ^= 1
    with pytest.raises(Unavailable):
        secrets.unseal(bytes(blob), "t.c")


def test_equal_values_look_different_each_time(home: Path) -> None:
    assert secrets.seal("同一句话", "t.c") != secrets.seal("同一句话", "t.c")


def test_values_stay_readable_after_rotation_and_in_other_processes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = secrets.seal("旧值", "t.c")
    stale = dict(secrets._opened)
    assert secrets.rotate() == 2
    new = secrets.seal("新值", "t.c")
    assert int.from_bytes(new[1:3], "big") == 2
    assert secrets.unseal(old, "t.c") == "旧值"
    monkeypatch.setattr(secrets, "_opened", stale)
    assert secrets.unseal(new, "t.c") == "新值", "a process that has not seen the rotation reads the keys again"


def test_key_files_are_private_and_no_key_lies_open_beside_the_data(home: Path) -> None:
    secrets.seal("x", "t.c")
    for name in ("master.key", "data.json"):
        assert (home / "keys" / name).stat().st_mode & 0o077 == 0
    ring = keyring.open_keyring()
    text = (home / "keys" / "data.json").read_text()
    for key in (*ring.data.values(), ring.index):
        assert base64.b64encode(key).decode() not in text
        assert key.hex() not in repr(ring)


def test_a_lost_master_key_is_said_and_never_replaced(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets.seal("x", "t.c")
    (home / "keys" / "master.key").unlink()
    monkeypatch.setattr(secrets, "_opened", {})
    with pytest.raises(Unavailable, match="主密钥"):
        secrets.seal("x", "t.c")
    assert not (home / "keys" / "master.key").exists()


@pytest.mark.parametrize("content", [b"", b"short", base64.b64encode(b"\1" * 32)])
def test_a_wrong_master_key_or_damaged_key_file_is_said(
    home: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    secrets.seal("x", "t.c")
    (home / "keys" / "master.key").write_bytes(content)
    monkeypatch.setattr(secrets, "_opened", {})
    with pytest.raises(Unavailable, match="密钥"):
        secrets.seal("x", "t.c")


def test_the_master_key_may_lie_elsewhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINHU_MASTER_KEY_FILE", str(home / "mounted" / "key"))
    assert secrets.unseal(secrets.seal("x", "t.c"), "t.c") == "x"
    assert (home / "mounted" / "key").exists()
    assert not (home / "keys" / "master.key").exists()


def test_processes_that_start_together_agree_on_the_keys(home: Path) -> None:
    rings: list[keyring.Keyring] = []
    threads = [threading.Thread(target=lambda: rings.append(keyring.open_keyring())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({ring.index for ring in rings}) == 1


@pytest.mark.parametrize(
    "written", ["+86 138-1234-5678", "008613812345678", "１３８１２３４５６７８", " 138 1234 5678 "]
)
def test_a_caller_is_found_however_the_number_was_written(home: Path, written: str) -> None:
    index = secrets.blind_index("13812345678", "phone")
    assert len(index) == secrets.INDEX_BYTES
    assert secrets.blind_index(written, "phone") == index
    assert secrets.blind_index("13812345679", "phone") != index
    assert secrets.blind_index("13812345678", "identity") != index


def test_two_installations_have_unlike_indexes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = secrets.blind_index("13812345678", "phone")
    monkeypatch.setenv("MINHU_HOME", str(home / "other"))
    assert secrets.blind_index("13812345678", "phone") != first


@pytest.mark.django_db(transaction=True)
def test_the_column_holds_ciphertext_and_the_object_the_text(home: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")  # the application itself may create no table
    with connection.schema_editor() as editor:
        editor.create_model(Caller)
    try:
        index = secrets.blind_index("13812345678", "phone")
        Caller.objects.create(phone="13812345678", phone_index=index)
        Caller.objects.bulk_create([Caller(phone="", note="夜里再打", phone_index=b"") for _ in range(3)])
        with connection.cursor() as cursor:
            cursor.execute("SELECT phone, pg_typeof(phone)::text FROM tests_secrets_caller ORDER BY id LIMIT 1")
            raw, kind = cursor.fetchone()
        assert kind == "bytea"
        assert b"138" not in bytes(raw)
        found = Caller.objects.get(phone_index=index)
        assert (found.phone, found.note) == ("13812345678", None)
        found.phone = "13900000000"
        found.save(update_fields=["phone"])
        Caller.objects.filter(pk=found.pk).update(note="改过")
        found.refresh_from_db()
        assert (found.phone, found.note) == ("13900000000", "改过")
        assert Caller.objects.filter(note__isnull=False).count() == 4
        assert set(Caller.objects.values_list("note", flat=True)) == {"改过", "夜里再打"}
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(Caller)


@pytest.mark.parametrize("lookup", ["phone", "phone__contains", "phone__in", "phone__lower"])
def test_searching_the_sealed_column_is_refused_with_the_way_out(lookup: str) -> None:
    with pytest.raises(FieldError, match="blind"):
        Caller.objects.filter(**{lookup: "13812345678"})


def test_migrations_can_describe_the_field() -> None:
    field = Caller._meta.get_field("note")
    _, path, args, options = field.deconstruct()
    assert path == "minhu.engines.secrets.EncryptedTextField"
    assert options == {"null": True, "context": "caller.note"}
    assert secrets.EncryptedTextField(*args, **options).context == "caller.note"
    assert Caller._meta.get_field("phone").sealing_context() == "tests_secrets_caller.phone"  # type: ignore[union-attr]
