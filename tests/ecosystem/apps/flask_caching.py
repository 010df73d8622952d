"""Flask-Caching: views that are computed once a minute."""

from itertools import count

from flask import Flask, request
from flask_caching import Cache

app = Flask(__name__)
cache = Cache(app, config={"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": 60})
calls = count(1)


@app.get("/report")
@cache.cached()
def report() -> str:
    """Show what is slow to make."""
    return f"report {next(calls)}"


@app.get("/search")
@cache.cached(query_string=True, response_hit_indication=True)
def search() -> dict[str, object]:
    """Find something, cached by what was asked."""
    return {"q": request.args.get("q"), "call": next(calls)}


@app.get("/quiet/<name>")
@cache.cached(unless=lambda: "fresh" in request.args)
def quiet(name: str) -> tuple[str, int, dict[str, str]]:
    """Answer with a status and a header of its own."""
    return f"{name} {next(calls)}", 203, {"X-Made": "once"}


@cache.memoize()
def square(number: int) -> tuple[int, int]:
    """Compute slowly."""
    return number * number, next(calls)


@app.get("/square/<int:number>")
def squared(number: int) -> list[int]:
    """Show what was remembered."""
    return list(square(number))


@app.post("/forget")
def forget() -> tuple[str, int]:
    """Forget everything."""
    cache.clear()
    return "", 204


def visit(visitor):
    """Ask twice, wait, ask again, forget."""
    for path in ("/report", "/search?q=a", "/search?q=b", "/quiet/a", "/quiet/b?fresh=1", "/square/4"):
        visitor.get(path)
        visitor.get(path)
        visitor.head(path)
    visitor.wait(61)
    visitor.get("/report")
    visitor.get("/square/4")
    visitor.post("/forget")
    visitor.get("/report")
