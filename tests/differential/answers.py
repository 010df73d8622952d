"""Answers: what a view, a hook or a handler returns. Each is one function of a table, by its name.

Every one takes the `Call` it answers. Those of `AFTER` change the response they were handed; those of
`URL` change the endpoint's values; `CONTEXT` are template values; all the others are shapes of a response.
"""

import io
from collections import namedtuple
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import flask
import werkzeug.exceptions
from flask import jsonify, make_response, redirect, request, send_file, session, stream_with_context, url_for
from markupsafe import Markup
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response as WerkzeugResponse
from werkzeug.wsgi import FileWrapper

from .acts import PlainError
from .trace import Trace, plain, settled


@dataclass(frozen=True)
class Call:
    """What a function of the application was called with."""

    trace: Trace
    app: flask.Flask
    arguments: tuple = ()
    named: tuple[tuple[str, object], ...] = ()


class Loud(str):
    """A string of another class."""

    __slots__ = ()


class Closing:
    """An iterable that says when it is closed."""

    def __init__(self, trace: Trace, parts: list) -> None:
        self.trace = trace
        self.parts = iter(parts)

    def __iter__(self) -> "Closing":
        return self

    def __next__(self) -> object:
        return next(self.parts)

    def close(self) -> None:
        """Say so."""
        self.trace.log("closed")


class Callable200:
    """A WSGI application as an object."""

    def __call__(self, environ: dict, start_response: Callable) -> list[bytes]:
        start_response("200 Very Fine", [("X-Inner", "1"), ("Content-Type", "text/x-inner")])
        return [environ["REQUEST_METHOD"].encode(), b" inner"]


Pair = namedtuple("Pair", "body status")
ANSWERS: dict[str, Callable] = {}


def _answer(function: Callable) -> Callable:
    """Enter a function in the table, by its name without the underscore."""
    ANSWERS[function.__name__.removeprefix("_")] = function
    return function


def _shape(name: str, make: Callable[[], object]) -> None:
    """Enter a shape that needs nothing from its call."""
    ANSWERS[name] = lambda call: make()


@_answer
def _text(call: Call, value: str) -> str:
    return value


@_answer
def _echo(call: Call) -> str:
    return plain((call.arguments, sorted(call.named)))


@_answer
def _status(call: Call, body: str, code: object) -> tuple:
    return body, code


@_answer
def _headers(call: Call, body: str, *pairs: tuple[str, object]) -> tuple:
    return body, list(pairs)


@_answer
def _whole(call: Call, body: str, code: object, *pairs: tuple[str, object]) -> tuple:
    return body, code, dict(pairs)


@_answer
def _location(call: Call, where: str, code: int) -> object:
    return redirect(where, code)


@_answer
def _raw_location(call: Call, where: str) -> tuple:
    return "", 302, {"Location": where}


@_answer
def _to_endpoint(call: Call, endpoint: str) -> object:
    return redirect(url_for(endpoint))


@_answer
def _typed(call: Call, value: str, content_type: str) -> tuple:
    return value, {"Content-Type": content_type}


@_answer
def _streamed(call: Call, *parts: object) -> Iterator:
    def produce() -> Iterator:
        try:
            for part in parts:
                call.trace.log("yield", part)
                yield part
        finally:
            call.trace.log("generator closed")

    return produce()


@_answer
def _failing_stream(call: Call) -> Iterator:
    def produce() -> Iterator:
        yield "begun "
        raise PlainError("in the middle")

    return produce()


@_answer
def _stream_in_context(call: Call) -> Iterator:
    def produce() -> Iterator:
        yield request.path
        yield repr(dict(session))
        call.trace.log("streaming", request.method, flask.has_app_context(), sorted(flask.g))
        yield "end"

    return stream_with_context(produce())


@_answer
def _stream_decorated(call: Call) -> object:
    @stream_with_context
    def produce(word: str) -> Iterator:
        yield word
        session["late"] = 1
        yield request.full_path

    return flask.Response(produce("first "), mimetype="text/plain")


@_answer
def _stream_without_context(call: Call) -> Iterator:
    def produce() -> Iterator:
        yield "before "
        yield request.path

    return produce()


@_answer
def _closing(call: Call) -> object:
    return Closing(call.trace, ["a", b"b", "c"])


@_answer
def _closing_response(call: Call) -> object:
    made = call.app.response_class(Closing(call.trace, [b"a", b"b"]))
    made.call_on_close(lambda: call.trace.log("call_on_close", flask.has_request_context()))
    return made


@_answer
def _on_close(call: Call) -> object:
    made = call.app.response_class("text")
    made.call_on_close(lambda: call.trace.log("on close"))
    return made


@_answer
def _etagged(call: Call) -> object:
    made = make_response("tagged")
    made.add_etag()
    made.last_modified = datetime(2024, 1, 1, tzinfo=UTC)
    return made.make_conditional(request)


@_answer
def _ranged(call: Call) -> object:
    return make_response(b"0123456789").make_conditional(request, accept_ranges=True, complete_length=10)


@_answer
def _own_class(call: Call) -> object:
    class Own(call.app.response_class):
        default_mimetype = "text/x-own"

    return Own("own")


@_answer
def _cookies(call: Call) -> object:
    made = make_response("cookies")
    made.set_cookie("a", "1", max_age=60, path="/a", secure=True, httponly=True, samesite="Lax")
    made.set_cookie("b", "two words; ✓", expires=datetime(2030, 1, 1, tzinfo=UTC))
    made.delete_cookie("c")
    made.headers.add("Set-Cookie", "raw=1")
    return made


@_answer
def _edited(call: Call) -> object:
    made = make_response("first")
    made.set_data("second")
    made.status_code = 202
    made.headers["X-One"] = "1"
    made.headers.add("X-One", "2")
    made.headers.add("X-Quoted", "v", param="a b")
    made.cache_control.max_age = 5
    made.cache_control.public = True
    made.vary.add("Accept")
    made.content_language.add("de")
    made.retry_after = 30
    made.content_security_policy.default_src = "'self'"
    made.mimetype = "text/csv"
    made.allow.add("GET")
    call.trace.log("edited", made.get_data(), made.is_json, made.content_length, made.is_sequence)
    return made


@_answer
def _file(call: Call) -> object:
    return send_file(call.app.static_folder + "/note.txt")


@_answer
def _attachment(call: Call) -> object:
    return send_file(
        io.BytesIO(b"0123456789"), mimetype="text/plain", as_attachment=True, download_name="ü.txt"
    )


@_answer
def _directory(call: Call, name: str) -> object:
    return flask.send_from_directory(call.app.static_folder, name)


@_answer
def _static(call: Call) -> object:
    return call.app.send_static_file("note.txt")


@_answer
def _passed_through(call: Call) -> object:
    return call.app.response_class(FileWrapper(io.BytesIO(b"direct")), direct_passthrough=True)


@_answer
def _made(call: Call, *arguments: object) -> object:
    return make_response(*arguments)


@_answer
def _rendered(call: Call) -> object:
    return flask.render_template("page.html", word="<word>")


@_answer
def _rendered_stream(call: Call) -> object:
    return flask.stream_template_string("{{ request.path }} {{ added }}")


@_answer
def _session_value(call: Call) -> str:
    return repr(session.get("a"))


@_answer
def _request_value(call: Call) -> dict:
    return {"path": request.path, "form": request.form.to_dict(False), "args": request.args.to_dict(False)}


@_answer
def _url(call: Call, endpoint: str) -> str:
    return url_for(endpoint, **dict(call.named))


for _name, _make in {
    "nothing": lambda: None,
    "empty": lambda: "",
    "unicode": lambda: "grün ✓ \U0001f9ea",
    "surrogate": lambda: "\ud800",
    "bytes": lambda: b"bytes \xff",
    "bytearray": lambda: bytearray(b"array"),
    "memoryview": lambda: memoryview(b"view"),
    "markup": lambda: Markup("<b>markup</b>"),
    "loud": lambda: Loud("loud"),
    "dict": lambda: {"b": 1, "a": "ü", "n": None, "f": 1.5, "t": True, "d": {"y": [], "x": {}}},
    "empty_dict": dict,
    "list": lambda: [1, "zwei", [3.0, None]],
    "empty_list": list,
    "rich_dict": lambda: {
        "when": datetime(2024, 1, 2, tzinfo=UTC),
        "markup": Markup("<i>"),
        "uuid": __import__("uuid").UUID(int=5),
        "decimal": __import__("decimal").Decimal("1.5"),
        "pair": Pair(1, 2),
    },
    "bad_dict": lambda: {"a": object},
    "set_in_dict": lambda: {"a": {1}},
    "nan": lambda: {"a": float("nan"), "b": float("inf")},
    "mixed_keys": lambda: {1: 2, "a": 3},
    "int_keys": lambda: {2: "b", 1: "a", None: 0},
    "dict_subclass": lambda: __import__("collections").OrderedDict(b=1, a=2),
    "list_subclass": lambda: type("Many", (list,), {})([1, 2]),
    "surrogate_dict": lambda: {"a": "\ud800"},
    "script_dict": lambda: {"a": "</script>&\u2028"},
    "int": lambda: 5,
    "true": lambda: True,
    "float": lambda: 1.5,
    "object": object,
    "set": lambda: {1},
    "range": lambda: range(3),
    "class": lambda: dict,
    "function": lambda: len,
    "exception_class": lambda: werkzeug.exceptions.NotFound,
    "exception_value": lambda: werkzeug.exceptions.NotFound("a value"),
    "http_status": lambda: ("created", HTTPStatus.CREATED),
    "pair": lambda: Pair("named", 202),
    "empty_tuple": tuple,
    "tuple_of_one": lambda: ("one",),
    "tuple_of_four": lambda: ("one", 200, {}, None),
    "none_and_status": lambda: (None, 204),
    "text_none": lambda: ("text", None),
    "text_none_headers": lambda: ("text", None, {"X-A": "1"}),
    "text_status_none": lambda: ("text", 202, None),
    "dict_and_status": lambda: ({"a": 1}, 201),
    "dict_status_headers": lambda: ({"a": 1}, 201, {"X-A": "1"}),
    "dict_and_headers": lambda: ({"a": 1}, {"X-A": "1"}),
    "dict_typed": lambda: ({"a": 1}, 200, {"Content-Type": "application/vnd.a+json"}),
    "list_and_status": lambda: ([1], "201 Made"),
    "bytes_and_status": lambda: (b"b", 203),
    "bytes_status": lambda: ("b", b"203 Bytes"),
    "bytearray_status": lambda: ("b", bytearray(b"203")),
    "bool_status": lambda: ("b", True),
    "float_status": lambda: ("b", 200.5),
    "text_and_headers_object": lambda: ("text", Headers([("X-A", "1"), ("X-A", "2"), ("x-b", "3")])),
    "text_and_tuple_headers": lambda: ("text", (("X-A", "1"),)),
    "text_and_empty_headers": lambda: ("text", {}),
    "text_and_empty_list": lambda: ("text", []),
    "header_lists": lambda: ("text", {"X-A": ["1", "2"], "Vary": ["Accept", "Cookie"]}),
    "header_repeats": lambda: (
        "text",
        [("X-A", "1"), ("X-A", "2"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")],
    ),
    "header_int": lambda: ("text", {"X-A": 1}),
    "header_none": lambda: ("text", {"X-A": None}),
    "header_newline": lambda: ("text", {"X-A": "a\r\nb: c"}),
    "header_latin": lambda: ("text", {"X-A": "grün"}),
    "header_unicode": lambda: ("text", {"X-A": "✓"}),
    "header_bytes": lambda: ("text", {"X-A": b"b"}),
    "header_lower": lambda: ("text", {"content-type": "text/x-lower", "x-a": "1"}),
    "header_length": lambda: ("text", {"Content-Length": "2"}),
    "header_length_wrong": lambda: ("text", 200, {"Content-Length": "200"}),
    "header_location": lambda: ("text", 201, {"Location": "/new/ü?a=b c"}),
    "header_content_location": lambda: ("text", {"Content-Location": "/là"}),
    "header_empty": lambda: ("text", {"X-A": ""}),
    "header_bad_pairs": lambda: ("text", [("X-A",)]),
    "header_text": lambda: ("text", 200, "X-A: 1"),
    "response": lambda: flask.Response("own", status=203, headers={"X-A": "1"}, mimetype="text/plain"),
    "response_and_status": lambda: (flask.Response("own", status=203), 205),
    "response_and_headers": lambda: (flask.Response("own", headers={"X-A": "1"}), {"X-A": "2", "X-B": "3"}),
    "response_and_header_pairs": lambda: (
        flask.Response("own", headers={"X-A": "1"}),
        [("X-A", "2"), ("X-A", "3")],
    ),
    "response_all": lambda: (flask.Response("own"), "299 All", {"Content-Type": "text/x"}),
    "response_length": lambda: flask.Response("own", headers={"Content-Length": "3"}),
    "response_length_wrong": lambda: flask.Response("own", headers={"Content-Length": "1"}),
    "response_204": lambda: flask.Response(status=204),
    "response_304": lambda: flask.Response("not sent", status=304),
    "response_list": lambda: flask.Response(["a", "b"]),
    "response_bytes_list": lambda: flask.Response([b"a", b"b"]),
    "response_none": lambda: flask.Response(None),
    "response_generator": lambda: flask.Response(c for c in "abc"),
    "response_content_type": lambda: flask.Response("x", content_type="text/plain; charset=latin-1"),
    "response_mimetypes": lambda: flask.Response("{}", mimetype="application/json"),
    "response_text_mimetype": lambda: flask.Response("x", mimetype="text/plain"),
    "response_bad_body": lambda: flask.Response([1, 2]),
    "response_location": lambda: flask.Response(status=302, headers={"Location": "../there/ü"}),
    "werkzeug_response": lambda: WerkzeugResponse("werkzeug", status=202, headers={"X-A": "1"}),
    "werkzeug_and_status": lambda: (WerkzeugResponse("werkzeug"), 209, {"X-B": "2"}),
    "wsgi_class": Callable200,
    "wsgi_and_status": lambda: (Callable200(), 201, {"X-Outer": "1"}),
    "iterator": lambda: iter(["a", "b", b"c"]),
    "iterator_of_ints": lambda: iter([1]),
    "empty_iterator": lambda: iter(()),
    "iterator_and_status": lambda: (iter(["a"]), 201),
    "map_object": lambda: map(str, range(3)),
    "open_file": lambda: io.BytesIO(b"file"),
    "jsonify_named": lambda: jsonify(b=1, a=2),
    "jsonify_many": lambda: jsonify(1, "two"),
    "jsonify_none": jsonify,
    "jsonify_text": lambda: jsonify("text"),
    "jsonify_both": lambda: jsonify(1, a=2),
    "make_response_many": lambda: make_response("a", 201),
    "make_response_tuple": lambda: make_response(("a", 202, {"X-A": "1"})),
    "make_response_none": make_response,
    "make_response_response": lambda: make_response(flask.Response("r"), 206),
    "awaitable": lambda: _awaitable(),
    "wsgi_factory": lambda: lambda environ, start: Callable200()(environ, start),
}.items():
    _shape(_name, _make)


class _Awaitable:
    def __await__(self) -> Iterator:
        return iter(())


def _awaitable() -> object:
    return _Awaitable()


SHAPES: tuple[tuple, ...] = (
    ("text", "hello"),
    ("echo",),
    *(
        ("status", "text", code)
        for code in (
            200, 201, 204, 205, 304, 100, 199, 299, 400, 404, 500, 599, 600, 0, -1, 1000, "200 Fine", "404",
            "201", "299 My Own", "abc", "", " ", "404 not found", "200OK", "2 00", "418 I'M A TEAPOT",
            "000 x",
        )
    ),
    ("headers", "text", ("X-A", "1"), ("X-B", "2")),
    ("whole", "text", 201, ("X-A", "1")),
    ("whole", "text", "202 Taken", ("Content-Type", "text/x-whole")),
    ("whole", "", 204, ("X-A", "1")),
    *(
        ("location", where, code)
        for where in ("/a", "a", "../b", "http://other.example/ü?x=ä#f", "//other/x", "/ü b?c=d e", "",
        "?q=1", "#f")
        for code in (301, 302, 303, 307, 308)
    ),
    ("location", "/a", 305),
    ("location", "/a<b>\"'&", 302),
    *(("raw_location", where) for where in ("a", "/ü", "http://ex.example/ü", "//x", "", "/a b", "\u2713")),
    ("to_endpoint", "static"),
    ("typed", "text", "text/plain"),
    ("typed", "{}", "application/json"),
    ("streamed", "a", b"b", "ü"),
    ("streamed",),
    ("streamed", "a", 5),
    *((name,) for name in (
        "failing_stream", "stream_in_context", "stream_decorated", "stream_without_context", "closing",
        "closing_response", "on_close", "etagged", "ranged", "own_class", "cookies", "edited", "file",
        "attachment", "static", "passed_through", "rendered", "rendered_stream", "session_value",
        "request_value",
    )),
    ("directory", "note.txt"),
    ("directory", "missing.txt"),
    ("directory", "../build.py"),
    ("made", "text"),
    ("made", {"a": 1}, 201),
    ("url", "static"),
    *((name,) for name, function in ANSWERS.items() if function.__name__ == "<lambda>"),
)  # fmt: skip
ERROR_SHAPES: tuple[tuple, ...] = (
    ("same",), ("status", "handled", 200), ("text", "handled"), ("error_code",), ("nothing",), ("dict",),
    ("int",), ("error_response",), ("error_pair",), ("streamed", "handled"),
)  # fmt: skip
AFTER: tuple[tuple, ...] = (
    ("same",), ("header", "X-After", "1"), ("replaced", "other"), ("nothing",), ("after_cookie",),
    ("after_data",), ("after_status",), ("after_conditional",), ("werkzeug_response",), ("after_headers",),
    ("after_look",), ("after_freeze",), ("after_on_close",), ("after_etag",), ("after_json",), ("text", "no"),
    ("after_wrap",), ("after_status_text",), ("after_session_cookie",), ("after_iter",), ("after_vary",),
)  # fmt: skip
URL: tuple[tuple, ...] = (
    ("nothing",), ("put_value", "lang", "de"), ("take_value", "x"), ("put_value", "x", "7"),
    ("keep_value", "x"),
)  # fmt: skip
CONTEXT: tuple[tuple, ...] = (("added", 1), ("added", "<x>"), ("context_request",), ("added", None))


@_answer
def _same(call: Call) -> object:
    """Hand back what was handed in: the response of an after hook, the error of a handler."""
    return call.arguments[0] if call.arguments else None


@_answer
def _error_code(call: Call) -> tuple:
    error = call.arguments[0]
    return f"{type(error).__name__} {getattr(error, 'name', '')}", getattr(error, "code", None) or 500


@_answer
def _error_response(call: Call) -> object:
    get_response = getattr(call.arguments[0], "get_response", None)
    return get_response() if get_response else "no response of its own"


@_answer
def _error_pair(call: Call) -> tuple:
    return call.arguments[0], 409


@_answer
def _header(call: Call, name: str, value: str) -> object:
    call.arguments[0].headers[name] = value
    return call.arguments[0]


@_answer
def _replaced(call: Call, body: str) -> object:
    return call.app.response_class(body, status=226)


@_answer
def _after_cookie(call: Call) -> object:
    call.arguments[0].set_cookie("after", "1", max_age=5)
    return call.arguments[0]


@_answer
def _after_session_cookie(call: Call) -> object:
    """Use the session while the response goes out."""
    session["after"] = session.get("after", 0) + 1
    return call.arguments[0]


@_answer
def _after_data(call: Call) -> object:
    response = call.arguments[0]
    call.trace.attempt("after.get_data", lambda: response.get_data(as_text=True))
    call.trace.attempt("after.set_data", lambda: response.set_data(b"set after"))
    return response


@_answer
def _after_status(call: Call) -> object:
    call.arguments[0].status_code = 207
    return call.arguments[0]


@_answer
def _after_status_text(call: Call) -> object:
    call.arguments[0].status = "299 Afterwards"
    return call.arguments[0]


@_answer
def _after_conditional(call: Call) -> object:
    call.arguments[0].add_etag()
    return call.arguments[0].make_conditional(request)


@_answer
def _after_etag(call: Call) -> object:
    call.arguments[0].set_etag("fixed", weak=True)
    return call.arguments[0]


@_answer
def _after_headers(call: Call) -> object:
    found = call.arguments[0].headers
    found.add("X-Many", "1")
    found.add("X-Many", "2")
    found.setdefault("X-Default", "d")
    call.trace.log("after.headers", settled(found), found.get("content-type"), "Content-Length" in found)
    found.remove("Content-Type")
    return call.arguments[0]


@_answer
def _after_vary(call: Call) -> object:
    call.arguments[0].vary.update(["Accept", "cookie"])
    return call.arguments[0]


@_answer
def _after_look(call: Call) -> object:
    """Read everything an extension may read."""
    response = call.arguments[0]
    for name in (  # noqa: SIM905
        "status status_code mimetype content_type content_length is_streamed is_sequence is_json "
        "charset mimetype_params location age date expires last_modified content_encoding "
        "direct_passthrough max_cookie_size default_mimetype automatically_set_content_length "
        "autocorrect_location_header vary "
    ).split():
        call.trace.attempt(name, lambda name=name: getattr(response, name, "no such attribute"))
    call.trace.log("etag", response.get_etag(), settled(response.headers), repr(response))
    call.trace.log("length", response.calculate_content_length(), response.get_etag())
    call.trace.log("type", type(response) is call.app.response_class, isinstance(response, WerkzeugResponse))
    call.trace.log("wsgi headers", settled(response.get_wsgi_headers(request.environ)))
    return response


@_answer
def _after_freeze(call: Call) -> object:
    call.arguments[0].freeze()
    return call.arguments[0]


@_answer
def _after_on_close(call: Call) -> object:
    call.arguments[0].call_on_close(lambda: call.trace.log("closed after"))
    return call.arguments[0]


@_answer
def _after_json(call: Call) -> object:
    call.trace.attempt("after.json", lambda: call.arguments[0].get_json())
    return call.arguments[0]


@_answer
def _after_iter(call: Call) -> object:
    response = call.arguments[0]
    call.trace.attempt(
        "after.iter", lambda: (type(response.response).__name__, list(response.iter_encoded()))
    )
    return response


@_answer
def _after_wrap(call: Call) -> object:
    """Put an iterable round the body, as compressing extensions do."""
    response = call.arguments[0]
    inner = response.response
    response.response = (part for part in inner)
    response.headers.pop("Content-Length", None)
    return response


@_answer
def _put_value(call: Call, name: str, value: object) -> None:
    if call.arguments and isinstance(call.arguments[-1], dict):
        call.arguments[-1].setdefault(name, value)


@_answer
def _take_value(call: Call, name: str) -> None:
    if call.arguments and isinstance(call.arguments[-1], dict):
        call.trace.log("taken", call.arguments[-1].pop(name, "absent"))


@_answer
def _keep_value(call: Call, name: str) -> None:
    if call.arguments and isinstance(call.arguments[-1], dict):
        flask.g.kept = call.arguments[-1].get(name)


@_answer
def _added(call: Call, value: object) -> dict:
    return {"added": value, "word": "overridden?"}


@_answer
def _context_request(call: Call) -> dict:
    return {"added": request.path}


def give(call: Call, name: str, arguments: tuple) -> object:
    """Give the named answer."""
    return ANSWERS[name](call, *arguments)
