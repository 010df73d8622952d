"""Attacks on sessions: what a client may do to its cookie, and what must come of it."""

from random import Random

import pytest

from schlenk import Flask, Response, session


@pytest.fixture
def app():
    """Return an application that greets whom the session names."""
    app = Flask(__name__)
    app.secret_key = "a secret of this test, thirty-two bytes"

    @app.get("/enter")
    def enter():
        session["user"] = "ada"
        return "entered"

    @app.get("/")
    def index():
        return session.get("user", "anonymous")

    return app


def cookie_of(app):
    """Return the value of the cookie of somebody who entered."""
    response = app.test_client().get("/enter")
    return response.headers["Set-Cookie"].partition(";")[0].removeprefix("session=")


def greet(app, value):
    """Return status and body for a request with this session cookie."""
    return greet_raw(app, f"session={value}".encode().decode("latin-1"))


def greet_raw(app, header):
    """Return status and body for a request with this Cookie header, as a server would pass it on."""
    client = app.test_client(use_cookies=False)
    response = client.get("/", environ_overrides={"HTTP_COOKIE": header})
    return response.status_code, response.text


def test_every_bit_flipped_is_anonymous(app):
    """Case 10: no flipped bit keeps the session or breaks the page."""
    value = cookie_of(app)
    answers = set()
    for at in range(len(value) * 7):
        place, bit = divmod(at, 7)
        forged = value[:place] + chr(ord(value[place]) ^ 1 << bit) + value[place + 1 :]
        if not any(character in forged for character in "\r\n\0"):
            answers.add(greet(app, forged))
    assert answers == {(200, "anonymous")}


def test_every_truncation_is_anonymous(app):
    """Case 10: no beginning of a cookie is a session."""
    value = cookie_of(app)
    assert {greet(app, value[:at]) for at in range(len(value))} == {(200, "anonymous")}


@pytest.mark.parametrize("more", ["A", ".", "=", "\x7f", "é", "A" * 3000, ".eJwDAAAAAAE", "%00"])
def test_every_extension_is_anonymous(app, more):
    """Case 10: nothing can be added to a cookie."""
    value = cookie_of(app)
    assert {greet(app, value + more), greet(app, more + value)} == {(200, "anonymous")}


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"session=\xff", b"a=\xe9; session=", b"\x80" * 4000])
def test_a_cookie_header_that_is_not_text_is_anonymous(app, raw):
    """Case 10: bytes that are not UTF-8 in the header are nobody's session, not an error."""
    assert greet_raw(app, raw.decode("latin-1")) == (200, "anonymous")


def test_one_bad_byte_leaves_the_session_in_place(app):
    """Another cookie that is not UTF-8 does not sign anybody out."""
    assert greet_raw(app, f"other=\xe9; session={cookie_of(app)}") == (200, "ada")


def test_a_compressed_cookie_is_opened_only_after_its_signature(app, monkeypatch):
    """What a client compressed is never unpacked (a few bytes can hold megabytes)."""
    monkeypatch.setattr("zlib.decompress", lambda *_: pytest.fail("unpacked"))
    assert greet(app, ".eJwDAAAAAAE.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb") == (200, "anonymous")


def test_a_session_that_does_not_fit_is_an_error_and_sets_no_cookie(app):
    """Case 13: the answer is a clear error, never a cookie that the browser drops."""

    @app.get("/fill")
    def fill():
        session["filling"] = Random(7).randbytes(4000).hex()
        return "filled"

    response = app.test_client().get("/fill")
    assert (response.status_code, response.headers.getlist("Set-Cookie")) == (500, [])


def test_a_response_class_of_ones_own_changes_nothing(app):
    """Case 13: an over-long session is an error with any response class."""

    class Loud(Response):
        def set_cookie(self, *args, **kwargs):
            super().set_cookie(*args, **kwargs)

    @app.get("/fill")
    def fill():
        session["filling"] = Random(7).randbytes(4000).hex()
        return "filled"

    app.response_class = Loud
    response = app.test_client().get("/fill")
    assert (response.status_code, response.headers.getlist("Set-Cookie")) == (500, [])


def test_a_nested_change_is_kept(app):
    """Case 14: a change inside a value is saved."""

    @app.get("/count")
    def count():
        session.setdefault("seen", {"times": 0})["times"] += 1
        return str(session["seen"]["times"])

    client = app.test_client()
    assert [client.get("/count").text for _ in range(3)] == ["1", "2", "3"]
