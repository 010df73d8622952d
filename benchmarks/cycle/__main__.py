"""`python -m benchmarks.cycle` measures the request cycle and writes table, plot and JSON."""

import argparse
from functools import partial
from pathlib import Path

from benchmarks.machine import facts, pin_to_one_core
from benchmarks.measure import Turn, one_round, warm_up
from benchmarks.report import RESULTS, CaseResult, Result

from .cases import CASES
from .memory import measure_apart
from .sides import ADOPTED, FLASK, SAFE, build, check_same_work, signed_in_cookie
from .wsgi import requests, seconds_per_request


def main() -> None:
    """Measure, print as it goes, and write the results."""
    options = arguments()
    core = pin_to_one_core()
    print(f"on core {core}" if core is not None else "not pinned: the system cannot", flush=True)
    cases = measure(options.rounds, options.seconds)
    result = Result(
        benchmark="cycle",
        title="The request cycle, in process",
        machine=facts(["schlenk", "flask", "werkzeug"]),
        cases=cases,
        notes=[
            f"Median of {options.rounds} rounds, the sides taking turns on one core; the quartiles "
            "of the ratio within a round in brackets.",
            *memory_notes(options.memory),
        ],
    )
    result.write(options.output, plotted=options.plot)
    print((options.output / "cycle.md").read_text(encoding="utf-8"))


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cycle", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="turns for each side of each case")
    parser.add_argument("--seconds", type=float, default=0.2, help="length of one turn")
    parser.add_argument("--memory", type=int, default=1_000_000, help="requests; 0 to leave it out")
    parser.add_argument("--no-plot", dest="plot", action="store_false", help="needs no matplotlib")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder of the results")
    return parser.parse_args()


def measure(rounds: int, seconds: float) -> list[CaseResult]:
    """Take all rounds of all cases, the cases within the rounds, so that each sees all weather."""
    sides = build()
    cookie = signed_in_cookie(next(iter(sides.values())))
    check_same_work(sides, cookie)
    turns: dict[str, dict[str, Turn]] = {
        case.name: {
            name: partial(seconds_per_request, app, requests(case, cookie)) for name, app in sides.items()
        }
        for case in CASES
    }
    for sides_of_case in turns.values():
        warm_up(sides_of_case, seconds / 4)
    results = [CaseResult(case.name, case.target, []) for case in CASES]
    for number in range(rounds):
        for result in results:
            result.rounds.append(one_round(turns[result.name], seconds, number))
        print(progress(number + 1, rounds, results), flush=True)
    return results


def progress(number: int, rounds: int, results: list[CaseResult]) -> str:
    """Return one line with this round's ratio of each case, in order."""
    latest = [result.rounds[-1] for result in results]
    ratios = [f"{taken[FLASK] / taken[ADOPTED]:.1f}" for taken in latest]
    return f"round {number}/{rounds}, {ADOPTED}: {' '.join(ratios)}"


def memory_notes(late: int) -> list[str]:
    """Return a sentence on memory for each of our sides."""
    notes = []
    for side in (ADOPTED, SAFE) if late else ():
        print(f"memory over {late:,} requests, {side} ...", flush=True)
        growth = measure_apart(side, min(10_000, late // 2), late)
        notes.append(
            f"{side}: {growth.late_bytes / 2**20:.1f} MiB resident after {growth.late_requests:,} "
            f"requests, {growth.share:+.2%} against {growth.early_requests:,} "
            f"(bound 2 %: {'met' if growth.met else 'not met'})."
        )
    return notes


if __name__ == "__main__":
    main()
