"""A WSGI server without a socket: the environs a browser's requests would give, and the calls."""

import sys
from collections.abc import Callable, Iterable
from io import BytesIO
from time import process_time
from typing import Any, NamedTuple

from flask import Flask

from .cases import Case

Environ = dict[str, Any]

#: So many environs are made at a time, outside the timed part. Few enough to stay in the cache.
BATCH = 100

BROWSER = {
    "HTTP_HOST": "registry.example",
    "HTTP_CONNECTION": "keep-alive",
    "HTTP_CACHE_CONTROL": "max-age=0",
    "HTTP_UPGRADE_INSECURE_REQUESTS": "1",
    "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "HTTP_ACCEPT": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "HTTP_SEC_FETCH_SITE": "same-origin",
    "HTTP_SEC_FETCH_MODE": "navigate",
    "HTTP_SEC_FETCH_USER": "?1",
    "HTTP_SEC_FETCH_DEST": "document",
    "HTTP_REFERER": "https://registry.example/",
    "HTTP_ACCEPT_ENCODING": "gzip, deflate, br",
    "HTTP_ACCEPT_LANGUAGE": "en-US,en;q=0.5",
}
SERVER = {
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "https",
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
    "SERVER_SOFTWARE": "benchmark",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "8000",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1",
    "REMOTE_PORT": "49152",
    "SCRIPT_NAME": "",
    "QUERY_STRING": "",
}


class Answer(NamedTuple):
    """What one WSGI call gave."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


def requests(case: Case, cookie: str) -> Callable[[], Environ]:
    """Return a maker of fresh environs for `case`, all equal and none shared."""
    environ: Environ = SERVER | BROWSER
    environ |= {"REQUEST_METHOD": case.method, "PATH_INFO": case.path, "RAW_URI": case.path}
    if case.signed_in:
        environ["HTTP_COOKIE"] = cookie
    if case.body:
        environ["CONTENT_LENGTH"] = str(len(case.body))
        environ["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
        environ["HTTP_ORIGIN"] = "https://registry.example"

    def fresh() -> Environ:
        copy = environ.copy()
        copy["wsgi.input"] = BytesIO(case.body)
        return copy

    return fresh


def call(app: Flask, environ: Environ) -> Answer:
    """Answer one request and keep everything."""
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
        started[:] = status, headers

    chunks: Iterable[bytes] = app(environ, start_response)
    body = b"".join(chunks)
    close(chunks)
    return Answer(started[0], started[1], body)


def close(chunks: Iterable[bytes]) -> None:
    """Close the answer, as PEP 3333 asks of a server."""
    closing = getattr(chunks, "close", None)
    if closing is not None:
        closing()


def seconds_per_request(app: Flask, fresh: Callable[[], Environ], seconds: float) -> float:
    """Answer requests for about `seconds` and return the time each took."""
    count, spent = 0, 0.0
    while spent < seconds:
        spent += answer_batch(app, [fresh() for _ in range(BATCH)])
        count += BATCH
    return spent / count


def answer_batch(app: Flask, environs: list[Environ]) -> float:
    """Answer and drop each of `environs`; return the seconds that it took.

    Each environ is let go within the timed part, as a server lets it go: a side that leaves garbage
    behind pays for it here. What counts is processor time: nothing here waits, and the time that
    other programs take from us belongs to no side.
    """
    start = process_time()
    while environs:
        chunks = app(environs.pop(), start_nothing)
        for _ in chunks:
            pass
        closing = getattr(chunks, "close", None)
        if closing is not None:
            closing()
    return process_time() - start


def start_nothing(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
    """Stand in for a server's `start_response`, whose work is the same for every side."""
