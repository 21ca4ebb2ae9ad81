"""Addresses of the floor."""

from __future__ import annotations

from django.urls import path

from minhu.portals.floor import calling_back, rehearsing, seat, surge, wall

urlpatterns = [
    path("desk/seat/", seat.bar, name="floor_seat"),
    path("desk/seat/turn/", seat.turn, name="floor_turn"),
    path("desk/seat/offers/<int:offer>/<slug:step>/", seat.answer, name="floor_offer"),
    path("desk/beside/<uuid:uid>/", seat.aside, name="floor_beside"),
    path("desk/callbacks/", calling_back.board, name="floor_callbacks"),
    path("desk/callbacks/<uuid:uid>/<slug:step>/", calling_back.step, name="floor_callback"),
    path("call-me/", calling_back.wish, name="call_me"),
    path("supervision/wall/", wall.page, name="floor_wall"),
    path("supervision/wall/<uuid:uid>/", wall.listen, name="floor_listen"),
    path("supervision/wall/<uuid:uid>/whisper/", wall.whisper, name="floor_whisper"),
    path("supervision/wall/<uuid:uid>/stop/", wall.stop, name="floor_stop"),
    path("supervision/surge/", surge.page, name="floor_surge"),
    path("supervision/surge/rules/", surge.rules, name="floor_rules"),
    path("supervision/surge/rehearsal/", rehearsing.page, name="floor_rehearsal"),
    path("supervision/surge/<slug:step>/", surge.step, name="floor_surge_step"),
]
