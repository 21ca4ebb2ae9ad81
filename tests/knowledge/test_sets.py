"""Evaluation sets: made from what people accepted, run under a reader's rights, compared, and a gate before publishing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from tests.knowledge.keepers import Keepers, gather
from tests.knowledge.papers import LINES
from tests.portals.test_knowledge import client_of
from typer.testing import CliRunner

from minhu.directory.access import acting_as, as_system
from minhu.kernel.actors import Actor
from minhu.kernel.errors import Conflict, Invalid, NotAllowed
from minhu.knowledge.models import Asking, EvalRun, Version
from minhu.knowledge.queries import documents, sets
from minhu.knowledge.queries.judged import RunState
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.shown import Answered
from minhu.knowledge.queries.store import forget_papers
from minhu.knowledge.services import editing, gate, life, running
from minhu.knowledge.services import sets as making
from minhu.knowledge.types import Audience, Rights, State
from minhu.language.answers.model import DEFAULT_MODEL
from minhu.ledger.queries import count_since
from minhu.portals.quality.sets import reader_choices
from minhu.server import cli

pytestmark = pytest.mark.django_db
MATERIALS = "低保家庭申请水价优惠应当提交什么材料"
ANSWER = "申请人身份证；低保证原件"


@pytest.fixture
def keepers(home: Path, db: None) -> Iterator[Keepers]:
    forget_papers()
    yield gather()
    forget_papers()


def filled(keepers: Keepers, document: int, reader: str = "public") -> int:
    with acting_as(keepers.editor):
        pk = making.make("水价常问", reader)
        making.add(pk, making.Asked(MATERIALS, document, "", ANSWER))
        making.add(pk, making.Asked("滑翔伞场地在哪里预约"))
        return pk


def ran(keepers: Keepers, pk: int) -> sets.RunRow:
    with acting_as(keepers.editor):
        run = running.start(pk)
    running.run_in_background(run)
    with acting_as(keepers.editor):
        return sets.run(run)


def test_a_set_is_filled_from_a_file_row_by_row_and_run_under_its_readers_rights(keepers: Keepers) -> None:
    document = keepers.published(rights=Rights(Audience.STAFF))
    pk = filled(keepers, document, "staff")
    with acting_as(keepers.editor):
        for wrong in (
            making.Asked("问"),
            making.Asked(MATERIALS, document, "", "重复"),
            making.Asked("新的问题", 987654, "", "x"),
        ):
            with pytest.raises((Invalid, Conflict)):
                making.add(pk, wrong)
        lines = f'{{"docid": "9", "text": "纸"}}\n{{"question": "第一阶梯水价多少", "docid": "{document}", "answer": "2.10"}}\n{{"question": "无此文件", "docid": "987654", "answer": "x"}}\n'
        outcomes = making.take(pk, lines.encode(), "题目.jsonl")
        assert [bool(one.problem) for one in outcomes] == [False, True]
        table = "问题,文件标题,标准答案\n低保优惠几个工作日办结,云溪市居民阶梯水价实施办法,五个工作日内办结\n".encode()
        assert [one.problem for one in making.take(pk, table, "题目.csv")] == [""]
        with pytest.raises(Invalid):
            making.take(pk, b"a,b\n1,2\n", "题目.csv")
    as_staff = ran(keepers, pk)
    assert (as_staff.state, as_staff.total, as_staff.figures["unanswerable"]) == (RunState.DONE, 4, 1)
    assert as_staff.figures["right"] >= 2
    with acting_as(keepers.editor):
        making.change(pk, "public", gating=True)
    as_public = ran(keepers, pk)
    assert (as_public.figures["answered"], as_public.figures["right"]) == (0.0, 1), (
        "citizens are answered nothing of it"
    )
    with acting_as(keepers.editor):
        compared = sets.results(as_public.id, as_staff.id)
        assert compared[0].lost
        assert sum(one.lost for one in compared) == as_staff.figures["right"] - 1
        with as_system(), reading():
            assert not Asking.objects.exists(), "a run is not recorded as asked"
        running.start(pk)
        with pytest.raises(Conflict):
            running.start(pk)
    with acting_as(keepers.other_editor):
        assert sets.listed() == []
        assert sets.results(as_staff.id) == []


def test_two_workers_on_one_run_share_its_questions(keepers: Keepers, monkeypatch: pytest.MonkeyPatch) -> None:
    pk = filled(keepers, keepers.published())
    with acting_as(keepers.editor):
        run = running.start(pk)
    alone, inside = running.answered, False

    def while_another_works(words: str, reader: Actor) -> Answered:
        nonlocal inside
        if not inside:
            inside = True
            running.run_in_background(run)
        return alone(words, reader)

    monkeypatch.setattr(running, "answered", while_another_works)
    running.run_in_background(run)
    with acting_as(keepers.editor):
        row = sets.run(run)
        assert (row.state, row.done, row.total, row.problem) == (RunState.DONE, 2, 2, "")
        assert len(sets.results(run)) == 2


def test_what_loses_right_answers_is_published_with_a_reason_only(keepers: Keepers) -> None:
    document = keepers.published()
    pk = filled(keepers, document)
    without = [line for line in LINES if "低保" not in line and "身份证" not in line]
    worse = new_version(keepers, document, without)
    with as_system(), reading():
        trial = EvalRun.objects.get(candidate_id=worse)
        assert trial.state == RunState.WAITING.value
    with acting_as(keepers.reviewer), pytest.raises(Conflict, match="试答"):
        life.publish(worse)
    gate.run_in_background(trial.pk)
    with as_system(), reading():
        assert Version.objects.get(pk=worse).state == State.REVIEW.value, "the trial left nothing behind"
    with acting_as(keepers.reviewer):
        row = sets.trial_of(worse)
        assert row is not None
        assert (row.state, row.figures["lost"], row.figures["right_before"]) == (RunState.DONE, 1, 1)
        assert [one.question.question for one in sets.results(row.id) if one.lost] == [MATERIALS]
        with pytest.raises(Conflict, match="丢失 1 题"):
            life.publish(worse)
        assert documents.card(document).version.number == 2
    with acting_as(keepers.editor):
        making.add(pk, making.Asked("水价优惠由谁受理", document, "", "街道便民服务中心"))
    with acting_as(keepers.reviewer):
        with pytest.raises(Conflict, match="题目已变化"):
            life.publish(worse, "旧办法已废止")
        gate.try_again(worse)
        with as_system(), reading():
            again = EvalRun.objects.filter(candidate_id=worse).first()
            assert again is not None
        gate.run_in_background(again.pk)
        life.publish(worse, "优惠已取消，电话13912345678")
    with as_system():
        assert count_since(("document", document), ("knowledge.gate_overridden",), again.started_at) == 1


def test_what_loses_nothing_is_published_as_ever_and_a_trial_that_broke_can_be_repeated(
    keepers: Keepers, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = keepers.published()
    filled(keepers, document)
    same = new_version(keepers, document, list(LINES))
    with as_system(), reading():
        trial = EvalRun.objects.get(candidate_id=same)
    with monkeypatch.context() as patch:
        patch.setattr(running, "ask", lambda *_asked, **_how: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            gate.run_in_background(trial.pk)
    with acting_as(keepers.editor):
        found = sets.trial_of(same)
        assert found is not None
        assert (found.state, "再运行" in found.problem) == (RunState.FAILED, True)
        gate.try_again(same)
    with as_system(), reading():
        trial = EvalRun.objects.filter(candidate_id=same).latest("id")
    monkeypatch.setattr(gate, "AT_ONCE", 1)
    gate.run_in_background(trial.pk)
    with acting_as(keepers.reviewer):
        life.publish(same)
        assert documents.card(document).version.state is State.PUBLISHED


def new_version(keepers: Keepers, document: int, lines: list[str]) -> int:
    """A further version with other lines, handed over."""
    with acting_as(keepers.editor):
        editing.add_version(
            document,
            "\n".join(("云溪市居民阶梯水价实施办法", *lines, "第九条 本办法由市水务局解释。")).encode(),
            "水价2.txt",
        )
    return keepers.ready(document)


def test_the_pages_make_fill_run_compare_and_hand_out_a_set(keepers: Keepers, tmp_path: Path) -> None:
    document = keepers.published()
    editor = client_of("water_editor")
    made = editor.post("/knowledge/sets/", {"name": "常问", "reader": "public", "gating": "on"})
    where = made["Location"]
    assert editor.post(where, {"question": MATERIALS, "document": "", "answer": ANSWER}).status_code == 422
    editor.post(where, {"question": MATERIALS, "document": str(document), "answer": ANSWER})
    file = SimpleUploadedFile("题.jsonl", '{"question": "滑翔伞场地在哪里预约"}\n{"question": "？"}\n'.encode())
    assert "加入 1 题，未加入 1 行" in editor.post(f"{where}file/", {"file": file}).content.decode()
    for _ in range(2):
        editor.post(f"{where}run/")
        with acting_as(keepers.editor):
            last = sets.runs(int(where.split("/")[-2]))[0]
        running.run_in_background(last.id)
    page = editor.get(f"/knowledge/sets/run/{last.id}/").content.decode()
    assert "没有丢失" in page
    assert "低保证" in page
    out = editor.post(f"{where}export/", {"form": "set", "reason": "在另一台机器上比较"})
    kept = tmp_path / "set.jsonl"
    kept.write_bytes(out.content)
    done = CliRunner().invoke(cli.build(), ["evaluate", "answers", "--set", str(kept), "--details"])
    figures = json.loads(done.stdout.strip().splitlines()[-1])
    assert (figures["documents"], figures["questions"], figures["refusal_recall"]) == (1, 2, 1.0)
    assert figures["recall_at_1"] == 1.0
    same = CliRunner().invoke(cli.build(), ["evaluate", "answers", "--set", str(kept), "--than", str(DEFAULT_MODEL)])
    assert (same.exit_code, json.loads(same.stdout.strip().splitlines()[-1])["lost"]) == (0, 0)
    assert client_of("agent").get("/knowledge/sets/").status_code == 403


def test_nobody_measures_with_the_rights_of_who_reads_more(keepers: Keepers) -> None:
    water, urban = (f"unit:{keepers.city.unit(code)}" for code in ("water", "urban"))
    with acting_as(keepers.editor):
        with pytest.raises(NotAllowed):
            making.make("他局的文件", urban)
        pk = making.make("水价常问", water)
        making.add(pk, making.Asked("滑翔伞场地在哪里预约"))
        with pytest.raises(NotAllowed):
            making.change(pk, urban, gating=False)
        assert {code for code, _ in reader_choices()} & {water, urban} == {water}
    with acting_as(keepers.reviewer):
        making.change(pk, urban, gating=False)
    with acting_as(keepers.editor), pytest.raises(NotAllowed):
        running.start(pk)


def test_a_trial_holds_nothing_that_answering_writes(keepers: Keepers) -> None:
    document = keepers.published()
    version = new_version(keepers, document, list(LINES[:-1]))
    with as_system(), reading():
        before = _place(document)
        with gate.as_if_published(Version.objects.get(pk=version)):
            assert Version.objects.get(pk=version).state == State.PUBLISHED.value
            assert _place(document) == before, "each answer that cites the document counts itself in its row"


def _place(document: int) -> str:
    """Where the row of a document is stored: another place means that it was written, and is locked until the end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text, keys FROM knowledge_document WHERE id = %s", [document])
        return str(cursor.fetchone())


def test_the_second_person_sees_what_would_be_lost_before_publishing(keepers: Keepers) -> None:
    document = keepers.published()
    filled(keepers, document)
    worse = new_version(keepers, document, [line for line in LINES if "低保" not in line and "身份证" not in line])
    reviewer = client_of("reviewer")
    assert "正在试答" in reviewer.get(f"/knowledge/{document}/?version=2").content.decode()
    with as_system(), reading():
        trial = EvalRun.objects.get(candidate_id=worse)
    gate.run_in_background(trial.pk)
    page = reviewer.get(f"/knowledge/{document}/?version=2").content.decode()
    assert "会丢失 1 题正确答复" in page
    assert MATERIALS in page
    reviewer.post(f"/knowledge/version/{worse}/publish/")
    reviewer.post(f"/knowledge/version/{worse}/publish/", {"reason": "优惠已取消"})
    with acting_as(keepers.reviewer):
        assert documents.card(document).version.state is State.PUBLISHED
