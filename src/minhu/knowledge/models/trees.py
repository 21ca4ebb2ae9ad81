"""Scenario trees: versions of nodes that ask step by step, and the steps of editing by which a draft is undone."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from minhu.directory.policy import Facts
from minhu.knowledge.domain.trees import MAX_LABEL, MAX_TEXT, MAX_TITLE, Change, NodeKind, TreeState
from minhu.knowledge.models.documents import KEY, Version


class Tree(models.Model):
    """A matter that is asked about step by step; what it asks stands in its versions."""

    title = models.CharField(max_length=MAX_TITLE, unique=True)
    names = ArrayField(
        models.CharField(max_length=40), default=list, help_text="a question that holds all words of one is meant"
    )
    owner_unit = models.ForeignKey("directory.Unit", models.PROTECT, related_name="+")
    keys = ArrayField(models.CharField(max_length=KEY), default=list)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["title"]

    def __str__(self) -> str:
        return self.title

    def facts(self) -> Facts:
        """What the policy needs to know of it: the unit that keeps it."""
        return Facts(unit_ids=frozenset({self.owner_unit_id}))


class TreeVersion(models.Model):
    """A tree as it was published once, or is being written; its keys are those of the documents at its ends."""

    tree = models.ForeignKey(Tree, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(
        max_length=10, choices=[(x.value, x.name) for x in TreeState], default=TreeState.DRAFT.value
    )
    keys = ArrayField(models.CharField(max_length=KEY), default=list)
    created_by = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    edited_by = ArrayField(models.CharField(max_length=64), default=list, help_text="everybody who wrote in it")
    reviewed_by = models.CharField(max_length=64, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["tree_id", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tree", "number"], name="tree_version_number"),
            models.UniqueConstraint(
                fields=["tree"], condition=models.Q(state="published"), name="one_published_tree_version"
            ),
            models.UniqueConstraint(
                fields=["tree"], condition=models.Q(state__in=["draft", "review"]), name="one_tree_version_at_work"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tree_id} v{self.number}"


class TreeNode(models.Model):
    """A step or an end. What stands on a document is seen by whoever may see the document as well."""

    version = models.ForeignKey(TreeVersion, models.CASCADE, related_name="nodes")
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="+")
    position = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=8, choices=[(x.value, x.name) for x in NodeKind])
    label = models.CharField(max_length=MAX_LABEL, blank=True, help_text="the choice that leads here")
    says = ArrayField(models.CharField(max_length=20), default=list, help_text="other words for the choice")
    text = models.CharField(max_length=MAX_TEXT, blank=True, help_text="what is asked, or said at an end")
    address = models.CharField(max_length=300, blank=True)
    cited = models.ForeignKey(Version, models.CASCADE, null=True, related_name="+")
    passage = models.PositiveIntegerField(default=0, help_text="0: the whole document")
    stale = models.CharField(max_length=60, blank=True, help_text="why the citation holds no more")
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["version_id", "position", "id"]

    def __str__(self) -> str:
        return self.label or self.text[:40]


class TreeStep(models.Model):
    """One step of editing a draft and what was before it; gone when the draft is published."""

    node = models.ForeignKey(TreeNode, models.CASCADE, related_name="steps")
    change = models.CharField(max_length=8, choices=[(x.value, x.name) for x in Change])
    before = models.JSONField(default=dict)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.change} {self.node_id}"
