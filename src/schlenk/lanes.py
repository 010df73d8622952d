"""Which lane serves an application's requests, and why.

The direct lane (`schlenk.cycle`) walks steps of Flask's cycle itself. It may do so only where a step is the
one that Flask defines and a class is the stock one; here that is found out, and looked at again whenever
it may have changed:

* on the application: an assignment is noticed when it is made;
* on a class, the application's or Flask's own, long after construction perhaps: the steps are compared with
  Flask's in every request (`parts_of`, one call into C).
"""

from __future__ import annotations

from operator import attrgetter
from pathlib import Path
from threading import Lock
from types import FunctionType
from typing import TYPE_CHECKING, Any

import flask
import werkzeug.wrappers
from flask import Response
from flask.ctx import _AppCtxGlobals

from schlenk.routing import Map
from schlenk.sessions import CookieSessionInterface, opens_on_touch
from schlenk.wrappers import Request

if TYPE_CHECKING:
    from collections.abc import Iterable

Upstream = flask.Flask
"""Flask's own class, which adoption replaces by name."""

STEPS = (
    "request_context",
    "app_context",
    "create_url_adapter",
    "full_dispatch_request",
    "preprocess_request",
    "dispatch_request",
    "ensure_sync",
    "finalize_request",
    "make_response",
    "process_response",
    "do_teardown_request",
    "do_teardown_appcontext",
    "inject_url_defaults",
)
"""The methods of `flask.Flask` whose work the direct lane does itself."""

CLASSES = ("request_class", "response_class", "session_interface")
"""What the direct lane makes itself when it is the stock one."""

steps_of = attrgetter(*STEPS)
parts_of = attrgetter(*STEPS, *CLASSES)
_watched = frozenset({*STEPS, *CLASSES, "url_map", "subdomain_matching", "app_ctx_globals_class"})

_FLASK_FOLDER = str(Path(flask.__file__).parent)


def as_defined(steps: Iterable[Any]) -> tuple[Any, ...]:
    """Return methods as Flask defines them; one that was patched before this import equals nothing."""
    return tuple(
        step
        if step.__class__ is FunctionType and step.__code__.co_filename.startswith(_FLASK_FOLDER)
        else object()
        for step in steps
    )


_STEPS_OF_FLASK = as_defined(steps_of(Upstream))

upstream_wsgi_app = as_defined([Upstream.wsgi_app])[0]

# What a response made without its constructor takes for granted, and code may assign on `flask.Response`.
_response_parts_of = attrgetter(
    "__init__",
    "__call__",
    "get_wsgi_headers",
    "get_app_iter",
    "default_status",
    "default_mimetype",
    "autocorrect_location_header",
    "automatically_set_content_length",
)
_RESPONSE_OF_FLASK = (
    *_response_parts_of(werkzeug.wrappers.Response)[:5],
    "text/html",
    False,
    True,
)


def _keeps_init(request_class: type[flask.Request]) -> bool:
    """Tell whether a request may be made after its contexts are pushed: no constructor would notice."""
    return request_class.__init__ is Request.__init__ and request_class.__new__ is Request.__new__


class LanedFlask(Upstream):
    """A `flask.Flask` that knows whether the direct lane may serve it."""

    request_class = Request
    url_map_class = Map
    session_interface = CookieSessionInterface()

    url_map: Map
    _examining = Lock()
    _examined: tuple[Any, ...] = ()
    _is_direct = False
    _is_plain = False
    _makes_globals = False
    _makes_plain_responses = False
    _known_hosts: dict[str | None, Any]

    def __setattr__(self, name: str, value: Any) -> None:
        """Assign, and notice what decides the lane."""
        super().__setattr__(name, value)
        if name in _watched or (name == "_got_first_request" and not value):
            with self._examining:
                self._examined = ()
                self._makes_plain_responses = False

    def __delattr__(self, name: str) -> None:
        """Delete, and notice what decides the lane."""
        super().__delattr__(name)
        if name in _watched:
            with self._examining:
                self._examined = ()

    def _examine(self) -> None:
        """Find out what the direct lane may do itself, now that something it depends on has changed."""
        with self._examining:
            parts = parts_of(self.__class__)
            self._known_hosts = {}
            self._is_direct = self.upstream_reason() is None
            self._is_plain = (
                isinstance(self.url_map, Map)
                and not self.subdomain_matching
                and self.request_class is Request
                and opens_on_touch(self.session_interface)
            )
            self._makes_globals = self.app_ctx_globals_class is not _AppCtxGlobals
            self._makes_plain_responses = (
                self.response_class is Response and _response_parts_of(Response) == _RESPONSE_OF_FLASK
            )
            self._got_first_request = True
            self._examined = parts

    def upstream_reason(self) -> str | None:
        """Return why requests take the upstream lane, or None if they take the direct one.

        The test client's `with` block, which keeps contexts after the request, takes the upstream lane
        whatever this says.
        """
        assigned = [name for name in STEPS if name in self.__dict__]
        if assigned:
            return f"assigned on the application: {', '.join(assigned)}"
        steps = zip(STEPS, steps_of(self.__class__), _STEPS_OF_FLASK, strict=True)
        replaced = [name for name, step, plain in steps if step is not plain]
        if replaced:
            return f"overridden in {self.__class__.__qualname__}: {', '.join(replaced)}"
        if Upstream.wsgi_app is not upstream_wsgi_app:
            return "patched on flask.Flask: wsgi_app"
        if not _keeps_init(self.request_class):
            return f"{self.request_class.__qualname__} has a constructor of its own"
        return None
