"""`schlenk.Flask`: the request cycle, with what is safe as the default.

Each difference from `flask.Flask` is a row of `docs/compatibility.md`:

* A change inside a session value is saved; a session that does not fit into a cookie is an error.
* A request without a valid `Host` is refused; a redirect to the canonical path names no host; an external URL is
  built only for a host that was configured (or is this machine).
* A number in a path is finite, and a path has a longest length.
* Async views share one event loop.
* `url_for` takes a view function as well as the name of an endpoint.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING, Any, ParamSpec, overload
from urllib.parse import urlsplit, urlunsplit

import flask
from flask import current_app, redirect
from flask.globals import _cv_request
from werkzeug.exceptions import SecurityError
from werkzeug.routing import FloatConverter, RequestRedirect, ValidationError

from schlenk import cycle
from schlenk.eventloop import call_on_loop
from schlenk.routing import Map
from schlenk.sessions import SafeCookieSessionInterface

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import NoReturn

    from flask import Request
    from flask.typing import RouteCallable
    from werkzeug.routing import MapAdapter
    from werkzeug.wrappers import Response

P = ParamSpec("P")

LONGEST_PATH = 8192
"""Characters of a path that are matched; a longer one is answered with 414 (RFC 9110, section 4.1)."""
