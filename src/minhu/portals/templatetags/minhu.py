"""Components as tags: `{% load minhu %}`. Each renders `templates/components/<name>.html`.

Documented with pictures of each at /manage/styleguide/ and in docs/pages.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from minhu.directory.queries.staff import staff_names
from minhu.intake.queries.bulletins import public_bulletins
from minhu.kernel.actors import SYSTEM
from minhu.kernel.clock import now
from minhu.portals import formats, words
from minhu.portals.charts import Chart
from minhu.portals.context import request_number
from minhu.portals.icons import ICONS

register = template.Library()
Context = dict[str, Any]


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """An icon of the sprite: decoration by default, an image with a name when `label` is given.

    Raises TemplateSyntaxError for a name that is not in `minhu.portals.icons`.
    """
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"icon {name!r} is not in minhu/portals/icons.py")
    meaning = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    href = f"{static('vendor/icons.svg')}#{name}"
    return format_html('<svg class="icon {}" {}><use href="{}"></use></svg>', css, meaning, href)


@register.simple_tag(takes_context=True)
def who(context: Context, username: str) -> str:
    """`{% who row.decided_by %}` → the name of the account that a step was kept under; the program's own in words.

    What is no account (any more) is shown as it is kept. Each name is looked up once a page.
    """
    if username == SYSTEM.id:
        return SYSTEM.name
    request = context.get("request")
    known: dict[str, str] = getattr(request, "minhu_names", {})
    if username and username not in known:
        known = {**known, username: staff_names([username]).get(username, username)}
        if request is not None:
            request.minhu_names = known
    return known.get(username, "")


@register.simple_tag
def error_number() -> str:
    """The number that a person quotes for this request; see `context.request_number`."""
    return request_number()


@register.inclusion_tag("components/light_badge.html")
def light_badge(light: str, due_at: datetime | None = None, plain: bool = False) -> Context:
    """The lamp of a deadline: word, icon and time left; exact time on hover. `plain` drops the word."""
    code = str(getattr(light, "value", light))
    bare = code == "red" and not plain
    left = ""
    if due_at is not None and code not in {"done", "paused"}:
        left = formats.duration_cn(due_at - now()) if bare else formats.remaining(due_at)
    return {"lamp": formats.light_of(code), "due_at": due_at, "plain": plain, "bare": bare, "left": left}


@register.inclusion_tag("components/sign_badge.html")
def state_badge(state: object, label: str = "") -> Context:
    """The state of an order; `label` replaces the built-in word."""
    sign = words.state_sign(state)
    return {"sign": sign, "label": label or getattr(state, "label", "") or sign.word}


@register.inclusion_tag("components/sign_badge.html")
def urgency_badge(urgency: object, label: str = "", quiet: bool = True) -> Context:
    """The urgency; with `quiet` (default) nothing is shown for a normal matter."""
    sign = words.urgency_sign(urgency)
    hidden = quiet and str(getattr(urgency, "value", urgency)) == "normal"
    return {"sign": sign, "label": label or sign.word, "hidden": hidden}


@register.inclusion_tag("components/suggestion.html")
def suggestion(
    label: str,
    value: str,
    confidence: float | None = None,
    basis: str = "",
    accept_url: str = "",
    change_url: str = "",
    maker: str = "",
    state: str = "open",
    field: str = "",
) -> Context:
    """One line of advice: value, confidence (0–1), reason, buttons.

    `state`: open, accepted, changed. Accept posts `field=value` to `accept_url`; change loads `change_url`.
    """
    level = "none" if confidence is None else "high" if confidence >= 0.85 else "middle" if confidence >= 0.6 else "low"
    return dict(locals())


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Sequence[Any], plain: bool = False) -> Context:
    """What happened, newest first. Entry (mapping or object): at, title, text, actor, tone, icon, attachments."""
    return {"entries": entries, "plain": plain}


@register.inclusion_tag("components/clock_list.html")
def clock_list(clocks: Sequence[Any]) -> Context:
    """All clocks of an order. Clock: name, light, due_at, explanation, done_at (optional)."""
    return {"clocks": clocks}


@register.inclusion_tag("components/bulletins.html")
def bulletins() -> dict[str, Any]:
    """What the public is told just now, at the head of the citizens' pages."""
    return {"bulletins": public_bulletins()}


@register.inclusion_tag("components/empty.html")
def empty(title: str, text: str = "", url: str = "", action: str = "", icon: str = "inbox") -> Context:
    """An empty place that says what to do; `url` and `action` make the button."""
    return {"title": title, "text": text, "url": url, "action": action, "icon": icon}


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> Context:
    """All mistakes of a bound form as links to their fields; receives the focus after loading."""
    return {"form": form, "fields": [field for field in form if field.errors]}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, hint: str = "", label: str = "", optional: bool | None = None) -> Context:
    """Label, hint, mistakes and input of one field, tied together for screen readers.

    `optional` shows '（选填）'; by default it follows `required`, and fields of the form's `needed_sometimes` never show it.
    """
    described = [f"{bound.auto_id}_hint"] if hint or bound.help_text else []
    described += [f"{bound.auto_id}_errors"] if bound.errors else []
    attributes: dict[str, str | bool] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attributes["aria-invalid"] = "true"
    kind = getattr(bound.field.widget, "input_type", "textarea")
    css = {"select": "form-select", "checkbox": "form-check-input", "radio": "choice-input"}.get(kind, "form-control")
    attributes["class"] = (
        f"{bound.field.widget.attrs.get('class', '')} {css}{' is-invalid' if bound.errors else ''}".strip()
    )
    group = kind == "radio" or (kind == "checkbox" and hasattr(bound.field, "choices"))
    return {
        "bound": bound,
        "widget": bound.as_widget(attrs=attributes),
        "hint": hint or bound.help_text,
        "label": label or bound.label,
        "optional": _is_optional(bound) if optional is None else optional,
        "kind": "group" if group else kind,
    }


def _is_optional(bound: BoundField) -> bool:
    return not bound.field.required and bound.name not in getattr(bound.form, "needed_sometimes", ())


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page[Any], parameter: str = "page") -> Context:
    """Links to the other pages of a list, keeping the filters of the address."""
    query = context["request"].GET.copy()

    def address(number: int) -> str:
        query[parameter] = str(number)
        return f"?{query.urlencode()}"

    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "pages": [(n, address(n) if isinstance(n, int) else "") for n in numbers],
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "following": address(page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: template.Context, label: str, key: str, parameter: str = "sort") -> Context:
    """Inside `<th>`: a link that sorts by `key`, again the other way round (`-key`)."""
    current = context["request"].GET.get(parameter, "")
    turned = f"-{key}" if current == key else key
    direction = {key: "ascending", f"-{key}": "descending"}.get(current, "")
    query = context["request"].GET.copy()
    query.pop("page", None)
    query[parameter] = turned
    return {"label": label, "direction": direction, "address": f"?{query.urlencode()}"}


@register.inclusion_tag("components/filter_bar.html", takes_context=True)
def filter_bar(context: template.Context, form: BaseForm, target: str = "") -> Context:
    """A GET form whose address is the state of the list; sends itself on change.

    `target`: CSS selector of the results to be swapped by htmx, else the page is loaded anew.
    """
    request = context["request"]
    chips = [
        (bound.label, _shown(bound), _without(request.GET, bound.html_name))
        for bound in form
        if not bound.is_hidden and _shown(bound)
    ]
    return {"form": form, "target": target, "path": request.path, "chips": chips}


def _without(query: QueryDict, name: str) -> str:
    rest = query.copy()
    for key in (name, "page"):
        rest.pop(key, None)
    return f"?{rest.urlencode()}"


def _shown(bound: BoundField) -> str:
    value = bound.value()
    if value in (None, "", [], False):
        return ""
    choices = dict(getattr(bound.field, "choices", ()))
    picked = value if isinstance(value, list | tuple) else [value]
    return "、".join(str(choices.get(item, item)) for item in picked)


@register.inclusion_tag("components/figure_card.html")
def figure_card(
    title: str,
    value: object,
    unit: str = "",
    change: float | None = None,
    good: str = "none",
    source: str = "",
    at: datetime | None = None,
    url: str = "",
    icon: str = "",
    note: str = "",
    tone: str = "",
    points: bool = False,
) -> Context:
    """A big number with unit, change against the period before (share of one), source and time of data.

    `points`: the change is a difference of shares and is told in percentage points.

    `good`: up, down or none – which direction of change is the good one; `tone` red marks an alarm.
    """
    trend = "" if change is None else "up" if change > 0 else "down" if change < 0 else "flat"
    size = abs(change or 0)
    points_size = f"{size * 100:.1f}"
    mood = "" if good == "none" or trend in {"", "flat"} else "good" if trend == good else "bad"
    return dict(locals())


@register.inclusion_tag("components/chart.html")
def chart(figure: Chart, open_table: bool = False) -> Context:
    """A `minhu.portals.charts.Chart` as picture and as table."""
    return {"chart": figure, "spec": figure.spec(), "spec_id": f"{figure.id}-data", "open_table": open_table}


@register.inclusion_tag("components/progress_bar.html")
def progress_bar(label: str, done: int, total: int, url: str = "", note: str = "", finished: bool = False) -> Context:
    """A bar for long work; with `url` it asks for itself again every second until `finished`."""
    return {
        "label": label,
        "done": done,
        "total": total,
        "url": url,
        "note": note,
        "finished": finished,
        "percent": round(100 * done / total) if total else 0,
    }


@register.inclusion_tag("components/upload_field.html")
def upload_field(
    name: str,
    label: str,
    hint: str = "",
    accept: str = "image/*",
    limit: int = 5,
    megabytes: int = 10,
    camera: bool = False,
    errors: Sequence[str] = (),
) -> Context:
    """Files with preview; pictures are made smaller in the browser, which also drops their position data."""
    return dict(locals())


@register.inclusion_tag("components/reason_dialog.html")
def reason_dialog(
    name: str,
    title: str,
    url: str,
    action: str,
    text: str = "",
    danger: bool = True,
    reasons: Sequence[tuple[str, str]] = (),
    required: bool = True,
    fields: Mapping[str, object] | None = None,
    target: str = "",
    label: str = "",
    download: bool = False,
) -> Context:
    """A dialog that asks for the reason of a step (or for what `label` says) and posts it.

    Open it with `data-open-dialog="name"`.     Sends `reason` (text), `reason_code` (when `reasons` are given) and the hidden `fields`.
    With `target` (CSS selector) htmx swaps the answer in, else the page is loaded anew; with `download` a file comes and
    the page stays.
    """
    return dict(locals())


@register.inclusion_tag("components/masked.html")
def masked(value: str, reveal_url: str = "", what: str = "") -> Context:
    """A personal value already masked by the server; with `reveal_url` a button asks why and shows it.

    The address answers a POST of `reason` with the value as an HTML fragment and logs the access.
    """
    return {"value": value, "reveal_url": reveal_url, "what": what}


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*steps: str) -> Context:
    """Pairs of label and address, the last label alone: `{% breadcrumbs "工单" "/orders/" number %}`."""
    pairs = [(steps[i], steps[i + 1]) for i in range(0, len(steps) - 1, 2)]
    return {"pairs": pairs, "last": steps[-1] if len(steps) % 2 else ""}


@register.inclusion_tag("components/print_header.html", takes_context=True)
def print_header(context: template.Context, title: str, number: str = "", note: str = "") -> Context:
    """The head of a printed sheet: city, title, number, when and by whom it was printed."""
    return {
        "title": title,
        "number": number,
        "note": note,
        "shell": context.get("shell"),
        "printed_at": now(),
    }
