"""Display modes (theme, size of type, contrast): kept in cookies, so that the first paint is right."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

A_YEAR = 365 * 24 * 3600
CHOICES: dict[str, tuple[str, ...]] = {
    "theme": ("auto", "light", "dark"),
    "size": ("normal", "large"),
    "contrast": ("normal", "high"),
}


@dataclass(frozen=True, slots=True)
class Display:
    """The modes of one browser; each value is one of `CHOICES`."""

    theme: str = "auto"
    size: str = "normal"
    contrast: str = "normal"

    @property
    def html_class(self) -> str:
        """Classes for the html element: `type-large`, `contrast-high`."""
        large = ["type-large"] if self.size == "large" else []
        return " ".join([*large, *(["contrast-high"] if self.contrast == "high" else [])])

    @property
    def bs_theme(self) -> str:
        """The theme to render; 'auto' starts light and theme.js follows the system before the first paint."""
        return "dark" if self.theme == "dark" else "light"


def display_of(request: HttpRequest) -> Display:
    """Read the cookies; anything unknown counts as the default."""
    found = {name: request.COOKIES.get(f"minhu_{name}", "") for name in CHOICES}
    return Display(**{name: value for name, value in found.items() if value in CHOICES[name]})


@require_POST
def set_display(request: HttpRequest) -> HttpResponse:
    """Store the modes sent (`theme`, `size`, `contrast`) and go back to `next`; works without JavaScript."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    for name, values in CHOICES.items():
        value = request.POST.get(name, "")
        if value in values:
            response.set_cookie(f"minhu_{name}", value, max_age=A_YEAR, samesite="Lax", secure=request.is_secure())
    return response
