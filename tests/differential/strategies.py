"""Hypothesis strategies for the descriptions.

The vocabulary is small on purpose: few segments, few names, few keys, so that rules overlap, paths hit,
and what one request leaves behind matters to the next.
"""

from hypothesis import strategies as st

from .acts import ERRORS, VALUES
from .answers import AFTER, CONTEXT, ERROR_SHAPES, SHAPES, URL
from .changes import CLASS_STEPS, STEPS
from .description import App, Blueprint, Body, Case, Hook, Request, Route
from .intended import UNREADABLE
from .observe import BODIES, SPOILED, WAYS
from .replacements import CLASSES, INTERFACES, MIDDLEWARES, PROVIDERS

SEGMENTS = ("a", "b", "<x>", "<int:x>", "<string(length=2):x>", "<float:x>", "<path:x>", "<any(a,b):x>",
    "<uuid:x>", "<int(signed=True):x>", "<int(fixed_digits=3):x>", "<int(min=2, max=9):x>", "<picky:x>",
    "<pair:x>", "<mine:x>", "<writing:x>", "<failing:x>", "<wide:x>", "<float(signed=True):x>",
    "<string(minlength=2):x>",
    "<string(maxlength=2):x>", "a-<x>", "<int:x>.<string(length=1):y>", "a|b", "ü", "%41", "a b")  # fmt: skip
WORDS = ("a", "b", "1", "5", "-1", "007", "12", "1.5", "-2.5", "ab", "bad", "boom", "gone", "a-b", "1.x",
"p,q",
    "w", "12345678-1234-5678-1234-567812345678", "x y", "%41", "a;b", "a|b", "..", ".", "", "A", "A1",
    "\xc3\xbc", "\xff", "w/q/5", "a/b", "a//b", "a" * 300)  # fmt: skip
ODD_PATHS = ("", "/", "//", "//x", "///", "/a//b", "a", "*", "/%2e%2e/a", "/../a", "/a;x=1", "/\xff\xfe",
"/a/",
    "/static/note.txt", "/static/missing", "/static/../build.py", "/a\n", "/a?b", "/\x00", "/" + "a/" * 200,
    "/rewritten", "/mount/a", "/favicon.ico", "http://x/a")  # fmt: skip
QUERIES = ("", "", "a=1", "a=1&a=2&b=", "x=%FF&y=%C3%BC", "?", "&&=&a", "a=b=c", "a+b=c+d", "_method=PUT",
    "\xc3\xbc=1", "a=%zz", "next=/a%3Fb")  # fmt: skip
METHODS = (*("GET",) * 20, *("POST",) * 4, "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE",
    "get", "Post", "FOO", "--", "")  # fmt: skip
HEADERS = (
    ("Host", "other.example"), ("Host", "sub.example.org"), ("Host", "example.org:8080"),
    ("Host", "EXAMPLE.org"),
    ("Host", ""), ("Host", "a b"), ("Host", "evil.example"), ("Host", "[::1]:80"),
    ("Host", "b\xfccher.example"),
    ("Host", "a.b.example.org"), ("Host", "example.org:80"), ("Host", "."), ("Host", "a" * 70 + ".example"),
    ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("X-Forwarded-For", "203.0.113.9"),
    ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "front.example"), ("X-Forwarded-Prefix", "/front"),
    ("If-None-Match", '"x"'), ("If-None-Match", "*"), ("If-Modified-Since", "Mon, 01 Jan 2024 00:00:00 GMT"),
    ("Range", "bytes=2-4"), ("Range", "bytes=20-"), ("Accept", "application/json;q=0.5, text/html"),
    ("Authorization", "Basic YTpi"), ("User-Agent", "test/1"), ("X-Method", "put"),
    ("Accept-Language", "de, en;q=0.5"),
    ("Cache-Control", "no-cache"), ("Referer", "http://example.org/a"),
    ("Date", "Mon, 01 Jan 2024 00:00:00 GMT"),
    ("Transfer-Encoding", "chunked"),
)  # fmt: skip
ENVIRON = (
    ("SCRIPT_NAME", "/app"), ("SCRIPT_NAME", "/app/"), ("SCRIPT_NAME", "/\xc3\xbc"),
    ("wsgi.url_scheme", "https"),
    ("HTTP_HOST", None), ("SERVER_PORT", "8080"), ("REMOTE_ADDR", None), ("CONTENT_LENGTH", "5"),
    ("CONTENT_LENGTH", "abc"), ("CONTENT_LENGTH", "-1"), ("CONTENT_LENGTH", "999"), ("CONTENT_LENGTH", None),
    ("wsgi.input_terminated", True), ("QUERY_STRING", None), ("PATH_INFO", None), ("SCRIPT_NAME", None),
    ("REMOTE_USER", "someone"), ("werkzeug.debug.preserve_context", "@preserve"),
    ("SERVER_PROTOCOL", "HTTP/1.0"),
    ("SERVER_NAME", "::1"), ("wsgi.multithread", False), ("CONTENT_TYPE", ""),
    ("CONTENT_TYPE", "Application/JSON"),
    ("REQUEST_URI", "/raw%20uri"), ("HTTP_HOST", "example.org"), ("wsgi.url_scheme", "wss"),
)  # fmt: skip
CONFIG = (
    ("SECRET_KEY", "key"), ("SECRET_KEY", None), ("SECRET_KEY", ""), ("SECRET_KEY", b"bytes key"),
    ("SECRET_KEY", "other"), ("SECRET_KEY_FALLBACKS", ["old"]), ("SECRET_KEY_FALLBACKS", ["key", "old"]),
    ("SECRET_KEY_FALLBACKS", []), ("SESSION_REFRESH_EACH_REQUEST", False), ("SESSION_COOKIE_NAME", "sid"),
    ("SESSION_COOKIE_DOMAIN", "example.org"), ("SESSION_COOKIE_PATH", "/app"),
    ("SESSION_COOKIE_HTTPONLY", False),
    ("SESSION_COOKIE_SECURE", True), ("SESSION_COOKIE_SAMESITE", "Lax"), ("SESSION_COOKIE_SAMESITE", "wrong"),
    ("SESSION_COOKIE_PARTITIONED", True), ("TESTING", True), ("TESTING", False), ("DEBUG", True),
    ("DEBUG", False),
    ("PROPAGATE_EXCEPTIONS", True), ("PROPAGATE_EXCEPTIONS", False), ("TRAP_HTTP_EXCEPTIONS", True),
    ("TRAP_BAD_REQUEST_ERRORS", True), ("TRUSTED_HOSTS", ["example.org", ".example.org"]),
    ("TRUSTED_HOSTS", ["other.example"]), ("TRUSTED_HOSTS", []), ("MAX_CONTENT_LENGTH", 10),
    ("MAX_CONTENT_LENGTH", 0), ("MAX_FORM_MEMORY_SIZE", 5), ("MAX_FORM_PARTS", 1),
    ("SERVER_NAME", "example.org"),
    ("SERVER_NAME", "example.org:8080"), ("SERVER_NAME", None), ("APPLICATION_ROOT", "/root"),
    ("PREFERRED_URL_SCHEME", "https"), ("MAX_COOKIE_SIZE", 50), ("MAX_COOKIE_SIZE", 0),
    ("PROVIDE_AUTOMATIC_OPTIONS", False), ("TEMPLATES_AUTO_RELOAD", True), ("SEND_FILE_MAX_AGE_DEFAULT", 60),
    ("EXPLAIN_TEMPLATE_LOADING", False), ("USE_X_SENDFILE", True), ("PERMANENT_SESSION_LIFETIME", 60),
)  # fmt: skip
OPTIONS = (
    (("host_matching", True), ("static_host", "example.org")), (("subdomain_matching", True),),
    (("static_folder", None),), (("static_url_path", ""),), (("static_url_path", "/a"),),
)  # fmt: skip
ENDPOINTS = ("e0", "e1", "e2", "b.e0", "b.e1", "b.c.e0", "static")
LINKS = (*ENDPOINTS, ".e0", ".e1", ".c.e0", ".missing", "missing", "b.missing", "..e0")
KEYS = ("a", "b", "dict")
SIGNALS = (
    "template_rendered", "before_render_template", "request_started", "request_finished",
    "request_tearing_down",
    "got_request_exception", "appcontext_tearing_down", "appcontext_pushed", "appcontext_popped",
    "message_flashed",
)  # fmt: skip
URL_VALUES = (
    ("x", 1), ("x", "a"), ("x", "ü/ö ?"), ("x", 1.5), ("x", -3), ("x", None), ("x", ["p", "q"]), ("x", ""),
    ("x", "boom"), ("x", 7), ("x", True), ("y", "z"), ("q", [1, 2]), ("q", "ü &"), ("q", None), ("q", ()),
    ("lang", "de"), ("_anchor", "ü #a"), ("_anchor", ""), ("_scheme", "https"), ("_scheme", ""),
    ("_external", True),
    ("_external", False), ("_method", "POST"), ("_method", "PATCH"), ("_method", "get"),
    ("filename", "note.txt"),
    ("filename", "a/../b c"), ("x", "12345678-1234-5678-1234-567812345678"), ("self", 1), ("endpoint_", "e"),
)  # fmt: skip
REQUEST_NAMES = (
    "form", "files", "values", "json", "data", "args", "cookies", "stream", "is_json", "full_path", "url",
    "host",
    "endpoint", "view_args", "blueprints", "content_length", "max_content_length", "routing_exception",
)  # fmt: skip


def _of(values: tuple) -> st.SearchStrategy:
    return st.sampled_from(values)


_ONE_IN = {n: st.sampled_from((False,) * (n - 1) + (True,)) for n in range(2, 21)}


def _chance(draw: st.DrawFn, one_in: int) -> bool:
    """True once in so many draws; shrinks to False."""
    return draw(_ONE_IN[one_in])


_error_names = _of(tuple(ERRORS))
_codes = _of((400, 401, 403, 404, 405, 409, 410, 413, 418, 422, 429, 500, 503))
url_values = st.lists(_of(URL_VALUES), max_size=3, unique_by=lambda v: v[0]).map(tuple)
loud_acts = st.one_of(
    _of((
        ("raise_from",), ("after_request_fails",), ("touch_json",), ("touch_field", "a"),
        ("touch_field", "missing"),
        ("touch_file", "f"), ("touch_arg", "missing"), ("abort_response", "aborted", 403),
        ("abort_redirect", "/a"),
        ("raise_redirect", "/b"), ("abort_described", 404, "no <b>such</b>"),
    )),
    st.tuples(st.just("session_delete"), _of(KEYS)),
    st.tuples(st.just("make_url_loudly"), _of(LINKS), url_values),
    st.tuples(st.just("do_abort"), _codes),
    st.tuples(st.just("raise_error"), _error_names),
)  # fmt: skip
acts = st.one_of(
    _of((
        ("see_request",), ("see_headers",), ("see_types",), ("see_context",), ("see_session",),
        ("see_session_flags",), ("session_count",), ("session_count",), ("session_nested",),
        ("session_clear",),
        ("session_popitem",), ("session_update",), ("session_or",), ("see_adapter",), ("render_text",),
        ("render_page",), ("nested_app_context",), ("copied_context",),
        ("push_again",), ("nested_other_app",), ("variable_set", 1), ("variable_see",), ("see_environ",),
        ("write_log",), ("limit", 3),
        ("after_request_header", "X-After-This", "1"),
        ("nested_request", "/a"), ("nested_request", "/"), ("nested_request_context", "/a?b=1"),
        ("pop_argument", "x"), ("add_argument", "y", "added"), ("set_request", "mark", 1),
        ("set_request", "view_args", {}), ("set_request", "method", "PUT"),
    )),
    st.tuples(st.just("see_request"), _of(REQUEST_NAMES), _of(REQUEST_NAMES)),
    st.tuples(st.just("read_stream"), _of((0, 1, 5, -1))),
    st.tuples(st.just("get_data"), st.booleans(), st.booleans(), st.booleans()),
    st.tuples(st.just("get_json"), st.booleans(), st.booleans(), st.booleans()),
    st.tuples(_of(("session_get", "session_pop")), _of(KEYS)),
    st.tuples(st.just("session_set"), _of(KEYS), _of(tuple(VALUES))),
    st.tuples(st.just("session_set"), st.just("dict"), st.just("dict")),
    st.tuples(_of(("session_permanent", "session_modified")), st.booleans()),
    st.tuples(st.just("do_flash"), _of(("hi", "<b>ü</b>")), _of(("message", "error"))),
    st.tuples(st.just("see_flashes"), st.booleans(), _of(((), ("error",)))),
    st.tuples(st.just("g_set"), _of(("mark", "b")), _of((1, "x"))),
    st.tuples(st.just("g_see"), _of(("mark", "b"))),
    st.tuples(st.just("make_url"), _of(LINKS), url_values),
    st.tuples(st.just("make_url"), _of(ENDPOINTS), url_values),
    st.tuples(st.just("see_config"), _of(("DEBUG", "SECRET_KEY", "MISSING"))),
)  # fmt: skip


@st.composite
def bodies(draw: st.DrawFn, answers: tuple[tuple, ...], most: int = 3) -> Body:
    """A function that acts a little, mostly without failing, and gives one of `answers`."""
    is_async = _chance(draw, 15)
    return Body(
        tuple(draw(st.lists(loud_acts if _chance(draw, 6) else acts, max_size=most))),
        draw(_of(answers)),
        is_async,
    )


views = bodies(SHAPES)
silent = (("nothing",),) * 12


@st.composite
def hooks(draw: st.DrawFn, on_blueprint: bool = False) -> Hook:
    """A hook of any kind that the application, or a blueprint, offers."""
    kind = draw(_of((
        "before_request", "before_request", "after_request", "after_request", "teardown_request",
        "url_value_preprocessor", "url_defaults", "context_processor", "errorhandler", "errorhandler",
        "teardown_appcontext", "signal",
    )))  # fmt: skip
    what = None
    if kind == "errorhandler":
        what = draw(st.one_of(_codes, _error_names.filter(lambda name: name != "Halt")))
        body = draw(bodies(ERROR_SHAPES, 2))
    elif kind == "signal":
        what = draw(_of(SIGNALS))
        # A receiver that fails while a context is pushed makes Flask pop what was never pushed.
        body = Body() if what == "appcontext_pushed" else draw(bodies((("nothing",),), 1))
    elif kind == "before_request":
        body = draw(bodies(silent + SHAPES[:20], 2))
    elif kind == "after_request":
        body = draw(bodies((("same",),) * 10 + AFTER, 2))
    elif kind in {"url_value_preprocessor", "url_defaults"}:
        body = Body(tuple(draw(st.lists(acts, max_size=1))), draw(_of(URL)))
    elif kind == "context_processor":
        body = draw(bodies(CONTEXT, 1))
    else:
        body = draw(bodies((("nothing",),), 1))
    if on_blueprint:
        if kind in {"teardown_appcontext", "signal"}:
            kind, what = "before_request", None
        elif draw(st.booleans()):
            kind = _APP_WIDE.get(kind, kind)
    if kind.endswith("url_defaults"):  # one that builds a URL calls itself until the stack is full
        body = Body(
            tuple(act for act in body.acts if "url" not in act[0] and "render" not in act[0]), body.answer
        )
    return Hook(kind, body, what)


_APP_WIDE = {
    "before_request": "before_app_request",
    "after_request": "after_app_request",
    "teardown_request": "teardown_app_request",
    "url_value_preprocessor": "app_url_value_preprocessor",
    "url_defaults": "app_url_defaults",
    "context_processor": "app_context_processor",
    "errorhandler": "app_errorhandler",
}


@st.composite
def rules(draw: st.DrawFn) -> str:
    """A rule of up to three segments, no variable twice."""
    segments, used = [], set()
    for segment in draw(st.lists(_of(SEGMENTS), max_size=3)):
        for name in ("x", "z", "w"):
            renamed = segment.replace("x>", f"{name}>").replace("y>", f"{name}y>")
            if "<" not in segment or name not in used:
                used.update({name} if "<" in segment else ())
                segments.append(renamed)
                break
    return "/" + "/".join(segments) + ("/" if segments and draw(st.booleans()) else "")


_rule_options = (
    ("methods", ("POST",)), ("methods", ("GET", "POST")), ("methods", ("PUT", "delete")),
    ("methods", ("OPTIONS",)),
    ("methods", ()), ("strict_slashes", False), ("strict_slashes", True), ("merge_slashes", False),
    ("alias", True),
    ("defaults", (("x", 1),)), ("defaults", (("x", "a"),)), ("defaults", (("page", 1),)),
    ("redirect_to", "/b"),
    ("redirect_to", "b/<x>"), ("redirect_to", "@function"), ("websocket", True),
    ("provide_automatic_options", False),
    ("provide_automatic_options", True), ("subdomain", "sub"), ("subdomain", "<s>"),
    ("host", "other.example"),
    ("host", "<h>.example"), ("build_only", True),
)  # fmt: skip


@st.composite
def routes(draw: st.DrawFn, number: int = 0) -> Route:
    """A route; one in five names the endpoint of another, to share its view."""
    options = ()
    if _chance(draw, 4):
        options = tuple(draw(st.lists(_of(_rule_options), min_size=1, max_size=2, unique_by=lambda o: o[0])))
    kind = draw(
        _of(
            ("function",) * 12
            + ("method_view", "shared_view", "attributed", "partial", "bound", "object", "wrapped")
        )
    )
    if kind == "method_view" or kind == "shared_view":
        options = tuple(o for o in options if o[0] != "methods")
    endpoint = f"e{0 if _chance(draw, 7) else number}"
    return Route(draw(rules()), draw(views), endpoint, options, kind)


@st.composite
def blueprints(draw: st.DrawFn, name: str = "b", depth: int = 0) -> Blueprint:
    """A blueprint with routes and hooks, perhaps with another inside."""
    options = [("url_prefix", draw(_of(("/b", "/a", "/<lang>", "/b/"))))] if not _chance(draw, 4) else []
    if _chance(draw, 10):
        options.append(("subdomain", "sub"))
    if _chance(draw, 10):
        options.append(("url_defaults", {"lang": "xx"}))
    children = (draw(blueprints("c", depth + 1)),) if depth == 0 and draw(st.booleans()) else ()
    return Blueprint(
        name,
        tuple(draw(routes(number)) for number in range(draw(st.integers(1, 2)))),
        tuple(draw(st.lists(hooks(on_blueprint=True), max_size=2))),
        children,
        tuple(options),
    )


configs = _of(CONFIG)
READABLE = tuple(name for name in SPOILED if name not in UNREADABLE)
RESPONSES = tuple(name for name in CLASSES if name.endswith("Response"))
REQUESTS = tuple(name for name in CLASSES if name.endswith("Request"))
#: What may be in place from the start.
features = st.one_of(
    st.tuples(st.just("assign_step"), _of(STEPS)),
    st.tuples(st.just("use_class"), st.just("response_class"), _of(RESPONSES)),
    st.tuples(st.just("use_class"), st.just("request_class"), _of(REQUESTS)),
    st.tuples(st.just("json_provider"), _of(tuple(PROVIDERS))),
    st.tuples(st.just("json_setting"), _of(("sort_keys", "ensure_ascii", "compact")), st.booleans()),
    st.tuples(st.just("session_interface"), _of(tuple(INTERFACES))),
    st.tuples(st.just("middleware"), _of(tuple(MIDDLEWARES))),
    st.tuples(st.just("build_error_handler"), _of(("/handled", "", None))),
    st.tuples(
        st.just("url_map_attribute"),
        _of(("strict_slashes", "redirect_defaults", "merge_slashes", "sort_parameters")),
        st.booleans(),
    ),
    st.tuples(st.just("lifetime"), _of((1, 100))),
    st.sampled_from(
        [("session_attribute", "salt", "salted"), ("session_attribute", "key_derivation", "concat")]
    ),
    st.just(("session_tag",)),
    st.just(("json_default",)),
    st.just(("jinja_global",)),
)
#: What may be done between two requests.
changes = st.one_of(
    features,
    st.tuples(_of(("config", "config", "config_update", "config_replaced")), configs).map(
        lambda c: (c[0], *c[1])
    ),
    st.tuples(st.just("hook"), hooks(), _of((None, "b", "b.c"))),
    st.tuples(_of(("patch_step", "unassign_step")), _of(STEPS)),
    st.tuples(st.just("view"), _of(ENDPOINTS), views),
    st.tuples(st.just("view_removed"), _of(ENDPOINTS)),
    st.tuples(st.just("rule"), rules(), _of(ENDPOINTS), st.just((("methods", ["GET", "POST"]),))),
    st.tuples(st.just("flask_rule"), rules(), _of(ENDPOINTS)),
    st.tuples(st.just("handler"), _codes, bodies(ERROR_SHAPES, 1), _of((None, "b"))),
    st.tuples(
        _of(("hooks_cleared", "hooks_reversed")),
        _of(
            (
                "before_request_funcs",
                "after_request_funcs",
                "teardown_request_funcs",
                "url_value_preprocessors",
            )
        ),
        _of((None, "b")),
    ),
    st.tuples(st.just("hooks_replaced"), _of(("before_request_funcs", "after_request_funcs"))),
    st.tuples(
        st.just("hook_swapped"),
        st.just("before_request_funcs"),
        bodies(silent + SHAPES[:3], 1),
        st.just(None),
    ),
    st.tuples(st.just("connect"), _of(SIGNALS)),
    st.tuples(st.just("disconnect"), _of(SIGNALS)),
    st.tuples(st.just("route"), routes(9)),
    st.sampled_from([("late_setup",), ("handlers_cleared",), ("teardown_cleared",)]),
)
class_features = st.one_of(
    st.lists(_of(CLASS_STEPS), min_size=1, max_size=2, unique=True).map(lambda names: ("overrides", *names)),
    st.tuples(st.just("uses_class"), st.just("response_class"), _of(RESPONSES)),
    st.tuples(st.just("uses_class"), st.just("request_class"), _of(REQUESTS)),
    st.tuples(st.just("with_session_interface"), _of(tuple(INTERFACES))),
    st.tuples(
        st.just("own_classes"),
        _of(("app_ctx_globals_class", "url_rule_class", "url_map_class", "json_provider_class")),
    ),
    st.just(("own_context",)),
)


def _rarely(strategy: st.SearchStrategy, one_in: int) -> st.SearchStrategy:
    """None of it, or in one of `one_in` cases up to two."""
    some = st.lists(strategy, min_size=1, max_size=2).map(tuple)
    return _ONE_IN[one_in].flatmap(lambda any_at_all: some if any_at_all else st.just(()))


@st.composite
def apps(draw: st.DrawFn) -> App:
    """A whole application."""
    options = draw(_of(OPTIONS)) if _chance(draw, 8) else ()
    return App(
        tuple(draw(routes(number)) for number in range(draw(st.integers(1, 4)))),
        tuple(draw(st.lists(hooks(), max_size=3))),
        tuple(draw(st.lists(blueprints(), max_size=1))),
        (("SECRET_KEY", "key"), *draw(_rarely(configs, 2))),
        options,
        draw(_rarely(class_features, 5)),
        draw(_rarely(features, 4)),
    )


def _rules_of(app: App) -> list[str]:
    found = [route.rule for route in app.routes]

    def walk(blueprint: Blueprint, prefix: str) -> None:
        prefix = prefix + str(dict(blueprint.options).get("url_prefix") or "")
        found.extend(prefix.rstrip("/") + route.rule for route in blueprint.routes)
        for child in blueprint.children:
            walk(child, prefix)

    for blueprint in app.blueprints:
        walk(blueprint, "")
    return found


FITTING = {"int": ("5", "7", "007", "123"), "float": ("1.5", "12.0"), "uuid": WORDS[17:18], "any": ("a", "b"),
    "path": ("a/b", "a", "p/q/r", "a//b"), "pair": ("p,q",), "wide": ("w/q/5",)}  # fmt: skip


@st.composite
def paths(draw: st.DrawFn, known: list[str]) -> str:
    """A path: mostly one that fits a rule, sometimes nearly, sometimes an odd one."""
    if not known or _chance(draw, 7):
        return draw(
            st.one_of(_of(ODD_PATHS), st.lists(_of(WORDS), max_size=3).map(lambda w: "/" + "/".join(w)))
        )
    path, fits = "", not _chance(draw, 6)
    for piece in draw(_of(tuple(known))).replace("<", ">").split(">"):
        if piece in {"x", "z", "w", "s", "h", "lang"} or ":" in piece:
            converter = piece.partition(":")[0].partition("(")[0]
            path += draw(_of(FITTING.get(converter, ("a", "ab", "1")) if fits else WORDS))
        else:
            path += piece.encode().decode("latin-1")
    if _chance(draw, 10):
        path = draw(
            _of(
                (
                    path + "/",
                    path.rstrip("/"),
                    path.replace("/", "//"),
                    path.encode("latin-1").upper().decode("latin-1"),
                    path + "/a",
                )
            )
        )
    return path


@st.composite
def requests(draw: st.DrawFn, known: list[str], first: bool) -> Request:
    """One request; only a later one brings changes to the application."""
    method = draw(_of(METHODS))
    sends = method in {"POST", "PUT", "PATCH", "Post"} or _chance(draw, 10)
    return Request(
        draw(paths(known)),
        method,
        draw(_of(QUERIES)),
        tuple(draw(st.lists(_of(HEADERS), max_size=2))) if _chance(draw, 4) else (),
        draw(_of(tuple(BODIES))) if sends else b"",
        cookie=draw(_of(READABLE)) if _chance(draw, 8) else "jar",
        environ=tuple(draw(st.lists(_of(ENVIRON), max_size=2))) if _chance(draw, 7) else (),
        changes=() if first else draw(_rarely(changes, 3)),
        later=draw(_of((0, 0, 1, 61, 3_000_000))),
        through=draw(_of(("call",) * 10 + WAYS)),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """An application and one to six requests."""
    app = draw(apps())
    known = _rules_of(app)
    count = draw(st.integers(1, 6))
    return Case(app, tuple(draw(requests(known, number == 0)) for number in range(count)))
