"""Addresses of the dispatcher's board and of the agent's form."""

from __future__ import annotations

from django.urls import path

from minhu.portals.desk import choosing, views, views_new

urlpatterns = [
    path("desk/", views.board, name="desk"),
    path("desk/rows/<str:number>/", views.row, name="desk_row"),
    path("desk/preview/<str:number>/", views.preview, name="desk_preview"),
    path("desk/dispatch/<str:number>/", views.dispatch, name="desk_dispatch"),
    path("desk/choose/<str:number>/", choosing.choose, name="desk_choose"),
    path("desk/why-not/<str:number>/", choosing.why_not, name="desk_why_not"),
    path("desk/undo/<str:number>/", views.undo, name="desk_undo"),
    path("desk/bulk/", views.bulk, name="desk_bulk"),
    path("desk/new/", views_new.new, name="desk_new"),
    path("desk/new/advice/", views_new.advice, name="desk_new_advice"),
    path("desk/new/join/", views_new.join, name="desk_new_join"),
    path("desk/new/done/<str:number>/", views_new.done, name="desk_new_done"),
]
