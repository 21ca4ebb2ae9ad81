"""History comes in once, whole and unchanged; what cannot come in is named, and nobody's words are overwritten."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from factories import City, make_city
from intake.import_files import HEADER, row, xlsx
from minhu.directory.access import as_system
from minhu.handling.models import Assignment, Order
from minhu.intake.imports import storing
from minhu.intake.imports.running import Report
from minhu.intake.models import (
    Fingerprint,
    ImportBatch,
    ImportedRow,
    ImportMapping,
    IntakeDecision,
    Request,
    Suggestion,
)
from minhu.intake.queries import imports as reads
from minhu.intake.services import importing
from minhu.kernel import clock
from minhu.kernel.actors import SYSTEM, use_actor
from minhu.kernel.numbers import is_valid_number
from minhu.ledger import queries as ledger

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
REPLIED: dict[str, Any] = {"reply": "已安排抢修，当晚恢复供水。", "replied": "2019/1/10 9:00:00"}


@pytest.fixture
def city() -> City:
    with as_system():
        return make_city()


def run(rows: Any, header: Any = HEADER, stop: Any = lambda: False, **options: Any) -> tuple[Report, ImportBatch]:
    content = xlsx(rows, header)
    with use_actor(SYSTEM), clock.at(NOW):
        table = importing.read_table(content, "留言.xlsx")
        batch = importing.open_run(content, "留言.xlsx", table, importing.mapping_for(table), **options)
        return importing.run_now(batch, table, lambda *_: None, stop), batch


def test_rows_become_requests_with_orders_and_keep_their_words(city: City) -> None:
    report, _batch = run([row(1), row(2, **REPLIED)])
    assert (report.counted.stored, report.counted.rejected, report.understood) == (2, 0, 2)
    with as_system():
        first, second = Request.objects.order_by("id")
        assert first.text == "柳湾小区1号楼从昨晚开始停水，请尽快处理。"
        assert first.requester_name == "U00001"
        assert first.received_at == datetime(2019, 1, 8, 2, 20, tzinfo=UTC)
        assert is_valid_number(first.number)
        assert first.number.startswith("190108")
        waiting, closed = (Order.objects.get(request=one) for one in (first, second))
        assert (waiting.state, closed.state) == ("received", "archived")
        assert closed.public_reply == REPLIED["reply"]
        assert closed.closed_at is not None
        assert (closed.closed_at - closed.created_at).total_seconds() == 46.0 * 3600 + 40 * 60
        assert Fingerprint.objects.get(pk=first.pk).bands
        assert Suggestion.objects.filter(request=first, field="category").exists()
        assert IntakeDecision.objects.filter(request=first).count() == 1
        assert not IntakeDecision.objects.filter(request=second).exists()
        assert [entry.kind for entry in ledger.entries_of(("request", first.pk))] == ["request.imported"]


def test_a_second_run_changes_nothing(city: City) -> None:
    rows = [row(n) for n in range(1, 8)]
    run(rows)
    report, _ = run(rows)
    assert (report.counted.stored, report.counted.unchanged, report.counted.rejected) == (0, 7, 0)
    with as_system():
        assert Request.objects.count() == Order.objects.count() == 7
        assert Suggestion.objects.values("request", "field").distinct().count() == Suggestion.objects.count()


def test_a_changed_row_is_reported_and_never_overwrites(city: City) -> None:
    run([row(1), row(2)])
    report, batch = run([row(1, text="完全不同的另一件事情，请不要改掉我原来的话。"), row(2), row(3)])
    assert (report.counted.stored, report.counted.unchanged, report.counted.rejected) == (1, 1, 1)
    with as_system():
        assert reads.rejects(batch.pk) == [(2, storing.CHANGED)]
        assert "停水" in Request.objects.earliest("id").text


def test_the_same_number_twice_in_one_file_is_stored_once(city: City) -> None:
    report, _ = run([row(1), row(1), row(1, text="同一个编号下的另一段话，应当报告出来。")])
    assert (report.counted.stored, report.counted.unchanged, report.counted.rejected) == (1, 1, 1)


def test_two_systems_with_equal_numbers_do_not_meet(city: City) -> None:
    run([row(1)])
    report, _ = run([row(1, text="另一个系统里编号相同的另一件诉求。")], source_name="网站")
    assert report.counted.stored == 1


def test_each_bad_row_is_named_with_its_reason_and_the_good_ones_come_in(city: City) -> None:
    bad = [
        row(1, time="昨天上午"), row(2, time=""), row(3, text="", title=""), row(4, text="长" * 20_001), row(5, time="2999/1/1"),
        row(6, time="1998/1/1"), row(7, reply="已办", replied=""), row(8, reply="已办", replied="2018/1/1 8:00"),
    ]  # fmt: skip
    report, batch = run([*bad, row(9)])
    assert (report.rows, report.counted.stored, report.counted.rejected) == (9, 1, 8)
    with as_system():
        rejects = reads.rejects(batch.pk)
    assert [number for number, _ in rejects] == list(range(2, 10))
    for (_, why), word in zip(
        rejects,
        ["无法识别", "缺少受理时间", "缺少诉求内容", "20001", "将来", "2000 年", "缺少答复时间", "早于"],
        strict=True,
    ):
        assert word in why


def test_names_of_category_area_and_unit_lead_to_ours(city: City) -> None:
    # fmt: off
    header = ("编号", "内容", "时间", "一级分类", "二级分类", "所属区域", "承办单位", "答复内容", "答复时间", "满意度", "联系电话")
    known = ["a", "小区停水三天没人管", "2019-01-08", "", "供水", "滨江区柳湾街道", "水务局", "已修", "2019-01-09", "满意", "13800138000"]
    other = ["b", "对面工地夜里太吵睡不着", "2019-01-08", "噪声类", "施工", "火星区", "某某局", "", "", "", "电话 13800138000 转"]
    # fmt: on
    report, _batch = run([known, other], header)
    assert {kind: list(names) for kind, names in report.unknown.items()} == {
        "category": ["噪声类/施工"], "area": ["火星区"], "unit": ["某某局"]
    }  # fmt: skip
    with as_system():
        first, second = (Order.objects.select_related("request").get(request=r) for r in Request.objects.order_by("id"))
        assert first.category_id == city.categories["A1"].pk
        assert first.area_id == "990101001"
        assert first.lead_unit_id == city.unit("water")
        assert first.request.unit_ids == [city.unit("water")]
        assert Assignment.objects.get(order=first).replied_at is not None
        assert first.request.source["满意度"] == "满意"
        assert not Suggestion.objects.filter(request=first.request, field="category").exists()
        assert second.request.source["二级分类"] == "施工"
        assert "13800138000" not in str(second.request.source)
        assert first.request.phone_index is not None


def test_a_batch_that_fails_leaves_nothing_and_can_go_on(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise importing.BadTable("磁盘已满")

    monkeypatch.setattr("minhu.intake.imports.running.BATCH", 2)
    real, calls = storing.ledger.append_many, iter(range(9))
    monkeypatch.setattr(storing.ledger, "append_many", lambda rows: fail() if next(calls) == 1 else real(rows))
    rows = [row(n) for n in range(1, 6)]
    with pytest.raises(importing.BadTable):
        run(rows)
    with as_system():
        assert Request.objects.count() == Order.objects.count() == ImportedRow.objects.count() == 2
        assert ImportBatch.objects.get().state == "failed"
    report, _ = run(rows)
    assert (report.counted.stored, report.counted.unchanged, report.understood) == (3, 2, 5)


def test_stopping_keeps_whole_batches_and_a_second_run_takes_the_rest(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minhu.intake.imports.running.BATCH", 2)
    rows = [row(n) for n in range(1, 8)]
    report, batch = run(rows, stop=lambda: True)
    assert report.stopped
    assert report.counted.stored == 2
    batch.refresh_from_db()
    assert (batch.state, batch.stored) == ("stopped", 2)
    report, _ = run(rows)
    assert (report.counted.stored, report.counted.unchanged, report.understood) == (5, 2, 7)


def test_a_trial_run_counts_and_writes_nothing(city: City) -> None:
    table = importing.read_table(xlsx([row(1), row(2, time="?")]), "a.xlsx")
    report = importing.trial(table, importing.mapping_for(table), "", lambda *_: None)
    assert (report.counted.stored, report.counted.rejected) == (1, 1)
    with as_system():
        assert not Request.objects.exists()
        assert not ImportBatch.objects.exists()
        assert not ImportMapping.objects.exists()


def test_a_corrected_mapping_is_remembered_for_the_next_file_with_these_columns(city: City) -> None:
    header = ("编号", "甲", "乙", "时间")
    table = importing.read_table(xlsx([["1", "标题", "停水三天了请处理", "2019/1/8"]], header), "a.xlsx")
    with use_actor(SYSTEM):
        chosen = importing.mapping_for(table, {"编号": "key", "乙": "text", "时间": "received_at"})
        importing.open_run(b"x", "a.xlsx", table, chosen)
    again = importing.inspect(
        importing.read_table(xlsx([["2", "x", "y", "2019/1/9"]], ("时间", "乙", "甲", "编号")), "b.xlsx")
    )
    assert again.remembered
    assert {guess.column: guess.field for guess in again.columns}["乙"] == importing.Field.TEXT
