"""A model is made of what people taught, set beside the one in force on a frozen set, and promoted by a second person.

Learned from: labels that people agree on, suggestions of categories that people accepted or changed. Words are masked
before anything is learned from them, and a model holds weights only. What is in the frozen set, or says the same as a
row of it, is not learned from.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from django.db import IntegrityError, connection, transaction

from minhu.directory.access import as_system, require
from minhu.directory.policy import Action
from minhu.directory.queries import categories
from minhu.directory.queries.freshness import forget
from minhu.intake import learned, lexicon
from minhu.intake.models import Erasure, FrozenSet, Label, LearnedModel, Request, Suggestion
from minhu.intake.services.labelling import agreed
from minhu.intake.types import ModelState, Outcome, SuggestedField
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, NotAllowed, NotFound
from minhu.kernel.locks import Lock
from minhu.language import measures
from minhu.language.categories import CategoryModel, ModelError
from minhu.language.features import join_title
from minhu.language.keywords import KeywordIndex
from minhu.language.learning import compare
from minhu.language.personal import mask_personal
from minhu.language.understanding import LONGEST
from minhu.ledger import services as ledger

log = structlog.get_logger("minhu.intake")
JOB: Final = "minhu.intake.train_model"
MOST_ROWS: Final = 20_000
MOST_LABELS: Final = 120
"""Rarer labels are left to the words of the catalogue: a machine of a city has two cores and few gigabytes."""
LEAST_ROWS, LEAST_FROZEN, LEAST_OF_LABEL = 40, 20, 4
FROZEN_SHARE: Final = 5
"""One request in so many, told by the digest of its words, is kept for the frozen set."""
SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Row:
    """Masked words with their label; `digest` is that of the words as received."""

    request_id: int
    text: str
    code: str
    digest: str
    source: str


def ask_training() -> LearnedModel:
    """Have a model trained in the background; raises Conflict while another is being trained."""
    require(Action.MANAGE_RULES)
    moment = now()
    try:
        with transaction.atomic():
            row = LearnedModel.objects.create(
                version=f"{moment:%Y%m%d.%H%M%S}", taxonomy_version=categories.current().version,
                state=ModelState.TRAINING.value, asked_by=current_actor().id, asked_at=moment,
            )  # fmt: skip
            ledger.append("learning.training_asked", ("model", row.version), {})
            _defer(row.pk)
    except IntegrityError as error:
        raise Conflict("已有模型正在训练，请等它完成。", code="training") from error
    return row


def train_in_background(model_id: int) -> None:
    """The job: whatever goes wrong is written beside the model, and the one in force stays."""
    with transaction.atomic(), as_system():
        row = LearnedModel.objects.select_for_update().filter(pk=model_id, state=ModelState.TRAINING.value).first()
        if row is None:
            return
        try:
            with transaction.atomic():
                _train(row)
        except ModelError as error:
            row.state, row.problem, row.content = ModelState.FAILED.value, str(error)[:300], None
        except (MemoryError, ValueError) as error:
            log.error("training_failed", error=type(error).__name__)
            row.state, row.problem, row.content = ModelState.FAILED.value, "训练没有完成，请查看运行日志。", None
        row.finished_at = now()
        row.save()
        ledger.append("learning.trained", ("model", row.version), {"state": row.state, "sha256": row.digest})


def promote(model_id: int) -> None:
    """Put a candidate in force, as a second person; refused where it is worse beyond chance."""
    with _deciding() as who:
        row = _locked(model_id, ModelState.CANDIDATE)
        if row.asked_by == who:
            raise NotAllowed("须由申请训练者以外的另一位管理员启用。", code="not_oneself")
        if row.taxonomy_version != categories.current().version:
            raise Conflict("分类目录已经换版，请重新训练。", code="other_taxonomy")
        if row.comparison.get("high", 0) < 0:
            raise Conflict("新模型在冻结集上明显不如现用模型，不能启用。", code="worse")
        learned.unpack(row)
        _retire()
        _decide(row, ModelState.SERVING, who, "learning.promoted")


def refuse(model_id: int) -> None:
    """Lay a candidate aside."""
    with _deciding() as who:
        _decide(_locked(model_id, ModelState.CANDIDATE), ModelState.REFUSED, who, "learning.refused")


def roll_back() -> str:
    """Take the model in force out and put its predecessor back (the built-in one, where there is none); its version.

    One person may do it: it has to be quick, and the predecessor was promoted by two.
    """
    with _deciding() as who:
        present = LearnedModel.objects.select_for_update().filter(state=ModelState.SERVING.value).first()
        if present is None:
            raise Conflict("现用的就是内置模型，没有可以回退的版本。", code="nothing_to_roll_back")
        before = (
            LearnedModel.objects.select_for_update()
            .filter(state=ModelState.RETIRED.value, taxonomy_version=present.taxonomy_version, decided_at__lt=present.decided_at)
            .order_by("-decided_at").first()
        )  # fmt: skip
        # refused, so that a later roll-back does not come back to it
        _decide(present, ModelState.REFUSED, who, "learning.rolled_back")
        if before is not None:
            LearnedModel.objects.filter(pk=before.pk).update(state=ModelState.SERVING.value)
        return before.version if before is not None else ""


class _deciding:  # noqa: N801 - reads as a verb
    """One decision about models at a time; every process follows within seconds."""

    def __enter__(self) -> str:
        require(Action.MANAGE_RULES)
        self._block = transaction.atomic()
        self._block.__enter__()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock({Lock.LEARNING:d})")
        return current_actor().id

    def __exit__(self, *error: Any) -> None:
        transaction.on_commit(forget)
        self._block.__exit__(*error)
        forget()


def _locked(model_id: int, state: ModelState) -> LearnedModel:
    row = LearnedModel.objects.select_for_update().filter(pk=model_id).first()
    if row is None:
        raise NotFound("没有找到这个模型。", code="not_found")
    if row.state != state.value:
        raise Conflict("这个模型的状态已经变化，请刷新后查看。", code="model_state")
    return row


def _retire() -> None:
    LearnedModel.objects.filter(state=ModelState.SERVING.value).update(state=ModelState.RETIRED.value)


def _decide(row: LearnedModel, state: ModelState, who: str, kind: str) -> None:
    row.state, row.decided_by, row.decided_at = state.value, who, now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    ledger.append(kind, ("model", row.version), {"sha256": row.digest})


def _defer(model_id: int) -> None:
    from procrastinate.contrib.django import app

    app.configure_task(JOB, lock="learning").defer(model_id=model_id)


# -- what is learned from ------------------------------------------------------------------------------------------


def taught(most: int = MOST_ROWS) -> list[Row]:
    """What people have said of categories of the published tree, newest first; labels count before outcomes."""
    said: dict[int, tuple[str, str]] = {}
    for one in Suggestion.objects.filter(
        field=SuggestedField.CATEGORY.value, outcome__in=(Outcome.ACCEPTED.value, Outcome.CHANGED.value)
    ).order_by("-id")[:most]:
        code = _code_of(one.final)
        if code and one.request_id not in said:
            said[one.request_id] = code, one.outcome
    labels: dict[int, list[str]] = {}
    for request_id, code in Label.objects.exclude(code="").order_by("id").values_list("request_id", "code"):
        labels.setdefault(request_id, []).append(code)
    for request_id, codes in labels.items():
        if code := agreed(codes):
            said[request_id] = code, "label"
        else:
            said.pop(request_id, None)  # people differ: nothing is learned
    gone = set(Erasure.objects.filter(request_id__in=list(said)).values_list("request_id", flat=True))
    leaves = {leaf.code for leaf in categories.current().leaves}
    rows = Request.objects.filter(pk__in=said.keys() - gone).order_by("-pk")[:most]
    return [
        Row(row.pk, mask_personal(join_title(row.title, row.text[:LONGEST])), *said[row.pk][:1], row.content_digest, said[row.pk][1])
        for row in rows if said[row.pk][0] in leaves
    ]  # fmt: skip


def _code_of(final: Any) -> str:
    """The code of a category that a person left in force (its id, or a value that holds it)."""
    number = final.get("category_id") if isinstance(final, dict) else final
    info = categories.category_info(number) if isinstance(number, int) and not isinstance(number, bool) else None
    return info.code if info is not None else ""


def is_kept_for_judging(digest: str) -> bool:
    """Whether a request belongs to the share that no model learns from."""
    return int(hashlib.sha256(digest.encode()).hexdigest()[:8], 16) % FROZEN_SHARE == 0


def freeze(rows: list[Row], moment: datetime) -> FrozenSet:
    """Fix the rows that models are judged on; the same rows give the same set."""
    kept = sorted((row.request_id, row.code, row.digest) for row in rows if is_kept_for_judging(row.digest))
    digest = digest_of(kept)
    version = categories.current().version
    found = FrozenSet.objects.filter(digest=digest, taxonomy_version=version).first()
    return found or FrozenSet.objects.create(
        taxonomy_version=version, rows=[list(one) for one in kept], digest=digest, made_at=moment
    )


def digest_of(rows: list[tuple[int, str, str]]) -> str:
    """SHA-256 over the lines of a frozen set."""
    return hashlib.sha256("\n".join(f"{pk} {code} {digest}" for pk, code, digest in rows).encode()).hexdigest()


# -- training and comparing ----------------------------------------------------------------------------------------


def _train(row: LearnedModel) -> None:
    from minhu.language.training import train  # brings scikit-learn, which no web process should load

    rows, words = taught(), lexicon.words_of_the_city()
    frozen = _frozen(rows, row)
    judged = [one for one in rows if one.request_id in {pk for pk, _, _ in frozen.rows}]
    learnt = _learnt(rows, judged)
    if words.index is None or len(learnt) < LEAST_ROWS or len(judged) < LEAST_FROZEN:
        raise ModelError(
            f"已标注的还不够：可学习 {len(learnt)} 件（至少 {LEAST_ROWS} 件），"
            f"用于比较 {len(judged)} 件（至少 {LEAST_FROZEN} 件）。请继续标注或采纳、更正建议。"
        )
    base = _base({one.code for one in learnt})
    sources = [f"{name} {count}" for name, count in Counter(one.source for one in learnt).most_common()]
    model = train(
        [*base, *((one.text, one.code) for one in learnt)], version=row.version, sources=[*sources, f"catalogue {len(base)}"],
        date=now().date().isoformat(),
    )  # fmt: skip
    row.frozen, row.content, row.card = frozen, learned.pack(model), dict(model.card)
    row.digest = hashlib.sha256(row.content).hexdigest()
    row.comparison = _compared(judged, words.index, words.model, model)
    row.state = ModelState.CANDIDATE.value


def _frozen(rows: list[Row], row: LearnedModel) -> FrozenSet:
    """The newest frozen set of this tree, its digest checked anew; a new one where twice as much has been taught since."""
    found = FrozenSet.objects.filter(taxonomy_version=row.taxonomy_version).first()
    kept = sum(is_kept_for_judging(one.digest) for one in rows)
    if found is None or len(found.rows) < LEAST_FROZEN or kept >= 2 * len(found.rows):
        return freeze(rows, now())
    if digest_of([(pk, code, digest) for pk, code, digest in found.rows]) != found.digest:
        raise ModelError("冻结集的内容与登记的摘要不符，不能用来比较，请联系系统管理员核对数据库。")
    return found


def _learnt(rows: list[Row], judged: list[Row]) -> list[Row]:
    """Rows to learn from: never of the share kept for judging, nor near a judged one, and of labels frequent enough."""
    free = [one for one in rows if not is_kept_for_judging(one.digest)]
    if free and judged:
        leaks = measures.shared_with([one.text for one in free], [one.text for one in judged], share=0.8)
        free = [one for one, leak in zip(free, leaks, strict=True) if not leak]
    often = Counter(one.code for one in free).most_common(MOST_LABELS)
    known = {code for code, count in often if count >= LEAST_OF_LABEL}
    return [one for one in free if one.code in known]


def _base(codes: set[str]) -> list[tuple[str, str]]:
    """What the catalogue itself says of these labels."""
    return [
        (" ".join((*leaf.path, *leaf.keywords, leaf.description)), leaf.code)
        for leaf in categories.index()
        if leaf.code in codes
    ]


def _answers(judged: list[Row], index: KeywordIndex, model: CategoryModel | None) -> list[tuple[str, float]]:
    best = [index.predict("", one.text, model, 1)[0] for one in judged]
    return [(one.value, one.probability) for one in best]


def _compared(judged: list[Row], index: KeywordIndex, old: CategoryModel | None, new: CategoryModel) -> dict[str, Any]:
    """The comparison as it is stored: figures, codes and ids, no words."""
    before, after = _answers(judged, index, old), _answers(judged, index, new)
    found = compare([one.code for one in judged], before, after)
    shown = {key: value for key, value in asdict(found).items() if key != "changed"}
    shown["changed_rows"] = len(found.changed)
    shown["changed"] = [
        [judged[at].request_id, judged[at].code, before[at][0], after[at][0]] for at in found.changed[:SHOWN]
    ]
    return shown
