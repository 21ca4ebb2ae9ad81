"""Address of the stream."""

from __future__ import annotations

from django.urls import path

from minhu.portals.live import views

urlpatterns = [path("events/", views.stream, name="events")]
