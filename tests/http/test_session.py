"""A session of ours is one of requests, with a deadline, retries and a base URL."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from tests.http.servers import RESET, Raw, ok

from schlenk import http
from schlenk.http.retries import Retries

AT_ONCE = Retries(draw=lambda low, high: 0.0)


def methods(server):
    """Return the methods of the requests that a server has seen."""
    return [method for method, _, _ in server.seen]


def test_a_session_and_its_answers_are_those_of_requests(server):
    """Whatever checks for requests' types finds them."""
    with http.Session() as session:
        response = session.get(server.url)

    assert isinstance(session, requests.Session)
    assert isinstance(response, requests.Response)
    assert repr(response) == "<Response [200]>"


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
def test_each_method_of_the_tutorial_is_a_function(server, method):
    """`http.get(url)` and the others send what they are called."""
    response = getattr(http, method)(f"{server.url}/anything")

    assert response.json()["method"] == method.upper()


def test_head_has_headers_and_no_content(server):
    """`http.head` answers what GET would, without the body."""
    response = http.head(f"{server.url}/text/utf-8")

    assert (response.status_code, response.content, response.headers["Content-Length"]) == (200, b"", "7")


def test_a_base_url_makes_paths_enough(server):
    """A session for one API is told its address once."""
    with http.Session(base_url=f"{server.url}/v1/") as session:
        assert session.get("students").json()["path"] == "/v1/students"
        assert session.post("/students", json={}).json()["path"] == "/v1/students"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "//127.0.0.1:1/x", "https://127.0.0.1/", "\\\\127.0.0.1:1"]
)
def test_a_full_url_of_another_origin_is_refused_in_a_session_with_a_base(server, url):
    """The headers that a session holds for one API never go to another one."""
    with http.Session(base_url=server.url) as session, pytest.raises(http.OutsideBase, match="base_url"):
        session.get(url)


def test_idempotent_methods_are_asked_again(server):
    """Two failures in passing are not seen."""
    with http.Session(retries=AT_ONCE) as session:
        response = session.get(f"{server.url}/times/2")

    assert (response.status_code, methods(server)) == (200, ["GET"] * 3)


def test_after_two_retries_the_answer_is_returned(server):
    """A server that stays down is asked three times in all, and its answer is shown."""
    with http.Session(retries=AT_ONCE) as session:
        response = session.put(f"{server.url}/times/9", data=b"x")

    assert (response.status_code, methods(server)) == (503, ["PUT"] * 3)


def test_a_post_is_asked_again_only_with_a_key(server):
    """What might create something twice is sent once, unless the server can tell."""
    with http.Session(retries=AT_ONCE) as session:
        assert session.post(f"{server.url}/times/1").status_code == 503
    with http.Session(retries=AT_ONCE, idempotency_keys=True) as session:
        server.left = 1
        assert session.post(f"{server.url}/times/1").status_code == 200
    keys = [dict(headers).get("Idempotency-Key") for _, _, headers in server.seen]
    assert keys[0] is None
    assert keys[1] == keys[2] is not None


def test_a_lost_connection_is_tried_again():
    """A reset before any answer costs a GET nothing but time."""
    with Raw(RESET, ok(b"here")) as server, http.Session(retries=AT_ONCE) as session:
        assert session.get(server.url).text == "here"


def test_raise_for_status_is_asked_for_once(server):
    """A session can raise for errors by itself, and a call can say otherwise."""
    with http.Session(raise_for_status=True, base_url=server.url) as session:
        with pytest.raises(requests.HTTPError, match="404 Client Error"):
            session.get("/status/404")
        assert session.get("/status/404", raise_for_status=False).status_code == 404


def test_cookies_are_kept_by_a_session_and_not_between_calls(server):
    """`http.get` remembers nothing of whom it called before."""
    with http.Session() as session:
        session.get(f"{server.url}/cookies?a=1")
        assert "cookie" in dict(session.get(server.url).json()["headers"])
    http.get(f"{server.url}/cookies?a=1")
    assert "cookie" not in dict(http.get(server.url).json()["headers"])


def test_cookies_set_on_the_way_through_a_redirect_go_along(server):
    """Within one call `http.get` behaves as a browser would."""
    answer = http.get(f"{server.url}/redirect/302?to=/anything&a=1")

    assert dict(answer.json()["headers"])["cookie"] == "a=1"


def test_verify_of_the_session_wins_over_the_environment(monkeypatch):
    """`session.verify = False` means it, whatever REQUESTS_CA_BUNDLE says."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    session = http.Session(trust_env=True)
    session.verify = False

    assert session.merge_environment_settings("https://x", {}, None, None, None)["verify"] is False
    assert session.merge_environment_settings("https://x", {}, None, True, None)["verify"] == "/nowhere.pem"


def test_threads_share_a_session(server):
    """Eight threads and one session: every answer belongs to its call."""
    with http.Session(base_url=server.url) as session, ThreadPoolExecutor(8) as pool:
        paths = [f"/anything/{number}" for number in range(200)]
        assert [answer.json()["path"] for answer in pool.map(session.get, paths)] == paths


def test_a_session_can_be_pickled(server):
    """As one of requests can: settings and cookies travel, connections do not."""
    session = http.Session(base_url=server.url, timeout=7)
    session.headers["X-Mine"] = "1"
    twin = pickle.loads(pickle.dumps(session))

    assert (twin.timeout, dict(twin.get("/").json()["headers"])["x-mine"]) == (7, "1")


def test_an_answer_can_be_pickled(server):
    """As one of requests can, whatever of it was looked at before."""
    response = pickle.loads(pickle.dumps(http.get(f"{server.url}/text/utf-8")))

    assert (response.text, response.headers["Content-Length"]) == ("Grüße", "7")


def test_a_subclass_that_overrides_a_step_is_heard(server):
    """A step that somebody has replaced runs for every call."""

    class Signed(http.Session):
        def prepare_request(self, request):
            prepared = super().prepare_request(request)
            prepared.headers["X-Signature"] = "yes"
            return prepared

    with Signed() as session:
        assert dict(session.get(server.url).json()["headers"])["x-signature"] == "yes"


def test_a_call_without_settings_takes_the_short_way(server, monkeypatch):
    """What nothing has changed is not prepared by requests."""
    monkeypatch.setattr(http.PreparedRequest, "prepare_headers", lambda *_: pytest.fail("prepared"))

    assert http.get(f"{server.url}/x").json()["path"] == "/x"


def test_a_header_that_is_not_ascii_is_read_by_urllib3(server):
    """The transport cannot tell it; a safe method is simply asked again the other way."""
    response = http.get(f"{server.url}/words")

    assert response.headers["X-Words"].encode("latin-1").decode() == "Grüße"


def test_a_header_that_is_not_ascii_after_a_post_is_an_error_that_says_so(server):
    """What was sent is not sent twice, and its loss is not silent."""
    with http.Session() as session:
        with pytest.raises(requests.exceptions.InvalidHeader, match="the request was sent, but one header"):
            session.post(f"{server.url}/words")
        assert session.post(f"{server.url}/words").headers["X-Words"]
