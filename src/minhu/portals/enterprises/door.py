"""The enterprise's own pages: in by link and code, its disputes, its answers. Plain words, telephone first, least rights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Final
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.exchange.queries.disputes import News
from minhu.exchange.services import dispute_door
from minhu.exchange.services.dispute_door import Entered
from minhu.kernel.clock import now
from minhu.kernel.errors import MinhuError, NotFound
from minhu.portals.citizen.views import for_citizens
from minhu.portals.manage.common import put_errors

KEPT: Final = "enterprise_door"
"""Under which the session keeps the door that was opened and until when."""
View = Callable[..., HttpResponse]


class CodeForm(forms.Form):
    """The code that was told apart from the link."""

    code = forms.CharField(
        label=gettext_lazy("口令"), max_length=32, help_text=gettext_lazy("12345 热线另行告诉您的 8 位口令，不分大小写。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip


class AnswerForm(forms.Form):
    """An offer, a refusal or a question."""

    news = forms.ChoiceField(label=gettext_lazy("怎样答复"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("写给消费者的话"), max_length=1000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("写清怎么处理、什么时候办好；不处理的写明理由。消费者会看到这段话。"),
    )  # fmt: skip
    key = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: Any, asked_more: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [
            (News.OFFER.value, _("愿意处理，方案如下")),
            (News.ASK.value, _("情况不清楚，请消费者补充（只能一次）")),
            (News.REFUSE.value, _("不处理，由政府办理")),
        ]
        news = self.fields["news"]
        assert isinstance(news, forms.ChoiceField)  # noqa: S101  # declared above
        news.choices = [choices[0], choices[2]] if asked_more else choices


def inside(view: View) -> View:
    """Decorator: only behind an open door; the enterprise is handed to the view."""

    @never_cache
    @for_citizens
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kept = request.session.get(KEPT)
        try:
            if not kept or datetime.fromisoformat(kept[1]) <= now():
                raise NotFound(_("请用 12345 热线发给您的链接重新进入。"), code="no_door")
            who = dispute_door.behind(UUID(kept[0]))
        except NotFound as error:
            request.session.pop(KEPT, None)
            return render(request, "enterprises/closed.html", {"problem": error.message}, status=404)
        return view(request, who, *args, **kwargs)

    return guarded


@never_cache
@for_citizens
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, link: str) -> HttpResponse:
    """The link brings one here; the code opens. Wrong codes are counted by the service."""
    try:
        name = dispute_door.known(link)
    except NotFound as error:
        return render(request, "enterprises/closed.html", {"problem": error.message}, status=404)
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                uid, until = dispute_door.enter(link, form.cleaned_data["code"])
            except MinhuError as error:
                form.add_error("code", error.message)
                status = error.status
            else:
                request.session.cycle_key()
                request.session[KEPT] = [str(uid), until.isoformat()]
                return redirect("enterprise_disputes")
    return render(request, "enterprises/enter.html", {"form": form, "name": name}, status=status)


@inside
@require_GET
def listing(request: HttpRequest, who: Entered) -> HttpResponse:
    """Its disputes, those that wait for it first."""
    return render(request, "enterprises/mine.html", {"who": who, "rows": dispute_door.mine(who)})


@inside
@require_http_methods(["GET", "POST"])
def dispute(request: HttpRequest, who: Entered, uid: UUID) -> HttpResponse:
    """One of them: what the citizen wants, by when, and the answer."""
    view, released = dispute_door.shown(who, uid)
    asked = released is not None and released.asked_more
    form, status = AnswerForm(request.POST or None, asked_more=asked, initial={"key": uuid4().hex}), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                dispute_door.answer(who, uid, News(data["news"]), data["text"], key=data["key"])
            except NotFound:
                raise
            except MinhuError as error:
                put_errors(form, error)
                status = error.status
            else:
                messages.success(request, _("答复已送出。"))
                return redirect("enterprise_dispute", uid=uid)
    context = {"who": who, "view": view, "released": released, "form": form}
    return render(request, "enterprises/dispute.html", context, status=status)


@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Out again."""
    request.session.pop(KEPT, None)
    return render(request, "enterprises/closed.html", {"problem": _("已退出。下次请用链接和口令进入。")})
