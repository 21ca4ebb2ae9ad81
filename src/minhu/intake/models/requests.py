"""The request as received, its later additions, its files, and its likeness marks."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from minhu.directory.policy import Facts
from minhu.engines.lookup import LookupIndexField
from minhu.engines.secrets import EncryptedTextField
from minhu.intake.types import Channel


class Request(models.Model):
    """A citizen's words as they came (诉求). Only ``unit_ids`` may change after insertion."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=16, unique=True)
    code_digest = models.CharField(max_length=64, blank=True, help_text="digest of the follow code")
    channel = models.CharField(max_length=12, choices=[(x.value, x.name) for x in Channel])
    received_at = models.DateTimeField()
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    request_type = models.CharField(max_length=16, blank=True, help_text="as the citizen said")
    happened_at = models.DateTimeField(null=True, blank=True)
    place_text = EncryptedTextField(row="uid", blank=True, default="", help_text="the place as said")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    requester_name = EncryptedTextField(row="uid", blank=True, default="")
    requester_phone = EncryptedTextField(row="uid", blank=True, default="")
    requester_phone2 = EncryptedTextField(row="uid", blank=True, default="")
    requester_id_number = EncryptedTextField(row="uid", blank=True, default="")
    requester_address = EncryptedTextField(row="uid", blank=True, default="")
    phone_index = LookupIndexField(null=True, blank=True, of="requester_phone", purpose="phone")
    requester_kind = models.CharField(max_length=12, default="person")
    special_group = models.CharField(max_length=16, blank=True)
    confidential = models.BooleanField(default=False)
    wants_callback = models.BooleanField(default=True)
    language = models.CharField(max_length=12, default="zh")
    call_id = models.CharField(max_length=64, blank=True)
    agent = models.ForeignKey("directory.Staff", models.PROTECT, null=True, blank=True)
    token = models.ForeignKey("directory.ApiToken", models.PROTECT, null=True, blank=True)
    idempotency_key = models.CharField(max_length=100, null=True, blank=True)
    content_digest = models.CharField(max_length=64, help_text="of the words as received")
    source = models.JSONField(default=dict, blank=True, help_text="columns of the source with no field")
    unit_ids = ArrayField(models.BigIntegerField(), default=list, blank=True, help_text="units that may read it")

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "idempotency_key"], name="request_once_per_key")
        ]
        indexes: ClassVar = [
            models.Index(fields=["received_at"], name="request_received"),
            models.Index(fields=["phone_index", "received_at"], name="request_phone"),
        ]

    def __str__(self) -> str:
        return self.number

    def facts(self) -> Facts:
        """What the policy needs to know of this request."""
        return Facts(request_id=self.pk, unit_ids=frozenset(self.unit_ids))


class Supplement(models.Model):
    """Something the citizen or an agent added later (补充); itself never edited."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="supplements")
    text = models.TextField()
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.request_id}+{self.pk}"


class Attachment(models.Model):
    """A stored file; its bytes lie encrypted in the file store under ``digest``."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="attachments")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=12, default="citizen", help_text="citizen | unit | reply")
    name = models.CharField(max_length=160)
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField(help_text="bytes")
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name


class Fingerprint(models.Model):
    """Likeness marks of a request's words: hashes only, so that repeats are found without reading.

    No row security: it holds no words and no person, and its index must stay usable.
    """

    request_id = models.BigIntegerField(primary_key=True)
    received_at = models.DateTimeField()
    area_code = models.CharField(max_length=20, blank=True)
    category_id = models.BigIntegerField(null=True, blank=True)
    place_mark = models.BigIntegerField(null=True, blank=True, help_text="hash of area and named point")
    bands = ArrayField(models.BigIntegerField(), default=list)
    marks = ArrayField(models.BigIntegerField(), default=list, help_text="first: simhash")

    class Meta:
        indexes: ClassVar = [
            # without the pending list every search is one descent, also at 300 new rows a second
            GinIndex(fields=["bands"], name="fingerprint_bands", fastupdate=False),
            models.Index(fields=["category_id", "place_mark", "received_at"], name="fingerprint_place"),
        ]

    def __str__(self) -> str:
        return str(self.request_id)
