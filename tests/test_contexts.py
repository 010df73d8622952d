"""The contexts: Flask's two, whose parts are made when somebody reads them."""

import flask
import pytest
from flask.globals import request_ctx
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import ImmutableDict

import schlenk
from schlenk import (
    Blueprint,
    copy_current_request_context,
    cycle,
    g,
    request,
    session,
    stream_with_context,
    url_for,
)
from schlenk.contexts import AppContext, RequestContext, blueprint_names
from schlenk.wrappers import Request


class Counted(cycle.Flask):
    """An application that keeps a list of what was made for its requests."""

    def __init__(self, *args, **kwargs):
        self.made = []
        super().__init__(*args, **kwargs)


@pytest.fixture
def app(monkeypatch):
    """Return an application that counts the parts made, with a view for each part that is touched."""
    app = Counted(__name__)
    app.secret_key = "a secret of this test"

    def counting(owner, name, part):
        make = getattr(owner, name)

        def counted(context):
            app.made.append(part)
            return make(context)

        monkeypatch.setattr(owner, name, counted)

    counting(RequestContext, "_make_request", "request")
    counting(RequestContext, "_open_session", "session")
    counting(RequestContext, "_make_url_adapter", "url_adapter")
    counting(AppContext.g, "make", "g")

    @app.get("/touch/<part>")
    def touch(part):
        return TOUCH[part]()

    app.test_client().get("/touch/nothing")  # the first request looks at the host
    app.made.clear()
    return app


TOUCH = {
    "nothing": lambda: "",
    "method": lambda: request.method,
    "query": lambda: request.args.get("q", ""),
    "view args": lambda: request.view_args["part"],
    "endpoint": lambda: request.endpoint,
    "session": lambda: str(len(session)),
    "session, written": lambda: session.setdefault("name", "mvl"),
    "g": lambda: str("name" in g),
    "current_app": lambda: flask.current_app.name,
    "has context": lambda: str(flask.has_request_context()),
    "url_for": lambda: url_for("touch", part="g"),
    "url_for, external": lambda: url_for("touch", part="g", _external=True),
    "url_for, static": lambda: url_for("static", filename="a.css"),
    "redirect": lambda: flask.redirect(url_for("touch", part="g")).location,
}


@pytest.mark.parametrize(
    ("part", "made"),
    [
        ("nothing", []),
        ("current_app", []),
        ("has context", []),
        ("url_for", []),
        ("url_for, static", []),
        ("redirect", []),
        ("g", ["g"]),
        ("session", ["session"]),
        ("session, written", ["session"]),
        ("method", ["request"]),
        ("query", ["request"]),
        ("view args", ["request"]),
        ("endpoint", ["request"]),
        ("url_for, external", ["url_adapter", "request"]),
    ],
)
def test_only_what_a_view_touches_is_made(app, part, made):
    """A request costs what it touches."""
    assert app.test_client().get(f"/touch/{part}").status_code == 200
    assert app.made == made


@pytest.mark.parametrize("part", TOUCH)
def test_a_part_made_late_is_the_part_flask_makes(app, part):
    """What a view reads is what it reads in Flask."""
    theirs = flask.Flask(__name__)
    theirs.secret_key = app.secret_key
    theirs.add_url_rule("/touch/<part>", "touch", lambda part: TOUCH[part]())
    seen = [side.test_client().get(f"/touch/{part}?q=1") for side in (app, theirs)]

    assert seen[0].data == seen[1].data


def test_a_part_is_made_once():
    """Two readers get the same object, and so the same session and the same cached body."""
    app = cycle.Flask(__name__)
    app.secret_key = "a secret of this test"

    @app.get("/")
    def index():
        names = ("request", "session", "url_adapter", "_after_request_functions")
        context = request_ctx._get_current_object()
        same = [getattr(context, name) is getattr(context, name) for name in names]
        return [*same, g._get_current_object() is g._get_current_object()]

    assert app.test_client().get("/").json == [True] * 5


def bare(app, path="/"):
    """Return a request context as the direct lane makes it: of an application that serves, and an environ."""
    app.test_client().get("/none")
    context = RequestContext.__new__(RequestContext)
    context.app, context._cv_tokens = app, []
    context.environ = app.test_request_context(path).request.environ
    return context


def test_a_part_assigned_from_outside_is_kept():
    """Extensions replace the request, the session and the adapter of a context; nothing is made over them."""
    context = bare(cycle.Flask(__name__))
    parts = {
        "request": object(),
        "_session": {},
        "url_adapter": object(),
        "_after_request_functions": [print],
    }
    for name, part in parts.items():
        setattr(context, name, part)

    assert {name: getattr(context, name) for name in parts} == parts


def test_an_adapter_of_none_is_a_part_like_any_other():
    """No adapter (the host was refused, or somebody said so) is not looked for again."""
    context = bare(cycle.Flask(__name__))
    context.url_adapter = None

    assert (context.url_adapter, context.made_url_adapter) == (None, (None,))


def test_the_parts_of_an_application_context_are_made_once_and_can_be_replaced():
    """`g` and the adapter open on first touch there as well."""
    app = cycle.Flask(__name__)
    context = AppContext.__new__(AppContext)
    context.app = app
    assert vars(context) == {"app": app}
    namespace, context.url_adapter = context.g, "mine"

    assert (context.g is namespace, context.url_adapter) == (True, "mine")


def test_a_class_for_g_of_the_applications_own_is_made_with_the_context():
    """Its constructor may do something that must not wait for a touch."""
    app, made = cycle.Flask(__name__), []
    app.app_ctx_globals_class = lambda: made.append("g") or flask.ctx._AppCtxGlobals()
    app.test_client().get("/none")

    assert made == ["g"]


def test_contexts_are_flasks():
    """Code that asks for the type of a context finds Flask's."""
    assert issubclass(RequestContext, flask.ctx.RequestContext)
    assert issubclass(AppContext, flask.ctx.AppContext)


def test_a_request_made_late_knows_its_rule_and_settings():
    """The request of a matched context has rule, arguments, JSON provider and trusted hosts."""
    app = cycle.Flask(__name__)
    app.config["TRUSTED_HOSTS"] = ["localhost"]
    app.add_url_rule("/<int:number>", "number", lambda number: "")
    context = bare(app, "/7")
    context.reach(*app.url_map.find("/7", "GET"))
    request = context.request

    assert (request.endpoint, request.view_args, request.routing_exception) == ("number", {"number": 7}, None)
    assert (request.json_module, request.trusted_hosts) == (app.json, ["localhost"])


@pytest.mark.parametrize("first", ["request", "match"])
def test_a_request_that_matched_nothing_has_the_exception(first):
    """`request.routing_exception` is there, whether the request was made before or after matching."""
    context, error = bare(cycle.Flask(__name__)), LookupError()
    steps = {"request": lambda: context.request, "match": lambda: context.refuse(error)}
    for step in sorted(steps, key=lambda step: step != first):
        steps[step]()

    assert context.request.routing_exception is error


def test_a_rule_found_after_the_request_was_made_reaches_the_request():
    """A session interface or a converter may touch the request before it is matched."""
    app = cycle.Flask(__name__)
    context = bare(app)
    before = context.request
    rule = next(app.url_map.iter_rules())
    context.reach(rule, {"filename": "a"})

    assert (before.url_rule, before.view_args) == (rule, {"filename": "a"})


def test_a_request_class_of_ones_own_is_constructed():
    """A subclass is made by its own constructor, from the environ alone."""

    class Mine(Request):
        pass

    app = cycle.Flask(__name__)
    app.request_class = Mine

    assert type(bare(app).request) is Mine


@pytest.mark.parametrize(
    ("endpoint", "names"),
    [
        ("index", (None,)),
        ("admin.index", ("admin", None)),
        ("admin.users.edit", ("admin.users", "admin", None)),
        (".index", ("", None)),
    ],
)
def test_the_names_of_an_endpoint_lead_from_the_innermost_blueprint_outward(endpoint, names):
    """Hooks apply in the order that Flask applies them in."""
    assert blueprint_names(endpoint) == names


@given(st.lists(st.text("ab", min_size=1), min_size=1, max_size=4).map(".".join))
def test_any_endpoint_has_the_blueprints_flask_finds(endpoint):
    """The names are those of `request.blueprints`, and None for the application."""
    theirs = flask.Request({})
    theirs.url_rule = type("Rule", (), {"endpoint": endpoint})

    assert blueprint_names(endpoint) == (*theirs.blueprints, None)


@pytest.mark.parametrize("kind", [flask.Flask, cycle.Flask, schlenk.Flask])
def test_a_streamed_body_reads_the_request_after_the_view_has_returned(kind):
    """`stream_with_context` keeps request, session and `g`; teardown runs after the view and the body."""
    app, seen = kind(__name__), []
    app.secret_key = "a secret of this test"
    app.teardown_request(lambda error: seen.append(error))

    @app.get("/<name>")
    def stream(name):
        session["name"], g.name = name, name

        def chunks():
            for source in (request.view_args, session, vars(g._get_current_object())):
                seen.append("chunk")
                yield source["name"]

        return stream_with_context(chunks())

    answer = app.test_client().get("/mvl")

    assert (answer.text, seen) == ("mvlmvlmvl", [None, "chunk", "chunk", "chunk", None])
    assert not flask.has_request_context()
    assert not flask.has_app_context()


@pytest.mark.parametrize("kind", [flask.Flask, cycle.Flask, schlenk.Flask])
def test_a_streamed_body_that_touches_nothing_before_ends_well(kind):
    """Parts may be made as late as in the generator."""
    app = kind(__name__)

    @app.get("/<name>")
    def stream(name):
        return stream_with_context(request.path + part for part in "ab")

    assert app.test_client().get("/x").text == "/xa/xb"


@pytest.mark.parametrize("kind", [flask.Flask, cycle.Flask, schlenk.Flask])
def test_a_copied_context_has_the_same_request_and_session(kind):
    """A function given to another thread reads the request that it was made in."""
    app = kind(__name__)
    app.secret_key = "a secret of this test"
    admin = Blueprint("admin", __name__)

    @admin.get("/<name>")
    def page(name):
        session["name"] = name

        @copy_current_request_context
        def copied():
            return [
                request.path,
                request.blueprint,
                session["name"],
                url_for(".page", name="b"),
            ]

        return copied()

    app.register_blueprint(admin)
    assert app.test_client().get("/a").json == ["/a", "admin", "a", "/b"]


def test_a_copy_of_a_context_shares_what_was_made_and_nothing_else():
    """The request and the session are the same objects; what is pushed is not."""
    app = cycle.Flask(__name__)
    app.secret_key = "a secret of this test"
    context = bare(app)
    copied = context.copy()

    assert (type(copied), copied.request is context.request) == (RequestContext, True)
    assert (copied._session is context._session, copied._cv_tokens) == (True, [])


@pytest.mark.parametrize("kind", [flask.Flask, cycle.Flask])
def test_a_context_can_be_pushed_again_and_popped_as_often(kind):
    """Pushing twice and popping twice ends where it began, and tears down once."""
    app, torn_down = kind(__name__), []
    app.teardown_request(torn_down.append)
    context = app.test_request_context("/")
    for act in (context.push, context.push, context.pop, context.pop):
        act()

    assert (torn_down, flask.has_request_context()) == ([None], False)


def test_defaults_of_a_rule_are_not_shared_between_requests():
    """A view that changes `request.view_args` changes them for its own request."""
    app = cycle.Flask(__name__)

    @app.get("/", defaults=ImmutableDict(page=1))
    def index(page):
        request.view_args["page"] = 2
        return str(page)

    client = app.test_client()
    assert [client.get("/").text for _ in range(2)] == ["1", "1"]
