"""Addresses: health here, everything else in the rooms."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from minhu.server import developers, health, metrics
from minhu.server.api import api

handler400 = "minhu.server.problems.bad_request"
handler403 = "minhu.server.problems.forbidden"
handler404 = "minhu.server.problems.not_found"
handler500 = "minhu.server.problems.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", metrics.expose),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", api.urls),
    path("developers/", developers.reference, name="developers"),
    path("", include("minhu.intake.urls")),
    path("", include("minhu.portals.urls")),
]
