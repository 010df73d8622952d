"""A project's own tests, written with pytest-flask's fixtures."""

import multiprocessing
import urllib.request

import pytest
from flask import Flask, g, jsonify, request, session, url_for

multiprocessing.set_start_method("fork", force=True)  # what pytest-flask asks of its users


@pytest.fixture(scope="session")
def app() -> Flask:
    """The application, as pytest-flask wants it."""
    app = Flask(__name__)
    app.secret_key = "a secret"

    @app.get("/")
    def home() -> object:
        g.seen = request.path
        session["visits"] = session.get("visits", 0) + 1
        return jsonify(visits=session["visits"], here=url_for("home"), accepts=request.headers.get("Accept"))

    @app.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError

    return app


def test_client_keeps_cookies(client) -> None:
    """The client is a browser."""
    assert [client.get("/").json["visits"] for _ in range(3)] == [1, 2, 3]


def test_client_sees_the_context_after_the_request(client) -> None:
    """The plugin's client keeps the context of its last request open."""
    client.get("/")
    assert (g.seen, session["visits"], request.endpoint) == ("/", 1, "home")


def test_request_context_is_there_already() -> None:
    """Without the application there is no context."""
    with pytest.raises(RuntimeError, match="Working outside of application context"):
        url_for("home")


def test_url_for_works_in_a_test(app) -> None:
    """The test itself runs in a request context."""
    assert (url_for("home"), request.path) == ("/", "/")


def test_answers_have_json_and_compare_with_status(client, accept_json) -> None:
    """Answers are the plugin's: `.json`, `== 200`."""
    answer = client.get("/", headers=accept_json)

    assert answer == 200
    assert answer.json == {"visits": 1, "here": "/", "accepts": "application/json"}
    assert client.get("/nowhere") == 404


@pytest.mark.options(testing=True)
def test_errors_reach_the_test(client) -> None:
    """With TESTING on, what a view raises comes out of the client."""
    with pytest.raises(ZeroDivisionError):
        client.get("/broken")


@pytest.mark.options(debug=True, greeting="hello")
def test_options_reach_the_configuration(app, config) -> None:
    """The plugin's marks set the configuration of one test."""
    assert (app.debug, config["GREETING"]) == (True, "hello")


@pytest.mark.usefixtures("client_class")
class TestClass:
    """Tests in a class have the client as an attribute."""

    def test_client_is_an_attribute(self) -> None:
        """So they have."""
        assert self.client.get(url_for("home")).json["visits"] == 1


@pytest.mark.usefixtures("live_server")
class TestServer:
    """Tests against the application as a server."""

    def test_server_answers(self, live_server) -> None:
        """The server is another process."""
        with urllib.request.urlopen(live_server.url("/"), timeout=5) as answer:
            assert answer.status == 200
