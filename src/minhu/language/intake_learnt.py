"""The learnt part of the intake recommendation: the eight classes by hashed n-grams, for wordings that no row knows.

It is asked twice: by the intake decision, and as a second opinion on danger to life.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from minhu.language.categories import CategoryModel
from minhu.language.types import IntakeClass

DEFAULT_MODEL: Final = Path(__file__).parent / "models" / "intake-default"


@lru_cache(maxsize=1)
def intake_model() -> CategoryModel:
    """The small model that ships: the eight classes, learnt from sentences of our own and ordinary messages."""
    return CategoryModel.load(DEFAULT_MODEL)


def emergency_chance(text: str) -> float:
    """How likely a short text is an emergency rather than any other class, between 0 and 1."""
    model = intake_model()
    return float(model.probabilities(text)[model.labels.index(IntakeClass.EMERGENCY)])
