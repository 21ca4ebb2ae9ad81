"""The three rates (响应率、解决率、满意率): definitions and arithmetic, no database.

Source: the indicator table of the hotline rules. Denominators are *valid* answers: a callback that
reached nobody, or a question left open, counts in no denominator. Weights and shares are the
shipped defaults of a versioned rule set (kind ``rates``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from minhu.evaluation.types import Satisfaction
from minhu.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class RateRules:
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
    ranking: bool = False
    """Whether units are put in order; off by default (do not chase rankings)."""


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


def rates_of(tally: Tally, rules: RateRules) -> Rates:
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


def parse_rate_rules(content: dict[str, object]) -> RateRules:
    """Read a rule set of kind ``rates``; raises ``Invalid`` with the faulty line."""
    base = RateRules()
    weights = dict(base.satisfaction)
    given = content.get("satisfaction", {})
    if not isinstance(given, dict):
        raise Invalid("评价规则中“satisfaction”应为各档权重。", fields={"satisfaction": "格式不对"})
    for name, value in given.items():
        if name not in {g.value for g in Satisfaction} or not isinstance(value, int | float):
            raise Invalid(f"评价规则中不认识“{name}”。", fields={"satisfaction": str(name)})
        weights[Satisfaction(name)] = float(value)
    names = ("response_share", "solution_share", "satisfaction_share")
    shares = {name: content.get(name, getattr(base, name)) for name in names}
    numbers = {name: float(x) for name, x in shares.items() if isinstance(x, int | float)}
    if len(numbers) != len(names) or abs(sum(numbers.values()) - 1) > 1e-6:
        raise Invalid("三率权重之和应为 1，请检查。", fields={"response_share": "三项之和应为 1"})
    ranking = bool(content.get("ranking", False))
    return RateRules(weights, numbers[names[0]], numbers[names[1]], numbers[names[2]], ranking=ranking)
