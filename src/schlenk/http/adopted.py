"""`requests` itself on the Rust transport, with requests' own defaults: what adoption puts in its place.

`Session` behaves as `requests.Session` does: timeouts as requests counts them and none where none is named,
no retries, proxies and netrc from the environment, requests' own rules for redirects. What a call costs
differs, and what docs/compatibility.md names.

Calls over TLS go by urllib3 as before, because requests trusts certifi's bundle and the transport the
system's store: whom a program trusts does not change with its speed. A connection that cannot be made is
tried by urllib3 too, so that the error is the one that the program knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests
from requests import exceptions

from schlenk.http.adapter import Adapter
from schlenk.http.deadline import Deadline
from schlenk.http.exchange import exchange
from schlenk.http.fast import METHODS, FastSession, is_settled
from schlenk.http.retries import NO_RETRIES
from schlenk.http.transport import Way

if TYPE_CHECKING:
    from requests import PreparedRequest

__all__ = ["UPSTREAM", "Session"]


UPSTREAM = requests.Session


class _Adapter(Adapter):
    """Leaves the errors of connecting to urllib3."""

    def send(self, request: PreparedRequest, *rest: Any, **options: Any) -> requests.Response:
        """Send a request and return its answer, as `HTTPAdapter.send` does."""
        try:
            return super().send(request, *rest, **options)
        except exceptions.ConnectionError as error:
            if not getattr(error, "never_connected", False):
                raise
        return self.by_urllib3(request, *rest, **options)


class Session(FastSession):
    """A `requests.Session` that costs less."""

    def _mount_ours(self) -> None:
        self.mount("http://", _Adapter())

    def request(
        self,
        method: str,
        url: Any,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
        cookies: Any = None,
        files: Any = None,
        auth: Any = None,
        timeout: Any = None,
        allow_redirects: bool = True,
        proxies: Any = None,
        hooks: Any = None,
        stream: bool | None = None,
        verify: bool | str | None = None,
        cert: Any = None,
        json: Any = None,
    ) -> requests.Response:
        """Make a call, as `requests.Session.request` does."""
        if (
            params is None and data is None and headers is None and cookies is None and files is None
            and auth is None and proxies is None and hooks is None and not stream and verify is None
            and cert is None and json is None and allow_redirects is True
        ):  # fmt: skip
            response = self._plain(method, url, timeout)
            if response is not None:
                return response
        return super().request(
            method, url, params, data, headers, cookies, files, auth, timeout, allow_redirects,
            proxies, hooks, stream, verify, cert, json,
        )  # fmt: skip

    def _plain(self, method: str, url: Any, timeout: Any) -> requests.Response | None:
        """Make a plain call; None where it is not plain, or has to be made again to tell what came of it."""
        if method not in METHODS or type(url) is not str or self.verify is not True:
            return None
        if timeout is not None and type(timeout) not in (int, float):
            return None
        adapter = self.plain_adapter(url)
        if adapter is None or not url.startswith("http://"):
            return None
        try:
            response = self.direct(method, url, adapter, Way(connect=timeout, read=timeout), None)
        except exceptions.ConnectionError as error:
            if getattr(error, "never_connected", False):
                return None
            raise
        if response is None or is_settled(response):
            return response
        settings = self.merge_environment_settings(url, {}, None, None, None)
        options = {"timeout": timeout, **settings}
        return self.drive(
            exchange(
                self, response.request, options, deadline=Deadline(None), retries=NO_RETRIES, first=response
            )
        )
