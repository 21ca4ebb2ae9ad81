"""The three rates (响应率、解决率、满意率): definitions and arithmetic, no database.

Source: the indicator table of the hotline rules. Denominators are *valid* answers: a callback that
reached nobody, or a question left open, counts in no denominator. Weights and shares are the
shipped defaults of a versioned rule set (kind ``rates``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from minhu.evaluation.types import Satisfaction


@dataclass(frozen=True, slots=True)
class RateWeights:
    """Weights of satisfaction and the shares of the three rates in the composite."""

    satisfaction: dict[Satisfaction, float] = field(
        default_factory=lambda: {
            Satisfaction.SATISFIED: 1.0,
            Satisfaction.MOSTLY: 0.8,
            Satisfaction.SO_SO: 0.5,
            Satisfaction.DISSATISFIED: 0.0,
        }
    )
    response_share: float = 0.30
    solution_share: float = 0.35
    satisfaction_share: float = 0.35


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of answers; satisfaction as a map from grade to count."""

    response_valid: int = 0
    responded: int = 0
    solution_valid: int = 0
    solved: int = 0
    satisfaction: dict[Satisfaction, int] = field(default_factory=dict)

    def plus(self, other: Tally) -> Tally:
        """The sum of two tallies."""
        grades = {g: self.satisfaction.get(g, 0) + other.satisfaction.get(g, 0) for g in Satisfaction}
        return Tally(
            self.response_valid + other.response_valid,
            self.responded + other.responded,
            self.solution_valid + other.solution_valid,
            self.solved + other.solved,
            grades,
        )


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares from 0 to 1; ``None`` where there is no valid answer to divide by."""

    response: float | None
    solution: float | None
    satisfaction: float | None
    composite: float | None
    tally: Tally


def rates_of(tally: Tally, rules: RateWeights) -> Rates:
    """The rates of ``tally``; the composite exists only when all three do."""
    valid = sum(tally.satisfaction.values())
    response = tally.responded / tally.response_valid if tally.response_valid else None
    solution = tally.solved / tally.solution_valid if tally.solution_valid else None
    weighted = sum(rules.satisfaction[g] * n for g, n in tally.satisfaction.items())
    satisfaction = weighted / valid if valid else None
    composite = None
    if response is not None and solution is not None and satisfaction is not None:
        composite = (
            rules.response_share * response + rules.solution_share * solution + rules.satisfaction_share * satisfaction
        )
    return Rates(response, solution, satisfaction, composite, tally)
