"""Addresses of message boards."""

from __future__ import annotations

from django.urls import path

from minhu.portals.boards import desk, hooks, pages

urlpatterns = [
    path("hooks/boards/<str:uid>/", hooks.receive, name="board_hook"),
    path("desk/boards/", desk.listing, name="boards"),
    path("desk/boards/import/", desk.bring, name="boards_import"),
    path("desk/boards/export/", desk.export, name="boards_export"),
    path("desk/boards/<int:post>/published/", desk.published, name="board_published"),
    path("manage/boards/", pages.listing, name="manage_boards"),
    path("manage/boards/new/", pages.add, name="manage_board_new"),
    path("manage/boards/<int:board>/", pages.board, name="manage_board"),
    path("manage/boards/<int:board>/active/", pages.switch, name="manage_board_switch"),
    path("manage/boards/<int:board>/key/", pages.new_secret, name="manage_board_key"),
]
