"""Loaded as a plugin into an upstream suite's own pytest: writes down what ran there, as JSON.

Node ids are those that the suite's authors see, so they are also what docs/compatibility.md lists.
"""

import json
import os
from pathlib import Path

import flask
import pytest

outcomes: dict[str, str] = {}
failures: dict[str, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep the worst of a test's setup, call and teardown."""
    if report.failed:
        outcomes[report.nodeid] = "failed"
        failures[report.nodeid] = failures.get(report.nodeid, "") + report.longreprtext
    elif report.when == "call" or report.skipped:
        outcomes.setdefault(report.nodeid, report.outcome)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Count a file that cannot be imported as a failed test of that name."""
    if report.failed:
        outcomes[report.nodeid] = "failed"
        failures[report.nodeid] = report.longreprtext


def pytest_sessionfinish() -> None:
    """Write the report, with the class that this process knows as `flask.Flask`."""
    written = {
        "application": f"{flask.Flask.__module__}.{flask.Flask.__qualname__}",
        "flask_file": flask.__file__,
        "outcomes": outcomes,
        "failures": failures,
    }
    Path(os.environ["UPSTREAM_REPORT"]).write_text(json.dumps(written))
