"""`AsyncSession`: the calls of a session awaited, by the same rules and with the same answers.

It drives the same generator as `Session` (`exchange`) and differs in how it waits. What blocks by nature runs
in a thread: urllib3 where a call has to go by it, hooks, the look-up of names in guarded mode. So does
reading a streamed answer, for which `Response.aiter_content` is there.

It is a `requests.Session` in everything but that its calls are awaited: settings, `mount`, cookies and
`prepare_request` are the same.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any, Self

import requests
from pyreqwest.exceptions import PyreqwestError
from requests import exceptions

from schlenk.http import transport
from schlenk.http.adapter import Adapter
from schlenk.http.errors import DeadlineExceeded
from schlenk.http.exchange import Pause, Send
from schlenk.http.response import Response
from schlenk.http.rules import UNSET, Rules
from schlenk.http.session import Session

if TYPE_CHECKING:
    from requests import PreparedRequest

    from schlenk.http.exchange import Steps

__all__ = ["AsyncSession"]


class AsyncSession(Rules):
    """A session whose calls are awaited; for its arguments see `Rules`.

    Example:
        >>> import asyncio
        >>> from schlenk import http
        >>> def app(environ, start):
        ...     start("200 OK", [])
        ...     return [b"hello"]
        >>> async def main():
        ...     async with http.AsyncSession(app=app) as client:
        ...         print((await client.get("/")).text)
        >>> asyncio.run(main())
        hello
    """

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *args: object) -> None:
        await self.close()

    async def request(  # type: ignore[override]  # awaited
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
        """Make a call, with the arguments of `Session.request`.

        Raises:
            requests.exceptions.RequestException: one of the tree in `schlenk.http.errors`.
        """
        if (
            params is None and data is None and headers is None and cookies is None and files is None
            and auth is None and proxies is None and hooks is None and not stream and verify is None
            and cert is None and json is None and allow_redirects is True
        ):  # fmt: skip
            response = await self._plain(method, url, timeout)
            if response is not None:
                return self.checked(response, raise_for_status)
        asked = requests.Request(
            method.upper(), url, headers, files, data or {}, params or {}, auth, cookies, hooks, json
        )
        prepared = self.prepare_request(asked)
        settings = self.merge_environment_settings(prepared.url, proxies or {}, stream, verify, cert)
        response = await self.send(prepared, timeout=timeout, allow_redirects=allow_redirects, **settings)
        return self.checked(response, raise_for_status)

    async def send(self, request: PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]  # awaited
        """Send a prepared request and follow where it leads.

        Raises:
            requests.exceptions.RequestException: one of the tree in `schlenk.http.errors`.
        """
        if transport.is_patched():
            twin = Session.__new__(Session)
            twin.__dict__ = self.__dict__
            return await asyncio.to_thread(twin.send, request, **options)
        deadline = self.deadline(options.pop("timeout", UNSET))
        return await self._drive(self.steps(request, options, deadline))

    async def _plain(self, method: str, url: Any, timeout: Any) -> requests.Response | None:
        """Make a plain call; None where it is not plain."""
        plan = self.plain_way(method, url, timeout)
        if plan is None:
            return None
        adapter, way, left, url = plan
        built = self.plain_request(transport.async_client(way), method, url, left)
        if built is None:
            return None
        start, began = monotonic(), perf_counter()
        try:
            answer = await built.build().send()
            body = bytes(await answer.bytes())
        except (PyreqwestError, ValueError) as error:
            failure: Any = self.plain_failure(error, method, url, left)
            if isinstance(failure, DeadlineExceeded) or not isinstance(failure, exceptions.ConnectionError):
                raise failure from None
            asked: Any = failure.request
            return await self._drive(self.rest_of(failure, asked, left, start, way.connect))
        ask = self.asker(method, url)
        response = adapter.plain_answer(answer, body, url, perf_counter() - began, ask)
        if response is None:
            return None
        rest = self.plain_end(response, left, start, way.connect)
        return response if rest is None else await self._drive(rest)

    async def _drive(self, steps: Steps) -> requests.Response:
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
                    came = await self._sent(step)
                elif type(step) is Pause:
                    await asyncio.sleep(step.seconds)
                else:
                    came = await asyncio.to_thread(step.function)  # type: ignore[union-attr]  # a `Run`: the third of three
            except Exception as error:  # noqa: BLE001  # handed to the rules, which raise it
                failure = error

    async def _sent(self, step: Send) -> requests.Response:
        """Send one request by its adapter."""
        adapter = self.get_adapter(str(step.request.url))
        if type(adapter) is Adapter and "send" not in adapter.__dict__:
            return await adapter.asend(step.request, **step.options)
        start = perf_counter()
        response = await asyncio.to_thread(adapter.send, step.request, **step.options)
        if not isinstance(response, Response) or "_seconds" not in vars(response):
            response.elapsed = timedelta(seconds=perf_counter() - start)
        return response

    async def close(self) -> None:  # type: ignore[override]  # awaited
        """Close the adapters."""
        super().close()

    async def get(self, url: Any, params: Any = None, **arguments: Any) -> requests.Response:  # type: ignore[override]  # awaited
        """Ask for a resource."""
        return await self.request("GET", url, params=params, **arguments)

    async def options(self, url: Any, **arguments: Any) -> requests.Response:  # type: ignore[override]  # awaited
        """Ask what a resource allows."""
        return await self.request("OPTIONS", url, **arguments)

    async def head(self, url: Any, **arguments: Any) -> requests.Response:  # type: ignore[override]  # awaited
        """Ask for the headers of a resource; redirects are not followed unless asked."""
        arguments.setdefault("allow_redirects", False)
        return await self.request("HEAD", url, **arguments)

    async def post(self, url: Any, data: Any = None, json: Any = None, **arguments: Any) -> requests.Response:  # type: ignore[override]  # awaited
        """Give a resource something to process."""
        return await self.request("POST", url, data=data, json=json, **arguments)

    async def put(self, url: Any, data: Any = None, **arguments: Any) -> requests.Response:  # type: ignore[override]  # awaited
        """Replace a resource."""
        return await self.request("PUT", url, data=data, **arguments)

    async def patch(self, url: Any, data: Any = None, **arguments: Any) -> requests.Response:  # type: ignore[override]  # awaited
        """Change a part of a resource."""
        return await self.request("PATCH", url, data=data, **arguments)

    async def delete(self, url: Any, **arguments: Any) -> requests.Response:  # type: ignore[override]  # awaited
        """Delete a resource."""
        return await self.request("DELETE", url, **arguments)
