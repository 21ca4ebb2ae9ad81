"""Documents, versions, passages, findings."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from minhu.directory.policy import Facts
from minhu.knowledge.domain.states import today, validity
from minhu.knowledge.types import Audience, EntryData, FactValues, FindingKind, Nature, Rights, State, Validity
from minhu.language.papers.types import Passage, PassageKind

KEY = 40


class Document(models.Model):
    """What a city knows about one matter; its words stand in its versions."""

    title = models.CharField(max_length=128, help_text="of the version that counts: the live one, else the newest")
    nature = models.CharField(max_length=12, choices=[(x.value, x.name) for x in Nature], default=Nature.GUIDE.value)
    category_code = models.CharField(max_length=32, blank=True)
    keywords = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    address = models.CharField(max_length=500, blank=True, help_text="where the original stands")
    owner_unit = models.ForeignKey("directory.Unit", models.PROTECT, null=True, related_name="+")
    audience = models.CharField(max_length=8, choices=[(x.value, x.name) for x in Audience])
    audience_units = ArrayField(models.BigIntegerField(), default=list, blank=True)
    audience_levels = ArrayField(models.SmallIntegerField(), default=list, blank=True)
    audience_areas = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    keys = ArrayField(models.CharField(max_length=KEY), default=list)
    cited = models.PositiveIntegerField(default=0)
    reports = models.PositiveIntegerField(default=0, help_text="errors that readers reported")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-changed_at", "-id"]
        indexes: ClassVar = [GinIndex(fields=["keys"], name="document_keys")]

    def __str__(self) -> str:
        return self.title

    @property
    def rights(self) -> Rights:
        """Whom it is for."""
        return Rights(
            Audience(self.audience), tuple(self.audience_units), tuple(self.audience_levels), tuple(self.audience_areas)
        )

    @property
    def entry(self) -> EntryData:
        """What people say of it."""
        return EntryData(Nature(self.nature), self.category_code, tuple(self.keywords), self.address)

    def facts(self) -> Facts:
        """What the policy needs to know of it: the unit that keeps it."""
        return Facts(unit_ids=frozenset({self.owner_unit_id} if self.owner_unit_id else ()))


class Version(models.Model):
    """A document as it came once: its file, its words, its facts, its life."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=[(x.value, x.name) for x in State], default=State.DRAFT.value)
    keys = ArrayField(models.CharField(max_length=KEY), default=list)
    origin = models.CharField(max_length=200, blank=True, help_text="of a watched source, in words")
    file_digest = models.CharField(max_length=64)
    file_name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    scanned = models.BooleanField(default=False)
    text = models.TextField()
    checked = models.CharField(max_length=16, blank=True, help_text="version of the phrases that it was checked by")
    found = models.JSONField(default=dict, help_text="facts as read, with the words they stand in")
    title = models.CharField(max_length=128)
    document_number = models.CharField(max_length=60, blank=True)
    issuer = models.CharField(max_length=100, blank=True)
    issued = models.DateField(null=True, blank=True)
    in_force = models.DateField(null=True, blank=True)
    repealed = models.DateField(null=True, blank=True, help_text="the last day on which it is valid")
    repeals = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    applies_areas = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    applies_groups = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    confirmed_by = models.CharField(max_length=64, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    submitted_by = models.CharField(max_length=64, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.CharField(max_length=64, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = models.CharField(max_length=500, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["document_id", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "number"], name="version_number"),
            models.UniqueConstraint(
                fields=["document"], condition=models.Q(state__in=["published", "expiring"]), name="one_live_version"
            ),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["keys"], name="version_keys"),
            models.Index(fields=["file_digest"], name="version_digest"),
            models.Index(
                fields=["repealed"], name="version_ends", condition=models.Q(state__in=["published", "expiring"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"

    @property
    def validity(self) -> Validity:
        """Whether it holds today."""
        return validity(State(self.state), self.in_force, self.repealed, today())

    @property
    def values(self) -> FactValues:
        """Its facts as they stand."""
        return FactValues(
            self.title, self.document_number, self.issuer, self.issued, self.in_force, self.repealed,
            tuple(self.repeals), tuple(self.applies_areas), tuple(self.applies_groups),
        )  # fmt: skip


class PassageRow(models.Model):
    """A passage of a version, as `language.papers` cut it."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="passages")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=[(x.value, x.name) for x in PassageKind])
    label = models.CharField(max_length=120, blank=True)
    path = ArrayField(models.TextField(), default=list)
    text = models.TextField()
    context = models.TextField(blank=True)
    page = models.PositiveIntegerField(default=0)
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    cells = models.JSONField(default=list)
    keys = ArrayField(models.CharField(max_length=KEY), default=list)
    live = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["version_id", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "number"], name="passage_number")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.label or self.number}"

    @property
    def passage(self) -> Passage:
        """The passage itself."""
        return Passage(
            self.number, PassageKind(self.kind), self.text, self.label, tuple(self.path), self.context, self.page,
            self.start, self.end, tuple((name, value) for name, value in self.cells),
        )  # fmt: skip


class Finding(models.Model):
    """Something that the publishing check found; it stops publishing until a person answers for it."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="findings")
    kind = models.CharField(max_length=8, choices=[(x.value, x.name) for x in FindingKind])
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    passage = models.PositiveIntegerField(default=0, help_text="number of the passage; 0: in none")
    answer = models.CharField(max_length=300, blank=True, help_text="why it may be published")
    answered_by = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["version_id", "start"]

    def __str__(self) -> str:
        return f"{self.kind} {self.version_id}:{self.start}"
