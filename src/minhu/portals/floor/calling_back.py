"""Call-backs: the agents' queue, and the citizen's page to ask for one instead of waiting."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.directory.queries.freshness import local_day
from minhu.intake.queries import callbacks, survey_calls
from minhu.intake.queries.callbacks import CallBackSource, CallBackState, TryOutcome
from minhu.intake.services import calling_back, talking
from minhu.intake.services.calling_back import MOST_WORDS, Wish
from minhu.kernel.actors import Actor
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.errors import MinhuError
from minhu.knowledge.services import quota
from minhu.portals.citizen.views import client_of, for_citizens, show_errors
from minhu.portals.citizen.views_own import TALK_KEPT as KEPT
from minhu.portals.context import count_unread
from minhu.portals.orders.guards import actor_of, for_staff

SOON = "soon"


@count_unread
def due(actor: Actor) -> dict[str, int]:
    """The number beside the menu: who is to be called now."""
    return {"callbacks": callbacks.count_due()} if may_ever(actor, Action.TALK) else {}


@for_staff(Action.TALK, Action.WATCH_TALKS)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Who is called next; the number stands beside what one has taken oneself, and each showing is logged."""
    rows = callbacks.queue()
    numbers = {
        row.uid: calling_back.number_of(row.uid) for row in rows if row.mine and row.state is CallBackState.CALLING
    }
    actor = actor_of(request)
    lead = may_ever(actor, Action.WATCH_TALKS)
    context = {
        "rows": [(row, numbers.get(row.uid, "")) for row in rows], "counts": callbacks.counts(), "closed": callbacks.closed(),
        "outcomes": [(one.value, one.label) for one in TryOutcome], "key": uuid4().hex,
        "may_talk": may_ever(actor, Action.TALK), "lead": lead, "surveys": survey_calls.surveys() if lead else None,
    }  # fmt: skip
    return render(request, "floor/callbacks.html", context)


@for_staff(Action.TALK)
@require_POST
def step(request: HttpRequest, uid: UUID, step: str) -> HttpResponse:
    """Take, put back, note a try, give up."""
    try:
        if step == "take":
            calling_back.take(uid)
        elif step == "leave":
            calling_back.leave(uid)
        elif step == "tried":
            _tried(request, uid)
        elif step == "give-up":
            calling_back.give_up(uid, request.POST.get("reason", ""))
            messages.success(request, _("已记下原因，不再回电。"))
        else:
            raise Http404
    except MinhuError as error:
        messages.error(request, f"{error.message}{'；'.join(set((error.fields or {}).values()) - {error.message})}")
    return redirect("floor_callbacks")


def _tried(request: HttpRequest, uid: UUID) -> None:
    wanted = request.POST.get("outcome", "")
    if wanted not in set(TryOutcome):
        raise MinhuError(_("请选择这次回电的结果。"), code="no_outcome", status=422)
    later = _moment(request.POST.get("next_at", ""))
    state = calling_back.tried(
        uid, TryOutcome(wanted), note=request.POST.get("note", ""), next_at=later, key=request.POST.get("key", "")[:64]
    )
    messages.success(
        request, _("回电已接通，记录完毕。") if state is CallBackState.DONE else _("已记下，到时间会再排到前面。")
    )


def _moment(text: str) -> datetime | None:
    """A time of a field of the page, in China; None for an empty or unreadable one."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=CHINA_TIME) if text else None
    except ValueError:
        return None


_LEAST_DIGITS: Final = 7


class WishForm(forms.Form):
    """Where and when the citizen wants to be called."""

    phone = forms.CharField(
        label=gettext_lazy("您的电话"), max_length=32,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        error_messages={"required": gettext_lazy("请填写电话号码，我们才能打给您。")},
    )  # fmt: skip
    when = forms.ChoiceField(label=gettext_lazy("什么时候方便"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=gettext_lazy("想说什么事"), required=False, max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": str(MOST_WORDS)}),
        help_text=gettext_lazy("写一两句，回电时不用从头说起。"),
    )  # fmt: skip
    key = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.windows = {key: (opens, closes) for key, opens, closes in callbacks.choices()}
        field = self.fields["when"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(SOON, _("尽快")), *((key, _window_words(*one)) for key, one in self.windows.items())]
            field.initial = SOON

    def clean_phone(self) -> str:
        """The number as written; whether it is one is judged where it is kept, but a short number is nobody's own."""
        phone = str(self.cleaned_data["phone"])
        if sum(sign.isdigit() for sign in phone) < _LEAST_DIGITS:
            raise forms.ValidationError(_("电话号码不完整，请填写 11 位手机号，或带区号的固定电话。"))
        return phone

    def wish(self, talk: UUID | None) -> Wish:
        """What is asked for."""
        data = self.cleaned_data
        key = f"page {data['key'] or uuid4().hex}"
        return Wish(
            data["phone"],
            CallBackSource.ASKED,
            key,
            words=data["words"],
            window=self.windows.get(data["when"]),
            talk=talk,
        )


def _window_words(opens: datetime, closes: datetime) -> str:
    day = _("今天") if opens.astimezone(CHINA_TIME).date() == local_day() else _("明天")
    return f"{day} {opens.astimezone(CHINA_TIME):%H:%M}–{closes.astimezone(CHINA_TIME):%H:%M}"


@never_cache
@for_citizens
@require_http_methods(["GET", "POST"])
def wish(request: HttpRequest) -> HttpResponse:
    """'Call me later' instead of waiting: from a talk, whose words come along, or by itself."""
    talk = _talk(request)
    form = WishForm(request.POST or None, initial={"key": uuid4().hex})
    if request.method == "POST" and form.is_valid():
        try:
            quota.spend(f"callback {client_of(request)}", settings.MINHU_ASK_PER_MINUTE)
            promised = calling_back.ask(form.wish(talk))
        except MinhuError as error:
            show_errors(form, error)
        else:
            return render(request, "floor/wish_done.html", {"promised": promised})
    context = {"form": form, "talk": talk}
    return render(request, "floor/wish.html", context, status=422 if form.errors else 200)


def _talk(request: HttpRequest) -> UUID | None:
    """The talk of this browser, if its secret still opens it."""
    kept = request.session.get(KEPT)
    return UUID(kept[0]) if kept and talking.opens(UUID(kept[0]), kept[1]) else None
