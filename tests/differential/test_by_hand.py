"""Flask's pieces used by hand: contexts pushed, steps called and URLs built without a WSGI server.

Extensions, shells and tests of users' applications do this. Each scenario returns what it saw.
"""

from collections.abc import Callable
from contextlib import suppress

import flask
import pytest
from flask import (
    current_app,
    flash,
    g,
    get_flashed_messages,
    has_app_context,
    has_request_context,
    request,
    session,
    url_for,
)
from flask.globals import app_ctx, request_ctx

from schlenk.cycle import Flask

from .build import build
from .clock import Clock
from .observe import listening
from .table import GRAND
from .trace import Trace, plain, settled

SCENARIOS: dict[str, Callable] = {}


def scenario(function: Callable) -> Callable:
    """Enter a scenario; it is given an application and a trace."""
    SCENARIOS[function.__name__.strip("_")] = function
    return function


@scenario
def _request_context(app: flask.Flask, trace: Trace) -> None:
    with app.test_request_context("/a/5?q=1", method="GET", headers={"X-A": "1"}) as context:
        trace.log(
            type(context).__name__,
            context is request_ctx._get_current_object(),
            request.view_args,
            request.args,
        )
        trace.log(
            url_for("e2", x=3),
            url_for(".e2", x=3, _external=True),
            request.blueprints,
            request.headers["X-A"],
        )
        trace.log(session.get("a"), dict(session), session.modified, g.get("mark"), current_app.name)
        session["a"] = 1
        flash("one")
        trace.log(get_flashed_messages(), get_flashed_messages(), dict(session), context.flashes)
    trace.log(has_request_context(), has_app_context())


@scenario
def _steps_called_one_by_one(app: flask.Flask, trace: Trace) -> None:
    with app.test_request_context("/a/5"):
        trace.attempt("preprocess", app.preprocess_request)
        trace.attempt("dispatch", app.dispatch_request)
        made = app.make_response(("text", 201, {"X-A": "1"}))
        processed = app.process_response(made)
        trace.log(processed.status, settled(processed.headers), processed.get_data())
        trace.attempt("full dispatch", lambda: app.full_dispatch_request().get_data())
        trace.attempt("user error", lambda: app.handle_user_exception(LookupError("x")))
        trace.attempt("finalize", lambda: app.finalize_request({"a": 1}).get_data())
        trace.attempt("teardown", app.do_teardown_request)


@scenario
def _context_pushed_and_popped(app: flask.Flask, trace: Trace) -> None:
    context = app.test_request_context("/b/x")
    trace.attempt("session before", lambda: context.session)
    trace.log("request before", context.request.path, context.request.endpoint, context._session)
    context.push()
    trace.log(request.endpoint, request.blueprint, has_app_context(), dict(session), app_ctx.app is app)
    context.push()
    context.pop()
    trace.log("still there", has_request_context(), request.path)
    context.pop()
    trace.log("gone", has_request_context(), has_app_context())
    with suppress(IndexError):
        trace.attempt("popped once more", context.pop)


@scenario
def _environ_context(app: flask.Flask, trace: Trace) -> None:
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/missing", "SERVER_NAME": "s", "SERVER_PORT": "81",
               "wsgi.url_scheme": "https", "QUERY_STRING": "a=1"}  # fmt: skip
    with app.request_context(environ) as context:
        trace.log(request.url, request.routing_exception, request.host, context.url_adapter.server_name)
        trace.log(sorted(environ), request.environ is environ)
    trace.attempt("wrong pop", context.pop)


@scenario
def _app_context(app: flask.Flask, trace: Trace) -> None:
    with app.app_context() as context:
        g.x = 1
        trace.log(context.g is g._get_current_object(), sorted(g), context.url_adapter, repr(g))
        trace.attempt("url_for", lambda: url_for("e0"))
        app.config.update(SERVER_NAME="late.example", APPLICATION_ROOT="/root", PREFERRED_URL_SCHEME="https")
        with app.app_context():
            trace.log(
                sorted(g),
                url_for("e2", x=1),
                url_for("b.e1", x="ü", _external=False),
                url_for("e0", _scheme="http"),
            )
        trace.log(sorted(g))
    trace.attempt("outside", lambda: app.url_for("e0", _anchor="a b", q=[1, None]))
    trace.attempt("flask.url_for outside", lambda: url_for("e0"))
    trace.attempt("request outside", lambda: request.path)
    trace.attempt("session outside", lambda: session["a"])
    trace.attempt("g outside", lambda: g.x)


@scenario
def _client_keeps_the_context(app: flask.Flask, trace: Trace) -> None:
    with app.test_client() as client:
        answer = client.get("/set")
        trace.log(answer.status, settled(answer.headers), request.path, dict(session), g.get("mark"))
        answer = client.get("/a?x=1")
        trace.log(answer.get_data(), request.args, request.endpoint, session.accessed, answer.request.path)
        with client.session_transaction() as kept:
            trace.log("kept", dict(kept))
            kept["b"] = [1]
        trace.log(client.get("/json").json, dict(session), request_ctx.request.path)
    trace.log(has_request_context(), has_app_context())


@scenario
def _client_without_a_block(app: flask.Flask, trace: Trace) -> None:
    client = app.test_client()
    for path, keywords in (
        ("/form", {"method": "POST", "data": {"a": "1"}, "follow_redirects": True}),
        ("/body", {"method": "POST", "json": {"a": 1}}),
        ("/tidy", {"follow_redirects": True}),
        ("/stream", {"buffered": True}),
        ("/missing", {"base_url": "https://other.example/app"}),
    ):
        answer = client.open(path, **keywords)
        trace.log(answer.status, settled(answer.headers), answer.get_data(), len(answer.history))
    app.testing = True
    trace.attempt("propagated", lambda: client.get("/fail"))
    trace.log(has_request_context(), has_app_context())


@scenario
def _session_interface_by_hand(app: flask.Flask, trace: Trace) -> None:
    serializer = app.session_interface.get_signing_serializer(app)
    text = serializer.dumps({"a": (1, b"2"), "_permanent": True})
    trace.log(text, serializer.loads(text), serializer.loads(text, max_age=5, return_timestamp=True))
    trace.attempt("unsafe", lambda: serializer.loads_unsafe(text[:-1] + "x"))
    trace.attempt("tampered", lambda: serializer.loads(text[:-2]))
    with app.test_request_context("/", headers={"Cookie": f"session={text}"}):
        opened = app.session_interface.open_session(app, request._get_current_object())
        trace.log(dict(opened), opened.permanent, opened.modified, type(opened).__name__)
        response = app.response_class("x")
        opened["b"] = 1
        app.session_interface.save_session(app, opened, response)
        trace.log(settled(response.headers))
        trace.log(app.session_interface.make_null_session(app).__class__.__name__)


@scenario
def _template_outside_a_request(app: flask.Flask, trace: Trace) -> None:
    with app.app_context():
        trace.attempt(
            "rendered", lambda: flask.render_template_string("{{ added }} {{ config.SECRET_KEY }} {{ g }}")
        )
    trace.attempt("jinja", lambda: app.jinja_env.from_string("{{ url_for is defined }}").render())


@scenario
def _copied_context(app: flask.Flask, trace: Trace) -> None:
    with app.test_request_context("/a/5"):
        session["a"] = 1
        copy = request_ctx.copy()
        g.mark = "outer"
    with copy:
        trace.log(
            request.path,
            dict(session),
            g.get("mark"),
            request.endpoint,
            copy.request is request._get_current_object(),
        )


@scenario
def _adapters(app: flask.Flask, trace: Trace) -> None:
    trace.log(app.create_url_adapter(None))
    with app.test_request_context("/a/5"):
        adapter = app.create_url_adapter(request._get_current_object())
        trace.log(adapter.match(), adapter.build("e2", {"x": 2}), set(adapter.allowed_methods()))
    bound = app.url_map.bind("x.example", "/app")
    trace.log(
        bound.match("/a/7"),
        bound.build("b.e1", {"x": "y"}),
        [rule.endpoint for rule in app.url_map.iter_rules()],
    )
    trace.log(app.url_map.is_endpoint_expecting("e2", "x"), repr(app.url_map)[:40])


@scenario
def _representations(app: flask.Flask, trace: Trace) -> None:
    trace.log(repr(app), app.name, app.import_name, sorted(app.view_functions), sorted(app.blueprints))
    with app.test_request_context("/a/5"):
        trace.log(
            repr(request), repr(session), repr(g), repr(request_ctx._get_current_object()), repr(current_app)
        )


@scenario
def _shell_and_cli(app: flask.Flask, trace: Trace) -> None:
    trace.log(sorted(app.make_shell_context()))

    @app.cli.command("hello")
    def hello() -> None:
        print(current_app.name)

    result = app.test_cli_runner().invoke(args=["hello"])
    trace.log(result.output, result.exit_code, result.exception)


def told(function: Callable, base: type[flask.Flask]) -> list[str]:
    """Run a scenario on an application of `base` and return its log."""
    trace, clock = Trace(), Clock()
    with trace.undone(), clock.stopped(), listening(trace):
        app = build(GRAND, base, trace)
        trace.lines.clear()
        trace.attempt("scenario", lambda: function(app, trace))
        trace.log("left", has_request_context(), has_app_context())
    return [plain(line) for line in trace.lines]


@pytest.mark.parametrize("name", SCENARIOS)
def test_pieces_used_by_hand_show_the_same(name):
    """What an extension, a shell or a user's test does with the pieces shows no difference."""
    expected = told(SCENARIOS[name], flask.Flask)

    assert told(SCENARIOS[name], Flask) == expected
    assert not any(line.startswith("scenario raised") for line in expected)
