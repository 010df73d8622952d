"""The `schlenk` command: Flask's commands on Schlenk, and what it adds to them."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import click
import flask
import pytest
from click.testing import CliRunner
from flask.cli import ScriptInfo
from werkzeug.routing import Rule

import schlenk
from schlenk.cli import main

LEGACY = """
from flask import Flask, request
from flask.globals import request_ctx

app = Flask(__name__)

@app.get("/")
def index():
    return type(request_ctx._get_current_object()).__module__

@app.cli.command("greet")
def greet():
    "Say hello."
    print("hello from", type(app).__module__)
"""


@pytest.fixture
def run(monkeypatch):
    """Return a function that runs the command inside this process, on an application or without one."""
    for variable in ("FLASK_APP", "SCHLENK_ADOPT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "false")  # what the command sets is put back
    monkeypatch.setenv("FLASK_SKIP_DOTENV", "1")

    def run(*arguments, app=None):
        info = ScriptInfo(create_app=None if app is None else lambda: app)
        return CliRunner().invoke(main, arguments, obj=info)

    return run


@pytest.fixture
def legacy(tmp_path):
    """Return the folder of an application written for Flask."""
    (tmp_path / "legacy.py").write_text(LEGACY)
    return tmp_path


def schlenk_command(folder, *arguments, **environ):
    """Return a finished run of the installed command in a folder."""
    command = [Path(sys.executable).with_name("schlenk"), *arguments]
    env = {key: value for key, value in os.environ.items() if not key.startswith(("FLASK", "SCHLENK"))}
    return subprocess.run(command, cwd=folder, env=env | environ, capture_output=True, text=True, timeout=30)


def application(kind=schlenk.Flask):
    """Return an application with two routes."""
    app = kind("shop")
    app.add_url_rule("/", "index", str)
    app.add_url_rule("/items/<int:number>", "items.item", str, methods=["PUT", "GET"])
    return app


# Help.


def test_help_names_every_command_and_option(run):
    """`schlenk --help` says what there is: Flask's commands, and `--adopt`."""
    answer = run("--help", app=application())
    words = answer.output.split()

    assert answer.exit_code == 0
    assert {"run", "routes", "shell", "--adopt", "--app", "--debug"} <= set(words)
    assert "Run and inspect Flask applications on Schlenk." in answer.output
    assert "Run code written for Flask on Schlenk's request cycle" in " ".join(words)


def options_of(command, path=("schlenk",)):
    """Return every option of a command and of those under it, with the words that call the command."""
    found = [(path, option) for option in command.params if isinstance(option, click.Option)]
    for name, below in getattr(command, "commands", {}).items():
        found += options_of(below, (*path, name))
    return found


def words_of(part):
    """Return the words of a command, or the name of an option."""
    return " ".join(part) if isinstance(part, tuple) else part.opts[-1]


@pytest.mark.parametrize(("path", "option"), options_of(main), ids=words_of)
def test_every_option_is_documented_where_it_is_asked_for(path, option, run):
    """Each option has a help text, and `--help` of its command shows name and text."""
    shown = " ".join(run(*path[1:], "--help", app=application()).output.split())

    assert option.help
    assert option.opts[-1] in shown
    assert " ".join(option.help.split())[:30] in shown


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_says_what_it_does(name, run):
    """In the list of commands, and in its own help."""
    command = main.commands[name]
    listed = run("--help", app=application()).output.partition(f"  {name} ")[2]

    assert command.help
    assert listed.split()[:3] == command.get_short_help_str().split()[:3]


def test_help_of_run_explains_the_argument(run):
    """`run` takes an application as `--app` does."""
    shown = run("run", "--help").output

    assert "Usage: schlenk run [OPTIONS] [APPLICATION]" in shown
    assert "APPLICATION is what --app takes" in shown


# Routes.


def test_routes_are_shown_as_flask_shows_them(run):
    """Without a new option, the table is Flask's, sorting included."""
    app = application()
    info = ScriptInfo(create_app=lambda: app)
    for options in ([], ["--sort", "rule"], ["--all-methods"]):
        theirs = CliRunner().invoke(flask.cli.cli, ["routes", *options], obj=info)
        assert run("routes", *options, app=app).output == theirs.output


def test_lanes_of_an_application_on_the_direct_lane(run):
    """The table names each route with its lane."""
    assert run("routes", "--lanes", app=application()).output == (
        "Rule                     Methods   Endpoint    Lane    Reason\n"
        "-----------------------  --------  ----------  ------  ------\n"
        "/                        GET       index       direct\n"
        "/items/<int:number>      GET, PUT  items.item  direct\n"
        "/static/<path:filename>  GET       static      direct\n"
    )


def test_lanes_of_an_application_that_overrides_a_step(run):
    """The table says which step keeps its routes from the direct lane."""

    class Audited(schlenk.Flask):
        def dispatch_request(self):
            return super().dispatch_request()

    app = Audited("shop", static_folder=None)
    app.add_url_rule("/", "index", str)
    lines = run("routes", "--lanes", app=app).output.splitlines()

    assert lines[0].split() == ["Rule", "Methods", "Endpoint", "Lane", "Reason"]
    assert [line.split(maxsplit=4)[:4] for line in lines[2:]] == [["/", "GET", "index", "upstream"]]
    assert lines[2].endswith("Audited: dispatch_request")


def test_lanes_of_an_application_made_by_flask(run):
    """The table says what would put it on the direct lane."""
    app = flask.Flask("shop", static_folder=None)
    app.add_url_rule("/", "index", str)

    assert run("routes", "--lanes", app=app).output == (
        "Rule  Methods  Endpoint  Lane      Reason\n"
        "----  -------  --------  --------  ----------------------------------------------------------\n"
        "/     GET      index     upstream  made by flask.Flask; --adopt makes it with Schlenk's cycle\n"
    )


def test_lanes_of_an_application_without_routes(run):
    """A heading, and nothing below it."""
    app = schlenk.Flask("shop", static_folder=None)

    assert run("routes", "--lanes", app=app).output.splitlines()[2:] == []


def test_lanes_of_a_rule_for_any_method_and_two_rules_of_one_path(run):
    """A rule without methods has an empty cell, and no rule is left out."""
    app = schlenk.Flask("shop", static_folder=None)
    app.url_map.add(Rule("/", endpoint="any"))
    app.add_url_rule("/", "post", str, methods=["POST"])
    lines = run("routes", "--lanes", app=app).output.splitlines()[2:]

    assert [line.split() for line in lines] == [["/", "any", "direct"], ["/", "POST", "post", "direct"]]


# Adoption.


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [
        (["--adopt", "--app", "legacy", "routes", "--lanes"], {}),
        (["--app", "legacy", "--adopt", "routes", "--lanes"], {}),
        (["--app", "legacy", "routes", "--lanes"], {"SCHLENK_ADOPT": "1"}),
        (["routes", "--lanes"], {"SCHLENK_ADOPT": "1", "FLASK_APP": "legacy.py"}),
    ],
    ids=["before --app", "after --app", "environment", "both in the environment"],
)
def test_adoption_is_switched_on_before_the_application_is_loaded(arguments, environ, legacy):
    """With the option or the variable, code written for Flask takes the direct lane."""
    done = schlenk_command(legacy, *arguments, **environ)

    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split() for line in done.stdout.splitlines()[2:]] == [
        ["/", "GET", "index", "direct"],
        ["/static/<path:filename>", "GET", "static", "direct"],
    ]


def test_without_adoption_code_written_for_flask_runs_on_flask(legacy):
    """Nothing is adopted by accident, `SCHLENK_ADOPT=0` included."""
    done = schlenk_command(legacy, "--app", "legacy", "greet", SCHLENK_ADOPT="0")

    assert (done.returncode, done.stdout, done.stderr) == (0, "hello from flask.app\n", "")


def test_commands_of_an_application_run_and_are_listed(legacy):
    """What `flask greet` does, `schlenk greet` does, on Schlenk."""
    done = schlenk_command(legacy, "--adopt", "--app", "legacy:app", "greet")
    listed = schlenk_command(legacy, "--app", "legacy", "--help")

    assert (done.returncode, done.stdout, done.stderr) == (0, "hello from schlenk.cycle\n", "")
    assert re.search(r"^  greet +Say hello\.$", listed.stdout, re.MULTILINE)


# Errors.


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--app", "nowhere", "routes"], "Error: Could not import 'nowhere'."),
        (["--app", "nowhere", "routes", "--lanes"], "Error: Could not import 'nowhere'."),
        (["--app", "legacy:shop", "routes"], "Error: Failed to find attribute 'shop' in 'legacy'."),
        (["routes", "--lanes"], "Error: Could not locate a Flask application."),
        (["--app", "legacy", "tidy"], "Error: No such command 'tidy'."),
        (["--app", "legacy", "routes", "--lane"], "Error: No such option"),
    ],
    ids=["app", "lanes", "attribute", "no app", "command", "option"],
)
def test_a_wrong_call_says_what_is_wrong(arguments, error, legacy):
    """The words are Flask's and Click's, the exit status is 2, and there is no traceback."""
    done = schlenk_command(legacy, *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert error in done.stderr
    assert "Traceback" not in done.stderr


# Serving.


def free_port():
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answer_of(folder, *arguments):
    """Return what `schlenk run` answers to one request, then stop it."""
    port = free_port()
    command = [Path(sys.executable).with_name("schlenk"), *arguments, "--port", str(port)]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            return first_answer(f"http://127.0.0.1:{port}/", server)
        finally:
            server.terminate()


def first_answer(url, server):
    """Return the text of a page, as soon as the server answers."""
    until = time.monotonic() + 20
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(url, timeout=5) as answer:
                return answer.read().decode()
        except HTTPError as e:
            return str(e)
        except URLError:
            time.sleep(0.05)
    server.terminate()
    return server.stderr.read()


@pytest.mark.parametrize(
    ("arguments", "module"),
    [
        (["run", "legacy.py", "--adopt"], "schlenk.contexts"),
        (["run", "--adopt", "legacy:app"], "schlenk.contexts"),
        (["--app", "legacy", "run"], "flask.ctx"),
    ],
    ids=["option last", "option first", "without"],
)
def test_run_serves_the_application_it_is_given(arguments, module, legacy):
    """`schlenk run --adopt legacy:app` is all it takes; without `--adopt` it is `flask run`."""
    assert answer_of(legacy, *arguments) == module


def test_run_with_an_application_that_is_not_there_says_so(legacy):
    """The argument is checked as `--app` is."""
    done = schlenk_command(legacy, "run", "nowhere")

    assert done.returncode == 2
    assert "Could not import 'nowhere'." in done.stderr
