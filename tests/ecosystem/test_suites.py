"""Test suites that come with extensions' plugins and with tutorials, run with Schlenk adopted."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from tests.upstream.suite import Report, Suite, Unreachable, fetch, run

PROJECT = Path(__file__).parent / "pytest_flask"
TUTORIALS = {"tutorial": 24, "javascript": 8}


def passed_on_schlenk(report: Report) -> int:
    """Return how many tests passed; the others fail this one, each with its text."""
    assert report.replacement == "schlenk.cycle.Flask"
    assert not report.failures, report.output
    return report.count("passed")


def test_a_project_that_tests_with_pytest_flask() -> None:
    """The plugin's fixtures, contexts and live server work on Schlenk."""
    try:
        version("pytest-flask")
    except PackageNotFoundError:
        pytest.skip("pytest-flask is not installed")

    assert passed_on_schlenk(run(Suite("pytest-flask", (), 9), PROJECT)) == 9


@pytest.mark.parametrize("tutorial", TUTORIALS)
def test_tutorials_of_flasks_documentation(tutorial: str) -> None:
    """What Flask's documentation teaches, tests included, works on Schlenk."""
    try:
        folder = fetch("flask") / "examples" / tutorial
    except Unreachable as reason:
        pytest.skip(str(reason))

    assert passed_on_schlenk(run(Suite("flask", (), 0), folder)) >= TUTORIALS[tutorial]
