"""Elements of a request that a person has confirmed, each with the words it came from."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from minhu.intake.models.requests import Request


class KeptElement(models.Model):
    """One element (where, when, party, people, demand …) as a person accepted or corrected it."""

    # the constraint begins with the request
    request = models.ForeignKey(Request, models.CASCADE, related_name="kept_elements", db_index=False)
    kind = models.CharField(max_length=12)
    value = models.CharField(max_length=500)
    words = models.CharField(max_length=500, help_text="of the request; as they stand there")
    corrected = models.BooleanField(default=False, help_text="the person wrote another value than was read")
    kept_at = models.DateTimeField()
    kept_by = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "kind", "words"], name="element_kept_once_per_words")
        ]

    def __str__(self) -> str:
        return f"{self.kind}={self.value}"
