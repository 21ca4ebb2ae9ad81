"""Comparing checkpoints kept elsewhere with the database, and looking at what was touched."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from minhu.kernel.errors import MinhuError
from minhu.ledger import services
from minhu.portals.audit import verification
from minhu.portals.audit.common import lines_of, show
from minhu.portals.audit.overview import auditors

LARGEST: Final = 64 * 1024 * 1024
SHOWN: Final = 200


class CompareForm(forms.Form):
    """A file or a pasted text with checkpoints."""

    file = forms.FileField(
        label=gettext_lazy("检查点文件"), required=False,
        help_text=gettext_lazy("checkpoints.jsonl 的副本，或见证方保存的检查点文本"),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("或粘贴检查点"), required=False, max_length=200_000, strip=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=gettext_lazy("例如邮件里收到的那一段，连同以长横线开头的签名行"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """One of both is needed."""
        data = super().clean() or {}
        given = data.get("file")
        if given and given.size > LARGEST:
            self.add_error("file", _("文件太大，最多 64 MB。"))
        if not given and not (data.get("text") or "").strip():
            self.add_error("file", _("请选择文件，或粘贴检查点。"))
        return data

    def content(self) -> bytes:
        """What was given."""
        given: Any = self.cleaned_data["file"]
        if given:
            content: bytes = given.read()
            return content
        text: str = self.cleaned_data["text"]
        return (text.replace("\r\n", "\n").strip("\n") + "\n").encode()


@auditors
@require_http_methods(["GET", "POST"])
def compare(request: HttpRequest) -> HttpResponse:
    """The database against its own file outside, and against a copy that somebody uploads."""
    form = CompareForm(request.POST or None, request.FILES or None)
    uploaded, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                uploaded, status = services.compare_kept(form.content()), 200
            except MinhuError as error:
                form.add_error(None, error.message)
        if uploaded:
            told = {"lines": uploaded.lines, "agreeing": uploaded.agreeing, "ok": uploaded.ok}
            services.append("ledger.compared", ("ledger", "checkpoints"), told)
    own = services.compare_kept()
    context = {"form": form, "uploaded": uploaded, "own": own, "witnesses": services.witness_states()}
    return show(request, "compare", "compare", context, status)


@auditors
@require_GET
def touched(request: HttpRequest) -> HttpResponse:
    """What the last check found, and the entries of a stretch one by one."""
    first, last = (_position(request.GET.get(name, "")) for name in ("first", "last"))
    seen = None
    if first is not None:
        looked = services.inspect(first, last if last is not None else first, SHOWN)
        lines = lines_of(one.entry for one in looked.entries)
        seen = {
            "first": first, "last": last if last is not None else first, "looked": looked, "missing": looked.missing[:SHOWN],
            "rows": list(zip(lines, looked.entries, strict=True)),
        }  # fmt: skip
    return show(request, "touched", "touched", {"check": verification.state(), "seen": seen})


def _position(text: str) -> int | None:
    plain = text.strip().replace(",", "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 16 else None
