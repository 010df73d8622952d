"""The comparison itself: it is quiet when nothing differs, and sees each kind of difference."""

from collections.abc import Callable, Iterable

import flask
import pytest
from flask.globals import _cv_request
from flask.sessions import SecureCookieSessionInterface

from .description import App, Body, Case, Hook, Request, Route
from .observe import Seen, differences, run
from .strategies import ENDPOINTS
from .table import GRAND, ROWS, TOUR


class _Headers(flask.Flask):
    """Lets a subclass change status and headers on their way out."""

    def change(self, status: str, headers: list) -> tuple[str, list]:
        return status, headers

    def wsgi_app(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        def started(status: str, headers: list, exc_info: object = None) -> Callable:
            return start_response(*self.change(status, headers), exc_info)

        return super().wsgi_app(environ, started)


class OtherReason(_Headers):
    """Writes the status line in another way."""

    def change(self, status: str, headers: list) -> tuple[str, list]:
        return status.title(), headers


class OtherOrder(_Headers):
    """Sends the headers in another order."""

    def change(self, status: str, headers: list) -> tuple[str, list]:
        return status, headers[::-1]


class OtherLetters(_Headers):
    """Writes header names in small letters."""

    def change(self, status: str, headers: list) -> tuple[str, list]:
        return status, [(name.lower(), value) for name, value in headers]


class OtherBody(flask.Flask):
    """Adds a byte to every body."""

    def finalize_request(self, rv: object, from_error_handler: bool = False) -> flask.Response:
        response = super().finalize_request(rv, from_error_handler)
        if response.is_sequence:
            response.set_data(response.get_data() + b" ")
        return response


class HooksReversed(flask.Flask):
    """Runs before_request functions backwards."""

    def preprocess_request(self) -> object:
        for functions in self.before_request_funcs.values():
            functions.reverse()
        return super().preprocess_request()


class NoTeardown(flask.Flask):
    """Forgets the teardown functions."""

    def do_teardown_request(self, exc: BaseException | None = None) -> None:
        return


class TeardownWithoutError(flask.Flask):
    """Hides the error from the teardown functions."""

    def do_teardown_request(self, exc: BaseException | None = None) -> None:
        super().do_teardown_request(None)


class OtherSession(flask.Flask):
    """Writes something else into the session."""

    class session_interface(SecureCookieSessionInterface):
        """Adds a key."""

        def save_session(self, app: flask.Flask, session: dict, response: flask.Response) -> None:
            if session:
                session["extra"] = True
            super().save_session(app, session, response)

    session_interface = session_interface()


class ReadsTheBody(flask.Flask):
    """Reads the body of every request, wanted or not."""

    def preprocess_request(self) -> object:
        flask.request.get_data(parse_form_data=True)
        return super().preprocess_request()


class LeavesAContext(flask.Flask):
    """Leaves a request context behind."""

    def wsgi_app(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        answer = super().wsgi_app(environ, start_response)
        _cv_request.set(self.request_context(environ))
        return answer


class NeverCloses(flask.Flask):
    """Keeps `close` of the iterable from the server."""

    def wsgi_app(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        return (part for part in super().wsgi_app(environ, start_response))


class OtherError(flask.Flask):
    """Lets another exception out."""

    def handle_exception(self, e: Exception) -> flask.Response:
        raise LookupError from e


class NoSignal(flask.Flask):
    """Does not say that the request is finished."""

    def finalize_request(self, rv: object, from_error_handler: bool = False) -> flask.Response:
        return self.process_response(self.make_response(rv))


class NoLog(flask.Flask):
    """Does not log exceptions."""

    def log_exception(self, exc_info: object) -> None:
        return


class OtherUrls(flask.Flask):
    """Builds URLs with another order of arguments."""

    def url_for(self, endpoint: str, **values: object) -> str:
        return super().url_for(endpoint, **dict(reversed(values.items())))


class LeavesAMark(flask.Flask):
    """Puts a key of its own into the environ."""

    def wsgi_app(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        environ["mark"] = "1"
        return super().wsgi_app(environ, start_response)


class SharesG(flask.Flask):
    """Carries `g` over from one request to the next."""

    def app_context(self) -> object:
        context = super().app_context()
        context.g = vars(self).setdefault("kept_g", context.g)
        return context


BROKEN = {
    "status": [OtherReason],
    "headers": [OtherOrder, OtherLetters, OtherBody],
    "session": [OtherSession],
    "raised": [OtherError],
    "log": [HooksReversed, NoTeardown, TeardownWithoutError, ReadsTheBody, LeavesAContext, NeverCloses,
    NoSignal, NoLog,
            OtherUrls, LeavesAMark, SharesG],
}  # fmt: skip
KEPT = (
    Hook("teardown_request", Body((("see_context",),))),
    Hook("before_request"),
    Hook("before_request", Body((("g_see", "mark"), ("g_set", "mark", 1)))),
    Hook("signal", Body(), "request_finished"),
)
EVERYTHING = Case(
    App(
        (
            Route(
                "/", Body((("session_count",), ("make_url", "e0", (("q", 1), ("b", 2)))), ("closing",)), "e0"
            ),
            Route("/text", Body(answer=("text", "hello")), "e1"),
            Route("/fail", Body((("raise_error", "KeyError"),)), "e2"),
        ),
        KEPT,
    ),
    (Request(), Request("/text", "POST", body="form"), Request("/text"), Request("/fail")),
)


@pytest.mark.parametrize("name", ["tour", "url processors", "permanent session 61 s later with ()"])
def test_flask_is_equal_to_itself(name):
    """The same class run twice shows no difference: nothing seen depends on time or chance."""
    assert differences(run(ROWS[name], flask.Flask), run(ROWS[name], flask.Flask)) == []


@pytest.mark.parametrize(
    ("where", "broken"), [(field, cls) for field, found in BROKEN.items() for cls in found]
)
def test_a_broken_application_is_told_from_flask(where, broken):
    """Each way of being wrong shows, in the part of the observation where it belongs."""
    expected, actual = run(EVERYTHING, flask.Flask), run(EVERYTHING, broken)

    assert differences(expected, actual)
    assert [getattr(seen, where) for seen in expected] != [getattr(seen, where) for seen in actual]


def test_the_tour_reaches_every_view():
    """The tour that most rows take calls every view of the application, blueprints included."""
    log = "\n".join(line for seen in run(Case(GRAND, TOUR), flask.Flask) for line in seen.log)
    views = [route.endpoint for route in GRAND.routes if route.kind == "function"]

    assert [name for name in (*views, *ENDPOINTS[:2]) if f"view {name} " not in log] == []


def test_cookies_are_carried_from_one_request_to_the_next():
    """A session set by one request is there in the next."""
    case = Case(
        App((Route("/", Body((("session_count",),), ("text", "counted"))),)),
        (Request(), Request(), Request()),
    )

    assert [seen.session for seen in run(case, flask.Flask)] == ["{'n': 1}", "{'n': 2}", "{'n': 3}"]


def test_an_application_that_cannot_be_built_is_an_observation():
    """What registering a route raises is compared too."""
    case = Case(App((Route("no slash", Body()),)))

    (seen,) = run(case, flask.Flask)

    assert seen.raised.startswith("while building: builtins.ValueError")
    assert differences([seen], [Seen()]) != []
