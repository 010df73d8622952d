"""The sides, and the proof that they do the same work before any of them is timed."""

from collections.abc import Callable
from http.cookies import SimpleCookie

import flask
from flask.sessions import SecureCookieSessionInterface

from .app import make_app
from .cases import CASES, Case
from .wsgi import Answer, call, requests

#: The rival, by the name its column bears.
FLASK = "Flask"
#: Flask's behaviour to the byte, which is what adopted code gets.
ADOPTED = "Schlenk, adopted"
#: `schlenk.Flask`, with the safe defaults.
SAFE = "Schlenk"


def build() -> dict[str, flask.Flask]:
    """Build every side's application, the rival's first."""
    import schlenk
    import schlenk.cycle

    return {
        FLASK: make_app(flask.Flask),
        ADOPTED: make_app(schlenk.cycle.Flask),
        SAFE: make_app(schlenk.Flask),
    }


def signed_in_cookie(app: flask.Flask) -> str:
    """Return the Cookie header of a visitor whom `app` has signed in."""
    answer = call(app, requests(Case("enter", 1, "/enter"), "")())
    return "; ".join(f"{name}={value}" for name, value in cookies(answer).items())


def check_same_work(sides: dict[str, flask.Flask], cookie: str) -> None:
    """Refuse to time sides whose answers differ.

    The adopted side owes Flask's status, headers and body, in order. The safe side may send further
    headers, so it owes status, type, place, session content and body.

    Raises:
        ValueError: an answer differs; the message shows both.
    """
    for case in CASES:
        answers = {name: call(app, requests(case, cookie)()) for name, app in sides.items()}
        for name, view in ((ADOPTED, whole), (SAFE, essence)):
            expected, seen = view(answers[FLASK], sides[FLASK]), view(answers[name], sides[FLASK])
            if seen != expected:
                raise ValueError(f"{case.name}: {name} gave {seen!r}, but Flask gave {expected!r}")


View = Callable[[Answer, flask.Flask], object]


def whole(answer: Answer, app: flask.Flask) -> object:
    """Everything in an answer; of a session cookie its content, as the signature holds the time."""
    headers = [
        (key, value.replace(cookies(answer)["session"], str(session(answer, app))))
        if key == "Set-Cookie"
        else (key, value)
        for key, value in answer.headers
    ]
    return answer.status, headers, answer.body


def essence(answer: Answer, app: flask.Flask) -> object:
    """What the visitor asked for: further headers left aside."""
    headers = {key.lower(): value for key, value in answer.headers}
    asked = headers.get("content-type"), headers.get("location")
    return answer.status, asked, session(answer, app), answer.body


def session(answer: Answer, app: flask.Flask) -> object:
    """Return the content of the session cookie that `answer` sets, opened by `app`."""
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    value = cookies(answer).get("session")
    if serializer is None or value is None:
        return None
    return serializer.loads(value)


def cookies(answer: Answer) -> dict[str, str]:
    """Return the cookies that `answer` sets, by name."""
    jar: SimpleCookie = SimpleCookie()
    for key, value in answer.headers:
        if key.lower() == "set-cookie":
            jar.load(value)
    return {name: morsel.value for name, morsel in jar.items()}
