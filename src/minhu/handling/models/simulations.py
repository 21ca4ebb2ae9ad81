"""Plays of a draft (catalogue or duty list) on past orders: what was asked, how far it is, what came out."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Simulation(models.Model):
    """One play. The result holds units, counts and numbers of orders; no word of anybody."""

    class State(models.TextChoices):
        """How far it is."""

        QUEUED = "queued", "排队中"
        RUNNING = "running", "正在推演"
        STOPPING = "stopping", "正在停止"
        DONE = "done", "已完成"
        STOPPED = "stopped", "已停止"
        FAILED = "failed", "未能完成"

    kind = models.CharField(max_length=12, help_text="catalogue | duties")
    version_id = models.BigIntegerField()
    number = models.PositiveIntegerField(help_text="of the version")
    since = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED.value)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    heard_at = models.DateTimeField(help_text="last sign of life")

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["kind", "version_id", "-id"], name="simulation_of_version")]

    def __str__(self) -> str:
        return f"{self.kind} v{self.number}: {self.state}"
