"""Personal data at rest: whoever steals a dump or writes a careless query must not find a name in it."""

from __future__ import annotations

import ast
import base64
from pathlib import Path

import pytest
from django.core.exceptions import FieldError
from django.db import connection

import minhu
from minhu.directory.access import as_system
from minhu.intake.models import Request
from minhu.kernel.clock import now

SOURCE = Path(minhu.__file__).parent
PERSONAL = ("requester_name", "requester_phone", "requester_phone2", "requester_id_number", "requester_address")
MARK = "植入PLANTED"
PLANTED_REQUESTS = 2000

# who may lift the veil, besides services: a file and the reason
ELEVATED_ELSEWHERE = {
    "handling/queries/public.py": "a joint matter's approved reply is told to all who reported it, masked",
    "handling/queries/returned.py": "a unit's own steps on what it returned; nothing of the citizen",
    "handling/queries/incidents.py": "how many people reported an incident is counted; nothing of them is read",
    "handling/queries/learned.py": "names of estates are counted over closed orders that are not confidential",
    "intake/queries/learning.py": "counts of the labelling queue",
    "handling/queries/matters.py": "counts for previews and warnings; nothing of a request is read",
    "intake/api.py": "whether a token brought a request in is asked before it may see it",
    "intake/imports/catching_up.py": "the import works for the whole city",
    "intake/imports/storing.py": "the import works for the whole city",
    "intake/queries/desk.py": "only the number and likeness of an earlier request is read",
    "intake/queries/bulletins.py": "counts of those affected and what a citizen is told of public bulletins",
    "intake/queries/persons.py": "other talks are judged; only channel, day and reasons are shown to who holds the talk",
    "intake/queries/caring.py": "the citizen's own page behind its secret; to units only how to reach the citizen",
    "intake/queries/coaching.py": "an agent is measured against his colleagues: counts and times of their forms, without names",
    "intake/queries/drafts.py": "counts and times of forms for those who see figures, no contents",
    "intake/queries/callers.py": "counts over all requests of a caller, no contents",
}
AS_SYSTEM_ELSEWHERE = {
    "governance/past.py": "past days are counted over all orders by the program; counts only",
    "intake/attachments.py": "a stored file is registered before anybody may see it",
}


def plant() -> None:
    with as_system():
        Request.objects.bulk_create(
            Request(
                number=f"P{n}",
                channel="web",
                received_at=now(),
                text="路灯不亮",
                content_digest="0" * 64,
                place_text=f"{MARK}place{n}",
                **{field: f"{MARK}{field}{n}" for field in PERSONAL},
            )
            for n in range(PLANTED_REQUESTS)
        )


@pytest.mark.django_db
@pytest.mark.data_layer
def test_ten_thousand_planted_values_cannot_be_read_in_a_dump() -> None:
    plant()
    forms = [MARK.encode(), MARK.encode().hex().encode(), b"PLANTED", b"PLANTED".hex().encode()]
    forms += [base64.b64encode(MARK.encode())[:12], MARK.encode("utf-16-le"), b"\\u690d\\u5165"]
    size = 0
    with as_system(), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute("SELECT has_table_privilege(%s, 'SELECT')", [table])
            if cursor.fetchone() != (True,):
                continue
            with cursor.connection.cursor().copy(f'COPY (SELECT * FROM "{table}") TO STDOUT') as copied:
                dump = b"".join(bytes(chunk) for chunk in copied)
            size += len(dump)
            assert not [form for form in forms if form in dump], table
    assert size > PLANTED_REQUESTS * 500, "the dump must really hold the planted rows"


@pytest.mark.django_db
def test_the_same_name_twice_looks_different_and_is_read_back_whole() -> None:
    plant()
    with as_system(), connection.cursor() as cursor:
        assert Request.objects.get(number="P7").requester_name == f"{MARK}requester_name7"
        Request.objects.create(number="A", channel="web", received_at=now(), text="x", requester_name="欧阳试")
        Request.objects.create(number="B", channel="web", received_at=now(), text="x", requester_name="欧阳试")
        cursor.execute("SELECT count(DISTINCT requester_name) FROM intake_request WHERE number IN ('A', 'B')")
        assert cursor.fetchone() == (2,)


@pytest.mark.parametrize("field", [*PERSONAL, "place_text"])
def test_personal_fields_cannot_be_searched_by_mistake(field: str) -> None:
    with pytest.raises(FieldError):
        Request.objects.filter(**{field: "x"})
    with pytest.raises(FieldError):
        Request.objects.filter(**{f"{field}__contains": "x"})


def test_every_field_that_sounds_personal_is_sealed() -> None:
    """A new column for a name, telephone, identity number or address of a citizen must be an encrypted one."""
    from django.apps import apps

    from minhu.engines.secrets import EncryptedTextField

    sounds = ("requester_", "citizen_", "_phone", "id_number", "identity", "address", "caller_name")
    harmless = {"requester_kind", "phone_index"}
    open_columns = [
        f"{model._meta.db_table}.{field.name}"
        for room in ("intake", "handling", "evaluation")
        for model in apps.get_app_config(room).get_models()
        for field in model._meta.local_fields
        if any(word in field.name for word in sounds)
        and field.name not in harmless
        and not isinstance(field, EncryptedTextField)
    ]
    assert open_columns == []


def calls(name: str) -> set[str]:
    """Files that call ``name``, outside the module that defines it."""
    found = set()
    for path in sorted(SOURCE.rglob("*.py")):
        where = path.relative_to(SOURCE).as_posix()
        text = path.read_text(encoding="utf-8")
        if where == "directory/access.py" or name not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call):
                called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if called == name:
                    found.add(where)
    return found


def is_service(where: str) -> bool:
    parts = where.split("/")
    return len(parts) > 1 and parts[1].removesuffix(".py") in ("services", "tasks")


def test_only_services_lift_row_security() -> None:
    elsewhere = {where for where in calls("elevated") if not is_service(where)}
    assert elsewhere - set(ELEVATED_ELSEWHERE) == set()


def test_only_services_and_the_program_itself_act_as_the_system() -> None:
    elsewhere = {where for where in calls("as_system") if not is_service(where) and not where.startswith("server/")}
    assert elsewhere - set(AS_SYSTEM_ELSEWHERE) == set()


def test_only_the_simulator_plays_many_people_in_one_scope() -> None:
    """Where the backstop does not follow each actor, no page and no program of a partner may run."""
    assert {where for where in calls("many_actors") if not where.startswith("server/demo/")} == set()


def test_every_elevation_says_why() -> None:
    """The reason is written at the call or in a constant of the same module."""
    for where in calls("elevated"):
        tree = ast.parse((SOURCE / where).read_text(encoding="utf-8"))
        constants = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "elevated":
                given = node.args[0]
                reason = constants.get(given.id) if isinstance(given, ast.Name) else given
                assert isinstance(reason, ast.Constant), where
                assert isinstance(reason.value, str), where
                assert len(reason.value) > 10, where
