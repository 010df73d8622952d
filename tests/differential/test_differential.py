"""Flask and Schlenk, run side by side: whatever can be seen of a request must be equal.

`SCHLENK_FUZZ=20000` draws that many applications instead of some hundreds, with fresh randomness, and runs
every row of the table instead of one per feature.
"""

import os
import sys
import time
from collections.abc import Iterator

import flask
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from schlenk.cycle import Flask

from .corpus import FAILURES
from .description import Case
from .observe import differences, run
from .strategies import cases
from .table import ROWS, some_rows

FUZZ = int(os.environ.get("SCHLENK_FUZZ", "0"))
EXAMPLES = FUZZ or 250


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
def progress(request: pytest.FixtureRequest) -> Iterator[Progress]:
    """Report to the terminal, past pytest's capture."""
    reporter = request.config.pluginmanager.getplugin("terminalreporter")
    yield Progress(reporter.write if reporter else sys.stderr.write)


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


@pytest.mark.parametrize("name", list(ROWS) if FUZZ else some_rows())
def test_each_feature_answers_alike(name):
    """Each feature of Flask that the table names shows the same on both."""
    compare(ROWS[name])


@pytest.mark.parametrize("name", FAILURES)
def test_what_differed_once_answers_alike(name):
    """What was once found to differ stays equal."""
    compare(FAILURES[name])
