"""The Rust transport: its clients, and the requests that it may carry.

A client (a pool of connections, TLS set up) takes about 10 ms to make, so the process has one for each way of
connecting and all sessions share them: a session then costs nothing. What would make sharing unsafe does not
go this way: schemes of authentication that belong to a connection (NTLM, Negotiate), client certificates and
bundles of one's own. Neither cookies nor redirects are the transport's business.

`reason_against` names why a request has to go by urllib3 instead. Direct where certain: a URL that the
transport would spell differently, a header that it cannot send as it stands, a patched urllib3 or socket (its
owner wants to see the traffic), a forked process (the transport's threads did not come along and a call
would hang).
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING, Any

import requests
import urllib3.connection
import urllib3.connectionpool
import urllib3.poolmanager
from pyreqwest.client import ClientBuilder, SyncClientBuilder
from pyreqwest.http import Url
from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyreqwest.client import Client, SyncClient

__all__ = ["Way", "async_client", "canonical", "client", "is_patched", "reason_against"]

IDLE = 30.0
"""Seconds for which an unused connection is kept."""

_MOST = 16
"""Clients in the process; ways beyond that go by urllib3."""

_SCHEMES_OF_REQUESTS = frozenset({"basic", "bearer", "digest", "token"})
"""Schemes of `Authorization` that hold for a request alone (RFC 9110, section 11.6.2)."""

_ADDED_BY_BOTH = ("User-Agent", "Accept", "Accept-Encoding")
"""Headers of which each transport would add its own where the request has none."""

_SPECIAL = frozenset({"host", "transfer-encoding", "expect", "upgrade", "te", "proxy-authorization"})
"""Headers that mean something to the transport."""


@dataclass(frozen=True)
class Way:
    """What a client is made for.

    Attributes:
        verify: whether the other end has to prove who it is.
        connect: seconds to make a connection.
        read: seconds between two reads, as requests counts them; None where a deadline holds.
        http2: whether HTTP/2 is offered.
        pin: host, address and port of the one place that it may connect to.
    """

    verify: bool = True
    connect: float | None = None
    read: float | None = None
    http2: bool = False
    pin: tuple[str, str, int] | None = None


_clients: dict[Way, SyncClient] = {}
_async_clients: dict[Way, Client] = {}
_lock = Lock()
_forked = False


def client(way: Way) -> SyncClient | None:
    """Return the process's client for a way; None where there are too many ways."""
    return _clients.get(way) or _made(way, _clients, SyncClientBuilder)


def async_client(way: Way) -> Client | None:
    """Return the process's client for awaiting, which serves every event loop."""
    return _async_clients.get(way) or _made(way, _async_clients, ClientBuilder)


def _made(way: Way, clients: dict[Way, Any], builder: Any) -> Any:
    """Make a client, unless another thread was first."""
    with _lock:
        if way not in clients:
            if way.pin is not None:  # one for each guarded host: the oldest gives way
                pinned = [other for other in clients if other.pin is not None]
                if len(pinned) >= _MOST:
                    del clients[pinned[0]]
            elif sum(other.pin is None for other in clients) >= _MOST:
                return None
            clients[way] = _configured(builder(), way).build()
        return clients[way]


def _configured(builder: Any, way: Way) -> Any:
    """Return a builder that does nothing of what requests does itself."""
    builder = builder.follow_redirects(False).referer(False).default_cookie_store(False).no_proxy()
    builder = builder.gzip(False).brotli(False).zstd(False).deflate(False).http2(way.http2)
    builder = builder.pool_idle_timeout(timedelta(seconds=IDLE))
    if not way.verify:
        builder = builder.danger_accept_invalid_certs(True)
    if way.connect is not None:
        builder = builder.connect_timeout(timedelta(seconds=way.connect))
    if way.read is not None:
        builder = builder.read_timeout(timedelta(seconds=way.read))
    if way.pin is not None:
        builder = builder.resolve(*way.pin)
    return builder


def _forget() -> None:
    """Leave the transport alone in a child process: it would wait for threads that are not there."""
    global _forked
    _forked = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


@lru_cache(4096)
def canonical(url: str) -> Url | None:
    """Return the URL as the transport parses it, if it spells it the same; else None.

    Two parsers that disagree on where the host ends send credentials to the wrong one. A text that
    comes out of the WHATWG parser as it went in has one reading.
    """
    if not url.isascii():
        return None
    try:
        parsed = Url(url)
    except ValueError:
        return None
    plain = parsed.scheme in ("http", "https") and not parsed.username and parsed.password is None
    return parsed if plain and str(parsed) == url else None


_SEAMS: tuple[tuple[Any, str], ...] = (
    (HTTPAdapter, "send"),
    (HTTPAdapter, "build_response"),
    (HTTPAdapter, "get_connection_with_tls_context"),
    (requests.Session, "send"),
    (requests.Session, "request"),
    (requests.Session, "get_adapter"),
    (requests.Session, "prepare_request"),
    (requests.PreparedRequest, "prepare"),
    (urllib3.connectionpool.HTTPConnectionPool, "ConnectionCls"),
    (urllib3.connectionpool.HTTPSConnectionPool, "ConnectionCls"),
    (urllib3.connectionpool.HTTPConnectionPool, "urlopen"),
    (urllib3.connection.HTTPConnection, "request"),
    (urllib3.connection.HTTPConnection, "connect"),
    (urllib3.poolmanager.PoolManager, "urlopen"),
    (socket, "socket"),
    (socket, "create_connection"),
    (socket, "getaddrinfo"),
    (socket.socket, "connect"),
)
"""Where libraries put their own in the place of requests', urllib3's and Python's."""


def _module_of(value: Any) -> str:
    return str(getattr(value, "__module__", "") or "")


def _is_own(owner: Any, value: Any) -> bool:
    """Tell whether a seam holds what its owner has put there, also if it was patched before we came."""
    home = (owner.__name__ if owner is socket else owner.__module__).partition(".")[0]
    return _module_of(value).partition(".")[0] in (home, f"_{home}", "") and not hasattr(value, "__wrapped__")


def _watched() -> list[tuple[Any, attrgetter[Any], tuple[Any, ...]]]:
    """Return each owner, what reads all its seams, and what they hold.

    PERF: reading them one by one took 4 µs of a call (`benchmarks/http`, the GET on a kept connection).
    """
    names: dict[Any, list[str]] = {}
    for owner, name in _SEAMS:
        # A second name, so that one attribute comes as a tuple too.
        names.setdefault(owner, ["__name__"]).append(name)
    held = []
    for owner, read in ((owner, attrgetter(*of)) for owner, of in names.items()):
        values = (value if _is_own(owner, value) else object() for value in read(owner)[1:])
        held.append((owner, read, (owner.__name__, *values)))
    return held


_WATCHED = _watched()


def is_patched() -> bool:
    """Tell whether a library has put itself between requests and the network, or the process was forked."""
    for owner, read, held in _WATCHED:
        if read(owner) != held:
            return True
    return _forked


def reason_against(url: str, headers: Mapping[str, Any], body: Any) -> str | None:
    """Return why the transport cannot carry a request just as requests would; None where it can."""
    if canonical(url) is None:
        return "the URL is spelled in a way that parsers differ on"
    if not (body is None or isinstance(body, (bytes, str))):
        return "the body is a stream"
    for name in _ADDED_BY_BOTH:
        if name not in headers:
            return f"without {name}, each transport adds its own"
    for name, value in headers.items():
        if not (isinstance(name, str) and isinstance(value, str) and name.isascii() and value.isascii()):
            return "a header is not ASCII text"
        if name.lower() in _SPECIAL:
            return f"{name} is the transport's"
    scheme = headers.get("Authorization", "basic").partition(" ")[0].lower()
    if scheme not in _SCHEMES_OF_REQUESTS:
        return f"authentication by {scheme} may belong to a connection"
    return None
