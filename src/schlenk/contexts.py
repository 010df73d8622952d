"""Flask's two contexts, opened on first touch.

`request`, `session`, `g` and `current_app` stay Flask's own proxies over Flask's own context
variables. What those point to is an instance of the classes below: subclasses of Flask's contexts
whose parts (request, URL adapter, session, `g`) are made when somebody reads them. Everything else,
`push`, `pop` and `copy` included, is Flask's code.

The direct lane makes them bare, without Flask's constructor, and touches at once what an application has
replaced and what might therefore be different later: a session interface, a class for `g`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import flask.ctx
from werkzeug.exceptions import HTTPException

from schlenk.wrappers import Request, decode, plain_request

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIEnvironment

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
    """A request context whose request, session and URL adapter are made on first touch.

    The names with a leading `made_` hold a part once it is made, and None before: they can be read without
    making it.
    """

    flashes = None
    app: Any  # schlenk.cycle.Flask
    environ: WSGIEnvironment
    rule: Rule | None = None
    view_args: dict[str, Any] | None = None
    routing_exception: HTTPException | None = None

    made_request: flask.Request | None = None
    made_session: SessionMixin | None = None
    session_failed = False
    made_after_functions: list[AfterRequestCallable[Any]] | None = None
    made_url_adapter: tuple[MapAdapter | None] | None = None

    @property
    def request(self) -> flask.Request:
        """The request behind `flask.request`."""
        made = self.made_request
        if made is None:
            made = self.made_request = self._make_request()
        return made

    @request.setter
    def request(self, request: flask.Request) -> None:
        self.made_request = request

    @property
    def _session(self) -> SessionMixin | None:
        made = self.made_session
        if made is None and not self.session_failed:
            made = self.made_session = self._open_session()
        return made

    @_session.setter
    def _session(self, session: SessionMixin | None) -> None:
        self.made_session = session

    @property
    def session(self) -> SessionMixin:
        """The session behind `flask.session`; reading it marks it as accessed."""
        made = self.made_session
        if made is None:
            made = self._session
            if made is None:
                raise AssertionError("The session has not yet been opened.")
        made.accessed = True
        return made

    @property
    def _after_request_functions(self) -> list[AfterRequestCallable[Any]]:
        made = self.made_after_functions
        if made is None:
            made = self.made_after_functions = []
        return made

    @_after_request_functions.setter
    def _after_request_functions(self, functions: list[AfterRequestCallable[Any]]) -> None:
        self.made_after_functions = functions

    @property
    def url_adapter(self) -> MapAdapter | None:
        """The adapter that matches this request and builds URLs in it, unless its host is refused."""
        made = self.made_url_adapter
        if made is None:
            made = self.made_url_adapter = (self._make_url_adapter(),)
        return made[0]

    @url_adapter.setter
    def url_adapter(self, adapter: MapAdapter | None) -> None:
        self.made_url_adapter = (adapter,)

    @property
    def names(self) -> tuple[str | None, ...]:
        """The names whose hooks apply, from the innermost blueprint to the application (None)."""
        made = self.made_request
        if made is not None and made.__class__ is not Request:
            return (*made.blueprints, None)  # a class of the application's own may name others
        rule = self.rule
        return (None,) if rule is None else blueprint_names(rule.endpoint)

    @property
    def script_name(self) -> str:
        """The path that the application is mounted under, as the URL adapter has it."""
        script_name = self.environ.get("SCRIPT_NAME")
        return "/" if script_name is None else decode(script_name)

    def reach(self, rule: Rule, view_args: dict[str, Any]) -> None:
        """Take note of the rule that the request matched."""
        self.rule = rule
        self.view_args = view_args
        if self.made_request is not None:
            self.made_request.url_rule = rule
            self.made_request.view_args = view_args

    def refuse(self, exception: HTTPException) -> None:
        """Take note that the request matched no rule."""
        self.routing_exception = exception
        if self.made_request is not None:
            self.made_request.routing_exception = exception

    def heed(self, request: flask.Request) -> None:
        """Take over what a hook has assigned on the request."""
        self.rule = request.url_rule
        self.view_args = request.view_args
        self.routing_exception = request.routing_exception

    def _make_request(self) -> flask.Request:
        app = self.app
        request: flask.Request
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

    def _open_session(self) -> SessionMixin:
        self.session_failed = True
        session: SessionMixin = self.app.open_session(self)
        self.session_failed = False
        return session

    def _make_url_adapter(self) -> MapAdapter | None:
        try:
            adapter: MapAdapter | None = self.app.create_url_adapter(self.request)
        except HTTPException as e:
            self.refuse(e)
            return None
        return adapter


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
