"""Addresses of these pages; those of staff stand under /knowledge/, those of everybody under /ask/."""

from __future__ import annotations

from django.urls import path

from minhu.portals.trees import editor, listing, table, walking

urlpatterns = [
    path("knowledge/trees/", listing.page, name="trees"),
    path("knowledge/trees/new/", listing.new, name="tree_new"),
    path("knowledge/trees/import/", listing.take, name="tree_import"),
    path("knowledge/trees/table/", table.take, name="tree_table"),
    path("knowledge/trees/table/export/", table.export, name="tree_table_export"),
    path("knowledge/trees/<int:tree>/", editor.page, name="tree"),
    path("knowledge/trees/<int:tree>/edit/", editor.edit, name="tree_edit"),
    path("knowledge/trees/<int:tree>/sources/", editor.sources, name="tree_sources"),
    path("knowledge/trees/<int:tree>/file.json", editor.file, name="tree_file"),
    path("knowledge/trees/<int:tree>/walk/", walking.staff, name="tree_walk"),
    path("knowledge/trees/<int:tree>/<slug:step>/", editor.move, name="tree_move"),
    path("ask/trees/", walking.everybody, name="ask_trees"),
    path("ask/tree/<int:tree>/", walking.public, name="ask_tree"),
]
