"""`FastSession` is a `requests.Session` that does for a plain call only what the call needs.

requests prepares every call as if it were the most unusual one: it merges seven settings, reads the
environment and netrc, copies cookie jars, builds a URL four times. A call is *plain* where nothing of that
could change what is sent: a URL that has one spelling, and no setting, cookie, hook, proxy or adapter that
was changed. It goes straight to the transport with headers that were prepared once. Whatever is not plain
takes requests' own way through `prepare_request` and `send`.

The class adds no behaviour of its own: `schlenk.http.Session` does.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any, ClassVar

import requests
from pyreqwest.exceptions import PyreqwestError
from requests import PreparedRequest, sessions
from requests.cookies import RequestsCookieJar
from requests.structures import CaseInsensitiveDict

from schlenk.http import transport
from schlenk.http.adapter import Adapter, failed
from schlenk.http.deadline import Deadline
from schlenk.http.exchange import Pause, Send
from schlenk.http.response import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from schlenk.http.exchange import Steps
    from schlenk.http.transport import Way

__all__ = ["FastSession"]

_STEPS = frozenset(
    {
        "get_adapter",
        "get_redirect_target",
        "merge_environment_settings",
        "prepare_request",
        "rebuild_auth",
        "rebuild_method",
        "rebuild_proxies",
        "request",
        "resolve_redirects",
        "send",
        "should_strip_auth",
    }
)
"""Steps of a call that somebody may have replaced."""

METHODS = frozenset({"GET", "HEAD"})
"""Methods that a call without a body may have and be plain; of others requests sends `Content-Length: 0`."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_HOOKS: dict[str, list[Any]] = {"response": []}
_ENVIRONMENT_IS_ALL = sys.platform not in ("darwin", "win32")
"""Whether proxies come from the environment alone, not from the system's settings."""


class FastSession(requests.Session):
    """A `requests.Session` over the Rust transport, plain calls by a short way."""

    _is_plain_class: ClassVar[bool] = True
    _steps_then: ClassVar[tuple[Any, ...]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        ours = {base for base in cls.__mro__ if base.__module__.startswith("schlenk.http.")}
        ours.update(base for base in requests.Session.__mro__)
        cls._is_plain_class = not any(
            not _STEPS.isdisjoint(vars(base)) for base in cls.__mro__ if base not in ours
        )
        cls._steps_then = _steps_of(cls)

    def __init__(self) -> None:
        super().__init__()
        self._prepared: tuple[Any, list[tuple[str, str]]] = (None, [])
        self._mount_ours()

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._prepared = (None, [])

    def _mount_ours(self) -> None:
        """Put our adapters in the place of requests'."""
        adapter = Adapter()
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def plain_headers(self) -> list[tuple[str, str]] | None:
        """Return the session's headers as the transport takes them; None where it cannot."""
        headers = self.headers
        if type(headers) is not CaseInsensitiveDict:
            return None
        store = headers._store
        seen, prepared = self._prepared
        if store == seen:
            return prepared
        if transport.reason_against("http://localhost/", headers, None) is not None:
            return None
        prepared = list(headers.items())
        self._prepared = (dict(store), prepared)
        return prepared

    def plain_adapter(self, url: str) -> Adapter | None:
        """Return the adapter for a URL if this session is as plain as it was made."""
        adapters = self.adapters
        if len(adapters) != 2 or self.auth or self.params or self.proxies or self.cert or self.stream:
            return None
        if self.hooks != _NO_HOOKS or not self.has_own_steps() or not _STEPS.isdisjoint(self.__dict__):
            return None
        jar = self.cookies
        if type(jar) is not RequestsCookieJar or next(iter(jar), None) is not None:
            return None
        if self.trust_env and not self._environment_is_silent(url):
            return None
        adapter = adapters.get(url[: url.find(":") + 3])
        if not isinstance(adapter, Adapter) or not adapter.is_ours:
            return None
        return adapter if adapter.is_usual and "send" not in adapter.__dict__ else None

    def has_own_steps(self) -> bool:
        """Tell whether every step is ours or requests', also in classes that were patched since."""
        return self._is_plain_class and _steps_of(type(self)) == self._steps_then

    def _environment_is_silent(self, url: str) -> bool:
        """Tell whether neither the environment nor a netrc file has a say in this call."""
        if not _ENVIRONMENT_IS_ALL or any(name[-6:].lower() == "_proxy" for name in os.environ):
            return False
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        if bundle and not url.startswith("http:"):
            return False
        return sessions.get_netrc_auth(url) is None  # type: ignore[attr-defined]  # where tests patch it

    def direct(
        self, method: str, url: str, adapter: Adapter, way: Way, left: float | None
    ) -> Response | None:
        """Send a plain request; None where it is not plain, or where the answer has to be asked for anew."""
        built = self.plain_request(transport.client(way), method, url, left)
        if built is None:
            return None
        start = perf_counter()
        try:
            answer = built.build().send()
            body = bytes(answer.bytes())
        except (PyreqwestError, ValueError) as error:
            raise self.plain_failure(error, method, url, left) from None
        return adapter.plain_answer(answer, body, url, perf_counter() - start, self.asker(method, url))

    def plain_request(self, client: Any, method: str, url: str, left: float | None) -> Any:
        """Return a builder of the transport for a plain request; None where it is not plain."""
        target = transport.canonical(url)
        headers = self.plain_headers()
        if target is None or headers is None or client is None or transport.is_patched():
            return None
        built = client.request(method, target).headers(headers)
        return built if left is None else built.timeout(timedelta(seconds=left))

    def plain_failure(self, error: Exception, method: str, url: str, left: float | None) -> Exception:
        """Return the exception of requests for a plain request that failed."""
        return failed(error, self.asker(method, url)(), None if left is None else Deadline(left))

    def asker(self, method: str, url: str) -> Callable[[], PreparedRequest]:
        """Return what makes the request that was sent, should anybody want to see it."""
        headers = self._prepared[1]
        return lambda: _request(method, url, headers)

    def drive(self, steps: Steps) -> requests.Response:
        """Do what a call has to do."""
        came: Any = None
        failure: Exception | None = None
        while True:
            try:
                step = steps.send(came) if failure is None else steps.throw(failure)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]  # a response, by the type of `Steps`
            came = failure = None
            try:
                if type(step) is Send:
                    came = sent(self, step)
                elif type(step) is Pause:
                    time.sleep(step.seconds)
                else:
                    came = step.function()  # type: ignore[union-attr]  # a `Run`: the third of three
            except Exception as error:  # noqa: BLE001  # handed to the rules, which raise it
                failure = error


def sent(session: requests.Session, step: Send) -> requests.Response:
    """Send one request by its adapter."""
    start = perf_counter()
    adapter = session.get_adapter(str(step.request.url))
    response = adapter.send(step.request, **step.options)
    if not isinstance(response, Response) or "_seconds" not in vars(response):
        response.elapsed = timedelta(seconds=perf_counter() - start)
    return response


def _steps_of(cls: type[requests.Session]) -> tuple[Any, ...]:
    """Return the steps that a plain call leaves out."""
    steps = cls.send, cls.get_adapter, cls.prepare_request
    return *steps, cls.merge_environment_settings, cls.resolve_redirects


def is_settled(response: requests.Response) -> bool:
    """Tell whether an answer asks for nothing more: no redirect, no cookie, nothing to decode."""
    if response.status_code in _REDIRECTS or response._content is False:
        return False
    return "set-cookie" not in response._fields  # type: ignore[attr-defined]  # set by `Response.direct`


def _request(method: str, url: str, headers: list[tuple[str, str]]) -> PreparedRequest:
    """Return what requests would have prepared."""
    request = PreparedRequest()
    request.method, request.url = method, url
    request.headers = CaseInsensitiveDict(headers)
    request._cookies = RequestsCookieJar()
    return request
