"""Taking turns: the way every figure here is measured.

A machine that others share changes its speed from second to second. So no side runs alone: in
each round every side has one short turn, the order is reversed from round to round, and the figure
is the median over rounds of the ratio *within* a round. A burst of foreign load then moves one
pair, not the result. Garbage collection stays on: a server pays for it too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Self

#: Works for about that many seconds and returns the seconds that one operation took.
Turn = Callable[[float], float]


@dataclass(frozen=True)
class Spread:
    """A median and the quartiles around it."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Summarise at least two values."""
        low, _, high = quantiles(values, n=4, method="inclusive")
        return cls(low, median(values), high)


def warm_up(sides: Mapping[str, Turn], seconds: float) -> None:
    """Let each side compile and cache what it does on first use."""
    for turn in sides.values():
        turn(seconds)


def one_round(sides: Mapping[str, Turn], seconds: float, number: int) -> dict[str, float]:
    """Give each side one turn, first to last in even rounds and last to first in odd ones."""
    order = list(sides) if number % 2 == 0 else list(sides)[::-1]
    taken = {name: sides[name](seconds) for name in order}
    return {name: taken[name] for name in sides}


def times_faster(rounds: Sequence[Mapping[str, float]], rival: str, side: str) -> Spread:
    """Return how many times faster `side` is than `rival`, from their pairs."""
    return Spread.of([taken[rival] / taken[side] for taken in rounds])
