"""How documents come in: uploads, watched sources, and what the program tells about documents."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from minhu.knowledge.models.documents import KEY, Document, Version
from minhu.knowledge.types import ItemState, NoticeKind, SourceKind


class Upload(models.Model):
    """Files that somebody brought at once, and what all of them start with."""

    owner_unit = models.ForeignKey("directory.Unit", models.PROTECT, related_name="+")
    defaults = models.JSONField(default=dict, help_text="rights and entry of what it makes")
    keys = ArrayField(models.CharField(max_length=KEY), default=list)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"upload {self.pk}"


class UploadItem(models.Model):
    """One file of an upload."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="items")
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField(default=0)
    file_digest = models.CharField(max_length=64, blank=True, help_text="empty: refused at the door, nothing kept")
    state = models.CharField(
        max_length=8, choices=[(x.value, x.name) for x in ItemState], default=ItemState.WAITING.value
    )
    message = models.CharField(max_length=300, blank=True)
    document = models.ForeignKey(Document, models.SET_NULL, null=True, blank=True, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    begun_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["upload_id", "id"]

    def __str__(self) -> str:
        return self.name


class Source(models.Model):
    """A folder, page or feed that is looked at by itself; what changes there is proposed, never published."""

    label = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=8, choices=[(x.value, x.name) for x in SourceKind])
    address = models.CharField(max_length=500)
    owner_unit = models.ForeignKey("directory.Unit", models.PROTECT, related_name="+")
    defaults = models.JSONField(default=dict)
    keys = ArrayField(models.CharField(max_length=KEY), default=list)
    minutes = models.PositiveIntegerField(default=60)
    active = models.BooleanField(default=True)
    next_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="looks in a row that failed")
    follow = models.BooleanField(default=False, help_text="documents linked in its pages come along")
    created_by = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["label"]
        indexes: ClassVar = [models.Index(fields=["next_at"], name="source_next", condition=models.Q(active=True))]

    def __str__(self) -> str:
        return self.label


class SourceItem(models.Model):
    """One file or page of a source as it was when last seen."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="items")
    place = models.CharField(max_length=500, help_text="path in the folder, or address")
    digest = models.CharField(max_length=64)
    document = models.ForeignKey(Document, models.SET_NULL, null=True, blank=True, related_name="+")
    seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    misses = models.PositiveSmallIntegerField(default=0, help_text="visits in a row that gave nothing")
    etag = models.CharField(max_length=200, blank=True)
    modified = models.CharField(max_length=60, blank=True, help_text="in the words of the site")
    media_type = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=200, blank=True)
    held = models.CharField(max_length=300, blank=True, help_text="why what came was not proposed; a person judges it")
    held_digest = models.CharField(max_length=64, blank=True)
    accepted = models.BooleanField(default=False, help_text="a person said that what was held is the same paper")

    class Meta:
        ordering: ClassVar = ["source_id", "place"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "place"], name="source_place")]

    def __str__(self) -> str:
        return self.place


class Notice(models.Model):
    """Something that the keepers of a document or source should look at."""

    kind = models.CharField(max_length=8, choices=[(x.value, x.name) for x in NoticeKind])
    document = models.ForeignKey(Document, models.CASCADE, null=True, blank=True, related_name="notices")
    version = models.ForeignKey(Version, models.CASCADE, null=True, blank=True, related_name="+")
    source = models.ForeignKey(Source, models.CASCADE, null=True, blank=True, related_name="+")
    tree = models.ForeignKey("knowledge.Tree", models.CASCADE, null=True, blank=True, related_name="+")
    text = models.CharField(max_length=300)
    keys = ArrayField(models.CharField(max_length=KEY), default=list)
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["-id"], name="notice_open", condition=models.Q(done_at__isnull=True))]

    def __str__(self) -> str:
        return self.text
