"""The category model that serves: the promoted one of the database, else the one that ships with the software."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

import structlog

from minhu.directory.queries import categories
from minhu.directory.queries.freshness import Cached, Topic
from minhu.intake.models import LearnedModel
from minhu.intake.types import ModelState
from minhu.language.categories import CategoryModel, ModelError, default_model

log = structlog.get_logger("minhu.intake")


def pack(model: CategoryModel) -> bytes:
    """The numbers of a model as bytes (npz)."""
    with tempfile.TemporaryDirectory(prefix="minhu-model-") as folder:
        return (model.save(folder) / "model.npz").read_bytes()


def unpack(row: LearnedModel) -> CategoryModel:
    """The model of a row; raises ModelError when its numbers are not those whose digest stands beside them."""
    content = bytes(row.content or b"")
    if not content or hashlib.sha256(content).hexdigest() != row.digest:
        raise ModelError(f"分类模型 {row.version} 的内容与登记的摘要不符")
    with tempfile.TemporaryDirectory(prefix="minhu-model-") as folder:
        (Path(folder) / "model.npz").write_bytes(content)
        (Path(folder) / "card.json").write_text(_json(row), encoding="utf-8")
        return CategoryModel.load(folder)


def _json(row: LearnedModel) -> str:

    return json.dumps({**row.card, "version": row.version}, ensure_ascii=False)


def _load() -> CategoryModel | None:
    row = LearnedModel.objects.filter(
        state=ModelState.SERVING.value, taxonomy_version=categories.current().version
    ).first()
    if row is not None:
        try:
            return unpack(row)
        except ModelError:
            log.error("learned_model_unusable", version=row.version)
    try:
        return default_model()
    except ModelError:
        return None


serving = Cached(_load, Topic.MODELS, Topic.CATEGORIES)
"""The model in force; next to nothing unless a model was promoted or the tree published anew."""
