"""The same call by each client, as a function of the URL; the ones that are not installed are left out."""

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import requests
import urllib3
from pyreqwest.client import SyncClientBuilder

from benchmarks.measure import Turn
from schlenk import http

Call = Callable[[], object]
AT_ONCE = 200
"""Calls under way at once in the awaited case."""


def repeated(call: Call, seconds: float) -> float:
    """Repeat a call for some time and return the seconds that one took."""
    count, start = 0, perf_counter()
    while True:
        for _ in range(20):
            call()
        count += 20
        if (passed := perf_counter() - start) >= seconds:
            return passed / count


def on_one_connection(url: str) -> dict[str, Turn]:
    """Return a GET on a kept connection by each client, the body read."""
    session, ours = requests.Session(), http.Session()
    pool, rust = urllib3.PoolManager(), SyncClientBuilder().build()
    calls: dict[str, Call] = {
        "requests": lambda: session.get(url).content,
        "schlenk.http": lambda: ours.get(url).content,
        "urllib3": lambda: pool.request("GET", url).data,
        "pyreqwest": lambda: bytes(rust.get(url).build().send().bytes()),
        "raw socket": raw(url),
    }
    try:
        import httpx

        client = httpx.Client()
        calls["httpx"] = lambda: client.get(url).content
    except ModuleNotFoundError:
        pass
    return {name: partial(repeated, call) for name, call in calls.items()}


def with_arguments(url: str) -> dict[str, Turn]:
    """Return a GET with a query and a header, its JSON read."""
    session, ours = requests.Session(), http.Session()
    more: dict[str, Any] = {"params": {"page": 2}, "headers": {"X-Mine": "1"}}
    return {
        "requests": partial(repeated, lambda: session.get(url, **more).json()),
        "schlenk.http": partial(repeated, lambda: ours.get(url, **more).json()),
    }


def posted(url: str) -> dict[str, Turn]:
    """Return a POST of JSON, its answer's JSON read."""
    session, ours = requests.Session(), http.Session()
    return {
        "requests": partial(repeated, lambda: session.post(url, json={"name": "Ada"}).json()),
        "schlenk.http": partial(repeated, lambda: ours.post(url, json={"name": "Ada"}).json()),
    }


def by_function(url: str) -> dict[str, Turn]:
    """Return a call by `get`, without a session."""
    return {
        "requests": partial(repeated, lambda: requests.get(url).content),
        "schlenk.http": partial(repeated, lambda: http.get(url).content),
    }


def raw(url: str) -> Call:
    """Return a call by a bare socket."""
    host, port = url.removeprefix("http://").rstrip("/").split(":")
    connection = socket.create_connection((host, int(port)))
    request = f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()

    def call() -> object:
        connection.sendall(request)
        return connection.recv(65536)

    return call


def awaited(url: str) -> dict[str, Turn]:
    """Return many GETs at once by each client that can, the seconds for one of them."""
    from pyreqwest.client import ClientBuilder

    async def ours(gather: Callable[[Callable[[], Any]], Any]) -> None:
        async with http.AsyncSession() as session:
            await gather(lambda: session.get(url))

    rust = ClientBuilder().build()

    async def bare(gather: Callable[[Callable[[], Any]], Any]) -> None:
        async def one() -> bytes:
            return bytes(await (await rust.get(url).build().send()).bytes())

        await gather(one)

    turns: dict[str, Any] = {}
    try:
        import httpx

        async def others(gather: Callable[[Callable[[], Any]], Any]) -> None:
            async with httpx.AsyncClient(limits=httpx.Limits(max_connections=AT_ONCE)) as client:
                await gather(lambda: client.get(url))

        turns["httpx"] = others
    except ModuleNotFoundError:
        pass
    try:
        import aiohttp

        async def further(gather: Callable[[Callable[[], Any]], Any]) -> None:
            async def one() -> bytes:
                async with client.get(url) as answer:
                    return await answer.read()

            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as client:
                await gather(one)

        turns["aiohttp"] = further
    except ModuleNotFoundError:
        pass
    turns |= {"schlenk.http": ours, "pyreqwest": bare}
    return {name: partial(at_once, turn) for name, turn in turns.items()}


def at_once(side: Callable[[Callable[[Callable[[], Any]], Any]], Any], seconds: float) -> float:
    """Keep `AT_ONCE` calls under way for some time and return the seconds that one took."""

    async def main() -> float:
        count, passed = 0, 0.0

        async def gather(call: Callable[[], Any]) -> None:
            nonlocal count, passed
            await asyncio.gather(*(call() for _ in range(AT_ONCE)))  # the connections
            start = perf_counter()
            while (passed := perf_counter() - start) < seconds:
                await asyncio.gather(*(call() for _ in range(AT_ONCE)))
                count += AT_ONCE

        await side(gather)
        return passed / count

    return asyncio.run(main())
