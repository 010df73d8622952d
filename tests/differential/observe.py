"""Send raw WSGI requests to an application and write down everything that can be seen of it."""

import asyncio
import contextlib
import contextvars
import dataclasses
import gc
import io
import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from http.cookies import CookieError, SimpleCookie

import flask
from flask.sessions import session_json_serializer
from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from .build import NAME, build
from .changes import apply
from .clock import START, Clock
from .description import Case, Request
from .trace import Trace, failure, plain, settled

#: How a request can come in and its answer be read; the ordinary way is "call".
WAYS = (
    "wsgi_app", "abandoned", "unread", "in an app context", "in a request context", "in an event loop",
)  # fmt: skip
BOUNDARY = "b0undary"
FORM = "application/x-www-form-urlencoded"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
JSON = "application/json"
BODIES: dict[str, tuple[bytes, str | None]] = {
    "form": (b"a=1&a=2&b=gr%C3%BCn+x&empty=&c", FORM),
    "form_latin": (b"a=%FF&b=\xff", FORM),
    "form_charset": (b"a=%E4", FORM + "; charset=latin-1"),
    "json": (b'{"a": [1, null, "\\u00fc"], "b": 1.50}', JSON),
    "json_bad": (b'{"a": ', JSON),
    "json_empty": (b"", JSON),
    "json_untyped": (b'{"a": 1}', "text/plain"),
    "json_vendor": (b"[1]", "application/vnd.api+json; charset=utf-8"),
    "json_latin": (b'{"a": "\xe4"}', JSON),
    "multipart": (
        (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\none\r\n'
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="f"; filename="n\u00fc.txt"\r\n'
            f"Content-Type: text/plain\r\nX-Part: 1\r\n\r\ncontents\r\n--{BOUNDARY}--\r\n"
        ).encode(),
        MULTIPART,
    ),
    "multipart_cut": (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\none'.encode(),
        MULTIPART,
    ),
    "multipart_unbounded": (b"--x\r\n\r\n--x--", "multipart/form-data"),
    "text": (b"plain text", "text/plain; charset=utf-8"),
    "untyped": (b"\x00\x01bytes", None),
    "huge_form": (b"a=" + b"x" * 600_000, FORM),
    "large_form": (b"a=" + b"x" * 300 + b"&b=2", FORM),
}


def _forged(key: str, value: object, salt: str = "cookie-session") -> str:
    signer = URLSafeTimedSerializer(
        key, salt=salt, serializer=session_json_serializer, signer_kwargs={"key_derivation": "hmac"}
    )
    return signer.dumps(value)


def _unpacked(key: str, text: str) -> str:
    """A correctly signed cookie whose payload is not what it should be."""
    signer = URLSafeTimedSerializer(
        key,
        salt="cookie-session",
        serializer=session_json_serializer,
        signer_kwargs={"key_derivation": "hmac"},
    )
    return signer.make_signer("cookie-session").sign(text).decode()


#: Cookies that no browser got from the application: each makes a `Cookie` header from the jar's session.
SPOILED: dict[str, Callable[[str], str]] = {
    "truncated": lambda cookie: f"session={cookie[:-5]}",
    "tampered": lambda cookie: f"session=x{cookie}",
    "flipped": lambda cookie: f"session={cookie[:-1]}{'A' if cookie[-1:] != 'A' else 'B'}",
    "other_key": lambda cookie: f"session={_forged('another', {'a': 'stolen'})}",
    "old_key": lambda cookie: f"session={_forged('old', {'a': 'from the old key'})}",
    "right_key": lambda cookie: f"session={_forged('key', {'a': 'made outside'})}",
    "other_salt": lambda cookie: f"session={_forged('key', {'a': 'salted'}, 'other')}",
    "not_a_dict": lambda cookie: f"session={_forged('key', ['a', 'b'])}",
    "pairs": lambda cookie: f"session={_forged('key', [['a', 1]])}",
    "a_number": lambda cookie: f"session={_forged('key', 5)}",
    "null": lambda cookie: f"session={_forged('key', None)}",
    "nested_tags": lambda cookie: f"session={_forged('key', {'a': ((1,), {' t': 2}), 'b': b'x'})}",
    "bad_payload": lambda cookie: f"session={_unpacked('key', 'bm90IGpzb24')}",
    "bad_zip": lambda cookie: f"session={_unpacked('key', '.bm90IHppcA')}",
    "bad_base64": lambda cookie: f"session={_unpacked('key', '%%%')}",
    "bad_tag": lambda cookie: f"session={_unpacked('key', 'eyJhIjp7IiB1IjoieHgifX0')}",
    "untimed": lambda cookie: (
        "session=" + URLSafeSerializer("key", "cookie-session", serializer=session_json_serializer).dumps({})
    ),
    "empty": lambda cookie: "session=",
    "dots": lambda cookie: "session=...",
    "quoted": lambda cookie: f'session="{cookie}"',
    "twice": lambda cookie: f"session=first; session={cookie}",
    "among": lambda cookie: f"a=1; b=\"q \\073\"; session={cookie}; =; c; session2=x",
    "latin": lambda cookie: f"name=\xe4\xff; session={cookie}",
    "spaces": lambda cookie: f"  session = {cookie} ;",
    "junk": lambda cookie: ";;;===;,",
}  # fmt: skip


@dataclasses.dataclass
class Seen:
    """What one request showed."""

    status: str | None = None
    headers: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    body: bytes = b""
    raised: str | None = None
    session: str = ""
    log: list[str] = dataclasses.field(default_factory=list)


class Recorder(logging.Handler):
    """Write what the application logs into the trace of the run."""

    def __init__(self, trace: Trace) -> None:
        super().__init__(logging.NOTSET)
        self.trace = trace

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line and the class of the exception."""
        error = record.exc_info[1] if record.exc_info else None
        self.trace.log("logged", record.levelname, record.getMessage(), type(error).__name__)


@contextlib.contextmanager
def listening(trace: Trace):
    """Take the application's log and Python's warnings into the trace."""
    logger = logging.getLogger(NAME)
    before = logger.handlers, logger.propagate, logger.level
    logger.handlers, logger.propagate = [Recorder(trace)], False
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        # These come when memory is collected, so at any time.
        warnings.simplefilter("ignore", ResourceWarning)
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
        warnings.showwarning = lambda message, category, *_: trace.log("warned", category, message)
        try:
            yield
        finally:
            logger.handlers, logger.propagate = before[:2]
            logger.setLevel(before[2])


def run(case: Case, base: type[flask.Flask]) -> list[Seen]:
    """Build the case on `base`, send its requests in order, and return what was seen of each."""
    trace, clock, jar = Trace(), Clock(), {}
    with trace.undone(), clock.stopped(), listening(trace):
        try:
            app = build(case.app, base, trace)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
            return [Seen(raised=f"while building: {failure(error)}", log=trace.lines)]
        seen = []
        for request in case.requests:
            clock.now += request.later
            trace.lines = []
            for name, *arguments in request.changes:
                trace.attempt(f"change {name}", lambda n=name, a=arguments: apply(app, trace, n, *a))
            seen.append(contextvars.Context().run(send, app, request, jar, trace))
            seen[-1].log = trace.lines
            if any("coroutine" in line for line in trace.lines):
                gc.collect()  # nobody awaited it: let Python complain of it here, where that is expected
        return seen


def send(app: flask.Flask, request: Request, jar: dict[str, str], trace: Trace) -> Seen:
    """Send one request as a server would, and read its answer to the end."""
    seen = Seen()
    environ = environ_of(request, jar, trace)

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable:
        trace.log("start_response", type(headers).__name__, exc_info is not None)
        seen.status, seen.headers = status, settled(headers)
        return lambda data: trace.log("written", data)

    result: object = ()
    try:
        with _surroundings(app, request.through, trace):
            result = _way_into(app, request.through)(environ, start_response)
            trace.log("returned", flask.has_request_context(), flask.has_app_context())
            for part in result if request.through != "unread" else ():
                trace.log("part", part)
                seen.body += part
                if request.through == "abandoned":
                    break
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is compared
        seen.raised = failure(error)
    try:
        getattr(result, "close", lambda: None)()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
        trace.log("close raised", error)
    trace.log("left", flask.has_request_context(), flask.has_app_context())
    trace.log("environ", sorted(k for k in environ if k != "werkzeug.request"), environ["wsgi.input"].tell())
    _keep_cookies(jar, seen.headers)
    seen.session = content(jar.get(app.config.get("SESSION_COOKIE_NAME") or "session", ""))
    return seen


@contextlib.contextmanager
def _surroundings(app: flask.Flask, through: str, trace: Trace) -> Iterator[None]:
    """Push what may be there already when a request comes in."""
    if through == "in an app context":
        with app.app_context():
            flask.g.outer = True
            yield
            trace.log("outer g", sorted(flask.g), flask.has_request_context())
    elif through == "in a request context":
        with app.test_request_context("/outer"):
            yield
            trace.log("outer request", flask.request.path, sorted(flask.g))
    else:
        yield


def _way_into(app: flask.Flask, through: str) -> Callable:
    if through == "wsgi_app":
        return app.wsgi_app
    if through == "in an event loop":

        async def call(environ: dict, start_response: Callable) -> object:
            return app(environ, start_response)

        return lambda *arguments: asyncio.run(call(*arguments))
    return app


def environ_of(request: Request, jar: dict[str, str], trace: Trace) -> dict[str, object]:
    """Make the environ of a request, byte for byte as a WSGI server would."""
    body, content_type = BODIES[request.body] if isinstance(request.body, str) else (request.body, None)
    environ: dict[str, object] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "SERVER_NAME": "server.example",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.1",
        "HTTP_HOST": "example.org",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if body or request.method not in {"GET", "HEAD", "OPTIONS"}:
        environ["CONTENT_LENGTH"] = str(len(body))
    if (content_type := request.content_type or content_type) is not None:
        environ["CONTENT_TYPE"] = content_type
    if (cookie := _cookie(request, jar)) is not None:
        environ["HTTP_COOKIE"] = cookie
    for name, value in request.headers:
        environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    for name, value in request.environ:
        if value is None:
            environ.pop(name, None)
        elif value == "@preserve":
            environ[name] = lambda context: trace.log("preserved", type(context).__name__.removeprefix("_"))
        else:
            environ[name] = value
    return environ


def _cookie(request: Request, jar: dict[str, str]) -> str | None:
    if request.cookie == "none":
        return None
    if request.cookie in SPOILED:
        return SPOILED[request.cookie](jar.get("session", "absent"))
    return "; ".join(f"{name}={value}" for name, value in jar.items()) if jar else None


def _keep_cookies(jar: dict[str, str], headers: list[tuple[str, str]]) -> None:
    for name, value in headers:
        if name.lower() != "set-cookie":
            continue
        with contextlib.suppress(CookieError):
            for key, morsel in SimpleCookie(value).items():
                if morsel["max-age"] == "0" or morsel["expires"].endswith("1970 00:00:00 GMT"):
                    jar.pop(key, None)
                else:
                    jar[key] = morsel.coded_value


def content(cookie: str) -> str:
    """Return what a session cookie says, whoever signed it."""
    try:
        reader = URLSafeTimedSerializer("any", serializer=session_json_serializer)
        return plain(reader.load_payload(cookie.rsplit(".", 2)[0].encode()))
    except (BadData, ValueError, KeyError, TypeError):
        return "none"


def differences(expected: list[Seen], actual: list[Seen]) -> list[str]:
    """Say in words what differs, first request first; nothing if the two runs were equal."""
    found = []
    for number, (theirs, ours) in enumerate(zip(expected, actual, strict=True), 1):
        for field in dataclasses.fields(Seen):
            left, right = getattr(theirs, field.name), getattr(ours, field.name)
            if left == right:
                continue
            if field.name == "log":
                found += [f"request {number}: log: {line}" for line in _lines(left, right)]
            else:
                found.append(f"request {number}: {field.name}:\n    flask  {left!r}\n    schlenk {right!r}")
        if found:
            break
    return found


def _lines(left: list[str], right: list[str]) -> list[str]:
    at = next(
        (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
    )
    shown = [f"after {left[max(0, at - 2) : at]}"]
    shown += [f"flask   {line[:600]}" for line in left[at : at + 3]] or ["flask   (no more)"]
    return shown + ([f"schlenk {line[:600]}" for line in right[at : at + 3]] or ["schlenk (no more)"])


__all__ = ["BODIES", "SPOILED", "START", "Seen", "differences", "run", "send"]
