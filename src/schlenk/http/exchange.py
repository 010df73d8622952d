"""A call from its first request to its last answer: redirects, retries, cookies and hooks, without I/O.

`exchange` is a generator. It yields what is to be done (`Send`, `Pause`, `Run`) and is given what came of
it, so that `Session` and `AsyncSession` share every rule and differ only in how they wait. The rules that
requests has (what a redirect does to the method, the body, the cookies) are requests' own methods, called
here: a subclass that overrides one is heard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from requests import exceptions
from requests.cookies import extract_cookies_to_jar
from requests.hooks import dispatch_hook
from requests.utils import rewind_body

from schlenk.http.errors import DeadlineExceeded, origin_of
from schlenk.http.retries import NO_RETRIES, Retries

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    import requests
    from requests import PreparedRequest

    from schlenk.http.deadline import Deadline

__all__ = ["Pause", "Run", "Send", "exchange"]


@dataclass(frozen=True)
class Send:
    """Send a request; to be answered with a response, or with the exception thrown in."""

    request: PreparedRequest
    options: dict[str, Any]


@dataclass(frozen=True)
class Pause:
    """Wait."""

    seconds: float


@dataclass(frozen=True)
class Run:
    """Call a function that may block; to be answered with what it returns."""

    function: Callable[[], Any]


Step: TypeAlias = Send | Pause | Run
Steps: TypeAlias = "Generator[Step, Any, requests.Response]"


def exchange(
    session: requests.Session,
    request: PreparedRequest,
    options: dict[str, Any],
    *,
    deadline: Deadline,
    retries: Retries,
    first: requests.Response | exceptions.ConnectionError | None = None,
) -> Steps:
    """Carry out a call.

    Args:
        session: whose cookies and rules apply.
        request: the first.
        options: `stream`, `verify`, `cert`, `proxies`, `allow_redirects`; a `timeout` is for each request.
        deadline: for all of it.
        retries: how often to ask again.
        first: what came of `request`, where it has been sent already.

    Raises:
        requests.exceptions.RequestException: one of the tree in `schlenk.http.errors`.
    """
    follow = options.pop("allow_redirects", True)
    history: list[requests.Response] = []
    home = request.url
    while True:
        response = yield from _attempts(request, options, deadline, retries, first)
        first = None
        if request.hooks.get("response"):
            sent = {"timeout": deadline.rest(), **options}
            response = yield Run(
                lambda r=response, q=request, o=sent: dispatch_hook("response", q.hooks, r, **o)  # type: ignore[misc]  # bound now
            )
        for earlier in response.history:  # of a hook that has answered a challenge
            extract_cookies_to_jar(session.cookies, earlier.request, earlier.raw)
        extract_cookies_to_jar(session.cookies, request, response.raw)
        if not session.get_redirect_target(response):
            break
        response._home = home  # type: ignore[attr-defined]  # where the credentials belong
        following = yield Run(lambda r=response, q=request, o=options: _following(session, r, q, o))  # type: ignore[misc]  # bound now
        if history or not follow:  # as requests has it: all but the first of a chain know the next
            response._next = following
        if not follow:
            break
        response.history = history[:] or response.history
        history.append(response)
        if len(history) > session.max_redirects:
            raise exceptions.TooManyRedirects(
                f"Exceeded {session.max_redirects} redirects.", response=response
            )
        request = following
        options = {**options, "proxies": session.rebuild_proxies(request, options.get("proxies"))}
    if history:
        response.history = history
    if not options.get("stream"):
        yield Run(lambda: response.content)
    return response


def _following(
    session: requests.Session, response: requests.Response, request: PreparedRequest, options: dict[str, Any]
) -> PreparedRequest:
    """Return the request that a redirect asks for, made by requests' own rules."""
    kept = response.history
    steps = session.resolve_redirects(response, request, yield_requests=True, **options)
    following: Any = next(steps)
    response.history = kept
    return following  # type: ignore[no-any-return]  # it yields requests here


def _attempts(
    request: PreparedRequest,
    options: dict[str, Any],
    deadline: Deadline,
    retries: Retries,
    first: requests.Response | exceptions.ConnectionError | None,
) -> Steps:
    """Send one request, and again where the rules allow."""
    if not _can_rewind(request):
        retries = NO_RETRIES
    attempt = 0
    while True:
        if deadline.left() == 0:
            raise DeadlineExceeded(
                f"{request.method} {origin_of(request.url)}: no whole answer within {deadline.seconds:g} s. "
                "Allow more with timeout=, or None for no limit.",
                request=request,
            )
        asked: str | None = None
        response: requests.Response | None = None
        try:
            if isinstance(first, Exception):
                raise first
            answer = (
                first if first is not None else (yield Send(request, {"timeout": deadline.rest(), **options}))
            )
            if answer.status_code not in retries.statuses:
                return answer
            response, asked = answer, answer.headers.get("Retry-After")
        except exceptions.ConnectionError as error:
            if isinstance(error, (exceptions.SSLError, exceptions.ProxyError, DeadlineExceeded)):
                raise
            failure = error
        first = None
        pause = retries.pause(
            str(request.method),
            dict.fromkeys(request.headers, ""),
            attempt=attempt,
            left=deadline.left(),
            retry_after=asked,
        )
        if pause is None:
            if response is None:
                raise failure
            return response
        if response is not None:
            response.close()
        yield Pause(pause)
        attempt += 1
        if getattr(request, "_body_position", None) is not None:
            rewind_body(request)


def _can_rewind(request: PreparedRequest) -> bool:
    """Tell whether the body can be sent a second time: it is there, or it is a file that can seek."""
    position = getattr(request, "_body_position", None)
    return request.body is None or isinstance(request.body, (bytes, str)) or isinstance(position, int)
