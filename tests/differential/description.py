"""Applications and requests as plain data.

A case is a value that can be printed, kept in a corpus and built twice. So functions are not drawn: a
function is its *acts* (things done in order, each written to the log) and its *answer* (what it returns).
Both are tuples of a name and arguments; the names are the tables of `acts` and `answers`.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Body:
    """What one function of the application does when it is called."""

    acts: tuple[tuple, ...] = ()
    answer: tuple = ("nothing",)
    is_async: bool = False


@dataclass(frozen=True)
class Route:
    """One URL rule and its view; `kind` is a name in `build.VIEWS`."""

    rule: str
    view: Body = Body(answer=("text", "hello"))
    endpoint: str | None = None
    options: tuple[tuple[str, object], ...] = ()
    kind: str = "function"


@dataclass(frozen=True)
class Hook:
    """One function registered at a seam: `kind` is Flask's name for it, `what` its code, class or signal."""

    kind: str
    body: Body = Body()
    what: object = None


@dataclass(frozen=True)
class Blueprint:
    """A blueprint, perhaps with others inside it."""

    name: str
    routes: tuple[Route, ...] = ()
    hooks: tuple[Hook, ...] = ()
    children: tuple["Blueprint", ...] = ()
    options: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class App:
    """An application: `features` and `class_features` are names in `changes`, with arguments."""

    routes: tuple[Route, ...] = ()
    hooks: tuple[Hook, ...] = ()
    blueprints: tuple[Blueprint, ...] = ()
    config: tuple[tuple[str, object], ...] = (("SECRET_KEY", "key"),)
    options: tuple[tuple[str, object], ...] = ()
    class_features: tuple[tuple, ...] = ()
    features: tuple[tuple, ...] = ()


@dataclass(frozen=True)
class Request:
    """One raw WSGI request, and what is changed on the application just before it is sent.

    `cookie` is "jar" (send what the application set), "none", or a name in `observe.SPOILED`.
    `later` is how many seconds the frozen clock moves before the request. `path` is the decoded
    path in latin-1, as a WSGI server gives it; `body` is a name in `observe.BODIES` or bytes,
    `through` "call" or a name in `observe.WAYS`.
    """

    path: str = "/"
    method: str = "GET"
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: str | bytes = b""
    content_type: str | None = None
    cookie: str = "jar"
    environ: tuple[tuple[str, object], ...] = ()
    changes: tuple[tuple, ...] = ()
    later: int = 0
    through: str = "call"


@dataclass(frozen=True)
class Case:
    """An application and the requests it is sent, one after the other."""

    app: App = field(default_factory=App)
    requests: tuple[Request, ...] = (Request(),)
