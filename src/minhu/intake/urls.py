"""Addresses of intake outside the JSON API."""

from __future__ import annotations

from django.urls import path

from minhu.intake import views

app_name = "intake"
urlpatterns = [path("attachments/<uuid:uid>/", views.download, name="attachment")]
