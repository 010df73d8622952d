"""Where a redirect leads, and what may go with it.

Whoever answers a request chooses where the next one goes. So on a change of origin (scheme, host or port,
RFC 6454, section 4) nothing goes along that could speak for the user. Credentials have no fixed names
(`X-API-Key`, `X-Auth-Token`, …), hence a list of headers that may stay, not of those that must go.

Cookies that a server set stay under RFC 6265: they go back to the host that set them, `Secure` ones over TLS
only. Cookies that the caller gave without a domain belong to the origin that they were given for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from requests.auth import AuthBase
from requests.cookies import RequestsCookieJar

if TYPE_CHECKING:
    from requests import PreparedRequest

__all__ = ["is_same_origin", "strip_credentials", "strip_given_cookies"]

_PORTS = {"http": 80, "https": 443}

_KEPT = frozenset(
    {
        "accept",
        "accept-charset",
        "accept-encoding",
        "accept-language",
        "accept-patch",
        "cache-control",
        "connection",
        "content-encoding",
        "content-language",
        "content-length",
        "content-type",
        "date",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "pragma",
        "prefer",
        "range",
        "te",
        "traceparent",
        "transfer-encoding",
        "upgrade-insecure-requests",
        "user-agent",
    }
)


def is_same_origin(one: str, other: str) -> bool:
    """Tell whether two URLs have the same scheme, host and port (RFC 6454, section 5).

    Example:
        >>> is_same_origin("http://a/x", "http://A:80/y")
        True
        >>> is_same_origin("https://a/", "http://a/")
        False
    """
    try:
        return _origin(one) == _origin(other)
    except ValueError:
        return False  # a port that is no number: nobody's origin


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.hostname, parts.port or _PORTS.get(parts.scheme.lower())


def strip_credentials(request: PreparedRequest) -> None:
    """Take from a request whatever may speak for its sender; cookies that a server set stay its own.

    The hooks that an `auth` object has registered go as well: digest authentication would answer the
    challenge of whoever asks.
    """
    for name in [name for name in request.headers if name.lower() not in _KEPT]:
        del request.headers[name]  # RFC 9110, section 15.4: "consider removing ... Authorization, Cookie"
    hooks = request.hooks.get("response") or []
    request.hooks = {**request.hooks, "response": [hook for hook in hooks if not _speaks_for_user(hook)]}
    strip_given_cookies(request)


def strip_given_cookies(request: PreparedRequest) -> None:
    """Take from a request the cookies that the caller gave; those that a server set stay its own."""
    request.headers.pop("Cookie", None)
    own = RequestsCookieJar()
    for cookie in getattr(request, "_cookies", None) or ():
        if cookie.domain:  # one without a domain would be sent to any host (RFC 6265, section 5.3, step 6)
            own.set_cookie(cookie)
    request._cookies = own
    request.prepare_cookies(own)


def _speaks_for_user(hook: object) -> bool:
    """Tell whether a hook is a method of an `auth` object, by its class or by its being callable."""
    owner = getattr(hook, "__self__", None)
    return isinstance(owner, AuthBase) or callable(owner)
