"""The task: one application, built from this source for every side; only the class differs."""

from typing import Any

from flask import Blueprint, Flask, Response, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

ROUTES = 500


def make_app(application: type[Flask]) -> Flask:
    """Build the benchmark's application as an instance of `application`."""
    app = application(__name__)
    app.secret_key = "only for the benchmark: 32 bytes or more"
    add_plain_views(app)
    add_session_views(app)
    app.register_blueprint(hooked())
    app.register_blueprint(catalogue())
    return app


def add_plain_views(app: Flask) -> None:
    """Add what most views do: answer with text, data, a captured value or a URL."""

    @app.get("/text")
    def text() -> str:
        return "Hello, World!"

    @app.get("/json")
    def json() -> dict[str, Any]:
        return {"id": 7, "name": "Ada", "tags": ["a", "b"], "active": True}

    @app.get("/users/<int:number>")
    def user(number: int) -> str:
        return f"user {number}"

    @app.get("/link")
    def link() -> str:
        return url_for("user", number=7, page=2)


def add_session_views(app: Flask) -> None:
    """Add what a signed-in visitor's requests do."""

    @app.get("/enter")
    def enter() -> str:
        session["user"] = 7
        session["visits"] = 1
        return "entered"

    @app.get("/whoami")
    def whoami() -> str:
        return f"user {session['user']}"

    @app.get("/visit")
    def visit() -> str:
        session["visits"] += 1
        return f"visit {session['visits']}"

    @app.post("/name")
    def name() -> AnyResponse:
        session["name"] = request.form["name"]
        return redirect(url_for("whoami"))


def hooked() -> Blueprint:
    """Return a blueprint with a hook before and one after its view."""
    blueprint = Blueprint("hooked", __name__, url_prefix="/hooked")

    @blueprint.before_request
    def remember() -> None:
        g.user = "Ada"

    @blueprint.after_request
    def mark(response: Response) -> Response:
        response.headers["X-Marked"] = "yes"
        return response

    @blueprint.get("/")
    def index() -> str:
        return f"Hello, {g.user}!"

    return blueprint


def catalogue() -> Blueprint:
    """Return a blueprint of many dynamic routes."""
    blueprint = Blueprint("catalogue", __name__, url_prefix="/catalogue")

    def item(number: int) -> str:
        return f"item {number}"

    for shelf in range(ROUTES):
        blueprint.add_url_rule(f"/shelf-{shelf}/<int:number>", f"shelf_{shelf}", item)
    return blueprint
