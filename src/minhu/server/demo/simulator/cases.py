"""A case: one request with the truth about it, how its people will behave, and where its order stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any

from minhu.handling.types import State
from minhu.intake.types import Channel, NewRequest, UploadedFile
from minhu.kernel.calendar import CHINA_TIME
from minhu.server.demo import texts, world
from minhu.server.demo.simulator.arrivals import HALVES, Arrival, parts_of_the_city
from minhu.server.demo.simulator.people import PHONES, Citizen, citizen
from minhu.server.demo.simulator.pictures import VARIANTS, picture
from minhu.server.demo.texts import ComposedMessage

HABITUAL = 40
"""So many citizens call again and again."""
PHOTO_NAME = "现场照片（演示）.jpg"
SHOWN = ("020101", "020102", "020103", "020201", "020203", "010601", "010703", "08010102", "100201", "100501")
"""Categories of what the accounts of the demonstration have on their desks; the last ones are led by streets."""
CONSULTATIONS = 0.42
"""Share of ordinary requests that only ask something (nearly half in a real city, some among the others as well)."""
_AGAIN = ("又打来了，前几天反映过这件事：", "再次反映：", "同样的问题再问一次，", "催一下，之前说的事情还没有人来：")
_STILL = ("到现在没人跟我联系。", "请告诉我处理到哪一步了。", "问题还在，请尽快。", "已经好几天了。")


@dataclass
class Case:
    """One citizen's matter while it is played. ``epoch`` grows with each step, so that older plans lapse."""

    key: str
    rng: Random
    moment: datetime
    kind: str
    message: ComposedMessage
    person: Citizen
    channel: Channel
    confidential: bool = False
    files: tuple[UploadedFile, ...] = ()
    repeat_of: Case | None = None
    other: Mapping[str, Any] = field(default_factory=dict)
    number: str = ""
    order_id: int = 0
    request_id: int = 0
    state: State = State.RECEIVED
    urgency: str = "normal"
    sensitive: bool = False
    deadline_key: str = ""
    epoch: int = 0
    lead_id: int = 0
    right_id: int = 0
    wrong: bool = False
    returns: int = 0
    contacted: datetime | None = None
    rounds: int = 0
    half: int = 0
    street: str = ""
    waiting_assists: set[int] = field(default_factory=set)
    done: set[str] = field(default_factory=set)

    def once(self, what: str, chance: float) -> bool:
        """Whether something that happens at most once to a case happens now."""
        if what in self.done:
            return False
        self.done.add(what)
        return self.rng.random() < chance

    def photo(self) -> UploadedFile:
        """A picture of the place; the halves of the city have different ones, so their processes never wait here."""
        chosen = self.rng.randrange(VARIANTS // HALVES) * HALVES + self.half
        return UploadedFile(PHOTO_NAME, picture(chosen))

    def request(self, until: datetime) -> NewRequest:
        """What goes to intake; ``until`` is the end of the run that plays it."""
        m = self.message
        local = self.channel in (Channel.WEB, Channel.WECHAT)
        return NewRequest(
            text=m.text,
            title=m.title,
            channel=self.channel,
            request_type=m.request_type if self.kind in ("matter", "repeat") else "",
            place_text=m.place_text if local or self.rng.random() < 0.5 else "",
            requester_name=self.person.name,
            requester_phone=self.person.phone,
            confidential=self.confidential,
            wants_callback=self.rng.random() < 0.9,
            idempotency_key=self.key,
            source={"simulated": True, "until": until.isoformat()},
            files=self.files,
        )


def make_case(arrival: Arrival, earlier: Sequence[Case] = ()) -> Case:
    """The case of an arrival; only 'repeat' looks at ``earlier``, everything else follows from the key."""
    rng = Random(arrival.key)
    month = arrival.moment.astimezone(CHINA_TIME).month
    kind = arrival.kind
    if kind == "repeat" and (first := _somebody_waiting(rng, earlier, arrival.moment)):
        return _again(arrival, rng, first)
    kind = "matter" if kind == "repeat" else kind
    asks = kind == "matter" and rng.random() < CONSULTATIONS
    leaf = _asked_leaf(rng, month) if asks else ""
    message = texts.compose(
        rng, month, category=leaf, request_type="consultation" if asks else "", street=arrival.street
    )
    other: Mapping[str, Any] = {}
    if kind != "matter":
        message, other = _unusual(rng, arrival, kind, message, month)
    if kind in ("story", "show"):
        kind = "matter"
    case = Case(
        key=arrival.key, rng=rng, moment=arrival.moment, kind=kind, message=message, person=_caller(rng),
        channel=_channel(rng, message), other=other,
    )  # fmt: skip
    case.half, case.street = parts_of_the_city(HALVES)[arrival.street[:6]], arrival.street
    case.confidential = rng.random() < (0.3 if message.request_type == "report" else 0.02)
    with_photo = case.channel in (Channel.WEB, Channel.WECHAT) and message.request_type in (
        "complaint",
        "help",
        "report",
    )
    if with_photo and kind == "matter" and rng.random() < 0.22:
        case.files = (case.photo(),)
    return case


def _asked_leaf(rng: Random, month: int) -> str:
    """A category that people ask questions about, as often as the season wants."""
    codes, weights = world.month_weights(month)
    asked = world.load("replies")["answers"]
    found = [(code, weight) for code, weight in zip(codes, weights, strict=True) if code in asked]
    return rng.choices([code for code, _ in found], [weight for _, weight in found])[0]


def _caller(rng: Random) -> Citizen:
    return citizen(rng.randrange(HABITUAL) if rng.random() < 0.03 else rng.randrange(PHONES))


def _channel(rng: Random, message: ComposedMessage) -> Channel:
    shares: Mapping[str, float] = world.load("profiles")["channels"]
    if message.voice in ("record", "elderly") or message.urgency == "danger":
        return Channel.PHONE
    if message.voice == "letter":
        return rng.choice((Channel.EMAIL, Channel.WEB))
    chosen = Channel(rng.choices(list(shares), list(shares.values()))[0])
    grid_talks = chosen is Channel.GRID and message.request_type not in ("help", "complaint")
    return Channel.PHONE if grid_talks else chosen


def _somebody_waiting(rng: Random, earlier: Sequence[Case], moment: datetime) -> Case | None:
    waiting = [
        c for c in earlier
        if c.kind == "matter" and c.repeat_of is None and 1 <= (moment - c.moment).days <= 20
        and c.message.request_type in ("complaint", "help", "report") and c.state is not State.REFUSED
    ]  # fmt: skip
    return rng.choice(waiting) if waiting else None


def _again(arrival: Arrival, rng: Random, first: Case) -> Case:
    """The same person, or a neighbour, with the same matter."""
    same_person = rng.random() < 0.65
    words = f"{rng.choice(_AGAIN) if same_person else ''}{first.message.text}"
    if same_person:
        words = words.rstrip("。") + "。" + rng.choice(_STILL)
    message = replace(first.message, text=words[: texts.LONGEST])
    person = first.person if same_person else _caller(rng)
    return Case(
        key=arrival.key, rng=rng, moment=arrival.moment, kind="repeat", message=message, person=person,
        channel=_channel(rng, message), confidential=first.confidential, repeat_of=first, half=first.half, street=first.street,
    )  # fmt: skip


def _unusual(
    rng: Random, arrival: Arrival, kind: str, usual: ComposedMessage, month: int
) -> tuple[ComposedMessage, Mapping[str, Any]]:
    """Words of a request that is no ordinary matter; what a desk must know of it comes beside them."""
    content = world.load("replies_other")
    if kind == "show":
        return texts.compose(
            rng, month, category=rng.choice(SHOWN), street=arrival.street, request_type="complaint"
        ), {}
    if kind == "story":
        return _incident(rng, arrival.story, month), {}
    if kind in ("out_of_scope", "emergency"):
        row = rng.choice(content["out_of_scope" if kind == "out_of_scope" else "emergencies"])
        street = usual.area_code[:9] if len(usual.area_code) >= 9 else ""
        words = texts.fill(rng, row["text"], street=street)
        urgency = "danger" if kind == "emergency" else "normal"
        voice = "plain" if kind == "out_of_scope" else "terse"
        return replace(usual, title="", text=words, place_text="", urgency=urgency, voice=voice), row
    words = texts.fill(rng, rng.choice(content[kind]))
    while len(words) < 5:
        words += "。"
    if kind == "self_made":
        usual = replace(usual, category_code="020202", request_type="help", urgency="normal")
    return replace(usual, title="", text=words, place_text="", voice="plain"), {"later": usual.text}


def _incident(rng: Random, code: str, month: int) -> ComposedMessage:
    story = next(x for x in world.load("incidents")["incidents"] if x["code"] == code)
    leaf = next(c for c, p in world.profiles().items() if p.name == story["category_hint"])
    usual = texts.compose(rng, month, category=leaf, street=story["area"])
    if rng.random() < 0.3:
        return usual
    street = world.areas()[story["area"]].name
    words = texts.fill(rng, rng.choice(story["texts"]), dict(usual.slots), street=story["area"])
    kind = "praise" if "谢" in words and "？" not in words else "consultation" if words.endswith("？") else "help"
    title = f"{street}{story['category_hint']}" if kind != "praise" else f"感谢{street}工作人员"
    urgency = "urgent" if kind == "help" else "normal"
    return replace(
        usual, text=f"我在{street}，{words}", title=title, area_code=story["area"], place_text=street,
        request_type=kind, urgency=urgency, voice="plain",
    )  # fmt: skip
