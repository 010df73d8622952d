"""The two lanes: which one a request takes and why, and that nothing that code may change goes unnoticed."""

import gc
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from io import BytesIO
from threading import Barrier

import flask
import pytest
import werkzeug.routing
from flask import abort, after_this_request, g, request, session, url_for
from flask.globals import request_ctx
from flask.json.provider import DefaultJSONProvider
from flask.sessions import SecureCookieSessionInterface
from werkzeug.routing import Rule
from werkzeug.test import create_environ, run_wsgi_app

import schlenk
from schlenk import cycle
from schlenk.lanes import STEPS
from schlenk.routing import Map

KINDS = [cycle.Flask, schlenk.Flask]
ALL = [flask.Flask, *KINDS]


def make(kind, **config):
    """Return an application that has served a request, with a view that names the lane."""
    app = kind(__name__)
    app.config.update({"SECRET_KEY": "a secret of this test", **config})
    admin = flask.Blueprint("admin", __name__)

    @app.route("/", methods=["GET", "POST"])
    @admin.get("/admin")
    def lane():
        url_for("lane")  # a step of the cycle as well: it asks for defaults
        return name_of_lane()

    @app.get("/json")
    def data():
        return {"b": 1, "a": ["é"]}

    @app.get("/go")
    def go():
        return flask.redirect("/")

    @app.get("/session")
    def count():
        session["n"] = session.get("n", 0) + 1
        return str(session["n"])

    @app.get("/fail")
    def fail():
        raise LookupError("on purpose")

    app.register_blueprint(admin)
    assert app.test_client().get("/").status_code == 200
    return app


def name_of_lane():
    """Return the lane of the current request: the upstream one has Flask's own context."""
    kind = type(request_ctx._get_current_object())
    return "upstream" if kind is flask.ctx.RequestContext else "direct"


def lane_of(app):
    """Return the lane that the next request takes."""
    return app.test_client().get("/").text


def recording(function, calls):
    """Return a function that does the same, and notes that it was called."""

    def recorded(*args, **kwargs):
        calls.append(function.__name__)
        return function(*args, **kwargs)

    return recorded


# Which lane, and why.


@pytest.mark.parametrize("kind", KINDS)
def test_an_application_of_flasks_steps_takes_the_direct_lane(kind):
    """Where every step is Flask's own, there is no reason for the upstream lane."""
    app = make(kind)

    assert (app.upstream_reason(), lane_of(app)) == (None, "direct")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_overridden_in_a_subclass_is_called(kind, step):
    """The upstream lane runs the subclass's step, and the reason names both."""
    calls = []
    own = type("Own", (kind,), {step: recording(getattr(kind, step), calls)})
    app = make(own)

    assert app.upstream_reason() == f"overridden in Own: {step}"
    assert (lane_of(app), set(calls)) == ("upstream", {step})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_assigned_on_the_application_is_called_until_it_is_removed(kind, step):
    """Also when requests were served before; the direct lane returns with Flask's own step."""
    app, calls = make(kind), []
    setattr(app, step, recording(getattr(app, step), calls))
    reason = app.upstream_reason()
    lanes = [lane_of(app)]
    assert (set(calls), reason) == ({step}, f"assigned on the application: {step}")

    delattr(app, step)
    calls.clear()
    lanes.append(lane_of(app))
    assert (lanes, calls, app.upstream_reason()) == (["upstream", "direct"], [], None)


@pytest.mark.parametrize(
    ("kind", "patched"),
    [(kind, patched) for kind in KINDS for patched in kind.__mro__ if issubclass(patched, flask.Flask)],
    ids=lambda kind: f"{kind.__module__}.{kind.__name__}",
)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_patched_on_a_class_is_called_until_it_is_removed(kind, patched, step, monkeypatch):
    """Instrumentation patches the classes of a running process: the next request notices."""
    app, calls = make(kind), []
    monkeypatch.setattr(patched, step, recording(getattr(patched, step), calls))
    lane_of(app)
    assert set(calls) == {step}

    monkeypatch.undo()
    calls.clear()
    assert (lane_of(app), calls, app.upstream_reason()) == ("direct", [], None)


@pytest.mark.parametrize("kind", KINDS)
def test_the_reason_names_every_step_in_the_order_of_a_request(kind):
    """Whoever reads `schlenk routes --lanes` sees all there is to remove."""
    app = make(kind)
    app.process_response, app.dispatch_request = app.process_response, app.dispatch_request

    assert app.upstream_reason() == "assigned on the application: dispatch_request, process_response"


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_class_with_a_constructor_takes_the_upstream_lane(kind):
    """A constructor may look at the request at once, so it is called when Flask would call it."""

    class Mine(flask.Request):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.was_constructed = True

    app = make(kind)
    app.request_class = Mine

    assert lane_of(app) == "upstream"
    assert app.upstream_reason().endswith("Mine has a constructor of its own")


@pytest.mark.parametrize("kind", KINDS)
def test_threads_that_serve_the_first_requests_at_once_agree_on_the_lane(kind):
    """Finding out what an application may do itself is done once, and by nobody in halves."""
    apps = [
        type("Own", (kind,), {"make_response": lambda *args: kind.make_response(*args)}) for _ in range(2)
    ]
    app, together = apps[0](__name__), Barrier(8)
    app.add_url_rule("/", "lane", name_of_lane)

    def serve(_):
        together.wait()
        return app.test_client().get("/").text

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(serve, range(8))) == ["upstream"] * 8


# Methods that both lanes call.

CALLED = {
    "wsgi_app": "/",
    "handle_user_exception": "/none",
    "handle_http_exception": "/none",
    "trap_http_exception": "/none",
    "_find_error_handler": "/none",
    "raise_routing_exception": "/none",
    "handle_exception": "/fail",
    "log_exception": "/fail",
    "should_ignore_error": "/fail",
    "url_for": "/",
    "redirect": "/go",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", CALLED)
def test_a_method_assigned_on_the_application_is_called(kind, method):
    """Extensions assign error handling, redirects and URLs on the instance: none of it is passed by."""
    app, calls = make(kind), []
    setattr(app, method, recording(getattr(app, method), calls))
    app.test_client().get(CALLED[method])

    assert set(calls) == {method}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", CALLED)
def test_a_method_overridden_in_a_subclass_is_called(kind, method):
    """Flask calls these as methods, and so does the direct lane."""
    calls = []
    app = make(type("Own", (kind,), {method: recording(getattr(kind, method), calls)}))
    calls.clear()
    app.test_client().get(CALLED[method])

    assert set(calls) == {method}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", CALLED)
def test_a_method_patched_on_flasks_class_before_the_first_request_is_called(kind, method, monkeypatch):
    """Instrumentation is most often switched on when a program starts."""
    calls = []
    monkeypatch.setattr(flask.Flask, method, recording(getattr(flask.Flask, method), calls))
    app = make(kind)
    calls.clear()
    app.test_client().get(CALLED[method])

    assert set(calls) == {method}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", CALLED)
def test_a_method_patched_on_flasks_class_is_called(kind, method, monkeypatch):
    """Instrumentation that wraps `flask.Flask` sees the requests of its subclasses."""
    app, calls = make(kind), []
    monkeypatch.setattr(flask.Flask, method, recording(getattr(flask.Flask, method), calls))
    app.test_client().get(CALLED[method])

    assert set(calls) == {method}


@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_to_options_can_be_overridden(kind):
    """`make_default_options_response` is called in both lanes."""
    app = make(kind)
    app.make_default_options_response = lambda: flask.Response("mine")

    assert app.test_client().options("/").text == "mine"


# Public state that code changes at any time.


def noting(seen, word, result=None):
    """Return a hook that takes anything, notes a word and returns its first argument or a result."""

    def hook(*args):
        seen.append(word)
        return result if result is not None else (args[0] if word.startswith("after") else None)

    return hook


HOOKS = ("before_request_funcs", "after_request_funcs", "teardown_request_funcs", "url_value_preprocessors")


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("hooks", HOOKS)
@pytest.mark.parametrize("name", [None, "admin"])
def test_a_hook_put_into_a_public_dict_is_called_until_it_is_taken_out(kind, hooks, name):
    """The dicts are read as they are at each request, by endpoint."""
    app, seen = make(kind), []
    client, registered = app.test_client(), getattr(app, hooks)
    registered[name] = [noting(seen, hooks)]
    client.get("/")
    client.get("/admin")
    del registered[name]
    client.get("/admin")

    assert seen == [hooks] * (2 if name is None else 1)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("hooks", HOOKS)
def test_a_dict_of_hooks_that_is_replaced_is_read(kind, hooks):
    """Code may put a whole new dict in its place."""
    app, seen = make(kind), []
    setattr(app, hooks, {None: [noting(seen, hooks)]})
    app.test_client().get("/")

    assert seen == [hooks]


@pytest.mark.parametrize("kind", ALL)
def test_a_teardown_of_the_application_context_can_be_added_late(kind):
    """`teardown_appcontext_funcs` is a public list."""
    app, seen = make(kind), []
    app.teardown_appcontext_funcs.append(noting(seen, "torn down"))
    app.test_client().get("/")

    assert seen == ["torn down"]


@pytest.mark.parametrize("kind", ALL)
def test_defaults_of_urls_can_be_added_late(kind):
    """A function in `url_default_functions` changes the next URL."""
    app = make(kind)
    app.view_functions["lane"] = lambda: url_for("lane", q=1)
    before = lane_of(app)
    app.url_default_functions[None] = [lambda endpoint, values: values.update(lang="de")]

    assert (before, lane_of(app)) == ("/?q=1", "/?q=1&lang=de")


@pytest.mark.parametrize("kind", ALL)
def test_an_error_handler_can_be_added_late(kind):
    """`error_handler_spec` is read when the error is there."""
    app = make(kind)
    before = app.test_client().get("/none").status_code
    app.error_handler_spec[None][404][werkzeug.exceptions.NotFound] = lambda error: ("mine", 404)

    assert (before, app.test_client().get("/none").text) == (404, "mine")


@pytest.mark.parametrize("kind", ALL)
def test_a_view_function_can_be_replaced(kind):
    """Decorating what is in `view_functions` is how extensions protect a whole application."""
    app = make(kind)
    app.view_functions["lane"] = lambda: "replaced"

    assert lane_of(app) == "replaced"


# What a hook says about a request is heeded.


@pytest.mark.parametrize("kind", ALL)
def test_a_hook_that_rewrites_the_arguments_of_a_view_is_heeded(kind):
    """URL processors pop the parts of a path that views need not take."""
    app = make(kind)
    app.url_map.add(Rule("/<lang>/page", endpoint="page"))
    app.view_functions["page"] = lambda: g.lang
    app.url_value_preprocessors[None] = [
        lambda endpoint, values: values and setattr(g, "lang", values.pop("lang", None))
    ]

    assert app.test_client().get("/de/page").text == "de"


@pytest.mark.parametrize("kind", ALL)
def test_a_hook_that_sends_a_request_to_another_rule_is_heeded(kind):
    """Assigning `request.url_rule` and `request.view_args` moves the request."""
    app = make(kind)

    def move():
        request.url_rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == "static")
        request.view_args = {"filename": "x"}

    app.view_functions["static"] = lambda filename: f"{filename} {request.endpoint}"
    app.before_request_funcs[None] = [move]
    assert lane_of(app) == "x static"


@pytest.mark.parametrize("kind", ALL)
def test_a_hook_that_forgives_a_request_is_heeded(kind):
    """A hook may take the routing exception away and name a rule instead."""
    app = make(kind)

    def forgive():
        request.routing_exception = None
        request.url_rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == "lane")
        request.view_args = {}

    app.view_functions["lane"] = lambda: "forgiven"
    app.before_request_funcs[None] = [forgive]
    assert app.test_client().get("/none").text == "forgiven"


# Classes and objects that are replaced.


class Interface(SecureCookieSessionInterface):
    """A session interface that notes what it was asked for."""

    def __init__(self):
        self.seen = []

    def open_session(self, app, request):
        """Open a session, of a request that can be looked at."""
        self.seen.append(f"open {request.path}")
        return super().open_session(app, request)

    def save_session(self, app, session, response):
        """Save a session."""
        self.seen.append(f"save {response.status_code}")
        super().save_session(app, session, response)


class Answer(flask.Response):
    """A response of another type."""

    default_mimetype = "text/plain"


class Asked(flask.Request):
    """A request with another answer."""

    @property
    def path(self):
        """Return always the same."""
        return "/asked"

    @path.setter
    def path(self, value):
        """Take no notice."""


def replace(app, owner, name, value, monkeypatch):
    """Replace a part on the application or on its class."""
    monkeypatch.setattr(app if owner == "instance" else type(app), name, value)


OWNERS = pytest.mark.parametrize("owner", ["instance", "class"])


@OWNERS
@pytest.mark.parametrize("kind", ALL)
def test_a_session_interface_put_in_later_serves_the_next_request(kind, owner, monkeypatch):
    """It opens a session for every request, touched or not, as Flask has it do."""
    app, interface = make(kind), Interface()
    replace(app, owner, "session_interface", interface, monkeypatch)
    during = [app.test_client().get("/none").status_code, lane_of(app)]
    monkeypatch.undo()
    lane_of(app)

    assert interface.seen == ["open /none", "save 404", "open /", "save 200"]
    assert during[0] == 404


@OWNERS
@pytest.mark.parametrize("kind", ALL)
def test_a_request_class_put_in_later_serves_the_next_request(kind, owner, monkeypatch):
    """`flask.request` is one of it."""
    app = make(kind)
    app.view_functions["lane"] = lambda: request.path
    answers = [lane_of(app)]
    replace(app, owner, "request_class", Asked, monkeypatch)
    answers.append(lane_of(app))
    monkeypatch.undo()
    answers.append(lane_of(app))

    assert answers == ["/", "/asked", "/"]


@OWNERS
@pytest.mark.parametrize("kind", ALL)
def test_a_response_class_put_in_later_serves_the_next_request(kind, owner, monkeypatch):
    """What a view returns, an error and a redirect become one of it."""
    app = make(kind)
    client, types = app.test_client(), []
    replace(app, owner, "response_class", Answer, monkeypatch)
    types = [client.get(path).content_type for path in ("/", "/json", "/go")]
    monkeypatch.undo()
    types.append(client.get("/").content_type)

    html, text = "text/html; charset=utf-8", "text/plain; charset=utf-8"
    assert types == [text, "application/json", html, html]


@pytest.mark.parametrize("map_class", [werkzeug.routing.Map, Map])
@pytest.mark.parametrize("kind", ALL)
def test_a_url_map_put_in_later_serves_the_next_request(kind, map_class):
    """Werkzeug's own map as well as ours; building URLs asks it too."""
    app = make(kind)
    app.url_map = map_class([Rule("/new", endpoint="lane")], host_matching=False)
    app.view_functions["lane"] = lambda: url_for("lane", q=1)
    client = app.test_client()

    assert (client.get("/").status_code, client.get("/new").text) == (404, "/new?q=1")


@pytest.mark.parametrize("kind", ALL)
def test_subdomain_matching_switched_on_later_serves_the_next_request(kind):
    """A rule of a subdomain is reached under its host, and the others are not."""
    app = make(kind, SERVER_NAME="shop.example")
    app.url_map.add(Rule("/only", endpoint="lane", subdomain="api"))
    app.view_functions["lane"] = lambda: "found"
    client = app.test_client()
    before = client.get("/only", base_url="http://api.shop.example").status_code
    app.subdomain_matching = True

    assert before == 404
    assert client.get("/only", base_url="http://api.shop.example").text == "found"
    assert client.get("/only", base_url="http://shop.example").status_code == 404


class Provider(DefaultJSONProvider):
    """JSON of somebody's own."""

    def dumps(self, obj, **kwargs):
        """Return always the same."""
        return '"mine"'


JSON_CHANGES = {
    "another provider": lambda app: setattr(app, "json", Provider(app)),
    "dumps on the instance": lambda app: setattr(app.json, "dumps", lambda value, **options: '"mine"'),
    "response on the instance": lambda app: setattr(
        app.json, "response", lambda value: flask.Response("mine")
    ),
    "not sorted": lambda app: setattr(app.json, "sort_keys", False),
    "not ASCII": lambda app: setattr(app.json, "ensure_ascii", False),
    "spacious": lambda app: setattr(app.json, "compact", False),
    "debug": lambda app: setattr(app, "debug", True),
    "compact in debug mode": lambda app: (setattr(app, "debug", True), setattr(app.json, "compact", True)),
    "another type": lambda app: setattr(app.json, "mimetype", "application/hal+json"),
    "a text type": lambda app: setattr(app.json, "mimetype", "text/x-json"),
    "another default": lambda app: (
        setattr(app.json, "default", lambda value: "complex"),
        app.view_functions.update(data=lambda: [1j]),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("change", JSON_CHANGES.values(), ids=JSON_CHANGES)
def test_json_settings_changed_later_are_those_of_the_next_request(kind, change):
    """A dict is the JSON that Flask would write with the same settings."""
    answers = []
    for app in (make(kind), make(flask.Flask)):
        before = app.test_client().get("/json").data
        change(app)
        after = app.test_client().get("/json")
        answers.append((before, after.data, after.content_type))

    assert answers[0] == answers[1]


@pytest.mark.parametrize("kind", KINDS)
def test_hosts_trusted_later_are_asked_for_at_the_next_request(kind):
    """A host that was served before is refused once it is not in the list, changed in place or not."""
    app = make(kind)
    client, answers = app.test_client(), []
    for trusted in (None, ["other.example"], ["other.example", "localhost"]):
        app.config["TRUSTED_HOSTS"] = trusted
        answers.append(client.get("/").status_code)
    app.config["TRUSTED_HOSTS"].remove("localhost")
    answers.append(client.get("/").status_code)

    assert answers == [200, 400, 200, 400]


@pytest.mark.parametrize("kind", KINDS)
def test_hosts_that_clients_invent_do_not_fill_the_memory(kind):
    """What is remembered of hosts has a bound."""
    app = make(kind)
    for number in range(1000):
        app.test_client().get("/", headers={"Host": f"h{number}.example"})

    assert len(app._known_hosts) <= 256


# Signals.

SIGNALS = [
    "appcontext_pushed",
    "request_started",
    "request_finished",
    "request_tearing_down",
    "appcontext_tearing_down",
    "appcontext_popped",
]


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_connected_later_is_sent_until_it_is_disconnected(kind, name):
    """Receivers are looked for at each request."""
    app, seen = make(kind), []
    signal = getattr(flask, name)

    def receive(sender, **extra):
        seen.append((sender, sorted(extra)))

    with signal.connected_to(receive):
        lane_of(app)
    lane_of(app)

    more = {
        "request_finished": ["response"],
        "request_tearing_down": ["exc"],
        "appcontext_tearing_down": ["exc"],
    }
    assert seen == [(app, more.get(name, []))]


@pytest.mark.parametrize("kind", ALL)
def test_signals_come_in_the_order_of_flask(kind):
    """A receiver that keeps a transaction or a timer finds the same sequence."""
    app, seen = make(kind), []
    receivers = {name: lambda sender, name=name, **extra: seen.append(name) for name in SIGNALS}
    for name, receive in receivers.items():
        getattr(flask, name).connect(receive, sender=app)
    lane_of(app)
    for name, receive in receivers.items():
        getattr(flask, name).disconnect(receive, sender=app)

    assert seen == SIGNALS


# Contexts, after every outcome.


class Fatal(BaseException):
    """What no error handler catches."""


def no_session(*args):
    """Fail to save a session."""
    raise LookupError("session")


def no_start(*args):
    """Fail as a server does whose client has gone."""
    raise OSError("gone")


def end(how):
    """Return a view that ends in some way."""

    def view():
        after_this_request(lambda response: response)
        if how is None:
            return ""
        return abort(how) if isinstance(how, int) else no_view(how)

    def no_view(how):
        raise how

    return view


OUTCOMES = {
    "an answer": lambda app: app.view_functions.update(lane=end(None)),
    "no answer": lambda app: app.view_functions.update(lane=lambda: None),
    "nothing there": lambda app: app.view_functions.update(lane=end(404)),
    "an error with a handler": lambda app: (
        app.view_functions.update(lane=end(LookupError("handled"))),
        app.error_handler_spec[None][None].update({LookupError: lambda error: "handled"}),
    ),
    "an error whose handler fails": lambda app: (
        app.view_functions.update(lane=end(LookupError("handled"))),
        app.error_handler_spec[None][None].update({LookupError: lambda error: 1 / 0}),
    ),
    "an error": lambda app: app.view_functions.update(lane=end(LookupError("unhandled"))),
    "an error that is raised": lambda app: (
        app.view_functions.update(lane=end(LookupError("raised"))),
        app.config.update(PROPAGATE_EXCEPTIONS=True),
    ),
    "the end of the program": lambda app: app.view_functions.update(lane=end(SystemExit(3))),
    "an interruption": lambda app: app.view_functions.update(lane=end(KeyboardInterrupt())),
    "another BaseException": lambda app: app.view_functions.update(lane=end(Fatal())),
    "an error before": lambda app: app.before_request_funcs.update({None: [end(LookupError("before"))]}),
    "an answer before": lambda app: app.before_request_funcs.update({None: [lambda: "before"]}),
    "an error after": lambda app: app.after_request_funcs.update({None: [lambda response: 1 / 0]}),
    "an error after an error": lambda app: (
        app.view_functions.update(lane=end(LookupError("first"))),
        app.after_request_funcs.update({None: [lambda response: 1 / 0]}),
    ),
    "a session that cannot be saved": lambda app: (
        app.view_functions.update(lane=lambda: session.setdefault("a", "b")),
        setattr(app, "session_interface", type("I", (Interface,), {"save_session": no_session})()),
    ),
    "an error in teardown": lambda app: app.teardown_request_funcs[None].append(lambda error: 1 / 0),
    "an error in the last teardown": lambda app: app.teardown_appcontext_funcs.append(lambda error: 1 / 0),
    "an error and one in teardown": lambda app: (
        app.view_functions.update(lane=end(LookupError("first"))),
        app.teardown_request_funcs[None].append(lambda error: 1 / 0),
    ),
}


def outcome(app, change):
    """Return the answer or the error of a request, and the errors that its teardown functions got."""
    torn_down = []
    app.teardown_request_funcs[None] = [lambda error: torn_down.append(repr(error))]
    app.teardown_appcontext_funcs = [lambda error: torn_down.append(repr(error))]
    change(app)
    try:
        answer = app.test_client().get("/").status
    except BaseException as e:  # noqa: BLE001  # those are what is tested
        answer = repr(e)
    return answer, torn_down


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("change", OUTCOMES.values(), ids=OUTCOMES)
def test_contexts_are_gone_after_every_outcome(kind, change):
    """Nothing of a request reaches the next one of the thread, and teardown gets what it gets in Flask."""
    seen = outcome(make(kind), change)

    assert (flask.has_request_context(), flask.has_app_context()) == (False, False)
    assert seen == outcome(make(flask.Flask), change)


@pytest.mark.parametrize("kind", KINDS)
def test_contexts_are_gone_when_the_server_cannot_start_the_answer(kind):
    """An error of `start_response` is the server's, and reaches it."""
    app = make(kind)
    with pytest.raises(OSError, match="gone"):
        app(create_environ("/"), no_start)

    assert (flask.has_request_context(), flask.has_app_context()) == (False, False)


@pytest.mark.parametrize("kind", ALL)
def test_an_error_that_the_application_ignores_is_no_error_to_teardown(kind):
    """`should_ignore_error` decides what teardown gets."""
    app, torn_down = make(kind), []
    app.should_ignore_error = lambda error: True
    app.teardown_request_funcs[None] = [torn_down.append]
    app.test_client().get("/fail")

    assert torn_down == [None]


@pytest.mark.parametrize("kind", ALL)
def test_a_request_inside_an_application_context_uses_it(kind):
    """`g` is shared with the code around the request, and is not torn down with it."""
    app, seen = make(kind), []
    app.teardown_appcontext_funcs.append(noting(seen, "torn down"))
    app.view_functions["lane"] = lambda: g.name
    with app.app_context():
        g.name = "around"
        text, within = lane_of(app), list(seen)

    assert (text, within, seen) == ("around", [], ["torn down"])


@pytest.mark.parametrize("kind", ALL)
def test_a_view_that_calls_another_application_gets_its_own_context_back(kind):
    """Two applications in one process may call each other."""
    inner, outer = make(kind), make(kind)
    inner.view_functions["lane"] = lambda: flask.current_app.name + request.path
    outer.view_functions["lane"] = lambda: f"{inner.test_client().get('/').text} {request.args['q']}"
    inner.name, outer.name = "inner", "outer"

    assert outer.test_client().get("/?q=1").text == "inner/ 1"


@pytest.mark.parametrize("kind", ALL)
def test_a_test_client_in_a_with_block_keeps_the_context(kind):
    """Tests look at `request`, `session` and `g` after the request, until the next one or the end."""
    app = make(kind)
    app.view_functions["count"] = lambda: session.setdefault("n", g.setdefault("n", "7"))
    with app.test_client() as client:
        client.get("/session?q=1")
        kept = request.path, session["n"], g.n, request.args["q"]
        client.get("/none")
        then = request.path, "n" in g

    assert (kept, then) == (("/session", "7", "7", "1"), ("/none", False))
    assert (flask.has_request_context(), flask.has_app_context()) == (False, False)


@pytest.mark.parametrize("kind", ALL)
def test_a_test_client_can_write_a_session(kind):
    """`session_transaction` opens and saves with the application's interface."""
    client = make(kind).test_client()
    with client.session_transaction() as opened:
        opened["n"] = 41

    assert client.get("/session").text == "42"


@pytest.mark.parametrize("kind", ALL)
def test_setup_after_the_first_request_is_refused(kind):
    """A decorator that comes too late says so, as in Flask; a test that resets the flag may go on."""
    app = make(kind)
    with pytest.raises(AssertionError, match="The setup method 'before_request' can no longer be called"):
        app.before_request(lambda: None)
    app._got_first_request = False
    app.before_request(lambda: "late")
    assert lane_of(app) == "late"

    with pytest.raises(AssertionError, match="The setup method 'before_request' can no longer be called"):
        app.before_request(lambda: None)


# Memory.

ANSWERS = {
    "text": {"path": "/"},
    "data": {"path": "/json"},
    "a redirect": {"path": "/go"},
    "a session": {"path": "/session"},
    "a form": {"path": "/form", "method": "POST", "data": {"a": "1"}},
    "a handled error": {"path": "/handled"},
}
ERRORS = {
    "nothing there": {"path": "/none"},
    "a method that is not allowed": {"path": "/json", "method": "DELETE"},
    "an abort": {"path": "/gone"},
    "a failure": {"path": "/fail"},
}


@cache
def garbage(kind, name):
    """Return how many objects a request leaves to the collector."""
    app, times, asked = make(kind), 200, {**ANSWERS, **ERRORS}[name]
    views = {"form": lambda: request.form["a"], "gone": end(410), "handled": lambda: {}["no such key"]}
    for name, view in views.items():
        app.url_map.add(Rule(f"/{name}", endpoint=name))
        app.view_functions[name] = view
    app.error_handler_spec[None][None][KeyError] = lambda error: "handled"
    app.logger.disabled = True
    environ = create_environ(**asked)
    body = environ["wsgi.input"].read()

    def serve():
        for _ in range(times):
            run_wsgi_app(app, {**environ, "wsgi.input": BytesIO(body)})

    serve()
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        serve()
        return (len(gc.get_objects()) - before) / times
    finally:
        gc.enable()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ANSWERS)
def test_a_request_leaves_nothing_to_the_collector(kind, name):
    """What an answer was made of is freed as soon as it is sent, which in Flask it is not."""
    assert garbage(kind, name) < 0.1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ERRORS)
def test_an_error_leaves_no_more_to_the_collector_than_in_flask(kind, name):
    """An error and its traceback lead to each other; there are not more of them than in Flask."""
    assert garbage(kind, name) <= garbage(flask.Flask, name)


def test_twenty_thousand_odd_requests_take_no_more_memory_than_ten_thousand():
    """No memory grows with requests, whatever their paths, hosts, queries and cookies are."""
    app, environ = make(schlenk.Flask), create_environ("/")

    def serve(numbers):
        for n in numbers:
            odd = {"QUERY_STRING": f"q={n}", "HTTP_HOST": f"h{n}.example", "HTTP_COOKIE": f"session={n}"}
            odd["PATH_INFO"] = "/session" if n % 2 else f"/no/{n}"
            run_wsgi_app(app, {**environ, **odd})
        gc.collect()
        return sys.getallocatedblocks()

    before = serve(range(10_000))
    after = serve(range(10_000, 20_000))
    assert after - before < 5_000


def test_the_recursion_depth_of_a_view_is_that_of_flask():
    """The direct lane uses no more of the stack than Flask does."""

    def depth_in(kind):
        app, depths = make(kind), []

        def measure():
            frame, depth = sys._getframe(), 0
            while frame:
                frame, depth = frame.f_back, depth + 1
            depths.append(depth)
            return ""

        app.view_functions["lane"] = measure
        lane_of(app)
        return depths[0]

    assert depth_in(cycle.Flask) <= depth_in(flask.Flask)
