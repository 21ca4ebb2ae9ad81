"""Addresses of the assistants of the process and of the daily briefs."""

from __future__ import annotations

from django.urls import path

from minhu.portals.assistants import briefs, views

urlpatterns = [
    path("assistants/", views.listing, name="assistants"),
    path("assistants/<str:step>/", views.one, name="assistant"),
    path("assistants/<str:step>/switch/", views.switch_one, name="assistant_switch"),
    path("leader/briefs/", briefs.listing, name="briefs"),
    path("leader/briefs/write/", briefs.write, name="brief_write"),
    path("leader/briefs/<str:day>/", briefs.one, name="brief"),
    path("leader/briefs/<str:day>/publish/", briefs.publish, name="brief_publish"),
]
