"""A WSGI application in the same process, called by real client code."""

import pytest

from schlenk import Flask, http, request, session


@pytest.fixture
def app():
    """Return an application with a form, a session and an error."""
    app = Flask(__name__)
    app.secret_key = "a secret of this test, thirty-two bytes"

    @app.post("/students")
    def create():
        session["last"] = request.json["name"]
        return {"name": request.json["name"], "page": request.args["page"]}, 201, {"Location": "/students/1"}

    @app.get("/students/last")
    def last():
        return session["last"]

    @app.post("/upload")
    def upload():
        return request.files["photo"].read()

    return app


def test_an_application_answers_without_a_socket(app):
    """Tests of one's own API read as its clients do."""
    with http.Session(app=app) as client:
        response = client.post("/students", params={"page": 2}, json={"name": "Ada"})

    assert (response.status_code, response.json()) == (201, {"name": "Ada", "page": "2"})
    assert response.headers["Location"] == "/students/1"


def test_its_cookies_are_kept(app):
    """A visit is a visit."""
    with http.Session(app=app) as client:
        client.post("/students?page=1", json={"name": "Ada"})
        assert client.get("/students/last").text == "Ada"


def test_files_arrive(app):
    """A multipart upload is one."""
    with http.Session(app=app) as client:
        assert client.post("/upload", files={"photo": ("x.png", b"\x89PNG")}).content == b"\x89PNG"


def test_an_error_of_the_application_reaches_the_caller(app):
    """As in Flask's test client, with PROPAGATE_EXCEPTIONS."""
    app.testing = True
    with http.Session(app=app) as client, pytest.raises(KeyError, match="last"):
        client.get("/students/last")


def test_a_url_of_another_place_is_refused(app):
    """A session on an application does not go out."""
    with http.Session(app=app) as client, pytest.raises(http.OutsideBase):
        client.get("http://127.0.0.1:1/")
