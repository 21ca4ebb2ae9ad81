"""发布检查: the phrases in force, a trial on any text, phrases out of a table as a draft. Editing is that of all rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from minhu.directory.policy import Action
from minhu.directory.queries.rules import PARSERS, SHIPPED, PublishingRules, published
from minhu.directory.queries.versions import rule_version
from minhu.directory.services import rule_sets
from minhu.directory.types import RuleKind
from minhu.kernel.errors import Invalid
from minhu.language.papers.checks import Marked, MarkKind, marks_of
from minhu.ledger import services as ledger
from minhu.portals.manage.catalogue_sheet import MEGABYTES
from minhu.portals.manage.common import chosen_page, may, number_of, saved, show
from minhu.portals.manage.rule_forms import PHRASES
from minhu.portals.manage.rules import listed, version_address
from minhu.portals.manage.uploaded import bad_file, uploaded_rows
from minhu.portals.orders.guards import for_staff
from minhu.portals.sheets import sheet_response

COLUMNS: Final = {"words": "用语", "kind": "类别", "why": "原因"}
LONGEST_TRIAL: Final = 20_000
MOST_ROWS: Final = 5_000
KIND: Final = RuleKind.PUBLISHING
readers = for_staff(Action.MANAGE_RULES, Action.EDIT_KNOWLEDGE)


class TrialForm(forms.Form):
    """A text to try the phrases on; nothing of it is kept."""

    text = forms.CharField(
        label=gettext_lazy("试一段文字"), max_length=LONGEST_TRIAL, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("粘贴文件的正文，看会列出哪些地方。只在本页检查，不保存、不留记录。"),
    )  # fmt: skip


class PhraseFileForm(forms.Form):
    """A table with phrases."""

    file = forms.FileField(
        label=gettext_lazy("CSV 或 XLSX 文件"),
        help_text=gettext_lazy("列：用语、类别、原因。类别写“用语”或“密级”，空着算用语。"),
    )
    note = forms.CharField(label=gettext_lazy("说明"), max_length=255, required=False)

    def clean_file(self) -> Any:
        """Not too big."""
        file = self.cleaned_data["file"]
        if (file.size or 0) > MEGABYTES * 1024 * 1024:
            raise forms.ValidationError(_("文件超过 {n} MB，请拆分后导入。").format(n=MEGABYTES))
        return file


@readers
@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """The phrases in force (or, for who may edit them, of a draft), and a trial of them."""
    content, name, draft = _chosen(request)
    rules: PublishingRules = PARSERS[KIND](content, name)
    form = TrialForm(request.POST if request.method == "POST" else None)
    tried, status = None, 200
    if request.method == "POST":
        status = 200 if form.is_valid() else 422
        tried = trial(form.cleaned_data["text"], rules) if form.is_valid() else None
    query = request.GET.get("q", "").strip()[:40]
    rows = [one for one in rules.phrases if query in one.words or query in one.why]
    context = {
        "form": form, "tried": tried, "q": query, "total": len(rules.phrases), "draft": draft, "version_name": name,
        "shipped": name == SHIPPED, "versions": listed(KIND) if may(request, Action.MANAGE_RULES) else [],
        "page": chosen_page(request, [(one, PHRASES[one.kind]) for one in rows]),
    }  # fmt: skip
    return show(request, "publishing", "publishing", context, status)


def _chosen(request: HttpRequest) -> tuple[dict[str, Any], str, int | None]:
    """Content and name of what is in force, or of the version that the address names."""
    number = number_of(request.GET.get("version"))
    if number is None or not may(request, Action.MANAGE_RULES):
        content, name = published(KIND)
        return content, name, None
    found = rule_version(number, KIND)
    return found.content, str(found.view.number), number


def trial(text: str, rules: PublishingRules) -> dict[str, Any]:
    """The text in pieces, each with what was found in it, and how much was found of each kind."""
    pieces: list[tuple[str, str, str]] = []
    counts: dict[MarkKind, int] = {}
    at = 0
    for mark in marks_of(text, rules.words, rules.secrets):
        counts[mark.kind] = counts.get(mark.kind, 0) + 1
        words = text[mark.start : mark.end]
        pieces += [(text[at : mark.start], "", ""), (words, str(_kind(mark)), rules.reasons.get(words, ""))]
        at = mark.end
    pieces.append((text[at:], "", ""))
    return {
        "pieces": [piece for piece in pieces if piece[0]],
        "counts": [(_KINDS[kind], n) for kind, n in counts.items()],
    }


_KINDS: Final = {
    MarkKind.SECRET: gettext_lazy("密级或内部标志"), MarkKind.PERSONAL: gettext_lazy("个人信息"),
    MarkKind.WORD: gettext_lazy("不宜发布的用语"),
}  # fmt: skip


def _kind(mark: Marked) -> Any:
    return _KINDS[mark.kind]


@for_staff(Action.MANAGE_RULES)
@require_http_methods(["GET", "POST"])
def load(request: HttpRequest) -> HttpResponse:
    """Phrases out of a table, laid over what is in force, as a draft; with one wrong row nothing is stored."""
    form = PhraseFileForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return show(request, "publishing", "publishing_import", {"form": PhraseFileForm()})
    made: list[int] = []

    def work() -> None:
        file = form.cleaned_data["file"]
        rows = phrases_of(uploaded_rows(file.read(), str(file.name), MOST_ROWS))
        draft = rule_sets.draft(KIND, form.cleaned_data["note"])
        laid = {one["words"]: one for one in draft.content["phrases"]} | {one["words"]: one for one in rows}
        rule_sets.save(draft.pk, {"phrases": list(laid.values())})
        made.append(draft.pk)

    status = saved(form, work)
    if status == 200:
        messages.success(request, _("已导入为草稿，请核对后发布。"))
        return redirect(version_address(KIND, made[0]))
    return show(request, "publishing", "publishing_import", {"form": form}, status)


def phrases_of(table: list[dict[str, str]]) -> list[dict[str, str]]:
    """Rows of a table as phrases; raises Invalid that names each wrong row."""
    if COLUMNS["words"] not in table[0]:
        raise bad_file(_("缺少列：{names}。请用导出的表格作模板。").format(names=COLUMNS["words"]))
    kinds = {"": "word", "用语": "word", "密级": "secret", **{str(label): kind for kind, label in PHRASES.items()}}
    found, wrong = [], {}
    for number, row in enumerate(table, 2):
        one = {key: str(row.get(label, "")).strip() for key, label in COLUMNS.items()}
        if not any(one.values()):
            continue
        if one["kind"] not in kinds:
            wrong[_("第 {n} 行").format(n=number)] = _("类别应为“用语”或“密级”。")
            continue
        found.append({"words": one["words"], "kind": kinds[one["kind"]], "why": one["why"][:100]})
        try:
            PARSERS[KIND]({"phrases": found[-1:]}, "")
        except Invalid as error:
            wrong[_("第 {n} 行").format(n=number)] = "；".join((error.fields or {}).values())
    if wrong or not found:
        raise Invalid(
            _("表中有 {n} 行不能用，没有导入。").format(n=len(wrong)), fields=dict(list(wrong.items())[:20]) or None
        )
    return found


@readers
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The phrases in force as XLSX, in the shape that the import takes."""
    content, name = published(KIND)
    rules: PublishingRules = PARSERS[KIND](content, name)
    labels: Mapping[str, str] = {"word": "用语", "secret": "密级"}
    ledger.append("directory.version_exported", (KIND.value, name), {"rows": len(rules.phrases)})
    return sheet_response(
        "发布检查用语", list(COLUMNS.values()), [(one.words, labels[one.kind], one.why) for one in rules.phrases]
    )
