"""The order form of a talk while it fills itself; kept after each word, so that a closed browser loses nothing."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from minhu.engines.secrets import EncryptedTextField
from minhu.intake.models.talks import Talk


class Draft(models.Model):
    """One form: what was read, what the agent made of it, and how long it took. A further matter has a further form."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    talk = models.ForeignKey(Talk, models.CASCADE, related_name="drafts")
    turn = models.PositiveSmallIntegerField(default=1, help_text="the how-manieth form of the talk")
    since = models.PositiveIntegerField(default=0, help_text="utterances behind this number belong to it")
    heard = models.PositiveIntegerField(default=0, help_text="the last utterance that was read")
    fields = EncryptedTextField(row="uid", blank=True, default="", help_text="JSON: field → entry")
    looked = EncryptedTextField(
        row="uid", blank=True, default="", help_text="the telephone whose history was looked at"
    )
    first_word_at = models.DateTimeField(null=True, blank=True)
    typing_seconds = models.PositiveIntegerField(default=0, help_text="in which keys were pressed")
    registered_at = models.DateTimeField(null=True, blank=True)
    registered_by = models.ForeignKey("directory.Staff", models.PROTECT, null=True, blank=True, related_name="+")
    request_id = models.BigIntegerField(null=True, blank=True)
    channel = models.CharField(max_length=12, blank=True, help_text="of the talk, for the figures")
    outcomes = models.JSONField(
        default=dict, blank=True, help_text="field → accepted, corrected, typed, left; no words"
    )

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["talk", "turn"], name="draft_once_per_turn")]
        indexes: ClassVar = [
            models.Index(
                fields=["registered_at"], name="draft_registered", condition=models.Q(registered_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.talk_id}#{self.turn}"
