"""`schlenk.Flask`: the request cycle, with what is safe as the default.

Each difference from `flask.Flask` is a row of `docs/compatibility.md`:

* A change inside a session value is saved; a session that does not fit into a cookie is an error.
* A request without a valid `Host` is refused; a redirect to the canonical path names no host; an external
  URL is built only for a host that was configured (or is this machine).
* A number in a path is finite, and a path has a longest length.
* Async views share one event loop.
* `url_for` takes a view function as well as the name of an endpoint.
"""

from __future__ import annotations

import re
from inspect import signature
from math import isfinite
from typing import TYPE_CHECKING, Any, ParamSpec, overload
from urllib.parse import urlsplit, urlunsplit

import flask
from flask import current_app
from flask.globals import _cv_request
from werkzeug.datastructures import ImmutableDict
from werkzeug.exceptions import SecurityError
from werkzeug.routing import FloatConverter, RequestRedirect, ValidationError
from werkzeug.wsgi import get_host

from schlenk import cycle
from schlenk.eventloop import call_on_loop
from schlenk.routing import Map
from schlenk.sessions import SafeCookieSessionInterface

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import NoReturn

    from flask import Request
    from werkzeug.routing import MapAdapter

P = ParamSpec("P")

LONGEST_PATH = 8192
"""Characters of a path that are matched; a longer one is answered with 414 (RFC 9110, section 4.1)."""

_LOOPBACK = re.compile(
    r"(?:localhost|[a-z0-9-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?", re.IGNORECASE
)

# What may follow the scheme and host of this site; browsers drop tabs and line ends and read a
# backslash as a slash, so none of those may stand in it (WHATWG URL, "basic URL parser").
_LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


class FiniteFloatConverter(FloatConverter):
    """Werkzeug's float converter, without the digits that overflow to infinity."""

    def to_python(self, value: str) -> float:
        """Return the number.

        Raises:
            ValidationError: it is outside the range, or too large for a float.
        """
        number: float = super().to_python(value)
        if not isfinite(number):
            raise ValidationError
        return number


class SafeMap(Map):
    """The router of `schlenk.Flask`."""

    default_converters = ImmutableDict({**Map.default_converters, "float": FiniteFloatConverter})
    longest_path = LONGEST_PATH

    def bind_to_environ(self, environ: dict[str, Any] | Any, *args: Any, **kwargs: Any) -> MapAdapter:
        """Return the adapter for a request.

        Raises:
            SecurityError: the request has no valid `Host` (RFC 9112, section 3.2); answered with 400.
        """
        headers: dict[str, Any] = getattr(environ, "environ", environ)
        if "HTTP_HOST" not in headers or not get_host(headers):
            raise SecurityError("The request has no valid Host.")
        return super().bind_to_environ(environ, *args, **kwargs)


class Flask(cycle.Flask):
    """Flask, safe when nothing is said.

    Takes what `flask.Flask` takes.

    Example:
        >>> app = Flask(__name__)
        >>> @app.get("/guest/<name>")
        ... def hello_guest(name):
        ...     return f"Hello {name} as Guest"
        >>> app.test_client().get("/guest/mvl").text
        'Hello mvl as Guest'
    """

    url_map_class = SafeMap
    session_interface = SafeCookieSessionInterface()

    def raise_routing_exception(self, request: Request) -> NoReturn:
        """Raise what kept a request from a view; a redirect within the site names no host.

        A `Host` header is the client's word. A redirect that repeats it can be stored by a cache and
        sent to others.
        """
        error = request.routing_exception
        if isinstance(error, RequestRedirect):
            url = urlsplit(error.new_url)
            if url.netloc.lower() == request.host.lower():
                # One slash: two would name a host.
                path = "/" + url.path.lstrip("/")
                request.routing_exception = RequestRedirect(urlunsplit(("", "", path, *url[3:])))
        super().raise_routing_exception(request)

    def url_for(
        self,
        /,
        endpoint: str | Callable[..., Any],
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """Return the URL of an endpoint or of a view function.

        Args:
            endpoint: the name of an endpoint, or a function that is the view of one.
            _anchor: a fragment to append.
            _method: the method whose rule to use, where an endpoint has several.
            _scheme: the scheme of an external URL.
            _external: whether to include scheme and host. Needs `SERVER_NAME` or `TRUSTED_HOSTS`, except
                on this machine and when testing or debugging.
            **values: the rule's variable parts; any other becomes a part of the query.

        Raises:
            werkzeug.routing.BuildError: no rule of the endpoint takes these values.
            SecurityError: an external URL was asked for and the request's host was not configured.
            LookupError: the function is not a view, or is the view of several endpoints.
        """
        name = endpoint if isinstance(endpoint, str) else self._endpoint_of(endpoint)
        url = super().url_for(
            name, _anchor=_anchor, _method=_method, _scheme=_scheme, _external=_external, **values
        )
        if (url[:1] != "/" or url[:2] == "//") and self._repeats_host(url):
            self.logger.warning(
                "url_for was asked for an external URL in a request to %r, and a client can send any Host."
                " Set SERVER_NAME or TRUSTED_HOSTS to say which names this application has.",
                flask.request.host,
            )
            raise SecurityError("This application does not know the host of the request as its own.")
        return url

    def _repeats_host(self, url: str) -> bool:
        """Tell whether a URL names the host of the request, and that is no more than a client's word."""
        if _cv_request.get(None) is None or self.testing or self.debug:
            return False
        config, host = self.config, flask.request.host.lower()
        if config["TRUSTED_HOSTS"] or (config["SERVER_NAME"] and not self.url_map.host_matching):
            return False
        named = urlsplit(url).netloc.lower()
        return not _LOOPBACK.fullmatch(host) and (named == host or named.endswith(f".{host}"))

    def _endpoint_of(self, view: Callable[..., Any]) -> str:
        endpoints = [name for name, function in self.view_functions.items() if function is view]
        if len(endpoints) == 1:
            return endpoints[0]
        name = getattr(view, "__qualname__", repr(view))
        if not endpoints:
            raise LookupError(f"{name} is not a view of this application; add a route for it.")
        raise LookupError(
            f"{name} is the view of several endpoints: {', '.join(sorted(endpoints))}. Name one of them."
        )

    def async_to_sync(self, func: Callable[P, Coroutine[Any, Any, Any]]) -> Callable[P, Any]:
        """Return a function that runs an async function on the process's event loop."""
        return call_on_loop(func)


@overload
def url_for(
    endpoint: str,
    *,
    _anchor: str | None = None,
    _method: str | None = None,
    _scheme: str | None = None,
    _external: bool | None = None,
    **values: Any,
) -> str: ...
@overload
def url_for(endpoint: Callable[P, Any], /, *args: P.args, **values: P.kwargs) -> str: ...
def url_for(*args: Any, **values: Any) -> str:
    """Return the URL of an endpoint, by its name or its view function.

    A view function is called upon with its own arguments, and a type checker checks them.

    Example:
        >>> app = Flask(__name__)
        >>> @app.get("/guest/<name>")
        ... def hello_guest(name: str) -> str:
        ...     return f"Hello {name} as Guest"
        >>> with app.test_request_context():
        ...     url_for("hello_guest", name="mvl"), url_for(hello_guest, "mvl")
        ('/guest/mvl', '/guest/mvl')
    """
    if not args and "endpoint" not in values:
        raise TypeError("url_for() takes the name of an endpoint or a view function")
    endpoint, *arguments = args or (values.pop("endpoint"),)
    if arguments:
        if not callable(endpoint):
            raise TypeError(f"url_for({endpoint!r}) takes values by name; only a view function takes others")
        values |= signature(endpoint).bind_partial(*arguments).arguments
    return current_app.url_for(endpoint, **values)


def local_url(target: str | None, fallback: str) -> str:
    """Return `target` if it is a path of this site, else `fallback`.

    For targets that came with the request, such as `?next=`: another site's address, in any of the
    spellings that browsers accept, is not followed (CWE-601).

    Args:
        target: a path with its query, or None.
        fallback: where to go when `target` is not one.

    Example:
        >>> local_url("/cart?step=2", "/"), local_url("//evil.example", "/")
        ('/cart?step=2', '/')
    """
    return target if target and _LOCAL_PATH.fullmatch(target) else fallback
