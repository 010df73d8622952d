"""The same call by requests and by `schlenk.http`: what is sent and what comes back is equal."""

import io

import pytest
import requests

from schlenk import http

CALLS = {
    "plain": ("get", "/anything", {}),
    "no path": ("get", "", {}),
    "query in the URL": ("get", "/anything?a=1&b=%20x+y&c=%C3%BC", {}),
    "params": ("get", "/anything?z=0", {"params": {"a": ["1", "2"], "b": None, "c": "ü &="}}),
    "params as text": ("get", "/anything", {"params": "a=1&b"}),
    "path to quote": ("get", "/a b/ü/{x}|^`\"<>'", {}),
    "path quoted": ("get", "/a%2Fb/%2e%2e/c", {}),
    "dots": ("get", "/a/../b/./c", {}),
    "fragment": ("get", "/anything#there", {}),
    "headers": ("get", "/anything", {"headers": {"X-A": "1", "accept": "text/plain"}}),
    "header removed": ("get", "/anything", {"headers": {"Accept": None}}),
    "header in Latin-1": ("get", "/anything", {"headers": {"X-A": b"\xe9"}}),
    "cookies": ("get", "/anything", {"cookies": {"a": "1", "b": "2"}}),
    "basic auth": ("get", "/anything", {"auth": ("ada", "l:ovelace")}),
    "auth challenge": ("get", "/auth", {}),
    "form": ("post", "/anything", {"data": {"a": "1", "b": ["x", "ü"]}}),
    "form as pairs": ("put", "/anything", {"data": [("a", "1"), ("a", "2")]}),
    "bytes": ("patch", "/anything", {"data": b"\x00\xff"}),
    "text": ("post", "/anything", {"data": "grün"}),
    "file": ("post", "/anything", {"data": lambda: io.BytesIO(b"from a file")}),
    "generator": ("post", "/anything", {"data": lambda: iter([b"one", b"two"])}),
    "json": ("post", "/anything", {"json": {"a": [1, None, "ü"]}}),
    "json, empty": ("post", "/anything", {"json": {}}),
    "nothing to post": ("post", "/anything", {}),
    "put nothing": ("put", "/anything", {}),
    "delete": ("delete", "/anything", {}),
    "delete with body": ("delete", "/anything", {"data": b"x"}),
    "options": ("options", "/anything", {}),
    "head": ("head", "/anything", {}),
    "gzip": ("get", "/encoded/gzip", {}),
    "deflate": ("get", "/encoded/deflate", {}),
    "broken gzip": ("get", "/encoded/gzip-x", {}),
    "latin-1": ("get", "/text/latin-1", {}),
    "utf-8": ("get", "/text/utf-8", {}),
    "utf-16": ("get", "/text/utf-16", {}),
    "chunked": ("get", "/chunked", {}),
    "301 of a post": ("post", "/redirect/301?to=/anything", {"data": b"x"}),
    "302 of a post": ("post", "/redirect/302?to=/anything", {"data": b"x"}),
    "303 of a put": ("put", "/redirect/303?to=/anything", {"data": b"x"}),
    "307 of a post": ("post", "/redirect/307?to=/anything", {"data": b"x"}),
    "308 of a put": ("put", "/redirect/308?to=/anything%3Fa=1", {"data": {"a": "1"}}),
    "302 of a head": ("head", "/redirect/302?to=/anything", {"allow_redirects": True}),
    "redirects not followed": ("get", "/redirect/302?to=/anything", {"allow_redirects": False}),
    "a cookie on the way": ("get", "/redirect/302?to=/anything&a=1", {}),
    "two redirects": ("get", "/redirect/302?to=/redirect/307?to=/anything", {}),
    "a loop": ("get", "/loop", {}),
    "404": ("get", "/status/404", {}),
    "204": ("get", "/status/204", {}),
    "several cookies": ("get", "/cookies?a=1&b=2", {}),
    "streamed": ("get", "/encoded/gzip", {"stream": True}),
    "no URL": ("get", None, {}),
}


def observed(call, server, path, arguments):
    """Return what the caller and the server saw of a call."""
    server.seen.clear()
    made = {name: value() if callable(value) else value for name, value in arguments.items()}
    try:
        response = call("no-scheme" if path is None else server.url + path, **made)
    except requests.RequestException as error:
        return [type(error).__name__, [what[:2] for what in server.seen]]
    hops = [*response.history, response]
    return [
        {
            "url": hop.url,
            "status": (hop.status_code, hop.reason, hop.ok),
            "headers": {n.lower(): v for n, v in hop.headers.items() if n not in ("Date", "Server")},
            "content": content_of(hop),
            "encoding": hop.encoding,
            "cookies": dict(hop.cookies),
            "asked": (hop.request.method, hop.request.url, hop.request.body if "X" in hop.headers else None),
            "redirect": (hop.is_redirect, hop.next.url if hop.next else None),
            "links": hop.links,
        }
        for hop in hops
    ] + [[what[:2] for what in server.seen]]


def content_of(response):
    """Return the body, or the name of the error in reading it."""
    try:
        return response.content
    except requests.RequestException as error:
        return type(error).__name__


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_the_same_call(server, name):
    """Bytes of the request, answer, history, cookies, encodings and errors are those of requests."""
    method, path, arguments = CALLS[name]

    theirs = observed(getattr(requests, method), server, path, arguments)
    assert observed(getattr(http, method), server, path, arguments) == theirs


@pytest.mark.parametrize("name", CALLS)
def test_a_call_of_a_session_is_the_same_call(server, name):
    """Also with settings of a session that take the long way."""
    method, path, arguments = CALLS[name]
    seen = []
    for kind in (requests.Session, http.Session):
        with kind() as session:
            session.params = {"all": "1"}
            session.headers["X-All"] = "1"
            session.cookies.set("mine", "1")
            seen.append(observed(getattr(session, method), server, path, arguments))

    assert seen[0] == seen[1]
