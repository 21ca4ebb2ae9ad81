"""Samples of askings that people judge: what was drawn by which rule, who judged what, what stands in the end."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from minhu.knowledge.domain.quality import Judged
from minhu.knowledge.models.asking import Asking
from minhu.knowledge.models.documents import KEY


class Sample(models.Model):
    """Askings of some days, drawn by a seed from strata of outcome and category."""

    name = models.CharField(max_length=80)
    first_day = models.DateField()
    last_day = models.DateField()
    size = models.PositiveIntegerField()
    seed = models.PositiveBigIntegerField()
    strata = models.JSONField(help_text="how many askings each stratum had when it was drawn")
    drawn_by = models.CharField(max_length=64)
    drawn_at = models.DateTimeField()
    keys = ArrayField(models.CharField(max_length=KEY), default=list)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.name


class SampleItem(models.Model):
    """One asking of a sample; it outlives the asking's words, whose time is over after a year."""

    sample = models.ForeignKey(Sample, models.CASCADE, related_name="items")
    number = models.PositiveIntegerField()
    stratum = models.CharField(max_length=80)
    asking = models.ForeignKey(Asking, models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    answered = models.BooleanField()
    final = models.CharField(max_length=8, blank=True, choices=[(x.value, x.name) for x in Judged])
    citation = models.BooleanField(null=True, help_text="whether the clause cited is the right one, in the end")
    third = models.BooleanField(default=False, help_text="two judges disagreed")
    keys = ArrayField(models.CharField(max_length=KEY), default=list)

    class Meta:
        ordering: ClassVar = ["sample_id", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["sample", "number"], name="sample_item_once")]

    def __str__(self) -> str:
        return f"{self.sample_id}#{self.number}"


class Judgement(models.Model):
    """What one judge said of one item. Its keys are the program's alone until two have judged: nobody sees it before."""

    item = models.ForeignKey(SampleItem, models.CASCADE, related_name="judgements")
    judge = models.CharField(max_length=64)
    place = models.PositiveSmallIntegerField(help_text="1 and 2: independent; 3: decides")
    verdict = models.CharField(max_length=8, choices=[(x.value, x.name) for x in Judged])
    citation = models.BooleanField(null=True)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    keys = ArrayField(models.CharField(max_length=KEY), default=list)

    class Meta:
        ordering: ClassVar = ["item_id", "place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "judge"], name="judgement_once"),
            models.UniqueConstraint(fields=["item", "place"], name="judgement_place"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}/{self.place}"
