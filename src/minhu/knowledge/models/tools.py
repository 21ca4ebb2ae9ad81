"""Which tools were called: for figures and for whoever looks into an incident. What was asked is not kept."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from minhu.knowledge.models.documents import KEY
from minhu.knowledge.types import Door


class ToolCall(models.Model):
    """One call of a tool with what came of it; who called is not kept, unless it was staff."""

    at = models.DateTimeField()
    tool = models.CharField(max_length=24)
    door = models.CharField(max_length=8, choices=[(x.value, x.name) for x in Door])
    staff = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=24, help_text="told, nothing, or the code of the error")
    milliseconds = models.PositiveIntegerField(default=0)
    keys = ArrayField(models.CharField(max_length=KEY), default=list)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["at"], name="toolcall_at")]

    def __str__(self) -> str:
        return f"{self.tool} {self.outcome}"
