"""Applications made with the field's extensions, visited on Flask and on Schlenk.

`apps` holds one small application per extension, as its own documentation would have it, and the
requests that somebody sends to it. Each is visited twice, unchanged, on plain Flask and with Schlenk
adopted; `stage` says how that is made comparable to the byte.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SECONDS_FOR_A_VISIT = 60


@dataclass(frozen=True)
class Extension:
    """What an application is made of, and the lane its requests take."""

    module: str
    needs: tuple[str, ...]
    lane: str = "direct"


EXTENSIONS = [
    Extension("apiflask", ("APIFlask",), "overridden in APIFlask: make_response"),
    Extension("connexion_flask", ("connexion", "httpx")),
    Extension("flasgger", ("flasgger",)),
    Extension("flask_admin", ("Flask-Admin", "Flask-Babel", "Flask-SQLAlchemy")),
    Extension("flask_babel", ("Flask-Babel",)),
    Extension("flask_caching", ("Flask-Caching",)),
    Extension("flask_compress", ("Flask-Compress",)),
    Extension("flask_cors", ("Flask-CORS",)),
    Extension(
        "flask_debugtoolbar",
        ("Flask-DebugToolbar",),
        "assigned on the application: dispatch_request",
    ),
    Extension("flask_httpauth", ("Flask-HTTPAuth",)),
    Extension("flask_jwt_extended", ("Flask-JWT-Extended",)),
    Extension("flask_limiter", ("Flask-Limiter",)),
    Extension("flask_login", ("Flask-Login",)),
    Extension("flask_mail", ("Flask-Mail",)),
    Extension("flask_mailman", ("Flask-Mailman",)),
    Extension("flask_migrate", ("Flask-Migrate",)),
    Extension("flask_openapi3", ("flask-openapi3",)),
    Extension("flask_principal", ("Flask-Principal",)),
    Extension("flask_restful", ("Flask-RESTful",)),
    Extension("flask_restx", ("flask-restx",)),
    Extension("flask_security", ("Flask-Security-Too", "Flask-SQLAlchemy")),
    Extension("flask_session", ("Flask-Session", "cachelib")),
    Extension("flask_smorest", ("flask-smorest",)),
    Extension("flask_socketio", ("Flask-SocketIO",)),
    Extension("flask_sqlalchemy", ("Flask-SQLAlchemy",)),
    Extension("flask_talisman", ("flask-talisman",)),
    Extension("flask_wtf", ("Flask-WTF", "email-validator")),
    Extension("httpbin", ("httpbin", "flasgger")),
    Extension("opentelemetry_flask", ("opentelemetry-instrumentation-flask", "opentelemetry-sdk")),
    Extension("prometheus_flask_exporter", ("prometheus-flask-exporter",)),
    Extension("sentry_sdk", ("sentry-sdk",)),
    Extension("werkzeug_middleware", ()),
]


@dataclass(frozen=True)
class Visit:
    """What one side printed."""

    on_schlenk: bool
    lane: str | None
    seen: list[dict[str, Any]]


@pytest.fixture(params=EXTENSIONS, ids=lambda extension: extension.module, scope="module")
def extension(request: pytest.FixtureRequest) -> Extension:
    """Each extension in turn, if what it needs is installed."""
    for distribution in ("time-machine", *request.param.needs):
        try:
            version(distribution)
        except PackageNotFoundError:
            pytest.skip(f"{distribution} is not installed")
    return request.param


@cache
def visits(module: str) -> tuple[Visit, Visit]:
    """Visit an application on Flask and on Schlenk, at the same time."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.ecosystem.stage", module]
    running = [
        subprocess.Popen(
            [*command, *options],
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for options in ([], ["--adopted"])
    ]
    try:
        flask, schlenk = (result(process) for process in running)
    finally:
        for process in running:
            process.kill()
    return flask, schlenk


def environment() -> dict[str, str]:
    """Return this process's environment without what would steer Flask, and with one order of sets."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "FLASK_"))}
    return kept | {"PYTHONHASHSEED": "0"}


def result(process: subprocess.Popen[str]) -> Visit:
    """Return what a process printed as its last line."""
    printed, said = process.communicate(timeout=SECONDS_FOR_A_VISIT)
    if process.returncode:
        pytest.fail(f"{process.args} ended with {process.returncode}:\n{said}", pytrace=False)
    return Visit(**json.loads(printed.splitlines()[-1]))


def differences(flask: Visit, schlenk: Visit) -> list[str]:
    """Say which answers differ, and in what."""
    found = [
        f"{theirs['asked']}: {part}\n  Flask:   {theirs.get(part)}\n  Schlenk: {ours.get(part)}"
        for theirs, ours in zip(flask.seen, schlenk.seen, strict=False)
        for part in sorted({*theirs, *ours})
        if theirs.get(part) != ours.get(part)
    ]
    if len(flask.seen) != len(schlenk.seen):
        found.append(f"{len(flask.seen)} answers on Flask, {len(schlenk.seen)} on Schlenk")
    return found


def test_answers_are_flasks_own(extension: Extension) -> None:
    """Every status, header and body is what Flask gives, and so is all that the extension recorded."""
    flask, schlenk = visits(extension.module)

    if different := differences(flask, schlenk):
        pytest.fail("\n".join([f"{len(different)} differences", *different]), pytrace=False)


def test_the_application_ran_on_both_sides_and_did_its_work(extension: Extension) -> None:
    """Equal answers mean something: two classes gave them, and they are not all the same error."""
    flask, schlenk = visits(extension.module)

    assert (flask.on_schlenk, schlenk.on_schlenk) == (False, True)
    statuses = {str(answer["status"])[:3] for answer in flask.seen if "headers" in answer}
    assert len(statuses) > 1
    assert min(statuses) < "300"
    assert not [answer for answer in flask.seen if "raised" in answer]


def test_requests_take_the_lane_that_is_written_here(extension: Extension) -> None:
    """An extension that starts or stops to overrule a step of the cycle is noticed."""
    _, schlenk = visits(extension.module)

    assert schlenk.lane == extension.lane


def test_every_application_is_in_the_table() -> None:
    """No application is forgotten."""
    files = {path.stem for path in (Path(__file__).parent / "apps").glob("*.py")}

    assert {extension.module for extension in EXTENSIONS} == files
