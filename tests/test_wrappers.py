"""Requests and responses made without constructors, held against those that constructors make."""

import io
from functools import cache
from http import HTTPStatus

import flask
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.test import create_environ
from werkzeug.utils import redirect

import schlenk
from schlenk.wrappers import (
    HTML,
    JSON,
    STATUS_LINES,
    decode,
    plain_redirect,
    plain_request,
    plain_response,
    send,
)

URLENCODED = "application/x-www-form-urlencoded"

latin = st.text(st.characters(max_codepoint=255), max_size=12)
tunnelled = st.text(max_size=8).map(lambda text: text.encode().decode("latin-1"))


# Requests.

environs = st.fixed_dictionaries(
    {},
    optional={
        "REQUEST_METHOD": st.sampled_from(["GET", "post", "Straße", "PATCH"]),
        "wsgi.url_scheme": st.sampled_from(["http", "https", "ws"]),
        "SERVER_NAME": st.none() | st.sampled_from(["shop.example", "", "::1", "/run/shop.sock"]),
        "SERVER_PORT": st.none() | st.sampled_from(["80", "", "no", "٣", " 8 ", 443]),
        "SCRIPT_NAME": st.none() | latin | tunnelled | st.just("/shop//"),
        "PATH_INFO": st.none() | latin | tunnelled | st.just("//a//b"),
        "QUERY_STRING": latin,
        "REMOTE_ADDR": st.none() | st.just("192.0.2.1"),
        "HTTP_HOST": latin,
        "HTTP_X_NAME": latin,
        "CONTENT_TYPE": latin,
        "CONTENT_LENGTH": st.sampled_from(["", "3"]),
    },
)


def state(request):
    """Return everything a request holds, its headers by what is in them."""
    return {**vars(request), "headers": list(request.headers), "environ": None}


@given(environs)
def test_any_environ_makes_the_request_that_flask_makes(environ):
    """Attribute by attribute, the request is in the state that the constructor leaves it in."""
    theirs, ours = dict(environ), dict(environ)
    expected, request = flask.Request(theirs), plain_request(ours)

    assert state(request) == state(expected)
    assert (request.environ is ours, ours.pop("werkzeug.request") is request) == (True, True)
    assert ours == environ


def test_a_plain_request_is_one_of_flasks():
    """Code that asks for the type, and headers that are read later, find what they know."""
    environ = create_environ("/", headers={"X-One": "1"})
    request = plain_request(environ)
    environ["HTTP_X_TWO"] = "2"

    assert isinstance(request, flask.Request)
    assert (request.headers["x-one"], request.headers["X-Two"]) == ("1", "2")


@given(st.text())
def test_text_comes_back_from_the_tunnel(text):
    """What a server put into an environ as bytes is the text the client meant."""
    assert decode(text.encode().decode("latin-1")) == text


@given(latin)
def test_bytes_that_are_not_utf8_become_replacement_characters(text):
    """A path of odd bytes is a path that matches nothing, never an error."""
    assert decode(text) == text.encode("latin-1").decode("utf-8", "replace")


# Forms.

ACTS = {
    "form": lambda request: list(request.form.items(multi=True)),
    "files": lambda request: (type(request.files).__name__, dict(request.files)),
    "values": lambda request: list(request.values.items(multi=True)),
    "data": lambda request: request.get_data(),
    "data, not kept": lambda request: request.get_data(cache=False),
    "data after form": lambda request: request.get_data(parse_form_data=True),
    "stream": lambda request: request.stream.read(),
    "three bytes": lambda request: request.stream.read(3),
    "limit": lambda request: setattr(request, "max_content_length", 4),
    "types": lambda request: (type(request.form), request.mimetype, request.content_length),
}


def outcome(act, request):
    """Return what reading gave, or the type of the error it raised."""
    try:
        return ACTS[act](request)
    except Exception as e:  # noqa: BLE001  # whatever it is, it has to be the same
        return type(e)


POST = create_environ("/?q=1", method="POST", content_type=URLENCODED)


@cache
def application(request_class, **config):
    """Return Flask itself, with one class of requests or the other."""
    app = flask.Flask(__name__)
    app.request_class = request_class
    app.config.update(config)
    return app


def observe(request_class, body, environ, acts=("form",), **config):
    """Return what each act on a request gave, and what was left of its input."""
    stream = io.BytesIO(body)
    environ = {**POST, "CONTENT_LENGTH": str(len(body)), "wsgi.input": stream, **environ}
    environ = {key: value for key, value in environ.items() if value is not None}
    with application(request_class, **config).request_context(environ) as context:
        return [outcome(act, context.request) for act in acts], stream.read()


bodies = st.binary(max_size=12) | st.text("ab=&;%+4e9éx\0", max_size=16).map(str.encode)


@settings(max_examples=500)
@given(bodies, st.lists(st.sampled_from(sorted(ACTS)), min_size=1, max_size=4))
def test_any_body_is_read_as_flask_reads_it(body, acts):
    """Forms, data and stream, in any order, give what they give in Flask and leave the same unread."""
    assert observe(schlenk.Request, body, {}, acts) == observe(flask.Request, body, {}, acts)


ORDERS = [
    ("form", "data", "stream"),
    ("data", "form"),
    ("data, not kept", "form"),
    ("stream", "form"),
    ("three bytes", "form", "data"),
    ("data after form", "form"),
    ("limit", "form"),
    ("form", "limit", "values", "files"),
    ("types",),
    ("form", "form"),
]

BODIES = {
    "plain": b"a=1&b=2&a=3",
    "empty": b"",
    "empty names and values": b"=1&a=&&b&=",
    "percent signs": b"a=%&b=%4&c=%zz&d=%C3%A9&%3D=%26",
    "bad bytes in percent signs": b"a=%ff%C3&b=%ed%a0%80",
    "bytes that are not UTF-8": b"a=\xff\xfe",
    "plus and semicolon": b"a=1+2;b=3%2B4",
    "control characters": b"a=\x00\r\n&b=\t",
    "many fields": b"a=1&" * 3000,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("acts", ORDERS, ids=", ".join)
def test_a_form_is_read_as_flask_reads_it(body, acts):
    """Whatever was read before, and however odd the body."""
    assert observe(schlenk.Request, body, {}, acts) == observe(flask.Request, body, {}, acts)


ENVIRONS = {
    "no length": {"CONTENT_LENGTH": None},
    "an empty length": {"CONTENT_LENGTH": ""},
    "length 0": {"CONTENT_LENGTH": "0"},
    "a length below 0": {"CONTENT_LENGTH": "-1"},
    "a length with a sign": {"CONTENT_LENGTH": "+3"},
    "a length with a space": {"CONTENT_LENGTH": " 3"},
    "a length with an underscore": {"CONTENT_LENGTH": "1_1"},
    "a length with zeros before it": {"CONTENT_LENGTH": "0003"},
    "a length in other digits": {"CONTENT_LENGTH": "٣"},
    "a length that is no number": {"CONTENT_LENGTH": "three"},
    "shorter than it says": {"CONTENT_LENGTH": "40"},
    "longer than it says": {"CONTENT_LENGTH": "3"},
    "a length no stream could have": {"CONTENT_LENGTH": "9" * 30},
    "a length of 5,000 digits": {"CONTENT_LENGTH": "9" * 5000},
    "a charset": {"CONTENT_TYPE": f"{URLENCODED}; charset=latin-1"},
    "a space before the semicolon": {"CONTENT_TYPE": f"{URLENCODED} ;x"},
    "capital letters": {"CONTENT_TYPE": URLENCODED.upper()},
    "no type": {"CONTENT_TYPE": None},
    "another type": {"CONTENT_TYPE": "text/plain"},
    "a form for files": {"CONTENT_TYPE": "multipart/form-data; boundary=x"},
    "chunked": {"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True},
    "chunked, not ended by the server": {"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked"},
    "chunked with a length": {"CONTENT_LENGTH": "3", "HTTP_TRANSFER_ENCODING": "chunked"},
    "ended by the server": {"CONTENT_LENGTH": "3", "wsgi.input_terminated": True},
    "a GET": {"REQUEST_METHOD": "GET"},
}


@pytest.mark.parametrize("environ", ENVIRONS.values(), ids=ENVIRONS)
@pytest.mark.parametrize("acts", [("form", "data"), ("form", "form", "stream")], ids=", ".join)
def test_lengths_and_types_decide_as_in_flask(environ, acts):
    """A header that Flask ignores, refuses or obeys is ignored, refused or obeyed."""
    body = b"a=1&b=2&a=3"

    assert observe(schlenk.Request, body, environ, acts) == observe(flask.Request, body, environ, acts)


@pytest.mark.parametrize("setting", ["MAX_CONTENT_LENGTH", "MAX_FORM_MEMORY_SIZE", "MAX_FORM_PARTS", "DEBUG"])
@pytest.mark.parametrize("acts", [("form",), ("files",), ("data", "form")], ids=", ".join)
def test_limits_and_debug_mode_hold_as_in_flask(setting, acts):
    """A limit is a 413, and debug mode's multidict explains a form without an encoding for files."""
    ours, theirs = (
        observe(kind, b"a=1&b=2&a=3", {}, acts, **{setting: 2}) for kind in (schlenk.Request, flask.Request)
    )

    assert ours == theirs


def test_a_body_that_stops_short_is_a_client_that_left():
    """Half a form is never taken for a whole one."""
    assert observe(schlenk.Request, b"a=1", {"CONTENT_LENGTH": "40"}) == ([ClientDisconnected], b"")


class Trickle(io.RawIOBase):
    """A stream that gives a byte for each read, then nothing or an error."""

    def __init__(self, body, error=None):
        self.rest, self.error, self.asked = list(body), error, []

    def read(self, size=-1):
        """Return the next byte."""
        self.asked.append(size)
        if not self.rest and self.error:
            raise self.error
        return bytes([self.rest.pop(0)]) if self.rest else b""

    def readable(self):
        """Tell that it is a stream to read from."""
        return True

    def readinto(self, buffer):
        """Read one byte into a buffer."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@pytest.mark.parametrize("request_class", [flask.Request, schlenk.Request])
def test_a_body_that_comes_in_pieces_is_read_whole(request_class):
    """A server may give less than was asked for."""
    environ = {"wsgi.input": Trickle(b"a=1&b=2"), "CONTENT_LENGTH": "7"}

    assert observe(request_class, b"", environ)[0] == [[("a", "1"), ("b", "2")]]


@pytest.mark.parametrize("error", [OSError("reset"), ValueError("closed"), TimeoutError()], ids=repr)
def test_a_connection_that_breaks_is_a_client_that_left(error):
    """The error is the one that Flask raises, whatever the server's stream says."""
    seen = [
        observe(kind, b"", {"wsgi.input": Trickle(b"a=", error), "CONTENT_LENGTH": "7"})[0]
        for kind in (schlenk.Request, flask.Request)
    ]

    assert seen == [[ClientDisconnected]] * 2


def test_a_length_that_is_only_claimed_reserves_no_memory():
    """A client that promises terabytes and sends three bytes costs what it sent."""
    stream = Trickle(b"a=1")
    seen = observe(schlenk.Request, b"", {"wsgi.input": stream, "CONTENT_LENGTH": str(10**13)})[0]

    assert (seen, max(stream.asked) <= 2**20) == ([ClientDisconnected], True)


class Limited(schlenk.Request):
    """A request with a limit of its own."""

    max_content_length = 4


class OwnParser(schlenk.Request):
    """A request that parses forms itself."""

    def make_form_data_parser(self):
        """Refuse to."""
        raise LookupError


class NoForms(schlenk.Request):
    """A request that wants no form."""

    want_form_data_parsed = False


@pytest.mark.parametrize(
    ("request_class", "expected"),
    [(Limited, RequestEntityTooLarge), (OwnParser, LookupError), (NoForms, [])],
)
def test_a_subclass_reads_forms_in_its_own_way(request_class, expected):
    """What a subclass says about limits and parsing holds for plain forms too."""
    assert observe(request_class, b"a=1&b=2", {})[0] == [expected]


def test_a_form_outside_of_an_application_is_read_as_by_flask():
    """Without an application there is no configuration, and still a form."""
    environ = create_environ("/", method="POST", data={"a": "é", "b": ""})

    assert list(schlenk.Request(environ).form.items()) == [("a", "é"), ("b", "")]


# Responses.


def made(response):
    """Return everything a response holds."""
    return {**vars(response), "headers": list(response.headers)}


@given(
    st.binary(max_size=40),
    st.sampled_from([HTML, JSON, "text/plain"]),
    st.sampled_from(sorted(STATUS_LINES)),
)
def test_any_plain_response_is_the_one_flask_makes(body, content_type, code):
    """Attribute by attribute, the response is in the state that the constructor leaves it in."""
    expected = flask.Response(body, code, content_type=content_type)

    assert made(plain_response(body, content_type, code)) == made(expected)


def test_a_plain_response_is_nobody_elses():
    """Two responses share no headers and no list."""
    first, second = plain_response(b"1"), plain_response(b"2")
    first.headers["X"] = "1"
    first.call_on_close(print)

    assert (list(second.headers.keys()), second._on_close) == (["Content-Type", "Content-Length"], [])


def response(body=b"body", code=200, headers=(), **attributes):
    """Return a function that makes a response, the same one each time."""

    def make():
        made = flask.Response(body() if callable(body) else body, code)
        for key, value in headers:
            made.headers.add(key, value)
        for key, value in attributes.items():
            setattr(made, key, value)
        return made

    return make


LOCATIONS = (
    "/next", "/a/b?c=1&d=2", "/", "//other.example/x", "http://other.example/é", "/café", "/a b", "next", "",
    "?q=1", "/a%20b", "/%zz", "/a[1]", "/a#b", "/a?b=é", "/a?b='", "mailto:a@b.example", "/a\\b", "/:@",
)  # fmt: skip

RESPONSES = {
    **{
        f"{code}": response(code=code)
        for code in (100, 200, 201, 204, 206, 301, 304, 404, 418, 500, 599, 999)
    },
    "a line of its own": response(code="200 Fine"),
    "a line without words": response(code="299"),
    "text": response("tëxt"),
    "no body": response(b""),
    "None": response(None),
    "a list of text": response(["a", "é"]),
    "a list of bytes": response([b"a", b"b"]),
    "an empty list": response([]),
    "a list with a bytearray": response([bytearray(b"a")]),
    "a tuple": response((b"a",)),
    "an iterator": response(lambda: iter(["a", b"b"])),
    "a file, passed through": response(lambda: io.BytesIO(b"a"), direct_passthrough=True),
    "a list, passed through": response([b"a"], direct_passthrough=True),
    "without a length": response(headers=[], response=[b"longer"]),
    "a length of another size": response(headers=[("Content-Length", "2")]),
    "a length in small letters": response(headers=[("content-length", "2")]),
    "two cookies": response(headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]),
    "an entity header and 304": response(code=304, headers=[("Content-Language", "de"), ("ETag", '"1"')]),
    "latin-1": response(headers=[("X-Name", "é")]),
    "a content location": response(headers=[("Content-Location", "/é")]),
    "a plain content location": response(headers=[("Content-Location", "/e")]),
    "location in small letters": response(code=302, headers=[("location", "/next")]),
    "location twice": response(code=302, headers=[("Location", "/a"), ("Location", "/b")]),
    **{f"to {place!r}": response(code=302, headers=[("Location", place)]) for place in LOCATIONS},
    "a location made absolute": response(
        code=302, headers=[("Location", "/next")], autocorrect_location_header=True
    ),
    "a length that nobody may set": response(response=[b"long"], automatically_set_content_length=False),
}


def without_length(make):
    """Return a function that makes the same response, but without its length."""

    def made():
        response = make()
        del response.headers["Content-Length"]
        return response

    return made


RESPONSES |= {
    f"{name}, length removed": without_length(RESPONSES[name])
    for name in ("200", "204", "text", "no body", "a length that nobody may set")
}


def sent(make, method, send):
    """Return what a server gets of a response: status and headers, and the pieces of the body."""
    response, started = make(), []
    environ = create_environ("/here/", method=method)
    body = send(response, environ, lambda *args: started.append(args))
    chunks = [bytes(chunk) for chunk in body]
    getattr(body, "close", lambda: None)()
    return started, chunks


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("make", RESPONSES.values(), ids=RESPONSES)
def test_a_response_is_sent_as_werkzeug_sends_it(make, method):
    """Status line, headers in their order, and body are those of `response(environ, start_response)`."""
    expected = sent(make, method, lambda response, *wsgi: response(*wsgi))

    assert sent(make, method, send) == expected


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_waits_for_the_end_of_a_response_is_called_once(method):
    """A function given to `call_on_close` runs when the server closes the body, and not before."""
    response, calls = flask.Response(b"body"), []
    response.call_on_close(lambda: calls.append("closed"))
    body = send(response, create_environ(method=method), lambda *args: None)
    before = list(calls)
    body.close()

    assert (before, calls) == ([], ["closed"])


def test_a_subclass_is_called_as_it_is():
    """Whoever overrides how a response is sent is asked."""

    class Shouting(flask.Response):
        def get_app_iter(self, environ):
            return [chunk.upper() for chunk in super().get_app_iter(environ)]

    assert sent(lambda: Shouting(b"body"), "GET", send)[1] == [b"BODY"]


def test_sending_leaves_the_response_as_it_was():
    """A response can be kept and sent again."""
    response = without_length(RESPONSES["200"])()
    sent(lambda: response, "GET", send)

    assert [key for key, _ in response.headers] == ["Content-Type"]


# Redirects.

places = st.sampled_from(LOCATIONS) | st.text("ab/?=&%.-_~:#é'\"<> ", max_size=12).map("/{}".format)


@given(places, st.sampled_from([201, 204, 301, 302, 303, 304, 305, 307, 308, HTTPStatus.SEE_OTHER, 600]))
def test_any_redirect_is_the_one_werkzeug_makes(location, code):
    """Where a redirect is made here, it is Werkzeug's: page, headers and status."""
    response = plain_redirect(location, code)
    expected = redirect(location, code, Response=flask.Response)

    assert response is None or made(response) == made(expected)


@pytest.mark.parametrize(("location", "code"), [("/next", 302), ("/a/b-c_d.e~f?g=h", 303), ("/", 308)])
def test_a_path_of_this_site_is_a_plain_redirect(location, code):
    """The redirects that views make are the ones that take the short way."""
    assert plain_redirect(location, code).location == location


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("//evil.example", 302),
        ("/é", 302),
        ("/?a=1&b=2", 302),
        ("http://a.example/", 302),
        ("/", 99),
        ("", 302),
    ],
)
def test_a_redirect_that_needs_a_look_is_left_to_werkzeug(location, code):
    """Other hosts, characters to be quoted or escaped, and unknown codes are not guessed at."""
    assert plain_redirect(location, code) is None
