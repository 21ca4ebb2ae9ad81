"""`minhu ledger`: an operator sees at once whether the ledger is whole, and a script can read it too."""

import json
from pathlib import Path

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


def test_key_checkpoint_and_verification_by_a_key_from_elsewhere(write: Write) -> None:
    assert run("checkpoint")[0] == 1, "nothing is signed yet"
    write(4)
    code, key = run("key")
    assert code == 0
    code, note = run("checkpoint")
    assert (code, note.split("\n")[1]) == (0, "4")
    assert run("verify", "--key", key.strip())[0] == 0
    code, text = run("verify", "--key", "a+00000000+AAAA")
    assert code != 0
    code, text = run("key", "--new", "--name", "hotline.example/ledger")
    assert [line.split("+")[0] for line in text.splitlines()][1] == "hotline.example/ledger"
    write(1)
    code, text = run("verify", "--quiet", "--key", key.strip())
    assert code == 1, "who holds only the first key does not believe the second"
    assert {found["kind"] for found in json.loads(text)["findings"]} == {"signature_wrong"}


def test_growth_is_proved_and_questions_must_be_clear(write: Write) -> None:
    write(4)
    write(4)
    code, text = run("prove", "--old", "4")
    assert (code, json.loads(text)["new"]) == (0, 8)
    assert run("prove")[0] != 0
    assert run("prove", "x", "--old", "4")[0] != 0


def test_witnesses_are_shown_with_exit_code_1_when_one_fails(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(2)
    monkeypatch.delenv("MINHU_WITNESSES", raising=False)
    assert "没有设置外部见证" in run("witness")[1]
    monkeypatch.setenv("MINHU_WITNESSES", f"{tmp_path}/copy.jsonl, {tmp_path}/missing/copy.jsonl")
    code, text = run("witness")
    states = json.loads(text.splitlines()[-1])
    assert (code, [state["failures"] for state in states]) == (1, [0, 1])
    assert "失败 1 次" in text


def test_an_operator_goes_on_after_a_restored_backup(write: Write) -> None:
    write(2)
    write(2)
    with owner() as session:
        session.execute("DELETE FROM ledger_entry WHERE position >= 2")
        session.execute("DELETE FROM ledger_checkpoint WHERE size > 2")
    assert run("verify")[0] == 1
    code, text = run("resume", "--reason", "按备份恢复")
    assert code == 0
    assert "另存为 checkpoints-" in text
    assert run("verify")[0] == 0
