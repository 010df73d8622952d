"""Sixteen threads, a hundred thousand requests of many users: nobody ever sees another's data.

Each request carries the identity of its user in path, header, cookie, session, form and `g`; each answer
is compared whole with what that user must get. The interpreter is told to change threads often.
"""

import io
import sys
import threading
from collections.abc import Callable, Iterator
from urllib.parse import quote, urlencode

import flask
import pytest
from flask import (
    after_this_request,
    flash,
    g,
    get_flashed_messages,
    request,
    session,
    stream_with_context,
    url_for,
)
from flask.globals import _cv_app, _cv_request

from schlenk.cycle import Flask

THREADS = 16
USERS = 4
REQUESTS = 100_000


class OwnedError(Exception):
    """An error that belongs to one user."""


def application(misplaced: list[str]) -> Flask:
    """An application whose every view, hook and handler tells whom it believes to serve."""
    app = Flask(__name__, static_folder=None)
    app.secret_key = "key"
    account = flask.Blueprint("account", __name__, url_prefix="/account/<user>")

    def owner() -> str:
        return request.path.split("/")[2]

    @app.before_request
    def load() -> None:
        g.user = request.headers["X-User"]

    @app.after_request
    def sign(response: flask.Response) -> flask.Response:
        response.headers["X-User"] = g.user
        return response

    @app.teardown_request
    def check(error: BaseException | None) -> None:
        if not g.user == owner() == request.headers["X-User"]:
            misplaced.append(f"teardown of {owner()} with g of {g.user}")

    @app.teardown_appcontext
    def check_globals(error: BaseException | None) -> None:
        if "user" not in g:
            misplaced.append("an application context without its g")

    @app.errorhandler(OwnedError)
    def owned(error: OwnedError) -> tuple[str, int]:
        return f"error of {error.args[0]} for {g.user}", 409

    @app.errorhandler(404)
    def missing(error: Exception) -> tuple[str, int]:
        return f"no {request.path} for {g.user}", 404

    @app.get("/text/<user>/<int:number>")
    def text(user: str, number: int) -> str:
        return f"{user} {number} {g.user} {request.args['of']} {request.cookies['who']}"

    @app.get("/json/<user>")
    def data(user: str) -> dict:
        return {"user": user, "g": g.user, "path": request.path, "endpoint": request.endpoint}

    @app.get("/fail/<user>")
    def fail(user: str) -> str:
        raise OwnedError(user)

    @app.post("/form/<user>")
    def form(user: str) -> str:
        @after_this_request
        def mark(response: flask.Response) -> flask.Response:
            response.headers["X-Form"] = request.form["who"]
            return response

        return f"{user} {request.form['who']} {session.get('user')}"

    @app.get("/stream/<user>")
    def stream(user: str) -> Iterator[str]:
        return stream_with_context(part for part in (f"{user} ", request.path, f" {g.user}"))

    @account.get("/visits")
    def visits(user: str) -> str:
        session["user"] = user
        session["visits"] = session.get("visits", 0) + 1
        return f"{session['user']} {session['visits']}"

    @account.get("/link")
    def link(user: str) -> str:
        return f"{url_for('.visits', user=user)} {url_for('text', user=user, number=7, of=g.user)}"

    @account.get("/flash")
    def flashing(user: str) -> str:
        flash(f"for {user}")
        return " ".join(get_flashed_messages())

    app.register_blueprint(account)
    return app


class User:
    """One user: an identity, the cookies of a browser, and what every answer must be."""

    def __init__(self, name: str, call: Callable) -> None:
        self.name = name
        self.call = call
        self.session = ""
        self.visits = 0
        self.wrong: list[str] = []

    def send(
        self, path: str, expected: str, status: int = 200, query: str = "", form: dict | None = None
    ) -> None:
        """Send one request and hold its answer against what it must be."""
        body = urlencode(form or {}).encode()
        answer: list = []
        environ = {
            "REQUEST_METHOD": "POST" if form else "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "HTTP_X_USER": self.name,
            "HTTP_COOKIE": f"who={self.name}{self.session}",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
        }
        chunks = self.call(environ, lambda status, headers, exc_info=None: answer.extend((status, headers)))
        text = b"".join(chunks).decode()
        getattr(chunks, "close", lambda: None)()
        headers = dict(answer[1])
        if (text, answer[0][:3], headers["X-User"]) != (expected, str(status), self.name):
            self.wrong.append(
                f"{path}: {answer[0]} {text!r} for {headers['X-User']}, not {expected!r} for {self.name}"
            )
        if form and headers["X-Form"] != self.name:
            self.wrong.append(f"{path}: form of {headers['X-Form']} for {self.name}")
        if "Set-Cookie" in headers:
            self.session = f"; {headers['Set-Cookie'].partition(';')[0]}"
        if _cv_request.get(None) is not None or _cv_app.get(None) is not None:
            self.wrong.append(f"{path}: a context is left for {self.name}")

    def round(self, number: int) -> None:
        """Ask for everything once: ten requests."""
        name, path = self.name, quote(self.name)
        known = name if self.visits else None
        self.send(f"/text/{name}/{number}", f"{name} {number} {name} {name} {name}", query=f"of={path}")
        self.send(f"/form/{name}", f"{name} {name} {known}", form={"who": name})
        self.visits += 1
        self.send(f"/account/{name}/visits", f"{name} {self.visits}")
        self.send(f"/fail/{name}", f"error of {name} for {name}", 409)
        self.send(f"/account/{name}/link", f"/account/{path}/visits /text/{path}/7?of={path}")
        self.send(f"/missing/{name}", f"no /missing/{name} for {name}", 404)
        self.send(f"/stream/{name}", f"{name} /stream/{name} {name}")
        self.send(
            f"/json/{name}", f'{{"endpoint":"data","g":"{name}","path":"/json/{name}","user":"{name}"}}\n'
        )
        self.send(f"/account/{name}/flash", f"for {name}")
        self.send(f"/text/{name}/0{number}", f"{name} {number} {name} {name} {name}", query=f"of={path}")


def crowd(app: Flask, requests: int) -> list[str]:
    """Let sixteen threads send so many requests at once; return what went wrong."""
    users = [[User(f"u{thread}-{number}", app) for number in range(USERS)] for thread in range(THREADS)]
    rounds = requests // (THREADS * USERS * 10) + 1
    failed: list[str] = []
    ready = threading.Barrier(THREADS)

    def work(mine: list[User]) -> None:
        try:
            ready.wait()
            for number in range(rounds):
                for user in mine:
                    user.round(number)
        except BaseException as error:  # noqa: BLE001 - a thread that dies must fail the test
            failed.append(f"{mine[0].name}: {error!r}")

    threads = [threading.Thread(target=work, args=(mine,)) for mine in users]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    return failed + [line for mine in users for user in mine for line in user.wrong]


def test_no_answer_carries_the_data_of_another_user():
    """A hundred thousand requests from sixteen threads: each answer is its own user's."""
    misplaced: list[str] = []

    wrong = crowd(application(misplaced), REQUESTS)

    assert wrong[:5] == []
    assert misplaced[:5] == []


@pytest.mark.parametrize("step", ["dispatch_request", "make_response"])
def test_the_lanes_mix_without_mixing_users(step):
    """While a step is assigned and taken away again and again, requests of both lanes keep apart."""
    misplaced: list[str] = []
    app = application(misplaced)
    inner = getattr(app, step)
    over = threading.Event()

    def disturb() -> None:
        while not over.wait(0.001):
            setattr(app, step, lambda *args: inner(*args))
            over.wait(0.001)
            delattr(app, step)

    disturber = threading.Thread(target=disturb)
    disturber.start()
    wrong = crowd(app, REQUESTS // 10)
    over.set()
    disturber.join()

    assert wrong[:5] == []
    assert misplaced[:5] == []


def test_a_mixture_would_be_noticed():
    """The crowd sees it when `g` is shared between requests."""

    class Sharing(Flask):
        shared = flask.ctx._AppCtxGlobals()

        def app_context(self) -> object:
            context = super().app_context()
            context.g = self.shared
            return context

    app = application([])
    app.__class__ = Sharing

    assert crowd(app, THREADS * USERS * 10) != []
