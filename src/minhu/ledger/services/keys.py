"""The ledger's public keys, for operators and auditors."""

from collections.abc import Iterable

from django.db import transaction

from minhu.kernel.errors import Invalid
from minhu.ledger import signing
from minhu.ledger.domain import notes
from minhu.ledger.models import Checkpoint
from minhu.ledger.services.append import append


def keys(*, new: bool = False, name: str = "") -> tuple[str, ...]:
    """Return the printable public keys, oldest first; `new` makes another one, which is entered into the ledger.

    Raises Invalid for a name that a signed note cannot carry, Unavailable when the keys cannot be read.
    """
    last = Checkpoint.objects.order_by("-size").first()
    size = last.size if last else 0
    if new:
        with transaction.atomic():
            made = signing.add_key(size, name or _same_name())
            append("ledger.key_made", ("ledger", made.key_id), {"key": made.verifier, "first_size": size})
    else:
        signing.current_key(size)
    return tuple(key.verifier for key in signing.all_keys())


def parse_verifiers(lines: Iterable[str]) -> tuple[tuple[str, bytes], ...]:
    """Read printed public keys; raises Invalid when one is none."""
    try:
        return tuple(notes.parse_verifier(line) for line in lines if line.strip())
    except ValueError as error:
        raise Invalid("这不是账本的公钥，请原样粘贴 minhu ledger key 打印的一行。", code="bad_key") from error


def _same_name() -> str:
    known = signing.all_keys()
    return known[-1].name if known else ""
