"""What can go wrong, as `requests.exceptions`: one tree, and one table from the transport's errors to it.

    requests.RequestException
    ├── ConnectionError            no connection, a lost one, or no HTTP at the other end
    │   ├── ConnectTimeout         no connection within the time for connecting
    │   ├── SSLError               no trust in the other end
    │   └── DeadlineExceeded       ours; also a ReadTimeout
    ├── ChunkedEncodingError       the body broke off, or its framing is wrong
    ├── InvalidURL
    │   ├── AddressRefused         ours: guarded mode
    │   └── OutsideBase            ours: a full URL in a session with a `base_url`
    ├── InvalidHeader              a header that cannot be sent, or that the transport cannot read
    └── ResponseTooLarge           ours: more than `max_response_bytes`

A message names the method and the origin, never the path or the query, which may hold a token. The
transport's own error names both, so it is not chained (`from None`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pyreqwest.exceptions as rust
from requests import exceptions

if TYPE_CHECKING:
    from requests import PreparedRequest

__all__ = ["AddressRefused", "DeadlineExceeded", "OutsideBase", "ResponseTooLarge", "translate"]

_TLS = ("certificate", "tls", "corrupt message", "fatal alert", "handshake")
"""Words of which the transport's error for a failed TLS handshake holds one."""


class DeadlineExceeded(exceptions.ReadTimeout, exceptions.ConnectionError):
    """The whole answer did not arrive in time.

    It is both what requests raises for a late header (`ReadTimeout`) and what it raises for a late body
    (`ConnectionError`), so code that handles either handles this.
    """


class ResponseTooLarge(exceptions.RequestException):
    """The body, decompressed, is larger than `max_response_bytes`."""


class AddressRefused(exceptions.InvalidURL):
    """Guarded mode: the host is, or resolves to, an address that is not public."""


class OutsideBase(exceptions.InvalidURL):
    """The session has a `base_url`, and this URL leads to another origin."""


def origin_of(url: str | None) -> str:
    """Return scheme, host and port as they stand in the URL, without userinfo."""
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def never_connected(error: BaseException) -> bool:
    """Tell whether the transport failed before a connection stood, so nothing of the request was sent."""
    return "client error (Connect)" in _causes(error)


def translate(error: Exception, request: PreparedRequest) -> exceptions.RequestException:
    """Return the exception of requests for an error of the transport.

    Example:
        >>> import pyreqwest.exceptions, requests
        >>> asked = requests.Request("GET", "http://127.0.0.1/").prepare()
        >>> failed = pyreqwest.exceptions.ReadTimeoutError("late", {"causes": []})
        >>> translate(failed, asked)
        DeadlineExceeded('GET http://127.0.0.1: late')
    """
    causes = _causes(error)
    what = causes[-1] if causes else getattr(error, "message", str(error))
    message = f"{request.method} {origin_of(request.url)}: {what}"
    return _kind(error, causes)(message, request=request)


def _kind(error: Exception, causes: list[str]) -> type[exceptions.RequestException]:
    connecting = "client error (Connect)" in causes
    if isinstance(error, rust.PoolTimeoutError) or (connecting and isinstance(error, TimeoutError)):
        return exceptions.ConnectTimeout
    if isinstance(error, TimeoutError):
        return DeadlineExceeded
    if isinstance(error, (rust.BodyDecodeError, rust.ReadError)):
        return exceptions.ChunkedEncodingError
    if connecting and any(word in cause.lower() for cause in causes[1:] for word in _TLS):
        return exceptions.SSLError
    if causes and "content-length" in causes[-1]:
        return exceptions.InvalidHeader  # RFC 9112, section 6.3: lengths that disagree
    if isinstance(error, rust.RequestError):
        return exceptions.ConnectionError
    return exceptions.InvalidHeader if "header" in str(error) else exceptions.InvalidURL


def _causes(error: BaseException) -> list[str]:
    details = getattr(error, "details", None) or {}
    return [cause["message"] for cause in details.get("causes") or ()]
