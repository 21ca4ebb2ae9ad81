"""Bulletins on the desk: written, published by another person, told to callers; words to those whom they concern."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.directory.queries.areas import area_info
from minhu.handling.queries import incidents
from minhu.intake.queries import bulletins as reading
from minhu.intake.services import affected, bulletin_messages, bulletins
from minhu.intake.services.bulletins import BulletinDraft
from minhu.intake.services.texting import ready
from minhu.intake.types import BulletinState
from minhu.kernel.actors import Actor
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, MinhuError
from minhu.language.bulletin_texts import read_bulletin
from minhu.language.bulletins import Matter
from minhu.portals.citizen.views import show_errors
from minhu.portals.context import count_unread
from minhu.portals.formats import local
from minhu.portals.manage.common import act, number_of
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.orders.pickers import AreasField, UnitField
from minhu.portals.words import Words

MATTERS: Final[Words] = {
    Matter.WATER.value: gettext_lazy("停水"), Matter.POWER.value: gettext_lazy("停电"), Matter.GAS.value: gettext_lazy("停气"),
    Matter.HEAT.value: gettext_lazy("停暖"), Matter.NETWORK.value: gettext_lazy("断网"), Matter.ROAD.value: gettext_lazy("道路封闭"),
    Matter.TRANSIT.value: gettext_lazy("公交地铁"), Matter.WEATHER.value: gettext_lazy("天气"), Matter.OTHER.value: gettext_lazy("其他"),
}  # fmt: skip
MEGABYTES: Final = 10
_WHEN: Final = "%Y-%m-%dT%H:%M"
_LASTS: Final = timedelta(hours=12)
"""How long a bulletin holds where nobody said it yet."""
writers = for_staff(Action.WRITE_BULLETIN)


def _moment(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateTimeField:
    box = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_WHEN)
    return forms.DateTimeField(label=label, required=required, widget=box, help_text=help_text)


class BulletinForm(forms.Form):
    """What a person writes."""

    matter = forms.ChoiceField(label=gettext_lazy("是什么事"), choices=list(MATTERS.items()))
    title = forms.CharField(label=gettext_lazy("标题"), max_length=60)
    spoken = forms.CharField(
        label=gettext_lazy("对来电人说的话"), max_length=160, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("智能助手照着说：哪里、什么事、为什么、几点恢复。后面会接着问“您反映的是这件事吗？”"),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("全文"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("显示在群众页面上；不要写任何人的个人信息。"),
    )  # fmt: skip
    area_codes = AreasField(label=gettext_lazy("所在区划"))
    places = forms.CharField(
        label=gettext_lazy("只涉及的街路、小区"), required=False, max_length=600,
        help_text=gettext_lazy("用逗号隔开；不填就是上面的区划全部受影响。"),
    )  # fmt: skip
    begins_at = _moment(gettext_lazy("开始"))
    ends_at = _moment(gettext_lazy("结束"), help_text=gettext_lazy("过了这个时间不再告知来电人。"))
    restored_at = _moment(gettext_lazy("预计恢复"), required=False)
    words = forms.CharField(
        label=gettext_lazy("群众还会怎么说"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("用逗号隔开，例如“体检车”。"),
    )
    unit = UnitField(label=gettext_lazy("来源单位"), required=False)

    def draft(self, incident: int | None) -> BulletinDraft:
        """What the service receives."""
        data = self.cleaned_data
        return BulletinDraft(
            data["matter"], data["title"], data["spoken"], data["text"], tuple(data["area_codes"]), _several(data["places"]),
            _several(data["words"]), data["begins_at"], data["ends_at"], data["restored_at"], data["unit"] or None, incident,
        )  # fmt: skip


class TextForm(forms.Form):
    """A notice as it came: pasted, or a file."""

    pasted = forms.CharField(
        label=gettext_lazy("粘贴通知原文"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    file = forms.FileField(
        label=gettext_lazy("或上传通知文件"), required=False, help_text=gettext_lazy("Word、PDF 或文本，10 MB 以内。")
    )

    def words(self) -> str:
        """The text; raises Invalid for a file that cannot be read."""
        file = self.cleaned_data.get("file")
        if file is None:
            return str(self.cleaned_data["pasted"])
        if (file.size or 0) > MEGABYTES * 1024 * 1024:
            message = _("文件超过 {n} MB，请粘贴原文。").format(n=MEGABYTES)
            raise Invalid(message, fields={"file": message})
        from minhu.engines.readers import reading as readers

        return "\n".join(block.text for block in readers.read(file.read(), str(file.name)).blocks)


@count_unread
def waiting(actor: Actor) -> dict[str, int]:
    """The number beside the menu: bulletins that wait for a second person."""
    return {"bulletins": reading.count_to_review()} if may_ever(actor, Action.PUBLISH_BULLETIN) else {}


@writers
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """What is in force and what waits, or what is over; with a search that agents use while somebody is on the line."""
    over, query = request.GET.get("over") == "1", request.GET.get("q", "").strip()[:40]
    rows = [one for one in reading.cards(over=over) if _holds(one, query)]
    return render(request, "desk/bulletins.html", {"rows": [_row(one) for one in rows], "over": over, "q": query})


def _holds(one: reading.BulletinCard, query: str) -> bool:
    shown = one.public
    return all(part in f"{shown.title}{shown.spoken}{shown.text}{shown.where}{shown.unit}" for part in query.split())


def _row(one: reading.BulletinCard) -> dict[str, Any]:
    return {"one": one, "public": one.public, "matter": MATTERS[one.public.matter.value]}


@writers
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new bulletin: empty, out of an incident, as an update of one in force, or read from a notice."""
    incident, replaces = number_of(request.GET.get("incident")), number_of(request.GET.get("replaces"))
    if request.method == "POST" and "read" in request.POST:
        return _read(request)
    form = BulletinForm(request.POST or None, initial=_begun(request, incident, replaces))
    if request.method == "POST":
        kept = number_of(request.POST.get("incident"))
        return _saved(request, form, lambda draft: bulletins.write(draft, replaces=replaces), kept)
    return _form(request, form, incident=incident, replaces=replaces)


def _begun(request: HttpRequest, incident: int | None, replaces: int | None) -> dict[str, Any]:
    """What the form begins with."""
    start = local(now())
    begun: dict[str, Any] = {"begins_at": start.strftime(_WHEN), "ends_at": (start + _LASTS).strftime(_WHEN)}
    if replaces is not None:
        return _filled(reading.card(replaces))
    if incident is not None and may_ever(actor_of(request), Action.MERGE):
        row = incidents.incident(incident)
        words = read_bulletin(f"{row.title}\n{row.wording}", start)
        ends = row.expected_end or row.began_at + _LASTS
        begun = {
            "matter": words.matter.value, "title": row.title[:60], "spoken": row.wording[:160], "text": row.wording,
            "area_codes": list(row.area_codes), "begins_at": local(row.began_at).strftime(_WHEN),
            "ends_at": local(max(ends, now() + timedelta(hours=2))).strftime(_WHEN),
            "restored_at": local(row.expected_end).strftime(_WHEN) if row.expected_end else None,
        }  # fmt: skip
    return begun


def _filled(card: reading.BulletinCard) -> dict[str, Any]:
    shown = card.public
    return {
        "matter": shown.matter.value, "title": shown.title, "spoken": shown.spoken, "text": shown.text,
        "area_codes": list(card.area_codes), "places": "，".join(card.places), "words": "，".join(card.words),
        "begins_at": local(shown.begins_at).strftime(_WHEN), "ends_at": local(shown.ends_at).strftime(_WHEN),
        "restored_at": local(shown.restored_at).strftime(_WHEN) if shown.restored_at else None, "unit": card.unit_id,
    }  # fmt: skip


def _read(request: HttpRequest) -> HttpResponse:
    """A notice as it came fills the form; a person reads it over."""
    asked = TextForm(request.POST, request.FILES)
    try:
        words = asked.words() if asked.is_valid() else ""
    except MinhuError as error:
        return _form(request, BulletinForm(), asked=asked, status=error.status, problem=error.message)
    if not words.strip():
        return _form(request, BulletinForm(), asked=asked, status=422, problem=_("请粘贴通知原文或上传文件。"))
    found = read_bulletin(words, now().astimezone(CHINA_TIME))
    known = [(place, info) for place in found.places if (info := _area_named(place)) is not None]
    codes = list(dict.fromkeys(info for _, info in known))
    named = {place for place, _ in known}
    initial = {
        "matter": found.matter.value, "title": found.title, "spoken": found.spoken, "text": found.text, "area_codes": codes,
        "places": "，".join(place for place in found.places if place not in named),
        **{name: at.strftime(_WHEN) for name, at in
           (("begins_at", found.begins), ("ends_at", found.ends), ("restored_at", found.restored)) if at},
    }  # fmt: skip
    return _form(request, BulletinForm(initial=initial), was_read=True)


def _area_named(place: str) -> str | None:
    return next((one.code for one in reading.areas_named(place)), None)


def _form(request: HttpRequest, form: BulletinForm, status: int = 200, **more: Any) -> HttpResponse:
    context = {"form": form, "asked": TextForm(), **more}
    return render(request, "desk/bulletin_form.html", context, status=status)


def _saved(
    request: HttpRequest, form: BulletinForm, work: Callable[[BulletinDraft], int | None], incident: int | None,
    bulletin: int | None = None,
) -> HttpResponse:  # fmt: skip
    """Keep what was written, or show what is wrong with it."""
    made: int | None = None
    if form.is_valid():
        try:
            made = work(form.draft(incident)) or bulletin
        except Invalid as error:
            show_errors(form, error)
        except MinhuError as error:
            form.add_error(None, error.message)
    if made is None:
        return _form(request, form, 422, incident=incident, bulletin=bulletin)
    messages.success(request, _("通告已存为草稿，请另一个人核对后发布。"))
    return redirect("desk_bulletin", made)


@writers
@require_GET
def bulletin(request: HttpRequest, bulletin: int) -> HttpResponse:
    """One bulletin: what the public reads, whom it concerns, what they were told."""
    return _page(request, bulletin)


def _page(request: HttpRequest, pk: int, status: int = 200, **more: Any) -> HttpResponse:
    card, actor = reading.card(pk), actor_of(request)
    written = reading.messages_of(pk)
    context = {
        **_row(card), "areas": [info.full_name for code in card.area_codes if (info := area_info(code))],
        "may_publish": may_ever(actor, Action.PUBLISH_BULLETIN), "own": card.written_by == actor.id,
        "may_merge": may_ever(actor, Action.MERGE), "me": actor.id, "carried": ready(), "messages_written": written,
        "pending": next((one for one in written if not one.sent_at and not one.dropped_at), None),
        "live": card.state is BulletinState.PUBLISHED, **more,
    }  # fmt: skip
    return render(request, "desk/bulletin.html", context, status=status)


@writers
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, bulletin: int) -> HttpResponse:
    """Other words in a draft."""
    card = reading.card(bulletin)
    form = BulletinForm(request.POST or None, initial=_filled(card))
    if request.method == "POST":
        return _saved(request, form, lambda draft: bulletins.change(bulletin, draft), card.incident_id, bulletin)
    return _form(request, form, bulletin=bulletin, incident=card.incident_id)


@writers
@require_POST
def message(request: HttpRequest, bulletin: int) -> HttpResponse:
    """Words to those who want news: first as they will go and to how many, then kept for another person."""
    text, urgent = request.POST.get("text", "").strip(), request.POST.get("urgent") == "1"
    if request.POST.get("confirm") != "1" and text:
        return _page(request, bulletin, preview={"text": text, "urgent": urgent})
    done = _("消息已写好，请另一个人核对后发出。")
    back = reverse("desk_bulletin", args=[bulletin])
    return act(request, lambda: bulletin_messages.make(bulletin, text, urgent=urgent), done, back)


@writers
@require_POST
def step(request: HttpRequest, bulletin: int, step: str) -> HttpResponse:
    """One press: publish, at once, reviewed, withdrawn, over, thrown away; a message let go or thrown away."""
    why, chosen = request.POST.get("why", ""), number_of(request.POST.get("message")) or 0
    steps: dict[str, tuple[Callable[[], object], str]] = {
        "publish": (lambda: bulletins.publish(bulletin), _("通告已发布，来电人会先听到它。")),
        "at-once": (lambda: bulletins.publish(bulletin, at_once=why), _("通告已紧急发布，请别人尽快复核。")),
        "review": (lambda: bulletins.review(bulletin), _("已复核。")),
        "withdraw": (lambda: bulletins.finish(bulletin, why, withdrawn=True), _("通告已撤回。")),
        "end": (lambda: bulletins.finish(bulletin, why), _("通告已结束。")),
        "drop": (lambda: bulletins.drop(bulletin), _("草稿已删除。")),
        "join": (
            lambda: affected.join_caller(
                bulletin, request.POST.get("phone", "")[:20], news=request.POST.get("news") == "1"
            ),
            _("已记到这份通告里，不必另立工单。"),
        ),
        "send": (lambda: bulletin_messages.send(chosen), _("消息已发出。")),
        "drop-message": (lambda: bulletin_messages.drop(chosen), _("消息已废弃。")),
    }
    if step not in steps:
        raise Http404
    work, done = steps[step]
    back = reverse("desk_bulletins") if step == "drop" else reverse("desk_bulletin", args=[bulletin])
    return act(request, work, done, back)


def _several(text: str) -> tuple[str, ...]:
    for sign in "，、;；\n":
        text = text.replace(sign, ",")
    return tuple(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))
