"""One row per feature: cases that are certainly covered, whatever Hypothesis draws.

Rows that change how the cycle runs (overrides, configuration, middleware, ...) all use `GRAND`, an
application with something of everything, and `TOUR`, requests that visit all of it.

A row's name is a feature, or a feature and a variant with a bar between. `ROWS` holds every row;
`some_rows` one variant of each feature, the first feature with its first,
the second with its second and so on.
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace

from .answers import AFTER, CONTEXT, ERROR_SHAPES, SHAPES
from .changes import CLASS_STEPS, STEPS
from .description import App, Blueprint, Body, Case, Hook, Request, Route
from .observe import BODIES, SPOILED, WAYS
from .replacements import CLASSES, INTERFACES, MIDDLEWARES, PROVIDERS, QuietSession
from .strategies import (
    CONFIG,
    ENVIRON,
    HEADERS,
    LINKS,
    METHODS,
    ODD_PATHS,
    OPTIONS,
    QUERIES,
    SEGMENTS,
    SIGNALS,
    URL_VALUES,
    WORDS,
)

GET = Request()
QUIET = Body()
PLAIN = Body(answer=("text", "hello"))
SAME = Body(answer=("same",))


def _view(*acts: tuple, answer: tuple = ("text", "hello"), is_async: bool = False) -> Body:
    return Body(acts, answer, is_async)


def _one(*acts: tuple, answer: tuple = ("text", "hello"), hooks: tuple[Hook, ...] = (), **app: object) -> App:
    return App(
        (Route("/", _view(*acts, answer=answer), "e0", (("methods", ("GET", "POST")),)),), hooks, **app
    )


HOOKS = (
    Hook("url_value_preprocessor", Body(answer=("keep_value", "x"))),
    Hook("url_defaults", Body(answer=("put_value", "lang", "de"))),
    Hook("before_request", Body((("g_set", "mark", 1),))),
    Hook("before_request", Body((("see_request", "endpoint", "view_args"),))),
    Hook("after_request", Body(answer=("header", "X-First", "1"))),
    Hook("after_request", Body((("see_context",),), ("header", "X-Second", "2"))),
    Hook("teardown_request", Body((("g_see", "mark"),))),
    Hook("teardown_appcontext", Body((("see_context",),))),
    Hook("context_processor", Body(answer=("added", "<added>"))),
    Hook("errorhandler", Body(answer=("error_code",)), 404),
    Hook("errorhandler", Body(answer=("error_code",)), "NarrowError"),
)
CHILD = Blueprint(
    "c",
    (Route("/deep/<int:x>", _view(("make_url", ".e0", (("x", 3),)), ("see_request", "blueprints")), "e0"),),
    (
        Hook("before_request", Body((("g_see", "mark"),))),
        Hook("after_request", SAME),
        Hook("teardown_request", QUIET),
        Hook("errorhandler", Body(answer=("text", "child's own")), 403),
        Hook("before_app_request", QUIET),
    ),
    (),
    (("url_prefix", "/c"),),
)
PARENT = Blueprint(
    "b",
    (
        Route("/", _view(("session_count",), ("render_page",)), "e0"),
        Route("/<x>", _view(("make_url", ".e0", ()), ("make_url", "e0", ())), "e1"),
        Route("/fail/<int:x>", _view(("raise_error", "NarrowError")), "e2"),
        Route("/deny", _view(("do_abort", 403)), "e3"),
    ),
    (
        Hook("url_value_preprocessor", QUIET),
        Hook("url_defaults", Body(answer=("put_value", "x", "7"))),
        Hook("before_request", QUIET),
        Hook("after_request", Body(answer=("header", "X-Blueprint", "b"))),
        Hook("teardown_request", QUIET),
        Hook("context_processor", Body(answer=("added", "b"))),
        Hook("errorhandler", Body(answer=("error_code",)), "PlainError"),
        Hook("app_errorhandler", Body(answer=("error_code",)), 410),
        Hook("after_app_request", SAME),
        Hook("teardown_app_request", QUIET),
        Hook("app_url_defaults", QUIET),
        Hook("app_url_value_preprocessor", QUIET),
        Hook("app_context_processor", Body(answer=("added", "app"))),
    ),
    (CHILD,),
    (("url_prefix", "/b"),),
)
GRAND = App(
    (
        Route("/", PLAIN, "e0"),
        Route("/a", _view(("session_get", "a"), ("see_session",)), "e1"),
        Route("/a/<int:x>", _view(("make_url", "e0", ()), ("make_url", "b.e1", (("x", "ü"),))), "e2"),
        Route("/json", _view(("see_types",), answer=("dict",)), "e3"),
        Route("/form", _view(("touch_field", "a"), ("session_count",), answer=("location", "/a", 302)),
        "e4", (("methods", ("GET", "POST")),)),
        Route("/fail", _view(("raise_error", "ValueError")), "e5"),
        Route("/narrow", _view(("raise_error", "NarrowError")), "e6"),
        Route("/stream", _view(answer=("stream_in_context",)), "e7"),
        Route("/tidy/", _view(("see_context",), answer=("status", "tidy", 201)), "e8"),
        Route("/async", _view(("session_count",), is_async=True), "e9"),
        Route("/methods", PLAIN, "e10", kind="method_view"),
        Route("/flash", _view(("do_flash", "hi", "message")), "e11"),
        Route("/flashes", _view(("see_flashes", True, ()), ("render_text",)), "e12"),
        Route("/gone", _view(("do_abort", 410)), "e13"),
        Route("/set", _view(("session_set", "a", "tuple"), ("session_permanent", True)), "e14"),
        Route("/later", _view(("after_request_header", "X-Later", "1"),
        answer=("whole", "x", "299 My", ("X-A", "1"))), "e15"),
        Route("/broken-url", _view(("make_url_loudly", "missing", (("x", 1),))), "e16"),
        Route("/body", _view(("see_request", "form", "files", "json", "data")), "e17",
        (("methods", ("POST", "PUT")),)),
        Route("/none", _view(answer=("nothing",)), "e18"),
    ),
    HOOKS,
    (PARENT,),
)  # fmt: skip
TOUR = (
    Request("/"), Request("/a"), Request("/a/5", query="q=1"), Request("/json"),
    Request("/form", "POST", body="form"),
    Request("/form", "POST"), Request("/a"), Request("/fail"), Request("/narrow"), Request("/stream"),
    Request("/tidy"),
    Request("/tidy/"), Request("/async"), Request("/methods", "DELETE"), Request("/methods", "OPTIONS"),
    Request("/", "HEAD"), Request("/", "OPTIONS"), Request("/", "POST"), Request("/flash"),
    Request("/flashes"),
    Request("/gone"), Request("/missing"), Request("/set"), Request("/a", later=10), Request("/later"),
    Request("/broken-url"), Request("/body", "POST", body="json"), Request("/body", "PUT", body="multipart"),
    Request("/none"), Request("/static/note.txt"), Request("/b/"), Request("/b/x"), Request("/b/fail/1"),
    Request("/b/deny"), Request("/b/c/deep/4"), Request("/b/c/deep/x"), Request("/b"),
    Request("/a", cookie="tampered"),
    Request("/", through="wsgi_app"), Request("//a"),
)  # fmt: skip


def _tour(change: tuple) -> tuple[Request, ...]:
    """The tour, with a change made after its first request, and the first request sent again."""
    return (TOUR[0], Request("/", changes=(change,)), *TOUR[1:])


def rows() -> Iterator[tuple[str, Case]]:
    """Every row: its name and its case."""
    yield "tour", Case(GRAND, TOUR)
    yield from _answer_rows()
    yield from _act_rows()
    yield from _hook_rows()
    yield from _session_rows()
    yield from _routing_rows()
    yield from _url_rows()
    yield from _request_rows()
    yield from _replaced_rows()
    yield from _change_rows()
    yield from _setting_rows()
    yield from _surrounding_rows()


def _answer_rows() -> Iterator[tuple[str, Case]]:
    asked = (GET, Request(method="HEAD"), Request(headers=(("If-None-Match", '"x"'), ("Range", "bytes=1-2"))))
    for shape in SHAPES:
        yield f"answer {shape} | of the view", Case(_one(answer=shape), asked)
        yield (
            f"answer {shape} | of before_request",
            Case(_one(hooks=(Hook("before_request", Body(answer=shape)),))),
        )
        yield f"answer {shape} | among hooks", Case(_one(("session_count",), answer=shape, hooks=HOOKS))
        yield (
            f"answer {shape} | of an async view",
            Case(App((Route("/", _view(answer=shape, is_async=True)),))),
        )
        yield (
            f"answer {shape} | of an error handler",
            Case(_one(("do_abort", 404), hooks=(Hook("errorhandler", Body(answer=shape), 404),))),
        )
    for after in AFTER:
        for shape in (
            ("text", "hello"),
            ("dict",),
            ("streamed", "a", "b"),
            ("response",),
            ("status", "", 204),
        ):
            yield (
                f"after_request {after} | on {shape}",
                Case(
                    _one(
                        answer=shape,
                        hooks=(Hook("after_request", SAME), Hook("after_request", Body(answer=after))),
                    )
                ),
            )
    for shape in ERROR_SHAPES:
        for what, act in (
            (404, ("do_abort", 404)),
            ("PlainError", ("raise_error", "NarrowError")),
            (500, ("raise_error", "KeyError")),
        ):
            app = _one(
                act, hooks=(Hook("errorhandler", Body(answer=shape), what), Hook("after_request", SAME))
            )
            yield f"error answer {shape} | for {what}", Case(app)


def _act_rows() -> Iterator[tuple[str, Case]]:
    sets = (("session_set", "a", "one"), ("session_set", "dict", "dict"))
    acts = [
        (name, *arguments)
        for name, *arguments in (
            ("see_request",), ("see_headers",), ("see_types",), ("see_context",), ("see_session_flags",),
            ("see_adapter",),
            ("render_text",), ("render_page",), ("nested_app_context",), ("nested_request_context", "/?b=1"),
            ("nested_request", "/"), ("copied_context",), ("push_again",), ("nested_other_app",),
            ("see_environ",), ("write_log",),
            ("raise_from",), ("after_request_fails",), ("after_request_header", "X-A", "1"),
            ("do_flash", "m", "c"),
            ("see_flashes", True, ("c",)), ("see_flashes", False, ()), ("g_set", "mark", 1),
            ("g_see", "mark"),
            ("pop_argument", "x"), ("add_argument", "x", 1), ("set_request", "mark", 1),
            ("set_request", "method", "PUT"),
            ("set_request", "path", "/other"), ("set_request", "url_rule", None),
            ("set_request", "view_args", {"x": 1}),
            ("see_config", "SECRET_KEY"), ("see_config", "MISSING"), ("abort_response", "no", 401),
            ("abort_redirect", "/x"), ("raise_redirect", "/x"), ("abort_described", 404, "<b>"), ("limit", 2),
            ("do_abort", 204), ("do_abort", 304), ("do_abort", 301), ("do_abort", 999), ("do_abort", 200),
            *(("do_abort", code) for code in (400, 401, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413,
            414, 415,
              416, 417, 418, 421, 422, 423, 424, 428, 429, 431, 451, 500, 501, 502, 503, 504, 505)),
            *(("raise_error", name) for name in ("PlainError", "NarrowError", "TeapotError", "ValueError",
            "KeyError",
              "HTTPException", "Exception", "Halt")),
        )
    ]  # fmt: skip
    hooks = (
        Hook("after_request", SAME), Hook("teardown_request", Body((("see_context",),))),
        Hook("teardown_appcontext"),
        Hook("signal", QUIET, "got_request_exception"), Hook("signal", QUIET, "request_tearing_down"),
    )  # fmt: skip
    kinds = ("before_request", "after_request", "teardown_request", "teardown_appcontext",
    "url_value_preprocessor",
             "context_processor", "url_defaults")  # fmt: skip
    for act in acts:
        yield (
            f"act {act} | in a view",
            Case(_one(act, hooks=hooks), (GET, Request(method="POST", body="form"))),
        )
        yield f"act {act} | in an async view", Case(App((Route("/", _view(act, is_async=True)),), hooks))
        yield (
            f"act {act} | in a view when testing",
            Case(_one(act, hooks=hooks, config=(("TESTING", True), ("SECRET_KEY", "key")))),
        )
        for kind in kinds:
            answer = {"after_request": ("same",), "context_processor": ("added", 1)}.get(kind, ("nothing",))
            late = Hook(kind, Body((act,), answer))
            viewed = (
                (("render_text",), ("make_url", "e0", ()))
                if kind in {"context_processor", "url_defaults"}
                else ()
            )
            yield f"act {act} | in {kind}", Case(_one(*viewed, hooks=(*hooks, late)), (GET, Request("/none")))
        yield (
            f"act {act} | in an error handler",
            Case(
                _one(
                    ("do_abort", 404),
                    hooks=(*hooks, Hook("errorhandler", Body((act,), ("text", "handled")), 404)),
                )
            ),
        )
        yield (
            f"act {act} | in a 500 handler",
            Case(
                _one(
                    ("raise_error", "KeyError"),
                    hooks=(*hooks, Hook("errorhandler", Body((act,), ("text", "h")), 500)),
                )
            ),
        )
        for name in ("request_started", "request_finished", "request_tearing_down", "appcontext_popped"):
            yield (
                f"act {act} | in a receiver of {name}",
                Case(_one(*sets, hooks=(*hooks, Hook("signal", Body((act,)), name))), (GET, GET)),
            )


def _hook_rows() -> Iterator[tuple[str, Case]]:
    for kind in ("before_request", "after_request", "teardown_request", "teardown_appcontext"):
        answer = ("same",) if kind == "after_request" else ("nothing",)
        is_async = tuple(Hook(kind, Body((("see_context",),), answer, True)) for _ in range(2))
        yield f"async {kind}", Case(_one(hooks=is_async), (GET, Request("/none")))
    for signal in SIGNALS:
        acts = (("do_flash", "m", "c"), ("render_page",))
        yield (
            f"signal {signal}",
            Case(_one(*acts, hooks=(Hook("signal", QUIET, signal),)), (GET, Request("/none"))),
        )
        yield (
            f"signal {signal} of a failing view",
            Case(_one(("raise_error", "KeyError"), hooks=(Hook("signal", QUIET, signal),))),
        )
        yield (
            f"signal {signal}, async receiver",
            Case(_one(*acts, hooks=(Hook("signal", Body(is_async=True), signal),))),
        )
        for everyone in (False, True):
            yield (
                f"signal {signal} connected late | everyone {everyone}",
                Case(GRAND, _tour(("connect", signal, QUIET, everyone))),
            )
    classes = (
        400,
        404,
        418,
        500,
        "HTTPException",
        "Exception",
        "PlainError",
        "NarrowError",
        "ValueError",
        "LookupError",
        "TeapotError",
    )
    raised = (("do_abort", 404), ("do_abort", 418), ("raise_error", "NarrowError"),
    ("raise_error", "KeyError"),
              ("raise_error", "TeapotError"), ("touch_field", "missing"), ("touch_json",),
              ("do_abort", 500))  # fmt: skip
    for what in classes:
        hooks = (Hook("errorhandler", Body(answer=("error_code",)), what),)
        everything = (*hooks, Hook("errorhandler", Body(answer=("error_code",)), "Exception"))
        for act in raised:
            yield (
                f"error {act} | handler of {what}",
                Case(_one(act, hooks=hooks), (GET, Request("/none"), Request(method="PUT"))),
            )
            yield (
                f"error {act} | handlers of {what} and Exception",
                Case(_one(act, hooks=everything), (GET, Request("/none"))),
            )
            inner = Blueprint("b", (Route("/", _view(act), "e0"),), hooks, (), (("url_prefix", "/b"),))
            yield (
                f"error {act} | blueprint handler of {what}",
                Case(_one(act, blueprints=(inner,)), (Request("/b/"), GET, Request("/b/x"))),
            )
    for code in (
        "TRAP_HTTP_EXCEPTIONS",
        "TRAP_BAD_REQUEST_ERRORS",
        "DEBUG",
        "TESTING",
        "PROPAGATE_EXCEPTIONS",
    ):
        for act in raised:
            config = (("SECRET_KEY", "key"), (code, True))
            yield (
                f"{code} with {act}",
                Case(_one(act, config=config), (GET, Request(method="POST", body="text"))),
            )


def _session_rows() -> Iterator[tuple[str, Case]]:
    writes = (("session_set", "a", "one"), ("session_set", "dict", "dict"))
    app = App((
        Route("/", _view(*writes), "e0"), Route("/see", _view(("see_session",)), "e1"),
        Route("/quiet", PLAIN, "e2"),
    ))  # fmt: skip
    after = (GET, Request("/see"), Request("/quiet"), Request("/see"))
    for name in SPOILED:
        yield f"cookie {name}", Case(app, (GET, Request("/see", cookie=name), Request(cookie=name), *after))
    for key in ("one", "text", "unicode", "tuple", "bytes", "datetime", "naive", "markup", "uuid", "dict",
    "tagged",
                "intkeys", "list", "decimal", "object", "none", "long", "float", "nan"):  # fmt: skip
        made = App((Route("/", _view(("session_set", "a", key)), "e0"), app.routes[1]))
        yield f"session value {key}", Case(made, (GET, Request("/see"), GET))
    uses = (
        ("session_get", "a"), ("session_delete", "a"), ("session_delete", "absent"), ("session_pop", "a"),
        ("session_popitem",),
        ("session_clear",), ("session_update",), ("session_or",), ("session_nested",),
        ("session_permanent", True),
        ("session_permanent", False), ("session_modified", True), ("session_modified", False),
        ("session_count",),
        ("see_session",), ("see_session_flags",), ("do_flash", "m", "c"), ("see_flashes", False, ()),
    )  # fmt: skip
    for use in uses:
        made = App(
            (
                *app.routes,
                Route("/use", _view(use), "e3"),
                Route("/both", _view(use, ("session_set", "b", "one")), "e4"),
            )
        )
        order = (
            Request("/use"),
            GET,
            Request("/use"),
            Request("/see"),
            Request("/both"),
            Request("/use"),
            Request("/see"),
        )
        yield f"session use {use}", Case(made, order)
        yield f"session use {use} elsewhere | without a key", Case(App(made.routes, config=()), order)
        for kind in ("before_request", "after_request", "teardown_request", "teardown_appcontext"):
            answer = ("same",) if kind == "after_request" else ("nothing",)
            hooked = App(app.routes, (Hook(kind, Body((use,), answer)),))
            yield (
                f"session use {use} elsewhere | in {kind}",
                Case(hooked, (GET, Request("/see"), Request("/quiet"), Request("/none"))),
            )
        for key, value in CONFIG:
            if key.startswith(
                ("SESSION", "SECRET", "PERMANENT", "MAX_COOKIE", "APPLICATION_ROOT", "SERVER_NAME")
            ):
                configured = App(made.routes, config=(("SECRET_KEY", "key"), (key, value)))
                yield f"session with {key}={value} | use {use}", Case(configured, order)
    permanent = App((Route("/", _view(*writes, ("session_permanent", True)), "e0"), *app.routes[1:]))
    for later in (1, 61, 3_000_000):
        for config in ((), (("SESSION_REFRESH_EACH_REQUEST", False),), (("PERMANENT_SESSION_LIFETIME", 60),)):
            made = App(permanent.routes, config=(("SECRET_KEY", "key"), *config))
            asked = (
                GET,
                Request("/quiet", later=later),
                Request("/see", later=later),
                Request("/missing", later=1),
            )
            yield f"permanent session {later} s later with {config}", Case(made, asked)
    for change in (("config", "SECRET_KEY", "new"), ("config", "SECRET_KEY_FALLBACKS", ["key"]),
    ("session_attribute", "salt", "s"),
                   ("config", "SESSION_COOKIE_NAME", "other"), ("lifetime", 1),
                   ("attribute", "secret_key", "new")):  # fmt: skip
        asked = (
            GET,
            Request("/see", changes=(change,)),
            Request("/", later=5),
            Request("/see", later=5),
            Request("/see"),
        )
        yield f"session after {change}", Case(app, asked)
        yield f"permanent session after {change}", Case(permanent, asked)
    rotated = (("config", "SECRET_KEY", "new"), ("config", "SECRET_KEY_FALLBACKS", ["old", "key"]))
    yield (
        "session after rotation",
        Case(permanent, (GET, Request("/see", changes=rotated), Request("/quiet"), Request("/see"))),
    )


def _routing_rows() -> Iterator[tuple[str, Case]]:
    for segment in SEGMENTS:
        routes = (
            Route(f"/{segment}", Body(answer=("echo",)), "e0"),
            Route(f"/t/{segment}/", Body(answer=("echo",)), "e1"),
        )
        asked = tuple(
            Request(f"{prefix}/{word}{slash}")
            for word in WORDS
            for prefix in ("", "/t")
            for slash in ("", "/")
        )
        yield f"segment {segment}", Case(App(routes, (Hook("url_value_preprocessor"),)), asked)
    options = (
        (("methods", ("POST",)),), (("methods", ("GET", "PUT")),), (("methods", ("OPTIONS",)),),
        (("methods", ()),),
        (("strict_slashes", False),), (("merge_slashes", False),), (("alias", True),),
        (("redirect_to", "/b"),),
        (("redirect_to", "b/<x>"),), (("redirect_to", "@function"),), (("websocket", True),),
        (("build_only", True),),
        (("provide_automatic_options", False),), (("provide_automatic_options", True), ("methods", ("PUT",))),
        (("subdomain", "sub"),), (("subdomain", "<s>"),), (("host", "<h>.example"),),
        (("defaults", (("x", "a"),)),),
    )  # fmt: skip
    upgrade = (("Upgrade", "websocket"), ("Connection", "Upgrade"))
    asked = (
        *(Request(path, method, "q=1") for path in ("/a/1", "/a/1/", "/a//1", "//a/1", "/a/",
        "/a") for method in METHODS[20:]),
        Request("/a/1"), Request("/a/1/"), Request("/a"), Request("/a/"), Request("/a/1", headers=upgrade),
        Request("/a/1", headers=(("Host", "sub.example.org"),)),
        Request("/a/1", headers=(("Host", "x.example"),)),
    )  # fmt: skip
    for option in options:
        for rule in ("/a/<x>", "/a/<x>/"):
            echo = Body((("make_url", "e0", (("x", 1),)), ("see_adapter",)), ("echo",))
            routes = (
                Route(rule, echo, "e0", option),
                Route("/a/<x>", echo, "e1", (("methods", ("PATCH",)),)),
            )
            for extra in (
                (),
                (("subdomain_matching", True),),
                (("host_matching", True), ("static_host", "example.org")),
            ):
                config = (("SECRET_KEY", "key"), ("SERVER_NAME", "example.org")) if extra else ()
                yield (
                    f"rule option {option} | {rule} {extra}",
                    Case(App(routes, options=extra, config=config), asked),
                )
            yield (
                f"rule option {option} with two rules | {rule}",
                Case(
                    App(
                        (
                            Route(rule, echo, "e0", option),
                            Route("/a", echo, "e0", (("defaults", (("x", "1"),)),)),
                        )
                    ),
                    asked,
                ),
            )
    for kind in ("method_view", "shared_view", "attributed", "partial", "bound", "object", "wrapped"):
        routes = (Route("/a/<x>", Body(answer=("echo",)), "e0", (), kind),)
        yield (
            f"view kind {kind}",
            Case(App(routes), tuple(Request("/a/1", method) for method in METHODS[19:])),
        )
        routes = (Route("/a/<x>", _view(("see_types",), answer=("echo",), is_async=True), "e0", (), kind),)
        yield f"async view kind {kind}", Case(App(routes, HOOKS), (Request("/a/1"), Request("/a/2")))
    for setting in ("strict_slashes", "redirect_defaults", "merge_slashes", "sort_parameters"):
        yield (
            f"map {setting} off",
            Case(App(GRAND.routes, features=(("url_map_attribute", setting, False),)), TOUR),
        )
        yield f"map {setting} off late", Case(GRAND, _tour(("url_map_attribute", setting, False)))
    prefixed = Blueprint("b", (Route("/<x>", Body(answer=("echo",)), "e0"),),
    (Hook("url_value_preprocessor", Body(answer=("take_value", "lang"))),
                         Hook("url_defaults", Body(answer=("put_value", "lang", "fr")))), (),
                         (("url_prefix", "/<lang>"),))  # fmt: skip
    link = Route("/", _view(("make_url", "b.e0", (("x", 1),))), "e0")
    yield (
        "url processors",
        Case(App((link,), blueprints=(prefixed,)), (GET, Request("/de/1"), Request("/de"))),
    )


def _url_rows() -> Iterator[tuple[str, Case]]:
    targets = (
        Route("/t/<x>", PLAIN, "e1"), Route("/t", PLAIN, "e1"), Route("/i/<int:x>", PLAIN, "e2"),
        Route("/p/<path:x>", PLAIN, "e3", (("methods", ("POST",)),)),
        Route("/f/<failing:x>/<y>", PLAIN, "e4"),
        Route("/d/", PLAIN, "e5", (("defaults", (("page", 1),)),)), Route("/d/<int:page>", PLAIN, "e5"),
        Route("/ws", PLAIN, "e6", (("websocket", True),)), Route("/ü/<picky:x>", PLAIN, "e7"),
        Route("/only", PLAIN, "e8", (("build_only", True),)), Route("/u/<uuid:x>", PLAIN, "e9"),
        Route("/any/<any(a,b):x>", PLAIN, "e10"), Route("/fl/<float:x>", PLAIN, "e11"),
        Route("/pair/<pair:x>", PLAIN, "e12"),
        Route("/fix/<int(fixed_digits=3):x>", PLAIN, "e13"),
    )  # fmt: skip
    asked = (
        Request("/all"), Request("/b/all"), Request("/b/c/all"),
        Request("/all", environ=(("SCRIPT_NAME", "/app"),)),
        Request("/all", headers=(("Host", "sub.example.org:8080"),)),
        Request("/all", environ=(("wsgi.url_scheme", "https"),)),
        Request("/all", "POST"), Request("/missing"),
    )  # fmt: skip
    links = dict.fromkeys((*(f"e{n}" for n in range(1, 14)), *LINKS))
    both = (("methods", ("GET", "POST")),)
    for endpoint in links:
        single = tuple(("make_url", endpoint, values) for values in ((), *((value,) for value in URL_VALUES)))
        mixed = (
            *(("make_url", endpoint, (("x", 5), value)) for value in URL_VALUES if value[0] != "x"),
            ("make_url", endpoint, (("x", "p"), ("y", "q"), ("page", 2), ("_external", True),
        ("_scheme", "https"))),
             ("make_url", endpoint, (("page", 1),)), ("make_url", endpoint,
             (("page", "1"), ("z", "2"), ("b", "1"))),
             ("make_url", endpoint, (("x", ("p", "q")),)), ("make_url", endpoint,
             (("x", 7), ("_external", False))))  # fmt: skip
        every = _view(*single, *mixed)
        child = Blueprint("c", (Route("/all", every, "e0"),), (), (), (("url_prefix", "/c"),))
        inner = Blueprint(
            "b",
            (Route("/all", every, "e0", both), Route("/<x>", PLAIN, "e1")),
            (),
            (child,),
            (("url_prefix", "/b"),),
        )
        hooks = (Hook("errorhandler", every, 404),)
        app = App((Route("/all", every, "e0", both), *targets), hooks, (inner,))
        yield f"url_for {endpoint} | everywhere", Case(app, asked)
        for handled in ("/handled", "", None):
            caught = App(app.routes, hooks, (inner,), features=(("build_error_handler", handled),))
            yield f"url_for {endpoint} | handled by {handled!r}", Case(caught, asked[:2])
        caught = App(app.routes, hooks, (inner,), features=(("build_error_handler_reraises",),))
        yield f"url_for {endpoint} | handled by raising", Case(caught, asked[:1])
        for name in ("host_matching", "subdomain_matching"):
            options = ((name, True), *((("static_host", "example.org"),) if name == "host_matching" else ()))
            config = (("SERVER_NAME", "example.org"),)
            yield (
                f"url_for {endpoint} | with {name}",
                Case(App(app.routes, hooks, (inner,), config, options), asked[:5]),
            )


def _request_rows() -> Iterator[tuple[str, Case]]:
    everything = _one(("see_request",), ("see_headers",), answer=("request_value",))
    names = ("form", "files", "values", "json", "data", "stream", "args", "cookies", "get_data")
    for body in BODIES:
        yield f"body {body}", Case(everything, (Request(method="POST", body=body), Request(body=body)))
        for name in names[:6]:
            app = _one(("see_request", name), ("see_request", "data", "form", "json"), ("read_stream", -1))
            yield f"body {body} read first | as {name}", Case(app, (Request(method="POST", body=body),))
        for act in (("touch_json",), ("touch_field", "a"), ("touch_file", "f"), ("read_stream", 3),
        ("get_data", False, True, True),
                    ("get_data", True, False, False), ("get_json", True, True, False),
                    ("get_json", False, True, True)):  # fmt: skip
            app = _one(act, ("see_request", "data", "form", "content_length"))
            yield f"body {body} read | by {act}", Case(app, (Request(method="POST", body=body),))
            for key, value in (
                ("MAX_CONTENT_LENGTH", 5),
                ("MAX_FORM_MEMORY_SIZE", 2),
                ("MAX_FORM_PARTS", 1),
                ("DEBUG", True),
            ):
                yield (
                    f"body limits {key} with {body} | by {act}",
                    Case(_one(act, config=((key, value),)), (Request(method="POST", body=body),)),
                )
        for pair in ENVIRON:
            if pair[0].startswith(("CONTENT", "wsgi.input")):
                yield (
                    f"body {body} described | by {pair}",
                    Case(everything, (Request(method="POST", body=body, environ=(pair,)),)),
                )
    for pair in ENVIRON:
        yield f"environ {pair}", Case(everything, (Request(environ=(pair,)),))
        yield (
            f"environ {pair} on the tour",
            Case(
                GRAND,
                tuple(Request(path, environ=(pair,)) for path in ("/a", "/a", "/none")),
            ),
        )
    for pair in HEADERS:
        yield (
            f"header {pair}",
            Case(everything, (Request(headers=(pair,)), GET, Request("/static", headers=(pair,)))),
        )
    for hosts in (["example.org"], [".example.org"], ["other.example", "[::1]"], []):
        config = (("TRUSTED_HOSTS", hosts),)
        asked = tuple(Request(headers=(pair,)) for pair in HEADERS if pair[0] == "Host")
        handled = (Hook("errorhandler", Body((("see_request", "host", "url"),), ("error_code",)), 400),)
        yield (
            f"trusted hosts {hosts}",
            Case(_one(("see_request",), config=config, hooks=HOOKS), (GET, *asked, GET)),
        )
        yield (
            f"trusted hosts {hosts} with a handler",
            Case(_one(config=config, hooks=handled), (GET, *asked, GET)),
        )
        yield (
            f"trusted hosts {hosts} late",
            Case(everything, (GET, Request(changes=(("config", "TRUSTED_HOSTS", hosts),)), *asked)),
        )
    for query in QUERIES:
        yield f"query {query!r}", Case(everything, (Request(query=query), Request("/static", query=query)))
    for path in ODD_PATHS:
        asked = (
            Request(path),
            Request(path, "POST"),
            Request(path, query="a=1"),
            Request(path, environ=(("SCRIPT_NAME", "/s"),)),
        )
        yield f"path {path[:30]!r}", Case(GRAND, asked)
        yield (
            f"path {path[:30]!r} with a catch-all",
            Case(App((Route("/<path:x>", Body((("see_request",),), ("echo",)), "e0"),)), asked),
        )
    for method in METHODS[19:]:
        yield (
            f"method {method!r}",
            Case(
                GRAND,
                tuple(Request(path, method) for path in ("/", "/a", "/methods", "/tidy", "/missing", "/b/")),
            ),
        )


def _replaced_rows() -> Iterator[tuple[str, Case]]:
    for name in CLASS_STEPS:
        yield (
            f"{name} overridden in a subclass",
            Case(App(GRAND.routes, HOOKS, (PARENT,), class_features=(("overrides", name),)), TOUR),
        )
    yield (
        "every step overridden",
        Case(App(GRAND.routes, HOOKS, (PARENT,), class_features=(("overrides", *CLASS_STEPS),)), TOUR),
    )
    for name in STEPS:
        yield (
            f"step {name} | assigned",
            Case(App(GRAND.routes, HOOKS, (PARENT,), features=(("assign_step", name),)), TOUR),
        )
        back = (*_tour(("assign_step", name)), Request("/", changes=(("unassign_step", name),)), *TOUR[1:6])
        yield f"{name} assigned late and taken away", Case(GRAND, back)
        yield f"step {name} | patched on the class", Case(GRAND, _tour(("patch_step", name)))
        yield f"step {name} | patched on Flask", Case(GRAND, _tour(("patch_flask", name)))
        yield (
            f"step {name} | patched before the first request",
            Case(App(GRAND.routes, HOOKS, (PARENT,), features=(("patch_flask", name),)), TOUR),
        )
    for name in (
        "dispatch_request",
        "full_dispatch_request",
        "handle_exception",
        "make_response",
        "finalize_request",
        "preprocess_request",
    ):
        yield f"{name} answers by itself", Case(GRAND, _tour(("steal_step", name, "stolen")))
    for name in CLASSES:
        seam = "response_class" if name.endswith("Response") else "request_class"
        yield (
            f"{name} | in place",
            Case(App(GRAND.routes, HOOKS, (PARENT,), features=(("use_class", seam, name),)), TOUR),
        )
        yield f"{name} | late", Case(GRAND, _tour(("use_class", seam, name)))
        yield (
            f"{name} | on the class",
            Case(App(GRAND.routes, HOOKS, (PARENT,), class_features=(("uses_class", seam, name),)), TOUR),
        )
    for name in PROVIDERS:
        yield (
            f"json {name}",
            Case(App(GRAND.routes, HOOKS, (PARENT,), features=(("json_provider", name),)), TOUR),
        )
        yield f"json {name} late", Case(GRAND, _tour(("json_provider", name)))
    for setting, value in (
        ("sort_keys", False),
        ("ensure_ascii", False),
        ("compact", True),
        ("compact", False),
        ("mimetype", "text/json"),
    ):
        changed = (("json_setting", setting, value),)
        rich = (
            ("dict",),
            ("rich_dict",),
            ("list",),
            ("jsonify_named",),
            ("mixed_keys",),
            ("bad_dict",),
            ("script_dict",),
        )
        for shape in rich:
            yield (
                f"json {setting}={value} | of {shape}",
                Case(
                    _one(answer=shape, features=changed), (GET, Request(changes=(("config", "DEBUG", True),)))
                ),
            )
            yield (
                f"json {setting}={value} | of {shape} late",
                Case(_one(answer=shape), (GET, Request(changes=changed))),
            )
    for shape in (("bad_dict",), ("set_in_dict",), ("dict",)):
        yield f"json default of {shape}", Case(_one(answer=shape, features=(("json_default",),)), (GET,))
        yield (
            f"json default of {shape} late",
            Case(_one(answer=shape), (GET, Request(changes=(("json_default",),)))),
        )
    for name in INTERFACES:
        yield (
            f"session interface {name} | in place",
            Case(App(GRAND.routes, HOOKS, (PARENT,), features=(("session_interface", name),)), TOUR),
        )
        yield f"session interface {name} | late", Case(GRAND, _tour(("session_interface", name)))
        yield (
            f"session interface {name} | on the class",
            Case(
                App(GRAND.routes, HOOKS, (PARENT,), class_features=(("with_session_interface", name),)), TOUR
            ),
        )
    for name in MIDDLEWARES:
        more = (Request("/mount/a"), Request("/mount"), Request("/", headers=HEADERS[15:19]))
        yield (
            f"middleware {name}",
            Case(App(GRAND.routes, HOOKS, (PARENT,), features=(("middleware", name),)), (*TOUR, *more)),
        )
        yield f"middleware {name} late", Case(GRAND, (*_tour(("middleware", name)), *more))
    for name in ("app_ctx_globals_class", "url_rule_class", "url_map_class", "json_provider_class"):
        yield (
            f"own {name}",
            Case(App(GRAND.routes, HOOKS, (PARENT,), class_features=(("own_classes", name),)), TOUR),
        )
    yield (
        "own context",
        Case(
            App(GRAND.routes, HOOKS, (PARENT,), class_features=(("own_context",),)),
            (*TOUR, Request("/rewritten")),
        ),
    )
    for owner, methods in PATCHED.items():
        for name in methods:
            yield f"{owner} {name}", Case(GRAND, _tour((owner, name)))


#: Methods of Flask's other classes that tools patch on the class, so that every application is reached.
PATCHED = {
    "patch_session_interface": ("open_session", "save_session", "should_set_cookie", "get_cookie_name",
        "get_cookie_domain", "get_cookie_path", "get_cookie_secure", "get_cookie_samesite",
        "get_expiration_time",
        "get_signing_serializer", "is_null_session", "make_null_session"),
    "patch_request_class": ("__init__", "_load_form_data", "on_json_loading_failed", "make_form_data_parser"),
    "patch_response_class": ("__init__", "__call__", "set_cookie", "get_wsgi_headers", "set_data",
    "force_type"),
    "patch_context": ("__init__", "push", "pop", "match_request", "copy"),
    "patch_app_context": ("__init__", "push", "pop"),
}  # fmt: skip


def _change_rows() -> Iterator[tuple[str, Case]]:
    fresh = ("dict",)
    for kind, answer in (("before_request", ("nothing",)), ("before_request", fresh),
    ("after_request", ("header", "X-Late", "1")),
                         ("teardown_request", ("nothing",)), ("teardown_appcontext", ("nothing",)),
                         ("context_processor", ("added", 2)),
                         ("url_value_preprocessor", ("nothing",)),
                         ("url_defaults", ("put_value", "q", 1))):  # fmt: skip
        for scope in (None, "b", "b.c"):
            for is_async in (False, True):
                late = Hook(kind, Body((("see_context",),), answer, is_async and "url" not in kind))
                yield (
                    f"late {kind} {answer} async {is_async} | on {scope}",
                    Case(GRAND, _tour(("hook", late, scope))),
                )
    for what in (404, 405, 500, "ValueError", "NarrowError", "HTTPException", "Exception"):
        for scope in (None, "b"):
            late = Hook("errorhandler", Body(answer=("error_code",)), what)
            yield f"late handler of {what} | on {scope}", Case(GRAND, _tour(("hook", late, scope)))
    kinds = ("before_request_funcs", "after_request_funcs", "teardown_request_funcs",
    "url_value_preprocessors",
             "template_context_processors", "url_default_functions")  # fmt: skip
    for kind in kinds:
        for scope in (None, "b"):
            yield f"{kind} cleared | of {scope}", Case(GRAND, _tour(("hooks_cleared", kind, scope)))
            yield f"{kind} reversed | of {scope}", Case(GRAND, _tour(("hooks_reversed", kind, scope)))
            swapped = Body(
                answer=("same",)
                if kind.startswith("after")
                else ("added", 3)
                if "context" in kind
                else ("nothing",)
            )
            yield f"{kind} swapped | of {scope}", Case(GRAND, _tour(("hook_swapped", kind, swapped, scope)))
        yield f"{kind} replaced", Case(GRAND, _tour(("hooks_replaced", kind)))
    for endpoint in ("e0", "e2", "b.e0", "static", "e10"):
        for body in (
            _view(answer=("dict",)),
            _view(("see_session",)),
            _view(is_async=True),
            _view(answer=("streamed", "a")),
        ):
            yield f"view {endpoint} replaced | by {body}", Case(GRAND, _tour(("view", endpoint, body)))
        yield f"view {endpoint} removed", Case(GRAND, _tour(("view_removed", endpoint)))
        for name, value in (
            ("methods", ["PUT"]),
            ("provide_automatic_options", False),
            ("required_methods", {"PUT"}),
        ):
            yield (
                f"view {endpoint} given | {name}",
                Case(GRAND, _tour(("view_attribute", endpoint, name, value))),
            )
    more = (
        Request("/new"),
        Request("/new/1"),
        Request("/new/"),
        Request("/new", "POST"),
        Request("/new", "OPTIONS"),
        Request("/a/new"),
    )
    for text in ("/new", "/new/<x>", "/new/", "/a/<x>", "/<x>", "/<path:x>", "/missing"):
        for name in ("rule", "flask_rule"):
            yield f"late rule {text} | {name}", Case(GRAND, (*_tour((name, text, "e0")), *more))
            yield f"late rule {text} | {name} of no view", Case(GRAND, (*_tour((name, text, "none")), *more))
    yield "late route", Case(GRAND, _tour(("route", Route("/new", PLAIN, "new"))))
    for name in ("late_setup", "handlers_cleared", "teardown_cleared", "jinja_global"):
        yield f"late {name}", Case(GRAND, _tour((name,)))
    yield "late handler by code", Case(GRAND, _tour(("handler", 410, Body(answer=("error_code",)))))
    for key, value in (("debug", True), ("testing", True), ("secret_key", "new"), ("secret_key", None),
    ("subdomain_matching", True),
                       ("session_interface", None), ("aborter", None), ("blueprints", {}),
                       ("url_build_error_handlers", []), ("view_functions", {}), ("import_name", "other"),
                       ("_got_first_request", False)):  # fmt: skip
        yield f"attribute {key}={value}", Case(GRAND, _tour(("attribute", key, value)))


def _surrounding_rows() -> Iterator[tuple[str, Case]]:
    for way in WAYS:
        yield f"tour {way}", Case(GRAND, tuple(replace(request, through=way) for request in TOUR))
        for shape in (
            ("streamed", "a", "b"),
            ("stream_in_context",),
            ("closing",),
            ("closing_response",),
            ("text", "hello"),
        ):
            for is_async in (False, True):
                app = App((Route("/", _view(answer=shape, is_async=is_async), "e0"),), HOOKS)
                yield (
                    f"{shape} {way} | async {is_async}",
                    Case(app, (Request(through=way), Request(through=way), GET)),
                )
    seen, put = ("variable_see",), ("variable_set", 1)
    for asynchronous in itertools.product((False, True), repeat=3):
        early, late, in_view = asynchronous
        hooks = (
            Hook("before_request", Body((put,), is_async=early)),
            Hook("before_request", Body((seen, ("variable_set", 2)), is_async=late)),
            Hook("after_request", Body((seen,), ("same",), late)),
            Hook("teardown_request", Body((seen,), is_async=early)),
        )
        app = App((Route("/", _view(seen, ("variable_set", 3), seen, is_async=in_view), "e0"),), hooks)
        yield f"context variables, async {asynchronous}", Case(app, (GET, GET, Request("/none")))
    for change in (
        ("session_attribute", "salt", "s"), ("session_attribute", "key_derivation", "concat"),
        ("session_attribute", "session_class", QuietSession), ("session_tag",),
        ("response_attribute", "default_mimetype", "text/x-all"),
        ("response_attribute", "default_status", 209),
        ("response_attribute", "automatically_set_content_length", False),
        ("response_attribute", "autocorrect_location_header", True),
        ("request_attribute", "trusted_hosts", ["other.example"]),
        ("request_attribute", "parameter_storage_class", dict),
        ("request_attribute", "max_content_length", 3), ("request_attribute", "url_rule", None),
        ("request_attribute", "user_agent_class", str),
    ):  # fmt: skip
        yield f"{change} in place", Case(App(GRAND.routes, HOOKS, (PARENT,), features=(change,)), TOUR)
        yield f"{change} in place late", Case(GRAND, _tour(change))


def _setting_rows() -> Iterator[tuple[str, Case]]:
    for key, value in CONFIG:
        yield (
            f"config {key}={value!r} | from the start",
            Case(App(GRAND.routes, HOOKS, (PARENT,), (("SECRET_KEY", "key"), (key, value))), TOUR),
        )
        for way in ("config", "config_update", "config_replaced"):
            yield f"config {key}={value!r} | late by {way}", Case(GRAND, _tour((way, key, value)))
    for options in OPTIONS:
        for server in (None, "example.org"):
            made = App(
                GRAND.routes, HOOKS, (PARENT,), (("SECRET_KEY", "key"), ("SERVER_NAME", server)), options
            )
            hosts = tuple(Request("/", headers=(pair,)) for pair in HEADERS if pair[0] == "Host")
            yield f"options {options} | with server {server}", Case(made, (*TOUR, *hosts))
    for key in ("DEBUG", "TESTING"):
        for value in CONTEXT:
            hooks = (Hook("context_processor", Body(answer=value)),)
            yield (
                f"{key} with context {value}",
                Case(_one(("render_page",), hooks=hooks, config=((key, True),))),
            )


ROWS = dict(rows())


def some_rows() -> list[str]:
    """Return the names of one row for each feature, taking turns between the variants."""
    features: dict[str, list[str]] = {}
    for name in ROWS:
        features.setdefault(name.partition(" | ")[0], []).append(name)
    return [names[number % len(names)] for number, names in enumerate(features.values())]
