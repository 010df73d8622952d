"""Loaded as a plugin into an upstream suite's own pytest: writes down what ran there, as JSON.

Node ids are those that the suite's authors see, so they are also what docs/compatibility.md lists.
"""

import json
import os
from importlib import import_module
from pathlib import Path

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
    """Write the report, with the class that this process knows by the name that was to be replaced."""
    package, name = os.environ["UPSTREAM_REPLACED"].split(".")
    module = import_module(package)
    replacement = getattr(module, name)
    written = {
        "replacement": f"{replacement.__module__}.{replacement.__qualname__}",
        "imported_from": module.__file__,
        "outcomes": outcomes,
        "failures": failures,
    }
    Path(os.environ["UPSTREAM_REPORT"]).write_text(json.dumps(written))
