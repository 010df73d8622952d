"""Acts: what a view, a hook or a handler may do before it answers. Each is one function of this table."""

import threading
from contextvars import ContextVar
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import flask
from flask import (
    abort,
    after_this_request,
    current_app,
    flash,
    g,
    get_flashed_messages,
    has_app_context,
    has_request_context,
    redirect,
    render_template,
    render_template_string,
    request,
    session,
    url_for,
)
from flask.ctx import AppContext, RequestContext
from flask.globals import app_ctx, request_ctx
from flask.sessions import SessionMixin
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Request as WerkzeugRequest

from .description import Body
from .trace import Trace


class PlainError(Exception):
    """An error of the application."""


class NarrowError(PlainError, ValueError):
    """A more particular one, so that handlers by class have to choose."""


class Halt(BaseException):
    """Not an `Exception`: no handler may catch it, every teardown still runs."""


class TeapotError(HTTPException):
    """An HTTP error class of the application's own."""

    code = 418
    description = "short and stout"


ERRORS: dict[str, type[BaseException]] = {
    "PlainError": PlainError,
    "NarrowError": NarrowError,
    "TeapotError": TeapotError,
    "ValueError": ValueError,
    "LookupError": LookupError,
    "KeyError": KeyError,
    "ZeroDivisionError": ZeroDivisionError,
    "HTTPException": HTTPException,
    "Exception": Exception,
    "Halt": Halt,
}

VALUES: dict[str, object] = {
    "one": 1,
    "text": "text",
    "unicode": "grün ✓",
    "tuple": (1, "a", (2,)),
    "bytes": b"\x00\xff",
    "datetime": datetime(2024, 2, 29, 12, 30, 15, tzinfo=UTC),
    "naive": datetime(2024, 2, 29, 12, 30, 15),
    "markup": Markup("<b>bold</b>"),
    "uuid": UUID("12345678123456781234567812345678"),
    "dict": {"z": 1, "a": [1, {"b": None}]},
    "tagged": {" t": [1]},
    "intkeys": {1: "one", 2: "two"},
    "list": [1, 2.5, True, None],
    "decimal": Decimal("1.10"),
    "object": object,
    "none": None,
    "long": "x" * 5000,
    "float": 0.1,
    "nan": float("nan"),
}

WHOLE_REQUEST = (  # noqa: SIM905 - sixty names read better as one text
    "method path full_path url base_url root_url url_root host host_url script_root root_path scheme "
    "is_secure remote_addr remote_user query_string endpoint blueprint blueprints view_args url_rule "
    "routing_exception content_type content_length content_encoding mimetype mimetype_params "
    "content_md5 date max_forwards referrer user_agent args cookies access_route authorization "
    "accept_mimetypes accept_charsets accept_encodings accept_languages cache_control pragma "
    "if_match if_none_match if_modified_since if_unmodified_since if_range range is_json "
    "is_multithread is_multiprocess is_run_once want_form_data_parsed max_content_length "
    "max_form_memory_size max_form_parts trusted_hosts origin access_control_request_method "
    "access_control_request_headers server shallow input_stream stream form files values json data "
).split()
VARIABLE: ContextVar[object] = ContextVar("variable")
SILENT = {"stream", "input_stream"}


def see_request(trace: Trace, *names: str) -> None:
    """Log the named attributes of the request, or what reading each raised."""
    for name in names or WHOLE_REQUEST:
        if name in SILENT:
            trace.attempt(name, lambda name=name: bool(getattr(request, name)))
        elif name == "files":
            trace.attempt(name, lambda: [_upload(key, f) for key, f in request.files.items(multi=True)])
        else:
            trace.attempt(name, lambda name=name: getattr(request, name))


def _upload(key: str, file: object) -> tuple:
    return key, file.filename, file.name, file.content_type, list(file.headers), file.read()


def see_headers(trace: Trace) -> None:
    """Log the headers as a list and as a mapping."""
    trace.log("headers", sorted(request.headers), request.headers.get("host"), len(request.headers))


def read_stream(trace: Trace, size: int) -> None:
    """Read some of the body, then the rest."""
    trace.attempt("stream.read", lambda: (request.stream.read(size), request.stream.read()))


def get_data(trace: Trace, cache: bool, text: bool, parse: bool) -> None:
    """Call `get_data` with each of its arguments."""
    trace.attempt("get_data", lambda: request.get_data(cache=cache, as_text=text, parse_form_data=parse))


def get_json(trace: Trace, force: bool, silent: bool, cache: bool) -> None:
    """Call `get_json` with each of its arguments."""
    trace.attempt("get_json", lambda: request.get_json(force=force, silent=silent, cache=cache))


def touch_json(trace: Trace) -> None:
    """Read `request.json` and let its error out."""
    trace.log("json", request.json)


def touch_field(trace: Trace, name: str) -> None:
    """Read a field that may be missing and let its error out."""
    trace.log("field", request.form[name])


def touch_file(trace: Trace, name: str) -> None:
    """Read an upload that may be missing and let its error out."""
    trace.log("file", request.files[name].filename)


def touch_arg(trace: Trace, name: str) -> None:
    """Read a query argument that may be missing and let its error out."""
    trace.log("arg", request.args[name])


def limit(trace: Trace, size: int) -> None:
    """Set a limit for this request only."""
    request.max_content_length = size


def set_request(trace: Trace, name: str, value: object) -> None:
    """Assign an attribute on the request object."""
    trace.attempt(f"request.{name} =", lambda: setattr(request, name, value))


def see_types(trace: Trace) -> None:
    """Log what the proxies point to, as an extension would ask."""
    trace.log(
        "types",
        isinstance(request, flask.Request),
        isinstance(request, WerkzeugRequest),
        isinstance(request._get_current_object(), current_app.request_class),
        isinstance(session._get_current_object(), SessionMixin),
        type(g._get_current_object()).__name__,
        isinstance(request_ctx._get_current_object(), RequestContext),
        isinstance(app_ctx._get_current_object(), AppContext),
        request_ctx.app is current_app._get_current_object(),
        request_ctx.request is request._get_current_object(),
        app_ctx.app is current_app._get_current_object(),
        app_ctx.g is g._get_current_object(),
        request_ctx.session is session._get_current_object(),
        request.environ.get("werkzeug.request") is request._get_current_object(),
        request.json_module is current_app.json,
        repr(request),
        type(request_ctx.url_adapter).__name__,
        request_ctx.flashes,
        len(request_ctx._after_request_functions),
        bool(request),
        bool(session),
        bool(g),
    )


def see_context(trace: Trace) -> None:
    """Log which contexts are there."""
    trace.log("context", has_request_context(), has_app_context(), bool(request), bool(current_app))


def see_session(trace: Trace) -> None:
    """Log the whole session and its flags."""
    trace.log("session", dict(session), session.permanent, session.new, session.modified, session.accessed)


def see_session_flags(trace: Trace) -> None:
    """Log the flags through the context, so that looking does not count as access."""
    opened = request_ctx._session
    trace.log("flags", None if opened is None else (opened.modified, opened.accessed, dict(opened)))


def session_get(trace: Trace, key: str) -> None:
    """Read one key."""
    trace.log("session.get", session.get(key), key in session, len(session))


def session_set(trace: Trace, key: str, value: str) -> None:
    """Write one key."""
    session[key] = deepcopy(VALUES[value])


def session_delete(trace: Trace, key: str) -> None:
    """Delete one key; a missing one is a KeyError that goes out."""
    del session[key]


def session_pop(trace: Trace, key: str) -> None:
    """Pop one key, gently."""
    trace.log("session.pop", session.pop(key, "absent"))


def session_popitem(trace: Trace) -> None:
    """Pop whatever is last."""
    trace.attempt("session.popitem", session.popitem)


def session_clear(trace: Trace) -> None:
    """Empty it."""
    session.clear()


def session_update(trace: Trace) -> None:
    """Write several keys at once."""
    session.update({"u": 1}, v=[2])
    trace.log("session.setdefault", session.setdefault("u", 5), session.setdefault("w", {"n": 0}))


def session_or(trace: Trace) -> None:
    """Merge by the in-place operator."""
    trace.attempt("session |=", lambda: session._get_current_object().__ior__({"o": 1}))


def session_nested(trace: Trace) -> None:
    """Change something inside a value, without telling the session."""
    inner = session.get("dict")
    if isinstance(inner, dict):
        inner["z"] = inner.get("z", 0) + 1
    trace.log("nested", inner)


def session_permanent(trace: Trace, permanent: bool) -> None:
    """Choose how long it lasts."""
    session.permanent = permanent


def session_modified(trace: Trace, modified: bool) -> None:
    """Tell the session that it changed, or did not."""
    session.modified = modified


def session_count(trace: Trace) -> None:
    """Read and write: the plainest use."""
    session["n"] = session.get("n", 0) + 1
    trace.log("count", session["n"])


def do_flash(trace: Trace, message: str, category: str) -> None:
    """Flash a message."""
    flash(message, category)


def see_flashes(trace: Trace, categories: bool, only: tuple[str, ...]) -> None:
    """Take the flashed messages, twice: the second time from the request."""
    for _ in range(2):
        trace.log("flashes", get_flashed_messages(with_categories=categories, category_filter=only))


def g_set(trace: Trace, name: str, value: object) -> None:
    """Keep something on `g`."""
    setattr(g, name, value)


def g_see(trace: Trace, name: str) -> None:
    """Look at `g` in each way it offers."""
    trace.log("g", g.get(name, "absent"), name in g, sorted(g), repr(g), g.setdefault("later", 1))
    trace.attempt(f"g.{name}", lambda: getattr(g, name))
    trace.log("g.pop", g.pop("later"), g.pop("nothing", None))


def make_url(trace: Trace, endpoint: str, values: tuple[tuple[str, object], ...]) -> None:
    """Build a URL, and log the string or the error."""
    trace.attempt(f"url_for {endpoint}", lambda: url_for(endpoint, **dict(values)))


def make_url_loudly(trace: Trace, endpoint: str, values: tuple[tuple[str, object], ...]) -> None:
    """Build a URL and let its error out."""
    trace.log("url_for", url_for(endpoint, **dict(values)))


def see_adapter(trace: Trace) -> None:
    """Use the URL adapter directly, as extensions do."""
    adapter = request_ctx.url_adapter
    trace.attempt("adapter", lambda: (adapter.server_name, adapter.script_name, adapter.subdomain))
    trace.attempt("adapter", lambda: (adapter.path_info, adapter.url_scheme, adapter.default_method))
    trace.attempt("adapter.query", lambda: adapter.query_args)
    trace.attempt("adapter.allowed", lambda: set(adapter.allowed_methods()))
    trace.attempt("adapter.match", lambda: adapter.match("/a/1"))
    trace.attempt("adapter.match", lambda: adapter.match("/", "POST"))
    trace.attempt("adapter.test", lambda: adapter.test("/a/1"))
    trace.attempt("rule", lambda: (request.url_rule.rule, sorted(request.url_rule.methods or ())))


def see_config(trace: Trace, key: str) -> None:
    """Read one configuration value through the proxy."""
    trace.log("config", current_app.config[key])


def render_text(trace: Trace) -> None:
    """Render a template from a string, with whatever the context processors add."""
    trace.log("rendered", render_template_string("{{ added }} {{ request.method }} {{ session.get('a') }}"))


def render_page(trace: Trace) -> None:
    """Render a template from a file."""
    trace.log("rendered", render_template("page.html", word="<word>"))


def do_abort(trace: Trace, code: int) -> None:
    """Abort with a code."""
    abort(code)


def abort_described(trace: Trace, code: int, description: str) -> None:
    """Abort with a code and a description."""
    abort(code, description)


def abort_response(trace: Trace, text: str, status: int) -> None:
    """Abort with a whole response."""
    abort(current_app.response_class(text, status=status, headers={"X-Aborted": "yes"}))


def abort_redirect(trace: Trace, where: str) -> None:
    """Abort with a redirect."""
    abort(redirect(where))


def raise_error(trace: Trace, name: str) -> None:
    """Raise an exception of the application."""
    raise ERRORS[name]("raised on purpose")


def raise_from(trace: Trace) -> None:
    """Raise one exception while handling another."""
    try:
        raise KeyError("first")
    except KeyError as error:
        raise NarrowError("second") from error


def raise_redirect(trace: Trace, where: str) -> None:
    """Raise the router's own redirect."""
    raise RequestRedirect(where)


def pop_argument(trace: Trace, name: str) -> None:
    """Take an argument out of `view_args`, as URL processors do."""
    trace.log("view_args.pop", (request.view_args or {}).pop(name, "absent"))


def add_argument(trace: Trace, name: str, value: object) -> None:
    """Put an argument into `view_args`."""
    if request.view_args is not None:
        request.view_args[name] = value


def after_request_header(trace: Trace, name: str, value: str) -> None:
    """Register a function for after this request."""

    @after_this_request
    def add(response: flask.Response) -> flask.Response:
        trace.log("after_this_request", response.status, sorted(response.headers.keys()))
        response.headers[name] = value
        return response


def after_request_fails(trace: Trace) -> None:
    """Register one that raises."""

    @after_this_request
    def fail(response: flask.Response) -> flask.Response:
        raise PlainError("after this request")


def nested_app_context(trace: Trace) -> None:
    """Push an app context inside the request: its own `g`, teardown when it is popped."""
    with current_app.app_context():
        trace.log("inner", sorted(g), has_request_context())
        g.inner = True
        trace.attempt("inner url_for", lambda: url_for("static", filename="x"))
    trace.log("outer", sorted(g))


def nested_request_context(trace: Trace, path: str) -> None:
    """Push a second request context inside the first."""
    with current_app.test_request_context(path, data={"inner": "1"}):
        trace.log("inner", request.path, request.endpoint, dict(request.form), dict(session), sorted(g))
        trace.attempt("inner url_for", lambda: url_for("static", filename="x"))
    trace.log("outer", request.path, request.endpoint)


def nested_request(trace: Trace, path: str) -> None:
    """Send the application another request from within this one."""
    if g.get("nested"):
        return
    g.nested = True
    answer = current_app.test_client(use_cookies=False).get(path)
    trace.log("nested", answer.status, answer.get_data())
    trace.log("outer", request.path, g.get("nested"), dict(session))


def copied_context(trace: Trace) -> None:
    """Hand the request context to another thread."""

    @flask.copy_current_request_context
    def read() -> None:
        trace.log("copied", request.path, dict(session), has_app_context(), request.endpoint)

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    trace.log("after the copy", has_request_context(), request.path)


def push_again(trace: Trace) -> None:
    """Push the running request context a second time, as streaming with context does."""
    with request_ctx._get_current_object():
        trace.log("again", request.path, dict(session))
    trace.log("once more", request.path, has_request_context())


def nested_other_app(trace: Trace) -> None:
    """Call another application from within this one."""
    other = type(current_app._get_current_object())("other", static_folder=None)
    other.add_url_rule(
        "/", "index", lambda: f"{current_app.name} {request.path} {sorted(g)} {url_for('index')}"
    )
    answer = other.test_client().get("/")
    trace.log("other", answer.status, answer.get_data(), current_app.name, request.path)


def variable_set(trace: Trace, value: object) -> None:
    """Set a context variable, which must reach whatever runs later in the request."""
    VARIABLE.set(value)


def variable_see(trace: Trace) -> None:
    """Log the context variable."""
    trace.log("variable", VARIABLE.get("unset"))


def see_environ(trace: Trace) -> None:
    """Change the environ under the request."""
    trace.log("environ", request.environ["PATH_INFO"], request.environ is request_ctx.request.environ)
    request.environ["differential.mark"] = "seen"


def write_log(trace: Trace) -> None:
    """Use the application's logger."""
    current_app.logger.warning("a warning %s", request.path)


ACTS = {
    function.__name__: function
    for function in (
        see_request, see_headers, read_stream, get_data, get_json, touch_json, touch_field, touch_file,
        touch_arg, limit, set_request, see_types, see_context, see_session, see_session_flags, session_get,
        session_set, session_delete, session_pop, session_popitem, session_clear, session_update, session_or,
        session_nested, session_permanent, session_modified, session_count, do_flash, see_flashes, g_set,
        g_see, make_url, make_url_loudly, see_adapter, see_config, render_text, render_page, do_abort,
        abort_described, abort_response, abort_redirect, raise_error, raise_from, raise_redirect,
        pop_argument, add_argument, after_request_header, after_request_fails, nested_app_context,
        nested_request_context, nested_request, copied_context, push_again,
        nested_other_app, variable_set, variable_see, see_environ, write_log,
    )
}  # fmt: skip


#: Acts that open contexts of their own; in a teardown they would start themselves again for ever.
_NESTING = {
    "nested_app_context",
    "nested_request_context",
    "nested_request",
    "copied_context",
    "push_again",
    "nested_other_app",
}


def perform(trace: Trace, body: Body) -> None:
    """Do the acts of `body` in order."""
    for name, *arguments in body.acts:
        if name not in _NESTING:
            ACTS[name](trace, *arguments)
        elif trace.depth < 2:
            trace.depth += 1
            try:
                ACTS[name](trace, *arguments)
            finally:
                trace.depth -= 1
