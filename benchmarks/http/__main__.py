"""`python -m benchmarks.http` measures the client beside others and writes tables and JSON."""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.machine import facts, pin_to_one_core
from benchmarks.measure import Turn, one_round, times_faster, warm_up
from benchmarks.report import RESULTS, row

from . import sides

CASES = {
    "a GET on a kept connection": sides.on_one_connection,
    "a GET with a query and a header": sides.with_arguments,
    "a POST of JSON": sides.posted,
    "`get` without a session": sides.by_function,
    f"{sides.AT_ONCE} GETs at once, awaited, for one": sides.awaited,
}


def main() -> None:
    """Measure, print, and write the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.http", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="turns for each side of each case")
    parser.add_argument("--seconds", type=float, default=0.2, help="length of one turn")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder of the results")
    options = parser.parse_args()
    parts = []
    with server() as url:
        pin_to_one_core()
        for name, make in CASES.items():
            part = table(name, measured(make(url), options.rounds, options.seconds))
            print(part, end="\n\n", flush=True)
            parts.append(part)
    machine = ", ".join(f"{name} {value}" for name, value in facts(["requests", "pyreqwest"]).items())
    parts.append(f"Median of {options.rounds} rounds, the sides taking turns. Measured with {machine}.")
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "http.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


@contextmanager
def server() -> Iterator[str]:
    """Run the server in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.http.server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/"
        process.terminate()


def measured(turns: dict[str, Turn], rounds: int, seconds: float) -> list[dict[str, float]]:
    """Return the seconds of each side in each round."""
    warm_up(turns, seconds / 4)
    return [one_round(turns, seconds, number) for number in range(rounds)]


def table(name: str, rounds: list[dict[str, float]]) -> str:
    """Return one case's table: µs, and how many times faster than each side ours is."""
    lines = [row([f"{name}, by", "µs", "schlenk.http is so many times faster (quartiles)"])]
    lines.append(row(["---", "---:", "---:"]))
    for side in rounds[0]:
        middle = sorted(taken[side] for taken in rounds)[len(rounds) // 2] * 1e6
        ratio = times_faster(rounds, side, "schlenk.http")
        lines.append(row([side, f"{middle:.1f}", f"{ratio.middle:.2f}× ({ratio.low:.2f}-{ratio.high:.2f})"]))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
