"""Does the memory of a long-lived process stay where it was? Run in a process of its own.

A cache without a bound or a context that is never let go shows as growth between the first ten
thousand requests, which fill every cache, and the last of a million.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path

from benchmarks.machine import resident_bytes

from .cases import CASES
from .sides import ADOPTED, SAFE, build, signed_in_cookie
from .wsgi import BATCH, answer_batch, requests

ROOT = Path(__file__).parents[2]
#: The growth that is still called none.
BOUND = 0.02


@dataclass(frozen=True)
class Growth:
    """Resident bytes early and late in a process's life."""

    side: str
    early_requests: int
    late_requests: int
    early_bytes: int
    late_bytes: int

    @property
    def share(self) -> float:
        """The growth as a share of the early bytes: 0.02 is two percent."""
        return self.late_bytes / self.early_bytes - 1

    @property
    def met(self) -> bool:
        """Whether the process stayed within the bound."""
        return self.share <= BOUND


def measure(side: str, early: int, late: int) -> Growth:
    """Answer `late` mixed requests on `side` in this process and compare with after `early`."""
    sides = build()
    makers = [requests(case, signed_in_cookie(sides[side])) for case in CASES]
    app = sides.pop(side)
    sides.clear()
    turns = cycle(makers)

    def answer(count: int) -> int:
        for _ in range(count // BATCH):
            answer_batch(app, [next(turns)() for _ in range(BATCH)])
        return resident_bytes()

    early_bytes = answer(early)
    return Growth(side, early, late, early_bytes, answer(late - early))


def measure_apart(side: str, early: int, late: int) -> Growth:
    """Measure in a fresh process, so that nothing but the requests can grow it."""
    command = [sys.executable, "-m", __name__, side, str(early), str(late)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the memory benchmark of {side} failed:\n{done.stderr}")
    return Growth(**json.loads(done.stdout))


def main() -> None:
    """Print one measurement as JSON."""
    parser = argparse.ArgumentParser(prog=f"python -m {__spec__.name}")
    parser.add_argument("side", choices=(ADOPTED, SAFE))
    parser.add_argument("early", type=int)
    parser.add_argument("late", type=int)
    print(json.dumps(asdict(measure(**vars(parser.parse_args())))))


if __name__ == "__main__":
    main()
