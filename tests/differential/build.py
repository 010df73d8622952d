"""From a description to an application, once on Flask and once on Schlenk, in the same way."""

import asyncio
import functools
from collections.abc import Callable
from pathlib import Path

import flask
from flask.views import MethodView, View
from werkzeug.routing import BaseConverter, ValidationError

from .acts import ERRORS, perform
from .answers import Call, give
from .changes import CLASS_FEATURES, apply
from .description import App, Blueprint, Body, Hook, Route
from .trace import Trace, plain

HERE = Path(__file__).parent
NAME = "differential"


def build(app: App, base: type[flask.Flask], trace: Trace) -> flask.Flask:
    """Build the described application on `base`."""
    cls = base
    for name, *arguments in app.class_features:
        cls = CLASS_FEATURES[name](cls, trace, *arguments)
    options = {"root_path": str(HERE), "instance_path": str(HERE), **dict(app.options)}
    made = cls(NAME, **options)
    made.config.update(app.config)
    made.url_map.converters.update(converters(trace))
    for hook in app.hooks:
        add_hook(made, made, trace, hook, None)
    for route in app.routes:
        add_route(made, made, trace, route)
    for blueprint in app.blueprints:
        made.register_blueprint(blueprint_of(made, trace, blueprint), **dict(blueprint.options))
    for name, *arguments in app.features:
        apply(made, trace, name, *arguments)
    return made


def blueprint_of(app: flask.Flask, trace: Trace, blueprint: Blueprint) -> flask.Blueprint:
    """Build one blueprint and those inside it."""
    made = flask.Blueprint(blueprint.name, NAME, root_path=str(HERE))
    for hook in blueprint.hooks:
        add_hook(app, made, trace, hook, blueprint.name)
    for route in blueprint.routes:
        add_route(app, made, trace, route)
    for child in blueprint.children:
        made.register_blueprint(blueprint_of(app, trace, child), **dict(child.options))
    return made


# --- functions ------------------------------------------------------------------------------------------


def function_of(app: flask.Flask, trace: Trace, label: str, body: Body) -> Callable:
    """Make the function of a body: it says that it was called, acts, and answers."""

    def call(*arguments: object, **named: object) -> object:
        trace.log(label, arguments, sorted(named.items(), key=str))
        perform(trace, body)
        return give(Call(trace, app, arguments, tuple(named.items())), body.answer[0], body.answer[1:])

    async def call_async(*arguments: object, **named: object) -> object:
        await asyncio.sleep(0)
        return call(*arguments, **named)

    made = call_async if body.is_async else call
    made.__name__ = label.replace(" ", "_").replace(".", "_").replace("/", "_") or "view"
    return made


def receiver_of(app: flask.Flask, trace: Trace, signal: str, body: Body) -> Callable:
    """Make a receiver of a signal."""
    inner = function_of(app, trace, f"signal {signal}", body)
    if body.is_async:

        async def receive_async(sender: object, **extra: object) -> None:
            trace.log("sender", sender is app, [(k, _told(v)) for k, v in sorted(extra.items())])
            await inner()

        return receive_async

    def receive(sender: object, **extra: object) -> None:
        trace.log("sender", sender is app, [(k, _told(v)) for k, v in sorted(extra.items())])
        inner()

    return receive


def _told(value: object) -> str:
    return type(value).__name__ if isinstance(value, (flask.Response, dict)) else plain(value)


# --- routes ---------------------------------------------------------------------------------------------


def _function_view(app: flask.Flask, trace: Trace, endpoint: str, body: Body) -> Callable:
    return function_of(app, trace, f"view {endpoint}", body)


def _method_view(app: flask.Flask, trace: Trace, endpoint: str, body: Body) -> Callable:
    methods = {
        name: staticmethod(function_of(app, trace, f"{name} of {endpoint}", body))
        for name in ("get", "post", "delete")
    }
    return type("Methods", (MethodView,), methods).as_view(endpoint.rpartition(".")[2])


def _shared_view(app: flask.Flask, trace: Trace, endpoint: str, body: Body) -> Callable:
    inner = function_of(app, trace, f"shared {endpoint}", body)

    class Shared(View):
        init_every_request = False
        methods = ("GET", "PUT")
        decorators = (lambda view: lambda **named: (trace.log("decorator"), view(**named))[1],)

        def dispatch_request(self, **named: object) -> object:
            return inner(**named)

    return Shared.as_view(endpoint.rpartition(".")[2])


def _attributed_view(app: flask.Flask, trace: Trace, endpoint: str, body: Body) -> Callable:
    made = function_of(app, trace, f"view {endpoint}", body)
    made.methods = ["GET", "PATCH"]
    made.required_methods = {"DELETE"}
    made.provide_automatic_options = False
    return made


def _partial_view(app: flask.Flask, trace: Trace, endpoint: str, body: Body) -> Callable:
    return functools.partial(function_of(app, trace, f"view {endpoint}", body))


def _bound_view(app: flask.Flask, trace: Trace, endpoint: str, body: Body) -> Callable:
    inner = function_of(app, trace, f"view {endpoint}", body)

    class Holder:
        async def wait(self, **named: object) -> object:
            return await inner(**named)

        def run(self, **named: object) -> object:
            return inner(**named)

    return Holder().wait if body.is_async else Holder().run


def _object_view(app: flask.Flask, trace: Trace, endpoint: str, body: Body) -> Callable:
    inner = function_of(app, trace, f"view {endpoint}", body)

    class Callable:
        __name__ = "callable"

        def __call__(self, **named: object) -> object:
            return inner(**named)

    return Callable()


def _wrapped_view(app: flask.Flask, trace: Trace, endpoint: str, body: Body) -> Callable:
    inner = function_of(app, trace, f"view {endpoint}", body)

    @functools.wraps(inner)
    def wrapped(**named: object) -> object:
        trace.log("wrapped")
        return app.ensure_sync(inner)(**named)

    return wrapped


VIEWS = {
    "partial": _partial_view,
    "bound": _bound_view,
    "object": _object_view,
    "wrapped": _wrapped_view,
    "function": _function_view,
    "method_view": _method_view,
    "shared_view": _shared_view,
    "attributed": _attributed_view,
}


def add_route(app: flask.Flask, scaffold: flask.Flask | flask.Blueprint, trace: Trace, route: Route) -> None:
    """Register one rule; rules that name the same endpoint share its view."""
    endpoint = route.endpoint or f"e{len(trace.views)}"
    known = (id(scaffold), endpoint)
    trace.kept.append(scaffold)
    if known not in trace.views:
        trace.views[known] = VIEWS[route.kind](app, trace, endpoint, route.view)
    options = dict(route.options)
    if options.get("redirect_to") == "@function":
        options["redirect_to"] = lambda adapter, **values: f"/found/{len(values)}"
    if "defaults" in options:
        options["defaults"] = dict(options["defaults"])
    if "methods" in options:
        options["methods"] = list(options["methods"])
    scaffold.add_url_rule(route.rule, endpoint=endpoint, view_func=trace.views[known], **options)


def converters(trace: Trace) -> dict[str, type[BaseConverter]]:
    """Converters of the application's own: strict, curious and touchy ones."""

    class Picky(BaseConverter):
        def to_python(self, value: str) -> str:
            if value == "bad":
                raise ValidationError
            return value.upper()

        def to_url(self, value: object) -> str:
            return super().to_url(str(value).lower())

    class Pair(BaseConverter):
        regex = r"[^/]+?,[^/]+"

        def to_python(self, value: str) -> list[str]:
            return value.split(",")

        def to_url(self, value: list[str]) -> str:
            return ",".join(super(Pair, self).to_url(v) for v in value)

    class Mine(BaseConverter):
        """Reads the session while the URL is matched, which Flask allows."""

        def to_python(self, value: str) -> object:
            trace.log("converter", flask.has_request_context(), flask.request.path, flask.request.endpoint)
            return flask.session.get(value, f"no {value}")

    class Writing(BaseConverter):
        """Writes the session and `g` while the URL is matched."""

        def to_python(self, value: str) -> str:
            flask.session["converted"] = value
            flask.g.converted = value
            return value

    class Failing(BaseConverter):
        def to_python(self, value: str) -> str:
            if value == "boom":
                raise LookupError("converter")
            if value == "gone":
                flask.abort(410)
            return value

        def to_url(self, value: object) -> str:
            if value == "boom":
                raise ValueError("cannot be built")
            return super().to_url(value)

    class Wide(BaseConverter):
        part_isolating = False
        regex = r"w/[^/]+/\d+"
        weight = 150

    return {"picky": Picky, "pair": Pair, "mine": Mine, "writing": Writing, "failing": Failing, "wide": Wide}


# --- hooks ----------------------------------------------------------------------------------------------


def add_hook(
    app: flask.Flask, scaffold: flask.Flask | flask.Blueprint, trace: Trace, hook: Hook, name: str | None
) -> None:
    """Register a hook in the ordinary way."""
    label = f"{name or 'app'} {hook.kind}{f' {hook.what}' if hook.what is not None else ''}"
    if hook.kind == "signal":
        apply(app, trace, "connect", hook.what, hook.body)
        return
    function = function_of(app, trace, label, hook.body)
    if hook.kind in {"errorhandler", "app_errorhandler"}:
        getattr(scaffold, hook.kind)(ERRORS.get(hook.what, hook.what))(function)
    else:
        getattr(scaffold, hook.kind)(function)


LISTS = {
    "before_request": "before_request_funcs",
    "after_request": "after_request_funcs",
    "teardown_request": "teardown_request_funcs",
    "url_value_preprocessor": "url_value_preprocessors",
    "url_defaults": "url_default_functions",
    "context_processor": "template_context_processors",
}


def write_hook(app: flask.Flask, trace: Trace, hook: Hook, function: Callable, scope: str | None) -> None:
    """Register a hook by writing into the public dictionaries."""
    if hook.kind == "teardown_appcontext":
        app.teardown_appcontext_funcs.append(function)
    elif hook.kind == "errorhandler":
        what = ERRORS.get(hook.what, hook.what)
        error, code = app._get_exc_class_and_code(what)
        app.error_handler_spec[scope][code][error] = function
    elif hook.kind == "signal":
        apply(app, trace, "connect", hook.what, hook.body)
    else:
        getattr(app, LISTS[hook.kind]).setdefault(scope, []).append(function)
