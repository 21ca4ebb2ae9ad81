"""Addresses of the dispatcher's board and of the agent's form."""

from __future__ import annotations

from django.urls import path

from minhu.portals.desk import choosing, views, views_bulletins, views_incidents, views_new

urlpatterns = [
    path("desk/", views.board, name="desk"),
    path("desk/rows/<str:number>/", views.row, name="desk_row"),
    path("desk/preview/<str:number>/", views.preview, name="desk_preview"),
    path("desk/dispatch/<str:number>/", views.dispatch, name="desk_dispatch"),
    path("desk/choose/<str:number>/", choosing.choose, name="desk_choose"),
    path("desk/why-not/<str:number>/", choosing.why_not, name="desk_why_not"),
    path("desk/undo/<str:number>/", views.undo, name="desk_undo"),
    path("desk/bulk/", views.bulk, name="desk_bulk"),
    path("desk/incidents/", views_incidents.board, name="desk_incidents"),
    path("desk/incidents/new/", views_incidents.new, name="desk_incident_new"),
    path("desk/incidents/<int:incident>/", views_incidents.incident, name="desk_incident"),
    path("desk/incidents/<int:incident>/change/", views_incidents.change, name="desk_incident_change"),
    path("desk/incidents/<int:incident>/attach/", views_incidents.attach, name="desk_incident_attach"),
    path("desk/incidents/<int:incident>/detach/", views_incidents.detach, name="desk_incident_detach"),
    path("desk/incidents/<int:incident>/tell/", views_incidents.tell, name="desk_incident_tell"),
    path("desk/incidents/<int:incident>/withdraw/", views_incidents.withdraw, name="desk_incident_withdraw"),
    path("desk/incidents/<int:incident>/called/", views_incidents.called, name="desk_incident_called"),
    path("desk/incidents/<int:incident>/close/", views_incidents.close, name="desk_incident_close"),
    path("desk/bulletins/", views_bulletins.board, name="desk_bulletins"),
    path("desk/bulletins/new/", views_bulletins.new, name="desk_bulletin_new"),
    path("desk/bulletins/<int:bulletin>/", views_bulletins.bulletin, name="desk_bulletin"),
    path("desk/bulletins/<int:bulletin>/edit/", views_bulletins.edit, name="desk_bulletin_edit"),
    path("desk/bulletins/<int:bulletin>/message/", views_bulletins.message, name="desk_bulletin_message"),
    path("desk/bulletins/<int:bulletin>/<slug:step>/", views_bulletins.step, name="desk_bulletin_step"),
    path("desk/new/", views_new.new, name="desk_new"),
    path("desk/new/advice/", views_new.advice, name="desk_new_advice"),
    path("desk/new/join/", views_new.join, name="desk_new_join"),
    path("desk/new/done/<str:number>/", views_new.done, name="desk_new_done"),
]
