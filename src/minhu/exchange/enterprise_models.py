"""Enterprises that agreed to answer consumers first (消费维权绿色通道)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from minhu.engines.secrets import EncryptedTextField


class Enterprise(models.Model):
    """A registered enterprise: what it is called, where and in what it works, whom to call, by when it answers."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    credit_code = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=100)
    aliases = ArrayField(models.CharField(max_length=40), default=list, blank=True, help_text="brands, shops, apps")
    category_codes = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    area_codes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    contact = EncryptedTextField(row="uid", blank=True, default="", help_text="who answers there")
    phone = models.CharField(max_length=32, help_text="its line for disputes")
    answer_days = models.PositiveSmallIntegerField(default=3, help_text="working days that were agreed")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    suspended = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
