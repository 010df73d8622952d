"""Adopted, requests is requests: the same calls, answers and defaults, on the Rust transport."""

import pytest
import requests
import responses
from tests.http.servers import RESET, Raw, ok
from tests.http.test_differential import CALLS, observed

from schlenk import adopt
from schlenk.http.response import Response


@pytest.fixture
def adopted():
    """Put the client in the place of requests for a test."""
    adopt.install_client()
    yield
    adopt.uninstall()


@pytest.mark.parametrize("name", CALLS)
def test_an_adopted_call_is_the_same_call(server, name):
    """Bytes of the request, answer, history, cookies, encodings and errors are those of requests."""
    method, path, arguments = CALLS[name]
    theirs = observed(getattr(requests, method), server, path, arguments)

    adopt.install_client()
    try:
        assert observed(getattr(requests, method), server, path, arguments) == theirs
    finally:
        adopt.uninstall()


def test_calls_go_by_the_transport(server, adopted):
    """`requests.get` of a program that knows nothing of us is answered through Rust."""
    response = requests.get(f"{server.url}/x", timeout=5)

    assert type(response) is Response
    assert "_answer" in vars(response)
    assert response.json()["path"] == "/x"


def test_nothing_is_asked_again(adopted):
    """The defaults of requests are kept: a lost connection and a 503 are told."""
    with Raw(RESET) as server, pytest.raises(requests.ConnectionError):
        requests.get(server.url, timeout=5)
    assert len(server.requests) == 1
    with Raw(ok(b"x").replace(b"200 OK", b"503 Service Unavailable")) as server:
        assert requests.get(server.url, timeout=5).status_code == 503
    assert len(server.requests) == 1


def test_timeouts_are_for_each_read(adopted):
    """A body that drips is read to its end, as requests does with a timeout."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n"
    with Raw(head, hold=True) as stalled, pytest.raises(requests.ConnectionError):
        requests.get(stalled.url, timeout=0.4)
    with Raw(b"", delay=2) as silent, pytest.raises(requests.ReadTimeout):
        requests.get(silent.url, timeout=0.4)
    with Raw(ok(b"a" * 20), drip=0.01) as server:
        assert requests.get(server.url, timeout=(5, 1)).content == b"a" * 20


def test_an_unreachable_server_raises_what_requests_raises(adopted):
    """The error's own parts are urllib3's, for programs that look into them."""
    with pytest.raises(requests.ConnectionError) as caught:
        requests.get("http://127.0.0.1:1/", timeout=5)

    assert caught.value.args[0].reason is not None


def test_the_environment_is_asked(server, adopted, monkeypatch, tmp_path):
    """Proxies and netrc have their say, as in requests."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password x\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert "authorization" in dict(requests.get(server.url, timeout=5).json()["headers"])
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(requests.exceptions.ProxyError):
        requests.get(server.url, timeout=5)


def test_fakes_work(adopted, monkeypatch):
    """`responses` answers, and so does a patch on the class itself."""
    with responses.RequestsMock() as fake:
        fake.get("http://nowhere.invalid/", body="fake")
        assert requests.get("http://nowhere.invalid/", timeout=5).text == "fake"
    monkeypatch.setattr(requests.Session, "send", lambda *_, **__: "mine")
    assert requests.get("http://nowhere.invalid/", timeout=5) == "mine"


def test_adoption_is_undone():
    """After `uninstall` the classes are requests' own."""
    adopt.install(requests=True)
    adopt.uninstall()

    assert requests.Session.__module__ == requests.sessions.Session.__module__ == "requests.sessions"
