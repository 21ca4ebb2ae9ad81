"""Files of historic requests: the mapping of their columns, each run, each row taken and each refused."""

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
    """One run over one file; a second run over the same file changes nothing."""

    class State(models.TextChoices):
        """How far a run is."""

        WAITING = "waiting", "待确认"
        QUEUED = "queued", "排队中"
        STORING = "storing", "正在登记"
        UNDERSTANDING = "understanding", "正在理解"
        DONE = "done", "已完成"
        STOPPED = "stopped", "已停止"
        FAILED = "failed", "未能完成"

    file_digest = models.CharField(max_length=64)
    file_name = models.CharField(max_length=200)
    sheet = models.CharField(max_length=100, blank=True)
    source_name = models.CharField(max_length=30, blank=True, help_text="keeps numbers of different systems apart")
    mapping = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=14, choices=State.choices, default=State.WAITING)
    started_at = models.DateTimeField()
    touched_at = models.DateTimeField(null=True, blank=True, help_text="last sign of life of the run")
    finished_at = models.DateTimeField(null=True, blank=True)
    started_by = models.CharField(max_length=64)
    understand = models.BooleanField(default=True, help_text="read the words after storing")
    rows = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    stored = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    understood = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0, help_text="spent on storing")
    understand_seconds = models.FloatField(default=0)
    unknown = models.JSONField(default=dict, blank=True, help_text="names that mean nothing here, with counts")
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
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, blank=True, related_name="taken")
    answered = models.BooleanField(default=False)
    understood = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["request_id"], name="imported_to_read", condition=models.Q(understood=False)),
        ]

    def __str__(self) -> str:
        return self.source_key


class ImportReject(models.Model):
    """A row that could not be taken, and why."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rejects")
    row = models.PositiveIntegerField(help_text="as numbered in the sheet")
    reason = models.CharField(max_length=255)

    class Meta:
        ordering: ClassVar = ["row"]

    def __str__(self) -> str:
        return f"{self.row}: {self.reason}"
