"""Werkzeug's middleware: behind a proxy, under a prefix, beside another application and files."""

from pathlib import Path

from flask import Flask, redirect, request, session, url_for
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.middleware.shared_data import SharedDataMiddleware

FILES = str(Path(__file__).parent / "files")

api = Flask("api")
app = Flask(__name__)
app.secret_key = "a secret"


@api.get("/")
def index() -> dict[str, str]:
    """Show where the API is."""
    return {"script": request.script_root, "path": request.path, "here": url_for("index")}


@api.get("/items/<int:number>")
def item(number: int) -> dict[str, str]:
    """Show an item's address."""
    return {"here": url_for("item", number=number, _external=True)}


@app.get("/")
def home() -> dict[str, object]:
    """Show what the proxy told."""
    return {
        "address": request.remote_addr,
        "url": request.url,
        "secure": request.is_secure,
        "root": request.root_url,
        "home": url_for("home"),
        "external": url_for("home", _external=True),
    }


@app.post("/login")
def login() -> object:
    """Set a cookie and send the visitor home."""
    session["in"] = True
    return redirect(url_for("home"))


@app.get("/slash/")
def slash() -> str:
    """Show a page whose path ends in a slash."""
    return "slash"


app.wsgi_app = SharedDataMiddleware(app.wsgi_app, {"/shared": FILES})
app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/api": api, "/v2/api": api})
app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_prefix=1)


def visit(visitor):
    """Come directly and through the proxy, to every application."""
    proxy = {
        "X-Forwarded-For": "192.0.2.1, 198.51.100.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "lab.example",
        "X-Forwarded-Prefix": "/site",
    }
    for headers in ({}, proxy, {**proxy, "X-Forwarded-Host": "other.example:8443"}):
        for path in (
            "/",
            "/api/",
            "/api/items/3",
            "/v2/api/",
            "/api",
            "/slash",
            "/slash/",
            "/nowhere",
            "/api/no",
        ):
            visitor.get(path, headers=headers)
        visitor.post("/login", headers=headers)
        visitor.head("/api/", headers=headers)
    visitor.get("/shared/note.txt")
    visitor.head("/shared/note.txt")
    visitor.get("/shared/none.txt")
    visitor.get("/shared/../werkzeug_middleware.py")
