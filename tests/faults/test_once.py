"""Everything is delivered twice, in any order, at the same moment and through crashes: one effect each.

`make test` plays a few hundred deliveries; MINHU_FAULTS=ci over a thousand (part of `.ci/run`), MINHU_FAULTS=bench ten
times as many.
"""

from __future__ import annotations

import json
import os
import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import Count
from django.test import Client

from exchange.listener import listening
from factories import City, make_city, make_order, make_staff, make_unit
from intake.import_files import HEADER, row, xlsx
from minhu.directory.access import acting_as, as_system
from minhu.directory.queries import categories
from minhu.directory.queries.actors import citizen_actor
from minhu.directory.queries.freshness import forget
from minhu.directory.services.tokens import SCOPES, issue_token
from minhu.directory.types import Role, UnitKind
from minhu.engines import webhooks
from minhu.evaluation import services as evaluation
from minhu.evaluation.models import Rating
from minhu.evaluation.types import Answers
from minhu.exchange.models import Delivery, Partner, Received, Transfer
from minhu.exchange.services import delivering, partners
from minhu.exchange.types import EventKind, PartnerData
from minhu.handling.models import Order, OrderStep
from minhu.handling.services import take
from minhu.handling.types import Step, StepData
from minhu.intake import services as intake
from minhu.intake.models import ImportBatch, Request, Supplement
from minhu.intake.services import importing
from minhu.kernel import clock
from minhu.kernel.actors import SYSTEM, use_actor
from minhu.kernel.errors import Conflict
from minhu.ledger.models import Entry
from minhu.server import problems

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SETS = {"ci": 40, "bench": 400}.get(os.environ.get("MINHU_FAULTS", ""), 4)
"""So many things of each kind happen; each is delivered one to four times."""
HANDS = 6
PATIENCE = 12
SEED = 20261123
SOLVED = Answers(responded=True, solved=True, satisfaction="satisfied")


class Crash(OperationalError):
    """The process died; nothing of its transaction is left."""


@dataclass
class Post:
    """What is delivered: each send may be repeated, comes in any order, and may die in the middle."""

    dice: random.Random
    sends: list[Callable[[], bool]] = field(default_factory=list)
    deliveries: int = 0
    crashes: int = 0
    stuck: list[str] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def add(self, send: Callable[[], bool]) -> None:
        """`send` returns whether the other side took it; what it did not take comes again, as from a real sender."""
        self.sends += [send] * self.dice.choice((1, 2, 2, 3, 4))

    def deliver(self) -> None:
        """Send everything; what was not taken comes again among the rest, until nothing is left."""
        waiting = self.sends
        for attempt in range(PATIENCE):
            self.dice.shuffle(waiting)
            dying = 0.25 if attempt == 0 else 0.0
            deaths = [self.dice.randrange(1, 40) if self.dice.random() < dying else 0 for _ in waiting]
            with ThreadPoolExecutor(HANDS) as pool:
                taken = list(pool.map(self._once, waiting, deaths))
                list(pool.map(lambda _: connection.close(), range(HANDS * 2)))
            self.deliveries += len(waiting)
            waiting = [send for send, done in zip(waiting, taken, strict=True) if not done]
        self.stuck = [send.__qualname__ for send in waiting]

    def _once(self, send: Callable[[], bool], dies_at: int) -> bool:
        left = [dies_at]

        def die(execute: Callable[..., Any], *given: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                with self._guard:
                    self.crashes += 1
                raise Crash("killed in the middle")
            return execute(*given)

        with connection.execute_wrapper(die):
            try:
                return send()
            except Crash:
                return False


@dataclass
class Scene:
    """A city with its partners, and what must be true in the end."""

    city: City
    token: str
    unit: Partner
    hotline: Partner
    platform: Partner
    post: Post
    wanted: Counter[str] = field(default_factory=Counter)


@pytest.fixture
def scene(home: Path, city: City) -> Scene:
    with transaction.atomic(), as_system():
        token = issue_token("once", list(SCOPES), per_minute=1_000_000)
        account = make_staff("water-system", city.units["water"], Role.UNIT_HANDLER, "水务局业务系统")
        account.set_unusable_password()
        account.save()
        water = PartnerData(
            label="水务局系统", kind="unit", unit_id=city.unit("water"), account="water-system", reach="unit"
        )
        unit, _, _ = partners.add(water)
        neighbour = make_unit("neighbour", "邻州市热线中心", UnitKind.HOTLINE_CENTRE)
        far = PartnerData(label="邻州", kind="hotline", url="https://partner.example/in", unit_id=neighbour.pk)
        hotline, _, _ = partners.add(far)
        kinds = tuple(kind.value for kind in EventKind)
        seer = PartnerData(label="市民云", kind="platform", url="https://seer.example/in", events=kinds, reach="all")
        platform, _, _ = partners.add(seer)
    forget()
    found = {str(one.uid): one for one in Partner.objects.all()}
    return Scene(city, token, found[str(unit)], found[str(hotline)], found[str(platform)], Post(random.Random(SEED)))


@pytest.fixture
def city(home: Path) -> City:
    with transaction.atomic(), as_system():
        return make_city()


def sent(path: str, body: bytes, headers: dict[str, str], kind: str = "application/json") -> int:
    client = Client(raise_request_exception=False)
    status = client.post(path, body, content_type=kind, headers=headers).status_code
    assert status < 500 or status == 503, f"{path} {status}"
    return status


def message(partner: Partner, kind: str, data: dict[str, Any], ended: tuple[int, ...] = ()) -> Callable[[], bool]:
    """A signed message under one id; 409 means: not yet, unless `ended` says that it is an answer."""
    message_id = f"m-{uuid.uuid4().hex}"
    body = json.dumps({"type": kind, "timestamp": "", "data": data}).encode()

    def send() -> bool:
        headers = webhooks.sign(partner.secret_in, message_id, clock.now(), body)
        return sent(f"/hooks/{partner.uid}/", body, headers) in (200, *ended)

    send.__qualname__ = kind
    return send


# -- what happens -----------------------------------------------------------------------------------------------------


def programs(scene: Scene) -> None:
    """The API and Open311, with a key of the sender."""
    service = next(node.code for node in categories.current().nodes if node.is_leaf)
    for number in range(SETS):
        text = f"幸福路{number}号门前的路灯坏了，晚上看不清路。"
        headers = {"Authorization": f"Bearer {scene.token}"}
        body = json.dumps({"title": "路灯不亮", "text": text}).encode()
        keyed = {**headers, "Idempotency-Key": f"api-{number}"}
        scene.post.add(lambda body=body, keyed=keyed: sent("/api/v1/requests", body, keyed) in (200, 201))
        form = f"service_code={service}&address_string=幸福路{number}号&description={text}开放接口".encode()
        keyed = {**headers, "Idempotency-Key": f"open-{number}"}
        kind = "application/x-www-form-urlencoded"
        scene.post.add(
            lambda form=form, keyed=keyed, kind=kind: sent("/open311/v2/requests.json", form, keyed, kind) in (200, 201)
        )
    scene.wanted["requests"] += 2 * SETS


def unit_reports(scene: Scene) -> None:
    """A unit's own system signs, reports and answers; the three messages of an order arrive in any order."""
    for _ in range(SETS):
        number = make_order(scene.city, upto="dispatched").number
        scene.post.add(message(scene.unit, "order.signed", {"number": number}))
        scene.post.add(message(scene.unit, "order.progress", {"number": number, "text": "抢修队已出发"}, (409,)))
        scene.post.add(message(scene.unit, "order.contacted", {"number": number, "text": "已电话联系"}))
    scene.wanted.update({"requests": SETS, "sign": SETS, "contact": SETS})


def hotlines(scene: Scene) -> None:
    """Orders from the other hotline, and ours that are there; offers also come twice under another id."""
    for number in range(SETS):
        offer = {
            "transfer": str(uuid.uuid4()),
            "number": f"2026-{number:08d}",
            "text": f"桥头{number}号积水很深，请排水。",
        }
        for _ in range(2):
            scene.post.add(message(scene.hotline, "transfer.offered", offer, (409,)))
        ours = make_order(scene.city).number
        with acting_as(scene.city.actor("dispatcher")):
            unit_id = Partner.objects.get(pk=scene.hotline.pk).unit_id
            take(ours, Step.TRANSFER, StepData(reason_code="other_city", text="事发地在邻州", unit_id=unit_id))
        with transaction.atomic(), as_system():
            uid = str(Transfer.objects.get(order__number=ours).uid)
        for kind, more in (
            ("transfer.taken", {"number": f"T-{number}", "taken_by": "08 号话务员"}),
            ("transfer.progress", {"text": "已到现场勘查"}),
        ):
            scene.post.add(message(scene.hotline, kind, {"transfer": uid, **more}))
    scene.wanted.update({"requests": 2 * SETS, "offers": SETS, "transfer_taken": SETS, "transfer_news": SETS})


def citizens(scene: Scene) -> None:
    """A button that is pressed twice: words added, an answer rated."""
    for number in range(SETS):
        order = make_order(scene.city, upto="to_call_back")
        actor = citizen_actor((order.request_id,))

        def add(order: Order = order, actor: Any = actor, text: str = f"又发生了，今天是第{number}次。") -> bool:
            with transaction.atomic(), acting_as(actor):
                intake.supplement(order.request_id, text, actor=actor)
            return True

        def rate(order: Order = order, actor: Any = actor) -> bool:
            with transaction.atomic(), acting_as(actor):
                try:
                    evaluation.rate(order.number, SOLVED)
                except Conflict as error:
                    return error.code == "rated_already"
            return True

        scene.post.add(guarded(add))
        scene.post.add(guarded(rate))
    scene.wanted.update({"requests": SETS, "supplements": SETS, "ratings": SETS, "sign": SETS, "contact": SETS})


def guarded(send: Callable[[], bool]) -> Callable[[], bool]:
    """A page that meets a database that is away says so, and the citizen presses again."""

    def sending() -> bool:
        try:
            return send()
        except Exception as error:
            if problems.unavailable(error) is None:
                raise
            return False

    return sending


# -- what must be true ------------------------------------------------------------------------------------------------


def found(scene: Scene) -> Counter[str]:
    with transaction.atomic(), as_system():
        steps = Counter(OrderStep.objects.filter(step__in=scene.wanted).values_list("step", flat=True))
        counts = {
            "requests": Request.objects.count(), "offers": Transfer.objects.filter(outgoing=False).count(),
            "supplements": Supplement.objects.count(), "ratings": Rating.objects.count(),
        }  # fmt: skip
    return Counter(counts) + steps


def twice(model: Any, *fields: str, **only: Any) -> list[Any]:
    """Groups that ought to have one row and have more."""
    with transaction.atomic(), as_system():
        rows = model.objects.filter(**only).values(*fields).order_by().annotate(n=Count("pk")).filter(n__gt=1)
        return list(rows)


def test_whatever_is_delivered_again_and_in_any_order_has_one_effect(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    for happening in (programs, unit_reports, hotlines, citizens):
        with transaction.atomic():
            happening(scene)
    scene.post.deliver()
    with capsys.disabled():
        print(f"\n{scene.post.deliveries} deliveries, {scene.post.crashes} crashes; wanted {dict(scene.wanted)}")
    assert scene.post.stuck == []
    assert scene.post.crashes >= SETS
    assert found(scene) == scene.wanted
    assert twice(Request, "channel", "idempotency_key", idempotency_key__gt="") == []
    assert twice(Order, "request_id") == []
    once_each = ("order.sign", "order.contact", "order.transfer_taken", "order.transfer_news", "order.rated",
                 "order.close", "order.open", "request.received", "request.supplemented")  # fmt: skip
    for kind in once_each:
        assert twice(Entry, "subject_id", kind=kind) == [], kind
    assert twice(Received, "source", "message_id") == []
    told(scene)


def told(scene: Scene) -> None:
    """Partners are told once of each change, however many workers sort the outbox out at once."""
    with ThreadPoolExecutor(HANDS) as pool:
        done = 1
        while done:
            done = sum(pool.map(lambda _: delivering.sort_out(), range(HANDS)))
        list(pool.map(lambda _: connection.close(), range(HANDS * 2)))
    seen: Counter[tuple[str, int]] = Counter()
    for delivery in Delivery.objects.filter(partner=scene.platform):
        data = json.loads(delivery.body)["data"]
        seen[f"{delivery.kind} {data['number']}", data["version"]] += 1
    assert len(seen) >= scene.wanted["requests"]
    assert set(seen.values()) == {1}


def test_a_message_acknowledged_late_and_twice_is_settled_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lease ran out before the partner answered: another worker sends again, and both answers arrive."""
    monkeypatch.setenv("MINHU_OUTBOUND_NETWORKS", "127.0.0.0/8")
    with listening() as listener:
        Partner.objects.filter(pk=scene.unit.pk).update(url=listener.url)
        for _ in range(delivering.EACH):
            with transaction.atomic(), as_system():
                partners.test(scene.unit.pk)
        first = delivering._take()
        with clock.at(clock.now() + delivering.LEASE + timedelta(seconds=1)):
            again = delivering._take()
        assert {row.pk for row in first} == {row.pk for row in again if row.partner_id == scene.unit.pk}
        lines = (first, again)
        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(delivering._send_line, lines))
        late = [(row.pk, outcome) for line, done in zip(lines, outcomes, strict=True)
                for row, outcome in zip(line, done, strict=True)]  # fmt: skip
        random.Random(SEED).shuffle(late)
        failed = delivering.Outcome(500, "对方答复 500")
        with ThreadPoolExecutor(HANDS) as pool:
            list(pool.map(lambda one: delivering.settle(*one), late))
            list(pool.map(lambda one: delivering.settle(one[0], failed), late))
            list(pool.map(lambda _: connection.close(), range(HANDS * 2)))
    rows = Delivery.objects.filter(partner=scene.unit)
    assert Counter(rows.values_list("state", "attempts")) == {("delivered", 1): delivering.EACH}
    assert Partner.objects.get(pk=scene.unit.pk).failing_since is None
    ids = Counter(headers["webhook-id"] for headers in listener.headers)
    assert set(ids.values()) == {2}, "the same id twice: whoever keeps ids does its work once"


def test_a_job_that_is_delivered_twice_runs_once(scene: Scene) -> None:
    content = xlsx([row(number) for number in range(1, 40)], HEADER)
    with use_actor(SYSTEM):
        with transaction.atomic(), as_system():
            batch_id = importing.upload(content, "留言.xlsx")
            mapping = importing.mapping_for(importing.table_of(batch_id))
            importing.start(batch_id, {name: one.value for name, one in mapping.items()}, understand=False)
        start = threading.Barrier(HANDS)

        def run(_: int) -> None:
            start.wait()
            with use_actor(SYSTEM):
                importing.run_in_background(batch_id)
            connection.close()

        with ThreadPoolExecutor(HANDS) as pool:
            list(pool.map(run, range(HANDS)))
    with transaction.atomic(), as_system():
        batch = ImportBatch.objects.get(pk=batch_id)
        assert (batch.state, batch.stored, batch.unchanged, batch.rejected) == ("done", 39, 0, 0)
        assert Request.objects.count() == Order.objects.count() == 39
        assert Entry.objects.filter(kind="import.finished").count() == 1
