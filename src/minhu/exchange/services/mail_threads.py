"""What mails in and out have in common: how a mailbox is reached, and the token by which answers find their thread."""

from __future__ import annotations

from uuid import UUID

from minhu.engines.channels.mail_boxes import Box
from minhu.engines.secrets import blind_index
from minhu.exchange.models import Mailbox


def box_of(row: Mailbox) -> Box:
    """How to reach a mailbox."""
    return Box(
        row.address, row.imap_host, row.imap_port, row.smtp_host, row.smtp_port, row.user, row.password, row.secure
    )


def token_of(thread: UUID) -> str:
    """What an answer to our mails of a thread carries; nobody else can make it."""
    return f"mh.{thread.hex}.{blind_index(thread.hex, 'mail thread').hex()[:16]}"
