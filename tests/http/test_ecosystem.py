"""What people use with requests works with the client: fakes, recorders, OAuth, adapters, auth classes."""

import re

import pytest
import requests
import requests_mock
import responses
import vcr
from requests_oauthlib import OAuth1Session, OAuth2
from requests_toolbelt import MultipartEncoder, sessions
from requests_toolbelt.adapters.host_header_ssl import HostHeaderSSLAdapter

from schlenk import http


@pytest.fixture(params=["function", "session"])
def get(request):
    """The same call by `http.get` and by a session."""
    if request.param == "function":
        yield http.get
    else:
        with http.Session() as session:
            yield session.get


def test_responses_answers_in_the_place_of_the_network(get):
    """`responses` patches HTTPAdapter.send, so the call goes that way; redirects included."""
    with responses.RequestsMock() as fake:
        fake.get("http://nowhere.invalid/a", status=302, headers={"Location": "/b"})
        fake.get("http://nowhere.invalid/b", json={"fake": True})
        answer = get("http://nowhere.invalid/a", timeout=3)

    assert answer.json() == {"fake": True}
    assert [hop.status_code for hop in answer.history] == [302]


def test_responses_is_gone_when_it_is_gone(get, server):
    """The short way opens again."""
    with responses.RequestsMock(assert_all_requests_are_fired=False):
        pass
    assert get(f"{server.url}/x").json()["path"] == "/x"


def test_requests_mock_answers_in_the_place_of_the_network(get):
    """`requests_mock` patches Session.send and get_adapter."""
    with requests_mock.Mocker() as fake:
        fake.get(re.compile("nowhere"), text="fake")
        assert get("http://nowhere.invalid/").text == "fake"
        assert fake.last_request.timeout == (5.0, 30.0)


def test_requests_mock_can_be_an_adapter():
    """Mounted like any other adapter."""
    adapter = requests_mock.Adapter()
    adapter.register_uri("GET", "mock://there/", text="fake")
    with http.Session() as session:
        session.mount("mock://", adapter)
        assert session.get("mock://there/").text == "fake"


def test_vcrpy_records_and_plays_back(get, server, tmp_path):
    """`vcrpy` patches urllib3's connections."""
    for _ in range(2):
        with vcr.use_cassette(str(tmp_path / "tape.yaml")) as tape:
            assert get(f"{server.url}/anything").json()["method"] == "GET"
    assert (tape.play_count, len(server.seen)) == (1, 1)


def test_oauth_signs(server, monkeypatch):
    """requests-oauthlib's auth classes sign what is sent."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    with http.Session() as session:
        bearer = session.get(server.url, auth=OAuth2(token={"access_token": "t", "token_type": "Bearer"}))
        signed = session.get(server.url, auth=OAuth1Session("key", "secret").auth)

    assert dict(bearer.json()["headers"])["authorization"] == "Bearer t"
    assert dict(signed.json()["headers"])["authorization"].startswith("OAuth oauth_nonce")


def test_toolbelt_streams_and_adapts(server):
    """requests-toolbelt's multipart encoder and its adapters work."""
    form = MultipartEncoder({"a": "1", "file": ("x.txt", b"content", "text/plain")})
    with http.Session() as session:
        session.mount("https://", HostHeaderSSLAdapter())
        answer = session.post(server.url, data=form, headers={"Content-Type": form.content_type})
    assert answer.json()["method"] == "POST"
    assert issubclass(sessions.BaseUrlSession, requests.Session)


def test_an_adapter_of_ones_own_is_used(server):
    """Whatever is mounted sends."""

    class Loud(requests.adapters.HTTPAdapter):
        def send(self, request, *args, **kwargs):
            request.headers["X-Loud"] = "yes"
            return super().send(request, *args, **kwargs)

    with http.Session() as session:
        session.mount("http://", Loud())
        assert dict(session.get(server.url).json()["headers"])["x-loud"] == "yes"


def test_hooks_and_auth_classes_run(server):
    """A hook sees the answer, an auth object the request."""

    class Token(requests.auth.AuthBase):
        def __call__(self, request):
            request.headers["X-Token"] = "t"
            return request

    seen = []
    with http.Session() as session:
        session.hooks["response"].append(lambda answer, **_: seen.append(answer.status_code))
        answer = session.get(server.url, auth=Token())
    assert (seen, dict(answer.json()["headers"])["x-token"]) == ([200], "t")
