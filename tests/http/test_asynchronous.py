"""An awaited session has the same rules and the same answers."""

import asyncio
import time

import pytest
import requests
import requests_mock
import responses
from tests.http.servers import RESET, Raw, ok
from tests.http.test_differential import CALLS, observed

from schlenk import http
from schlenk.http.retries import Retries

AT_ONCE = Retries(draw=lambda low, high: 0.0)


def call(method, url, session=None, **arguments):
    """Make one call on an event loop of its own."""

    async def main():
        async with session or http.AsyncSession() as client:
            return await getattr(client, method)(url, **arguments)

    return asyncio.run(main())


@pytest.mark.parametrize("name", CALLS)
def test_an_awaited_call_is_the_same_call(server, name):
    """Bytes of the request, answer, history, cookies, encodings and errors are those of requests."""
    method, path, arguments = CALLS[name]

    theirs = observed(getattr(requests, method), server, path, arguments)
    assert observed(lambda url, **more: call(method, url, **more), server, path, arguments) == theirs


def test_many_calls_are_under_way_at_once(server):
    """Fifty calls to a server that takes a while take about as long as one."""

    async def main(url):
        async with http.AsyncSession() as session:
            return await asyncio.gather(*(session.get(url) for _ in range(50)))

    with Raw(ok(b"late"), delay=0.3) as slow:
        started = time.monotonic()
        answers = asyncio.run(main(slow.url))
    assert {answer.text for answer in answers} == {"late"}
    assert time.monotonic() - started < 3


def test_it_asks_again_by_the_same_rules(server):
    """GET twice more, a lost connection included; POST never."""
    assert call("get", f"{server.url}/times/2", http.AsyncSession(retries=AT_ONCE)).status_code == 200
    with Raw(RESET, ok(b"here")) as raw:
        assert call("get", raw.url, http.AsyncSession(retries=AT_ONCE)).text == "here"
    with Raw(RESET) as raw, pytest.raises(requests.ConnectionError):
        call("post", raw.url, data=b"x")
    assert len(raw.requests) == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_ends_with_the_deadline(method):
    """Case 88: a body that drips keeps no task beyond its time."""
    with Raw(ok(b"a" * 100), drip=0.05) as server, pytest.raises(http.DeadlineExceeded):
        call(method, server.url, timeout=0.4)


def test_credentials_stay_at_home(server, stranger):
    """Cases 86, 87: the same rule."""
    target = requests.utils.quote(f"{stranger.url}/anything", safe="")
    call(
        "get", f"{server.url}/redirect/302?to={target}", headers={"X-API-Key": "s3cret"}, auth=("a", "s3cret")
    )

    assert "s3cret" not in repr(stranger.seen)
    assert "authorization" not in repr(stranger.seen).lower()


def test_a_guarded_session_refuses(server):
    """Case 92: the same rule."""
    with pytest.raises(http.AddressRefused):
        call("get", server.url, http.AsyncSession(guarded=True))


def test_a_streamed_answer_is_read_piece_by_piece(server):
    """Without blocking the loop, and up to the cap."""

    async def main(**settings):
        async with http.AsyncSession(**settings) as session:
            response = await session.get(f"{server.url}/encoded/gzip", stream=True)
            return [chunk async for chunk in response.aiter_content(500)]

    assert len(b"".join(asyncio.run(main()))) == 43 * 50
    with pytest.raises(http.ResponseTooLarge):
        asyncio.run(main(max_response_bytes=1000))


def test_fakes_work():
    """What patches requests answers here as well."""
    with responses.RequestsMock() as fake:
        fake.get("http://nowhere.invalid/", body="fake")
        assert call("get", "http://nowhere.invalid/").text == "fake"
    with requests_mock.Mocker() as fake:
        fake.get("http://nowhere.invalid/", text="fake")
        assert call("get", "http://nowhere.invalid/").text == "fake"


def test_a_task_can_be_cancelled(server):
    """A caller that goes away leaves nothing behind that waits."""

    async def main(url):
        async with http.AsyncSession() as session:
            async with asyncio.timeout(0.2):
                await session.get(url)

    with Raw(ok(b"late"), delay=5) as slow, pytest.raises(TimeoutError):
        asyncio.run(main(slow.url))
