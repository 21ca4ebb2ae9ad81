"""Addresses of the supervision desk."""

from __future__ import annotations

from django.urls import path

from minhu.portals.supervision import views, views_decide, views_warnings

urlpatterns = [
    path("supervision/", views.desk, name="supervision"),
    path("supervision/warnings/", views_warnings.warnings, name="supervision_warnings"),
    path("supervision/warnings/<int:warning>/settle/", views_warnings.settle, name="supervision_settle"),
    path("supervision/remind/", views.remind, name="supervision_remind"),
    path("supervision/export/", views.export, name="supervision_export"),
    path("supervision/panel/<str:number>/<str:step>/", views.panel, name="supervision_panel"),
    path("supervision/arbitrate/<str:number>/", views_decide.arbitrate, name="supervision_arbitrate"),
    path("supervision/callback/<str:number>/", views_decide.call_back, name="supervision_callback"),
]
