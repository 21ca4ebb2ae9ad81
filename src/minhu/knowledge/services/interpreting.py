"""The interpretation of a version: made anew for each reader from what he may see, signed by a person."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC

from minhu.directory.policy import Action, decide
from minhu.kernel.actors import SYSTEM, Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, NotFound
from minhu.knowledge.models import Signature, Version
from minhu.knowledge.queries.made import Interpretation
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.services.common import changing, record, version_for
from minhu.knowledge.types import LIVE, State
from minhu.language.papers.interpreting import interpret
from minhu.language.papers.types import Passage


def interpretation(version_id: int) -> Interpretation:
    """The interpretation of a version as the current actor may read it.

    What changes is told where he may see the old paper too. Raises NotFound for what may not be seen.
    """
    with changing():
        version = Version.objects.filter(pk=version_id).defer("text", "found").select_related("document").first()
        if version is None:
            raise NotFound("没有找到这个版本，或者您无权查看。", code="no_such_version")
        passages, before, old = _made_of(version)
        said = interpret(version.title, passages, old)
        signature = Signature.objects.filter(version=version).first()
        if signature is not None and signature.digest != _whole(version):
            signature = None
        labels = {one.number: one.label or f"第{one.number}段" for one in passages}
        names = [(one, "、".join(dict.fromkeys(labels[number] for number in one.passages))) for one in said]
        return Interpretation(
            version.document_id, version.pk, version.title, version.document_number, version.issuer, version.in_force,
            version.repealed, before, tuple(names), signature.signed_by if signature else "",
            signature.signed_at if signature else None, _may_sign(version, current_actor()) and signature is None,
        )  # fmt: skip


def sign(version_id: int) -> None:
    """A person who keeps or reviews the document stands for its interpretation as it is now; Conflict if not live."""
    with changing():
        version = version_for(version_id)
        if State(version.state) not in LIVE:
            raise Conflict("只有已发布的文件可以签发解读。", code="wrong_state")
        values = {"digest": _whole(version), "signed_by": current_actor().id, "signed_at": now().astimezone(UTC)}
        Signature.objects.update_or_create(version=version, defaults=values)
        record("signed", version.document_id, version=version.number, digest=values["digest"])


def _may_sign(version: Version, actor: Actor) -> bool:
    live = State(version.state) in LIVE
    return live and bool(decide(actor, Action.EDIT_KNOWLEDGE, version.document.facts()))


def _whole(version: Version) -> str:
    """The digest of the interpretation with all that the program may see, whoever asks."""
    with reading(SYSTEM):
        passages, _, old = _made_of(version)
    return hashlib.sha256(repr(interpret(version.title, passages, old)).encode()).hexdigest()


def _made_of(version: Version) -> tuple[list[Passage], str, list[Passage]]:
    """The passages of a version; title and passages of what it takes the place of, where they may be seen."""
    passages = [row.passage for row in version.passages.all()]
    old = version.document.versions.filter(number__lt=version.number).exclude(state=State.WITHDRAWN.value)
    before = old.order_by("-number").first() or _repealed(version.repeals)
    return passages, before.title if before else "", [row.passage for row in before.passages.all()] if before else []


def _repealed(names: Sequence[str]) -> Version | None:
    titles = [name.split("《", 1)[-1].rsplit("》", 1)[0] for name in names]
    return Version.objects.filter(title__in=titles).defer("text", "found").order_by("-published_at").first()
