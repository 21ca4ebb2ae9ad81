"""Addresses of the grid worker's pages."""

from __future__ import annotations

from django.urls import path

from minhu.portals.grid import views

urlpatterns = [
    path("grid/", views.tasks, name="grid"),
    path("grid/<str:number>/", views.task, name="grid_task"),
    path("grid/<str:number>/call/", views.call, name="grid_call"),
    path("grid/<str:number>/<str:action>/", views.act, name="grid_act"),
]
