"""Requests and responses, made without running the constructors that a request rarely needs.

Flask builds a `Request` for every call and a `Response` for every answer. Both constructors are
general (any header container, any status, any body), and a plain text view pays for that twice. The
functions here leave `flask.Request` and `flask.Response` objects in exactly the state that the
constructors leave them in, for the plain cases only; a test compares the two, attribute by attribute.
Subclasses are always made by their own constructors.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import Request, Response
from werkzeug.datastructures import EnvironHeaders, Headers
from werkzeug.http import HTTP_STATUS_CODES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

HTML = "text/html; charset=utf-8"

STATUS_LINES = {code: f"{code} {name.upper()}" for code, name in HTTP_STATUS_CODES.items()}
"""Status lines as Werkzeug writes them, by code."""

_BODILESS = frozenset({204, 304})

# A path, with a query or without, that `iri_to_uri` returns as it came.
_is_plain_location = re.compile(r"/(?!/)[A-Za-z0-9_\-.~/]*(?:\?[A-Za-z0-9_\-.~/=&]*)?").fullmatch


def decode(text: str) -> str:
    """Undo WSGI's tunnelling of bytes through latin-1 (PEP 3333).

    Example:
        >>> decode("/caf\\xc3\\xa9")
        '/café'
    """
    return text if text.isascii() else text.encode("latin-1").decode(errors="replace")


def plain_request(environ: WSGIEnvironment) -> Request:
    """Return what `flask.Request(environ)` returns."""
    request = Request.__new__(Request)
    server_name = environ.get("SERVER_NAME")
    server: tuple[str, int | None] | None = None
    if server_name is not None:
        try:
            server = (server_name, int(environ.get("SERVER_PORT")))
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


def send(
    response: Any, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Do what `response(environ, start_response)` does.

    A `flask.Response` that holds its body in one piece of bytes needs none of Werkzeug's general
    pass over headers and body; every other response is called as it is.
    """
    if response.__class__ is not Response or environ["REQUEST_METHOD"] == "HEAD":
        return response(environ, start_response)  # type: ignore[no-any-return]
    body, code = response.response, response._status_code
    if (
        body.__class__ is not list
        or len(body) != 1
        or body[0].__class__ is not bytes
        or code < 200
        or code in _BODILESS
        or response._on_close
        or response.direct_passthrough
    ):
        return response(environ, start_response)  # type: ignore[no-any-return]
    headers = response.headers._list.copy()
    length_is_missing = True
    for key, value in headers:
        name = key.lower()
        if name == "content-length":
            length_is_missing = False
        elif name == "content-location" or (name == "location" and not _is_plain_location(value)):
            return response(environ, start_response)  # type: ignore[no-any-return]
    if length_is_missing:
        headers.append(("Content-Length", str(len(body[0]))))
    start_response(response._status, headers)
    return body  # type: ignore[no-any-return]
