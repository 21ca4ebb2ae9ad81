"""Addresses of talks."""

from __future__ import annotations

from django.urls import path

from minhu.portals.care import views as care
from minhu.portals.talks import citizen, desk, form, persons, views_figures

urlpatterns = [
    path("talk/", citizen.page, name="talk"),
    path("talk/say/", citizen.say, name="talk_say"),
    path("talk/person/", citizen.person, name="talk_person"),
    path("talk/said/", citizen.said, name="talk_said"),
    path("talk/leave/", citizen.leave, name="talk_leave"),
    path("desk/talks/", desk.board, name="talks"),
    path("desk/talks/call/", desk.call, name="talks_call"),
    path("desk/talks/figures/", views_figures.page, name="talks_figures"),
    path("desk/talks/<uuid:uid>/", desk.page, name="talks_page"),
    path("desk/talks/<uuid:uid>/said/", desk.said, name="talks_said"),
    path("desk/talks/<uuid:uid>/say/", desk.say, name="talks_say"),
    path("desk/talks/<uuid:uid>/accept/", form.accept, name="talks_accept"),
    path("desk/talks/<uuid:uid>/correct/", form.correct, name="talks_correct"),
    path("desk/talks/<uuid:uid>/register/", form.register, name="talks_register"),
    path("desk/talks/<uuid:uid>/join/", form.join, name="talks_join"),
    path("desk/talks/<uuid:uid>/another/", form.another, name="talks_another"),
    path("desk/talks/<uuid:uid>/caller/", form.caller, name="talks_caller"),
    path("desk/talks/<uuid:uid>/knowledge/", form.knowledge, name="talks_knowledge"),
    path("talk/care/", care.own, name="care_own"),
    path("desk/talks/<uuid:uid>/care/", care.marks, name="care_marks"),
    path("desk/talks/<uuid:uid>/relay/", care.relay, name="care_relay"),
    path("desk/talks/<uuid:uid>/relay-said/", care.relay_said, name="care_relay_said"),
    path("desk/talks/<uuid:uid>/person/", persons.person, name="talks_person"),
    path("desk/talks/<uuid:uid>/person/<uuid:other>/", persons.bind, name="talks_bind"),
    path("desk/talks/<uuid:uid>/<slug:step>/", desk.step, name="talks_step"),
]
