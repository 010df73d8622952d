"""What users see of the types: this file is checked by mypy, and run.

A line that must be refused carries the error it must give; mypy reports it if the error is gone.
"""

from typing import TYPE_CHECKING, assert_type

import flask
from werkzeug.wrappers import Response as WerkzeugResponse

from schlenk import (
    Blueprint,
    Flask,
    Request,
    Response,
    abort,
    g,
    jsonify,
    local_url,
    make_response,
    redirect,
    render_template_string,
    request,
    session,
    url_for,
)

if TYPE_CHECKING:
    from flask.sessions import SessionMixin

app = Flask(__name__, static_folder=None)
app.secret_key = "a secret of this test"
admin = Blueprint("admin", __name__)


class Shop(Flask):
    """An application with its own settings."""

    def greeting(self, name: str) -> str:
        """Return a greeting."""
        return f"Hello {name}"


@app.get("/guest/<name>")
def hello_guest(name: str) -> str:
    """Greet."""
    return f"Hello {name} as Guest"


@app.route("/items/<int:number>", methods=["GET", "POST"])
def item(number: int, page: int = 1) -> dict[str, int]:
    """Return data."""
    return {"number": number, "page": page}


@app.get("/answer")
def answer() -> tuple[str, int]:
    """Return a page and its status."""
    return "made", 201


@app.get("/async")
async def wait() -> list[str]:
    """Return a list, at some time."""
    return ["waited"]


@admin.get("/next")
def follow() -> WerkzeugResponse:
    """Go where the client asked to go, within this site."""
    return redirect(local_url(request.args.get("next"), "/"))


@app.before_request
def before() -> None:
    """Set the name."""
    g.name = session.get("name", "nobody")


@app.after_request
def after(response: Response) -> Response:
    """Mark the answer."""
    response.headers["X-Name"] = str(g.name)
    return response


@app.errorhandler(404)
def missing(error: Exception) -> tuple[str, int]:
    """Say so."""
    return render_template_string("{{ error }}", error=error), 404


app.register_blueprint(admin, url_prefix="/admin")


def test_an_application_is_one_of_flasks() -> None:
    """A function that takes a Flask application takes ours, and a subclass keeps its methods."""

    def serve(application: flask.Flask) -> str:
        return application.name

    assert serve(Shop("shop")) == "shop"
    assert_type(Shop("shop").greeting("mvl"), str)


def test_a_view_keeps_its_type() -> None:
    """A route decorator gives back the function, and not something vague."""
    assert_type(hello_guest("mvl"), str)
    assert_type(item(1), dict[str, int])
    assert hello_guest("mvl") == "Hello mvl as Guest"


def test_a_url_by_name_is_text() -> None:
    """Values are whatever the rule takes."""
    with app.test_request_context():
        url = url_for("hello_guest", name="mvl", page=2, _anchor="top")
    assert_type(url, str)
    assert url == "/guest/mvl?page=2#top"


def test_a_url_by_view_function_takes_the_arguments_of_the_view() -> None:
    """By position or by name; defaults may be left out."""
    with app.test_request_context():
        urls = [url_for(item, 7), url_for(item, number=7, page=2), url_for(answer), url_for(wait)]
    assert_type(urls, list[str])
    assert urls == ["/items/7", "/items/7?page=2", "/answer", "/async"]


if TYPE_CHECKING:
    url_for(item, "7")  # type: ignore[call-overload]  # a number is asked for
    url_for(item, number="7")  # type: ignore[call-overload]
    url_for(item, 7, page="2")  # type: ignore[arg-type]
    url_for(hello_guest, 7)  # type: ignore[call-overload]
    url_for(item)  # type: ignore[call-overload]  # the number is missing
    url_for(item, 7, colour="red")  # type: ignore[call-arg]  # the view takes no colour
    url_for(item, 7, 1, 2)  # type: ignore[call-overload]
    url_for(wait, 1)  # type: ignore[call-overload]
    url_for(7)  # type: ignore[call-overload]  # neither a name nor a view
    url_for("hello_guest", "mvl")  # type: ignore[call-overload]  # by name, values have names
    url_for("hello_guest", name="mvl", _anchor=7)  # type: ignore[call-overload]
    url_for("hello_guest", name="mvl", _external="yes")  # type: ignore[call-overload]
    local_url(7, "/")  # type: ignore[arg-type]
    local_url("/")  # type: ignore[call-arg]  # a fallback has to be there
    local_url(None, None)  # type: ignore[arg-type]
    Flask()  # type: ignore[call-arg]  # the constructor is Flask's, arguments included
    Flask(__name__, template_dir="pages")  # type: ignore[call-arg]
    app.get("/")(7)  # type: ignore[type-var]
    app.no_such_method()  # type: ignore[attr-defined]
    app.url_for(7)  # type: ignore[arg-type]


def test_the_applications_own_url_for_takes_a_view() -> None:
    """Outside of a request as well, where a server name is set."""
    shop = Shop("shop")
    shop.config["SERVER_NAME"] = "shop.example"
    shop.add_url_rule("/answer", view_func=answer)
    with shop.app_context():
        urls = shop.url_for(answer), shop.url_for("answer", _scheme="https")
    assert_type(urls, tuple[str, str])
    assert urls == ("http://shop.example/answer", "https://shop.example/answer")


def test_a_session_is_a_mapping() -> None:
    """`session` is Flask's proxy with its type."""
    with app.test_request_context():
        session["name"] = "mvl"
        kept: SessionMixin = session
        assert_type(session.permanent, bool)
        assert kept["name"] == "mvl"


def test_a_local_url_is_text() -> None:
    """What came with the request may be None; what comes out is not."""
    with app.test_request_context("/?next=//evil.example"):
        target = request.args.get("next")
        assert_type(target, str | None)
        assert_type(local_url(target, "/"), str)
        assert local_url(target, "/") == "/"


def test_requests_and_responses_are_flasks() -> None:
    """Annotations of either package fit."""
    with app.test_request_context("/?q=1"):
        made: flask.Response = make_response("body", 200)
        data: Response = jsonify(made.status_code)
        asked: flask.Request = Request({})
        assert (data.json, asked.method, request.args["q"]) == (200, "GET", "1")


def test_abort_ends_a_function() -> None:
    """Whatever follows it is not reached, which a type checker knows."""

    def known(name: str | None) -> str:
        if name is None:
            abort(404)
        assert_type(name, str)
        return name

    assert known("mvl") == "mvl"


def test_the_application_answers() -> None:
    """What is checked above also runs."""
    client = app.test_client()
    answers = [client.get(path).text for path in ("/guest/mvl", "/answer", "/items/7")]

    assert answers == ["Hello mvl as Guest", "made", '{"number":7,"page":1}\n']
