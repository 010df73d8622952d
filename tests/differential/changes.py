"""What may be done to an application from outside: before its first request, or between two.

`CHANGES` act on the built application (features and changes between requests); `CLASS_FEATURES` make the
class it is built from. Those that touch anything shared enter how to undo it in the trace.
"""

import contextlib
import sys
from collections.abc import Callable
from datetime import timedelta

import flask
from flask.ctx import RequestContext
from flask.sessions import SecureCookieSessionInterface
from werkzeug.routing import Rule

from .description import Body, Hook, Route
from .replacements import (
    CLASSES,
    INTERFACES,
    MIDDLEWARES,
    PROVIDERS,
    ComplexTag,
    NamedProvider,
    OwnMap,
    OwnRule,
    WatchedGlobals,
)
from .trace import Trace, plain

NOTHING = Body()
#: Every step of the cycle that a subclass, an extension or a profiler may replace.
STEPS = tuple(
    (  # noqa: SIM905 - thirty names read better as one text
        "wsgi_app request_context app_context create_url_adapter full_dispatch_request "
        "preprocess_request dispatch_request raise_routing_exception make_default_options_response "
        "handle_user_exception handle_http_exception handle_exception log_exception trap_http_exception "
        "_find_error_handler finalize_request make_response process_response do_teardown_request "
        "do_teardown_appcontext should_ignore_error ensure_sync async_to_sync url_for "
        "inject_url_defaults handle_url_build_error update_template_context redirect send_static_file "
        "get_send_file_max_age create_jinja_environment select_jinja_autoescape make_aborter "
    ).split()
)
CLASS_STEPS = (*STEPS, "__call__")

CHANGES: dict[str, Callable] = {}
CLASS_FEATURES: dict[str, Callable] = {}


def change(function: Callable) -> Callable:
    """Enter a change; it is called with the application, the trace and its arguments."""
    CHANGES[function.__name__] = function
    return function


def class_feature(function: Callable) -> Callable:
    """Enter a class feature; it is called with the class so far, the trace and its arguments."""
    CLASS_FEATURES[function.__name__] = function
    return function


def apply(app: flask.Flask, trace: Trace, name: str, *arguments: object) -> None:
    """Make one change."""
    CHANGES[name](app, trace, *arguments)


# --- steps of the cycle -----------------------------------------------------------------------------


@class_feature
def overrides(cls: type, trace: Trace, *names: str) -> type:
    """A subclass that overrides steps, says so, and calls on."""

    def step(name: str) -> Callable:
        def overridden(self: flask.Flask, *args: object, **kwargs: object) -> object:
            trace.log("override", name)
            return getattr(super(made, self), name)(*args, **kwargs)

        return overridden

    made = type(cls.__name__, (cls,), {name: step(name) for name in names})
    return made


@change
def assign_step(app: flask.Flask, trace: Trace, name: str) -> None:
    """Assign a wrapped step on the instance, as many extensions do."""
    inner = getattr(app, name)

    def assigned(*args: object, **kwargs: object) -> object:
        trace.log("assigned", name)
        return inner(*args, **kwargs)

    setattr(app, name, assigned)


@change
def unassign_step(app: flask.Flask, trace: Trace, name: str) -> None:
    """Take an assigned step away again."""
    with contextlib.suppress(AttributeError):
        delattr(app, name)


@change
def patch_step(app: flask.Flask, trace: Trace, name: str) -> None:
    """Patch a step on the application's own class after it was built."""
    _patch(type(app), trace, name)


@change
def patch_flask(app: flask.Flask, trace: Trace, name: str) -> None:
    """Patch a step on `flask.Flask` itself, as monitoring agents do."""
    _patch(flask.Flask, trace, name)


@change
def patch_session_interface(app: flask.Flask, trace: Trace, name: str) -> None:
    """Patch a method of Flask's own session interface on its class."""
    _patch(SecureCookieSessionInterface, trace, name)


@change
def patch_request_class(app: flask.Flask, trace: Trace, name: str) -> None:
    """Patch a method of Flask's request class."""
    _patch(flask.Request, trace, name)


@change
def patch_response_class(app: flask.Flask, trace: Trace, name: str) -> None:
    """Patch a method of Flask's response class."""
    _patch(flask.Response, trace, name)


@change
def patch_context(app: flask.Flask, trace: Trace, name: str) -> None:
    """Patch a method of Flask's request context."""
    _patch(RequestContext, trace, name)


@change
def patch_app_context(app: flask.Flask, trace: Trace, name: str) -> None:
    """Patch a method of Flask's application context."""
    _patch(flask.ctx.AppContext, trace, name)


def _patch(owner: type, trace: Trace, name: str) -> None:
    _forget_afterwards(trace)
    inner = getattr(owner, name)
    own = name in vars(owner)

    def patched(self: object, *args: object, **kwargs: object) -> object:
        trace.log("patched", name)
        return inner(self, *args, **kwargs)

    setattr(owner, name, patched)
    trace.undo.append(lambda: setattr(owner, name, inner) if own else delattr(owner, name))


@change
def steal_step(app: flask.Flask, trace: Trace, name: str, result: object) -> None:
    """Assign a step that answers by itself."""
    make_response = app.make_response
    setattr(app, name, lambda *args, **kwargs: make_response(result))


# --- configuration and public attributes ------------------------------------------------------------


@change
def config(app: flask.Flask, trace: Trace, key: str, value: object) -> None:
    """Set a configuration value."""
    app.config[key] = value


@change
def config_update(app: flask.Flask, trace: Trace, key: str, value: object) -> None:
    """Set a configuration value by `update`."""
    app.config.update({key: value})


@change
def config_replaced(app: flask.Flask, trace: Trace, key: str, value: object) -> None:
    """Put a new configuration object in the place of the old one."""
    app.config = flask.Config(app.root_path, {**app.config, key: value})


@change
def attribute(app: flask.Flask, trace: Trace, name: str, value: object) -> None:
    """Assign a public attribute."""
    setattr(app, name, value)


@change
def lifetime(app: flask.Flask, trace: Trace, seconds: int) -> None:
    """Change how long permanent sessions last."""
    app.permanent_session_lifetime = timedelta(seconds=seconds)


@change
def url_map_attribute(app: flask.Flask, trace: Trace, name: str, value: object) -> None:
    """Change the map's own settings."""
    setattr(app.url_map, name, value)


# --- hooks, views and rules through the public dictionaries -------------------------------------------


@change
def hook(app: flask.Flask, trace: Trace, described: Hook, scope: str | None = None) -> None:
    """Add a hook by writing into the public dictionary of its kind."""
    from .build import function_of, write_hook

    write_hook(
        app, trace, described, function_of(app, trace, f"late {described.kind}", described.body), scope
    )


@change
def hooks_cleared(app: flask.Flask, trace: Trace, kind: str, scope: str | None = None) -> None:
    """Empty a list of hooks in place."""
    getattr(app, kind).get(scope, []).clear()


@change
def hooks_reversed(app: flask.Flask, trace: Trace, kind: str, scope: str | None = None) -> None:
    """Reorder a list of hooks in place: same length, same functions."""
    getattr(app, kind).get(scope, []).reverse()


@change
def hooks_replaced(app: flask.Flask, trace: Trace, kind: str) -> None:
    """Put an empty dictionary in the place of the old one."""
    setattr(app, kind, {})


@change
def hook_swapped(app: flask.Flask, trace: Trace, kind: str, body: Body, scope: str | None = None) -> None:
    """Replace the first function of a list by another, in place."""
    from .build import function_of

    functions = getattr(app, kind).get(scope)
    if functions:
        functions[0] = function_of(app, trace, f"swapped {kind}", body)


@change
def teardown_cleared(app: flask.Flask, trace: Trace) -> None:
    """Empty the list of app context teardowns."""
    app.teardown_appcontext_funcs.clear()


@change
def handler(app: flask.Flask, trace: Trace, code: int, body: Body, scope: str | None = None) -> None:
    """Write an error handler into the public table."""
    from werkzeug.exceptions import default_exceptions

    from .build import function_of

    function = function_of(app, trace, f"late handler {code}", body)
    app.error_handler_spec[scope][code][default_exceptions[code]] = function


@change
def handlers_cleared(app: flask.Flask, trace: Trace) -> None:
    """Forget every error handler."""
    app.error_handler_spec.clear()


@change
def view(app: flask.Flask, trace: Trace, endpoint: str, body: Body) -> None:
    """Replace a view function."""
    from .build import function_of

    app.view_functions[endpoint] = function_of(app, trace, f"new {endpoint}", body)


@change
def view_removed(app: flask.Flask, trace: Trace, endpoint: str) -> None:
    """Take a view function away, leaving its rule."""
    app.view_functions.pop(endpoint, None)


@change
def rule(app: flask.Flask, trace: Trace, text: str, endpoint: str, options: tuple = ()) -> None:
    """Add a rule to the map directly, past the check that setup is over."""
    app.url_map.add(Rule(text, endpoint=endpoint, **dict(options)))


@change
def flask_rule(app: flask.Flask, trace: Trace, text: str, endpoint: str) -> None:
    """Add a rule of the application's own class to the map."""
    app.url_map.add(app.url_rule_class(text, endpoint=endpoint, methods={"GET", "POST"}))


@change
def route(app: flask.Flask, trace: Trace, described: Route) -> None:
    """Try to add a route in the ordinary way; after the first request this raises."""
    from .build import add_route

    trace.attempt("late route", lambda: add_route(app, app, trace, described))


@change
def late_setup(app: flask.Flask, trace: Trace) -> None:
    """Try each setup method; after the first request each raises."""
    trace.attempt("late before_request", lambda: app.before_request(lambda: None) and None)
    trace.attempt("late errorhandler", lambda: app.register_error_handler(404, lambda e: e))
    trace.attempt("late blueprint", lambda: app.register_blueprint(flask.Blueprint("late", "late")))


@change
def jinja_global(app: flask.Flask, trace: Trace) -> None:
    """Add to the template environment."""
    app.jinja_env.globals["added"] = "global"


@change
def view_attribute(app: flask.Flask, trace: Trace, endpoint: str, name: str, value: object) -> None:
    """Set an attribute on a view function, as decorators of extensions do."""
    if endpoint in app.view_functions:
        setattr(app.view_functions[endpoint], name, value)


# --- classes in the user's hands ------------------------------------------------------------------------


@change
def use_class(app: flask.Flask, trace: Trace, seam: str, name: str) -> None:
    """Put a class of the user's in its documented place."""
    setattr(app, seam, CLASSES[name])


@class_feature
def uses_class(cls: type, trace: Trace, seam: str, name: str) -> type:
    """The same, on the class."""
    return type(cls.__name__, (cls,), {seam: CLASSES[name]})


@change
def json_provider(app: flask.Flask, trace: Trace, name: str) -> None:
    """Put another JSON provider in place."""
    app.json = PROVIDERS[name](app)


@change
def json_setting(app: flask.Flask, trace: Trace, name: str, value: object) -> None:
    """Change a setting of the provider in place."""
    setattr(app.json, name, value)


@change
def json_default(app: flask.Flask, trace: Trace) -> None:
    """Let the provider write what it could not."""
    app.json.default = lambda value: f"default {plain(value)}"


@change
def session_interface(app: flask.Flask, trace: Trace, name: str) -> None:
    """Put another session interface in place."""
    app.session_interface = INTERFACES[name](trace)


@class_feature
def with_session_interface(cls: type, trace: Trace, name: str) -> type:
    """The same, on the class."""
    return type(cls.__name__, (cls,), {"session_interface": INTERFACES[name](trace)})


@change
def session_attribute(app: flask.Flask, trace: Trace, name: str, value: object) -> None:
    """Change a setting of the session interface that is in place, in place."""
    _set(app.session_interface, trace, name, value)


@change
def response_attribute(app: flask.Flask, trace: Trace, name: str, value: object) -> None:
    """Change a setting of Flask's response class for everybody."""
    _set(flask.Response, trace, name, value)


@change
def request_attribute(app: flask.Flask, trace: Trace, name: str, value: object) -> None:
    """Change a setting of Flask's request class for everybody."""
    _set(flask.Request, trace, name, value)


def _forget_afterwards(trace: Trace) -> None:
    """Let Schlenk forget, when the run is over, what it notes of shared objects that were changed.

    It keeps such notes in lists of its modules. Left there, every later case would take the careful way.
    """
    notes = [
        (value, list(value))
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] == "schlenk"
        for value in vars(module).values()
        if type(value) is list
    ]

    def forget() -> None:
        for value, before in notes:
            value[:] = before

    trace.undo.append(forget)


def _set(owner: object, trace: Trace, name: str, value: object) -> None:
    _forget_afterwards(trace)
    own = name in vars(owner)
    before = getattr(owner, name, None)
    setattr(owner, name, value)
    trace.undo.append(lambda: setattr(owner, name, before) if own else delattr(owner, name))


@change
def session_tag(app: flask.Flask, trace: Trace) -> None:
    """Teach the session's serializer another type, as Flask's documentation shows."""
    _forget_afterwards(trace)
    serializer = app.session_interface.serializer
    before = dict(serializer.tags), list(serializer.order)
    serializer.register(ComplexTag, force=True, index=0)

    def undo() -> None:
        serializer.tags, serializer.order = before

    trace.undo.append(undo)


@class_feature
def own_classes(cls: type, trace: Trace, *names: str) -> type:
    """Classes that Flask reads from the application class."""
    known = {
        "app_ctx_globals_class": WatchedGlobals,
        "url_rule_class": OwnRule,
        "url_map_class": OwnMap,
        "json_provider_class": NamedProvider,
    }
    return type(cls.__name__, (cls,), {name: known[name] for name in names})


@class_feature
def own_context(cls: type, trace: Trace) -> type:
    """An application with its own request context class, which matches in its own way."""

    class OwnContext(RequestContext):
        def match_request(self) -> None:
            trace.log("own match", bool(flask.session), flask.request.path)
            if self.request.path == "/rewritten":
                self.url_adapter.path_info = "/a"
            super().match_request()

    def request_context(self: flask.Flask, environ: dict) -> RequestContext:
        return OwnContext(self, environ)

    return type(cls.__name__, (cls,), {"request_context": request_context})


# --- signals, middleware, URL errors -----------------------------------------------------------------------


@change
def connect(
    app: flask.Flask, trace: Trace, signal: str, body: Body = NOTHING, everyone: bool = False
) -> None:
    """Connect a receiver to one of Flask's signals, for this application or for every sender."""
    from .build import receiver_of

    receiver = receiver_of(app, trace, signal, body)
    trace.kept.append(receiver)
    found = getattr(flask, signal)
    found.connect(receiver) if everyone else found.connect(receiver, app)
    trace.undo.append(lambda: found.disconnect(receiver))


@change
def disconnect(app: flask.Flask, trace: Trace, signal: str) -> None:
    """Disconnect every receiver of this run from a signal."""
    for receiver in trace.kept:
        getattr(flask, signal).disconnect(receiver)


@change
def middleware(app: flask.Flask, trace: Trace, kind: str) -> None:
    """Wrap `wsgi_app` in the documented way."""
    app.wsgi_app = MIDDLEWARES[kind](app.wsgi_app, trace)


@change
def build_error_handler(app: flask.Flask, trace: Trace, result: str | None) -> None:
    """Handle URLs that cannot be built."""

    def handle(error: Exception, endpoint: str, values: dict) -> str | None:
        trace.log("build error", error, endpoint, sorted(values))
        if result is None:
            raise error
        return result or None

    app.url_build_error_handlers.append(handle)


@change
def build_error_handler_reraises(app: flask.Flask, trace: Trace) -> None:
    """One that raises another error of the same family."""

    def handle(error: Exception, endpoint: str, values: dict) -> str:
        raise type(error)("another", {}, None, error.adapter)

    app.url_build_error_handlers.append(handle)
