"""`Response` is a `requests.Response` that works out what is looked at, and stops at a largest size.

Most answers are asked for their status and their body. Headers, cookies, `raw`, `elapsed` and the request
are made when first read, from what the transport gave. `raw` is urllib3's own `HTTPResponse`, so decoding,
`iter_content` and everything else of requests runs as it always did.
"""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta
from functools import cached_property, lru_cache
from http.client import responses
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import requests
from pyreqwest.exceptions import PyreqwestError
from requests.cookies import RequestsCookieJar, extract_cookies_to_jar
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers, stream_decode_response_unicode
from urllib3 import HTTPHeaderDict, HTTPResponse

from schlenk.http.errors import ResponseTooLarge, origin_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from requests import PreparedRequest

__all__ = ["Response"]

_VERSIONS = {"HTTP/1.0": 10, "HTTP/1.1": 11, "HTTP/2.0": 20}

_SPELLINGS = {
    "etag": "ETag",
    "www-authenticate": "WWW-Authenticate",
    "content-md5": "Content-MD5",
    "x-xss-protection": "X-XSS-Protection",
    "x-request-id": "X-Request-ID",
}


class Response(requests.Response):
    """An answer: everything that `requests.Response` is.

    Attributes:
        max_bytes: the largest size of the body, decompressed; None for any.
    """

    max_bytes: int | None = None

    @classmethod
    def direct(
        cls,
        answer: Any,
        fields: dict[str, str | list[str]],
        body: bytes | None,
        url: str,
        seconds: float,
        adapter: Any,
        ask: Callable[[], PreparedRequest],
        release: Callable[[], object] | None = None,
    ) -> Response:
        """Return an answer of the transport.

        Args:
            answer: of pyreqwest, with a body that was read or that can be.
            fields: its headers, a list for one that came more than once.
            body: what was read, if it stands in need of no decoding.
            url: that was asked.
            seconds: that it took.
            adapter: that sent it.
            ask: makes the request that was sent.
            release: gives the connection back, where the body is yet to be read.
        """
        response = cls.__new__(cls)
        response.__dict__ = {
            "_content": False if body is None else body,
            "_content_consumed": body is not None,
            "_next": None,
            "_answer": answer,
            "_fields": fields,
            "_seconds": seconds,
            "_ask": ask,
            "_release": release,
            "status_code": answer.status,
            "url": url,
            "history": [],
            "connection": adapter,
        }
        return response

    @classmethod
    def of(cls, response: requests.Response) -> Response:
        """Return an answer of requests as one of this class."""
        ours = cls.__new__(cls)
        ours.__dict__ = dict(vars(response))
        return ours

    @cached_property
    def headers(self) -> CaseInsensitiveDict[str]:  # type: ignore[override]  # a plain attribute there
        """The headers; of one that came more than once, the values joined by commas (RFC 9110, 5.3)."""
        return CaseInsensitiveDict(self.raw.headers)

    @cached_property
    def reason(self) -> str:  # type: ignore[override]  # a plain attribute there
        """The phrase that goes with the status. The transport does not tell the server's own."""
        return responses.get(self.status_code, "")

    @cached_property
    def encoding(self) -> str | None:  # type: ignore[override]  # a plain attribute there
        """The charset that `text` is decoded with."""
        return get_encoding_from_headers(self.headers)

    @cached_property
    def elapsed(self) -> timedelta:  # type: ignore[override]  # a plain attribute there
        """The time until the answer was there."""
        return timedelta(seconds=self._seconds)  # type: ignore[attr-defined]  # set by `direct`

    @cached_property
    def request(self) -> PreparedRequest:  # type: ignore[override]  # a plain attribute there
        """The request that was sent."""
        return self._ask()  # type: ignore[attr-defined,no-any-return]  # set by `direct`

    @cached_property
    def cookies(self) -> RequestsCookieJar:  # type: ignore[override]  # a plain attribute there
        """The cookies that the server set."""
        jar = RequestsCookieJar()
        extract_cookies_to_jar(jar, self.request, self.raw)  # type: ignore[no-untyped-call,unused-ignore]
        return jar

    @cached_property
    def raw(self) -> HTTPResponse:
        """The answer as urllib3 has it."""
        return raw_of(self._answer, self._fields, self._release)  # type: ignore[attr-defined]  # as above

    def iter_content(self, chunk_size: int | None = 1, decode_unicode: bool = False) -> Iterator[Any]:
        """Iterate over the body.

        Raises:
            ResponseTooLarge: it is larger than the session's `max_response_bytes`.
        """
        if self.max_bytes is None or self._content_consumed:
            return super().iter_content(chunk_size, decode_unicode)  # type: ignore[call-overload,no-any-return]  # a bool is either
        chunks: Iterable[bytes] = self._capped(super().iter_content(chunk_size), self.max_bytes)
        return iter(stream_decode_response_unicode(chunks, self) if decode_unicode else chunks)

    async def aiter_content(self, chunk_size: int = 65536) -> AsyncIterator[bytes]:
        """Iterate over a streamed body without blocking the event loop.

        Raises:
            ResponseTooLarge: it is larger than the session's `max_response_bytes`.
        """
        chunks = self.iter_content(chunk_size)
        while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
            yield chunk

    def _capped(self, chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
        """Pass chunks on; what was decompressed counts, because that is what fills the memory."""
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > most:
                self.close()
                raise ResponseTooLarge(
                    f"the body of {origin_of(self.url)} is larger than max_response_bytes={most} "
                    "(after decompression): allow more, or read it piece by piece with stream=True",
                    response=self,
                )
            yield chunk


def raw_of(answer: Any, fields: dict[str, Any], release: Callable[[], object] | None) -> HTTPResponse:
    """Return urllib3's response for one of the transport; with `release`, its body is yet to be read."""
    headers = HTTPHeaderDict()
    for name, values in fields.items():
        for value in (values,) if isinstance(values, str) else values:
            headers.add(spelled(name), value)
    return HTTPResponse(
        body=io.BytesIO() if release is None else Body(answer, release),
        headers=headers,
        status=answer.status,
        version=_VERSIONS.get(answer.version, 11),
        reason=responses.get(answer.status, ""),
        preload_content=False,
        decode_content=False,
        # Where http.cookiejar looks for Set-Cookie.
        original_response=SimpleNamespace(msg=headers, isclosed=lambda: True, close=lambda: None),  # type: ignore[arg-type]  # urllib3 asks no more of it
        enforce_content_length=release is not None,
    )


@lru_cache(1024)
def spelled(name: str) -> str:
    """Return a header's name in the usual case; the transport tells it in lower case.

    Example:
        >>> spelled("content-type"), spelled("etag")
        ('Content-Type', 'ETag')
    """
    return _SPELLINGS.get(name) or "-".join(part.capitalize() for part in name.split("-"))


class Body(io.RawIOBase):
    """The body of an answer, read from the transport piece by piece."""

    def __init__(self, answer: Any, release: Callable[[], object]) -> None:
        super().__init__()
        self._reader = answer.body_reader
        self._release = release
        self._ended = False

    def readable(self) -> bool:
        """Say so."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """Return up to `size` bytes, or all.

        Raises:
            TimeoutError: the deadline is over.
            OSError: the body broke off, or its framing is wrong.
        """
        if self._ended or size == 0:
            return b""
        try:
            every = size is None or size < 0
            data = self._reader.bytes() if every else self._reader.read(size)
        except TimeoutError:
            raise TimeoutError("the deadline is over") from None
        except PyreqwestError as error:
            causes = (getattr(error, "details", None) or {}).get("causes") or [{"message": str(error)}]
            raise OSError(causes[-1]["message"]) from error
        self._ended = data is None or every
        return b"" if data is None else bytes(data)

    def close(self) -> None:
        """Give the connection back."""
        if not self.closed:
            super().close()
            self._release()
