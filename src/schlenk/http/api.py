"""`http.get` and the rest: calls that share connections and nothing else.

requests makes a session for each such call and throws it away with its connections. Here each call has a
session too, a copy of one that was made once, with an empty cookie jar: what a server sets on the way through
redirects is sent there and then forgotten. Connections are the process's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from requests.cookies import RequestsCookieJar

from schlenk.http.session import Session

if TYPE_CHECKING:
    import requests

__all__ = ["delete", "get", "head", "options", "patch", "post", "put", "request"]

_mould = Session()


def request(method: str, url: str, **arguments: Any) -> requests.Response:
    """Make a call, with the arguments of `Session.request`.

    Raises:
        requests.exceptions.RequestException: one of the tree in `schlenk.http.errors`.

    Example:
        >>> from schlenk import http
        >>> http.request("GET", "http://127.0.0.1:1/")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        requests.exceptions.ConnectionError: GET http://127.0.0.1:1: Connection refused (os error 111)
    """
    session = Session.__new__(Session)
    session.__dict__ = {**vars(_mould), "cookies": RequestsCookieJar()}
    return session.request(method, url, **arguments)


def get(url: str, params: Any = None, **arguments: Any) -> requests.Response:
    """Ask for a resource."""
    return request("GET", url, params=params, **arguments)


def options(url: str, **arguments: Any) -> requests.Response:
    """Ask what a resource allows."""
    return request("OPTIONS", url, **arguments)


def head(url: str, **arguments: Any) -> requests.Response:
    """Ask for the headers of a resource; redirects are not followed unless asked."""
    arguments.setdefault("allow_redirects", False)
    return request("HEAD", url, **arguments)


def post(url: str, data: Any = None, json: Any = None, **arguments: Any) -> requests.Response:
    """Give a resource something to process."""
    return request("POST", url, data=data, json=json, **arguments)


def put(url: str, data: Any = None, **arguments: Any) -> requests.Response:
    """Replace a resource."""
    return request("PUT", url, data=data, **arguments)


def patch(url: str, data: Any = None, **arguments: Any) -> requests.Response:
    """Change a part of a resource."""
    return request("PATCH", url, data=data, **arguments)


def delete(url: str, **arguments: Any) -> requests.Response:
    """Delete a resource."""
    return request("DELETE", url, **arguments)
