"""The words of live papers as answering looks for them: which paper has which term how often, counted for each circle.

A circle is all papers that exactly the same readers may see. Counts are kept for each, so that what a reader may not
see never weighs in what he is told: not in an answer, not in a refusal, not in a number.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from minhu.knowledge.models.documents import KEY, Version


class Circle(models.Model):
    """Papers with the same readers, and how much there is of them."""

    keys = ArrayField(models.CharField(max_length=KEY), unique=True)
    papers = models.PositiveIntegerField(default=0)
    characters = models.PositiveBigIntegerField(default=0)
    passages = models.PositiveIntegerField(default=0)
    passage_characters = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["keys"], name="circle_keys")]

    def __str__(self) -> str:
        return ",".join(self.keys)


class IndexedVersion(models.Model):
    """A live version that is in the index, in which circle, and what it adds to the counts."""

    version = models.OneToOneField(Version, models.CASCADE, primary_key=True, related_name="indexed")
    circle = models.ForeignKey(Circle, models.PROTECT, related_name="+")
    characters = models.PositiveIntegerField()
    passages = models.PositiveIntegerField()
    passage_characters = models.PositiveIntegerField()
    length = models.PositiveIntegerField(help_text="terms with repetitions")

    def __str__(self) -> str:
        return f"{self.version_id} in {self.circle_id}"


class Posting(models.Model):
    """How often a paper has a term; `length` of the paper stands here, so that scoring reads one table."""

    term = models.CharField(max_length=40)
    circle = models.ForeignKey(Circle, models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(Version, models.CASCADE, related_name="+")
    count = models.PositiveIntegerField()
    length = models.PositiveIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["term", "circle"], include=["version", "count", "length"], name="posting_term")
        ]

    def __str__(self) -> str:
        return f"{self.term} {self.version_id}"


class TermCount(models.Model):
    """In how many papers of a circle a term occurs."""

    circle = models.ForeignKey(Circle, models.PROTECT, related_name="+", db_index=False)
    term = models.CharField(max_length=40)
    papers = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["term", "circle"], name="one_count_of_a_term")]

    def __str__(self) -> str:
        return f"{self.term} {self.papers}"


class VersionVectors(models.Model):
    """What a live version means: vectors of its title and of its passages in order, all by one maker."""

    version = models.OneToOneField(Version, models.CASCADE, primary_key=True, related_name="vectors")
    maker = models.CharField(max_length=60)
    dimension = models.PositiveSmallIntegerField()
    rows = models.BinaryField(help_text="float16, little-endian")

    def __str__(self) -> str:
        return f"{self.version_id} by {self.maker}"
