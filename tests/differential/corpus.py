"""Cases that once differed, smallest form found."""

from .description import App, Blueprint, Body, Case, Hook, Request, Route

_SETTER = Route("/set", Body((("session_permanent", True),), ("text", "set")), "e0")
_PLAIN = Route("/", Body(answer=("text", "hello")), "e0")
_ECHO = Body(answer=("echo",))
_TWICE = (Request("/a"), Request("/a"))

FAILURES: dict[str, Case] = {
    "a permanent session is refreshed by a 404 that an after_request hook sees": Case(
        App((_SETTER,), (Hook("after_request", Body(answer=("same",))),)),
        (Request("/set"), Request("/missing")),
    ),
    "a permanent session is refreshed by a view that has after_this_request": Case(
        App(
            (
                _SETTER,
                Route("/later", Body((("after_request_header", "X-Later", "1"),), ("text", "later")), "e1"),
            )
        ),
        (Request("/set"), Request("/later")),
    ),
    "a cookie header with bytes that are not UTF-8 does no harm": Case(
        App((_PLAIN,)), (Request(), Request(cookie="latin"), Request("/missing", cookie="latin"))
    ),
    "a request without PATH_INFO is one for the root": Case(
        App((_PLAIN,)), (Request(), Request(environ=(("PATH_INFO", None),)))
    ),
    "a websocket scheme matches no HTTP rule": Case(
        App((_PLAIN,)), (Request(), Request(environ=(("wsgi.url_scheme", "wss"),)))
    ),
    "only one dot is taken from an endpoint outside of a blueprint": Case(
        App((Route("/<x>", Body((("make_url", "..e0", (("x", 1),)), ("make_url", "..e0", ()))), "e0"),)),
        _TWICE,
    ),
    "a converter runs once for a rule that redirects": Case(
        App((Route("/<mine:x>", _ECHO, "e0", (("redirect_to", "/b"),)),)), _TWICE
    ),
    "a converter runs once for a rule with defaults": Case(
        App((Route("/<mine:x>", _ECHO, "e0", (("defaults", (("page", 1),)),)),)), _TWICE
    ),
    "a request class that names its endpoint itself decides which hooks run": Case(
        App(
            blueprints=(Blueprint("b", (Route("/a", _ECHO, "e0"),), (Hook("before_request"),)),),
            class_features=(("uses_class", "request_class", "EndpointRequest"),),
        ),
        _TWICE,
    ),
}
