"""`Rules`: what a session of ours does that one of requests does not. `Session` and `AsyncSession` share it.

Defaults are finite and keep credentials at home: a deadline, retries of what is idempotent, no proxy or netrc
from the environment unless asked (`trust_env=True`), nothing that speaks for the user on a change of origin.
With a `base_url` a session belongs to one origin, because its headers and its `auth` do.
"""

from __future__ import annotations

import copy
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.utils import get_netrc_auth

from schlenk.http import transport
from schlenk.http.adapter import Adapter
from schlenk.http.deadline import CONNECT, TOTAL, Deadline, Timeout
from schlenk.http.errors import OutsideBase, origin_of
from schlenk.http.exchange import exchange
from schlenk.http.fast import METHODS, FastSession, is_settled
from schlenk.http.origins import is_same_origin, strip_credentials, strip_given_cookies
from schlenk.http.retries import Retries
from schlenk.http.transport import Way
from schlenk.http.wsgi import InProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from requests import PreparedRequest, Request

    from schlenk.http.exchange import Steps
    from schlenk.http.response import Response

__all__ = ["UNSET", "Rules"]

UNSET: Any = object()
"""The timeout of a call that names none; None would mean no limit."""


class Rules(FastSession):
    """A session's settings and the rules of a call.

    Args:
        base_url: what relative URLs are appended to; full URLs then have to be of its origin.
        timeout: seconds for a whole call, or a pair: to connect, for all. None for no limit.
        retries: a number, or `Retries`.
        raise_for_status: raise `HTTPError` for answers from 400 on.
        max_response_bytes: the largest size of a body after decompression; None for any.
        guarded: refuse addresses that are not public, for URLs that users type.
        idempotency_keys: give each POST and PATCH an `Idempotency-Key`, so that they can be retried.
        trust_env: take proxies, netrc and bundles of certificates from the environment.
        http2: offer HTTP/2 to TLS servers.
        app: a WSGI application to call in this process, without a socket.
    """

    __attrs__ = [  # noqa: RUF012  # as in requests.Session
        *requests.Session.__attrs__,
        "base_url",
        "guarded",
        "idempotency_keys",
        "raise_for_status",
        "retries",
        "timeout",
    ]

    def __init__(
        self,
        *,
        base_url: str | None = None,
        timeout: Timeout = (CONNECT, TOTAL),
        retries: int | Retries = Retries(),  # noqa: B008  # frozen
        raise_for_status: bool = False,
        max_response_bytes: int | None = None,
        guarded: bool = False,
        idempotency_keys: bool = False,
        trust_env: bool = False,
        http2: bool = True,
        app: Callable[..., Iterable[bytes]] | None = None,
    ) -> None:
        if app is not None and base_url is None:
            base_url = "http://localhost"
        self.base_url = base_url
        self.timeout = timeout
        self.retries = Retries(most=retries) if isinstance(retries, int) else retries
        self.raise_for_status = raise_for_status
        self.guarded = guarded
        self.idempotency_keys = idempotency_keys
        adapter: Any = Adapter(http2=http2, guarded=guarded, max_response_bytes=max_response_bytes)
        self._ours = adapter if app is None else InProcess(app, max_response_bytes)
        super().__init__()
        self.trust_env = trust_env and not guarded

    def _mount_ours(self) -> None:
        self.mount("https://", self._ours)
        self.mount("http://", self._ours)

    def prepare_request(self, request: Request) -> PreparedRequest:
        """Prepare a request: a relative URL is appended to `base_url`.

        Raises:
            OutsideBase: the session has a `base_url`, and this URL is of another origin.
        """
        if self.base_url is not None:
            request = copy.copy(request)
            request.url = self.absolute(str(request.url))
        prepared = super().prepare_request(request)
        if self.idempotency_keys and prepared.method in ("POST", "PATCH"):
            prepared.headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
        return prepared

    def absolute(self, url: str) -> str:
        """Return the URL that a call means in a session with a `base_url`.

        Raises:
            OutsideBase: it is of another origin.
        """
        base = str(self.base_url)
        if not urlsplit(url).scheme and not url.startswith(("//", "\\", "/\\")):
            return f"{base.rstrip('/')}/{url.lstrip('/')}" if url else base
        if not is_same_origin(url, base):
            raise OutsideBase(
                f"this session is for {origin_of(base)} (base_url), whose headers and credentials it holds: "
                f"ask {origin_of(url)} with another session"
            )
        return url

    def merge_environment_settings(
        self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> dict[str, Any]:
        """Merge a call's settings with the session's; the environment is asked last."""
        if verify is None:
            verify = self.verify
        settings = super().merge_environment_settings(url, proxies, stream, verify, cert)
        if verify is not True:  # requests lets REQUESTS_CA_BUNDLE win over a session's False
            settings["verify"] = verify
        return settings

    def should_strip_auth(self, old_url: str, new_url: str) -> bool:
        """Tell whether a redirect leads to another origin; requests forgives http to https."""
        return not is_same_origin(old_url, new_url)

    def rebuild_auth(self, prepared_request: PreparedRequest, response: requests.Response) -> None:
        """Keep everything that may speak for the user from another origin (RFC 9110, section 15.4)."""
        url = str(prepared_request.url)
        home = getattr(response, "_home", None) or (response.history or [response])[0].request.url
        if not is_same_origin(str(response.request.url), url):
            strip_credentials(prepared_request)
        elif not is_same_origin(str(home), url):
            strip_given_cookies(prepared_request)  # the session's would come back with every hop
        own = get_netrc_auth(url) if self.trust_env else None
        if own is not None:
            prepared_request.prepare_auth(own)

    def deadline(self, timeout: Any) -> Deadline:
        """Start the clock for a call's timeout, or for the session's."""
        if timeout is UNSET:
            timeout = self.timeout
        return Deadline.of(timeout, self._connecting())

    def _connecting(self) -> float | None:
        return self.timeout[0] if isinstance(self.timeout, tuple) else CONNECT

    def steps(
        self, request: PreparedRequest, options: dict[str, Any], deadline: Deadline, first: Any = None
    ) -> Steps:
        """Return what a call has to do, from its first request to its last answer.

        Raises:
            ValueError: `request` is not prepared.
        """
        given: object = request
        if isinstance(given, requests.Request):
            raise ValueError("You can only send PreparedRequests.")
        options.setdefault("stream", self.stream)
        options.setdefault("verify", self.verify)
        options.setdefault("cert", self.cert)
        if "proxies" not in options:
            options["proxies"] = requests.utils.resolve_proxies(request, self.proxies, self.trust_env)
        return exchange(self, request, options, deadline=deadline, retries=self.retries, first=first)

    def send_options(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return the options of a call that requests itself has to send: a patched one, or an overridden."""
        timeout = options.get("timeout", UNSET)
        if timeout is UNSET:
            timeout = self.timeout
        if not transport.is_patched():
            timeout = self.deadline(timeout)
        return {**options, "timeout": timeout}

    def plain_way(self, method: str, url: str, timeout: Any) -> tuple[Adapter, Way, float | None, str] | None:
        """Return how a plain call goes: adapter, way, seconds and URL. None where it is not plain."""
        if method not in METHODS or type(url) is not str or self.verify is not True:
            return None
        if self.base_url is not None:
            url = self.absolute(url)
        adapter = self.plain_adapter(url)
        if adapter is None or adapter.guarded or adapter.max_response_bytes is not None:
            return None
        if timeout is UNSET:
            timeout = self.timeout
        if type(timeout) is tuple and len(timeout) == 2:
            connect, left = timeout
        elif timeout is None or type(timeout) in (int, float):
            left, connect = timeout, None if timeout is None else self._connecting()
        else:
            return None
        return adapter, _way(connect, adapter.http2), left, url

    def plain_end(self, response: Response, left: float | None, start: float, connect: float | None) -> Any:
        """Return the steps that an answer to a plain call still needs; None where it needs none."""
        if is_settled(response) and response.status_code not in self.retries.statuses:
            return None
        return self.rest_of(response, response.request, left, start, connect)

    def rest_of(
        self, first: Any, request: PreparedRequest, left: float | None, start: float, connect: float | None
    ) -> Steps:
        """Return the steps of a call whose first request was sent at `start`."""
        deadline = Deadline(left, connect)
        if left is not None:
            deadline.ends = start + left
        options = self.merge_environment_settings(request.url, {}, None, None, None) if self.trust_env else {}
        return self.steps(request, options, deadline, first)

    def checked(self, response: requests.Response, raises: bool | None) -> requests.Response:
        """Return an answer, or raise for its status where that is asked for.

        Raises:
            requests.HTTPError: the status is 400 or more.
        """
        if self.raise_for_status if raises is None else raises:
            response.raise_for_status()
        return response


_ways: dict[tuple[float | None, bool], Way] = {}


def _way(connect: float | None, http2: bool) -> Way:
    found = _ways.get((connect, http2))
    if found is None:
        if len(_ways) > 64:
            _ways.clear()
        found = _ways[connect, http2] = Way(connect=connect, http2=http2)
    return found
