"""Addresses of the import page."""

from __future__ import annotations

from django.urls import path

from minhu.portals.data import views

urlpatterns = [
    path("import/", views.home, name="import"),
    path("import/<int:batch_id>/", views.one, name="import_one"),
    path("import/<int:batch_id>/start/", views.start, name="import_start"),
    path("import/<int:batch_id>/progress/", views.progress, name="import_progress"),
    path("import/<int:batch_id>/stop/", views.stop, name="import_stop"),
    path("import/<int:batch_id>/resume/", views.resume, name="import_resume"),
    path("import/<int:batch_id>/rejects.csv", views.rejects, name="import_rejects"),
]
