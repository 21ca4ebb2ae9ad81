"""Home, submit, follow: pages that need no proof of who is asking."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from minhu.directory.queries import grow_own_requests
from minhu.handling.queries.incidents import public_incidents
from minhu.intake import services as intake
from minhu.kernel.errors import Invalid, MinhuError
from minhu.kernel.numbers import normalise_number
from minhu.portals.citizen.forms import FILE_MEGABYTES, MOST_FILES, FollowForm, SubmitForm, uploaded

RECEIPT_KEY = "receipts"
View = Callable[..., HttpResponse]


def show_errors(form: Form, error: MinhuError) -> list[str]:
    """Put the errors of a command beside the fields they belong to; returns those about files."""
    about_files: list[str] = []
    for name, text in (error.fields or {}).items():
        if name.startswith("files"):
            about_files.append(text)
        else:
            form.add_error(name if name in form.fields else None, text)
    if not error.fields:
        form.add_error(None, error.message)
    return about_files


def for_citizens(view: View) -> View:
    """Decorator: somebody signed in at a desk is told to use the desk, so that roles never mix."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return render(request, "citizen/staff_here.html", status=403)
        return view(request, *args, **kwargs)

    return guarded


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The front door; a signed-in person may still submit like everybody else."""
    return render(request, "citizen/home.html")


@never_cache
@for_citizens
@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest) -> HttpResponse:
    """Three steps in one form. A mistake keeps what was typed and opens the step it is in."""
    form = SubmitForm(request.POST or None)
    file_errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            receipt = intake.receive(form.to_request(uploaded(request)))
        except Invalid as error:
            file_errors = show_errors(form, error)
        else:
            grow_own_requests(request, receipt.request_id)
            receipts = request.session.setdefault(RECEIPT_KEY, {})
            receipts[receipt.number] = {"code": receipt.code, "wording": receipt.wording}
            request.session.modified = True
            return redirect("own_receipt", number=receipt.number)
    lost_files = bool(form.errors or file_errors) and bool(request.FILES)
    if lost_files and not file_errors:
        file_errors = [_("请重新选择照片或文件：出于安全，浏览器不会保留它们。")]
    context = {
        "form": form,
        "step": 2 if file_errors and not form.errors else form.step_with_error(),
        "file_errors": file_errors,
        "file_limit": MOST_FILES,
        "file_megabytes": FILE_MEGABYTES,
        "incidents": public_incidents(),
    }
    return render(request, "citizen/submit.html", context, status=422 if form.errors or file_errors else 200)


def client_of(request: HttpRequest) -> str:
    """What guesses are counted against: the address of the other side."""
    return str(request.META.get("REMOTE_ADDR", ""))


@never_cache
@for_citizens
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Open a request with number and code; wrong guesses are slowed down by intake."""
    form = FollowForm(request.POST or None, initial={"number": request.GET.get("number", "")})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            number = normalise_number(form.cleaned_data["number"])
            try:
                request_id = intake.open_by_code(number, form.cleaned_data["code"].strip(), client_of(request))
            except MinhuError as error:
                form.add_error(None, error.message)
                status = error.status
            else:
                grow_own_requests(request, request_id)
                return redirect("own_request", number=number)
    return render(request, "citizen/follow.html", {"form": form}, status=status)
