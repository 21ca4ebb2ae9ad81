"""Addresses of these pages; they stand under /knowledge/."""

from __future__ import annotations

from django.urls import path, re_path

from minhu.portals.quality import figures, gate, questions, rating, samples, sets

urlpatterns = [
    path("knowledge/rate/", rating.rate, name="knowledge_rate"),
    path("knowledge/figures/", figures.page, name="knowledge_figures"),
    path("knowledge/figures/export/", figures.download, name="knowledge_figures_export"),
    path("knowledge/samples/", samples.listing, name="knowledge_samples"),
    path("knowledge/samples/<int:sample>/", samples.one, name="knowledge_sample"),
    path("knowledge/samples/<int:sample>/next/", samples.start, name="knowledge_sample_next"),
    path("knowledge/samples/<int:sample>/export/", samples.download, name="knowledge_sample_export"),
    path("knowledge/sets/", sets.listing, name="knowledge_sets"),
    path("knowledge/sets/<int:pk>/", sets.one, name="knowledge_set"),
    path("knowledge/sets/<int:pk>/export/", sets.download, name="knowledge_set_export"),
    re_path(
        r"^knowledge/sets/(?P<pk>\d+)/(?P<source>pairs|sample|file|change|run)/$", sets.fill, name="knowledge_set_fill"
    ),
    path("knowledge/sets/question/<int:question>/remove/", sets.remove, name="knowledge_set_remove"),
    path("knowledge/sets/run/<int:pk>/", sets.run, name="knowledge_run"),
    path("knowledge/version/<int:version>/try/", gate.again, name="knowledge_try"),
    path("knowledge/samples/item/<int:item>/", samples.judge, name="knowledge_judge"),
    path("knowledge/questions/<int:question>/item/", questions.item, name="knowledge_question"),
    path("knowledge/questions/<int:question>/assign/", questions.assign, name="knowledge_assign"),
]
