"""`minhu ledger`: an operator sees at once whether the ledger is whole, and a script can read it too."""

import json

import pytest
from typer.testing import CliRunner

from ledger.ledger_helpers import Write, owner
from minhu.server.cli import build

pytestmark = pytest.mark.django_db(transaction=True)


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(build(), ["ledger", *words])
    return result.exit_code, result.stdout


def test_a_whole_ledger_is_verified_with_exit_code_0(write: Write) -> None:
    write(4)
    write(3, integrate=False)
    code, text = run("status")
    assert code == 0
    assert "待登记 3 条" in text
    assert json.loads(text.splitlines()[-1])["size"] == 4
    code, text = run("verify")
    assert (code, json.loads(text.splitlines()[-1])["size"]) == (0, 7)
    assert "完整" in text


def test_harm_is_told_with_exit_code_1(write: Write) -> None:
    write(4)
    with owner() as session:
        session.execute("UPDATE ledger_entry SET kind = 'x' WHERE position = 2")
    code, text = run("verify", "--quiet")
    assert code == 1
    assert json.loads(text)["findings"][0]["kind"] == "entry_changed"
    with owner() as session:
        session.execute("DELETE FROM ledger_checkpoint")
    code, text = run("verify")
    assert code == 1
    assert "✗ 第 0 至 3 条没有检查点" in text


def test_a_proof_is_printed_as_json(write: Write) -> None:
    write(4)
    with owner() as session:
        (uid,) = session.execute("SELECT uid FROM ledger_entry WHERE position = 1").fetchone() or ("",)
    code, text = run("prove", str(uid))
    assert (code, json.loads(text)["position"]) == (0, 1)
