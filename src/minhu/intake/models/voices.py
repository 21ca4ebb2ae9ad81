"""By what a citizen's talks are found again on other channels, and what agents said of who is who."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from minhu.engines.lookup import LookupIndexField
from minhu.engines.secrets import EncryptedTextField


class VoiceMark(models.Model):
    """A telephone that was said in a talk (sealed), or a band of likeness of its words (a hash)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    talk = models.ForeignKey("intake.Talk", models.CASCADE, related_name="marks")
    phone = EncryptedTextField(row="uid", blank=True, default="")
    phone_index = LookupIndexField(null=True, blank=True, of="phone", purpose="phone")
    band = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["phone_index"], name="voice_phone", condition=models.Q(phone_index__isnull=False)),
            models.Index(fields=["band"], name="voice_band", condition=models.Q(band__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"mark {self.uid}"


class PersonBond(models.Model):
    """An agent said that two talks are one person's, or that they are not; the latest word counts."""

    talk = models.ForeignKey("intake.Talk", models.CASCADE, related_name="bonds")
    other = models.ForeignKey("intake.Talk", models.CASCADE, related_name="bonds_from")
    same = models.BooleanField()
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["talk", "other"], name="one_word_about_two_talks")]

    def __str__(self) -> str:
        return f"{self.talk_id} {self.other_id} {self.same}"
