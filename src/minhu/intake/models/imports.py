"""Files of historic requests: the mapping of their columns, each run, and each refused row."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class ImportMapping(models.Model):
    """Which column means what, remembered by the set of column names of a file."""

    columns_digest = models.CharField(max_length=64, unique=True)
    columns = models.JSONField()
    mapping = models.JSONField()
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.columns_digest[:8]


class ImportBatch(models.Model):
    """One run over one file; a second run over the same file resumes or changes nothing."""

    file_digest = models.CharField(max_length=64)
    file_name = models.CharField(max_length=200)
    state = models.CharField(max_length=12, default="waiting")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    started_by = models.CharField(max_length=64)
    rows = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    stored = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=500, blank=True)
    stop_asked = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.file_name


class ImportedRow(models.Model):
    """Remembers that a row is in: its key in the source and the request it became."""

    source_key = models.CharField(max_length=100, primary_key=True)
    row_digest = models.CharField(max_length=64)
    request_id = models.BigIntegerField()

    def __str__(self) -> str:
        return self.source_key


class ImportReject(models.Model):
    """A row that could not be taken, and why."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rejects")
    row = models.PositiveIntegerField(help_text="as numbered in the sheet, header is 1")
    reason = models.CharField(max_length=255)

    class Meta:
        ordering: ClassVar = ["row"]

    def __str__(self) -> str:
        return f"{self.row}: {self.reason}"
