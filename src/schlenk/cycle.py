"""The way of a request from environ to response, top to bottom.

`Flask` here behaves exactly as `flask.Flask` does; `schlenk.Flask` adds safe defaults to it, and adoption
puts it in the place of `flask.Flask`. It has two lanes:

* The **direct lane** is this page. It walks the steps that Flask's methods walk, in their order, over
  contexts that open on first touch. It reads Flask's public dicts of hooks as they are at that moment,
  so there is nothing to invalidate when code changes them.
* The **upstream lane** is Flask's own methods, unchanged. It runs whenever a step that the direct lane
  walks itself is overridden, on the class or on the instance, at whatever time (`schlenk.lanes`).

Steps that need not be fast (error handling, building unusual responses, automatic OPTIONS) are called as
methods in both lanes, so overriding those needs no lane.
"""

from __future__ import annotations

from copy import copy
from inspect import CO_COROUTINE
from operator import attrgetter
from types import FunctionType
from typing import TYPE_CHECKING, Any

from flask import Response
from flask.globals import _cv_app, _cv_request
from flask.signals import (
    appcontext_popped,
    appcontext_pushed,
    appcontext_tearing_down,
    request_finished,
    request_started,
    request_tearing_down,
)
from werkzeug.datastructures import Headers
from werkzeug.exceptions import (
    Forbidden,
    Gone,
    HTTPException,
    MethodNotAllowed,
    NotFound,
    Unauthorized,
)
from werkzeug.routing import ValidationError
from werkzeug.utils import get_content_type

from schlenk.contexts import AppContext, RequestContext
from schlenk.encoding import compact_encoder, is_stock, settings_of
from schlenk.lanes import LanedFlask, Upstream, as_defined, parts_of, upstream_wsgi_app
from schlenk.sessions import altered, opens_on_touch
from schlenk.wrappers import (
    HTML,
    JSON,
    STATUS_LINES,
    Request,
    decode,
    plain_redirect,
    plain_response,
    send,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIEnvironment

    from flask.sessions import SessionMixin


_HOSTS_KEPT = 256
_UNSEEN = object()

_PLAIN_BODIES = frozenset({str, dict, list})
_JSON_BODIES = frozenset({dict, list})
_PLAIN_CODES = frozenset(code for code in STATUS_LINES if code >= 200 and code not in {204, 304})
_WEBSOCKET = frozenset({"ws", "wss"})
_new = object.__new__

# Each signal's receivers; empty for most applications, and then nothing is sent.
_on_app_pushed = appcontext_pushed.receivers
_on_started = request_started.receivers
_on_finished = request_finished.receivers
_on_tearing_down = request_tearing_down.receivers
_on_app_tearing_down = appcontext_tearing_down.receivers
_on_app_popped = appcontext_popped.receivers

# Methods that `Flask` overrides below, and that instrumentation may wrap on Flask's own class at any time.
_upstream_url_for, _upstream_redirect, _upstream_handle = as_defined(
    [Upstream.url_for, Upstream.redirect, Upstream.handle_user_exception]
)

_ERROR_METHODS = frozenset({"get_body", "get_description", "get_headers", "get_response", "name"})
_ERROR_STEPS = frozenset({"_find_error_handler", "handle_http_exception", "trap_http_exception"})
_error_steps_of = attrgetter(*sorted(_ERROR_STEPS))
_UPSTREAM_ERROR_STEPS = as_defined(_error_steps_of(Upstream))
_PLAIN_ERRORS = frozenset({Forbidden, Gone, MethodNotAllowed, NotFound, Unauthorized})


def _synchronous(app: Flask, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what `app.ensure_sync(function)` returns."""
    if (
        function.__class__ is FunctionType
        and not function.__code__.co_flags & CO_COROUTINE
        and not function.__dict__  # where `inspect.markcoroutinefunction` leaves its mark
    ):
        return function
    return app.ensure_sync(function)


def _applies(hooks: Mapping[str | None, Any], names: tuple[str | None, ...]) -> bool:
    """Tell whether any hook is registered under any of the names."""
    return any(hooks.get(name) for name in names) if len(names) > 1 else bool(hooks.get(None))


def _is_stock_error(error: HTTPException) -> bool:
    """Tell whether an error answers with Werkzeug's page and headers, which run no code of others."""
    kind = error.__class__
    return (
        kind.__module__ == "werkzeug.exceptions"
        and error.response is None
        and error.code in _PLAIN_CODES
        and (kind.get_headers is HTTPException.get_headers or kind is MethodNotAllowed)
        and kind.get_body is HTTPException.get_body
        and kind.get_description is HTTPException.get_description
        and type(error.description) is str
        and _ERROR_METHODS.isdisjoint(error.__dict__)
    )


class Flask(LanedFlask):
    """A `flask.Flask` whose requests cost what they touch."""

    _json_settings: tuple[Any, ...] = ()
    _encode_json: Callable[[Any], str]

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request: `flask.Flask.wsgi_app`, by the direct lane where its steps are Flask's."""
        if parts_of(self.__class__) != self._examined:
            self._examine()
        if (
            not self._is_direct
            or "werkzeug.debug.preserve_context" in environ
            or Upstream.wsgi_app is not upstream_wsgi_app
        ):
            return super().wsgi_app(environ, start_response)

        context = _new(RequestContext)
        context.app = self
        context.environ = environ
        app_context: Any = _cv_app.get(None)
        if app_context is None or app_context.app is not self:
            app_context = _new(AppContext)
            app_context.app = self
            app_context._cv_tokens = [_cv_app.set(app_context)]
            if self._makes_globals:
                app_context.g  # noqa: B018  # a class of the application's own may act when it is made
            if _on_app_pushed:
                appcontext_pushed.send(self, _async_wrapper=self.ensure_sync)
        else:
            app_context = None
        context._cv_tokens = [(_cv_request.set(context), app_context)]

        error: BaseException | None = None
        try:
            try:
                self._match(context)
                response = self._answer(context)
            except Exception as e:  # noqa: BLE001  # Flask's boundary: every error becomes an answer
                error = e
                response = self.handle_exception(e)
            except BaseException as e:
                error = e
                raise
            if response.__class__ is not tuple:
                return send(response, environ, start_response)
            status, headers, body = response
            start_response(status, headers)
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
        finally:
            if error is not None and self.should_ignore_error(error):
                error = None
            self._leave(context, app_context, error)

    def _match(self, context: RequestContext) -> None:
        """Find the rule that the request reaches."""
        environ = context.environ
        trusted_hosts = self.config["TRUSTED_HOSTS"]
        if trusted_hosts is None:
            trusted_hosts = Request.trusted_hosts
        if (
            self._is_plain
            and (not altered or self.session_interface not in altered)
            and environ["wsgi.url_scheme"] not in _WEBSOCKET
            and self._known_hosts.get(environ.get("HTTP_HOST"), _UNSEEN) == trusted_hosts
            and "HTTP_UPGRADE" not in environ
            and (path := environ.get("PATH_INFO"))
        ):
            if not path.isascii():
                path = decode(path)
            method = environ["REQUEST_METHOD"]
            found = self.url_map.find(path, method)
            if found is not None:
                context.rule, context.view_args = found
                return
            try:
                found = self.url_map.search(path, method)
            except HTTPException as e:
                context.refuse(e)
                return
            if found is not None:
                context.reach(*found)
                return
        if not opens_on_touch(self.session_interface):
            context._session  # noqa: B018  # a session of another kind is opened before matching
        self._match_by_adapter(context, trusted_hosts)

    def _match_by_adapter(self, context: RequestContext, trusted_hosts: Any) -> None:
        """Find the rule as Flask does, and remember a host that was found in order."""
        adapter = context.url_adapter
        if adapter is None:
            return
        host = context.environ.get("HTTP_HOST")
        if host is not None and self.request_class is Request:
            if len(self._known_hosts) >= _HOSTS_KEPT:
                self._known_hosts.clear()
            self._known_hosts[host] = copy(trusted_hosts)
        try:
            rule, view_args = adapter.match(return_rule=True)
        except HTTPException as e:
            context.refuse(e)
        else:
            context.reach(rule, view_args)  # type: ignore[arg-type]  # the adapter's is a dict

    def _answer(self, context: RequestContext) -> Any:
        """Run hooks and view; return a response, or (status, headers, body) if nobody looks at one."""
        result: Any = None
        try:
            if _on_started:
                request_started.send(self, _async_wrapper=self.ensure_sync)
            if self.url_value_preprocessors or self.before_request_funcs:
                result = self._preprocess(context)
            if result is None:
                result = self._dispatch(context)
        except Exception as e:  # noqa: BLE001  # Flask's boundary: every error becomes an answer
            result = self.handle_user_exception(e)

        if context.made_request is not None:
            context.heed(context.made_request)
        if context.made_session is None and "HTTP_COOKIE" in context.environ:
            self._refresh_session(context)
        is_seen = (
            context.made_session is not None
            or context.made_after_functions is not None
            or _on_finished
            or (self.after_request_funcs and _applies(self.after_request_funcs, context.names))
        )
        if result.__class__ is str and not is_seen and self._makes_plain_responses:
            body = result.encode()
            headers = [("Content-Type", HTML), ("Content-Length", str(len(body)))]
            return "200 OK", headers, body
        response = self._respond(result, context, is_seen)
        if is_seen:
            return self._process(context, response)
        if context.made_session is not None or context.made_after_functions is not None:
            # Code of the application's ran while the response was made, in a JSON default or a WSGI callable.
            if response.__class__ is tuple:
                status, headers, body = response
                response = Response(body, status, headers)
            return self._process(context, response)
        return response

    def _preprocess(self, context: RequestContext) -> Any:
        """Run what comes before the view; return what a hook returned in its place."""
        names = context.names[::-1]
        for name in names:
            if name in self.url_value_preprocessors:
                request = context.request
                for process in self.url_value_preprocessors[name]:
                    process(request.endpoint, request.view_args)
        for name in names:
            if name in self.before_request_funcs:
                for hook in self.before_request_funcs[name]:
                    result = _synchronous(self, hook)()
                    if result is not None:
                        return result
        return None

    def _dispatch(self, context: RequestContext) -> Any:
        """Call the view, or raise what kept the request from reaching one."""
        request = context.made_request
        if request is None:
            method = context.environ["REQUEST_METHOD"]
        else:
            context.heed(request)
            method = request.method
        if context.routing_exception is not None:
            self.raise_routing_exception(context.request)
        rule: Any = context.rule
        if method.upper() == "OPTIONS" and getattr(rule, "provide_automatic_options", False):
            return self.make_default_options_response()
        view = self.view_functions[rule.endpoint]
        return _synchronous(self, view)(**context.view_args)  # type: ignore[arg-type]  # a rule was reached

    def _respond(self, result: Any, context: RequestContext, is_seen: object) -> Any:
        """Turn what a view returned into a response: `flask.Flask.make_response`.

        A response that nobody will look at is (status, headers, body).
        """
        returned, code = result, 200
        kind = type(result)
        if kind is tuple and len(result) == 2:
            body, status = result
            if type(status) is int and status in _PLAIN_CODES and type(body) in _PLAIN_BODIES:
                result, kind, code = body, type(body), status
        if not self._makes_plain_responses:
            return self.make_response(returned)
        if kind is str:
            body, content_type = result.encode(), HTML
        elif kind in _JSON_BODIES and is_stock(self.json):
            body, content_type = self._dump(result)
        elif not is_seen and isinstance(result, HTTPException) and _is_stock_error(result):
            return self._error_page(result, context.environ)
        else:
            return self.make_response(returned)
        if is_seen:
            return plain_response(body, content_type, code)
        headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
        return STATUS_LINES[code], headers, body

    def _error_page(self, error: HTTPException, environ: WSGIEnvironment) -> Any:
        """Return Werkzeug's page for an error that no handler took."""
        body = error.get_body(environ).encode()
        headers = error.get_headers(environ)
        if error.__class__ is MethodNotAllowed:
            headers = Headers(headers).to_wsgi_list()  # which refuses line ends in a method's name
        headers.append(("Content-Length", str(len(body))))
        return STATUS_LINES[error.code], headers, body  # type: ignore[index]  # checked by _is_stock_error

    def _dump(self, data: Any) -> tuple[bytes, str]:
        """Return the body and type of a JSON response, as Flask's provider writes it."""
        provider: Any = self.json
        settings = settings_of(provider)
        if settings != self._json_settings:
            self._encode_json = compact_encoder(*settings)
            self._json_settings = settings
        compact = provider.compact
        if compact is False or (compact is None and self.config["DEBUG"]):
            text = provider.dumps(data, indent=2)
        else:
            text = self._encode_json(data)
        mimetype = provider.mimetype
        return (
            f"{text}\n".encode(),
            JSON if mimetype == JSON else get_content_type(mimetype, "utf-8"),
        )

    def open_session(self, context: RequestContext) -> SessionMixin:
        """Return the session of a request, or a null session without a secret key."""
        interface: Any = self.session_interface
        session: SessionMixin | None
        if self._is_plain and opens_on_touch(interface):
            session = interface.open_environ(self, context.environ)
        else:
            session = interface.open_session(self, context.request)
        return interface.make_null_session(self) if session is None else session

    def _refresh_session(self, context: RequestContext) -> None:
        """Open a session that nobody touched if it may have to be sent again with every answer."""
        interface: Any = self.session_interface
        if interface.may_be_permanent(self, context.environ):
            context._session  # noqa: B018  # saved because it is open

    def _process(self, context: RequestContext, response: Any) -> Any:
        """Run what comes after the view, and save the session: `flask.Flask.process_response`."""
        if context.made_after_functions is not None:
            for hook in context.made_after_functions:
                response = _synchronous(self, hook)(response)
            if context.made_request is not None:
                context.heed(context.made_request)
        if self.after_request_funcs:
            for name in context.names:
                if name in self.after_request_funcs:
                    for hook in reversed(self.after_request_funcs[name]):
                        response = _synchronous(self, hook)(response)
        if context.made_session is not None or context.session_failed:
            interface = self.session_interface
            if not interface.is_null_session(context.made_session):
                interface.save_session(self, context.made_session, response)  # type: ignore[arg-type]  # None after a failure, as in Flask
        if _on_finished:
            request_finished.send(self, _async_wrapper=self.ensure_sync, response=response)
        return response

    def _leave(
        self, context: RequestContext, app_context: AppContext | None, error: BaseException | None
    ) -> None:
        """Run teardown functions and pop both contexts: `flask.ctx.RequestContext.pop`."""
        tokens = context._cv_tokens
        if len(tokens) != 1:
            context.pop(error)
            return
        try:
            if self.teardown_request_funcs or _on_tearing_down:
                self._tear_down(context, error)
            if context.made_request is not None:
                context.made_request.close()
        finally:
            popped = _cv_request.get(None)
            _cv_request.reset(tokens.pop()[0])
            context.environ["werkzeug.request"] = None
            if app_context is not None:
                if (
                    self.teardown_appcontext_funcs
                    or _on_app_tearing_down
                    or _on_app_popped
                    or _cv_app.get(None) is not app_context
                ):
                    app_context.pop(error)
                else:
                    _cv_app.reset(app_context._cv_tokens.pop())
            if popped is not context:
                raise AssertionError(f"Popped wrong request context. ({popped!r} instead of {context!r})")

    def _tear_down(self, context: RequestContext, error: BaseException | None) -> None:
        """Run teardown functions of the request: `flask.Flask.do_teardown_request`."""
        if context.made_request is not None:
            context.heed(context.made_request)
        for name in context.names:
            if name in self.teardown_request_funcs:
                for hook in reversed(self.teardown_request_funcs[name]):
                    _synchronous(self, hook)(error)
        if _on_tearing_down:
            request_tearing_down.send(self, _async_wrapper=self.ensure_sync, exc=error)

    # Building URLs.

    def url_for(
        self,
        /,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """Return the URL of an endpoint: `flask.Flask.url_for`, compiled per endpoint and names."""
        context: Any = _cv_request.get(None)
        if (
            context.__class__ is RequestContext
            and context.app is self
            and context.made_url_adapter is None
            and self._is_plain
            and Upstream.url_for is _upstream_url_for
            and not self.url_default_functions
            and _anchor is _method is _scheme is None
            and not _external
        ):
            name = endpoint
            if endpoint[:1] == ".":
                if context.made_request is not None:
                    context.heed(context.made_request)
                blueprint = context.names[0]
                name = endpoint[1:] if blueprint is None else f"{blueprint}{endpoint}"
            build = self.url_map.builder(name, tuple(values))
            if build is not None:
                try:
                    return f"{context.script_name.rstrip('/')}/{build(values).lstrip('/')}"
                except ValidationError:
                    pass  # the adapter looks for another rule, and says what is missing
        return super().url_for(
            endpoint,
            _anchor=_anchor,
            _method=_method,
            _scheme=_scheme,
            _external=_external,
            **values,
        )

    def redirect(self, location: str, code: int = 302) -> Any:
        """Return a redirect response: `flask.Flask.redirect`."""
        if self._makes_plain_responses and Upstream.redirect is _upstream_redirect:
            response = plain_redirect(location, code)
            if response is not None:
                return response
        return super().redirect(location, code)

    # Errors.

    def handle_user_exception(self, e: Exception) -> Any:
        """Return what answers an exception: `flask.Flask.handle_user_exception`.

        An HTTP error that no handler could take, and that no setting traps, answers for itself.
        """
        context: Any = _cv_request.get(None)
        if (
            e.__class__ in _PLAIN_ERRORS
            and context.__class__ is RequestContext
            and Upstream.handle_user_exception is _upstream_handle
            and not self.config["TRAP_HTTP_EXCEPTIONS"]
            and _error_steps_of(self.__class__) == _UPSTREAM_ERROR_STEPS
            and _ERROR_STEPS.isdisjoint(self.__dict__)
        ):
            specified = self.error_handler_spec
            if context.made_request is not None:
                context.heed(context.made_request)
            for name in context.names:
                if name in specified and any(specified[name].values()):
                    break
            else:
                return e
        return super().handle_user_exception(e)
