"""The graph across documents: what live versions say of matters, each with its clause."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from minhu.knowledge.models.documents import Version
from minhu.language.papers.naming import LONGEST_KEY
from minhu.language.papers.triples import LONGEST, LONGEST_DETAIL, Relation


class GraphTriple(models.Model):
    """One triple of a live version; seen by whoever may see the version, gone when it ends."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="triples")
    matter = models.CharField(max_length=128, help_text="as the paper's title calls it")
    matter_key = models.CharField(max_length=LONGEST_KEY)
    detail = models.CharField(max_length=LONGEST_DETAIL, blank=True, help_text="of which part of the matter")
    relation = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Relation])
    thing = models.CharField(max_length=LONGEST, help_text="words of the passage")
    thing_key = models.CharField(max_length=LONGEST_KEY)
    unit = models.ForeignKey("directory.Unit", models.SET_NULL, null=True, related_name="+")
    passage = models.PositiveIntegerField(help_text="number of the passage; 0: told by the facts of the version")

    class Meta:
        ordering: ClassVar = ["version_id", "id"]
        indexes: ClassVar = [
            models.Index(fields=["matter_key", "relation"], name="triple_matter"),
            models.Index(fields=["relation", "thing_key"], name="triple_thing"),
            models.Index(fields=["unit"], name="triple_unit", condition=models.Q(unit__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.matter} {self.relation} {self.thing}"


class Drawn(models.Model):
    """A live version that is in the graph, and by which edition of the rules it was read."""

    version = models.OneToOneField(Version, models.CASCADE, related_name="drawn")
    rules = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["version_id"]

    def __str__(self) -> str:
        return str(self.version_id)
