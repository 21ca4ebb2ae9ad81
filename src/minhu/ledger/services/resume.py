"""Going on after a restored backup: the operator says why, the old file of checkpoints is kept, signing begins again."""

from django.db import transaction

from minhu.kernel.errors import Conflict, Invalid
from minhu.ledger import signing, witness
from minhu.ledger.models import Checkpoint
from minhu.ledger.services.append import append
from minhu.ledger.services.integrate import sequencer_tick


def resume(reason: str) -> str:
    """Accept the ledger as the database has it now; return the name of the file that was set aside ('' for none).

    Everything restored stays visible: the reason stands in the ledger, the old checkpoints in the old file. Raises
    Invalid without a reason, Conflict while nothing is integrated.
    """
    if len(reason.strip()) < 4:
        raise Invalid("请写明原因（至少 4 个字），它会记入账本。", code="reason_needed")
    with transaction.atomic():
        append("ledger.resumed", ("ledger", "all"), {"reason": reason.strip()[:500], "size": _last().size})
    sequencer_tick()
    last = _last()
    signing.current_key(last.size)
    signing.accept(last.size, bytes(last.root))
    kept = witness.set_aside()
    with transaction.atomic():
        append("ledger.witness_restarted", ("ledger", "all"), {"size": last.size, "kept": kept.name if kept else ""})
    sequencer_tick()
    return kept.name if kept else ""


def _last() -> Checkpoint:
    last = Checkpoint.objects.order_by("-size").first()
    if last is None:
        raise Conflict("账本还是空的，没有什么需要恢复。", code="ledger_empty")
    return last
