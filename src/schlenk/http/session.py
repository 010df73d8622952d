"""`Session` is a `requests.Session` with `Rules`, waiting as threads wait."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

import requests
from requests import exceptions

from schlenk.http import transport
from schlenk.http.errors import DeadlineExceeded
from schlenk.http.rules import UNSET, Rules

if TYPE_CHECKING:
    from requests import PreparedRequest

__all__ = ["Session"]


class Session(Rules):
    """A `requests.Session` with the defaults that it lacks; for its arguments see `Rules`.

    It may be used by several threads at once, as long as none of them changes its settings.

    Example:
        >>> from schlenk import http
        >>> with http.Session(app=lambda environ, start: (start("200 OK", []), [b"hello"])[1]) as client:
        ...     print(client.get("/").text)
        hello
    """

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
        timeout: Any = UNSET,
        allow_redirects: bool = True,
        proxies: Any = None,
        hooks: Any = None,
        stream: bool | None = None,
        verify: bool | str | None = None,
        cert: Any = None,
        json: Any = None,
        raise_for_status: bool | None = None,
    ) -> requests.Response:
        """Make a call, with the arguments of `requests.Session.request`.

        Args:
            method: such as `GET`.
            url: full, or relative to `base_url`.
            params: for the query.
            data: the body, or the fields of a form.
            headers: beside those of the session; None for a name leaves it out.
            cookies: beside those of the session.
            files: to upload as a multipart form.
            auth: a pair, or an object that signs requests.
            timeout: seconds for the whole call, or a pair: to connect, for all. None for no limit.
            allow_redirects: follow them.
            proxies: by scheme.
            hooks: to call with the answer.
            stream: leave the body to be read.
            verify: whether to trust only whom the system trusts; or a bundle of certificates.
            cert: of the client.
            json: the body, as JSON.
            raise_for_status: raise for an answer from 400 on; None for what the session says.

        Raises:
            requests.exceptions.RequestException: one of the tree in `schlenk.http.errors`.
        """
        if (
            params is None and data is None and headers is None and cookies is None and files is None
            and auth is None and proxies is None and hooks is None and not stream and verify is None
            and cert is None and json is None and allow_redirects is True
        ):  # fmt: skip
            response = self._plain(method, url, timeout)
            if response is not None:
                return self.checked(response, raise_for_status)
        response = super().request(
            method, url, params, data, headers, cookies, files, auth, timeout, allow_redirects,
            proxies, hooks, stream, verify, cert, json,
        )  # fmt: skip
        return self.checked(response, raise_for_status)

    def send(self, request: PreparedRequest, **options: Any) -> requests.Response:
        """Send a prepared request and follow where it leads.

        Raises:
            requests.exceptions.RequestException: one of the tree in `schlenk.http.errors`.
        """
        if transport.is_patched() or not self.has_own_steps():
            return requests.Session.send(self, request, **self.send_options(options))
        deadline = self.deadline(options.pop("timeout", UNSET))
        return self.drive(self.steps(request, options, deadline))

    def _plain(self, method: str, url: Any, timeout: Any) -> requests.Response | None:
        """Make a plain call; None where it is not plain."""
        plan = self.plain_way(method, url, timeout)
        if plan is None:
            return None
        adapter, way, left, url = plan
        start = monotonic()
        try:
            response = self.direct(method, url, adapter, way, left)
        except DeadlineExceeded:
            raise
        except exceptions.ConnectionError as error:
            asked: Any = error.request
            return self.drive(self.rest_of(error, asked, left, start, way.connect))
        if response is None:
            return None
        rest = self.plain_end(response, left, start, way.connect)
        return response if rest is None else self.drive(rest)
