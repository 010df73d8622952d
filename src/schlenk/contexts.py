"""Flask's two contexts, opened on first touch.

`request`, `session`, `g` and `current_app` stay Flask's own proxies over Flask's own context
variables. What those point to is an instance of the classes below: subclasses of Flask's contexts
whose parts (request, URL adapter, session, `g`) are made when somebody reads them. Everything else,
`push`, `pop` and `copy` included, is Flask's code.

The direct lane makes them bare, without Flask's constructor, after checking that building a part later
gives what building it now would give.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import flask.ctx
from flask import Request
from werkzeug.exceptions import HTTPException

from schlenk.wrappers import decode, plain_request

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIEnvironment

    from flask import Flask
    from flask.sessions import SessionMixin
    from flask.typing import AfterRequestCallable
    from werkzeug.routing import MapAdapter, Rule

T = TypeVar("T")


class _OnFirstTouch(Generic[T]):
    """An attribute that is computed once, when first read, and can be assigned like any other.

    `functools.cached_property` takes a lock on Python 3.11; a context belongs to one thread.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self.make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> _OnFirstTouch[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> _OnFirstTouch[T] | T:
        if instance is None:
            return self
        value = self.make(instance)
        setattr(instance, self.name, value)
        return value


class AppContext(flask.ctx.AppContext):
    """An application context whose `g` and URL adapter are made on first touch."""

    @_OnFirstTouch
    def g(self) -> Any:
        """The namespace behind `flask.g`."""
        return self.app.app_ctx_globals_class()

    @_OnFirstTouch
    def url_adapter(self) -> MapAdapter | None:
        """The adapter that builds URLs outside of a request, if `SERVER_NAME` is set."""
        return self.app.create_url_adapter(None)


class RequestContext(flask.ctx.RequestContext):
    """A request context whose request, session and URL adapter are made on first touch."""

    flashes = None
    environ: WSGIEnvironment
    names: tuple[str | None, ...] = (None,)
    rule: Rule | None = None
    view_args: dict[str, Any] | None = None
    routing_exception: HTTPException | None = None

    @_OnFirstTouch
    def request(self) -> Request:
        """The request behind `flask.request`."""
        app = self.app
        if app.request_class is Request:
            request = plain_request(self.environ)
        else:
            request = app.request_class(self.environ)
        request.json_module = app.json
        if (trusted_hosts := app.config["TRUSTED_HOSTS"]) is not None:
            request.trusted_hosts = trusted_hosts
        if self.rule is not None:
            request.url_rule = self.rule
            request.view_args = self.view_args
        if self.routing_exception is not None:
            request.routing_exception = self.routing_exception
        return request

    @_OnFirstTouch
    def url_adapter(self) -> MapAdapter | None:
        """The adapter that matches this request and builds URLs in it, unless its host is refused."""
        try:
            return self.app.create_url_adapter(self.request)
        except HTTPException as e:
            self.refuse(e)
            return None

    @_OnFirstTouch
    def _session(self) -> SessionMixin:
        app = self.app
        interface: Any = app.session_interface
        if app.request_class is Request and hasattr(interface, "open_environ"):
            session = interface.open_environ(app, self.environ)
        else:
            session = interface.open_session(app, self.request)
        return interface.make_null_session(app) if session is None else session

    @_OnFirstTouch
    def _after_request_functions(self) -> list[AfterRequestCallable[Any]]:
        return []

    @property
    def method(self) -> str:
        """The request's method, as a hook may have changed it."""
        if "request" in self.__dict__:
            return self.request.method
        return self.environ["REQUEST_METHOD"]  # type: ignore[no-any-return]

    @property
    def script_name(self) -> str:
        """The path that the application is mounted under, as the URL adapter has it."""
        script_name = self.environ.get("SCRIPT_NAME")
        return "/" if script_name is None else decode(script_name)

    def refuse(self, exception: HTTPException) -> None:
        """Take note that the request reached no rule."""
        self.routing_exception = exception
        if "request" in self.__dict__:
            self.request.routing_exception = exception

    def reach(self, rule: Rule, view_args: dict[str, Any]) -> None:
        """Take note of the rule that the request reached."""
        self.rule = rule
        self.view_args = view_args
        self.names = blueprint_names(rule.endpoint)
        if "request" in self.__dict__:
            self.request.url_rule = rule
            self.request.view_args = view_args

    def heed_request(self) -> None:
        """Take over what a hook has assigned on the request."""
        request = self.request
        self.rule = request.url_rule
        self.view_args = request.view_args
        self.routing_exception = request.routing_exception
        self.names = (None,) if self.rule is None else blueprint_names(self.rule.endpoint)


@lru_cache(maxsize=4096)
def blueprint_names(endpoint: str) -> tuple[str | None, ...]:
    """Return the names whose hooks apply to an endpoint, from the innermost blueprint outward.

    Example:
        >>> blueprint_names("admin.users.edit")
        ('admin.users', 'admin', None)
    """
    blueprint, dot, _ = endpoint.rpartition(".")
    names: list[str | None] = []
    while dot:
        names.append(blueprint)
        blueprint, dot, _ = blueprint.rpartition(".")
    return (*names, None)
