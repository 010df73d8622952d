"""`Adapter` is requests' `HTTPAdapter` with the Rust transport in front of urllib3.

It is the documented seam: mounted on a session, it sends one request and answers one response. What the
transport cannot carry exactly as requests would (`transport.reason_against` says why), what needs a proxy, a
client certificate or a bundle of one's own, and everything while something is patched, goes to
`HTTPAdapter.send`. In guarded mode there is no such way round: what cannot go direct is refused.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any, ClassVar

from pyreqwest.exceptions import PyreqwestError, ReadTimeoutError
from pyreqwest.http import Url
from requests import Response as UpstreamResponse
from requests import exceptions
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3.exceptions import ReadTimeoutError as Urllib3ReadTimeoutError
from urllib3.util import Timeout as Urllib3Timeout

from schlenk.http import transport
from schlenk.http.addresses import public_address
from schlenk.http.deadline import Deadline
from schlenk.http.errors import AddressRefused, DeadlineExceeded, never_connected, origin_of, translate
from schlenk.http.response import Response
from schlenk.http.transport import Way

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests
    from requests import PreparedRequest

__all__ = ["Adapter"]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_unreadable: set[str] = set()
"""Origins that have sent a header which the transport cannot tell: not ASCII."""


class Adapter(HTTPAdapter):
    """Sends requests through Rust, and what is unusual through urllib3.

    Args:
        http2: offer HTTP/2 to TLS servers.
        guarded: refuse addresses that are not public.
        max_response_bytes: the largest size of a body, decompressed; None for any.
        options: of `HTTPAdapter`.
    """

    is_ours: ClassVar[bool] = True
    """Whether a plain call may leave `send` out; a subclass that overrides it is asked for every request."""

    __attrs__ = [*HTTPAdapter.__attrs__, "http2", "guarded", "max_response_bytes"]  # noqa: RUF012  # as there

    def __init__(
        self,
        *options: Any,
        http2: bool = False,
        guarded: bool = False,
        max_response_bytes: int | None = None,
        **more: Any,
    ) -> None:
        super().__init__(*options, **more)
        self.http2 = http2
        self.guarded = guarded
        self.max_response_bytes = max_response_bytes
        self.is_usual = self.max_retries.total == 0

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.is_ours = cls.__module__.startswith("schlenk.http.")

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.is_usual = self.max_retries.total == 0

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str | None = True,
        cert: str | tuple[str, str] | None = None,
        proxies: dict[str, str] | None = None,
    ) -> requests.Response:
        """Send a request and return its answer, as `HTTPAdapter.send` does.

        Raises:
            requests.exceptions.RequestException: one of the tree in `schlenk.http.errors`.
        """
        way = self.way(request, timeout, verify, cert, proxies)
        if way is None:
            return self.by_urllib3(request, stream, timeout, verify, cert, proxies)
        client = transport.client(way)
        if client is None:
            return self.by_urllib3(request, stream, timeout, verify, cert, proxies)
        built = self.built(client, request, timeout)
        whole = not stream and self.max_response_bytes is None
        start = perf_counter()
        try:
            if whole:
                answer, body, release = built.build().send(), None, None
                body = bytes(answer.bytes())
            else:
                streamed = built.build_streamed()
                answer, body = streamed.__enter__(), None
                release = lambda: streamed.__exit__(None, None, None)  # noqa: E731
        except (PyreqwestError, ValueError) as error:
            raise failed(error, request, timeout) from None
        seconds = perf_counter() - start
        response = self.answered(answer, body, request, seconds, release)
        if response is None:
            return self.again(request, stream, timeout, verify, cert, proxies)
        return response

    async def asend(
        self, request: PreparedRequest, stream: bool = False, **options: Any
    ) -> requests.Response:
        """Send a request as `send` does, awaiting. What does not go direct is sent by a thread."""
        timeout = options.get("timeout")
        if stream or self.max_response_bytes is not None or self.guarded:  # reads and looks that block
            return await asyncio.to_thread(self.send, request, stream, **options)
        way = self.way(request, timeout, options.get("verify"), options.get("cert"), options.get("proxies"))
        client = None if way is None else transport.async_client(way)
        if client is None:
            return await asyncio.to_thread(self.send, request, stream, **options)
        built = self.built(client, request, timeout)
        start = perf_counter()
        try:
            answer = await built.build().send()
            body = bytes(await answer.bytes())
        except (PyreqwestError, ValueError) as error:
            raise failed(error, request, timeout) from None
        seconds = perf_counter() - start
        response = self.plain_answer(answer, body, request.url or "", seconds, lambda: request)
        if response is None:
            return await asyncio.to_thread(self.again, request, stream, **options)
        return response

    def way(self, request: PreparedRequest, timeout: Any, verify: Any, cert: Any, proxies: Any) -> Way | None:
        """Return the way that a request takes through the transport; None where it goes by urllib3.

        Raises:
            AddressRefused: guarded mode, and it may not go at all.
        """
        url = (request.url or "").partition("#")[0]
        reason = self._reason_against(url, request, verify, cert, proxies)
        if reason is not None:
            if self.guarded:
                raise AddressRefused(
                    f"{origin_of(url)} cannot be asked in guarded mode: {reason}", request=request
                )
            return None
        connect, read = _connect_and_read(timeout)
        pin = _pin(Url(url)) if self.guarded else None
        checked = verify is not False or not url.startswith(
            "https:"
        )  # without TLS there is nothing to verify
        return Way(checked, connect, read, self.http2, pin)

    def _reason_against(
        self, url: str, request: PreparedRequest, verify: Any, cert: Any, proxies: Any
    ) -> str | None:
        if transport.is_patched():
            return "requests, urllib3 or socket is patched, or the process was forked"
        if not self.is_usual:
            return "urllib3's retries are set"
        if url.startswith("https:") and (cert or not (verify is None or isinstance(verify, bool))):
            return "a client certificate or a bundle of certificates is set"
        if proxies and select_proxy(url, proxies):
            return "it goes through a proxy"
        if origin_of(url) in _unreadable:
            return "it has sent a header that is not ASCII"
        return transport.reason_against(url, request.headers, request.body)

    @staticmethod
    def built(client: Any, request: PreparedRequest, timeout: Any) -> Any:
        """Return a builder of the transport for a request."""
        url = transport.canonical((request.url or "").partition("#")[0])
        try:
            built = client.request(request.method, url).headers(list(request.headers.items()))
        except ValueError as error:
            raise exceptions.InvalidHeader(str(error), request=request) from error
        body = request.body
        if body is not None:
            built = built.body_bytes(body.encode() if isinstance(body, str) else body)
        left = timeout.left() if isinstance(timeout, Deadline) else None
        return built if left is None else built.timeout(timedelta(seconds=left))

    def plain_answer(
        self, answer: Any, body: bytes, url: str, seconds: float, ask: Callable[[], PreparedRequest]
    ) -> Response | None:
        """Return the response to a plain call; None where the transport cannot tell its headers."""
        try:
            fields = answer.headers.dict_multi_value()
        except ValueError:
            _unreadable.add(origin_of(url))
            return None
        if "content-encoding" in fields:
            whole = _Whole(answer, body)
            return Response.direct(whole, fields, None, url, seconds, self, ask, whole.release)
        return Response.direct(answer, fields, body, url, seconds, self, ask)

    def answered(
        self, answer: Any, body: bytes | None, request: PreparedRequest, seconds: float, release: Any
    ) -> Response | None:
        """Return the response; None where a header is not ASCII, which the transport cannot tell."""
        url = request.url or ""
        if body is not None:
            return self.plain_answer(answer, body, url, seconds, lambda: request)
        try:
            fields = answer.headers.dict_multi_value()
        except ValueError:
            _unreadable.add(origin_of(url))
            release()
            return None
        response = Response.direct(answer, fields, None, url, seconds, self, lambda: request, release)
        response.max_bytes = self.max_response_bytes
        return response

    def again(self, request: PreparedRequest, *rest: Any, **options: Any) -> requests.Response:
        """Ask urllib3 for an answer that has a header which the transport cannot tell."""
        if request.method not in _SAFE or self.guarded:  # RFC 9110, section 9.2.1
            raise exceptions.InvalidHeader(
                f"{request.method} {origin_of(request.url)}: the request was sent, but one header "
                "of the answer is not ASCII. From now on this server is asked by urllib3.",
                request=request,
            )
        return self.by_urllib3(request, *rest, **options)

    def by_urllib3(self, request: PreparedRequest, *rest: Any, **options: Any) -> requests.Response:
        """Send a request as requests does."""
        try:
            response = HTTPAdapter.send(self, request, *rest, **options)
        except exceptions.ReadTimeout as error:
            timeout = rest[1] if len(rest) > 1 else options.get("timeout")
            if isinstance(timeout, Deadline):
                raise failed(error, request, timeout) from None
            raise
        if type(response) is not UpstreamResponse:
            return response
        ours = Response.of(response)
        ours.max_bytes = self.max_response_bytes
        return ours


class _Whole:
    """An answer whose body has been read, in the shape of one whose body is to be read."""

    def __init__(self, answer: Any, body: bytes) -> None:
        self.status, self.version = answer.status, answer.version
        self.body_reader = self
        self._rest = memoryview(body)

    def read(self, size: int) -> memoryview | None:
        """Return the next piece, None at the end."""
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece if len(piece) else None

    def bytes(self) -> memoryview:
        """Return the rest."""
        piece, self._rest = self._rest, self._rest[:0]
        return piece

    def release(self) -> None:
        """Drop the rest."""
        self._rest = self._rest[:0]


def failed(error: Exception, request: PreparedRequest, timeout: Any) -> exceptions.RequestException:
    """Return the exception of requests for a failure, with the number that a deadline was set to."""
    if isinstance(error, exceptions.RequestException):
        late: exceptions.RequestException = DeadlineExceeded(request=request)
    else:
        late = translate(error, request)
    if isinstance(late, DeadlineExceeded):
        if not isinstance(timeout, Deadline) or timeout.seconds is None:
            # As requests: a late body is a ConnectionError, a late head a ReadTimeout.
            in_body = isinstance(error, ReadTimeoutError)
            kind = exceptions.ConnectionError if in_body else exceptions.ReadTimeout
            reason = Urllib3ReadTimeoutError(origin_of(request.url), "", "Read timed out.")  # type: ignore[arg-type]  # it only names it
            return kind(reason, request=request)
        late = DeadlineExceeded(
            f"{request.method} {origin_of(request.url)}: no whole answer within {timeout.seconds:g} s. "
            "Allow more with timeout=, or None for no limit.",
            request=request,
        )
    late.never_connected = never_connected(error)  # type: ignore[attr-defined]  # what a retry asks for
    return late


def _connect_and_read(timeout: Any) -> tuple[float | None, float | None]:
    """Return the seconds for connecting and for a read; a deadline needs none for a read."""
    if isinstance(timeout, Deadline):
        return timeout.connecting, None
    if isinstance(timeout, tuple):
        if len(timeout) != 2:
            raise ValueError(
                f"Invalid timeout {timeout}. Pass a (connect, read) timeout tuple, "
                "or a single float to set both timeouts to the same value."
            )
        timeout = Urllib3Timeout(connect=timeout[0], read=timeout[1])
    if not isinstance(timeout, Urllib3Timeout):
        timeout = Urllib3Timeout(connect=timeout, read=timeout)  # raises for what is no number
    return _number(timeout.connect_timeout), _number(timeout.read_timeout)


def _number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) else None


def _pin(url: Url) -> tuple[str, str, int] | None:
    """Return where a guarded request has to connect; None where the URL itself is the address."""
    address = public_address(url)
    if url.domain is None:
        return None
    return url.domain, address, url.port_or_known_default or 0
