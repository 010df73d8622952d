"""Flask and Schlenk, run side by side: whatever can be seen of a request must be equal.

`SCHLENK_FUZZ=20000` draws that many applications instead of some hundreds, with fresh randomness, and runs
every row of the table instead of one per feature.
"""

import os
import sys
import time

import flask
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from schlenk.cycle import Flask
from schlenk.routing import Map

from .corpus import FAILURES
from .description import App, Body, Case, Request, Route
from .intended import INTENDED
from .observe import differences, run
from .strategies import cases
from .table import ROWS, some_rows

FUZZ = int(os.environ.get("SCHLENK_FUZZ", "0"))
EXAMPLES = FUZZ or 200


class Progress:
    """Says every now and then how many examples were run."""

    def __init__(self, write: object) -> None:
        self.write = write
        self.done = 0
        self.begun = time.monotonic()

    def step(self) -> None:
        """Count one example."""
        self.done += 1
        if FUZZ and self.done % 500 == 0:
            rate = self.done / (time.monotonic() - self.begun)
            self.write(f"\n{self.done} of {FUZZ} applications compared, {rate:.0f} a second")


@pytest.fixture(scope="module")
def progress(request: pytest.FixtureRequest) -> Progress:
    """Report to the terminal, past pytest's capture."""
    reporter = request.config.pluginmanager.getplugin("terminalreporter")
    return Progress(reporter.write if reporter else sys.stderr.write)


def compare(case: Case) -> None:
    """Run a case on both and fail with what differs first."""
    found = differences(run(case, flask.Flask), run(case, Flask))
    if found:
        pytest.fail("\n".join([*found, f"case: {case!r}"]), pytrace=False)


def test_two_different_classes_are_compared():
    """The comparison is not of one class with itself."""
    assert Flask is not flask.Flask
    assert issubclass(Flask, flask.Flask)


@settings(
    max_examples=EXAMPLES,
    derandomize=not FUZZ,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)
@given(case=cases())
def test_drawn_applications_answer_alike(progress, case):
    """Any application answers any requests as it does on Flask."""
    progress.step()
    compare(case)


def rows(names: list[str]) -> list:
    """Mark those that differ by intent: they must go on doing so, or be taken from that list."""
    return [
        pytest.param(name, marks=pytest.mark.xfail(strict=True, reason=INTENDED[name]))
        if name in INTENDED
        else name
        for name in names
    ]


def test_every_intended_difference_is_a_row():
    """No name in the list of intended differences is misspelt or forgotten."""
    assert INTENDED.keys() - ROWS.keys() == set()


@pytest.mark.parametrize("name", rows(list(ROWS) if FUZZ else some_rows()))
def test_each_feature_answers_alike(name):
    """Each feature of Flask that the table names shows the same on both."""
    compare(ROWS[name])


@pytest.mark.parametrize("name", FAILURES)
def test_what_differed_once_answers_alike(name):
    """What was once found to differ stays equal."""
    compare(FAILURES[name])


def test_the_direct_lane_was_compared(monkeypatch):
    """After all of the above a plain request still takes the direct lane: nothing done here turned it off."""
    found = []
    find = Map.find
    monkeypatch.setattr(Map, "find", lambda *arguments: found.append(find(*arguments)) or found[-1])

    run(Case(App((Route("/", Body(answer=("text", "hello"))),)), (Request(), Request())), Flask)

    assert [rule.rule for rule, _ in filter(None, found)] == ["/"]
