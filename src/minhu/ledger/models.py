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
            # only the sequencer pays for these two: an entry enters them with its position
            models.Index(fields=["kind", "position"], condition=Q(position__isnull=False), name="ledger_entry_kind"),
            models.Index(
                fields=["actor_id", "position"], condition=Q(position__isnull=False), name="ledger_entry_actor"
            ),
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


class Subtree(models.Model):
    """The root over the 256^level leaves from place·256^level on; made anew from the entries whenever it is lost."""

    level = models.SmallIntegerField()
    place = models.BigIntegerField()
    root = models.BinaryField()
    pk = models.CompositePrimaryKey("level", "place")

    def __str__(self) -> str:
        return f"{self.level}/{self.place}"


class ContractState(models.Model):
    """How far a contract has come: everything below `position` has had its one effect."""

    name = models.CharField(max_length=40, primary_key=True)
    position = models.BigIntegerField(default=0)
    results = models.BigIntegerField(default=0, help_text="entries that it wrote")
    failures = models.BigIntegerField(default=0, help_text="entries it could not treat; each is in the log")
    at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.position}"


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
