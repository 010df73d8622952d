"""Requests and responses, made without running the constructors that a request rarely needs.

Flask builds a `Request` for every call and a `Response` for every answer. Both constructors are
general (any header container, any status, any body), and a plain text view pays for that twice. The
functions here leave the objects in exactly the state that the constructors leave them in, for the plain
cases only; a test compares the two, attribute by attribute. Subclasses are always made by their own
constructors.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import flask
from flask import Response
from flask.globals import _cv_app
from werkzeug.datastructures import EnvironHeaders, Headers
from werkzeug.exceptions import ClientDisconnected
from werkzeug.formparser import FormDataParser
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.utils import redirect

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

HTML = "text/html; charset=utf-8"
JSON = "application/json"

STATUS_LINES = {code: f"{code} {name.upper()}" for code, name in HTTP_STATUS_CODES.items()}
"""Status lines as Werkzeug writes them, by code."""

_LENGTH_DIGITS = 6
"""Digits of the longest form that is read at once, so that a length that lies claims no memory."""

_BODILESS = frozenset({204, 304})

# A path, with a query or without, that `iri_to_uri` returns as it came.
_is_plain_location = re.compile(r"/(?!/)[A-Za-z0-9_\-.~/]*(?:\?[A-Za-z0-9_\-.~/=&]+)?").fullmatch


def decode(text: str) -> str:
    r"""Undo WSGI's tunnelling of bytes through latin-1 (PEP 3333).

    Example:
        >>> decode("/caf\xc3\xa9")
        '/café'
    """
    return text if text.isascii() else text.encode("latin-1").decode(errors="replace")


class Request(flask.Request):
    """A `flask.Request` that reads a plain form without a parser built for files."""

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        body = self._urlencoded_body()
        if body is None:
            super()._load_form_data()
            return
        storage = self.parameter_storage_class
        try:
            items = parse_qsl(body.decode(), keep_blank_values=True, errors="werkzeug.url_quote")
        except ValueError:  # not UTF-8: no form, as in Werkzeug
            items = []
        self.__dict__.update(stream=BytesIO(), form=storage(items), files=storage())

    def _urlencoded_body(self) -> bytes | None:
        """Return the body of an `application/x-www-form-urlencoded` request that nobody has read.

        None for any other, and wherever a limit or debug mode may have something to say.

        Raises:
            ClientDisconnected: the body is shorter than its length.
        """
        environ, app = self.environ, _cv_app.get(None)
        length = environ.get("CONTENT_LENGTH") or ""
        if (
            environ.get("CONTENT_TYPE", "").partition(";")[0] != "application/x-www-form-urlencoded"
            or not (length.isascii() and length.isdecimal())
            or len(length) > _LENGTH_DIGITS
            or type(self) is not Request
            or "HTTP_TRANSFER_ENCODING" in environ
            or "wsgi.input_terminated" in environ
            or app is None
            or app.app.config["MAX_CONTENT_LENGTH"] is not None
            or app.app.debug
            or self._max_content_length is not None
            or self.shallow
            or "stream" in self.__dict__
            or "_cached_data" in self.__dict__
            or self.form_data_parser_class is not FormDataParser
        ):
            return None
        return _read(environ["wsgi.input"], int(length))


def _read(stream: Any, length: int) -> bytes:
    """Return exactly this many bytes of a stream."""
    parts = []
    try:
        while length:
            part = stream.read(length)
            if not part:
                raise ClientDisconnected
            parts.append(part)
            length -= len(part)
    except (OSError, ValueError) as e:
        raise ClientDisconnected from e
    return b"".join(parts)


def plain_request(environ: WSGIEnvironment) -> Request:
    """Return what `Request(environ)` returns."""
    request = Request.__new__(Request)
    server_name = environ.get("SERVER_NAME")
    server: tuple[str, int | None] | None = None
    if server_name is not None:
        try:
            server = (server_name, int(environ.get("SERVER_PORT")))  # type: ignore[arg-type]  # None is caught
        except (TypeError, ValueError):
            server = (server_name, None)
    headers = EnvironHeaders.__new__(EnvironHeaders)
    headers._list = []
    headers.environ = environ
    request.method = environ.get("REQUEST_METHOD", "GET").upper()
    request.scheme = environ.get("wsgi.url_scheme", "http")
    request.server = server
    request.root_path = decode(environ.get("SCRIPT_NAME") or "").rstrip("/")
    request.path = "/" + decode(environ.get("PATH_INFO") or "").lstrip("/")
    request.query_string = environ.get("QUERY_STRING", "").encode("latin-1")
    request.headers = headers
    request.remote_addr = environ.get("REMOTE_ADDR")
    request.environ = environ
    request.shallow = False
    environ["werkzeug.request"] = request
    return request


def plain_response(body: bytes, content_type: str = HTML, code: int = 200) -> Response:
    """Return what `flask.Response(body, code, content_type=content_type)` returns.

    Args:
        body: the whole body.
        content_type: the full value of the header, parameters included.
        code: a code of `STATUS_LINES`.
    """
    response = Response.__new__(Response)
    headers = Headers.__new__(Headers)
    headers._list = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    response.headers = headers
    response._status = STATUS_LINES[code]
    response._status_code = code
    response.direct_passthrough = False
    response._on_close = []
    response.response = [body]
    return response


def send(response: Any, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Do what `response(environ, start_response)` does.

    A `flask.Response` that holds its body in one piece of bytes needs none of Werkzeug's general
    pass over headers and body; every other response is called as it is.
    """
    if response.__class__ is not Response or environ["REQUEST_METHOD"] == "HEAD":
        return response(environ, start_response)  # type: ignore[no-any-return]  # any response
    body, code = response.response, response._status_code
    if (
        response.headers.__class__ is not Headers
        or body.__class__ is not list
        or len(body) != 1
        or body[0].__class__ is not bytes
        or code < 200
        or code in _BODILESS
        or response._on_close
        or response.direct_passthrough
    ):
        return response(environ, start_response)
    headers = response.headers._list.copy()
    length_is_missing = True
    locations = 0
    for key, value in headers:
        name = key.lower()
        if name == "content-length":
            length_is_missing = False
        elif key == "Location" and _is_plain_location(value) and not response.autocorrect_location_header:
            locations += 1
        elif name in {"location", "content-location"}:
            return response(environ, start_response)
    if locations > 1 or (length_is_missing and not response.automatically_set_content_length):
        return response(environ, start_response)
    if length_is_missing:
        headers.append(("Content-Length", str(len(body[0]))))
    start_response(response._status, headers)
    return body


_redirect_page = redirect("*", Response=Response).get_data(as_text=True).split("*")


def plain_redirect(location: str, code: int) -> Response | None:
    """Return what `werkzeug.utils.redirect` returns, or None for a location or code it must look at."""
    if (
        type(location) is not str
        or type(code) is not int
        or code not in STATUS_LINES
        or not _is_plain_location(location)
        or "&" in location
    ):
        return None
    response = plain_response(location.join(_redirect_page).encode(), HTML, code)
    response.headers._list.append(("Location", location))
    return response
