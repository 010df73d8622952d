"""A WSGI application as the other end: real client code without a socket.

The environment is Werkzeug's, from a URL, headers and a body as they would have been sent. Errors of the
application reach the caller as they are, as in Flask's test client.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse
from werkzeug.test import EnvironBuilder, run_wsgi_app

from schlenk.http.response import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import requests
    from requests import PreparedRequest

__all__ = ["InProcess"]


class InProcess(HTTPAdapter):
    """Answers requests by calling a WSGI application.

    Args:
        app: the application.
        max_response_bytes: the largest size of a body, decompressed; None for any.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]], max_response_bytes: int | None = None) -> None:
        super().__init__()
        self.app = app
        self.max_response_bytes = max_response_bytes

    def send(self, request: PreparedRequest, stream: bool = False, *args: Any, **options: Any) -> Response:  # noqa: ARG002  # the seam's
        """Call the application."""
        iterable, status, headers = run_wsgi_app(self.app, environ(request))
        code, _, reason = status.partition(" ")
        joined = HTTPHeaderDict()
        for name, value in headers:
            joined.add(name, value)
        raw = HTTPResponse(
            body=io.BytesIO(b"".join(iterable)),
            headers=joined,
            status=int(code),
            reason=reason,
            version=11,
            preload_content=False,
            decode_content=False,
            original_response=_Head(joined),  # type: ignore[arg-type]  # urllib3 asks no more of it
            request_method=request.method,
        )
        close = getattr(iterable, "close", None)
        if close is not None:
            close()
        upstream: requests.Response = self.build_response(request, raw)
        response = Response.of(upstream)
        response.max_bytes = self.max_response_bytes
        return response


class _Head:
    """What http.cookiejar and urllib3 ask of http.client's response."""

    def __init__(self, msg: HTTPHeaderDict) -> None:
        self.msg = msg

    def isclosed(self) -> bool:
        return True

    def close(self) -> None:
        pass


def environ(request: PreparedRequest) -> dict[str, Any]:
    """Return the WSGI environment of a request (PEP 3333)."""
    parts = urlsplit(str(request.url))
    body = request.body
    if isinstance(body, str):
        body = body.encode()
    elif body is not None and not isinstance(body, bytes):
        pieces = body.read() if hasattr(body, "read") else b"".join(body)  # type: ignore[arg-type]  # of bytes, or it could not be sent
        body = pieces.encode() if isinstance(pieces, str) else pieces
    headers = [(_text(name), _text(value)) for name, value in request.headers.items()]
    chunked = any(name.lower() == "transfer-encoding" for name, _ in headers)
    builder = EnvironBuilder(
        path=parts.path or "/",
        base_url=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
        query_string=parts.query,
        method=str(request.method),
        headers=[(n, v) for n, v in headers if n.lower() not in ("content-length", "transfer-encoding")],
        input_stream=io.BytesIO(body or b""),
        environ_base={"REMOTE_ADDR": "127.0.0.1"},
    )
    try:
        made = builder.get_environ()
    finally:
        builder.close()
    if body is not None or "Content-Length" in request.headers or chunked:
        made["CONTENT_LENGTH"] = str(len(body or b""))
    return made


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
