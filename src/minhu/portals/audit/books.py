"""The five ledgers with filters, pages that begin below a position, one entry with its proof, a spreadsheet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from minhu.handling.queries.matters import request_ids_of
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, MinhuError
from minhu.kernel.numbers import normalise_number
from minhu.ledger import queries as ledger
from minhu.ledger import services
from minhu.ledger.types import EntryFilter, EntryView, Subject
from minhu.portals import bulk
from minhu.portals.audit.common import BOOK_WORDS, lines_of, period, show
from minhu.portals.audit.overview import auditors
from minhu.portals.formats import cn_datetime
from minhu.portals.orders.guards import actor_of
from minhu.portals.sheets import sheet_response

PAGE: Final = 50
AT_ONCE: Final = 1000


class BookForm(forms.Form):
    """What a ledger is narrowed to."""

    number = forms.CharField(label=gettext_lazy("工单号"), required=False, max_length=20)
    kind = forms.ChoiceField(label=gettext_lazy("事项"), required=False)
    actor = forms.CharField(label=gettext_lazy("操作人（账号）"), required=False, max_length=64)
    since = forms.DateField(label=gettext_lazy("从"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=gettext_lazy("到"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, book: str, data: Any) -> None:
        """Offer the kinds of one ledger."""
        super().__init__(data or None)
        kinds = [(kind, ledger.label_of(kind)) for kind in ledger.kinds_of(ledger.Book(book))]
        self.fields["kind"].choices = [("", gettext_lazy("全部事项")), *kinds]  # type: ignore[attr-defined]
        self._book = book

    def narrowing(self) -> EntryFilter:
        """What the ledger takes; raises Invalid for what cannot be read."""
        bulk.check_conditions(self)
        if not self.is_bound:
            return EntryFilter(book=self._book)
        data = self.cleaned_data
        start, end = period(data["since"], data["until"])
        kinds = (data["kind"],) if data["kind"] else ()
        return EntryFilter(self._book, kinds, data["actor"].strip(), subjects_of(data["number"]), start, end)


def subjects_of(number: str) -> tuple[Subject, ...]:
    """Under which subjects the ledger tells of a number that somebody typed."""
    plain = normalise_number(number) or "".join(number.split())
    if not plain:
        return ()
    return (("order", plain), *(("request", pk) for pk in request_ids_of(plain)))


def _book(name: str) -> str:
    if name not in BOOK_WORDS:
        raise Http404
    return name


@auditors
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """The five ledgers, with how much is in each."""
    counts = ledger.book_counts()
    books = [
        {"key": key, "label": label, "about": about, "icon": icon, "count": counts[ledger.Book(key)]}
        for key, (label, about, icon) in BOOK_WORDS.items()
    ]
    return show(request, "books", "books", {"books": books, "status": ledger.status()})


@auditors
@require_GET
def listing(request: HttpRequest, name: str) -> HttpResponse:
    """One ledger, newest first; the next page begins below the last position shown."""
    form = BookForm(_book(name), request.GET)
    before = request.GET.get("before", "")
    label, about, icon = BOOK_WORDS[name]
    context: dict[str, Any] = {
        "form": form, "name": name, "label": label, "about": about, "icon": icon,
        "books": [(key, words[0]) for key, words in BOOK_WORDS.items()],
    }  # fmt: skip
    try:
        narrowing = form.narrowing()
    except Invalid as error:
        return show(request, "books", "book", {**context, "refused": error.message})
    page = ledger.page_of(narrowing, PAGE, int(before) if before.isascii() and before.isdigit() else None)
    context |= {
        "rows": lines_of(page.rows), "page": page, "paged": bool(before),
        "narrowed": any(request.GET.get(key) for key in form.fields),
    }  # fmt: skip
    return show(request, "books", "book", context)


@auditors
@require_POST
def export(request: HttpRequest, name: str) -> HttpResponse:
    """The narrowed ledger as a spreadsheet, for a reason that is entered."""
    reason, actor = request.POST.get("reason", "").strip(), actor_of(request)
    try:
        most = bulk.begin_audit(actor, reason)
        rows = list(_every(BookForm(_book(name), request.GET).narrowing(), most + 1))
        bulk.refuse_over(len(rows), most)
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect(f"{reverse('audit_book', args=[_book(name)])}?{request.GET.urlencode()}")
    kept = {key: value for key, value in request.GET.items() if value}
    entry = {"ledger": name, "rows": len(rows), "filters": kept, "reason": reason[:200]}
    services.append("ledger.exported", ("staff", actor.id), entry)
    head = [_("序号"), _("时间"), _("账本"), _("事项"), _("事项代码"), _("操作人"), _("对象"), _("内容"), _("编号")]
    cells = (
        [line.entry.position, line.entry.occurred_at, line.book, line.label, line.entry.kind, line.who, line.about,
         json.dumps(line.entry.payload, ensure_ascii=False), line.entry.uid]
        for line in lines_of(rows)
    )  # fmt: skip
    words = {"who": actor.id, "when": cn_datetime(now()), "why": reason[:200]}
    note = _("%(who)s 于 %(when)s 导出，用途：%(why)s") % words
    return sheet_response(_("账本-%(name)s") % {"name": BOOK_WORDS[name][0]}, head, cells, note)


def _every(narrowing: EntryFilter, most: int) -> Iterator[EntryView]:
    before, count = None, 0
    while count < most:
        page = ledger.page_of(narrowing, AT_ONCE, before)
        yield from page.rows
        before, count = page.before, count + len(page.rows)
        if before is None:
            return


@auditors
@require_GET
def entry(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One entry as it was hashed, with the proof that it stands in the last checkpoint."""
    found = ledger.entry_of(str(uid))
    if found is None:
        raise Http404
    proof, refused = None, ""
    try:
        proof = services.prove(str(uid))
    except MinhuError as error:
        refused = error.message
    (line,) = lines_of([found.entry])
    payload = json.dumps(found.entry.payload, ensure_ascii=False, indent=2)
    context = {"line": line, "leaf": found.leaf, "proof": proof, "refused": refused, "payload": payload}
    return show(request, "books", "entry", context)
