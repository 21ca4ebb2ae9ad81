"""Tables of the ledger. Rows are only ever inserted; triggers and row security are in the migrations."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Entry(models.Model):
    """One thing that happened. `leaf_hash` covers all but `id` and `position`, which the sequencer gives."""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)
    occurred_at = models.DateTimeField()
    actor_kind = models.TextField()
    actor_id = models.TextField()
    roles = ArrayField(models.TextField())
    kind = models.TextField()
    subject_type = models.TextField()
    subject_id = models.TextField()
    payload = models.JSONField()
    leaf_hash = models.BinaryField()
    position = models.BigIntegerField(null=True, unique=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="ledger_entry_subject"),
            models.Index(fields=["id"], condition=Q(position__isnull=True), name="ledger_entry_pending"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type}:{self.subject_id}"


class Checkpoint(models.Model):
    """The tree at one size: its root, and its frontier from which the sequencer goes on."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    frontier = models.BinaryField()
    at = models.DateTimeField()
    signature = models.BinaryField(null=True)

    def __str__(self) -> str:
        return f"{self.size} {bytes(self.root).hex()[:16]}"


class Access(models.Model):
    """The reading log: who looked at which person's data, and for what."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor_kind = models.TextField()
    actor_id = models.TextField()
    subject_type = models.TextField()
    subject_id = models.TextField()
    fields = ArrayField(models.TextField())
    purpose = models.TextField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="ledger_access_subject"),
            models.Index(fields=["actor_id", "at"], name="ledger_access_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_id} {self.subject_type}:{self.subject_id}"
