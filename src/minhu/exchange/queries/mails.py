"""What is known of the mails of a talk, for who reads it."""

from __future__ import annotations

from uuid import UUID

from minhu.exchange.models import MailThread


def checks_of(talk_uid: UUID) -> str:
    """What our receiving server found of a mail's sender, e.g. 'dkim=pass spf=pass'; '' for nothing. Shown, never believed.

    Reads as the current actor: whoever may not read talks gets nothing.
    """
    return MailThread.objects.filter(talk_uid=talk_uid).values_list("checks", flat=True).first() or ""
