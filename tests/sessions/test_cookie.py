"""Cookie sessions over whole requests, `schlenk.Flask` and the cycle beside `flask.Flask`."""

from random import Random

import flask
import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_cookie

import schlenk
from schlenk import cycle, session
from schlenk.sessions.cookie import SessionTooLargeError, cookie_value

KEY = "a secret of this test, thirty-two bytes"


def make(application=schlenk.Flask, **config):
    """Return an application with a view for each thing a view does to a session."""
    app = application(__name__)
    app.config.update(SECRET_KEY=KEY, **config)

    @app.get("/untouched")
    def untouched():
        return "nothing"

    @app.get("/put/<value>")
    def put(value):
        session["value"] = value
        return value

    @app.get("/add/<item>")
    def add(item):
        session.setdefault("cart", {"items": []})["items"].append(item)
        return " ".join(session["cart"]["items"])

    @app.get("/stay")
    def stay():
        session.permanent = True
        return "stays"

    @app.get("/read")
    def read():
        return str(session.get("value"))

    @app.get("/in")
    def contains():
        return str("value" in session)

    @app.get("/len")
    def length():
        return str(len(session))

    @app.get("/leave")
    def leave():
        session.clear()
        return "left"

    return app


def set_cookies(response):
    """Return the Set-Cookie headers of a response."""
    return response.headers.getlist("Set-Cookie")


def test_a_nested_change_is_saved():
    """Appending to a list inside the session needs no `session.modified = True`."""
    client = make().test_client()
    client.get("/add/pen")
    client.get("/add/ink")
    assert client.get("/add/paper").text == "pen ink paper"


def test_flask_loses_a_nested_change_and_adopted_code_keeps_that():
    """Adopted code gets Flask's behaviour exactly."""
    adopted, flasks = make(cycle.Flask).test_client(), make(flask.Flask).test_client()
    for item in ("pen", "ink"):
        adopted.get(f"/add/{item}")
        flasks.get(f"/add/{item}")
    assert adopted.get("/add/paper").text == flasks.get("/add/paper").text == "pen paper"


def test_reading_a_session_does_not_write_it():
    """A request that changes nothing sends no cookie."""
    client = make().test_client()
    client.get("/add/pen")
    assert set_cookies(client.get("/read")) == []


def test_an_untouched_session_costs_no_header():
    """A page that does not look at the session does not vary with it."""
    client = make().test_client()
    client.get("/put/7")
    response = client.get("/untouched")
    assert ("Vary" in response.headers, set_cookies(response)) == (False, [])


@pytest.mark.parametrize("path", ["/read", "/in", "/len", "/put/7", "/leave"])
def test_any_look_at_the_session_makes_the_answer_vary(path):
    """Caches keep apart what depends on the session, `in` and `len` included."""
    client = make().test_client()
    client.get("/put/7")
    response = client.get(path)
    assert (response.headers["Vary"], response.headers["Cache-Control"]) == ("Cookie", "private")


def test_a_views_own_cache_control_stands():
    """What a view says about caching is not overruled."""
    app = make()

    @app.get("/public")
    def public():
        return str(session.get("value")), 200, {"Cache-Control": "no-store"}

    assert app.test_client().get("/public").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("refresh", [True, False])
def test_a_permanent_session_is_refreshed_by_every_answer(refresh):
    """Untouched pages send a permanent session again, unless SESSION_REFRESH_EACH_REQUEST is off."""
    client = make(SESSION_REFRESH_EACH_REQUEST=refresh).test_client()
    client.get("/stay")
    assert len(set_cookies(client.get("/untouched"))) == refresh


def test_a_compressed_permanent_session_is_refreshed_too():
    """Whether a session is permanent is found out even where its text is compressed."""
    client = make().test_client()
    client.get("/stay")
    client.get(f"/put/{'long ' * 40}")
    assert len(set_cookies(client.get("/untouched"))) == 1


def test_a_session_over_the_browsers_limit_is_an_error():
    """A cookie that browsers would drop without a word is refused aloud, with its size."""
    app = make(TESTING=True)
    incompressible = Random(7).randbytes(4000).hex()
    with app.test_request_context():
        session["value"] = incompressible
        response = app.make_response("")
        with pytest.raises(SessionTooLargeError) as raised:
            app.process_response(response)
    assert str(raised.value) == (
        f"The session cookie 'session' would be {raised.value.size:,} bytes with its name and attributes;"
        " browsers drop a cookie of more than 4,096 bytes, and the session with it. Keep less in the"
        " session, or keep its data on the server (a server-side session interface) and only an id in the"
        " cookie."
    )


def test_a_session_of_the_browsers_limit_is_sent():
    """4,096 bytes of name, value and attributes pass; one more does not."""
    interface = schlenk.Flask.session_interface
    app = make()
    room = 4096 - len(interface._cookie(app, "", None))
    assert len(interface._cookie(app, "x" * room, None)) == 4096
    with pytest.raises(SessionTooLargeError):
        interface._cookie(app, "x" * (room + 1), None)


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"SESSION_COOKIE_NAME": "sid"},
        {"SESSION_COOKIE_DOMAIN": "example.org"},
        {"SESSION_COOKIE_PATH": "/café app"},
        {"APPLICATION_ROOT": "/app"},
        {"SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_SAMESITE": "Lax"},
        {"SESSION_COOKIE_PARTITIONED": True, "SESSION_COOKIE_HTTPONLY": False},
        {"SESSION_COOKIE_SAMESITE": "strict", "SESSION_COOKIE_DOMAIN": "example.org"},
    ],
)
@pytest.mark.parametrize("path", ["/put/7", "/stay"])
def test_cookie_attributes_are_flasks(config, path, monkeypatch):
    """Under every setting the cookie has Flask's attributes in Flask's order."""
    monkeypatch.setattr("itsdangerous.TimestampSigner.get_timestamp", lambda _: 1_700_000_000)
    monkeypatch.setattr("schlenk.sessions.cookie.http_date", lambda _: "then")
    monkeypatch.setattr("werkzeug.http.http_date", lambda _: "then")
    cookies = [
        set_cookies(make(application, **config).test_client().get(path))
        for application in (flask.Flask, cycle.Flask, schlenk.Flask)
    ]
    assert cookies[1] == cookies[2] == cookies[0]


def test_without_a_secret_key_writing_says_so():
    """The session is read-only and empty without SECRET_KEY, with Flask's own error."""
    app = make()
    app.secret_key = None
    app.testing = True
    client = app.test_client()
    assert client.get("/read").text == "None"
    with pytest.raises(RuntimeError, match="no secret key was set"):
        client.get("/put/7")


@given(
    st.one_of(
        st.text(st.sampled_from('session=; "\\ab,\t'), max_size=40),
        st.lists(
            st.sampled_from(
                [
                    "session=abc",
                    "a=b",
                    "xsession=1",
                    "session=",
                    'q="; session=no"',
                    "session =x",
                    "é=1",
                    "session",
                ]
            ),
            max_size=4,
        ).map("; ".join),
    )
)
def test_the_cookie_is_found_where_werkzeug_finds_it(header):
    """Reading one cookie where it stands gives what parsing the whole header gives."""
    header = header.encode().decode("latin-1")
    environ = {"HTTP_COOKIE": header}
    assert cookie_value(environ, "session") == parse_cookie(header).get("session")
