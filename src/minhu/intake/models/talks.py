"""A talk (会话) with a citizen on any channel, and its utterances; words and addresses are sealed."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from minhu.engines.lookup import LookupIndexField
from minhu.engines.secrets import EncryptedTextField
from minhu.intake.types import Speaker, TalkChannel, TalkState


class Talk(models.Model):
    """One talk from the first word to its end; what the bot remembers is in ``memory``, so that any break is mended."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.CharField(max_length=12, choices=[(x.value, x.name) for x in TalkChannel])
    state = models.CharField(max_length=8, default=TalkState.BOT.value, choices=[(x.value, x.name) for x in TalkState])
    mode = models.CharField(max_length=16, help_text="who speaks first on this line")
    line = models.CharField(max_length=32, blank=True, help_text="the line of business or the old number it came by")
    secret_digest = models.CharField(max_length=64, blank=True, help_text="of what the citizen's browser keeps")
    sender = EncryptedTextField(row="uid", blank=True, default="", help_text="account or address on the channel")
    sender_index = LookupIndexField(null=True, blank=True, of="sender", purpose="sender")
    phone = EncryptedTextField(row="uid", blank=True, default="")
    phone_index = LookupIndexField(null=True, blank=True, of="phone", purpose="phone")
    memory = EncryptedTextField(row="uid", blank=True, default="", help_text="JSON of the bot's memory")
    why = models.CharField(max_length=16, blank=True, help_text="why it went to a person")
    priority = models.PositiveSmallIntegerField(default=5, help_text="0 first: danger, 3 special needs, 5 others")
    needs_said = EncryptedTextField(  # type: ignore[misc]  # null: most talks have none
        row="uid", null=True, blank=True, help_text="special needs, each 'code:source', joined by commas"
    )
    agent = models.ForeignKey("directory.Staff", models.PROTECT, null=True, blank=True, related_name="+")
    request_ids = ArrayField(models.BigIntegerField(), default=list, blank=True, help_text="opened from its words")
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField(help_text="of the last utterance of anybody")
    handed_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["priority", "handed_at"], name="talk_waiting", condition=Q(state="waiting")),
            models.Index(fields=["agent", "last_at"], name="talk_of_agent", condition=Q(state="person")),
            models.Index(fields=["last_at"], name="talk_open", condition=~Q(state="ended")),
            models.Index(fields=["sender_index", "last_at"], name="talk_sender"),
            models.Index(fields=["phone_index", "last_at"], name="talk_phone"),
            models.Index(fields=["opened_at"], name="talk_opened"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.uid}"

    @property
    def needs(self) -> list[str]:
        """The special needs, each 'code:source'; what somebody cannot do is sealed like what he says."""
        return self.needs_said.split(",") if self.needs_said else []

    @needs.setter
    def needs(self, values: list[str]) -> None:
        self.needs_said = ",".join(values) or None  # type: ignore[assignment]


class Utterance(models.Model):
    """What somebody said in a talk; never edited. ``key`` is the channel's own number of the message."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    talk = models.ForeignKey(Talk, models.CASCADE, related_name="utterances")
    number = models.PositiveIntegerField(help_text="its place in the talk, from 1")
    speaker = models.CharField(max_length=8, choices=[(x.value, x.name) for x in Speaker])
    text = EncryptedTextField(row="uid", blank=True, default="")
    code = models.CharField(max_length=32, blank=True, help_text="the phrase of the bot")
    sources = models.JSONField(default=list, blank=True, help_text="clauses an answer cites: document, version, label")
    key = models.CharField(max_length=100, null=True, blank=True)
    staff = models.CharField(max_length=64, blank=True, help_text="who spoke for the house")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["talk", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["talk", "number"], name="utterance_number"),
            models.UniqueConstraint(fields=["talk", "key"], name="utterance_once_per_key"),
        ]

    def __str__(self) -> str:
        return f"{self.talk_id}.{self.number}"
