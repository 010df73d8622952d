"""Attacks on whoever calls: servers that redirect, drip, lie and bomb, and URLs that users type."""

import gzip
import os
import socket
import subprocess
import sys
import time

import pytest
import requests
from tests.http.servers import OK, RESET, Raw, ok

from schlenk import http
from schlenk.http import addresses, transport

NOBODY = "http://127.0.0.1:1"
SECRETS = {"Authorization": "Bearer s3cret", "X-API-Key": "s3cret", "Cookie": "token=s3cret"}


def what_reached(stranger):
    """Return all headers that another origin was sent, as one text."""
    return repr([headers for _, _, headers in stranger.seen])


def redirects(server, stranger, *, hops=1):
    """Return a URL that leads to another origin, which may redirect within itself."""
    target = f"{stranger.url}/anything"
    for _ in range(hops - 1):
        target = f"{stranger.url}/redirect/302?to={target}"
    return f"{server.url}/redirect/307?to={requests.utils.quote(target, safe='')}"


@pytest.mark.parametrize("hops", [1, 2])
def test_headers_that_speak_for_the_user_stay_at_home(server, stranger, hops):
    """Cases 86, 87: another port is another origin; no credential goes there, whatever its name."""
    with http.Session() as session:
        session.headers.update(SECRETS)
        answer = session.post(
            redirects(server, stranger, hops=hops), headers={"X-Token": "s3cret"}, data=b"x"
        )

    assert answer.status_code == 200
    assert len(stranger.seen) == hops
    assert "s3cret" not in what_reached(stranger)


@pytest.mark.parametrize("hops", [1, 2])
def test_cookies_of_the_caller_stay_at_home(server, stranger, hops):
    """Case 86: cookies without a domain belong to the origin that they were given for."""
    with http.Session() as session:
        session.cookies.set("mine", "s3cret")
        session.get(redirects(server, stranger, hops=hops), cookies={"also": "s3cret"})

    assert len(stranger.seen) == hops
    assert "s3cret" not in what_reached(stranger)


@pytest.mark.parametrize("auth", [("ada", "s3cret"), requests.auth.HTTPDigestAuth("ada", "s3cret")])
def test_an_auth_object_answers_no_stranger(server, stranger, auth):
    """Case 86: neither its header nor its hook, which would answer the stranger's challenge."""
    with http.Session() as session:
        target = requests.utils.quote(f"{stranger.url}/auth", safe="")
        answer = session.get(f"{server.url}/redirect/302?to={target}", auth=auth)

    assert answer.status_code == 401
    assert "authorization" not in what_reached(stranger).lower()


def test_credentials_go_along_within_an_origin(server):
    """The rule is about strangers: at home a redirect keeps everything."""
    with http.Session() as session:
        session.headers["X-API-Key"] = "mine"
        answer = session.get(f"{server.url}/redirect/302?to=/anything", auth=("ada", "x"))

    headers = dict(answer.json()["headers"])
    assert headers["x-api-key"] == "mine"
    assert "authorization" in headers


def test_a_change_of_scheme_is_a_change_of_origin():
    """Case 87: https to http, and http to https as well."""
    session = http.Session()

    assert session.should_strip_auth("https://a/", "http://a/")
    assert session.should_strip_auth("http://a/", "https://a/")
    assert not session.should_strip_auth("https://a/", "https://A:443/x")


@pytest.mark.parametrize("stream", [False, True])
def test_a_body_that_drips_ends_with_the_deadline(stream):
    """Case 88: a byte now and then keeps no caller beyond the time of the whole call."""
    answer = OK + b"Content-Length: 100\r\n\r\n" + b"a" * 100
    started = time.monotonic()
    with Raw(answer, drip=0.05) as server, pytest.raises(requests.ConnectionError):
        http.get(server.url, timeout=0.5, stream=stream).content  # noqa: B018

    assert time.monotonic() - started < 1.5


def test_a_head_that_drips_ends_with_the_deadline():
    """Case 88: nor do headers that never end; the error is named and says what to do."""
    wanted = r"no whole answer within 0.5 s. Allow more with timeout="
    head = OK + b"X: " + b"a" * 1000
    with Raw(head, drip=0.05) as server, pytest.raises(http.DeadlineExceeded, match=wanted):
        http.get(server.url, timeout=0.5)


def test_a_server_that_never_answers_ends_with_the_default():
    """Case 89: without a timeout a call ends after 30 seconds, connecting after 5."""
    session = http.Session()
    assert session.timeout == (5.0, 30.0)
    assert session.deadline(7).seconds == 7
    assert session.deadline(None).ends is None

    session.timeout = (5.0, 0.3)  # the same, sooner
    with Raw(b"", delay=60) as server, pytest.raises(http.DeadlineExceeded):
        session.get(server.url)


def test_a_redirect_has_no_time_of_its_own(server):
    """Case 88: the deadline is for the whole call, its redirects and retries included."""
    with Raw(ok(b"late"), delay=0.4) as slow:
        away = b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % slow.url.encode()
        with Raw(away, delay=0.4) as first, pytest.raises(http.DeadlineExceeded):
            http.get(first.url, timeout=0.6)


def test_a_bomb_stops_at_the_cap():
    """Case 90: what counts is the size after decompression, and it is never all in memory."""
    bomb = gzip.compress(b"\0" * 40_000_000)
    with (
        Raw(ok(bomb, b"Content-Encoding: gzip")) as server,
        http.Session(max_response_bytes=100_000) as session,
    ):
        with pytest.raises(http.ResponseTooLarge, match="max_response_bytes=100000"):
            session.get(server.url)
        with pytest.raises(http.ResponseTooLarge):
            list(session.get(server.url, stream=True).iter_content(1024))


def test_an_answer_within_the_cap_is_whole(server):
    """Case 90: the cap takes nothing from what fits."""
    with http.Session(max_response_bytes=7) as session:
        assert session.get(f"{server.url}/text/utf-8").text == "Grüße"


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 10\r\n\r\nabc",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_body_that_breaks_off_is_an_error(answer, stream):
    """Case 91: never a part for the whole (RFC 9112, section 8)."""
    with Raw(answer) as server, pytest.raises(requests.exceptions.ChunkedEncodingError):
        http.get(server.url, stream=stream).content  # noqa: B018


@pytest.mark.parametrize(
    "answer", [RESET, b"", b"SSH-2.0-x\r\n\r\n", OK + b"X: " + b"a" * 2_000_000 + b"\r\n\r\n"]
)
def test_an_answer_that_is_none_is_an_error(answer):
    """Cases 91, 94: a reset, nothing, another protocol, a head without end."""
    with Raw(answer) as server, http.Session(retries=0) as session, pytest.raises(requests.ConnectionError):
        session.get(server.url)


GUARDED = [
    "http://127.0.0.1/",
    "http://localhost/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://127.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://169.254.169.254/latest/meta-data",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "http://172.16.0.1/",
    "http://100.64.0.1/",
    "http://0.0.0.0/",
    "http://224.0.0.1/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://127.0.0.1%2f@8.8.8.8/",
]


@pytest.mark.parametrize("url", GUARDED)
def test_a_guarded_session_refuses_what_is_not_public(url, monkeypatch):
    """Case 92: in any spelling, before anything is sent."""
    monkeypatch.setattr(transport, "client", lambda way: pytest.fail("connected"))
    with http.Session(guarded=True) as session, pytest.raises(requests.exceptions.InvalidURL):
        session.get(url)


def test_a_guarded_session_refuses_redirects_inwards(server, monkeypatch):
    """Case 92: each hop is looked at, not only the URL that the user typed."""
    look = addresses.public_address

    def look_away_from_the_first(url):
        return "127.0.0.1" if url.port == server.server_port else look(url)

    monkeypatch.setattr("schlenk.http.adapter.public_address", look_away_from_the_first)
    with http.Session(guarded=True) as session:
        for target in ("http://169.254.169.254/", "http://[::1]/", "http://localhost:1/"):
            with pytest.raises(http.AddressRefused, match="guarded mode"):
                session.get(f"{server.url}/redirect/302?to={target}")


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/"])
def test_a_redirect_to_another_scheme_is_refused(server, target):
    """Case 92: only http and https have an adapter."""
    with pytest.raises(requests.exceptions.InvalidSchema):
        http.get(f"{server.url}/redirect/302?to={target}")


def test_a_name_is_connected_to_at_the_address_that_was_looked_at(server, monkeypatch):
    """Case 92: a name that changes its address after the look (DNS rebinding) gains nothing."""
    asked = []

    def resolve(host, port):
        asked.append(host)
        return ["127.0.0.1"]

    monkeypatch.setattr("schlenk.http.addresses._resolve", resolve)
    monkeypatch.setattr("schlenk.http.addresses.is_public", lambda address: True)
    with http.Session(guarded=True) as session:
        answer = session.get(f"http://rebinding.example:{server.server_port}/anything")

    assert dict(answer.json()["headers"])["host"] == f"rebinding.example:{server.server_port}"
    assert asked == ["rebinding.example"]


def test_one_private_address_among_public_ones_refuses_the_name(monkeypatch):
    """Case 92: a name that has both is not a public name."""
    monkeypatch.setattr("schlenk.http.addresses._resolve", lambda host, port: ["8.8.8.8", "10.0.0.1"])
    with http.Session(guarded=True) as session, pytest.raises(http.AddressRefused):
        session.get("http://both.example/")


def test_a_guarded_session_has_no_way_round(server, monkeypatch):
    """Case 92: what the transport cannot carry is refused, not sent by urllib3, which looks at nothing."""
    with (
        http.Session(guarded=True) as session,
        pytest.raises(http.AddressRefused, match="the body is a stream"),
    ):
        session.post("http://8.8.8.8/", data=iter([b"x"]))
    monkeypatch.setattr(socket, "create_connection", lambda *_: None)
    with http.Session(guarded=True) as session, pytest.raises(http.AddressRefused, match="patched"):
        session.get("http://8.8.8.8/")


def test_the_environment_has_no_say_unless_asked(server, monkeypatch, tmp_path):
    """Case 93: neither proxies nor netrc; `trust_env=True` asks for both."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password s3cret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert "authorization" not in dict(http.get(server.url).json()["headers"])
    with http.Session(trust_env=True) as session:
        assert "authorization" in dict(session.get(server.url).json()["headers"])

    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert http.get(server.url).status_code == 200
    with http.Session(trust_env=True) as session, pytest.raises(requests.exceptions.ProxyError):
        session.get(server.url)


@pytest.mark.parametrize(
    "call",
    [
        lambda url: http.get(url, headers={"X": "a\r\nHost: evil"}),
        lambda url: http.get(url, headers={"X\r\nY": "a"}),
        lambda url: http.request("GET / HTTP/1.1\r\nX:", url),
        lambda url: http.get(url, cookies={"a": "b\r\nX: y"}),
        lambda url: http.get("http://127.0.0.1:1\r\nX: y/"),
    ],
)
def test_line_breaks_reach_no_server(server, call):
    """Case 94: a typed error, and not a second header or request (RFC 9110, section 5.5)."""
    with pytest.raises((requests.RequestException, ValueError)):
        call(server.url)
    assert server.seen == []


def test_a_line_break_in_a_path_is_data(server):
    """Case 94: quoted, it is a part of the path as any other."""
    assert http.get(f"{server.url}/a\r\nb").json()["path"] in ("/a%0D%0Ab", "/ab")


def test_ten_thousand_headers_are_an_error():
    """Case 94: the transport reads a bounded head."""
    head = b"".join(b"X-%d: a\r\n" % number for number in range(10_000))
    with Raw(OK + head + b"\r\n") as server, pytest.raises(requests.ConnectionError):
        http.Session(retries=0).get(server.url)


def test_a_loop_ends(server):
    """Case 94: thirty redirects, as in requests."""
    with pytest.raises(requests.TooManyRedirects, match="Exceeded 30 redirects"):
        http.get(f"{server.url}/loop")


def test_a_half_sent_post_is_not_sent_again():
    """Case 95: whether it arrived is not known."""
    with Raw(RESET) as server, pytest.raises(requests.ConnectionError):
        http.post(server.url, data=b"x")
    assert len(server.requests) == 1


def test_a_stream_is_not_sent_again():
    """Case 95: what was read from a generator is gone."""
    with Raw(RESET) as server, pytest.raises(requests.ConnectionError):
        http.put(server.url, data=iter([b"x"]))
    assert len(server.requests) == 1


def test_verify_false_is_for_one_call_only(tls_server):
    """Case 96: the connection that nobody verified is not used by a call that verifies (CVE-2024-35195)."""
    with http.Session(retries=0) as session:
        assert session.get(tls_server, verify=False).text == "sealed"
        with pytest.raises(requests.exceptions.SSLError, match="certificate"):
            session.get(tls_server)


def test_a_bundle_of_ones_own_is_the_only_trust(tls_server, tls_bundle):
    """Case 96: a path to a bundle means that bundle and nothing else."""
    with http.Session(retries=0) as session:
        assert session.get(tls_server, verify=tls_bundle).text == "sealed"
        with pytest.raises(requests.exceptions.SSLError):
            session.get(tls_server, verify=requests.certs.where())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_process_gets_its_answer(server):
    """The transport's threads stay behind in a fork, where a call would wait for them for ever."""
    http.get(server.url)
    child = "from schlenk import http; import os, sys; http.get(sys.argv[1]); pid = os.fork()\n"
    child += "if pid == 0: os._exit(http.get(sys.argv[1]).status_code // 100)\n"
    child += "sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))"
    done = subprocess.run([sys.executable, "-c", child, server.url], timeout=20)
    assert done.returncode == 2


@pytest.mark.parametrize("retries", [0, 1])
@pytest.mark.parametrize("method", ["get", "post"])
def test_messages_hold_neither_path_nor_query(method, retries):
    """A token in a URL does not reach a log by way of an exception, nor of what led to it."""
    url = f"{NOBODY}/s3cret?token=s3cret"
    with http.Session(retries=retries) as session, pytest.raises(requests.ConnectionError) as caught:
        getattr(session, method)(url)
    error = caught.value
    assert "s3cret" not in str(error)
    assert "s3cret" not in "".join(
        map(str, [error.__cause__, error.__suppress_context__ or error.__context__])
    )
