"""Addresses of Open311; the format is the end of the name, as the standard wants."""

from __future__ import annotations

from django.urls import path, re_path

from minhu.portals.open311 import views

_FORM = r"(?:\.(?P<form>[a-z]+))?/?$"
_ROOT = r"^open311/v2/"

urlpatterns = [
    re_path(rf"{_ROOT}discovery{_FORM}", views.discovery, name="open311_discovery"),
    re_path(rf"{_ROOT}services{_FORM}", views.service_list, name="open311_services"),
    re_path(rf"{_ROOT}services/(?P<code>[^/]+?){_FORM}", views.service_definition, name="open311_service"),
    re_path(rf"{_ROOT}requests{_FORM}", views.requests, name="open311_requests"),
    re_path(rf"{_ROOT}requests/(?P<number>[^/]+?){_FORM}", views.request_of, name="open311_request"),
    re_path(rf"{_ROOT}tokens/(?P<token>[^/]+?){_FORM}", views.token_of, name="open311_token"),
    re_path(rf"{_ROOT}servicerequestupdates{_FORM}", views.updates, name="open311_updates"),
    path("open311/<path:path>", views.unknown),
]
