"""What citizens said of answers in another system comes in with them, once, and nobody is asked again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from factories import make_city
from intake.import_files import HEADER, row, xlsx
from minhu.directory.access import as_system
from minhu.directory.queries.actors import citizen_actor
from minhu.evaluation.models import Rating
from minhu.evaluation.queries import rates
from minhu.evaluation.services import rate
from minhu.evaluation.types import Answers
from minhu.handling.models import Order
from minhu.intake.models import Request
from minhu.intake.services import importing
from minhu.kernel import clock
from minhu.kernel.actors import SYSTEM, use_actor
from minhu.kernel.errors import Conflict

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
ANSWERED = {"reply": "已安排抢修，当晚恢复供水。", "replied": "2019/1/10 9:00:00"}
ROWS = [
    [*row(1, **ANSWERED), "非常满意", "是"],
    [*row(2, **ANSWERED), "不满意", "未解决"],
    [*row(3, **ANSWERED), "基本满意", ""],
    [*row(4, **ANSWERED), "未评价", ""],
    [*row(5), "满意", "是"],
]


def load() -> importing.Report:
    with use_actor(SYSTEM), clock.at(NOW):
        content = xlsx(ROWS, [*HEADER, "满意度", "是否解决"])
        table = importing.read_table(content, "留言.xlsx")
        batch = importing.open_run(content, "留言.xlsx", table, importing.mapping_for(table), understand=False)
        return importing.run_now(batch, table, lambda *_: None, lambda: False)


def test_ratings_come_in_with_answered_rows_only_and_once() -> None:
    with as_system():
        make_city()
    assert load().counted.stored == 5
    assert load().counted.unchanged == 5
    with as_system():
        kept = Rating.objects.order_by("order__request_id").values_list("satisfaction", "solved", "channel", "rated_at")
        at = datetime(2019, 1, 10, 1, 0, tzinfo=UTC)
        assert list(kept) == [
            ("satisfied", True, "import", at), ("dissatisfied", False, "import", at), ("mostly", None, "import", at),
        ]  # fmt: skip
        requests = Request.objects.order_by("id")
        assert requests[3].source["满意度"] == "未评价"
        assert requests[4].source["满意度"] == "满意"
        assert requests[0].source["满意度"] == "非常满意"
        figures = rates(datetime(2019, 1, 1, tzinfo=UTC), datetime(2019, 2, 1, tzinfo=UTC)).after
        assert figures.solution == 0.5


def test_who_has_answered_in_the_old_system_is_not_asked_again() -> None:
    with as_system():
        make_city()
    load()
    with as_system():
        order = Order.objects.order_by("id")[0]
        Order.objects.filter(pk=order.pk).update(state="closed")
    with use_actor(citizen_actor((order.request_id,))), pytest.raises(Conflict), as_system():
        rate(order.number, Answers(solved=True, satisfaction="satisfied"))
