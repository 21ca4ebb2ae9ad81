"""Message boards of other platforms (网络留言): boards, their posts, and what happened to each post.

No words of a citizen stand here: they are the request that a post became, and its supplements.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from minhu.engines.secrets import EncryptedTextField


class Board(models.Model):
    """A board of another platform, and how its posts come: by signed messages, by files, or both."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="the end of our address for it")
    label = models.CharField(max_length=64, unique=True)
    site = models.CharField(max_length=200, blank=True, help_text="where citizens find it")
    secret = EncryptedTextField(row="uid", help_text="signs what the platform sends and asks for")
    line = models.CharField(max_length=32, blank=True, default="", help_text="line of business; empty: the main one")
    answer_days = models.PositiveSmallIntegerField(default=0, help_text="for posts without a deadline; 0: none")
    columns = models.JSONField(default=dict, blank=True, help_text="field → column of its files, as last imported")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    last_in_at = models.DateTimeField(null=True, blank=True)
    last_out_at = models.DateTimeField(null=True, blank=True)
    refused = models.PositiveIntegerField(default=0, help_text="signed messages that could not be used")
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["label"]

    def __str__(self) -> str:
        return self.label


class BoardPost(models.Model):
    """One post: its key there, its order here, its deadline there, and how far the reply went."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    board = models.ForeignKey(Board, models.PROTECT, related_name="posts")
    key = models.CharField(max_length=100)
    order = models.OneToOneField("handling.Order", models.CASCADE, related_name="board_post")
    public = models.BooleanField(default=False, help_text="everybody may read the post there")
    link = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64, help_text="of its words as last brought")
    posted_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True, help_text="until when the board wants its reply")
    changed_at = models.DateTimeField(null=True, blank=True)
    followed_at = models.DateTimeField(null=True, blank=True, help_text="the last word of its author behind the post")
    deleted_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True, help_text="the reply was handed to the board")
    taken_digest = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(null=True, blank=True, help_text="the board says that it stands there")
    published_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["board", "key"], name="board_post_once")]

    def __str__(self) -> str:
        return f"{self.board_id} {self.key}"


class BoardEntry(models.Model):
    """What came of a post behind its first words; ``key`` makes what comes twice harmless."""

    post = models.ForeignKey(BoardPost, models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=10, help_text="changed | followed | deleted | restored | taken | published")
    key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64, blank=True)
    supplement_id = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["post", "kind", "key"], name="board_entry_once")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.kind}"
