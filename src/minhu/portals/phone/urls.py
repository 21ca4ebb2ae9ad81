"""Addresses of the telephone in the browser."""

from __future__ import annotations

from django.urls import path

from minhu.portals.phone import desk, trial

urlpatterns = [
    path("desk/phone/", desk.page, name="phone"),
    path("desk/phone/calls/", desk.listing, name="phone_calls"),
    path("desk/phone/seat/", desk.seat, name="phone_seat"),
    path("desk/phone/<uuid:uid>/take/", desk.take, name="phone_take"),
    path("desk/phone/<uuid:uid>/end/", desk.end, name="phone_end"),
    path("desk/phone/<uuid:uid>/join/", desk.join, name="phone_join"),
    path("desk/phone/<uuid:uid>/listen/", desk.listen, name="phone_listen"),
    path("manage/phone-trial/", trial.page, name="phone_trial"),
    path("manage/phone-trial/begin/", trial.begin, name="phone_trial_begin"),
    path("manage/phone-trial/<uuid:uid>/say/", trial.say, name="phone_trial_say"),
    path("manage/phone-trial/<uuid:uid>/said/", trial.said, name="phone_trial_said"),
    path("manage/phone-trial/<uuid:uid>/end/", trial.end, name="phone_trial_end"),
    path("manage/phone-trial/<uuid:uid>/sound/<int:number>/", trial.sound, name="phone_trial_sound"),
]
