"""The category tree (诉求分类), versioned, of any depth."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from minhu.directory.types import VersionState
from minhu.kernel.clock import now


class Taxonomy(models.Model):
    """One version of the category tree; published versions are never edited."""

    version = models.PositiveIntegerField(unique=True)
    state = models.CharField(
        max_length=12,
        choices=[(x.value, x.name) for x in VersionState],
        default=VersionState.DRAFT.value,
    )
    note = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(default=now)
    created_by = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state=VersionState.PUBLISHED.value),
                name="one_published_taxonomy",
            )
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class Category(models.Model):
    """A node of the tree; ``path`` joins codes, ``path_name`` joins names, both by '/'."""

    taxonomy = models.ForeignKey(Taxonomy, models.PROTECT, related_name="categories")
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=64)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    level = models.PositiveSmallIntegerField()
    path = models.CharField(max_length=255)
    path_name = models.CharField(max_length=255)
    is_leaf = models.BooleanField(default=True)
    keywords = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    description = models.TextField(blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["path"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["taxonomy", "code"], name="category_once_per_version")]

    def __str__(self) -> str:
        return self.path_name
