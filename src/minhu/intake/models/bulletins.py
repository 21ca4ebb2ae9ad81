"""Bulletins (通告) of outages, weather and traffic, the people whom they concern, and what was written to these."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from minhu.engines.lookup import LookupIndexField
from minhu.engines.secrets import EncryptedTextField
from minhu.intake.models.talks import Talk
from minhu.intake.types import BulletinState
from minhu.language.bulletins import Matter


class Bulletin(models.Model):
    """What the public is told of one outage or the like, after a second person has looked at it.

    No row security: it says what everybody may read, and names nobody.
    """

    matter = models.CharField(max_length=12, choices=[(x.value, x.name) for x in Matter])
    title = models.CharField(max_length=60)
    spoken = models.CharField(max_length=160, help_text="said by the bot and sent as a message")
    text = models.CharField(max_length=1000, blank=True, help_text="the whole, for pages")
    words = ArrayField(models.CharField(max_length=20), default=list, blank=True, help_text="further words people say")
    area_codes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    places = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, help_text="streets, estates; none: the areas whole"
    )
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="after it nobody is told any more")
    restored_at = models.DateTimeField(null=True, blank=True, help_text="expected")
    unit = models.ForeignKey("directory.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    incident_id = models.BigIntegerField(null=True, blank=True, help_text="of handling")
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    state = models.CharField(
        max_length=10, default=BulletinState.DRAFT.value, choices=[(x.value, x.name) for x in BulletinState]
    )
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=64)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.CharField(max_length=64, blank=True)
    at_once = models.CharField(max_length=200, blank=True, help_text="why one person alone published it")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.CharField(max_length=64, blank=True)
    over_at = models.DateTimeField(null=True, blank=True)
    over_by = models.CharField(max_length=64, blank=True)
    over_why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["ends_at"], name="bulletin_live", condition=Q(state="published")),
            models.Index(fields=["incident_id"], name="bulletin_incident"),
        ]

    def __str__(self) -> str:
        return self.title


class Affected(models.Model):
    """Somebody who said that a bulletin concerns him: counted instead of an order of his own."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    bulletin = models.ForeignKey(Bulletin, models.PROTECT, related_name="affected")
    talk = models.ForeignKey(Talk, models.SET_NULL, null=True, blank=True, related_name="affected")
    phone = EncryptedTextField(row="uid", blank=True, default="", help_text="only of those who want news")
    phone_index = LookupIndexField(null=True, blank=True, of="phone", purpose="phone")
    wants_news = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bulletin", "talk"], name="affected_once_per_talk"),
            models.UniqueConstraint(fields=["bulletin", "phone_index"], name="affected_once_per_phone"),
        ]

    def __str__(self) -> str:
        return f"{self.bulletin_id}: {self.uid}"


class BulletinMessage(models.Model):
    """Words to everybody of a bulletin who wants news: written by one, let go by another, to each once.

    No row security: the words are public, and nobody is named.
    """

    bulletin = models.ForeignKey(Bulletin, models.PROTECT, related_name="messages")
    text = models.CharField(max_length=200)
    urgent = models.BooleanField(default=False, help_text="also at night")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.CharField(max_length=64, blank=True, help_text="who let it go")
    dropped_at = models.DateTimeField(null=True, blank=True)
    told_to = models.BigIntegerField(default=0, help_text="the last of the people, by number, who was dealt with")
    done_at = models.DateTimeField(null=True, blank=True, help_text="everybody was dealt with")
    by_text = models.PositiveIntegerField(default=0, help_text="asked for as text messages")
    by_talk = models.PositiveIntegerField(default=0, help_text="said in talks")
    unreached = models.PositiveIntegerField(default=0, help_text="wanted news and could not be told")

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["bulletin"], condition=Q(sent_at=None, dropped_at=None), name="one_message_waits"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["sent_at"], name="message_on_its_way", condition=Q(sent_at__isnull=False, done_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.bulletin_id}: {self.text[:20]}"
