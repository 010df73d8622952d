"""The benchmarks: that they run, measure equal work, and report what they measured."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.measure import Spread, one_round, times_faster
from benchmarks.report import CaseResult, Result, replace_block, table

ROOT = Path(__file__).parents[1]


def test_each_side_has_one_turn_a_round_and_the_order_turns_round() -> None:
    """No side always runs on the other's heels."""
    order: list[str] = []

    def turn(name: str, seconds: float) -> float:
        order.append(name)
        return seconds

    sides = {"a": lambda s: turn("a", s), "b": lambda s: turn("b", 2 * s)}
    rounds = [one_round(sides, 1.0, number) for number in range(2)]

    assert order == ["a", "b", "b", "a"]
    assert rounds == [{"a": 1.0, "b": 2.0}] * 2


def test_a_ratio_is_the_median_of_pairs_within_a_round() -> None:
    """A round in which the machine was slow for both sides changes nothing."""
    rounds = [{"old": 10.0, "new": 2.0}, {"old": 100.0, "new": 20.0}, {"old": 8.0, "new": 2.0}]

    assert times_faster(rounds, "old", "new") == Spread(low=4.5, middle=5.0, high=5.0)


def test_a_missed_target_is_said() -> None:
    """The table says of each side whether it reached the target."""
    rounds = [{"old": 10.0, "new": 1.0, "safe": 2.0}] * 2

    verdicts = [CaseResult("case", target, rounds).verdict() for target in (5, 8, 20)]

    assert verdicts == ["yes", "only new", "no"]


def test_the_table_shows_microseconds_ratio_target_and_machine() -> None:
    """A reader can judge the figure without running anything."""
    case = CaseResult("text", 5, [{"old": 10e-6, "new": 1e-6}, {"old": 20e-6, "new": 2e-6}])

    lines = table(Result("cycle", "Title", {"python": "3.x", "cores": 2}, [case])).splitlines()

    assert lines[2] == "| text | 15.0 | 1.5 | **10.0×** (10.0-10.0) | 5× | yes |"
    assert lines[-1] == "Measured with python 3.x, cores 2."


def test_only_the_block_between_the_markers_is_replaced() -> None:
    """The words around the figures stay as they were written."""
    text = "a\n<!-- bench:cycle -->\nold\n<!-- /bench:cycle -->\nb\n"

    replaced = replace_block(text, "cycle", "new")

    assert replaced == "a\n<!-- bench:cycle -->\nnew\n<!-- /bench:cycle -->\nb\n"
    with pytest.raises(ValueError, match="expected one block from <!-- bench:orm -->"):
        replace_block(text, "orm", "new")


def test_the_benchmark_of_the_cycle_runs_and_writes_its_results(tmp_path: Path) -> None:
    """With tiny counts: both sides give equal answers, each case is measured, memory is read."""
    options = ["--rounds=2", "--seconds=0.001", "--memory=1000", "--no-plot"]
    command = [sys.executable, "-m", "benchmarks.cycle", *options, f"--output={tmp_path}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

    result = json.loads((tmp_path / "cycle.json").read_text())
    assert [len(case["rounds"]) for case in result["cases"]] == [2] * 10
    assert "404" in (tmp_path / "cycle.md").read_text()
    assert len(result["notes"]) == 3


def test_the_benchmark_of_the_client_runs_and_writes_its_tables(tmp_path: Path) -> None:
    """With tiny counts: each client makes each call."""
    command = [sys.executable, "-m", "benchmarks.http", "--rounds=2", "--seconds=0.01"]
    command.append(f"--output={tmp_path}")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

    assert (tmp_path / "http.md").read_text().count("| schlenk.http |") == 5
