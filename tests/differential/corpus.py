"""Cases that once differed, smallest form found. A case is added when its difference is mended."""

from .description import App, Body, Case, Hook, Request, Route

_SESSION_SETTER = Route("/set", Body((("session_permanent", True),), ("text", "set")), "e0")

FAILURES: dict[str, Case] = {
    "a permanent session is refreshed by a 404 that an after_request hook sees": Case(
        App((_SESSION_SETTER,), (Hook("after_request", Body(answer=("same",))),)),
        (Request("/set"), Request("/missing")),
    ),
    "a permanent session is refreshed by a view that has after_this_request": Case(
        App(
            (
                _SESSION_SETTER,
                Route("/later", Body((("after_request_header", "X-Later", "1"),), ("text", "later")), "e1"),
            )
        ),
        (Request("/set"), Request("/later")),
    ),
}
