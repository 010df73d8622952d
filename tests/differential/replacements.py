"""What users put in the place of Flask's own parts: classes, providers, session interfaces, middleware."""

import json
from collections.abc import Callable
from hashlib import sha256

import flask
from flask.json.provider import DefaultJSONProvider
from flask.json.tag import JSONTag, TaggedJSONSerializer
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionInterface, SessionMixin
from werkzeug.exceptions import NotFound
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import Map, Rule

from .trace import Trace, plain


class PlainTextResponse(flask.Response):
    """A response class with another default."""

    default_mimetype = "text/plain"
    autocorrect_location_header = True


class WatchedResponse(flask.Response):
    """A response class that marks what it makes."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.headers["X-Made"] = "watched"

    def get_wsgi_headers(self, environ: dict) -> object:
        """Add a header at the very end."""
        found = super().get_wsgi_headers(environ)
        found["X-Wsgi"] = "last"
        return found


class LimitedRequest(flask.Request):
    """A request class with its own limit and method override."""

    max_content_length = 20
    parameter_storage_class = dict

    @property
    def blueprint(self) -> str | None:
        """Never tell."""
        return None


class UpperRequest(flask.Request):
    """A request class that counts and changes what it is given."""

    def __init__(self, environ: dict, *args: object, **kwargs: object) -> None:
        super().__init__(environ, *args, **kwargs)
        self.method = environ.get("HTTP_X_METHOD", self.method).upper()

    def on_json_loading_failed(self, error: Exception | None) -> object:
        """Never fail."""
        return {"failed": type(error).__name__}


class QuirkyResponse(flask.Response):
    """A response class with other settings."""

    default_status = 203
    automatically_set_content_length = False
    implicit_sequence_conversion = False


class CookieRequest(flask.Request):
    """A request class that finds its cookies elsewhere."""

    @property
    def cookies(self) -> dict:
        """Also look into the query."""
        return {**super().cookies, **self.args.to_dict()}


class EndpointRequest(flask.Request):
    """A request class that names its endpoint in its own way."""

    @property
    def endpoint(self) -> str | None:
        """Forget the blueprint."""
        found = super().endpoint
        return found and found.rpartition(".")[2]


class PathRequest(flask.Request):
    """A request class whose path is not the one sent."""

    path = "/elsewhere"
    host = "elsewhere.example"
    trusted_hosts = ("example.org", "elsewhere.example")


class ComplexTag(JSONTag):
    """A tag for numbers that JSON does not have."""

    key = " j"

    def check(self, value: object) -> bool:
        """Take complex numbers and one particular text."""
        return isinstance(value, complex) or value == "text"

    def to_json(self, value: object) -> object:
        """Write it as text."""
        return str(value)

    def to_python(self, value: str) -> object:
        """Read it back, marked."""
        return f"tagged {value}"


CLASSES = {
    "QuirkyResponse": QuirkyResponse,
    "CookieRequest": CookieRequest,
    "EndpointRequest": EndpointRequest,
    "PathRequest": PathRequest,
    "PlainTextResponse": PlainTextResponse,
    "WatchedResponse": WatchedResponse,
    "LimitedRequest": LimitedRequest,
    "UpperRequest": UpperRequest,
}


class NamedProvider(DefaultJSONProvider):
    """A JSON provider with other settings."""

    sort_keys = False
    mimetype = "application/vnd.named+json"
    compact = False


class OwnProvider(flask.json.provider.JSONProvider):
    """A JSON provider from the base class."""

    def dumps(self, obj: object, **kwargs: object) -> str:
        """Write JSON with something of its own before it."""
        return f"own {json.dumps(obj, default=plain)}"

    def loads(self, s: str | bytes, **kwargs: object) -> object:
        """Read it with or without that."""
        return json.loads(s.decode().removeprefix("own ") if isinstance(s, bytes) else s.removeprefix("own "))


PROVIDERS = {"NamedProvider": NamedProvider, "OwnProvider": OwnProvider}


class MemorySession(dict, SessionMixin):
    """A session that is a plain dictionary."""


class MemoryInterface(SessionInterface):
    """A server-side session interface, as third parties write them."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.stored: dict[str, object] = {}

    def open_session(self, app: flask.Flask, request: flask.Request) -> MemorySession:
        """Find what was kept."""
        self.trace.log("open_session", request.path, request.endpoint, flask.has_request_context())
        return MemorySession(self.stored)

    def save_session(self, app: flask.Flask, session: SessionMixin, response: flask.Response) -> None:
        """Keep it."""
        self.trace.log("save_session", dict(session), response.status)
        self.stored = dict(session)
        response.headers["X-Session"] = str(len(session))


class ClosedInterface(SessionInterface):
    """An interface that opens nothing."""

    def open_session(self, app: flask.Flask, request: flask.Request) -> None:
        """Open nothing."""
        return


class FailingInterface(SecureCookieSessionInterface):
    """An interface whose store is away."""

    def open_session(self, app: flask.Flask, request: flask.Request) -> SessionMixin | None:
        """Fail on request."""
        if request.args.get("a") == "1":
            raise LookupError("no store")
        return super().open_session(app, request)


class EagerInterface(SecureCookieSessionInterface):
    """Flask's interface with its small decisions changed."""

    salt = "other-salt"
    digest_method = staticmethod(sha256)
    key_derivation = "django-concat"

    def should_set_cookie(self, app: flask.Flask, session: SessionMixin) -> bool:
        """Set it always."""
        return True

    def get_cookie_name(self, app: flask.Flask) -> str:
        """Use another name."""
        return "eager"

    def get_cookie_secure(self, app: flask.Flask) -> bool:
        """Follow the request."""
        return flask.request.is_secure


class QuietSession(SecureCookieSession):
    """A session class that reports every write as a change of something else."""

    def __setitem__(self, key: str, value: object) -> None:
        super().__setitem__(f"q_{key}", value)


class QuietInterface(SecureCookieSessionInterface):
    """Flask's interface with another session class."""

    session_class = QuietSession
    serializer = TaggedJSONSerializer()


INTERFACES: dict[str, Callable[[Trace], SessionInterface]] = {
    "memory": MemoryInterface,
    "closed": lambda trace: ClosedInterface(),
    "failing": lambda trace: FailingInterface(),
    "eager": lambda trace: EagerInterface(),
    "quiet": lambda trace: QuietInterface(),
    "plain": lambda trace: SecureCookieSessionInterface(),
}


class WatchedGlobals(flask.ctx._AppCtxGlobals):
    """A class for `g`."""

    def __init__(self) -> None:
        self.born = True


class OwnRule(Rule):
    """A rule class."""

    def build_compare_key(self) -> tuple:
        """Prefer what came last."""
        return tuple(-k for k in super().build_compare_key())


class OwnMap(Map):
    """A map class."""

    def bind_to_environ(self, environ: dict, *args: object, **kwargs: object) -> object:
        """Bind with the script name forgotten."""
        adapter = super().bind_to_environ(environ, *args, **kwargs)
        adapter.script_name = "/own/"
        return adapter


def _watching(inner: Callable, trace: Trace) -> Callable:
    def run(environ: dict, start_response: Callable) -> object:
        trace.log("middleware", environ["PATH_INFO"], flask.has_request_context())

        def started(status: str, headers: list, exc_info: object = None) -> Callable:
            trace.log("middleware start", status, flask.has_request_context())
            return start_response(status, [*headers, ("X-Middleware", "1")], exc_info)

        result = inner(environ, started)
        trace.log("middleware end", "werkzeug.request" in environ, flask.has_request_context())
        return result

    return run


def _mounting(inner: Callable, trace: Trace) -> Callable:
    def run(environ: dict, start_response: Callable) -> object:
        if environ["PATH_INFO"].startswith("/mount"):
            environ["SCRIPT_NAME"] += "/mount"
            environ["PATH_INFO"] = environ["PATH_INFO"][6:]
        return inner(environ, start_response)

    return run


def _catching(inner: Callable, trace: Trace) -> Callable:
    def run(environ: dict, start_response: Callable) -> object:
        try:
            return inner(environ, start_response)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
            trace.log("caught", error)
            return NotFound("caught")(environ, start_response)

    return run


def _proxied(inner: Callable, trace: Trace) -> Callable:
    return ProxyFix(inner, x_for=1, x_proto=1, x_host=1, x_prefix=1)


def _calling_twice(inner: Callable, trace: Trace) -> Callable:
    def run(environ: dict, start_response: Callable) -> object:
        if environ["REQUEST_METHOD"] == "GET":
            first = inner(dict(environ), lambda status, headers, exc_info=None: trace.log("first", status))
            trace.log("first body", b"".join(first))
            getattr(first, "close", lambda: None)()
        return inner(environ, start_response)

    return run


MIDDLEWARES = {
    "watching": _watching,
    "mounting": _mounting,
    "catching": _catching,
    "proxied": _proxied,
    "calling_twice": _calling_twice,
}
